"""Short answers by OpenAI's chat completions, unstreamed."""

import re
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from agents.errors import ModelStreamBroken, ModelUnavailable
from agents.llm import Usage
from agents.providers.prices import Price, cost

if TYPE_CHECKING:
    from agents.providers.openai_client import OpenAIClient

_THINKS_LESS = re.compile(r"gpt-5(?:-mini|-nano)?(?:-\d{4}-\d{2}-\d{2})?\Z")
"""Models that take "minimal" as their effort: without it they think for longer than anybody waits here."""


REST = 10.0
"""Seconds for which it is left alone after it could not be had: not each question waits for it in vain, three times."""


class OpenAIBrief:
    """A Brief."""

    def __init__(
        self,
        client: "OpenAIClient",
        model: str,
        prices: Mapping[str, Price],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.name = model
        self._client = client
        self._prices = prices
        self._clock = clock
        self._rested = float("-inf")
        self._why = ""

    async def ask(self, messages: Sequence[dict[str, str]], *, within: float) -> tuple[str, Usage]:
        """As Brief promises."""
        if self._clock() < self._rested:
            raise ModelUnavailable(f"{self._why} That was a moment ago, so it was not asked again.")
        body: dict[str, Any] = {"model": self.name, "messages": list(messages)}
        if _THINKS_LESS.match(self.name):
            body["reasoning_effort"] = "minimal"
        try:
            answer = await self._client.ask("/chat/completions", body, within=within)
        except ModelUnavailable as error:
            self._rested, self._why = self._clock() + REST, error.message
            raise
        try:
            told = orjson.loads(answer)
            text = told["choices"][0]["message"]["content"].strip()
            spent = told.get("usage") or {}
            prompt, completion = int(spent.get("prompt_tokens") or 0), int(spent.get("completion_tokens") or 0)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise ModelStreamBroken("The model's answer cannot be read.") from None
        prompt, completion = max(prompt, 0), max(completion, 0)
        return text, Usage(prompt, completion, cost(self.name, prompt, completion, self._prices))
