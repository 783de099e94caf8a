"""The second contract."""
