"""What was measured, as values; as a table, as JSON, as a page; and beside an earlier report."""
