"""Short questions to a model about the work itself, with an answer in a word or a line: the seam for those who ask."""

import re
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from agents.knowledge.quarantine import without_orders
from agents.llm import Usage

WITHIN = 2.0
"""Seconds that an answer waits for such help; then it is given without."""


_TAG = re.compile(r"<(?=\s*/?\s*(?:conversation|message)\b)", re.IGNORECASE)


def inert(text: str) -> str:
    """Text of a customer without its orders to a model, that cannot close <conversation> nor <message>."""
    return _TAG.sub("&lt;", without_orders(text))


class Brief(Protocol):
    """A model that answers in a line. `name` is the model's."""

    name: str

    async def ask(self, messages: Sequence[dict[str, str]], *, within: float) -> tuple[str, Usage]:
        """The answer, stripped, and what it cost; within so many seconds. Raises AgentError."""
        ...


@runtime_checkable
class AnswersBriefly(Protocol):
    """A language model that also answers in a line."""

    def briefly(self) -> Brief:
        """Itself as one that does."""
        ...
