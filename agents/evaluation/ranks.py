"""Figures of rankings and of scores that tell two kinds apart. Pure."""

from collections.abc import Sequence
from math import log2

DEPTH = 10
"""Passages looked at for nDCG."""


def ndcg(found: Sequence[str], relevant: frozenset[str]) -> float:
    """Normalised discounted cumulative gain of the first DEPTH, each relevant passage counting the same. Pure."""
    gain = sum(1 / log2(rank + 2) for rank, key in enumerate(found[:DEPTH]) if key in relevant)
    return gain / sum(1 / log2(rank + 2) for rank in range(min(len(relevant), DEPTH)))


def recall(found: Sequence[str], relevant: frozenset[str], depth: int = 5) -> float:
    """The share of the relevant passages among the first `depth`. Pure."""
    return len(relevant & set(found[:depth])) / len(relevant)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The chance that a positive one scores higher than a negative one; ties count half. Pure."""
    ranked = sorted(zip(scores, positive, strict=True))
    positives = sum(positive)
    negatives = len(ranked) - positives
    if not positives or not negatives:
        return 0.5
    below = wins = 0.0
    at = 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        tied = [is_positive for _, is_positive in ranked[at:end]]
        wins += sum(tied) * (below + 0.5 * (len(tied) - sum(tied)))
        below += len(tied) - sum(tied)
        at = end
    return wins / (positives * negatives)
