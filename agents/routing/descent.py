"""The minimum of a smooth convex function, by limited-memory BFGS (Nocedal and Wright, algorithm 7.5). Pure."""

from collections import deque
from collections.abc import Callable

import numpy as np

from agents.embedding import Vectors

MEMORY = 8
ENOUGH = 1e-6
"""A step that lowers the function by less is the last one."""
FIRST = 5.0
"""Length of the first step."""
SHORTEST = 1e-4


def minimum(function: Callable[[Vectors], tuple[float, Vectors]], start: Vectors, steps: int) -> Vectors:
    """Where `function`, which gives its value and its gradient, is least, after at most `steps` steps."""
    at = start
    value, slope = function(at)
    past: deque[tuple[Vectors, Vectors, float]] = deque(maxlen=MEMORY)
    for _ in range(steps):
        way = _direction(slope, past)
        falls = float((slope * way).sum())
        if falls >= 0:
            return at
        length = 1.0
        next_value, next_slope = function(at + way)
        while next_value > value + 1e-4 * length * falls and length > SHORTEST:
            length /= 2
            next_value, next_slope = function(at + length * way)
        moved, bent = length * way, next_slope - slope
        if next_value > value:
            return at
        gained, at, value, slope = value - next_value, at + moved, next_value, next_slope
        if gained < ENOUGH:
            return at
        if (curve := float((moved * bent).sum())) > 0:
            past.append((moved, bent, 1 / curve))
    return at


def _direction(slope: Vectors, past: deque[tuple[Vectors, Vectors, float]]) -> Vectors:
    """The quasi-Newton direction: the two-loop recursion over the last steps."""
    way = -slope
    if not past:
        return way * (FIRST / max(float(np.linalg.norm(slope)), 1e-12))
    shares = []
    for moved, bent, inverse in reversed(past):
        shares.append(inverse * float((moved * way).sum()))
        way = way - shares[-1] * bent
    _, bent, inverse = past[-1]
    way = way / (inverse * float((bent * bent).sum()))
    for (moved, bent, inverse), share in zip(past, reversed(shares), strict=True):
        way = way + moved * (share - inverse * float((bent * way).sum()))
    return way
