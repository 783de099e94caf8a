"""How an index is opened once it is known which embedding and chunker it belongs to."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from agents.knowledge.binding import Binding
from agents.knowledge.index import Index
from agents.knowledge.library import Library


class Shelves(Index, Library, Protocol):
    """An index whose documents can also be read as wholes."""


OpenIndex = Callable[[Binding], AbstractAsyncContextManager[Shelves]]
"""Opens the index that belongs to a binding. Raises IndexMismatch, IndexBusy and IndexUnavailable."""
