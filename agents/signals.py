"""What the verdict is computed from: how well what a search found meets what was asked, in numbers."""

from collections.abc import Sequence
from math import log

import numpy as np

from agents.embedding import WordVectors
from agents.gaps import asked_words, gaps, never_said, unspoken
from agents.kinds import asks_whether
from agents.knowledge.retrieval import Retrieved
from agents.matching import counts, share
from agents.pointing import unsaid
from agents.reading import Reader, Reading
from agents.wording import Wording

SIGNALS = (
    "best_sentence",
    "met",
    "least_missing",
    "worst_missing",
    "unspoken",
    "uncounted",
    "unknown_code",
    "length",
    "cosine",
    "stands_out",
    "evenness",
    "agreed",
    "under_heading",
    "whether",
    "unsaid",
)
"""In the order of the model's coefficients. The last seven took the AUROC on mtrag, held out, from .76 to .82."""

LEAST_RARITY = 0.15
"""How much a very common word counts against a rare one; names and codes always count fully."""
READ = 4
"""Passages that are read for the verdict."""
DECISIVE = 10.0
"""How much more a better passage counts when it is asked how evenly they fit: exp(DECISIVE · score)."""


class Signals:
    """Measures what a search found. CPU only: use a thread."""

    def __init__(self, reader: Reader, word_vectors: WordVectors, wording: Wording) -> None:
        self._reader = reader
        self._word_vectors = word_vectors
        self._wording = wording

    def __call__(self, found: Retrieved) -> tuple[float, ...]:
        """The values of SIGNALS for a search that found something."""
        readings = self._reader(found.passages)
        asked = asked_words(found.parts, found.sought.kind, self._wording)
        words = [word.text.lower() for word in asked]
        vectors, says = self._word_vectors.weighted(words)
        plain = np.asarray([not (word.is_name or word.is_code) for word in asked], bool)
        rarity = np.where(plain, np.maximum(self._word_vectors.rarity(words), LEAST_RARITY), 1.0)
        spoken = [self._word_vectors.weighted(reading.words)[0] for reading in readings[:READ]]
        missing = gaps(asked, vectors, says * rarity, readings[:READ], spoken, self._wording)
        return (
            max(found.best),
            missing.met,
            missing.least,
            missing.worst,
            unspoken(found.parts[0][0], readings, found.statistics),
            float(_uncounted(found, readings)),
            float(missing.code),
            float(len(found.sought.weights)),
            max(found.cosines),
            _stands_out(found.cosines[:READ]),
            _evenness(found.fused[:READ]),
            float(found.best[0] == max(found.best[:READ])),
            max(share(each.heading, found.sought.known, found.statistics) for each in readings[:READ]),
            float(asks_whether(found.parts[0][0])),
            unsaid(found.parts),
        )

    def missing(self, found: Retrieved) -> tuple[str, ...]:
        """Words of the question that stand nowhere in the documents."""
        question = found.parts[0][0]
        return never_said(question, found.sought.kind, self._word_vectors, found.statistics, self._wording)


def _stands_out(cosines: Sequence[float]) -> float:
    """How much nearer the nearest passage is than the others."""
    first, *others = sorted(cosines, reverse=True)
    return first - sum(others) / len(others) if others else 0.0


def _evenness(fits: Sequence[float]) -> float:
    """How evenly the passages fit, 0..1: 1 where none fits better than another, as where many are of the same kind."""
    if len(fits) < 2:
        return 0.0
    powers = np.exp(DECISIVE * (np.asarray(fits) - max(fits)))
    shares = powers / powers.sum()
    return float(-(shares * np.log(shares)).sum()) / log(len(fits))


def _uncounted(found: Retrieved, readings: Sequence[Reading]) -> bool:
    """Whether the number of something is asked for that no sentence counts."""
    thing = found.sought.counted
    return thing is not None and not any(
        counts(passage.text[unit.start : unit.end], thing)
        for passage, reading in zip(found.passages, readings, strict=True)
        for unit in reading.units
    )
