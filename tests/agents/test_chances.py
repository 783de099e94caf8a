"""In doubt more is quoted, and it is said; measured on questions by hands of their own."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from agents.chances import TRAITS, ChanceModel, bundled_chances
from agents.embedding import WordLlama
from agents.evaluation.rows import books_without, chunks_judged
from agents.house import open_agents
from agents.known import load_questions
from agents.quotes import Pick, doubt, further
from agents.reading import Reader, Reading
from agents.smalltalk import left_open
from streaming.events import Documents, RunCompleted
from tests.agents.samples import passage

UNREAD = {
    "fifth": (60, 0.71, 0.68),
    "tenth": (80, 0.84, 0.76),
    "twelfth": (60, 0.61, 0.55),
    "thirteenth": (60, 0.63, 0.6),
}
"""Questions by hands that had no part in anything: how many, and in what share of the answers, and of their first
quotes, a sentence must stand that answers. Without precedents those of the first two were .55 and .43, .78 and .68."""


@dataclass
class Told:
    """An answer: whether it holds one of the sentences that answer, and whether its first quote does; `sure` as it says
    itself, None where it is none or leaves something open."""

    split: str
    holds: bool
    first: bool
    sure: bool | None


async def told(folder: Path, hand: str) -> list[Told]:
    """The answers to a hand's questions; what was declined holds none."""
    found: list[Told] = []
    questions = load_questions(Path(__file__).parent / f"{hand}_questions.jsonl")
    async with open_agents(data_dir=folder) as agents:
        texts = {hand: {known.question.text for known in questions}}
        others = books_without(texts, agents, await chunks_judged(agents))[hand]  # without what it asked word for word
        agents.precedents.learn(others)
        for known in questions:
            if not known.answers:
                continue
            verdict, message = None, ""
            async for output in agents.answer(known.question):
                match output:
                    case Documents():
                        verdict = output.data.verdict
                    case RunCompleted():
                        message = output.message
                    case _:
                        pass
            first = re.split(r"\[\d\](?!\n\d+\.|\n-)", message)[0]
            sure = left_open(()) not in message if verdict == "answerable" else None
            found.append(Told(known.split, known.answered_by(message), known.answered_by(first), sure))
    return found


@pytest.mark.parametrize("hand", UNREAD)
async def test_answers_hold_a_sentence_that_answers_for_those_whom_nobody_had_in_mind(
    tmp_path: Path, hand: str
) -> None:
    asked, least, first = UNREAD[hand]
    answers = await told(tmp_path, hand)
    assert len(answers) == asked
    assert sum(each.holds for each in answers) >= least * asked
    assert sum(each.first for each in answers) >= first * asked


async def test_what_says_that_it_is_unsure_answers_less_often(tmp_path: Path) -> None:
    every = [each for hand in UNREAD for each in await told(tmp_path / hand, hand)]
    sure, unsure = ([each.holds for each in every if each.sure is said] for said in (True, False))
    assert len(unsure) >= 5
    assert sum(unsure) / len(unsure) <= 0.8 * sum(sure) / len(sure)


async def test_a_follow_up_is_answered_with_what_was_not_told_and_another_question_as_if_nothing_was(
    tmp_path: Path,
) -> None:
    every = await told(tmp_path, "eleventh")
    leaning, fresh = ([each.holds for each in every if each.split == split] for split in ("leans", "fresh"))
    assert (len(leaning), len(fresh)) == (48, 12)
    assert sum(leaning) >= 20  # 23 without precedents, which decline 9 of 19 that are not answered instead of 5
    assert sum(fresh) >= 11


def test_a_chance_is_of_the_sentence_and_of_how_far_it_is_behind_the_best() -> None:
    rows = np.zeros((2, len(TRAITS)))
    rows[:, TRAITS.index("covered")] = (0.9, 0.3)
    first, second = bundled_chances()(rows)
    alone = bundled_chances()(rows[1:])[0]
    assert 0.0 < second < alone < first < 1.0
    assert ChanceModel((0.0,) * len(TRAITS), (0.0,) * len(TRAITS), 0.0)(rows) == [0.5, 0.5]
    assert bundled_chances()(rows[:0]) == []


TEXT = (
    "Refunds are paid to the card. A trial lasts 14 days. Invoices are sent on Monday. Backups run at night. "
    "Guests need no seat."
)
CHANCES = [0.3, 0.35, 0.2, 0.18, 0.05]


def in_doubt(chances: list[float], fits: list[float] | None = None) -> list[int]:
    """Which sentences of TEXT are quoted beside the first one."""
    source = passage(TEXT)
    readings: list[Reading] = Reader(WordLlama())([source])
    places = {(0, unit): chance for unit, chance in enumerate(chances)}
    scores = [[1.0] * len(chances)]
    factors = [fits or [1.0] * len(chances)]
    return [each.first for each in further([Pick(0, 0, 0, 1.0)], readings, scores, [source], factors, places)]


def test_in_doubt_the_likeliest_others_are_quoted_too_up_to_three_in_all() -> None:
    assert in_doubt(CHANCES) == [1, 2]


def test_what_is_likely_the_answer_stands_alone() -> None:
    assert in_doubt([0.7, 0.35, 0.2, 0.18, 0.05]) == []


def test_what_is_unlikely_or_does_not_fit_is_not_added() -> None:
    assert in_doubt([0.3, 0.1, 0.1, 0.1, 0.1]) == []
    assert in_doubt(CHANCES, [1.0, 0.4, 1.0, 1.0, 1.0]) == [2, 3]


def test_any_item_of_a_list_may_be_the_answer_and_what_says_the_same_is_told_with_it() -> None:
    text = "Trials last 14 days. Backups run at night. Guests need no seat. A trial lasts 14 days."
    readings = Reader(WordLlama())([passage(text)])
    chances = {(0, 0): 0.5, (0, 1): 0.5, (0, 2): 0.2}
    assert doubt([Pick(0, 0, 1, 1.0)], readings, chances) == 0.25
    assert doubt([Pick(0, 0, 1, 1.0), Pick(0, 2, 2, 1.0)], readings, chances) == pytest.approx(0.2)
    assert doubt([Pick(0, 0, 0, 1.0)], readings, {(0, 0): 0.5, (0, 3): 0.4}) == pytest.approx(0.3)
