"""The real client against a real server on loopback: each misbehaviour ends in its error, in bounded time."""

import asyncio
import socket
import time
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace

import pytest

from agents.citing.citations import gate
from agents.errors import (
    AgentError,
    ModelRateLimited,
    ModelRejected,
    ModelStreamBroken,
    ModelTimeout,
    ModelUnavailable,
)
from agents.llm import LanguageModel, Usage
from agents.passage import Passage
from agents.providers.model_limits import MOST_TEXT, ModelLimits
from agents.providers.openai_model import OpenAIModel, open_openai
from agents.providers.prices import Price, cost, parse
from agents.question import Question
from streaming.events import Citation
from tests.model_server import ModelServer

KEY = "sk-very-secret-key"
LIMITS = ModelLimits(connect=60.0, first_byte=60.0, stall=60.0, whole=60.0, settle=60.0)
"""What a machine that stands still for seconds does not exceed."""
SHORT: dict[str, dict[str, float]] = {
    "slow-start": {"first_byte": 0.5},
    "silent-start": {"first_byte": 0.5},
    "stall": {"stall": 0.3},
    "trickle": {"whole": 1.0},
    "paced?rate=200&tokens=100000": {"whole": 1.0},
    "hang-after-finish": {"settle": 0.2},
}
"""Who is silent, or never ends, is waited for no longer."""
BOUND = 30.0
"""Seconds; who is given up sooner was not waited for as long as the limits above allow."""
REFUNDS = Passage(
    chunk_id="c1",
    text="Refunds take 5 days. More here.",
    title="Refunds",
    heading="",
    url="https://docs/refunds",
    domain="billing",
    position=0,
    content_hash="h",
    score=0.9,
)
Asked = list[str | Usage]


def opened(server: ModelServer, model: str, limits: ModelLimits = LIMITS) -> AbstractAsyncContextManager[OpenAIModel]:
    limits = replace(limits, **SHORT.get(model, {})) if limits is LIMITS else limits
    return open_openai(api_key=KEY, base_url=server.url, model=model, limits=limits)


async def asked(model: LanguageModel, into: Asked | None = None) -> Asked:
    out = [] if into is None else into
    async for piece in model.answer(Question("Refunds?"), [REFUNDS], agent="billing", verdict="answerable"):
        out.append(piece)
    return out


async def answer_of(server: ModelServer, model: str, limits: ModelLimits = LIMITS) -> tuple[str, Usage]:
    async with opened(server, model, limits) as client:
        *text, usage = await asked(client)
    assert isinstance(usage, Usage)
    assert all(isinstance(piece, str) and piece for piece in text)
    return "".join(map(str, text)), usage


@pytest.mark.parametrize(
    ("model", "text", "usage"),
    [
        ("quote", "Refunds take 5 days [1].", Usage(10, 5, 0.0)),
        ("fast?tokens=5000", " token" * 5000, Usage(10, 5000, 0.0)),
        ("429-then-ok", "Refunds take 5 days [1].", Usage(10, 5, 0.0)),
        ("500-then-ok", "Refunds take 5 days [1].", Usage(10, 5, 0.0)),
        ("one-byte", "Größe: 😀", Usage(10, 1, 0.0)),
        ("no-usage", "Fine.", Usage()),
        ("no-done", "Fine.", Usage()),
        ("no-newline", "Fine.", Usage(10, 1, 0.0)),
        ("hang-after-finish", "Fine.", Usage()),
        ("after-done", "Fine.", Usage(10, 1, 0.0)),
        ("after-done-end", "Fine.", Usage()),
        ("sloppy", "Fine.", Usage()),
        ("compressed", "Fine.", Usage()),
        ("reasoning", "Fine.", Usage(10, 1, 0.0)),
    ],
)
async def test_an_answer_arrives_whole_with_its_usage(server: ModelServer, model: str, text: str, usage: Usage) -> None:
    assert await answer_of(server, model) == (text, usage)


