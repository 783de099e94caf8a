"""Where questions were routed lately, so that one that comes again reaches the cache without a search."""

from collections import OrderedDict
from collections.abc import Callable

from agents.hashing import content_hash
from agents.routing.router import Route

Edition = tuple[object, ...]
"""What routes rest on: the very objects, whatever they are equal to."""

CAPACITY = 4096
"""Questions whose routes are kept, as many as answers of one agent; a route takes about 1 KiB."""


class Routes:
    """Routes by the question's text, letter for letter; of the text nothing is kept but a hash.

    A route rests on what the index holds and on the examples: they all fall as soon as one of the objects that
    `edition` gives is another than before.
    """

    def __init__(self, edition: Callable[[], Edition], capacity: int = CAPACITY) -> None:
        self._edition = edition
        self._capacity = capacity
        self._routes: OrderedDict[str, Route] = OrderedDict()
        self._of: Edition = ()

    @property
    def edition(self) -> Edition:
        """What a route rests on that is made now."""
        return self._edition()

    def get(self, text: str) -> Route | None:
        """The route of this very text, if it was kept and what it rests on is as it was."""
        self._renew()
        return self._routes.get(content_hash(text.encode()))

    def put(self, text: str, route: Route, edition: Edition) -> None:
        """Keep a route that rests on this edition, unless that is over; the oldest falls out."""
        self._renew()
        if _same(edition, self._of):
            self._routes[content_hash(text.encode())] = route
            if len(self._routes) > self._capacity:
                self._routes.popitem(last=False)

    def _renew(self) -> None:
        if not _same(current := self._edition(), self._of):
            self._routes.clear()
            self._of = current


def _same(one: Edition, other: Edition) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
