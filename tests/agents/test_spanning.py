"""Messages that ask things of several domains: told as such, searched side by side, and answered in one."""

from pathlib import Path

import pytest

from agents.clauses import clauses
from agents.house import open_agents
from agents.providers.openai_model import open_openai
from agents.question import Question, Turn
from agents.smalltalk import out_of_place
from streaming.events import AgentStatus, Documents, Routing, VectorSearch
from tests.agents.samples import asked, house
from tests.model_server import model_server

SPANNING = {
    "How much is the Team plan and how do I reset my password?": ("billing", "technical"),
    "What does error E-1020 mean, and how long do I have to ask for a refund?": ("technical", "billing"),
    "Where is my data stored and how do I install the desktop client?": ("policy", "technical"),
    "Which payment methods do you accept? And how do I create an API token?": ("billing", "technical"),
    "How do I share a folder, and can I pay by purchase order?": ("technical", "billing"),
    "Do you sell my personal data and what are the API rate limits?": ("policy", "technical"),
    "Hi, when are your support hours and why was my card declined?": ("policy", "billing"),
    "How can I restore a deleted file and is there a discount for schools?": ("technical", "billing"),
    "How much does an extra seat cost and how do I connect through a proxy?": ("billing", "technical"),
    "How long does the free trial last and what uptime do you guarantee?": ("billing", "policy"),
}
ONE_DOMAIN = [
    "How much is the Team plan and the Business plan?",
    "How do I create an API token and how do I revoke a token?",
    "Can I cancel and get a refund?",
    "I renewed by accident. Can I get my money back?",
]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How much is it for and how do I pay for the plan?", 1),
        ("How long is the trial, and what does a seat cost?", 2),
        ("What does a seat cost? Where are invoices shown? How do I sync files?", 3),
        ("What is the weather and how much is the Team plan?", 2),
        ("Who won the world cup and how do I cancel?", 2),
        ("can i phone you? which plan", 1),
        ("I lost my phone and how do I sign in?", 1),
        ("Does the plan include backups and what do they cost?", 1),
    ],
)
def test_a_message_is_parted_only_into_questions_that_stand_by_themselves(text: str, parts: int) -> None:
    assert len(clauses(text)) == parts


async def test_questions_of_several_domains_are_told_and_those_of_one_are_not(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        for text, domains in SPANNING.items():
            route = await agents.route(Question(text))
            assert tuple(domain for domain, _ in route.spans) == domains
            assert route.agent == "orchestrator"
        for text in ONE_DOMAIN:
            assert (await agents.route(Question(text))).spans == ()
        first = next(iter(SPANNING))
        assert (await agents.route(Question(first, agent="billing"))).agent == "billing"
        later = Question(first, (Turn("user", "hello"), Turn("agent", "Hello!", "orchestrator")))
        assert len((await agents.route(later)).spans) == 2


async def test_the_answer_rests_on_every_domain_and_its_steps_are_shown(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        facts, text, ending = await asked(agents, "How much is the Team plan and how do I reset my password?")
    routing = next(fact for fact in facts if isinstance(fact, Routing)).data
    assert routing.runner_up is not None
    assert routing.margin is not None
    assert "several domains" in routing.reasoning
    statuses = [(fact.agent, fact.status) for fact in facts if isinstance(fact, AgentStatus)]
    assert statuses[1:4] == [("orchestrator", "active"), ("billing", "active"), ("technical", "active")]
    assert statuses[4:] == [(agent, "complete") for agent in ("billing", "technical", "orchestrator")]
    assert len([fact for fact in facts if isinstance(fact, VectorSearch)]) == 2
    assert [fact.data.verdict for fact in facts if isinstance(fact, Documents)] == ["answerable", "answerable"]
    assert "15 EUR" in text
    assert "Forgot password" in text
    assert ending.agent == "orchestrator"
    assert {source.url.split("/")[-2] for source in ending.sources if source.marker} == {"billing", "technical"}
    assert len({source.chunk_id for source in ending.sources}) == len(ending.sources)


async def test_what_the_documents_do_not_answer_is_said_beside_the_answer_to_the_rest(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        text = "How long can an annual plan be refunded and what does error E-9999 mean?"
        facts, answer, ending = await asked(agents, text)
    assert [f.data.verdict for f in facts if isinstance(f, Documents)] == ["answerable", "unanswerable"]
    assert "30 days" in answer
    assert "On “what does error E-9999 mean?”: I could not find" in answer
    assert ending.message == answer


async def test_a_question_of_ours_is_answered_though_another_beside_it_is_off_topic(tmp_path: Path) -> None:
    async with open_agents(data_dir=tmp_path) as agents:
        facts, answer, ending = await asked(agents, "What is the weather and how much is the Team plan?")
    routing = next(fact for fact in facts if isinstance(fact, Routing)).data
    assert routing.intent == "off-topic and billing questions"
    assert "“What is the weather?” is off topic" in routing.reasoning
    assert [f.data.verdict for f in facts if isinstance(f, Documents)] == ["answerable"]
    assert "15 EUR" in answer
    assert answer.endswith("On “What is the weather?”: " + out_of_place())
    assert ending.agent == "orchestrator"


async def test_a_model_that_cites_what_no_source_says_is_not_believed_here_either(tmp_path: Path) -> None:
    async with (
        model_server() as server,
        open_openai(api_key=None, base_url=server.url, model="cites") as model,
        open_agents(data_dir=tmp_path, model=model) as agents,
    ):
        _, text, ending = await asked(agents, "How much is the Team plan and how do I reset my password?")
    assert text.startswith("Refunds take 5 days. Plans differ.")
    assert all(source.marker is None for source in ending.sources)
