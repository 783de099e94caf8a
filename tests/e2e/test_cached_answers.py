"""An answer that one session got serves another, whichever instance is asked, until the first one is deleted."""

from tests.e2e.clients import Client

QUESTION = "How many days do I have to ask for a refund of an annual plan?"


async def status(client: Client, message: str) -> tuple[str, str]:
    """(session, whether its question's answer was an earlier one)."""
    session_id = await client.session()
    body = (await client.chat(session_id, message)).json()
    return session_id, body["metrics"]["cache_status"]


async def test_an_answer_serves_other_sessions_until_its_own_is_deleted(client: Client) -> None:
    first, found = await status(client, QUESTION)
    assert found == "miss"
    for _ in range(2):
        assert (await status(client, QUESTION))[1] == "hit"
    assert (await client.request("DELETE", f"/api/session/{first}")).status_code == 204
    assert (await status(client, QUESTION))[1] == "miss"
