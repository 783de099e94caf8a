"""Terms: a text has those of its pieces between spaces, as the BM25 tokenizer gives them for the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import terms as known
from agents.terms import terms, weights

ODD = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("Σςİı'’ß \t\n\x1c\x85\u00a0\u2028\u200b.,-_aB9")))


@given(ODD)
def test_a_text_has_the_terms_that_the_tokenizer_finds_in_the_whole_of_it(text: str) -> None:
    assert terms(text) == frozenset(weights(text))


def test_terms_are_the_same_however_many_were_seen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Invoice {number} of the Team plan" for number in range(20)]
    before = [terms(text) for text in texts]
    monkeypatch.setattr(known, "KNOWN_PIECES", 5)
    monkeypatch.setattr(known, "_PIECES", known._Pieces())
    assert [terms(text) for text in texts] == before
    assert len(known._PIECES) <= 5
    assert terms("x" * 1000) == frozenset(weights("x" * 1000))
    assert "x" * 1000 not in known._PIECES
