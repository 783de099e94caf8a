"""Vectors of words: a text's is the sum of its words' however many were seen before, and however many threads ask."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from agents import embedding as known
from agents.embedding import WordLlama
from agents.word_rows import LONGEST, WordRows

TEXTS = ["Invoices are paid within 14 days.", "two  spaces", "", " ", "a\nline", "Zürich’s 2FA — ok?", "x" * 500, "the"]


@pytest.fixture(scope="module")
def wordllama() -> WordLlama:
    return WordLlama()


def with_room(few: int, monkeypatch: pytest.MonkeyPatch) -> WordLlama:
    """One that keeps few words of several tokens."""
    with monkeypatch.context() as small:
        small.setattr(known, "WordRows", lambda tokens, encode: WordRows(tokens, encode, few))
        return WordLlama()


def test_a_texts_vector_is_that_of_its_tokens(wordllama: WordLlama) -> None:
    rows = wordllama._words
    for text in TEXTS:
        tokens = rows.vectors[rows.of_tokens(text)].sum(axis=0) if text else np.zeros(wordllama.dimension)
        unit = tokens / max(float(np.linalg.norm(tokens)), 1e-12)
        assert np.allclose(wordllama.embed([text])[0], unit, atol=1e-6)


def test_vectors_are_the_same_when_there_is_room_for_few_words(
    wordllama: WordLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = with_room(8, monkeypatch)
    texts = [f"Invoice no. {number} of Pellmere's customers" for number in range(60)]
    for first in (0, 30, 0):  # each needs more rows than there are
        own = texts[first : first + 30]
        assert np.allclose(forgetful.embed(own), wordllama.embed(own), atol=1e-6)
    assert len(forgetful._words) <= 60
    assert all(len(word) <= LONGEST for word in forgetful._words)


def test_threads_that_learn_words_at_once_get_the_right_vectors(wordllama: WordLlama) -> None:
    texts = [f"Pellmere-{number} reimburses {number * 7919}." for number in range(200)]
    fresh = WordLlama()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: fresh.embed([text])[0], texts * 2))
    assert np.array_equal(np.stack(found), np.concatenate([wordllama.embed(texts)] * 2))


@pytest.mark.parametrize("words", [["invoice", "pellmere", "do"], ["invoice", "pellmere", "y" * 500], []])
def test_a_word_alone_has_the_vector_of_a_text_of_that_word(
    wordllama: WordLlama, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    vectors, says = wordllama.weighted(words)
    assert np.array_equal(vectors, wordllama.embed(words))
    assert says.shape == (len(words),)
    many = [f"pellmere{number}" for number in range(60)]  # more than there is room for
    assert np.allclose(with_room(8, monkeypatch).weighted(many)[0], wordllama.embed(many), atol=1e-6)


def test_a_word_of_several_tokens_is_rare(wordllama: WordLlama) -> None:
    common, several, unseen = wordllama.rarity(["time", "Pellmere", "y" * 100]).tolist()
    assert common == 0.0
    assert several == unseen == 1.0
