"""Answers without a model: the sentences of the sources that answer best, quoted, each with its marker."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

import numpy as np

from agents.embedding import Embedding
from agents.knowledge.index import Index
from agents.llm import Usage
from agents.passage import Passage
from agents.question import Question
from agents.quotes import picks, pieces, written
from agents.reading import Reader, Reading
from agents.smalltalk import reply
from agents.standalone import Standalone, standalone
from agents.terms import terms
from agents.wording import Wording
from streaming.events import AgentId, Verdict

SYNONYM = 0.8
"""How much a synonym counts against the word itself."""
NUMBER_BONUS = 0.08
"""Added to a sentence with a number where an amount, a time or a limit is asked for."""

_AMOUNT = re.compile(
    r"\bhow (?:much|many|long|often|soon|fast|large|big|old|high|far|quickly)\b"
    r"|\b(?:price|cost|fee|limit|maximum|minimum)\b"
    r"|\b(?:max|most|least|until when|largest|biggest|deadline|when|percent|what time)\b",
    re.I,
)
_ANNOUNCES = re.compile(r"This (?:page|section|article|chapter|document) (?:explains|describes|lists|covers|shows)\b")
_NUMBER = re.compile(r"\d")


class Extractive:
    """A LanguageModel that says nothing but what the passages say."""

    def __init__(self, embedding: Embedding, reader: Reader, index: Index, wording: Wording) -> None:
        self._embedding = embedding
        self._wording = wording
        self._reader = reader
        self._index = index

    async def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncIterator[str | Usage]:
        """Sentences of the passages, verbatim, each followed by ` [n]`."""
        if agent == "orchestrator":
            text = reply(question.text)
        else:
            text = await asyncio.to_thread(self._compose, standalone(question), passages)
        for piece in pieces(text):
            yield piece
            await asyncio.sleep(0)
        yield Usage()

    def _compose(self, question: Standalone, passages: Sequence[Passage]) -> str:
        readings = self._reader(passages)
        chosen = picks(readings, self._scores(question, readings, passages))
        if not chosen:
            return "I could not find an answer to that in the documents."
        return "".join(written(chosen, readings, passages)).strip()

    def _scores(
        self, question: Standalone, readings: Sequence[Reading], passages: Sequence[Passage]
    ) -> list[list[float]]:
        vector = np.asarray([weight for _, weight in question.parts], np.float32) @ self._embedding.embed(
            [text for text, _ in question.parts]
        )
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
        wanted = {term: weight for text, weight in reversed(question.parts) for term in terms(text)}
        idf = {term: weight * self._index.statistics.idf(term) for term, weight in wanted.items()}
        alternatives = list(self._wording.alternatives(frozenset(wanted)))
        total = sum(idf.values()) or 1.0
        best = max((passage.score for passage in passages), default=1.0) or 1.0
        asks_amount = bool(_AMOUNT.search(question.parts[0][0]))
        scores: list[list[float]] = []
        for rank, (reading, passage) in enumerate(zip(readings, passages, strict=True)):
            weight = (0.5 + 0.5 * passage.score / best) * (1.0 - 0.04 * rank)
            cosines = (reading.vectors @ vector).tolist()
            own_scores: list[float] = []
            for unit, own, cosine in zip(reading.units, reading.terms, cosines, strict=True):
                by_synonym = {t for phrase, other in alternatives if other <= own for t in phrase}
                # What the heading says counts for each sentence under it, but less than what it says itself.
                covered = sum(
                    w * (1.0 if t in own else SYNONYM if t in by_synonym else 0.5 if t in reading.context else 0.0)
                    for t, w in idf.items()
                )
                if _ANNOUNCES.match(passage.text, unit.start):
                    own_scores.append(0.0)
                    continue
                score = 0.5 * max(cosine, 0.0) + 0.5 * covered / total
                if asks_amount and _NUMBER.search(passage.text, unit.start, unit.end):
                    score += NUMBER_BONUS
                own_scores.append(score * weight)
            scores.append(own_scores)
        return scores
