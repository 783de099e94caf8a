"""What the doors withstand."""
