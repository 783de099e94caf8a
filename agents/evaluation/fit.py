"""Fits the evidence model: `python -m agents.evaluation.fit`.

On the dev split of the bundled questions, and on the plain ones in `bundled/evidence`; never on the test split.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.evaluation.logistic import Floats, fitted
from agents.evaluation.questions import load_questions
from agents.evaluation.ranks import auroc
from agents.evidence import SIGNALS
from agents.house import Agents, bundled_folder, open_agents
from agents.question import Question
from agents.standalone import standalone

REGULARISATION = 20.0
"""By AUROC on the dev questions held out: 2 .934, 4 .939, 10 .947, 20 .953."""
WRONGLY_DECLINED = 0.025
"""Share of the answerable questions that may be declined, each judged by models that have not seen it."""
FOLDS = 8
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, whether the documents answer it, and whether it is one of the dev split."""

    question: Question
    answerable: bool
    dev: bool


def labelled(folder: Path) -> list[Labelled]:
    """What is fitted on, from the folder of bundled files."""
    dev = [known for known in load_questions(folder / "questions.jsonl") if known.split == "dev"]
    return [
        *(Labelled(known.question, known.answerable, True) for known in dev),
        *(Labelled(Question(line), True, False) for line in _lines(folder / "evidence" / "answered.txt")),
        *(Labelled(Question(line), False, False) for line in _lines(folder / "evidence" / "unanswered.txt")),
    ]


def _lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


async def gather(agents: Agents, questions: Sequence[Labelled]) -> tuple[Floats, list[Labelled]]:
    """The signals of the questions that reach an agent, (n, signals), and those questions."""
    signals: list[tuple[float, ...]] = []
    reached: list[Labelled] = []
    for each in questions:
        route = await agents.route(each.question)
        if route.agent == "orchestrator":
            continue
        found = await agents.retrieval.search(standalone(each.question), domain=route.agent)
        if found.passages:
            signals.append(await asyncio.to_thread(agents.judge.signals, found))
            reached.append(each)
    return np.asarray(signals), reached


def held_out(signals: Floats, answerable: NDArray[np.bool_]) -> Floats:
    """The probability of each question under models fitted on the other folds, REPEATS times cut anew, (n,). Pure."""
    chances = np.zeros(len(signals))
    for repeat in range(REPEATS):
        folds = np.random.default_rng(repeat).permutation(len(signals)) % FOLDS
        for fold in range(FOLDS):
            left_out = folds == fold
            coefficients, intercept = fitted(signals[~left_out], answerable[~left_out], REGULARISATION)
            chances[left_out] += 1 / (1 + np.exp(-(signals[left_out] @ coefficients + intercept)))
    return chances / REPEATS


async def main(output: Path) -> None:
    """Fits and writes the model, and says how well it does on what it has not seen."""
    questions = labelled(bundled_folder())
    with TemporaryDirectory() as folder:
        async with open_agents(data_dir=Path(folder)) as agents:
            signals, reached = await gather(agents, questions)
    answerable = np.asarray([each.answerable for each in reached])
    coefficients, intercept = fitted(signals, answerable, REGULARISATION)
    unseen = held_out(signals, answerable)
    threshold = float(np.quantile(unseen[answerable], WRONGLY_DECLINED))
    figures: dict[str, object] = {}
    for name, of in (("dev", True), ("plain", False)):
        part = np.asarray([each.dev == of for each in reached])
        figures[name] = {
            "questions": int(part.sum()),
            "auroc": round(auroc(unseen[part].tolist(), answerable[part].tolist()), 4),
            "unanswerable_declined": round(float((unseen[part & ~answerable] < threshold).mean()), 4),
            "answerable_wrongly_declined": round(float((unseen[part & answerable] < threshold).mean()), 4),
        }
    model = {
        "fitted_by": "python -m agents.evaluation.fit",
        "questions": len(answerable),
        "held_out": figures,
        "coefficients": dict(zip(SIGNALS, np.round(coefficients, 4).tolist(), strict=True)),
        "intercept": round(intercept, 4),
        "answerable": round(max(threshold, 0.75), 4),
        "partial": round(threshold, 4),
    }
    await asyncio.to_thread(output.write_bytes, orjson.dumps(model, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.write(f"{output}: {len(answerable)} questions, threshold {threshold:.3f}, held out {figures}\n")


if __name__ == "__main__":
    asyncio.run(main(bundled_folder() / "evidence.json"))
