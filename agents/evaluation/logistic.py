"""Logistic regression by Newton's method. Pure."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fitted(
    signals: Floats, positive: NDArray[np.bool_], regularisation: float, weights: Floats | None = None
) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression with an L2 penalty on standardised signals. Pure.

    `weights` (n,) say how much each row counts; the same by default.
    """
    counts = np.ones(len(signals)) if weights is None else weights
    mean = np.average(signals, axis=0, weights=counts)
    scale = np.sqrt(np.average((signals - mean) ** 2, axis=0, weights=counts)) + 1e-9
    rows = np.c_[(signals - mean) / scale, np.ones(len(signals))]
    penalty = np.r_[np.full(signals.shape[1], regularisation), 1e-6]
    found = np.zeros(rows.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (counts * (chance - positive)) + penalty * found
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    coefficients = found[:-1] / scale
    return coefficients, float(found[-1] - coefficients @ mean)
