"""docs/client.md's page without the client: an EventSource with a ticket, cut off, its ticket expired."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.page.conftest import Open
from tests.page.serving import Server, serving
from tests.page.test_keys import REFUSED

DOCS = Path(__file__).parents[2] / "docs" / "client.md"
KEY = {"Authorization": "Bearer a-key-of-the-shop"}

PAGE = """(session_id) => {
  const SERVER = location.origin;
  const headers = { Authorization: "Bearer a-key-of-the-shop" };
  const newTicket = async (id) =>
    (await (await fetch(`/api/session/${id}/ticket`, { method: "POST", headers })).json()).ticket;
  window.shown = [];
  const show = (event) => shown.push(event);
  %s
  return watch(session_id);
}"""


@pytest.fixture
def keyed(settings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, API_KEYS="shop:a-key-of-the-shop", TICKET_TTL="1", **settings) as running:
        yield running


async def test_the_documented_event_source_shows_each_event_once_over_a_restart(keyed: Server, visit: Open) -> None:
    code = next(block for block in re.findall(r"```js\n(.*?)```", DOCS.read_text(), re.S) if "newTicket" in block)
    visitor = await visit(keyed.page)
    visitor.allows, visitor.cuts = REFUSED, True
    async with httpx.AsyncClient(base_url=keyed.origin, headers=KEY, timeout=60) as client:
        session_id = (await client.post("/api/session")).json()["session_id"]
        await visitor.page.evaluate(PAGE % code, session_id)
        for question in ("What does error E-1020 mean?", "What does error E-1031 mean?"):
            asked = await client.post("/api/chat", json={"message": question, "session_id": session_id})
            assert asked.status_code == 200, asked.text
            await visitor.page.wait_for_function(
                "run_id => shown.some(each => each.type === 'run.completed' && each.run_id === run_id)",
                arg=asked.json()["run_id"],
            )
            keyed.kill()
            keyed.start()
        kept = (await client.get(f"/api/session/{session_id}")).json()
    shown = await visitor.page.evaluate("shown")
    assert len({event["id"] for event in shown}) == len(shown)
    assert shown[-1]["id"] == kept["cursor"]
    for turn in kept["turns"]:
        tokens = [event for event in shown if event["type"] == "token" and event["run_id"] == turn["run_id"]]
        assert "".join(event["data"]["text"] for event in tokens) == turn["answer"]
