"""The cache: what is kept, for how long it stands, and whose questions pass it by."""

from pathlib import Path

import pytest

from agents.answers import Cached, MemoryStore, decoded, encoded
from agents.cache import WAITING, cacheable, key_of, normalised
from agents.house import open_agents
from agents.question import Question, Turn
from streaming.events import Cache, Citation, VectorSearch
from tests.agents.samples import REFUNDS, asked, house, write

ASK = "How long can the first payment of an annual plan be refunded?"


async def test_the_second_asker_gets_the_same_answer_without_a_search(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        facts, text, ending = await asked(agents, ASK)
        assert ending.metrics.cache_status == "miss"
        again_facts, again, repeated = await asked(agents, ASK.upper().replace("?", " ?!"))
        assert again == text
        assert repeated.sources == ending.sources
        assert repeated.metrics.cache_status == "hit"
        assert (repeated.metrics.cost, repeated.metrics.tokensUsed) == (0, 0)
        assert [f for f in again_facts if isinstance(f, Citation)] == [f for f in facts if isinstance(f, Citation)]
        assert not any(isinstance(fact, VectorSearch) for fact in again_facts)
        log = next(fact for fact in again_facts if isinstance(fact, Cache))
        assert (log.data.status, log.data.kind, log.data.size, log.data.hit_rate) == ("hit", "exact", 1, 0.5)


async def test_exact_hits_alone_let_no_changes_pile_up(tmp_path: Path) -> None:
    store = MemoryStore()
    async with open_agents(data_dir=tmp_path / "data", documents=write(tmp_path / "d"), answers=store) as agents:
        await asked(agents, ASK)
        for number in range(2 * WAITING):
            await store.put("billing", f"key-{number}", f"What does item {number} cost?", b"", 60.0)
        _, _, ending = await asked(agents, ASK)
        assert ending.metrics.cache_status == "hit"
        assert len(agents.caches[0]._changes) <= WAITING


async def test_an_answer_falls_when_a_chunk_it_rests_on_changes(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        _, text, _ = await asked(agents, ASK)
        assert "30 days" in text
        path = tmp_path / "documents" / "refunds.md"
        path.write_text(REFUNDS.replace("within 30 days", "within 45 days"))
        await agents.ingest([tmp_path / "documents"], prefix="bundled")
        _, text, ending = await asked(agents, ASK)
        assert "45 days" in text
        assert ending.metrics.cache_status == "miss"


async def test_technical_questions_are_answered_afresh_and_say_nothing_of_a_cache(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        for _ in range(2):
            facts, _, ending = await asked(agents, "What does error E-1031 mean?")
            assert ending.agent == "technical"
            assert ending.metrics.cache_status == "none"
            assert not any(isinstance(fact, Cache) for fact in facts)


async def test_what_was_declined_is_not_kept(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        for _ in range(2):
            _, _, ending = await asked(agents, Question("Do you sell purple unicorns in Brazil?", agent="billing"))
            assert ending.metrics.cache_status == "miss"


@pytest.mark.parametrize(
    "text",
    [
        "Why was I charged twice?",
        "What is the status of my order?",
        "Send it to me@example.com",
        "Where is invoice 2024001?",
        "What's my current balance?",
        "?!",
    ],
)
def test_questions_about_somebodys_account_pass_the_cache_by(text: str) -> None:
    assert not cacheable(Question(text))


def test_only_questions_without_history_are_kept() -> None:
    assert cacheable(Question(ASK))
    assert not cacheable(Question(ASK, (Turn("user", "hello"),)))


def test_case_and_punctuation_do_not_matter_but_negation_does() -> None:
    assert normalised("Can I cancel?") == normalised("can i  CANCEL")
    assert normalised("Can I cancel?") != normalised("Can I not cancel?")


async def test_an_answer_is_kept_as_it_was_given_and_one_of_another_version_is_none(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        facts, _, ending = await asked(agents, ASK)
    citations = [fact for fact in facts if isinstance(fact, Citation)]
    answer = Cached(("Up to ", *citations, "30 days."), ending, {"c": "h"})
    assert decoded(encoded(answer)) == answer
    assert decoded(encoded(answer).replace(b'"format":1', b'"format":0')) is None


async def test_what_was_forgotten_is_answered_afresh_also_in_other_words(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        await asked(agents, ASK)
        await agents.forget(ASK)
        assert "annual" not in key_of(ASK)
        assert (await asked(agents, f"Please: {ASK}"))[2].metrics.cache_status == "miss"
