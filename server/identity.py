"""Whose request this is."""

from starlette.requests import HTTPConnection

OPEN = ""
"""The owner of every session while the server is open: whoever holds a session's unguessable id may use it."""


def owner_of(connection: HTTPConnection) -> str:
    """The owner whose sessions the caller may use."""
    return OPEN
