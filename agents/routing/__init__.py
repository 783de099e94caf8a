"""Who answers a message: learned from examples, kept for what is asked again, put to the model in doubt."""
