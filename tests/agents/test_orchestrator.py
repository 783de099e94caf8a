"""One question's way: the facts in their order, and who says what."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import pytest

from agents.errors import ModelUnavailable
from agents.house import open_agents
from agents.llm import Usage
from agents.passage import Passage
from agents.question import Question
from streaming.events import AgentId, AgentStatus, Documents, RunCompleted, VectorSearch, Verdict
from tests.agents.samples import asked, house, write

STATUS = "AgentStatus"


def order(outputs: Sequence[object]) -> list[str]:
    names = []
    for output in outputs:
        name = "text" if isinstance(output, str) else type(output).__name__
        if isinstance(output, AgentStatus):
            name = f"{output.agent} {output.status}"
        if not names or names[-1] != name:
            names.append(name)
    return names


async def test_facts_come_in_their_order(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        outputs = [o async for o in agents.answer(Question("How long are refunds possible on an annual plan?"))]
    names = order(outputs)
    assert names[:7] == [
        "orchestrator routing",
        "Routing",
        "orchestrator complete",
        "billing active",
        "Cache",
        "VectorSearch",
        "Documents",
    ]
    assert set(names[7:-2]) == {"text", "Citation"}
    assert names[-2:] == ["billing complete", "RunCompleted"]


async def test_logs_carry_an_id_a_time_and_their_chunks(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        facts, _, ending = await asked(agents, "How long are cookies kept?")
    logs = [fact for fact in facts if hasattr(fact, "timestamp")]
    assert len({UUID(log.id) for log in logs}) == len(logs) == 4
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", log.timestamp) for log in logs)
    search = next(log for log in logs if isinstance(log, VectorSearch))
    assert search.data.chunks_retrieved == len(search.chunks or ())
    assert search.data.latency > 0
    documents = next(log for log in logs if isinstance(log, Documents))
    assert documents.data.verdict == "answerable"
    assert "https://docs.example/privacy" in documents.data.sources
    assert ending.metrics.latency >= search.data.latency
    assert 0 < ending.confidence <= 1


@pytest.mark.parametrize("text", ["hello", "thank you very much!", "who are you?"])
async def test_small_talk_is_answered_without_retrieval(tmp_path: Path, text: str) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        outputs = [o async for o in agents.answer(Question(text))]
    assert order(outputs) == [
        "orchestrator routing",
        "Routing",
        "orchestrator active",
        "text",
        "orchestrator complete",
        "RunCompleted",
    ]


async def test_what_is_off_topic_is_declined_politely(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, text, ending = await asked(agents, "Give me a recipe for chocolate cake")
    assert ending.agent == "orchestrator"
    assert "can't help with that" in text
    assert not ending.sources


async def test_what_the_documents_do_not_answer_is_declined_with_what_is_near(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        facts, text, _ = await asked(agents, Question("Do refunds arrive as Dogecoin?", agent="billing"))
    log = next(fact for fact in facts if isinstance(fact, Documents))
    assert (log.data.verdict, log.status) == ("unanswerable", "warning")
    assert "“Refund policy”" in text


class Scripted:
    """A model that says what it is told to, or fails."""

    def __init__(self, *says: str, error: Exception | None = None) -> None:
        self.says = says
        self.error = error
        self.closed = False

    async def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncIterator[str | Usage]:
        try:
            for piece in self.says:
                yield piece
            if self.error:
                raise self.error
            yield Usage(100, 20, 0.25)
        finally:
            self.closed = True


async def test_a_models_markers_pass_only_where_a_source_stands_and_its_usage_is_counted(tmp_path: Path) -> None:
    model = Scripted("Seven days ", "[1] and [42].")
    documents = write(tmp_path / "documents")
    async with open_agents(data_dir=tmp_path / "data", documents=documents, model=model) as agents:
        _, text, ending = await asked(agents, "How long can a monthly plan be refunded?")
    assert text == "Seven days [1] and."
    assert [source.marker for source in ending.sources][:2] == [1, None]
    assert (ending.metrics.tokensUsed, ending.metrics.cost) == (120, 0.25)


async def test_a_failing_model_fails_the_run_and_is_closed(tmp_path: Path) -> None:
    model = Scripted("Seven", error=ModelUnavailable("The model is gone."))
    documents = write(tmp_path / "documents")
    async with open_agents(data_dir=tmp_path / "data", documents=documents, model=model) as agents:
        with pytest.raises(ModelUnavailable):
            await asked(agents, "How long can a monthly plan be refunded?")
        with pytest.raises(ModelUnavailable):
            await asked(agents, "hello")
    assert model.closed


async def test_an_answer_that_is_left_early_closes_the_model(tmp_path: Path) -> None:
    model = Scripted("Seven", " days")
    documents = write(tmp_path / "documents")
    async with open_agents(data_dir=tmp_path / "data", documents=documents, model=model) as agents:
        async with aclosing(agents.answer(Question("How long can a monthly plan be refunded?"))) as outputs:  # type: ignore[type-var]
            async for output in outputs:
                if isinstance(output, str):
                    break
        assert model.closed


async def test_many_questions_at_once_get_their_own_answers(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        questions = ["What does E-1020 mean?", "How long are cookies kept?", "How do I request a refund?"] * 5
        endings = await asyncio.gather(*(asked(agents, question) for question in questions))
    assert [ending.agent for _, _, ending in endings] == ["technical", "policy", "billing"] * 5


@pytest.mark.parametrize(
    "clock", [pytest.param(time.perf_counter, marks=pytest.mark.timing), time.thread_time], ids=["waiting", "computing"]
)
async def test_the_event_loop_is_never_held_up_for_long(tmp_path: Path, clock: Callable[[], float]) -> None:
    async with house(tmp_path) as agents:
        await asked(agents, "How do I request a refund?")
        worst = 0.0
        done = asyncio.Event()

        async def tick() -> None:
            nonlocal worst
            while not done.is_set():
                before = clock()
                await asyncio.sleep(0.001)
                worst = max(worst, clock() - before)

        async with asyncio.TaskGroup() as group:
            group.create_task(tick())
            for text in ("What does E-1020 mean?", "How long are cookies kept?"):
                _, _, ending = await asked(agents, text)
                assert isinstance(ending, RunCompleted)
            done.set()
        assert worst < 0.05
