"""Short answers by OpenAI's chat completions, unstreamed."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from agents.errors import ModelStreamBroken
from agents.llm import Usage
from agents.providers.prices import Price, cost

if TYPE_CHECKING:
    from agents.providers.openai_client import OpenAIClient

_THINKS_LESS = re.compile(r"gpt-5(?:-mini|-nano)?(?:-\d{4}-\d{2}-\d{2})?\Z")
"""Models that take "minimal" as their effort: without it they think for longer than anybody waits here."""


class OpenAIBrief:
    """A Brief."""

    def __init__(self, client: "OpenAIClient", model: str, prices: Mapping[str, Price]) -> None:
        self.name = model
        self._client = client
        self._prices = prices

    async def ask(self, messages: Sequence[dict[str, str]], *, within: float) -> tuple[str, Usage]:
        """As Brief promises."""
        body: dict[str, Any] = {"model": self.name, "messages": list(messages)}
        if _THINKS_LESS.match(self.name):
            body["reasoning_effort"] = "minimal"
        answer = await self._client.ask("/chat/completions", body, within=within)
        try:
            told = orjson.loads(answer)
            text = told["choices"][0]["message"]["content"].strip()
            spent = told.get("usage") or {}
            prompt, completion = int(spent.get("prompt_tokens") or 0), int(spent.get("completion_tokens") or 0)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise ModelStreamBroken("The model's answer cannot be read.") from None
        prompt, completion = max(prompt, 0), max(completion, 0)
        return text, Usage(prompt, completion, cost(self.name, prompt, completion, self._prices))
