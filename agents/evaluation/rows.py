"""Questions with known answers as rows of signals: what the verdict is fitted and measured on."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from agents.embedding import WordLlama
from agents.evaluation.logistic import Floats
from agents.evaluation.measure import TOP
from agents.evaluation.mtrag import load_tasks, open_pool
from agents.evidence import Kind, kind, with_precedents
from agents.house import Agents, bundled_folder, open_agents
from agents.known import load_questions, plain
from agents.precedents import NONE, Precedent, Precedents, bundled_known, bundled_quoted, precedents_of
from agents.precedents import SIGNALS as OF_PRECEDENTS
from agents.question import Question, Turn
from agents.standalone import standalone
from streaming.events import Verdict

Part = Literal["dev", "test", "plain", "customers", "near", "hands", "follow_ups", "mtrag"]
"""The two splits of the bundled questions; of `bundled/evidence/asked.jsonl` the plain ones, the customers', and the
near misses with answered ones by the same hand; all hands' of `hands.jsonl`; the follow-ups; and the tasks of an MTRAG
folder."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question that reached an agent: ALL_SIGNALS, what is known of it, and which model is for it.

    Its precedents are others': none by the hand that wrote it. `right`: the documents answer it, at least in part, and
    an answering page is among the first found, if such pages are known.
    """

    part: Part
    signals: tuple[float, ...]
    answerability: Verdict
    right: bool
    kind: Kind
    hand: str = ""

    @property
    def alone(self) -> "Row":
        """The same without precedents."""
        if self.kind != "precedented":
            return self
        return replace(self, signals=(*self.signals[: -len(OF_PRECEDENTS)], *NONE.signals), kind="sections")

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
    hand: str = ""


async def bundled_rows(folder: Path, parts: Sequence[Part] = get_args(Part)) -> tuple[list[Row], frozenset[str]]:
    """The rows of the questions of some parts in a folder of bundled files, asked of the bundled documents.

    And the content hashes of all chunks of these, by which precedents are judged.
    """
    labelled = [each for each in _labelled(folder) if each.part in parts]
    with TemporaryDirectory() as place:
        async with open_agents(data_dir=Path(place)) as agents:
            judged = await chunks_judged(agents)
            asked: dict[str, set[str]] = {}
            for each in labelled:
                asked.setdefault(each.hand, set()).add(each.question.text)
            books = books_without(asked, agents, judged)
            rows = [row for each in labelled if (row := await _row(agents, books[each.hand], each))]
            return rows, judged


def books_without(
    asked: Mapping[str, Collection[str]], agents: Agents, judged: frozenset[str]
) -> Mapping[str, Precedents]:
    """For each hand and what it asked the bundled precedents by all others, without any of the same words.

    CPU: 20 µs a question.
    """
    known, quoted = bundled_known(bundled_folder()), bundled_quoted(bundled_folder())

    def others(hand: str, texts: Collection[str]) -> list[Precedent]:
        same, all_others = set(map(plain, texts)), precedents_of(each for each in known if each.split != hand)
        return [each for each in (*all_others, *quoted) if plain(each.text) not in same]

    return {hand: Precedents(agents.embedding, judged, precedents=others(hand, texts)) for hand, texts in asked.items()}


async def chunks_judged(agents: Agents) -> frozenset[str]:
    """The content hashes of all that the index holds. Raises IndexUnavailable."""
    listed = await agents.index.listed()
    documents = [await agents.index.document(url) for url in {each.url for each in listed}]
    return frozenset(passage.content_hash for passages in documents for passage in passages)


def _labelled(folder: Path) -> list[_Labelled]:
    return [
        *(
            _Labelled(cast(Part, part or known.split), known.question, known.answerability, known.pages, known.split)
            for part, path in (
                ("", folder / "questions.jsonl"),
                ("", folder / "evidence" / "asked.jsonl"),
                ("hands", folder / "evidence" / "hands.jsonl"),
            )
            for known in load_questions(path)
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


async def _row(agents: Agents, precedents: Precedents, each: _Labelled) -> Row | None:
    route = await agents.route(each.question)
    if route.agent == "orchestrator":
        return None
    found = await agents.retrieval.search(standalone(each.question), domain=route.agent)
    if not found.passages:
        return None
    judged_by, alike = with_precedents(found.passages, await asyncio.to_thread(precedents, found))
    signals = await asyncio.to_thread(agents.judge.signals, found, alike)
    first = {passage.url for passage in found.passages[:TOP]}
    right = each.answerability in ("answerable", "partial") and (not each.pages or bool(each.pages & first))
    return Row(each.part, signals, each.answerability, right, judged_by, each.hand)


async def mtrag_rows(folder: Path) -> list[Row]:
    """The rows of the tasks in a folder of the MTRAG shape. Raises SetInvalid."""
    rows: list[Row] = []
    async with open_pool(folder, await asyncio.to_thread(WordLlama)) as pool:
        for task in load_tasks(folder):
            found = await pool.retrieval.search(standalone(task.question))
            signals = await asyncio.to_thread(pool.judge.signals, found)
            right = task.answerability in ("answerable", "partial")
            rows.append(Row("mtrag", signals, task.answerability, right, kind(found.passages)))
    return rows


def table(rows: Sequence[Row]) -> tuple[Floats, NDArray[np.bool_]]:
    """The rows' signals, (n, signals), and whether the documents answer them, (n,)."""
    return np.asarray([row.signals for row in rows]), np.asarray([row.answered for row in rows])
