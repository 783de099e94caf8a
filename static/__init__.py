"""The demo page's files."""
