"""Fits the evidence model on the dev split of the bundled questions: `python -m agents.evaluation.fit`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.evaluation.questions import Known, load_questions
from agents.evidence import SIGNALS
from agents.house import Agents, bundled_folder, open_agents
from agents.standalone import standalone

REGULARISATION = 20.0
DECLINED = 0.80
"""Share of the unanswerable dev questions to be declined, each judged by a model that has not seen it."""
FOLDS = 8

Floats = NDArray[np.float64]


async def gather(agents: Agents, questions: Sequence[Known]) -> tuple[Floats, NDArray[np.bool_]]:
    """The signals of the questions that reach an agent, (n, signals), and whether each is answerable, (n,)."""
    signals: list[tuple[float, ...]] = []
    answerable: list[bool] = []
    for known in questions:
        route = await agents.route(known.question)
        if route.agent == "orchestrator":
            continue
        found = await agents.retrieval.search(standalone(known.question), domain=route.agent)
        if found.passages:
            signals.append(await asyncio.to_thread(agents.judge.signals, found))
            answerable.append(known.answerable)
    return np.asarray(signals), np.asarray(answerable)


def fitted(signals: Floats, answerable: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression with an L2 penalty on standardised signals. Pure."""
    mean, scale = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    rows = np.c_[(signals - mean) / scale, np.ones(len(signals))]
    penalty = np.r_[np.full(signals.shape[1], REGULARISATION), 1e-6]
    weights = np.zeros(rows.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - answerable) + penalty * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    coefficients = weights[:-1] / scale
    return coefficients, float(weights[-1] - coefficients @ mean)


def held_out(signals: Floats, answerable: NDArray[np.bool_]) -> Floats:
    """The probability of each question under a model fitted on the other folds, (n,). Pure."""
    chances = np.zeros(len(signals))
    for fold in range(FOLDS):
        left_out = np.arange(len(signals)) % FOLDS == fold
        coefficients, intercept = fitted(signals[~left_out], answerable[~left_out])
        chances[left_out] = 1 / (1 + np.exp(-(signals[left_out] @ coefficients + intercept)))
    return chances


async def main(output: Path) -> None:
    """Fits and writes the model."""
    questions = [q for q in load_questions(bundled_folder() / "questions.jsonl") if q.split == "dev"]
    with TemporaryDirectory() as folder:
        async with open_agents(data_dir=Path(folder)) as agents:
            signals, answerable = await gather(agents, questions)
    coefficients, intercept = fitted(signals, answerable)
    unseen = held_out(signals, answerable)
    threshold = float(np.quantile(unseen[~answerable], DECLINED))
    model = {
        "fitted_by": "python -m agents.evaluation.fit",
        "questions": len(answerable),
        "coefficients": dict(zip(SIGNALS, np.round(coefficients, 4).tolist(), strict=True)),
        "intercept": round(intercept, 4),
        "answerable": round(max(threshold, 0.75), 4),
        "partial": round(threshold, 4),
    }
    await asyncio.to_thread(output.write_bytes, orjson.dumps(model, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.write(f"{output}: {len(answerable)} questions, threshold {threshold:.3f}\n")


if __name__ == "__main__":
    asyncio.run(main(bundled_folder() / "evidence.json"))
