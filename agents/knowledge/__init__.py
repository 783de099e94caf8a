"""What the answers rest on: documents read, cut into chunks, indexed and found again."""