@pytest.mark.parametrize(
    ("model", "error", "before"),
    [
        ("429", ModelRateLimited, ""),
        ("429?after=60", ModelRateLimited, ""),
        ("429?after=Fri, 01 Jan 2100 00:00:00 GMT", ModelRateLimited, ""),
        ("quota", ModelRejected, ""),
        ("500", ModelUnavailable, ""),
        ("401", ModelRejected, ""),
        ("403", ModelRejected, ""),
        ("404", ModelRejected, ""),
        ("400", ModelRejected, ""),
        ("slow-start", ModelTimeout, ""),
        ("silent-start", ModelTimeout, ""),
        ("stall", ModelTimeout, "The refund"),
        ("trickle", ModelTimeout, ""),
        ("paced?rate=200&tokens=100000", ModelTimeout, None),
        ("cut", ModelStreamBroken, "The refund"),
        ("cut-politely", ModelStreamBroken, "The refund"),
        ("malformed", ModelStreamBroken, "The refund"),
        ("malformed-end", ModelStreamBroken, "The refund"),
        ("wrong-shape", ModelStreamBroken, ""),
        ("json", ModelStreamBroken, ""),
        ("json-error", ModelRateLimited, ""),
        ("json-garbage", ModelStreamBroken, ""),
        ("error-mid-stream", ModelUnavailable, "The"),
        ("error-mid-stream?code=rate_limit_exceeded", ModelRateLimited, "The"),
        ("error-mid-stream?code=insufficient_quota", ModelRejected, "The"),
        ("error-mid-stream?code=invalid_api_key", ModelRejected, "The"),
        ("error-mid-stream?code=invalid_request_error", ModelRejected, "The"),
        ("error-mid-stream?code=", ModelUnavailable, "The"),
        ("content-filter", ModelRejected, "The"),
        ("refusal", ModelRejected, ""),
        ("empty", ModelUnavailable, ""),
        ("empty?finish=length", ModelUnavailable, ""),
    ],
)
async def test_each_misbehaviour_ends_in_its_error_in_bounded_time(
    server: ModelServer, model: str, error: type[AgentError], before: str | None
) -> None:
    out: Asked = []
    begin = time.monotonic()
    async with opened(server, model) as client:
        with pytest.raises(AgentError) as caught:
            await asked(client, out)
    assert time.monotonic() - begin < BOUND
    assert type(caught.value) is error
    assert before is None or "".join(map(str, out)) == before
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.__cause__)


async def test_a_dropped_connection_before_the_answer_is_retried_then_unavailable(server: ModelServer) -> None:
    async with opened(server, "hangup", replace(LIMITS, retries=1)) as client:
        with pytest.raises(ModelUnavailable) as caught:
            await asked(client)
    assert type(caught.value) is ModelUnavailable
    assert len(server.requests) == 2


async def test_a_refused_connection_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else gets it, and it refuses
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        begin = time.monotonic()
        async with open_openai(api_key=KEY, base_url=url, model="quote", limits=LIMITS) as client:
            with pytest.raises(ModelUnavailable) as caught:
                await asked(client)
        assert type(caught.value) is ModelUnavailable
        assert time.monotonic() - begin < BOUND


async def test_a_host_that_never_accepts_is_a_timeout() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            limits = replace(LIMITS, connect=0.2, retries=0)
            url = f"http://127.0.0.1:{port}/v1"
            async with open_openai(api_key=KEY, base_url=url, model="quote", limits=limits) as client:
                with pytest.raises(ModelTimeout):
                    await asked(client)
        finally:
            for one in waiting:
                one.close()


async def test_nothing_is_retried_once_the_answer_began(server: ModelServer) -> None:
    async with opened(server, "cut") as client:
        with pytest.raises(ModelStreamBroken):
            await asked(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("asks", "requests"), [("after=0.01", 3), ("after=60", 1), ("ms=10", 3), ("ms=60000", 1), ("after=nonsense", 3)]
)
async def test_retry_after_is_honoured_within_its_bound(server: ModelServer, asks: str, requests: int) -> None:
    async with opened(server, f"429?{asks}") as client:
        with pytest.raises(ModelRateLimited):
            await asked(client)
    assert len(server.requests) == requests


async def test_the_request_keeps_to_the_wire_format(server: ModelServer) -> None:
    await answer_of(server, "quote")
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert {name: request.body[name] for name in ("model", "stream", "stream_options")} == {
        "model": "quote",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert [message["role"] for message in request.body["messages"]] == ["system", "user"]
    assert "Refunds take 5 days." in request.asked


async def test_a_server_of_ones_own_needs_no_key(server: ModelServer) -> None:
    async with open_openai(api_key=None, base_url=server.url, model="quote") as client:
        assert (await asked(client))[-1] == Usage(10, 5, 0.0)


async def test_whole_answers_leave_their_connection_for_the_next(server: ModelServer) -> None:
    async with opened(server, "quote") as client:
        for _ in range(3):
            await asked(client)
    assert server.connections == 1


async def test_an_endless_answer_is_broken_off_at_its_length(server: ModelServer) -> None:
    out: Asked = []
    async with opened(server, "fast?tokens=100000000", ModelLimits()) as client:
        with pytest.raises(ModelStreamBroken, match="longer than 500,000 characters"):
            await asked(client, out)
    assert len("".join(map(str, out))) <= MOST_TEXT


@pytest.mark.parametrize("model", ["stall", "paced?tokens=1000", "slow-start", "silent-start"])
async def test_cancelling_closes_the_connection(server: ModelServer, model: str) -> None:
    async with opened(server, model, ModelLimits()) as client:
        out: Asked = []
        task = asyncio.ensure_future(asked(client, out))
        while not server.requests or (model in ("stall", "paced?tokens=1000") and not out):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.requests[0].gone.wait(), 30)


