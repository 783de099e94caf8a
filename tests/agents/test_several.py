"""Several questions of one domain in one message: each is searched, judged and answered, or named as missing."""

from pathlib import Path

import pytest

from agents.clauses import parted
from agents.house import open_agents
from agents.question import Question, Turn
from agents.several import narrowed_to
from streaming.events import Documents, VectorSearch
from tests.agents.samples import asked, house


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How much does the Team plan cost, and can I cancel at any time?", ["How much does", "can I cancel"]),
        ("How do I add a seat and what does it cost?", ["How do I add a seat?", "what does it cost?"]),
        ("How much is Team? Can I cancel? Is there a refund?", ["How much is Team?", "Can I cancel?", "Is there"]),
        ("I want to upgrade. How do I do that, when is it done and what is it?", ["I want to", "when is", "what is"]),
        ("If I cancel, do I get a refund and how long does it take?", ["If I cancel, do I", "how long does it take?"]),
        ("What happens if I cancel and have unpaid invoices?", ["What happens"]),
        ("What can guests who see files and are invited do?", ["What can guests"]),
        ("My files are gone. Can I get them back? How?", ["My files are gone."]),
        ("My card was declined. What should I do?", ["My card"]),
        ("I lost my phone and how do I sign in?", ["I lost my phone"]),
        ("I got married and have a new name. Where do I change it?", ["I got married"]),
        ("I lost my key and when I call nobody answers. How do I get in?", ["I lost my key"]),
        ("When I start it and sign in, E-2014 comes up. What now?", ["When I start it"]),
        ("What must we send in, and where, so that it is transferred?", ["What must we send in"]),
        ("Can I cancel and get a refund?", ["Can I cancel and get a refund?"]),
    ],
)
def test_a_message_is_parted_into_its_questions(text: str, parts: list[str]) -> None:
    found = [part.parts[0][0] for part in parted(Question(text))]
    assert len(found) == len(parts), found
    assert all(own.startswith(begin) for own, begin in zip(found, parts, strict=True))


def test_a_question_that_leans_on_the_one_before_it_is_looked_up_with_it() -> None:
    first, second, third = parted(Question("What is SSO, why do I need it and how do I turn it on?"))
    assert not first.follows_up
    assert [text for text, _ in second.parts] == ["why do I need it?", "What is SSO?"]
    assert [text for text, _ in third.parts] == ["how do I turn it on?", "why do I need it?", "What is SSO?"]


def test_a_message_that_goes_on_from_an_earlier_turn_is_taken_as_a_whole() -> None:
    history = (Turn("user", "Tell me about Team"), Turn("agent", "Team is a plan.", "billing"))
    assert len(parted(Question("How much does it cost and how do I get it?", history))) == 1


async def test_each_question_is_searched_and_answered(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        text = "How much does the Team plan cost, and can I cancel at any time?"
        facts, answer, ending = await asked(agents, text)
    assert ending.agent == "billing"
    assert len([fact for fact in facts if isinstance(fact, VectorSearch)]) == 2
    assert [fact.data.verdict for fact in facts if isinstance(fact, Documents)] == ["answerable", "answerable"]
    price, cancelling = answer.split("\n\n")
    assert price.startswith("The Team plan costs 15 EUR")
    assert "can be cancelled until the day before" in cancelling
    assert ending.message == answer
    assert len({source.chunk_id for source in ending.sources}) == len(ending.sources)


async def test_a_question_with_a_pronoun_is_answered_about_what_the_one_before_it_named(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "What does Business cost and how many users can it have?")
    assert "24 EUR" in answer
    assert "allows up to 500 users" in answer


async def test_the_question_that_the_documents_do_not_answer_is_named(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        text = "How long can an annual plan be refunded, and do you sell purple unicorns in Brazil?"
        facts, answer, ending = await asked(agents, Question(text, agent="billing"))
    assert [fact.data.verdict for fact in facts if isinstance(fact, Documents)] == ["answerable", "unanswerable"]
    assert "30 days" in answer
    assert "On “do you sell purple unicorns in Brazil?”: I could not find" in answer
    assert ending.confidence < 0.5


async def test_a_question_is_answered_though_the_one_that_it_leans_on_is_not(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        text = "Do you have a GraphQL API and what are its rate limits?"
        facts, answer, _ = await asked(agents, Question(text, agent="technical"))
    assert [fact.data.verdict for fact in facts if isinstance(fact, Documents)] == ["unanswerable", "partial"]
    assert answer.startswith("The API rate limit is 60 requests per minute on the Starter plan")
    assert answer.count("On “Do you have a GraphQL API?”: I could not find") == 1


def test_a_model_is_told_what_a_question_leans_on_though_that_is_not_answered() -> None:
    question = Question("Do you have a GraphQL API and what are its rate limits?")
    narrowed = narrowed_to(question, parted(question), [1])
    assert narrowed.text == "what are its rate limits?"
    assert [turn.text for turn in narrowed.history] == ["Do you have a GraphQL API?"]
    assert narrowed_to(question, parted(question), [0, 1]).history == ()


async def test_nothing_about_other_things_is_quoted_for_a_question_that_points_back(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "Can guests edit files and do they cost anything?")
    assert answer.startswith("Guests can view, comment on or edit files")
    assert "prices" not in answer


async def test_no_sentence_is_quoted_for_two_questions(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        _, answer, _ = await asked(agents, "What does error E-2014 mean and how do I fix error E-2014?")
    assert answer.startswith("Error E-2014 means that the device limit of the plan is reached")
    assert answer.count("[") == 1, answer
