"""Questions whose agent, pages and answerability are known."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from agents.errors import AgentError
from agents.question import Question, Turn
from streaming.events import AgentId, Verdict


class QuestionsInvalid(AgentError):
    """A file of questions has a line that is none; the message names it."""

    code = "questions_invalid"


_MARKER = re.compile(r"\[\d{1,3}\]")
_OTHERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A question with what is known of it. `pages` are the URLs of which any answers it, `answers` the sentences, as
    they stand there, of which any does; none are known where none are given."""

    id: str
    question: Question
    agent: AgentId
    pages: frozenset[str]
    answerability: Verdict
    kind: Literal["direct", "follow_up"]
    split: str
    answers: tuple[str, ...] = ()

    def answered_by(self, text: str) -> bool:
        """Whether a text holds one of the sentences that answer, letter by letter but for marks and markers."""
        said = f" {plain(_MARKER.sub(' ', text))} "
        return any(f" {plain(sentence)} " in said for sentence in self.answers)

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it, at least in part."""
        return self.answerability in ("answerable", "partial")


def plain(text: str) -> str:
    """The letters and digits of a text, of any alphabet, for comparing sentences."""
    return _OTHERS.sub(" ", text.lower()).strip()


def load_questions(path: Path) -> list[Known]:
    """The questions of a JSON-lines file. Raises QuestionsInvalid."""
    found: list[Known] = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_known(orjson.loads(line)))
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError) as error:
            raise QuestionsInvalid(f"{path}, line {number}: {error!r} is missing or wrong.") from error
    return found


def _known(line: dict[str, Any]) -> Known:
    agent = cast(AgentId, line["agent"])
    *before, last = line["turns"]
    history = tuple(
        Turn(
            "user" if turn["speaker"] == "user" else "agent", turn["text"], None if turn["speaker"] == "user" else agent
        )
        for turn in before
    )
    return Known(
        id=line["id"],
        question=Question(last["text"], history),
        agent=agent,
        pages=frozenset(line["pages"]),
        answerability=line["answerability"],
        kind=line["kind"],
        split=line["split"],
        answers=tuple(line.get("answers", ())),
    )
