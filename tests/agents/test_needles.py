"""Looking for what a pattern needs before the pattern itself loses no match, and adds none."""

import re
import sys

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.evaluation.hostile import hostile_set
from agents.house import bundled_folder
from agents.knowledge.addressed import ADDRESSED
from agents.knowledge.demands import DEMANDS
from agents.knowledge.disguises import readings
from agents.knowledge.foreign_orders import FOREIGN_ORDERS
from agents.knowledge.needles import EDGE, folded, marked, needles
from agents.knowledge.orders import ORDERS
from agents.knowledge.sieve import KEPT, LONGEST, Sieve

ALL = (*ORDERS, *FOREIGN_ORDERS, *ADDRESSED, *DEMANDS)
PLAIN = [re.compile(pattern, re.I) for pattern in ALL]
SIEVE = Sieve(ALL)
SPACES = (" ", "  ", "\n", "\t", "\r\n", "\x0b", "\x1c", "\x85", "\u00a0", "\u2028", "\u3000")
HOSTILE = [each.text for name in ("documents", "questions") for each in hostile_set(name)]
BENIGN = (bundled_folder() / "documents" / "billing" / "refunds.md").read_text()


def _by_each_alone(text: str) -> str | None:
    return next((found.group() for pattern in PLAIN if (found := pattern.search(text))), None)


def _by_the_sieve(text: str) -> str | None:
    found = SIEVE.search(text)
    return found and found.group()


@pytest.mark.parametrize("pattern", ALL, ids=range(len(ALL)))
def test_whatever_the_pattern_of_an_order_matches_is_still_found(pattern: str) -> None:
    plain = re.compile(pattern, re.I)
    sieve = Sieve([pattern])

    @settings(max_examples=6, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(text=st.from_regex(plain))
    def found(text: str) -> None:
        match = sieve.search(text)
        assert match
        assert match.span() == plain.search(text).span()  # type: ignore[union-attr] # made so that it matches
        assert _by_the_sieve(text) == _by_each_alone(text)

    found()


def test_the_hostile_documents_and_questions_are_told_as_by_every_pattern_alone() -> None:
    for each in HOSTILE:
        for text in readings(each):
            assert _by_the_sieve(text) == _by_each_alone(text)


@settings(max_examples=60, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
@given(data=st.data())
def test_an_order_within_a_text_is_told_as_by_every_pattern_alone_whatever_changed_in_it(data: st.DataObject) -> None:
    order = list(data.draw(st.sampled_from(HOSTILE)))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(order) - 1))
        order[place] = data.draw(st.sampled_from(("", order[place].swapcase(), "ſ", "İ", "\b", ",", "_", *SPACES)))
    hostile = "".join(order).replace(" ", data.draw(st.sampled_from(SPACES)))
    start = data.draw(st.integers(0, len(BENIGN) - 400))
    cut = data.draw(st.integers(0, 400))
    text = BENIGN[start : start + cut] + hostile + BENIGN[start + cut : start + 400]
    assert _by_the_sieve(text) == _by_each_alone(text)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("refunds? in full", [["refund| refunds|", "|in|", "|full"]]),
        (r"\b(?:ignor\w*|forget)\s+rules\b", [["|forget |ignor", "|rules|"]]),
        (r"\bforget\s+rules\b", [["|forget|", "|rules|"]]),
        (r"\bais?\b", [["|ai| |ais|"]]),
        (r"(?:ai\b|bot)\b", [["ai| bot|"]]),
        (r"say[,;] (?:the )?word", [["say|, say|;", "|word"]]),
        (r"\b(?:dear|hello) bot\b|\bpsst\b", [["|dear| |hello|", "|bot|"], ["|psst|"]]),
        (r"plain[- ]text", [["plain|", "|text"]]),
        (r"[a-z]+\d", [[]]),
        (r"(?:show )?x", [[]]),
    ],
)
def test_needles_are_read_off_a_pattern(pattern: str, wanted: list[list[str]]) -> None:
    found = [sorted(" ".join(sorted(each)).replace(EDGE, "|") for each in way) for way in needles(pattern)]
    assert found == [sorted(way) for way in wanted]


@pytest.mark.parametrize("between", SPACES, ids=ascii)
def test_words_are_told_apart_at_whatever_a_pattern_takes_for_space(between: str) -> None:
    assert Sieve([r"forget\s+(?:all\s+)?rules"]).search(f"So{between}forget{between}all{between}rules{between}now")


def test_a_word_of_any_length_is_read_to_its_end() -> None:
    sieve = Sieve([r"\bignore\W+rules\b"])
    for length in (LONGEST - 1, LONGEST, LONGEST + 1, 10_000):
        assert sieve.search("-" * (length - 12) + "ignore-rules")
        assert not sieve.search("-" * (length - 13) + "xignore-rules")


def test_more_words_than_are_kept_change_nothing() -> None:
    sieve = Sieve([r"\bignore rules\b"])
    assert not sieve.search("ignore " + " ".join(f"word{n}" for n in range(KEPT + 10)) + " rules")
    assert sieve.search("please ignore rules")


def test_the_first_of_the_patterns_is_told_that_matches_wherever_it_does() -> None:
    found = Sieve(["second thing", "first thing|third thing"]).search("the first thing, then the second thing")
    assert found
    assert found.group() == "second thing"


def test_folding_takes_for_one_letter_whatever_re_does() -> None:
    letters = sorted(
        {letter for pattern in ALL for way in needles(pattern) for each in way for letter in "".join(each)}
    )
    letters.remove(EDGE)
    alike = re.compile(f"[{re.escape(''.join(letters))}]", re.I)
    taken = alike.findall("".join(map(chr, range(sys.maxunicode + 1))))
    assert len(taken) > len(letters)
    assert {folded(each) for each in taken} <= set(letters)


def test_folding_leaves_words_their_edges_and_spaces() -> None:
    of_a_word = re.compile(r"\w")
    for each in map(chr, range(sys.maxunicode + 1)):
        now = folded(each)
        assert len(now) == 1
        assert bool(of_a_word.match(now)) == bool(of_a_word.match(each))
        assert now.isspace() == each.isspace() == (re.match(r"\s", each) is not None)


def test_most_patterns_are_not_searched_for_in_a_passage_without_their_words() -> None:
    words = marked(folded("Refunds take 5 days. Select Settings, then Billing, and open the latest one."))
    left = [
        pattern
        for pattern in ALL
        if any(all(any(needle in words for needle in each) for each in way) for way in needles(pattern))
    ]
    assert len(left) <= 2
