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
from agents.routing.sparse import Sparse

HASHED, HASHED_OF_MANY = 4096, 65_536
"""Columns that word and character n-grams are hashed into, with few examples, and with more than MANY."""
NEIGHBOURS = 10
REGULARISATION = 0.3
RARE_COUNTS, RARE_COUNTS_OF_MANY = 0.75, 1.5
"""What a hashed column counts, times its inverse document frequency, against a dense one. Right of CLINC150's 3,000
validation texts, with the votes: 4,096 columns .75 .968, 1.5 .967; 65,536 .969 and .971; of its train, in three folds:
4,096 columns .75 .9774; 65,536 .9787 and .9792."""
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
    """A linear model: (dimension + hashed columns, labels), one bias a label."""

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
        self.fitted = fitted or self._fit()

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
            columns, values = hashed(text, len(self.fitted.weights) - dimension)
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

    def _fit(self) -> Fitted:
        few = len(self._texts) <= MANY
        columns = HASHED if few else HASHED_OF_MANY
        grams = Sparse((hashed(text, columns) for text in self._texts), columns)
        rare_counts = RARE_COUNTS if few else RARE_COUNTS_OF_MANY
        return fit(self._vectors, grams, self._owner, len(self._labels), rare_counts=rare_counts)

    def _near(self, vector: Vectors) -> tuple[NDArray[np.intp], Vectors]:
        """The examples that may be among the nearest, and their cosines: all of them, where they are few."""
        if len(self._vectors) <= MANY:
            return np.arange(len(self._vectors)), self._vectors @ vector
        guess = self._coarse @ (vector @ self._axes)
        known = np.argpartition(-guess[: self._familiar], SHORTLIST)[:SHORTLIST]
        rows = np.union1d(known, np.argpartition(-guess, SHORTLIST)[:SHORTLIST])
        return rows, self._vectors[rows] @ vector


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


def hashed(text: str, width: int) -> tuple[NDArray[np.intp], Vectors]:
    """A text's word 1- and 2-grams and 4-letter pieces: distinct columns below `width`, signed values of unit length.

    Pure.
    """
    words = _WORD.findall(text.lower())
    grams = {*words, *(f"{a} {b}" for a, b in pairwise(words))}
    for word in words:
        padded = f"<{word}>"
        grams.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    sums: dict[int, float] = {}
    for gram in grams:
        code = zlib.crc32(gram.encode())
        sums[code % width] = sums.get(code % width, 0.0) + (1.0 if code >> 31 else -1.0)
    values = np.fromiter(sums.values(), np.float32, len(sums))
    norm = float(np.linalg.norm(values))
    return np.fromiter(sums, np.intp, len(sums)), values / (norm or 1.0)


def fit(vectors: Vectors, grams: Sparse, owner: NDArray[np.intp], labels: int, *, rare_counts: float) -> Fitted:
    """Multinomial logistic regression, each label weighing the same however many examples it has.

    `vectors` are the dense columns; hashed columns count by their inverse document frequency, which the weights then
    hold. CPU only: .1 s for the bundled examples, 5 s for 15,000.
    """
    n, dimension = vectors.shape
    counts = np.bincount(owner, minlength=labels)
    share = (n / labels / counts)[owner].astype(np.float32)[:, None] / n
    rarity = (rare_counts * (np.log((1 + n) / (1 + grams.counts())) + 1)).astype(np.float32)[:, None]
    wanted = np.zeros((n, labels), np.float32)
    wanted[np.arange(n), owner] = 1.0

    def loss_and_slope(weights: Vectors) -> tuple[float, Vectors]:
        scores = vectors @ weights[:dimension] + grams.times(rarity * weights[dimension:])
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        sums = powers.sum(axis=1, keepdims=True)
        unlikely = np.log(sums[:, 0]) - scores[np.arange(n), owner]
        loss = float((share[:, 0] * unlikely).sum()) + 0.5 * REGULARISATION / n * float((weights * weights).sum())
        missed = share * (powers / sums - wanted)
        slope = np.concatenate([vectors.T @ missed, rarity * grams.transposed_times(missed)])
        return loss, slope + REGULARISATION / n * weights

    weights = minimum(loss_and_slope, np.zeros((dimension + grams.shape[1], labels), np.float32), STEPS)
    weights[dimension:] *= rarity
    return Fitted(weights, np.zeros(labels, np.float32))
