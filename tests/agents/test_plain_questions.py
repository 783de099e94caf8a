"""A visitor's first questions: short, everyday ones, each with the sentence that must be quoted.

The answerer was made with the split "tuned" in view; "fresh" was written before it and looked at only as a figure.
"""

import re
from pathlib import Path

import orjson

from agents.house import Agents, bundled_folder, open_agents
from agents.question import Question
from agents.smalltalk import left_open
from streaming.events import Documents

QUESTIONS = [orjson.loads(line) for line in (Path(__file__).parent / "plain_questions.jsonl").read_bytes().splitlines()]
FLOORS = {"tuned": 0.96, "fresh": 0.85}
LEFT_OPEN = ("", left_open(()))
MARKER = re.compile(r" ?\[(\d+)\]")


async def answered(agents: Agents, text: str) -> tuple[str, str | None, list[str]]:
    """The answer, the verdict, and the texts of the sources cited."""
    verdict = None
    async for output in agents.answer(Question(text)):
        if isinstance(output, Documents):
            verdict = output.data.verdict
        elif not isinstance(output, str):
            ending = output
    return ending.message, verdict, [source.content for source in ending.sources if source.marker]  # type: ignore[union-attr]


async def test_plain_questions_quote_the_sentence_that_answers_them(tmp_path: Path) -> None:
    right: dict[str, list[bool]] = {"tuned": [], "fresh": []}
    declined: list[str] = []
    invented: list[str] = []
    async with open_agents(data_dir=tmp_path) as agents:
        for each in QUESTIONS:
            answer, verdict, sources = await answered(agents, each["question"])
            right[each["split"]].append(any(said in answer for said in each["says"]))
            if verdict in ("underspecified", "unanswerable"):  # a cached answer brings none
                declined.append(each["question"])
                continue
            lines = (MARKER.sub("", line).strip() for line in re.split(r"\n|(?<=\]) ", answer))
            invented += [
                line for line in lines if line not in LEFT_OPEN and not any(line in source for source in sources)
            ]
    shares = {split: sum(hits) / len(hits) for split, hits in right.items()}
    assert all(shares[split] >= floor for split, floor in FLOORS.items()), shares
    assert sum(map(sum, right.values())) >= 0.9 * len(QUESTIONS)
    assert len(declined) <= 0.02 * len(QUESTIONS), declined
    assert invented == []


def test_every_sentence_that_must_be_quoted_stands_in_the_documents() -> None:
    pages = [path.read_text() for path in (bundled_folder() / "documents").rglob("*.md")]
    assert all(any(said in page for page in pages) for each in QUESTIONS for said in each["says"])
