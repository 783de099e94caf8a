"""Texts told apart by examples: a linear model over dense and hashed n-gram features, and the nearest examples."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from agents.embedding import Embedding, Vectors
from agents.routing.descent import minimum

HASHED = 4096
"""Columns that word and character n-grams are hashed into."""
NEIGHBOURS = 10
REGULARISATION = 0.3
RARE_COUNTS = 0.75
"""What a hashed column counts, times its inverse document frequency, against a dense one. Right of CLINC150's 3,000
validation texts, with the votes: .5 .965, .75 .966, 1 .966; a constant for all columns: 1 .959, 2 .964, 4 .965."""
VOTES, VOTES_OF_MANY = 1.0, 0.5
"""What the nearest examples' votes count against the linear model's probability: with few examples, and with more than
MANY. Bundled dev questions routed right of 174: 1 167, .7 166, .5 164. CLINC150's train, in five folds: 1 .9770,
.5 .9777, 0 .9735."""
STEPS = 80
MANY = 4000
"""Above this many examples the nearest are sought along AXES first, and the SHORTLIST best compared in full."""
AXES = 48
SHORTLIST = 200

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a text `fits` each label: the linear model's probability, and what the nearest examples' votes add.

    `logit` is the model's largest before they became probabilities; `nearest` are those examples with their label and
    cosine, best first.
    """

    fits: Mapping[str, float]
    logit: float
    familiarity: float
    nearest: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A linear model: (dimension + HASHED, labels), one bias a label."""

    weights: Vectors
    bias: Vectors


class Classifier:
    """Tells texts apart. `familiarity` is the mean cosine to the nearest examples of the labels in `known`."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        embedding: Embedding,
        *,
        unfamiliar: Iterable[str] = (),
        fitted: Fitted | None = None,
    ) -> None:
        self._embedding = embedding
        # What is familiar comes first, so that its nearest examples are found in one slice.
        strange = set(unfamiliar)
        self._labels = tuple(sorted(examples, key=lambda label: label in strange))
        self._texts = [text for label in self._labels for text in examples[label]]
        self._owner = np.repeat(np.arange(len(self._labels)), [len(examples[label]) for label in self._labels])
        self._vectors = embedding.embed(self._texts)
        self._familiar = sum(len(examples[label]) for label in self._labels if label not in strange)
        self._axes, self._coarse = _shortened(self._vectors)
        self.fitted = fitted or fit(self._features(), self._owner, len(self._labels))

    def __call__(self, parts: Sequence[tuple[str, float]]) -> Scores:
        """The scores of a text given in weighted parts. CPU only."""
        total = sum(weight for _, weight in parts)
        vectors = self._embedding.embed([text for text, _ in parts])
        weights = np.asarray([weight / total for _, weight in parts], np.float32)
        vector = weights @ vectors
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        dimension = self._embedding.dimension
        linear = vector @ self.fitted.weights[:dimension] + self.fitted.bias
        for (text, _), share in zip(parts, weights.tolist(), strict=True):
            columns, values = hashed(text)
            linear = linear + share * (values @ self.fitted.weights[dimension + columns])
        rows, cosines = self._near(vector)
        nearest = rows[_largest(cosines)]
        close = cosines[rows < self._familiar]
        familiar = close[_largest(close)]
        cosines = np.sort(cosines)[::-1][: len(nearest)]
        shares = np.clip(cosines, 0, 1) ** 4
        shares /= max(float(shares.sum()), 1e-12)
        votes = np.bincount(self._owner[nearest], shares, minlength=len(self._labels))
        chances = np.exp(linear - linear.max())
        chances /= chances.sum()
        fits = chances + (VOTES if len(self._vectors) <= MANY else VOTES_OF_MANY) * votes
        return Scores(
            dict(zip(self._labels, fits.tolist(), strict=True)),
            float(linear.max()),
            float(np.clip(familiar, 0, 1).mean()) if len(familiar) else 0.0,
            tuple(
                (self._labels[self._owner[i]], self._texts[i], float(cosine))
                for i, cosine in zip(nearest, cosines, strict=True)
            ),
        )

    def _near(self, vector: Vectors) -> tuple[NDArray[np.intp], Vectors]:
        """The examples that may be among the nearest, and their cosines: all of them, where they are few."""
        if len(self._vectors) <= MANY:
            return np.arange(len(self._vectors)), self._vectors @ vector
        guess = self._coarse @ (vector @ self._axes)
        known = np.argpartition(-guess[: self._familiar], SHORTLIST)[:SHORTLIST]
        rows = np.union1d(known, np.argpartition(-guess, SHORTLIST)[:SHORTLIST])
        return rows, self._vectors[rows] @ vector

    def _features(self) -> Vectors:
        dimension = self._embedding.dimension
        features = np.zeros((len(self._texts), dimension + HASHED), np.float32)
        features[:, :dimension] = self._vectors
        for row, text in zip(features, self._texts, strict=True):
            columns, values = hashed(text)
            row[dimension + columns] = values
        return features


