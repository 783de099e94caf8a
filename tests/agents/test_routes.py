"""A question that comes again is routed as before, without another search, while the documents are what they were."""

from pathlib import Path

from agents.question import Question, Turn
from agents.routing.router import named
from agents.routing.routes import Routes
from streaming.events import Cache, Routing
from tests.agents.samples import REFUNDS, asked, house

ASK = "How long can the first payment of an annual plan be refunded?"


async def test_the_same_question_is_routed_once(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        route = await agents.route(Question(ASK))
        assert await agents.route(Question(ASK)) is route
        assert await agents.route(Question(ASK.lower())) is not route


async def test_a_route_falls_when_the_documents_change(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        route = await agents.route(Question(ASK))
        path = tmp_path / "documents" / "refunds.md"
        path.write_text(REFUNDS.replace("within 30 days", "within 45 days"))
        await agents.ingest([tmp_path / "documents"], prefix="bundled")
        assert await agents.route(Question(ASK)) is not route


async def test_what_has_a_history_or_is_about_an_account_is_routed_each_time(tmp_path: Path) -> None:
    earlier = (Turn("user", "hello"), Turn("agent", "Hello!", "orchestrator"))
    async with house(tmp_path) as agents:
        for question in (Question(ASK, earlier), Question("Why was I charged twice?")):
            assert await agents.route(question) is not await agents.route(question)


async def test_an_earlier_answer_tells_who_was_chosen_and_why_as_the_first_did(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        first, _, _ = await asked(agents, ASK)
        again, _, _ = await asked(agents, ASK)
    told = [[fact.data for fact in facts if isinstance(fact, Routing)] for facts in (first, again)]
    assert told[0] == told[1]
    assert next(fact for fact in again if isinstance(fact, Cache)).data.status == "hit"


async def test_who_names_another_agent_gets_neither_the_route_nor_the_answer(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        assert (await asked(agents, ASK))[2].agent == "billing"
        facts, _, ending = await asked(agents, Question(ASK, agent="policy"))
    assert ending.agent == "policy"
    assert next(fact for fact in facts if isinstance(fact, Routing)).data.target_agent == "policy"
    assert next(fact for fact in facts if isinstance(fact, Cache)).data.status == "miss"


def test_the_oldest_route_falls_out() -> None:
    routes, route = Routes(lambda: (), capacity=2), named("billing")
    for text in ("a", "b", "c"):
        routes.put(text, route, routes.edition)
    assert [routes.get(text) for text in ("a", "b", "c")] == [None, route, route]


def test_a_route_that_was_made_while_the_index_changed_is_not_kept() -> None:
    index = object()
    editions = [(index, object()), (index, object())]
    routes = Routes(lambda: editions[-1])
    routes.put("a", named("billing"), editions[0])
    assert routes.get("a") is None
