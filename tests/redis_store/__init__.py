"""What only a store shared by many instances has to do."""