def _shortened(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The principal axes, (d, AXES), and the vectors along them, (n, AXES)."""
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    axes = np.ascontiguousarray(axes[:, ::-1][:, :AXES])
    return axes, vectors @ axes


def _largest(values: Vectors) -> NDArray[np.intp]:
    """Where the NEIGHBOURS largest values stand, largest first."""
    k = min(NEIGHBOURS, len(values))
    found = np.argpartition(-values, k - 1)[:k] if k else np.zeros(0, np.intp)
    return found[np.argsort(-values[found])]


def hashed(text: str) -> tuple[NDArray[np.intp], Vectors]:
    """Distinct columns and unit-length signed values of a text's word 1- and 2-grams and 4-letter pieces. Pure."""
    words = _WORD.findall(text.lower())
    grams = {*words, *(f"{a} {b}" for a, b in pairwise(words))}
    for word in words:
        padded = f"<{word}>"
        grams.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    sums: dict[int, float] = {}
    for gram in grams:
        code = zlib.crc32(gram.encode())
        sums[code % HASHED] = sums.get(code % HASHED, 0.0) + (1.0 if code >> 31 else -1.0)
    values = np.fromiter(sums.values(), np.float32, len(sums))
    norm = float(np.linalg.norm(values))
    return np.fromiter(sums, np.intp, len(sums)), values / (norm or 1.0)


def fit(features: Vectors, owner: NDArray[np.intp], labels: int) -> Fitted:
    """Multinomial logistic regression, each label weighing the same however many examples it has.

    Hashed columns count by their inverse document frequency, which the weights then hold. CPU only: .1 s for the
    bundled examples, 3 s for 15,000.
    """
    n = len(owner)
    counts = np.bincount(owner, minlength=labels)
    share = (n / labels / counts)[owner].astype(np.float32)[:, None] / n
    scale = np.ones(features.shape[1], np.float32)
    hashed_columns = slice(features.shape[1] - HASHED, None)
    frequency = np.count_nonzero(features[:, hashed_columns], axis=0)
    scale[hashed_columns] = RARE_COUNTS * (np.log((1 + n) / (1 + frequency)) + 1)
    rows = features * scale
    wanted = np.zeros((n, labels), np.float32)
    wanted[np.arange(n), owner] = 1.0

    def loss_and_slope(weights: Vectors) -> tuple[float, Vectors]:
        scores = rows @ weights
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        sums = powers.sum(axis=1, keepdims=True)
        unlikely = np.log(sums[:, 0]) - scores[np.arange(n), owner]
        loss = float((share[:, 0] * unlikely).sum()) + 0.5 * REGULARISATION / n * float((weights * weights).sum())
        return loss, rows.T @ (share * (powers / sums - wanted)) + REGULARISATION / n * weights

    weights = minimum(loss_and_slope, np.zeros((features.shape[1], labels), np.float32), STEPS)
    return Fitted(weights * scale[:, None], np.zeros(labels, np.float32))
