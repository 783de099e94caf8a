"""Words as rows of one matrix: the tokens' vectors, and below them those of words of several tokens, added up once."""

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

ROOM = 8192
"""Words of several tokens that are kept, 1 KiB each, and as many again while newer ones take their place."""
KNOWN, LONGEST = 50_000, 40
"""Words whose rows are kept in mind, some 100 bytes each, and the letters of one that is."""


class WordRows(dict[str, int]):
    """The row of `vectors` for each word, found out when it is first asked for. KeyError for a word that is too long.

    The two halves below the tokens are filled by turns: a row that was given away in one turn is there until the second
    after it begins, which whoever uses many rows has to look at.
    """

    def __init__(self, tokens: Rows, encode: Callable[[str], list[int]], room: int = ROOM) -> None:
        super().__init__()
        self.tokens = len(tokens)
        self.vectors = np.zeros((self.tokens + 2 * room, tokens.shape[1]), np.float32)
        self.vectors[: self.tokens] = tokens
        self._encode = encode
        self._room = room
        self.turn = 0
        self._used = 0
        self._lock = Lock()

    def __missing__(self, word: str) -> int:
        if len(word) > LONGEST:
            raise KeyError(word)
        ids = self.of_tokens(word)
        with self._lock:
            if len(self) >= KNOWN or self._used >= self._room:
                self.clear()
                self.turn, self._used = self.turn + 1, 0
            if len(ids) == 1:
                row = ids[0]
            else:
                row = self.tokens + self.turn % 2 * self._room + self._used
                self._used += 1
                self.vectors[ids].sum(axis=0, out=self.vectors[row])
            self[word] = row
        return row

    def of(self, text: str) -> list[int]:
        """The rows whose sum is the text's: no token reaches across a space, so these are its words'."""
        words = text.split(" ")
        if "" in words:  # spaces in a row are tokens of their own
            return self.of_tokens(text) if text else []
        try:
            return list(map(self.__getitem__, words))
        except KeyError:
            return [row for word in words for row in (self.of_tokens(word) if len(word) > LONGEST else (self[word],))]

    def of_tokens(self, text: str) -> list[int]:
        """The rows of a text's tokens."""
        return [min(token, self.tokens - 1) for token in self._encode(text)]
