"""Retrieval and verdict on the MTRAG shape: a folder with passages.jsonl and tasks.jsonl."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agents.embedding import WordLlama
from agents.evaluation.ranks import DEPTH, ndcg, recall
from agents.evaluation.sets import SetInvalid, lines_of
from agents.evidence import Judge, Models, bundled_models
from agents.hashing import chunk_hash
from agents.house import bundled_folder
from agents.knowledge.binding import Binding
from agents.knowledge.edge import open_edge
from agents.knowledge.index import Entry, Index
from agents.knowledge.retrieval import Retrieval
from agents.passage import Passage
from agents.question import Question, Turn
from agents.reading import Reader
from agents.standalone import standalone
from agents.terms import weights
from agents.wording import load_wording
from streaming.events import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A question in its conversation, the ids of the passages that answer it, and whether they do."""

    id: str
    question: Question
    relevant: frozenset[str]
    answerability: Verdict


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages, indexed in a place of their own, and what searches and judges them as the agents do."""

    index: Index
    retrieval: Retrieval
    reader: Reader
    judge: Judge


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a task: what was judged of it; the figures of its ranking where relevance was judged.

    `probability` tells answerable from unanswerable; `confidence` is the same as calibrated.
    """

    task: Judged
    probability: float
    confidence: float
    verdict: Verdict
    ndcg: float | None
    recall: float | None

    @property
    def answerable(self) -> bool:
        """Whether the passages answer it, at least in part."""
        return self.task.answerability in ("answerable", "partial")


async def take(
    folder: Path, embedding: WordLlama, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Taken]:
    """Asks each task of a folder once, as an agent would without a domain. Raises SetInvalid and AgentError."""
    tasks = load_tasks(folder)
    async with open_pool(folder, embedding) as pool:
        taken: list[Taken] = []
        for task in tasks:
            taken.append(await _taken(pool, task))
            progress(len(taken), len(tasks))
    return taken


async def _taken(pool: Pool, task: Judged) -> Taken:
    question = standalone(task.question)
    evidence = await asyncio.to_thread(pool.judge, await pool.retrieval.search(question))
    ndcg_, recall_ = None, None
    if task.relevant:
        deep = await pool.retrieval.search(question, limit=DEPTH)
        found = [passage.url for passage in deep.passages]
        ndcg_, recall_ = ndcg(found, task.relevant), recall(found, task.relevant)
    return Taken(task, evidence.probability, evidence.confidence, evidence.verdict, ndcg_, recall_)


def load_tasks(folder: Path) -> list[Judged]:
    """The tasks of a folder. Raises SetInvalid."""
    try:
        return [_judged(line) for line in lines_of(folder / "tasks.jsonl")]
    except (KeyError, TypeError, IndexError) as error:
        raise SetInvalid(f"{folder / 'tasks.jsonl'}: {error!r} is missing or wrong.") from error


def _judged(line: dict[str, Any]) -> Judged:
    *before, last = line["turns"]
    history = tuple(Turn("user" if turn["speaker"] == "user" else "agent", turn["text"]) for turn in before)
    return Judged(line["task_id"], Question(last["text"], history), frozenset(line["relevant"]), line["answerability"])


@asynccontextmanager
async def open_pool(folder: Path, embedding: WordLlama, *, models: Models | None = None) -> AsyncIterator[Pool]:
    """The passages of a folder in an index that is gone at the end. Raises SetInvalid."""
    rows = lines_of(folder / "passages.jsonl")
    try:
        texts = [(str(row["id"]), str(row["text"])) for row in rows]
    except KeyError as error:
        raise SetInvalid(f"{folder / 'passages.jsonl'}: {error!r} is missing.") from error
    wording = load_wording(bundled_folder())
    with TemporaryDirectory() as place:
        binding = Binding(embedding.name, embedding.dimension, "given")
        async with open_edge(Path(place), name="mtrag", binding=binding) as index:
            vectors = embedding.embed([text for _, text in texts])
            await index.put(
                [
                    Entry(_passage(number, key, text), vector, weights(text), key, key, 1)
                    for number, ((key, text), vector) in enumerate(zip(texts, vectors, strict=True))
                ]
            )
            await index.settle()
            reader = Reader(embedding)
            yield Pool(
                index,
                Retrieval(index, embedding, reader, wording),
                reader,
                Judge(reader, embedding, wording, models or bundled_models()),
            )


def _passage(number: int, key: str, text: str) -> Passage:
    return Passage(
        chunk_id=f"00000000-0000-4000-8000-{number:012x}",
        text=text,
        title="",
        heading="",
        url=key,
        domain="general",
        position=0,
        content_hash=chunk_hash("", key, text),
        score=0.0,
    )
