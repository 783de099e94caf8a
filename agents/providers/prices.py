"""What models cost, as the operator says, so that an answer can say what it cost. None is built in: prices change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; discounts for cached prompts are left out, so a cost is an upper bound."""

    prompt: float
    completion: float


NO_PRICES: Mapping[str, Price] = {}


def parse(text: str) -> dict[str, Price]:
    """Prices from `model=prompt/completion`, comma separated. Raises ValueError, which says what is wrong."""
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        model, _, price = entry.rpartition("=")
        try:
            prompt, completion = [float(number) for number in price.split("/")]
        except ValueError:
            prompt = completion = -1.0
        if not model.strip() or not all(isfinite(number) and number >= 0 for number in (prompt, completion)):
            raise ValueError(f"{entry!r} is not model=prompt/completion, in US dollars per million tokens")
        found[model.strip()] = Price(prompt, completion)
    return found


def cost(model: str, prompt_tokens: int, completion_tokens: int, prices: Mapping[str, Price]) -> float:
    """US dollars; 0 for a model whose price is not known. A name with a date has the price of the name without."""
    price = prices.get(model) or prices.get(_DATE.sub("", model))
    if price is None:
        return 0.0
    return (prompt_tokens * price.prompt + completion_tokens * price.completion) / 1_000_000
