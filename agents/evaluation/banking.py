"""A cache replayed: questions of known intent asked in turn, each hit right or wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from agents.cache import normalised
from agents.embedding import Embedding, Vectors
from agents.evaluation.sets import SetInvalid, lines_of
from agents.likeness import LEAST_COSINE, Likeness

FIRST = 4000
"""Questions that are replayed."""
NEAREST = 6
"""Earlier questions that one is compared with."""
Z = 1.96


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to: `asked` questions, `hits`, of them `wrong` ones, and those of them that were exact.

    `mistaken` are the wrong ones: what was asked, and the earlier question whose answer served.
    """

    asked: int
    hits: int
    wrong: int
    exact: int
    mistaken: tuple[tuple[str, str], ...] = ()

    @property
    def hit_rate(self) -> float:
        """Hits of all that was asked, 0..1."""
        return self.hits / self.asked if self.asked else 0.0

    @property
    def wrong_rate(self) -> float:
        """Wrong hits of all hits, 0..1."""
        return self.wrong / self.hits if self.hits else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the wrong rate."""
        return wilson(self.wrong, self.hits)


def load_intents(path: Path) -> list[tuple[str, str]]:
    """Texts and their intents, in the order of the file. Raises SetInvalid."""
    try:
        return [(str(line["text"]), str(line["intent"])) for line in lines_of(path)]
    except KeyError as error:
        raise SetInvalid(f"{path}: {error!r} is missing.") from error


def replay(
    asked: Sequence[tuple[str, str]],
    embedding: Embedding,
    likeness: Likeness,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Replay:
    """Asks in turn; what is no hit is kept. CPU only."""
    vectors = embedding.embed([text for text, _ in asked])
    kept: list[int] = []
    stack: Vectors = np.zeros((len(asked), vectors.shape[1]), np.float32)
    exact: dict[str, int] = {}
    hits = literal = 0
    mistaken: list[tuple[str, str]] = []
    for number, (text, intent) in enumerate(asked):
        key = normalised(text)
        found = exact.get(key)
        literal += found is not None
        if found is None:
            found = _nearest(text, vectors[number], stack[: len(kept)], kept, asked, likeness)
        if found is None:
            stack[len(kept)] = vectors[number]
            kept.append(number)
            exact[key] = number
        else:
            hits += 1
            if asked[found][1] != intent:
                mistaken.append((text, asked[found][0]))
        progress(number + 1, len(asked))
    return Replay(len(asked), hits, len(mistaken), literal, tuple(mistaken))


def _nearest(
    text: str,
    vector: Vectors,
    stack: Vectors,
    kept: Sequence[int],
    asked: Sequence[tuple[str, str]],
    likeness: Likeness,
) -> int | None:
    cosines = stack @ vector
    for place in np.argsort(-cosines)[:NEAREST].tolist():
        if cosines[place] < LEAST_COSINE:
            return None
        if likeness(float(cosines[place]), text, asked[kept[place]][0]):
            return int(kept[place])
    return None


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) of nothing. Pure."""
    if not whole:
        return 0.0, 1.0
    share = part / whole
    middle = (share + Z**2 / (2 * whole)) / (1 + Z**2 / whole)
    spread = Z / (1 + Z**2 / whole) * sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2))
    return max(0.0, middle - spread), min(1.0, middle + spread)
