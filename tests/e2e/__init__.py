"""The whole product, through its doors."""
