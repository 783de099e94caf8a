"""Logistic regression by Newton's method. Pure."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fitted(signals: Floats, positive: NDArray[np.bool_], regularisation: float) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression with an L2 penalty on standardised signals. Pure."""
    mean, scale = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    rows = np.c_[(signals - mean) / scale, np.ones(len(signals))]
    penalty = np.r_[np.full(signals.shape[1], regularisation), 1e-6]
    weights = np.zeros(rows.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - positive) + penalty * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    coefficients = weights[:-1] / scale
    return coefficients, float(weights[-1] - coefficients @ mean)
