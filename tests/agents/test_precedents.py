"""Questions of which it is known whether the documents answer them, and what like questions are told by them."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from agents.chances import bundled_chances
from agents.embedding import WordLlama
from agents.house import Agents, bundled_folder, open_agents
from agents.known import Known, plain
from agents.precedents import NONE, Alike, Precedent, Precedents, operators_precedents, precedents_of
from agents.question import Question, Turn
from agents.reading import Reader
from agents.selecting import Selection, asked_of
from agents.standalone import standalone
from agents.wording import load_wording
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


async def alike(agents: Agents, text: str, *precedents: Precedent, but: str = "") -> Alike:
    """What these precedents tell of a question, beside what is found for it and known but for one passage."""
    found = await agents.search(text)
    judged = frozenset(each.content_hash for each in found.passages if not but or but not in each.text)
    return Precedents(agents.embedding, judged, precedents=precedents)(found)


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
        assert await alike(agents, "How long do you store cookies?", bound, but="first payment") == NONE


async def test_an_unanswered_one_counts_while_what_is_found_is_what_it_was_judged_by(tmp_path: Path) -> None:
    bound = Precedent("Do you bake cookies?", answered=False, bound=True)
    async with house(tmp_path) as agents:
        assert (await alike(agents, "Are cookies baked?", bound)).unanswered
        assert await alike(agents, "Are cookies baked?", bound, but="Cookies") == NONE
        own = await alike(agents, "Do you bake the cookies?", replace(bound, bound=False), but="Cookies")
        assert own.unanswered
        assert own.decided is False


async def test_an_operators_word_outweighs_what_comes_along_and_does_not_reach_other_questions(tmp_path: Path) -> None:
    own = Precedent("Is personal data kept in Norway?", answered=False)
    near = Precedent("Is personal data kept?", answered=True, answers=("cookies are kept for 12 months",), bound=True)
    async with house(tmp_path) as agents:
        mixed = await alike(agents, "Is personal data kept in Norway?", own, near)
        assert (mixed.answered, len(mixed.unanswered), mixed.decided) == ((), 1, False)
        other = await alike(agents, "Is personal data kept after an account was closed?", own)
        assert other == NONE, "the best passage speaks of closed accounts, the operator's question does not"
        faint = await alike(agents, "Which fish do people eat in Norway at Christmas?", own)
        assert faint == NONE
        assert (await alike(agents, "Is personal data kept?", near)).own is None, "it is not the operator's"
        answered = replace(own, answered=True)
        assert (await alike(agents, "Is personal data kept in Norway?", answered)).decided is True
        assert await alike(agents, "Is personal data kept in Sweden?", answered) == NONE, "no passage speaks of Sweden"


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("Are 12 cookies kept?", True),
        ("ARE 12 COOKIES KEPT", True),
        ("Are 13 cookies kept?", None),
        ("Are 12 cookies not kept?", None),
    ],
)
async def test_an_operators_word_is_on_the_same_question_in_any_case_and_on_no_other_number(
    tmp_path: Path, text: str, decided: bool | None
) -> None:
    async with house(tmp_path) as agents:
        told = await alike(agents, text, Precedent("Are 12 cookies kept?", answered=True))
        agents.precedents.learn([Precedent("Are 12 cookies kept?", answered=True)])
        assert told.decided is decided
        assert agents.precedents.decided(text) is bool(decided)


async def test_a_question_that_leaves_open_what_is_meant_is_judged_as_an_operator_says(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        assert agents.judge(await agents.search("How much?")).verdict == "underspecified"
        agents.precedents.learn([Precedent("How much?", answered=False)])
        assert agents.judge(await agents.search("how much")).verdict == "unanswerable"


async def test_a_question_that_leans_on_an_earlier_one_has_none(tmp_path: Path) -> None:
    texts = ("How long?", "Is there a place where cookies are kept?")
    own = [Precedent(text, answered=True, answers=("cookies are kept for 12 months",)) for text in texts]
    history = (Turn("user", "Do you use cookies?"), Turn("agent", "Yes."))
    async with house(tmp_path) as agents:
        precedents = Precedents(agents.embedding, frozenset(), precedents=own)
        assert precedents(await agents.retrieval.search(standalone(Question("How long?")))).answered
        assert precedents(await agents.retrieval.search(standalone(Question("How long?", history)))) == NONE
        stands_alone = standalone(Question("Is there a place where cookies are kept?", history))
        assert len(stands_alone.parts) == 2, "what came before is searched for, too"
        told = precedents(await agents.retrieval.search(stands_alone))
        assert told.answered
        assert told.answers == {}


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
    assert len({Precedents(wordllama, frozenset(), precedents=several[:n]).edition for n in range(9)}) == 9


async def learned(agents: Agents, path: Path, text: str) -> None:
    """Waits until what is now in a file is learned."""
    before = agents.precedents.edition
    path.write_text(text, encoding="utf-8")
    async with asyncio.timeout(30):
        while agents.precedents.edition == before:
            await asyncio.sleep(0.01)


RUNNING_TEXT = "The museum was built in 1903. Its garden has roses. Dogs are not allowed. The tower has 212 steps.\n"


@pytest.mark.parametrize(
    ("documents", "agent", "answered", "declined", "sentence"),
    [
        (
            None,
            "billing",
            "How much is the Team plan?",
            "Is our yearly charge reversible in its third week?",
            "The first payment of an annual subscription can be refunded in full within 30 days of the charge.",
        ),
        (
            {"museum.txt": RUNNING_TEXT},
            "policy",
            "When was the museum built?",
            "May I bring a puppy along to the roses?",
            "Dogs are not allowed.",
        ),
    ],
)
async def test_an_operator_corrects_a_verdict_without_code_and_without_a_restart(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    documents: dict[str, str] | None,
    agent: Literal["billing", "policy"],
    answered: str,
    declined: str,
    sentence: str,
) -> None:
    monkeypatch.setattr("agents.routing.learning.LOOK", 0.01)
    examples = write(tmp_path / "examples", {"answered.txt": "# What our pages say.\n"})  # the bundled ones route
    folder = write(tmp_path / "documents", documents) if documents else None
    async with open_agents(data_dir=tmp_path / "data", documents=folder, examples=examples) as agents:
        facts, _, _ = await asked(agents, Question(answered, agent=agent))
        assert verdict_of(facts) in ("answerable", "partial")
        facts, _, _ = await asked(agents, Question(answered, agent=agent))
        assert [fact.data.status for fact in facts if isinstance(fact, Cache)] == ["hit"]

        await learned(agents, examples / "unanswered.txt", f"{answered}\n{answered}\n")
        facts, answer, ending = await asked(agents, Question(answered, agent=agent))
        assert [fact.data.status for fact in facts if isinstance(fact, Cache)] == ["miss"]
        assert verdict_of(facts) == "unanswerable"
        assert "could not find" in answer
        assert ending.confidence < 0.5
        (reason,) = (fact.data.reasoning for fact in facts if isinstance(fact, Documents))
        assert reason
        assert "A question in unanswered.txt is 1.00 alike" in reason

        await learned(agents, examples / "answered.txt", f"{declined} | {sentence}\n")
        facts, answer, ending = await asked(agents, Question(declined, agent=agent))
        assert verdict_of(facts) in ("partial", "answerable")
        assert ending.confidence > 0.5
        assert answer.startswith(sentence)

        before = agents.precedents.edition
        for path in examples.iterdir():
            path.unlink()
        async with asyncio.timeout(30):
            while agents.precedents.edition == before:
                await asyncio.sleep(0.01)
        facts, _, _ = await asked(agents, Question(answered, agent=agent))
        assert verdict_of(facts) in ("answerable", "partial")


async def test_what_is_in_both_files_counts_in_neither_and_what_cannot_be_read_stops_no_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    examples = write(tmp_path / "examples", {"answered.txt": "Do you bake?\nA\n", "unanswered.txt": "do you bake\n"})
    assert operators_precedents(examples) == [Precedent("A", answered=True)]
    assert "Do you bake?" in caplog.text
    (examples / "answered.txt").write_bytes("Do you bake?\r\n".encode("utf-16"))
    assert operators_precedents(examples) == []
    (examples / "answered.txt").write_bytes("Do you bake?".encode("utf-16-le"))
    async with open_agents(
        data_dir=tmp_path / "data", documents=write(tmp_path / "documents"), examples=examples
    ) as agents:
        assert "answered.txt is binary" in caplog.text
        facts, _, _ = await asked(agents, Question("How long are cookies kept?", agent="policy"))
        assert verdict_of(facts) == "answerable"


async def test_bundled_precedents_say_nothing_where_the_documents_are_others(tmp_path: Path) -> None:
    text = "The first payment of a monthly subscription can be refunded in full within 7 days of the charge."
    async with house(tmp_path, {"refunds.md": f"# Refunds\n\n## Monthly\n{text} Ask us.\n"}) as agents:
        assert agents.precedents(await agents.search("Can I get a refund of a monthly subscription?")) == NONE


async def test_the_sentence_that_answers_a_like_question_is_quoted(tmp_path: Path) -> None:
    sentence = "renewals of a monthly plan are not refundable"
    text = "My plan went on for another month, is that money lost?"
    bound = Precedent(text.replace("money", "cash"), answered=True, answers=(sentence,), bound=True)
    async with house(tmp_path) as agents:
        found = await agents.search(text, domain="billing")
        hashes = frozenset(each.content_hash for each in found.passages)
        told = Precedents(agents.embedding, hashes, precedents=[bound])(found)
        wording, reader = load_wording(bundled_folder()), Reader(agents.embedding)
        selection, readings = Selection(wording, bundled_chances()), reader(found.sources)
        question = standalone(Question(text))
        first: list[str] = []
        for answers in ({}, told.answers):
            each = selection.weighed(asked_of(question, found, found.sources, readings, wording, answers))
            source, unit = each.places[0]
            first.append(readings[source].sentences[unit].text)
    assert plain(first[0]) != sentence
    assert plain(first[1]) == sentence
    assert told.answers[sentence] > 0.05


async def test_the_answer_to_another_question_does_not_outlive_a_correction_of_this_one(tmp_path: Path) -> None:
    kept, corrected = "How long are the cookies kept by you?", "How long are the cookies kept?"
    async with house(tmp_path) as agents:
        for own, status in (([], "hit"), ([Precedent(corrected, answered=False)], "miss")):
            agents.precedents.learn(own)
            await asked(agents, Question(kept, agent="policy"))
            facts, _, _ = await asked(agents, Question(corrected, agent="policy"))
            assert [fact.data.status for fact in facts if isinstance(fact, Cache)] == [status]
        assert verdict_of(facts) == "unanswerable"
