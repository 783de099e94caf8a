"""What models cost, so that each answer can say what it cost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; discounts for cached prompts are left out, so a cost is an upper bound."""

    prompt: float
    completion: float


PRICES: Mapping[str, Price] = {
    "gpt-4o": Price(2.50, 10.00),
    "gpt-4o-mini": Price(0.15, 0.60),
    "gpt-4.1": Price(2.00, 8.00),
    "gpt-4.1-mini": Price(0.40, 1.60),
    "gpt-4.1-nano": Price(0.10, 0.40),
    "gpt-5": Price(1.25, 10.00),
    "gpt-5-mini": Price(0.25, 2.00),
    "gpt-5-nano": Price(0.05, 0.40),
    "gpt-5.1": Price(1.25, 10.00),
    "o3": Price(2.00, 8.00),
    "o4-mini": Price(1.10, 4.40),
}
"""By model name, without its date."""


def cost(model: str, prompt_tokens: int, completion_tokens: int, prices: Mapping[str, Price] = PRICES) -> float:
    """US dollars; 0 for a model that has no price here."""
    price = prices.get(model) or prices.get(_DATE.sub("", model))
    if price is None:
        return 0.0
    return (prompt_tokens * price.prompt + completion_tokens * price.completion) / 1_000_000
