"""Questions of which it is known whether the documents answer them, and what like questions are told by them."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from agents.embedding import WordLlama
from agents.house import Agents, bundled_folder, open_agents
from agents.known import Known
from agents.precedents import NONE, Alike, Precedent, Precedents, precedents_of
from agents.question import Question, Turn
from agents.standalone import standalone
from streaming.events import Cache, Documents, Fact
from tests.agents.samples import asked, house, write

KNOWN = Known(
    id="1",
    question=Question("How long are cookies stored?"),
    agent="policy",
    pages=frozenset(),
    answerability="answerable",
    kind="direct",
    split="dev",
    answers=("Cookies are kept for **12 months**.",),
)


def verdict_of(facts: list[Fact]) -> str:
    """What the documents log says."""
    (told,) = (fact.data.verdict for fact in facts if isinstance(fact, Documents))
    return told


async def alike(agents: Agents, text: str, *precedents: Precedent, judged: frozenset[str] = frozenset()) -> Alike:
    """What these precedents tell of a question, beside what is found for it."""
    found = await agents.search(text)
    return Precedents(agents.embedding, judged, precedents)(found)


async def test_an_answered_one_counts_while_a_sentence_that_answers_it_is_found(tmp_path: Path) -> None:
    (bound,) = precedents_of([KNOWN])
    elsewhere = replace(bound, answers=("cookies are kept for 13 months",))
    async with house(tmp_path) as agents:
        near = await alike(agents, "How long do you store cookies?", bound)
        assert len(near.answered) == 1
        assert near.answered[0] > 0.8
        assert near.unanswered == ()
        assert set(near.answers) == {"cookies are kept for 12 months"}
        assert await alike(agents, "How long do you store cookies?", elsewhere) == NONE
        assert await alike(agents, "Which error means a full disk?", bound) == NONE


async def test_an_unanswered_one_counts_while_what_is_found_is_what_it_was_judged_by(tmp_path: Path) -> None:
    bound = Precedent("Do you bake cookies?", answered=False, bound=True)
    async with house(tmp_path) as agents:
        found = await agents.search("Are cookies baked?")
        hashes = frozenset(each.content_hash for each in found.passages)
        assert (await alike(agents, "Are cookies baked?", bound, judged=hashes)).unanswered
        new = hashes - {found.passages[1].content_hash}
        assert await alike(agents, "Are cookies baked?", bound, judged=new) == NONE
        assert (await alike(agents, "Are cookies baked?", replace(bound, bound=False))).unanswered


async def test_a_question_that_leans_on_an_earlier_one_has_none(tmp_path: Path) -> None:
    own = [Precedent(text, answered=True) for text in ("How long?", "Is there a place where cookies are kept?")]
    history = (Turn("user", "Do you use cookies?"), Turn("agent", "Yes."))
    async with house(tmp_path) as agents:
        precedents = Precedents(agents.embedding, frozenset(), own)
        assert precedents(await agents.retrieval.search(standalone(Question("How long?")))).answered
        assert precedents(await agents.retrieval.search(standalone(Question("How long?", history)))) == NONE
        stands_alone = standalone(Question("Is there a place where cookies are kept?", history))
        assert len(stands_alone.parts) == 2, "what came before is searched for, too"
        assert precedents(await agents.retrieval.search(stands_alone)).answered


def test_what_is_underspecified_leans_or_has_no_known_answer_is_none() -> None:
    history = (Turn("user", "Do you use cookies?"), Turn("agent", "Yes."))
    others = (
        replace(KNOWN, answerability="underspecified"),
        replace(KNOWN, answers=()),
        replace(KNOWN, question=replace(KNOWN.question, history=history)),
    )
    assert precedents_of(others) == []
    assert [each.answered for each in precedents_of([replace(KNOWN, answerability="unanswerable", answers=())])] == [
        False
    ]


def test_the_nearest_three_of_each_kind_tell_how_much() -> None:
    assert Alike((0.9, 0.7, 0.5), (0.6,)).signals == pytest.approx((0.6, 0.3, 0.3, 0.0))
    assert NONE.signals == (0.0, 0.0, 0.0, 0.0)
    wordllama = WordLlama()
    several = [Precedent(f"How long are cookies kept, version {n}?", answered=True) for n in range(9)]
    assert len({Precedents(wordllama, frozenset(), several[:n]).edition for n in range(9)}) == 9


async def test_an_operator_corrects_a_verdict_without_code_and_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.routing.learning.LOOK", 0.01)
    examples = tmp_path / "examples"
    shutil.copytree(bundled_folder() / "examples", examples)
    text = "Can renewals of a monthly plan be paid in instalments?"
    documents = write(tmp_path / "documents")
    async with open_agents(data_dir=tmp_path / "data", documents=documents, examples=examples) as agents:
        question = Question(text, agent="billing")
        facts, _, _ = await asked(agents, question)
        assert verdict_of(facts) in ("answerable", "partial")
        facts, _, _ = await asked(agents, question)
        assert [fact.data.status for fact in facts if isinstance(fact, Cache)] == ["hit"]

        before = agents.precedents.edition
        (examples / "unanswered.txt").write_text(f"# What our pages do not say.\n{text}\n", encoding="utf-8")
        async with asyncio.timeout(30):
            while agents.precedents.edition == before:
                await asyncio.sleep(0.01)
        facts, answer, _ = await asked(agents, question)
        assert [fact.data.status for fact in facts if isinstance(fact, Cache)] == ["miss"]
        assert verdict_of(facts) == "unanswerable"
        assert "not" in answer
        (reason,) = (fact.data.reasoning for fact in facts if isinstance(fact, Documents))
        assert reason == "Like questions are known that are not answered (1.00 alike)."

        before = agents.precedents.edition
        (examples / "unanswered.txt").rename(examples / "answered.txt")
        async with asyncio.timeout(30):
            while agents.precedents.edition == before:
                await asyncio.sleep(0.01)
        facts, _, _ = await asked(agents, question)
        assert verdict_of(facts) in ("answerable", "partial")


async def test_the_sentence_that_answers_a_like_question_is_quoted(tmp_path: Path) -> None:
    (bound,) = precedents_of([replace(KNOWN, question=Question("When do I get the money for a monthly plan?"))])
    bound = replace(bound, answers=("the first payment of a monthly plan can be refunded within 7 days",))
    text = "Until when do I get my money back, we have a monthly plan?"
    async with house(tmp_path) as agents:
        agents.precedents.learn([])
        _, before, _ = await asked(agents, Question(text, agent="billing"))
        agents.precedents.learn([bound])
        facts, after, _ = await asked(agents, Question(text, agent="billing"))
    assert after.startswith("The first payment of a monthly plan can be refunded within 7 days.")
    assert verdict_of(facts) == "answerable", before
