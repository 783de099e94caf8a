"""Questions with known answers as rows of signals: what the verdict is fitted and measured on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from agents.embedding import WordLlama
from agents.evaluation.logistic import Floats
from agents.evaluation.measure import TOP
from agents.evaluation.mtrag import load_tasks, open_pool
from agents.evaluation.questions import load_questions
from agents.evidence import Documents, documents
from agents.house import Agents, open_agents
from agents.question import Question, Turn
from agents.standalone import standalone
from streaming.events import Verdict

Part = Literal["dev", "test", "plain", "customers", "near", "follow_ups", "mtrag"]
"""The two splits of the bundled questions; of `bundled/evidence` the plain ones, the customers', the near misses with
answered ones by the same hand, and the follow-ups; and the tasks of an MTRAG folder."""

_FILES: Sequence[tuple[Part, str, Verdict]] = (
    ("plain", "answered.txt", "answerable"),
    ("plain", "unanswered.txt", "unanswerable"),
    ("customers", "customers_answered.txt", "answerable"),
    ("customers", "customers_unanswered.txt", "unanswerable"),
    ("near", "near_answered.txt", "answerable"),
    ("near", "near_unanswered.txt", "unanswerable"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A question that reached an agent: its signals, what is known of it, and what its passages are cut from.

    `right`: the documents answer it, at least in part, and an answering page is among the first found, if such pages
    are known.
    """

    part: Part
    signals: tuple[float, ...]
    answerability: Verdict
    right: bool
    documents: Documents

    @property
    def answered(self) -> bool:
        """Whether the documents answer it, at least in part."""
        return self.answerability in ("answerable", "partial")


@dataclass(frozen=True, slots=True)
class _Labelled:
    part: Part
    question: Question
    answerability: Verdict
    pages: frozenset[str] = frozenset()


async def bundled_rows(folder: Path, parts: Sequence[Part] = get_args(Part)) -> list[Row]:
    """The rows of the questions of some parts in a folder of bundled files, asked of the bundled documents."""
    labelled = [each for each in _labelled(folder) if each.part in parts]
    with TemporaryDirectory() as place:
        async with open_agents(data_dir=Path(place)) as agents:
            return [row for each in labelled if (row := await _row(agents, each))]


def _labelled(folder: Path) -> list[_Labelled]:
    return [
        *(
            _Labelled(cast(Part, known.split), known.question, known.answerability, known.pages)
            for known in load_questions(folder / "questions.jsonl")
        ),
        *(
            _Labelled(part, Question(line), answerability)
            for part, name, answerability in _FILES
            for line in _lines(folder / "evidence" / name)
        ),
        *_follow_ups(folder / "evidence" / "follow_ups.txt"),
    ]


def _follow_ups(path: Path) -> list[_Labelled]:
    found: list[_Labelled] = []
    history: tuple[Turn, ...] = ()
    for line in _lines(path):
        sign, text = line[0], line[1:].strip()
        if sign == "=":
            asked, _, answered = text.partition(" | ")
            history = (Turn("user", asked), Turn("agent", answered))
        else:
            answerability: Verdict = "answerable" if sign == "+" else "unanswerable"
            found.append(_Labelled("follow_ups", Question(text, history), answerability))
    return found


def _lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


async def _row(agents: Agents, each: _Labelled) -> Row | None:
    route = await agents.route(each.question)
    if route.agent == "orchestrator":
        return None
    found = await agents.retrieval.search(standalone(each.question), domain=route.agent)
    if not found.passages:
        return None
    signals = await asyncio.to_thread(agents.judge.signals, found)
    first = {passage.url for passage in found.passages[:TOP]}
    right = each.answerability in ("answerable", "partial") and (not each.pages or bool(each.pages & first))
    return Row(each.part, signals, each.answerability, right, documents(found.passages))


async def mtrag_rows(folder: Path) -> list[Row]:
    """The rows of the tasks in a folder of the MTRAG shape. Raises SetInvalid."""
    rows: list[Row] = []
    async with open_pool(folder, await asyncio.to_thread(WordLlama)) as pool:
        for task in load_tasks(folder):
            found = await pool.retrieval.search(standalone(task.question))
            signals = await asyncio.to_thread(pool.judge.signals, found)
            right = task.answerability in ("answerable", "partial")
            rows.append(Row("mtrag", signals, task.answerability, right, documents(found.passages)))
    return rows


def table(rows: Sequence[Row]) -> tuple[Floats, NDArray[np.bool_]]:
    """The rows' signals, (n, signals), and whether the documents answer them, (n,)."""
    return np.asarray([row.signals for row in rows]), np.asarray([row.answered for row in rows])
