"""Models, embeddings and rerankers that others serve: what is asked of OpenAI and Cohere, and how long it may take."""
