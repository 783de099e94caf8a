"""Passages read sentence by sentence: each sentence with its vector and terms, remembered while it is in use."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from agents.embedding import Embedding, Vectors, WordVectors
from agents.passage import Passage
from agents.sentences import Unit, units
from agents.terms import term, terms, words

REMEMBERED = 1024
"""Passages whose sentences are kept, some 40 KiB each."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a passage: `vectors` (n, dimension), of each sentence under its heading; `terms` of each alone.

    `context` are the terms of the title and the heading, `all_terms` these and the sentences'; `words` the vectors of
    its words, (m, dimension).
    """

    units: tuple[Unit, ...]
    vectors: Vectors
    terms: tuple[frozenset[int], ...]
    context: frozenset[int]
    all_terms: frozenset[int]
    words: Vectors


class Reader:
    """Reads passages. Safe to call from several threads; CPU only, about 2 ms for a new passage."""

    def __init__(self, embedding: Embedding, word_vectors: WordVectors) -> None:
        self._embedding = embedding
        self._word_vectors = word_vectors
        self._read: OrderedDict[str, Reading] = OrderedDict()
        self._lock = Lock()

    def __call__(self, passages: Sequence[Passage]) -> list[Reading]:
        """The passages' readings, in their order."""
        with self._lock:
            known = {passage.content_hash: self._read.get(passage.content_hash) for passage in passages}
        fresh = {passage.content_hash: passage for passage in passages if known[passage.content_hash] is None}
        if fresh:
            known |= self._read_anew(list(fresh.values()))
        with self._lock:
            for key, reading in known.items():
                if reading is not None:
                    self._read[key] = reading
                    self._read.move_to_end(key)
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return [reading for passage in passages if (reading := known[passage.content_hash]) is not None]

    def _read_anew(self, passages: Sequence[Passage]) -> dict[str, Reading]:
        cut = [tuple(unit for unit in units(passage.text) if unit.kind != "heading") for passage in passages]
        heads = [f"{passage.title}. {passage.heading}" for passage in passages]
        texts = [
            text
            for passage, head, own in zip(passages, heads, cut, strict=True)
            for unit in own
            for text in (passage.text[unit.start : unit.end], f"{head}. {passage.text[unit.start : unit.end]}")
        ]
        # A sentence leans on its heading ("It is 30 days."), but not so much that all under one heading are alike.
        vectors = self._embedding.embed(texts)
        vectors = vectors[0::2] + vectors[1::2]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        found: dict[str, Reading] = {}
        start = 0
        for passage, head, own in zip(passages, heads, cut, strict=True):
            each = tuple(terms(passage.text[unit.start : unit.end]) for unit in own)
            context = terms(head)
            said = sorted({word for word in words(f"{head} {passage.text}") if term(word) is not None})
            found[passage.content_hash] = Reading(
                units=own,
                vectors=vectors[start : start + len(own)],
                terms=each,
                context=context,
                all_terms=context.union(*each),
                words=self._word_vectors.weighted(said)[0],
            )
            start += len(own)
        return found
