"""The second contract: the Retrieval-Enabled Agent Service, over the same agents and the same log."""
