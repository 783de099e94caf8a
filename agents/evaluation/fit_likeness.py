"""Fits the cache's likeness model: `python -m agents.evaluation.fit_likeness FILE`.

FILE holds questions of known intent, `{text, intent}` a line. The first FIRST are left to the replay that measures.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

from agents.embedding import Embedding, Vectors, WordLlama
from agents.evaluation.banking import FIRST, load_intents, replay
from agents.evaluation.logistic import fitted
from agents.forms import form
from agents.house import bundled_folder
from agents.likeness import Likeness, LikenessModel
from agents.wording import load_wording

NEAREST = 6
LEAST = 0.78
REGULARISATION = 1.0
BUDGET = 0.012
"""Share of wrong hits that the threshold may allow, replayed on what the model was fitted on."""
THRESHOLDS = (2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6, 3.8, 4.0)


def pairs(vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    """Each question with the nearest of those before it, and their cosine."""
    for number in range(1, len(vectors)):
        cosines = vectors[:number] @ vectors[number]
        for other in np.argsort(-cosines)[:NEAREST].tolist():
            if cosines[other] >= LEAST:
                yield number, other, float(cosines[other])


def fit(asked: Sequence[tuple[str, str]], embedding: Embedding, likeness: Likeness) -> tuple[list[float], float, int]:
    """Coefficients, intercept, and the number of pairs."""
    forms = [form(text) for text, _ in asked]
    rows: list[tuple[float, ...]] = []
    same: list[bool] = []
    for one, other, cosine in pairs(embedding.embed([text for text, _ in asked])):
        rows.append(likeness.features(cosine, forms[one], forms[other]))
        same.append(asked[one][1] == asked[other][1])
    coefficients, intercept = fitted(np.asarray(rows), np.asarray(same), REGULARISATION)
    return np.round(coefficients, 4).tolist(), round(intercept, 4), len(rows)


def main(path: Path, output: Path) -> None:
    """Fits and writes the model, its threshold the lowest within BUDGET."""
    asked = load_intents(path)[FIRST:]
    embedding = WordLlama()
    everyday = load_wording(bundled_folder()).everyday
    blank = Likeness(embedding, everyday, LikenessModel((0.0,) * 4, 0.0, 0.0))
    coefficients, intercept, number = fit(asked, embedding, blank)
    replays = {}
    for threshold in THRESHOLDS:
        model = LikenessModel(tuple(coefficients), intercept, threshold)
        replays[threshold] = replay(asked, embedding, Likeness(embedding, everyday, model))
        sys.stdout.write(
            f"{threshold}: hits {replays[threshold].hit_rate:.4f}, wrong {replays[threshold].wrong_rate:.4f}\n"
        )
    threshold = next((t for t in THRESHOLDS if replays[t].wrong_rate <= BUDGET), THRESHOLDS[-1])
    stored = {
        "fitted_by": "python -m agents.evaluation.fit_likeness FILE",
        "pairs": number,
        "coefficients": coefficients,
        "intercept": intercept,
        "threshold": threshold,
    }
    output.write_bytes(orjson.dumps(stored, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), bundled_folder() / "likeness.json")
