"""One turn of a model that may call tools, over chat completions: its text as it streams, then its calls, whole."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from agents.errors import ModelRejected, ModelStreamBroken, ModelUnavailable
from agents.llm import Usage
from agents.providers.model_limits import MOST_TEXT
from agents.providers.prices import Price, cost
from agents.tools.calling import NAME_LIMIT, Call

if TYPE_CHECKING:
    from agents.providers.openai_client import OpenAIClient

MOST_CALLS = 64
MOST_ARGUMENTS = 64 * 1024
"""Characters of all arguments of a turn together; a model that writes more is broken off."""


class OpenAITools:
    """A ToolModel."""

    def __init__(self, client: "OpenAIClient", model: str, prices: Mapping[str, Price]) -> None:
        self._client = client
        self._model = model
        self._prices = prices

    async def round(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]], *, model: str | None, answer: bool
    ) -> AsyncGenerator[str | Call | Usage, None]:
        """Text, calls, Usage. Raises AgentError."""
        name = model or self._model
        body: dict[str, Any] = {
            "model": name,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            body |= {"tools": list(tools), "tool_choice": "none" if answer else "auto"}
        turn = Turn()
        async with self._client.open(body) as reading:
            while (text := await reading.text(turn)) is not None:
                if text:
                    yield text
            calls = turn.end(ended=reading.done)
        for call in calls:
            yield call
        prompt, completion = turn.prompt_tokens, turn.completion_tokens
        yield Usage(prompt, completion, cost(name, prompt, completion, self._prices))


class Turn:
    """What the chunks have told so far. A call's pieces come under its index."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.failed: object = None
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self._wrote = False
        self._length = 0
        self._calls: dict[int, dict[str, str]] = {}
        self._size = 0

    def take(self, batch: list[dict[str, Any]]) -> str:
        """The text of these chunks, up to an `error` object if there is one. Raises ModelStreamBroken."""
        pieces: list[str] = []
        try:
            for chunk in batch:
                if choices := chunk.get("choices"):
                    delta = choices[0].get("delta") or {}
                    if isinstance(text := delta.get("content"), str):
                        pieces.append(text)
                    for piece in delta.get("tool_calls") or ():
                        self._piece(piece)
                    if finish := choices[0].get("finish_reason"):
                        self.finish = str(finish)
                if usage := chunk.get("usage"):
                    self.prompt_tokens = max(int(usage.get("prompt_tokens") or 0), 0)
                    self.completion_tokens = max(int(usage.get("completion_tokens") or 0), 0)
                if error := chunk.get("error"):
                    self.failed = error
                    break
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelStreamBroken("The model's answer cannot be read: a chunk has an unknown shape.") from error
        text = "".join(pieces)
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise ModelStreamBroken(f"The model's answer is longer than {MOST_TEXT:,} characters.")
        self._wrote = self._wrote or bool(text.strip())
        return text

    def _piece(self, piece: dict[str, Any]) -> None:
        # Servers that leave the index out send each call in one piece.
        index = piece.get("index")
        call = self._calls.setdefault(
            len(self._calls) if index is None else int(index), {"id": "", "name": "", "raw": ""}
        )
        told = piece.get("function") or {}
        call["id"] = call["id"] or str(piece.get("id") or "")
        call["name"] += str(told.get("name") or "")
        call["raw"] += str(told.get("arguments") or "")
        self._size += len(str(told.get("arguments") or "")) + len(str(told.get("name") or ""))
        if len(self._calls) > MOST_CALLS or self._size > MOST_ARGUMENTS:
            raise ModelStreamBroken("The model's tool calls are too long.")

    def end(self, *, ended: bool) -> list[Call]:
        """The calls, in order. Raises AgentError where what came is not a whole turn."""
        if self.finish == "content_filter":
            raise ModelRejected("The model's provider withheld the answer by its content filter.")
        if not ended and self.finish is None:
            raise ModelStreamBroken("The model's answer was cut off.")
        if not self._calls and not self._wrote:
            raise ModelUnavailable("The model gave an empty answer.")
        return [
            Call(call["id"] or f"call_{index}", call["name"][:NAME_LIMIT], _object(call["raw"]), call["raw"])
            for index, call in sorted(self._calls.items())
        ]


def _object(raw: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(raw or "{}")
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
