"""Answers written by OpenAI's chat completions, or by any server that speaks them."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from agents.errors import AgentError, ModelRejected, ModelStreamBroken, ModelUnavailable
from agents.llm import Usage
from agents.passage import Passage
from agents.prompts import messages
from agents.providers.model_limits import MOST_TEXT, ModelLimits
from agents.providers.openai_brief import OpenAIBrief
from agents.providers.openai_tools import OpenAITools
from agents.providers.prices import NO_PRICES, Price, cost
from agents.question import Question
from streaming.events import AgentId, Verdict

if TYPE_CHECKING:
    from agents.providers.openai_client import OpenAIClient

OPENAI = "https://api.openai.com/v1"


@asynccontextmanager
async def open_openai(
    *,
    api_key: str | None,
    model: str,
    base_url: str | None = None,
    limits: ModelLimits | None = None,
    prices: Mapping[str, Price] = NO_PRICES,
) -> AsyncIterator["OpenAIModel"]:
    """The model `model` at `base_url` (OpenAI's when None); nothing is asked of it yet.

    A server of one's own may need no key: None sends a placeholder.
    """
    from agents.providers.openai_client import open_client  # 0.8 s to import: only where it is configured

    opening = open_client(api_key=api_key or "none", base_url=base_url or OPENAI, limits=limits or ModelLimits())
    async with opening as client:
        yield OpenAIModel(client, model, prices)


class OpenAIModel:
    """A LanguageModel. Text that arrives in one read of the socket comes as one piece."""

    def __init__(self, client: "OpenAIClient", model: str, prices: Mapping[str, Price] = NO_PRICES) -> None:
        self._client = client
        self._model = model
        self._prices = prices

    def with_tools(self) -> "OpenAITools":
        """The same model as one that calls tools."""
        return OpenAITools(self._client, self._model, self._prices)

    def briefly(self) -> "OpenAIBrief":
        """The same model as one that answers in a line."""
        return OpenAIBrief(self._client, self._model, self._prices)

    async def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncGenerator[str | Usage, None]:
        """The answer as it is written, then `Usage`: zero where the server does not say."""
        body = {
            "model": self._model,
            "messages": messages(question, passages, agent=agent, verdict=verdict),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        answer = _Answer()
        async with self._client.open(body) as reading:
            while (text := await reading.text(answer)) is not None:
                if text:
                    yield text
            answer.check(ended=reading.done)
        prompt, completion = answer.counts()
        yield Usage(prompt, completion, cost(self._model, prompt, completion, self._prices))


class _Answer:
    """What the chunks have told so far; only `delta.content` is text, what a model reasons is not."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.failed: object = None
        self._usage: Any = None
        self._wrote = False
        self._length = 0
        self._refused = False

    def take(self, batch: list[dict[str, Any]]) -> str:
        """The text of these chunks, up to an `error` object if there is one. Raises ModelStreamBroken."""
        pieces: list[str] = []
        try:
            for chunk in batch:
                if choices := chunk.get("choices"):
                    choice = choices[0]
                    delta = choice.get("delta")
                    if delta:
                        text = delta.get("content")
                        if text and isinstance(text, str):
                            pieces.append(text)
                        elif delta.get("refusal"):
                            self._refused = True
                    if finish := choice.get("finish_reason"):
                        self.finish = str(finish)
                if usage := chunk.get("usage"):
                    self._usage = usage
                if error := chunk.get("error"):
                    self.failed = error
                    break
        except (AttributeError, KeyError, TypeError) as error:
            raise ModelStreamBroken("The model's answer cannot be read: a chunk has an unknown shape.") from error
        text = "".join(pieces)
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise ModelStreamBroken(f"The model's answer is longer than {MOST_TEXT:,} characters.")
        self._wrote = self._wrote or bool(text and not text.isspace())
        return text

    def check(self, *, ended: bool) -> None:
        """Raises AgentError where what came is not a whole answer."""
        if self.finish == "content_filter":
            raise ModelRejected("The model's provider withheld the answer by its content filter.")
        if self._refused and not self._wrote:
            raise ModelRejected("The model declined to answer.")
        if not ended and self.finish is None:
            raise ModelStreamBroken("The model's answer was cut off.")
        if not self._wrote:
            raise _empty(self.finish)

    def counts(self) -> tuple[int, int]:
        """Tokens of prompt and completion."""
        told = self._usage if isinstance(self._usage, dict) else {}
        return _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))


def _empty(finish: str | None) -> AgentError:
    if finish == "length":
        return ModelUnavailable("The model used up its length before it wrote an answer.")
    return ModelUnavailable("The model gave an empty answer.")


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) else 0
