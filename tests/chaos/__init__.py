"""What happens when something dies: two instances over one Redis, readers everywhere, and every kind of accident."""
