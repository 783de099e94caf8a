"""The doors: HTTP, SSE, WebSocket and the command line."""
