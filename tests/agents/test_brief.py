"""Short questions to a model that cannot be had: it is left alone for a moment, and then asked again."""

import pytest

from agents.errors import ModelUnavailable
from agents.providers.model_limits import ModelLimits
from agents.providers.openai_brief import REST, OpenAIBrief
from agents.providers.openai_client import open_client
from tests.model_server import model_server

ASKED = [{"role": "user", "content": "Yes or no?"}]


async def test_a_model_that_failed_is_not_asked_again_at_once_and_nobody_waits_for_it() -> None:
    now = 100.0
    async with (
        model_server() as server,
        open_client(api_key="a-secret-key", base_url=server.url, limits=ModelLimits(retries=0)) as client,
    ):
        brief = OpenAIBrief(client, "quote", {}, clock=lambda: now)
        server.aside = "500"
        with pytest.raises(ModelUnavailable, match="HTTP 500"):
            await brief.ask(ASKED, within=30.0)
        tried = len(server.requests)
        server.aside = "says?text=yes"
        with pytest.raises(ModelUnavailable, match=r"HTTP 500.*a moment ago, so it was not asked again\."):
            await brief.ask(ASKED, within=30.0)
        assert len(server.requests) == tried
        now += REST
        said, _ = await brief.ask(ASKED, within=30.0)
    assert said == "yes"
