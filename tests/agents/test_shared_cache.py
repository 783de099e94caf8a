"""Two instances with an index each and one place for earlier answers: what one answered, the other gives again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from agents.house import Agents, open_agents
from streaming.events import Cache
from streaming.redis_store import open_redis
from tests.agents.samples import REFUNDS, asked, write
from tests.streaming.stores import shared_redis

ASK = "How long can the first payment of an annual plan be refunded?"
PUT_OTHERWISE = "Please, how long can a first payment of an annual plan be refunded"


@asynccontextmanager
async def instance(folder: Path, documents: Path) -> AsyncIterator[Agents]:
    async with (
        open_redis(shared_redis().url) as store,
        open_agents(data_dir=folder, documents=documents, answers=store.answers) as agents,
    ):
        yield agents


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return write(tmp_path / "documents")


@pytest.fixture
async def instances(tmp_path: Path, documents: Path) -> AsyncIterator[tuple[Agents, Agents]]:
    with shared_redis().client() as client:
        client.flushall()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(instance(tmp_path / "one", documents))
        yield one, await stack.enter_async_context(instance(tmp_path / "two", documents))


async def found(agents: Agents, question: str) -> tuple[str | None, str]:
    """Of what kind the hit was, if it was one, and the answer."""
    facts, text, _ = await asked(agents, question)
    return next(fact for fact in facts if isinstance(fact, Cache)).data.kind, text


async def test_what_one_answered_is_an_exact_and_a_semantic_hit_on_the_other(instances: tuple[Agents, Agents]) -> None:
    here, there = instances
    kind, answer = await found(here, ASK)
    assert kind is None
    assert await found(there, PUT_OTHERWISE) == ("semantic", answer)
    assert await found(there, ASK.upper()) == ("exact", answer)
    facts, _, _ = await asked(there, ASK)
    log = next(fact for fact in facts if isinstance(fact, Cache))
    assert (log.data.size, log.data.hit_rate) == (1, 0.75)


async def test_once_a_policy_page_is_edited_no_instance_answers_from_the_old_text(
    instances: tuple[Agents, Agents], documents: Path
) -> None:
    for agents in instances:
        assert "30 days" in (await found(agents, ASK))[1]
        assert "30 days" in (await found(agents, PUT_OTHERWISE))[1]
    (documents / "refunds.md").write_text(REFUNDS.replace("within 30 days", "within 45 days"))
    for agents in instances:
        await agents.ingest([documents], prefix="bundled")
    for agents in instances:
        for question in (PUT_OTHERWISE, ASK):
            answer = (await found(agents, question))[1]
            assert "45 days" in answer
            assert "30 days" not in answer


async def test_an_instance_that_has_the_new_text_gives_no_answer_that_rests_on_the_old(
    instances: tuple[Agents, Agents], documents: Path
) -> None:
    here, there = instances
    await found(there, ASK)
    (documents / "refunds.md").write_text(REFUNDS.replace("within 30 days", "within 45 days"))
    await here.ingest([documents], prefix="bundled")
    assert (await found(here, PUT_OTHERWISE))[0] is None
    await found(there, ASK)
    kind, answer = await found(here, ASK)
    assert kind is None
    assert "45 days" in answer


async def test_what_one_forgets_the_other_forgets(instances: tuple[Agents, Agents]) -> None:
    here, there = instances
    await found(here, ASK)
    assert (await found(there, PUT_OTHERWISE))[0] == "semantic"
    await here.forget(ASK)
    assert (await found(there, PUT_OTHERWISE))[0] is None
    for cache in there.caches:
        assert ASK not in str(cache._earlier._asked)


async def test_an_instance_that_starts_later_knows_what_was_asked(
    tmp_path: Path, documents: Path, instances: tuple[Agents, Agents]
) -> None:
    await found(instances[0], ASK)
    async with instance(tmp_path / "three", documents) as late:
        assert (await found(late, PUT_OTHERWISE))[0] == "semantic"
