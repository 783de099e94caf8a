"""Looking for what a pattern needs before the pattern itself loses no match."""

import re
import sys

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.evaluation.hostile import hostile_set
from agents.knowledge.addressed import A_MODEL, ADDRESSED, AN_AI
from agents.knowledge.demands import DEMANDS
from agents.knowledge.disguises import readings
from agents.knowledge.foreign_orders import FOREIGN_ORDERS
from agents.knowledge.needles import Sieve, folded, needles
from agents.knowledge.orders import ORDERS

ALL = (*ORDERS, *FOREIGN_ORDERS, *ADDRESSED, *DEMANDS)


@pytest.mark.parametrize("pattern", ALL, ids=range(len(ALL)))
def test_whatever_the_pattern_of_an_order_matches_is_still_found(pattern: str) -> None:
    plain = re.compile(pattern, re.I)
    sieve = Sieve([pattern], A_MODEL, AN_AI) if pattern in ADDRESSED else Sieve([pattern])

    @settings(max_examples=6, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(text=st.from_regex(plain))
    def found(text: str) -> None:
        match = sieve.search(text)
        assert match
        assert match.span() == plain.search(text).span()  # type: ignore[union-attr] # made so that it matches

    found()


def test_the_hostile_documents_and_questions_are_told_as_by_every_pattern_alone() -> None:
    sieve, plain = Sieve(ALL), [re.compile(pattern, re.I) for pattern in ALL]
    for each in (*hostile_set("documents"), *hostile_set("questions")):
        for text in readings(each.text):
            wanted = next((found for pattern in plain if (found := pattern.search(text))), None)
            found = sieve.search(text)
            assert (found and found.group()) == (wanted and wanted.group())


def test_folding_takes_for_one_letter_whatever_re_does() -> None:
    letters = sorted({letter for pattern in ALL for each in needles(pattern) for one in each for letter in one})
    alike = re.compile(f"[{re.escape(''.join(letters))}]", re.I)
    taken = alike.findall("".join(map(chr, range(sys.maxunicode + 1))))
    assert len(taken) > len(letters)
    assert {folded(each) for each in taken} <= set(letters)


def test_most_patterns_are_not_searched_for_in_a_passage_without_their_words() -> None:
    text = folded("Refunds take 5 days. Select Settings, then Billing, and open the latest one.")
    left = [pattern for pattern in ALL if not any(all(n not in text for n in each) for each in needles(pattern))]
    assert len(left) <= 5
