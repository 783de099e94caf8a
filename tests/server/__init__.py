"""Parts of the doors on their own."""
