"""Sentences and chunks: nothing is lost, nothing is cut in the middle, headings part what they head."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.knowledge.chunking import Section, chunks
from agents.sentences import units


def texts(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in units(text)]


def test_prose_is_cut_into_sentences_and_not_at_abbreviations_or_numbers() -> None:
    assert texts("It costs 2.50 EUR, e.g. per month. Is that all? Yes! See docs.example for more.") == [
        "It costs 2.50 EUR, e.g. per month.",
        "Is that all?",
        "Yes!",
        "See docs.example for more.",
    ]


def test_list_items_rows_and_code_stay_whole() -> None:
    text = (
        "Do this:\n\n1. Open it. Look.\n2. Close it\n   at once.\n\n| a | b |\n|---|---|\n\n```\nx = 1\n\ny\n```\nDone."
    )
    assert texts(text) == [
        "Do this:",
        "1. Open it. Look.",
        "2. Close it\n   at once.",
        "| a | b |",
        "|---|---|",
        "```\nx = 1\n\ny\n```",
        "Done.",
    ]
    assert [unit.kind for unit in units(text)] == ["prose", "item", "item", "row", "row", "code", "prose"]


def test_a_wrapped_sentence_is_one_sentence() -> None:
    assert texts("A sentence that\nis wrapped. And\nanother.") == ["A sentence that\nis wrapped.", "And\nanother."]


@given(st.text(alphabet="ab .!?\n-|`1#é", max_size=300))
def test_units_lose_nothing_but_white_space(text: str) -> None:
    found = units(text)
    assert "".join("".join(texts(text)).split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(unit.start < unit.end for unit in found)


def test_a_chunk_stays_under_its_heading_and_positions_count_from_zero() -> None:
    cut = chunks([Section("One", "A first sentence. " * 20), Section("Two", "Short.")], limit=100)
    assert [chunk.position for chunk in cut] == list(range(len(cut)))
    assert cut[-1].heading == "Two"
    assert cut[-1].text == "Short."
    assert all(chunk.text.endswith("sentence.") and len(chunk.text) <= 100 for chunk in cut[:-1])


@given(st.text(alphabet="ab .\n", max_size=500), st.integers(20, 80))
def test_chunks_respect_the_limit_and_keep_every_word(text: str, limit: int) -> None:
    cut = chunks([Section("", text)], limit=limit)
    assert all(len(chunk.text) <= limit for chunk in cut)
    assert "".join("".join(chunk.text for chunk in cut).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["", "   \n\n  "])
def test_an_empty_section_has_no_chunk(text: str) -> None:
    assert chunks([Section("", text)]) == []
