"""Routing on the CLINC150 shape: domains learned from `train`, asked with `val`, and with what belongs to none."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from agents.embedding import Embedding
from agents.evaluation.sets import SetInvalid, lines_of
from agents.routing.classifier import Classifier, Scores

CONFIDENCE = 0.1
"""What the largest logit counts beside the familiarity, when it is told whether a text belongs to any domain."""


@dataclass(frozen=True, slots=True)
class Clinc:
    """Examples by domain, and texts to ask with: each with its domain, or None where it belongs to none."""

    examples: Mapping[str, Sequence[str]]
    asked: Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Placed:
    """One text: its domain and the one chosen, how much it seemed to belong to any, and the milliseconds it took."""

    text: str
    domain: str | None
    chosen: str
    belonging: float
    milliseconds: float


def load_clinc(path: Path) -> Clinc:
    """The set of a file. Raises SetInvalid."""
    examples: defaultdict[str, list[str]] = defaultdict(list)
    asked: list[tuple[str, str | None]] = []
    try:
        for line in lines_of(path):
            match line["split"]:
                case "train":
                    examples[str(line["domain"])].append(str(line["text"]))
                case "val":
                    asked.append((str(line["text"]), str(line["domain"])))
                case "oos_val":
                    asked.append((str(line["text"]), None))
    except KeyError as error:
        raise SetInvalid(f"{path}: {error!r} is missing.") from error
    if len(examples) < 2 or not asked:
        raise SetInvalid(f"{path}: needs `train` lines of two domains or more, and `val` lines.")
    return Clinc(examples, asked)


async def place(
    clinc: Clinc, embedding: Embedding, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Placed]:
    """Learns the examples, then places each text, in order."""
    classifier = await asyncio.to_thread(Classifier, clinc.examples, embedding)
    placed: list[Placed] = []
    for text, domain in clinc.asked:
        started = perf_counter()
        scores = await asyncio.to_thread(classifier, ((text, 1.0),))
        placed.append(Placed(text, domain, chosen(scores), belonging(scores), (perf_counter() - started) * 1000))
        progress(len(placed), len(clinc.asked))
    return placed


def chosen(scores: Scores) -> str:
    """The domain, as the router weighs it where no documents speak for one. Pure."""
    return max(scores.fits, key=lambda label: scores.fits[label])


def belonging(scores: Scores) -> float:
    """How much a text seems to belong to any domain, without examples of what belongs to none. Pure."""
    return scores.familiarity + CONFIDENCE * scores.logit
