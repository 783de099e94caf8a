"""Who is inside by which key, so that those whose key is revoked leave at once."""

import asyncio
from collections.abc import Callable

from server.identity import OPEN, Caller
from server.keys import Keys

LOOK = 0.5
"""Seconds between two looks at the file of the keys."""


def may_stay(keys: Keys, caller: Caller) -> bool:
    """Whether a caller who came in is still welcome. A ticket is good for as long as its owner has a key at all."""
    return keys.open if caller.owner == OPEN else keys.has(caller.owner, caller.key)


class Inside:
    """The streams and sockets that are open by a key. While the server is open nobody is noted."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._callers: dict[Callable[[], None], Caller] = {}

    def enter(self, caller: Caller, dismiss: Callable[[], None]) -> Callable[[], None]:
        """Call `dismiss` once when the caller must go, unless what is returned was called before."""
        if self._keys.open:
            return _nothing
        self._callers[dismiss] = caller
        if not may_stay(self._keys, caller):
            self.send_away()  # the key went since the gate let the caller in

        def leave() -> None:
            self._callers.pop(dismiss, None)

        return leave

    def __len__(self) -> int:
        """How many are noted."""
        return len(self._callers)

    def send_away(self) -> None:
        """Dismiss those whose key is no longer valid."""
        for dismiss, caller in list(self._callers.items()):
            if not may_stay(self._keys, caller):
                del self._callers[dismiss]
                dismiss()

    async def watch(self) -> None:
        """Look at the keys until cancelled; requests look at them, too, whenever they come."""
        seen = self._keys.version
        while not self._keys.open:
            self._keys.refresh()
            if seen != self._keys.version:
                seen = self._keys.version
                self.send_away()
            await asyncio.sleep(LOOK)


def _nothing() -> None:
    pass