async def test_leaving_early_closes_the_connection(server: ModelServer) -> None:
    async with opened(server, "paced?tokens=1000", ModelLimits()) as client:
        answer = client.answer(Question("x"), [REFUNDS], agent="billing", verdict="answerable")
        async with aclosing(gate(answer, [REFUNDS])) as pieces:
            assert await anext(pieces) == " token0"
        await asyncio.wait_for(server.requests[0].gone.wait(), 30)


async def test_a_cancel_that_meets_the_stall_stays_a_cancel(server: ModelServer) -> None:
    """The watchdog takes back its own cancellation, and no other."""
    async with opened(server, "stall", replace(LIMITS, stall=0.05)) as client:
        loop = asyncio.get_running_loop()
        out: Asked = []
        task = asyncio.ensure_future(asked(client, out))
        while not out:
            await asyncio.sleep(0)
        due = loop.time() + 0.06
        while loop.time() < due:  # hold the loop until the watchdog is due, so that both come in its next round
            pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_slow_reader_is_not_taken_for_a_stalled_model(server: ModelServer) -> None:
    async with opened(server, "paced?rate=200&tokens=5", replace(LIMITS, stall=0.5)) as client:
        answer = client.answer(Question("x"), [REFUNDS], agent="billing", verdict="answerable")
        async with aclosing(answer):
            text = str(await anext(answer))
            await asyncio.sleep(1.2)  # its time is the matter here
            text += "".join([piece async for piece in answer if isinstance(piece, str)])
    assert text == " token0 token1 token2 token3 token4"


async def test_a_placeholder_key_is_not_struck_out_of_messages(server: ModelServer) -> None:
    async with open_openai(api_key=None, base_url=server.url, model="400") as client:
        with pytest.raises(ModelRejected, match="Prompt too long for none"):
            await asked(client)


@pytest.mark.timing
async def test_tokens_arrive_as_they_are_sent(server: ModelServer) -> None:
    async with opened(server, "paced?rate=100&tokens=30&stamp=1") as client:
        answer = client.answer(Question("x"), [REFUNDS], agent="billing", verdict="answerable")
        late = [time.monotonic_ns() - int(piece.split()[-1]) async for piece in answer if isinstance(piece, str)]
    assert len(late) == 30
    assert sorted(late)[15] < 10_000_000


async def test_a_wrong_citation_of_the_model_does_not_pass_the_gate(server: ModelServer) -> None:
    passages = [REFUNDS, replace(REFUNDS, chunk_id="c2")]
    async with opened(server, "cites") as client:
        answer = client.answer(Question("x"), passages, agent="billing", verdict="answerable")
        out = [piece async for piece in gate(answer, passages)]
    assert "".join(piece for piece in out if isinstance(piece, str)) == (
        "Refunds take 5 days [1]. Plans differ [1][2]. No such source. See [1] and `a[9]`."
    )
    assert [piece.marker for piece in out if isinstance(piece, Citation)] == [1, 2]


def test_a_cost_is_dollars_per_million_tokens_and_dates_do_not_matter() -> None:
    prices = {"gpt-x": Price(2.0, 8.0)}
    assert cost("gpt-x", 1_000_000, 500_000, prices) == 6.0
    assert cost("gpt-x-2026-05-01", 1_000_000, 0, prices) == 2.0
    assert cost("unknown", 1_000_000, 0, prices) == 0.0


def test_prices_are_the_operators_and_what_is_no_price_is_refused() -> None:
    assert parse("gpt-x = 2.5/10, org/local=0/0") == {"gpt-x": Price(2.5, 10.0), "org/local": Price(0.0, 0.0)}
    for wrong in ("gpt-x", "gpt-x=2", "gpt-x=2/3/4", "=1/2", "gpt-x=-1/2", "gpt-x=nan/2", "gpt-x=inf/2", "gpt-x=a/b"):
        with pytest.raises(ValueError, match="is not model=prompt/completion"):
            parse(wrong)


async def test_an_answer_costs_what_its_tokens_cost(server: ModelServer) -> None:
    prices = {"quote": Price(1.0, 2.0)}
    async with open_openai(api_key=KEY, base_url=server.url, model="quote", prices=prices) as client:
        assert (await asked(client))[-1] == Usage(10, 5, 20 / 1_000_000)


def test_errors_without_words_still_become_ours() -> None:
    from openai import OpenAIError

    from agents.providers.openai_errors import from_object, translated

    assert from_object({"type": "invalid_request_error"}, key=KEY).message.endswith("refused the request.")
    assert type(from_object("overloaded", key=KEY)) is ModelUnavailable
    assert type(translated(OpenAIError(KEY), key=KEY)) is ModelUnavailable
