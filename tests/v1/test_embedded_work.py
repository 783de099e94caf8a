"""Agent runs where no model is configured: the embedded engine does what it can."""

import httpx
import pytest

from tests.e2e.targets import Embedded
from tests.v1.conftest import Serve
from tests.v1.test_contract import assert_flat


@pytest.fixture(scope="module")
def server(serve: Serve) -> Embedded:
    return serve(openai_base_url=None)


@pytest.mark.parametrize(
    ("instructions", "tools", "output"),
    [
        ("What is (199 - 20) * 12?", ["calculate"], "(199 - 20) * 12 = 2148"),
        ("What day is it today?", ["current_time"], "It is "),
        ("List all documents.", ["list_documents"], "There are "),
        ("How do refunds work?", ["search_knowledge"], "From the documents:"),
        ("What was said earlier?", ["session_history"], "Nothing was said earlier in this session."),
        ("What is 1 + 1?", [], "None of the allowed tools fits the instructions."),
    ],
)
async def test_it_does_what_it_can_and_says_what_it_is(
    client: httpx.AsyncClient, instructions: str, tools: list[str], output: str
) -> None:
    response = await client.post("/api/v1/agent/run", json={"instructions": instructions, "tools": tools})
    done = response.json()
    assert done["status"] == "completed"
    assert done["output"].startswith("No language model is configured")
    assert output in done["output"]
    assert [call["tool_name"] for call in done["tool_calls"]] == tools
    assert all("output" in call for call in done["tool_calls"])


@pytest.mark.parametrize("place", ["", "#how-it-works"], ids=["the document's url", "a source's link"])
async def test_a_document_is_read_page_by_page(client: httpx.AsyncClient, place: str) -> None:
    listed = await client.post("/api/v1/agent/run", json={"instructions": "List all documents."})
    url = listed.json()["tool_calls"][0]["output"]["documents"][0]["url"]
    body = {"instructions": f"Read {url}{place}", "tools": ["get_document"]}
    (call,) = (await client.post("/api/v1/agent/run", json=body)).json()["tool_calls"]
    assert call["output"]["url"] == url
    assert call["output"]["content"]


async def test_naming_a_model_is_refused(client: httpx.AsyncClient) -> None:
    body = {"instructions": "Do it.", "model": "gpt-5"}
    assert_flat(await client.post("/api/v1/agent/run", json=body), 400, "NO_MODEL")
