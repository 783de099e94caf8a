"""The only file that drives the openai client: opens a completion and reads it, one socket read at a time, or asks.

The client keeps auth, retries before the first byte, timeouts of connecting, and HTTP errors. Its own `AsyncStream`
costs 112 µs a token; here all the chunks of one read are handed on together, as plain dicts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx2
from openai import AsyncOpenAI, AsyncStream, DefaultAioHttpClient, OpenAIError

from agents.errors import AgentError, ModelStreamBroken, ModelTimeout
from agents.providers.completions import Completions
from agents.providers.model_limits import ModelLimits
from agents.providers.openai_errors import from_object, translated
from agents.providers.retry_after import retry_after
from agents.providers.watchdog import Watchdog, patience

DRAIN = 0.1
"""Seconds that the rest after `[DONE]` may take; the connection is reused only when it came to its end."""


class RawStream(AsyncStream[object]):
    """What the client makes of a streamed response: the response itself, unread."""

    def __init__(self, *, cast_to: type[object], response: httpx2.Response, client: AsyncOpenAI, options: Any) -> None:
        self.response = response


class Told(Protocol):
    """What the chunks of one answer have told so far."""

    finish: str | None
    """Why the model ended, once it has."""
    failed: object
    """An `error` object of the stream, if there was one."""

    def take(self, batch: list[dict[str, Any]], /) -> str:
        """The text of these chunks."""


class Reading:
    """One answer being read."""

    def __init__(self, response: httpx2.Response, limits: ModelLimits, key: str) -> None:
        self._patience = limits.first_byte  # the silence allowed before the next read, in seconds
        self._settle = limits.settle
        self._stall = limits.stall
        self._key = key
        self._parser = Completions()
        self._watchdog = Watchdog()
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + limits.whole
        self._response = response
        # Straight from the transport: httpx's decoding layers cost as much as the parsing, and few servers compress.
        raw = "content-encoding" not in response.headers and isinstance(response.stream, httpx2.AsyncByteStream)
        self._reads = aiter(response.stream if raw else response.aiter_bytes())  # type: ignore[arg-type]

    @property
    def done(self) -> bool:
        """Whether the stream said that it is complete."""
        return self._parser.done

    async def text(self, told: Told) -> str | None:
        """The text that the next read brings, which may be empty, after `told` has taken it in; None at the end.

        Raises ModelTimeout after too long a silence, ModelStreamBroken when what comes cannot be understood, and the
        error that the stream itself tells of, after the text before it.
        """
        if told.failed:
            raise from_object(told.failed, key=self._key)
        try:
            batch = await self._read()
        except ModelTimeout:
            if told.finish:
                return None  # all of it is here; only the farewell is missing
            raise
        if batch is None:
            return None
        text = told.take(batch)
        if told.finish:
            self._patience = min(self._patience, self._settle)
        return text

    async def close(self) -> None:
        self._watchdog.close()
        await self._response.aclose()

    async def _read(self) -> list[dict[str, Any]] | None:
        # The chunks that the next read completes, at least one; None at the end.
        parser = self._parser
        while not parser.done:
            if parser.broken:
                raise ModelStreamBroken(f"The model's answer cannot be read: {parser.broken}.")
            data = await self._next(self._patience)
            if data is None:
                return self._last()
            if self._patience > self._stall:
                self._patience = self._stall
            if chunks := parser.feed(data):
                return chunks
        await self._drain()
        return None

    async def _next(self, limit: float) -> bytes | None:
        watchdog = self._watchdog
        left = self._deadline - self._loop.time()
        if left <= 0:
            raise ModelTimeout("The model's answer took too long.")
        watchdog.watch(min(limit, left))
        try:
            return await anext(self._reads)
        except StopAsyncIteration:
            return None
        except asyncio.CancelledError:
            if watchdog.expired():
                raise ModelTimeout("The model did not go on in time.") from None
            raise
        except Exception as error:  # whatever reading raises, transports differ: the answer is cut
            raise ModelStreamBroken("The model's answer was cut off.") from error
        finally:
            watchdog.rest()

    def _last(self) -> list[dict[str, Any]] | None:
        chunks = self._parser.close()
        if chunks:
            return chunks
        if self._parser.broken:
            raise ModelStreamBroken(f"The model's answer cannot be read: {self._parser.broken}.")
        return None

    async def _drain(self) -> None:
        try:
            while await self._next(DRAIN) is not None:
                self._deadline = min(self._deadline, self._loop.time() + DRAIN)
        except AgentError:
            pass  # the answer is complete; only the connection is lost


class OpenAIClient:
    """Opens completions. One for the process: it holds the pool of connections."""

    def __init__(self, client: AsyncOpenAI, limits: ModelLimits) -> None:
        self._client = client
        self._limits = limits

    @asynccontextmanager
    async def open(self, body: Mapping[str, Any]) -> AsyncIterator[Reading]:
        """The answer to one request, closed on the way out. Raises AgentError when there is none."""
        stream = await self._post(body)
        reading = Reading(stream.response, self._limits, self._client.api_key)
        try:
            kind = stream.response.headers.get("content-type", "")
            if kind.startswith("application/json"):
                raise await self._unstreamed(stream.response)
            yield reading
        finally:
            await reading.close()

    async def ask(self, path: str, body: Mapping[str, Any], *, within: float, retries: int | None = None) -> bytes:
        """The body of the answer to a request that is not streamed, within so many seconds. Raises AgentError.

        `retries` None: as many as the limits say.
        """
        client = self._client if retries is None else self._client.with_options(max_retries=retries)
        try:
            with patience(within):
                response = await client.post(path, cast_to=httpx2.Response, body=body)
                return response.content
        except TimeoutError:
            raise ModelTimeout(f"The model did not answer within {within:g} seconds.") from None
        except OpenAIError as error:
            raise translated(error, key=self._client.api_key) from None

    async def _post(self, body: Mapping[str, Any]) -> RawStream:
        try:
            with patience(self._limits.first_byte):
                return await self._client.post(
                    "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=RawStream
                )
        except TimeoutError:
            raise ModelTimeout("The model did not answer in time.") from None
        except OpenAIError as error:
            # No chain: the client's message may quote the key.
            raise translated(error, key=self._client.api_key) from None

    async def _unstreamed(self, response: httpx2.Response) -> AgentError:
        """Some gateways answer 200 with an error as plain JSON."""
        try:
            with patience(self._limits.stall):
                await response.aread()
            told = response.json()
        except (httpx2.HTTPError, TimeoutError, ValueError):
            told = None
        if isinstance(told, dict) and told.get("error"):
            return from_object(told["error"], key=self._client.api_key)
        return ModelStreamBroken("The model's provider answered without streaming.")


@asynccontextmanager
async def open_client(*, api_key: str, base_url: str, limits: ModelLimits) -> AsyncIterator[OpenAIClient]:
    """The client for one provider; closes its connections on the way out."""

    async def bound_the_wait(response: httpx2.Response) -> None:
        if retry_after(response.headers) > limits.retry_after:
            response.headers["x-should-retry"] = "false"

    # Silence is the watchdog's business: a read timeout here would arm a timer for each read.
    timeout = httpx2.Timeout(None, connect=limits.connect)
    async with (
        DefaultAioHttpClient(timeout=timeout, event_hooks={"response": [bound_the_wait]}) as http,
        AsyncOpenAI(
            api_key=api_key, base_url=base_url, timeout=timeout, max_retries=limits.retries, http_client=http
        ) as client,
    ):
        yield OpenAIClient(client, limits)
