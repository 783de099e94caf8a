"""Several questions in one message, each searched and judged for itself, and told in one answer with its citations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from time import perf_counter

from agents.citing.citations import Supports, through
from agents.evidence import Evidence, Judge
from agents.knowledge.neighbours import merged
from agents.knowledge.quarantine import without_orders
from agents.knowledge.retrieval import Retrieval, Retrieved
from agents.llm import LanguageModel
from agents.logs import Logs
from agents.passage import Domain, Passage
from agents.question import Question, Turn
from agents.quotes import pieces
from agents.second_look import SecondLook
from agents.smalltalk import decline, out_of_place
from agents.standalone import Standalone
from agents.told import Told
from streaming.events import AgentId, Output, Verdict

EACH = 4
"""Passages for each of the questions."""


class Several:
    """Answers the questions of a message, which are searched at the same time."""

    def __init__(
        self,
        model: LanguageModel,
        retrieval: Retrieval,
        judge: Judge,
        logs: Logs,
        supports: Supports,
        second_look: SecondLook | None = None,
    ) -> None:
        self._supports = supports
        self._model = model
        self._retrieval = retrieval
        self._judge = judge
        self._logs = logs
        self._second_look = second_look

    async def __call__(
        self,
        question: Question,
        parts: Sequence[tuple[Domain, Standalone]],
        *,
        agent: AgentId,
        off_topic: Sequence[str] = (),
    ) -> AsyncIterator[Output]:
        """A vector_search and documents for each part, one answer with its citations, RunCompleted. Raises AgentError.

        What the documents do not answer, and what is off topic, is named after the answer to the rest.
        """
        started = perf_counter()
        looked_up = await asyncio.gather(*(self._looked_up(domain, part) for domain, part in parts))
        for found, _ in looked_up:
            yield self._logs.vector_search(found)
        passages = _merged([found for found, _ in looked_up])
        told = Told(passages, self._supports)
        if self._second_look is not None:
            looks = await asyncio.gather(*(self._second_look(*each) for each in looked_up))
            looked_up = [(found, evidence) for (found, _), (evidence, _) in zip(looked_up, looks, strict=True)]
            for _, spent in looks:
                told.take(spent)
        for found, evidence in looked_up:
            yield self._logs.documents(evidence, found)
        answered = [n for n, (_, each) in enumerate(looked_up) if each.verdict in ("answerable", "partial")]
        if answered:
            whole = all(looked_up[n][1].verdict == "answerable" for n in answered)
            verdict: Verdict = "answerable" if whole else "partial"
            narrowed = narrowed_to(question, [part for _, part in parts], answered)
            answer = self._model.answer(narrowed, passages, agent=agent, verdict=verdict)
            async with aclosing(through(told.gate, answer)) as checked:
                async for output in checked:
                    if told.take(output):
                        yield output
        left = [
            *(
                (_last(parts[n][1]), decline(evidence.verdict, found.passages, evidence.missing, evidence.unclear))
                for n, (found, evidence) in enumerate(looked_up)
                if n not in answered
            ),
            *((text, out_of_place()) for text in off_topic),
        ]
        for text, why in left:
            break_off = "" if told.empty else "\n\n"
            named = without_orders(text)  # what is repeated could pass for obeyed
            for piece in pieces(f"{break_off}On “{named}”: {why}" if named else f"{break_off}{why}"):
                told.take(piece)
                yield piece
                await asyncio.sleep(0)
        yield told.completed(agent, min(evidence.confidence for _, evidence in looked_up), started)

    async def _looked_up(self, domain: Domain, part: Standalone) -> tuple[Retrieved, Evidence]:
        return await self._retrieval.search_and(self._judge, part, domain=domain, limit=EACH)


def _last(part: Standalone) -> str:
    return part.parts[0][0]


def narrowed_to(question: Question, parts: Sequence[Standalone], answered: Sequence[int]) -> Question:
    """The message without the questions that are not answered; one that another leans on was asked before."""
    kept = [_last(parts[n]) for n in answered]
    text = " ".join(kept)
    chain = [earlier for earlier, _ in reversed(parts[answered[0]].parts[1:])]
    before = tuple(Turn("user", earlier) for earlier in chain if earlier not in kept)
    alone = text if question.alone is not None else None
    return replace(question, text=text, alone=alone, history=(*question.history, *before))


def _merged(found: Sequence[Retrieved]) -> tuple[Passage, ...]:
    """The passages of all searches, each once, the best of each search first; neighbours as one."""
    most = max((len(each.passages) for each in found), default=0)
    ranked = (each.passages[rank] for rank in range(most) for each in found if rank < len(each.passages))
    return merged(list({passage.chunk_id: passage for passage in ranked}.values()))
