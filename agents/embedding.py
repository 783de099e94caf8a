"""Sentences as vectors: what a dense embedding promises, and WordLlama, whose weights come in its wheel."""

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.word_rows import WordRows

Vectors = NDArray[np.float32]


FULL_LENGTH = 20.0
"""Length of the WordLlama vector of a word that says much: "invoice" 18, "photoshop" 23; "do" 3."""


class Embedding(Protocol):
    """Dense embedding. `name` and `dimension` identify it: vectors of two embeddings are never compared."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, (n, dimension); a text without a known token is all zeros. CPU: use a thread."""
        ...


class WordVectors(Protocol):
    """Vectors of single words."""

    def weighted(self, words: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Unit vectors of the words, (n, d), and how much each says, (n,): .17 for "do", .9 for "invoice"."""
        ...

    def rarity(self, words: Sequence[str]) -> Vectors:
        """How rare each word is in general, (n,), 0..1: 0 for "time", .7 for "refund", 1 for "watermark"."""
        ...


COMMON, RARE = 1_000, 32_000
"""Ranks in WordLlama's vocabulary, which is ordered by frequency, of words that are no longer very common, and rare."""


class WordLlama:
    """Mean of static token vectors: 20 µs of CPU a sentence, 256 dimensions, blind to negation and to word order.

    The weights and the tokenizer are read from the installed wheel without importing the package: importing it takes
    0.6 s more, configures the root logger, and 0.4.0.post1 looks for its tokenizer in the wrong folder.

    No token of its vocabulary reaches across a space, so that a text is the sum of its words, and a word is tokenized
    and added up only once: a tenth of the time that the tokenizer takes for whole texts.
    """

    name = "wordllama-l2-supercat-256"
    dimension = 256

    def __init__(self) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        spec = find_spec("wordllama")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("The package wordllama is missing; run `make install`.")
        folder = Path(spec.origin).parent
        weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()

        def tokens(text: str) -> list[int]:
            ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
            return ids

        self._words = WordRows(np.asarray(next(iter(weights.values())), dtype=np.float32), tokens)

    def weighted(self, words: Sequence[str]) -> tuple[Vectors, Vectors]:
        """As WordVectors promises: the length of a word's vector grows with how much it says."""
        sums = self._alone(words)
        lengths = np.linalg.norm(sums, axis=1)
        return sums / np.maximum(lengths, 1e-12)[:, None], np.minimum(lengths / FULL_LENGTH, 1.2, dtype=np.float32)

    def rarity(self, words: Sequence[str]) -> Vectors:
        """As WordVectors promises: by the rank of a word's token; a word of several tokens is rare."""
        found = [self._words.of(word) for word in words]
        single = [len(rows) == 1 and rows[0] < self._words.tokens for rows in found]
        ranks = np.asarray([rows[0] if one else RARE for rows, one in zip(found, single, strict=True)], np.float32)
        shares = np.log(np.maximum(ranks, 1) / COMMON) / np.log(RARE / COMMON)
        return np.asarray(np.clip(shares, 0, 1), np.float32)

    def embed(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), 256):
            out[start : start + 256] = _unit(self._sums(texts[start : start + 256]))
        return out

    def headed(self, texts: Sequence[str], heads: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, each between its own and that of its head and it together: of `head text`."""
        alone = self._sums(texts)
        different = {head: n for n, head in enumerate(dict.fromkeys(heads))}
        above = self._sums(list(different))[[different[head] for head in heads]] if heads else alone
        return _unit(_unit(alone) + _unit(alone + above))

    def _alone(self, words: Sequence[str]) -> Vectors:
        """As `_sums`, of texts that are one word each: there is nothing to add up."""
        turn = self._words.turn
        try:
            rows = list(map(self._words.__getitem__, words))
        except KeyError:
            return self._sums(words)
        return self._words.vectors[rows] if self._words.turn - turn <= 1 else self._sums(words)

    def _sums(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        turn = self._words.turn
        sizes, vectors = self._gathered([self._words.of(text) for text in texts])
        if self._words.turn - turn > 1:  # so many new words that some rows were overwritten
            sizes, vectors = self._gathered([self._words.of_tokens(text) if text else [] for text in texts])
        if len(vectors):
            ends = np.cumsum(sizes)
            single = np.flatnonzero(sizes == 1)  # nothing to add up
            out[single] = vectors[ends[single] - 1]
            ends = ends.tolist()
            for text in np.flatnonzero(sizes > 1).tolist():  # np.add.reduceat takes 2.5 times as long
                vectors[ends[text] - sizes[text] : ends[text]].sum(axis=0, out=out[text])
        return out

    def _gathered(self, rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.intp], Vectors]:
        """How many rows each text has, and the vectors of all of them."""
        sizes = np.fromiter(map(len, rows), dtype=np.intp, count=len(rows))
        return sizes, self._words.vectors[np.fromiter(chain.from_iterable(rows), np.intp, int(sizes.sum()))]


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
