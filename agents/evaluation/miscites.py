"""A writer that cites wrongly on purpose, and knows when: what the citation check is measured with."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from agents.evaluation.corruptions import changed
from agents.llm import Usage
from agents.passage import Passage
from agents.question import Question
from agents.sentences import units
from streaming.events import AgentId, Verdict

QUOTED = "quoted"
ELSEWHERE = "another passage's number"
NOWHERE = "a number without a source"
LEAST = 5
"""Words of a sentence that is worth a claim."""
STRANGERS = 6
"""Sentences of other passages that a claim may be mixed with."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with the number it is cited by; every `kind` but QUOTED is wrong."""

    kind: str
    text: str
    marker: int

    @property
    def right(self) -> bool:
        """Whether source and sentence belong together."""
        return self.kind == QUOTED

    @property
    def line(self) -> str:
        """As it is written: one a line, the marker before the full stop."""
        return f"{self.text.rstrip('.')} [{self.marker}].\n"


def claims(passages: Sequence[Passage], chance: random.Random, *, each: int = 3) -> list[Claim]:
    """Right and wrong claims about the passages: of each passage `each` sentences, with every change they allow.

    Pages may repeat one another: under another passage's number a sentence counts as wrong although it may be true.
    """
    said = [_sentences(passage) for passage in passages]
    found: list[Claim] = []
    for number, (passage, own) in enumerate(zip(passages, said, strict=True), 1):
        foreign = [
            text for other, texts in zip(passages, said, strict=True) for text in texts if other.url != passage.url
        ]
        strangers = chance.sample(foreign, min(STRANGERS, len(foreign)))
        for text in chance.sample(own, min(each, len(own))):
            found.append(Claim(QUOTED, text, number))
            found += [Claim(wrong.kind, wrong.text, number) for wrong in changed(text, passage.text, strangers, chance)]
            found.append(Claim(NOWHERE, text, chance.randint(len(passages) + 1, 99)))
            others = [n for n, each in enumerate(passages, 1) if each.url != passage.url and text not in each.text]
            if others:
                found.append(Claim(ELSEWHERE, text, chance.choice(others)))
    return found


def _sentences(passage: Passage) -> list[str]:
    """Of prose alone: an item's number and a table's bars would part a line that is written from them."""
    cut = (passage.text[unit.start : unit.end] for unit in units(passage.text) if unit.kind == "prose")
    return [text for text in cut if "\n" not in text and "[" not in text and len(text.split()) >= LEAST]


class Miscites:
    """A LanguageModel that writes such claims, a line each."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    async def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncIterator[str | Usage]:
        """The claims about the passages, in random order; the same for the same question."""
        chance = random.Random(f"{self._seed} {question.text}")  # noqa: S311 - nothing depends on guessing it
        made = claims(passages, chance)
        chance.shuffle(made)
        for claim in made:
            yield claim.line
        yield Usage()
