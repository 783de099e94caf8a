"""Retrieval: both kinds of vector count, domains are preferred, near-duplicates and floods of one page are left out."""

from pathlib import Path
from threading import get_ident

import numpy as np
import pytest

from agents.embedding import WordLlama
from agents.house import bundled_folder
from agents.question import Question, Turn
from agents.standalone import FAINT, leans, standalone
from agents.terms import TermStatistics, terms
from agents.wording import load_wording, wording
from tests.agents.samples import DOCUMENTS, house


async def test_a_code_is_found_by_its_letters_and_a_paraphrase_by_its_meaning(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        code = await agents.search("E-1031")
        assert "E-1031" in code.passages[0].text
        meaning = await agents.search("get my money back for a year")
        assert meaning.passages[0].heading == "Annual plans"
        assert all(0 <= passage.score <= 1 for passage in meaning.passages)
        assert meaning.latency > 0


async def test_the_agents_domain_is_preferred_but_others_are_not_lost(tmp_path: Path) -> None:
    kinds = {"billing": "small cats", "policy": "small dogs"}
    alike = {f"{d}/{d}.md": f"# Limits\nThe limit is ten for {kind}." for d, kind in kinds.items()}
    async with house(tmp_path, alike) as agents:
        for domain in ("billing", "policy"):
            found = await agents.search("What is the limit?", domain=domain)
            assert found.passages[0].domain == domain
            assert len(found.passages) == 2


async def test_what_is_to_be_done_with_what_was_found_is_done_in_a_thread(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        question = standalone(Question("How do I request a refund?"))
        plain = await agents.retrieval.search(question)
        found, (told, thread) = await agents.retrieval.search_and(lambda found: (found, get_ident()), question)
        assert told is found
        assert thread != get_ident()
        assert (found.passages, found.best) == (plain.passages, plain.best)
        assert max(found.scores[found.passages[0].content_hash]) == found.best[0]


async def test_copies_of_a_passage_are_shown_once_and_a_page_at_most_four_times(tmp_path: Path) -> None:
    likes = ("milk", "fish", "sun", "wool", "boxes")
    many = "# Cats\n" + "".join(f"## Kind {i}\nCats of kind {i} like {word}.\n" for i, word in enumerate(likes))
    copies = {"a.md": "# Dogs\nDogs like bones.", "b.md": "# Dogs\nDogs like bones."}
    async with house(tmp_path, {"cats.md": many} | copies) as agents:
        assert [p.title for p in (await agents.search("what do cats like")).passages].count("Cats") == 4
        assert [p.text for p in (await agents.search("what do dogs like")).passages].count("Dogs like bones.") == 1


async def test_an_empty_index_and_an_empty_question_find_nothing_and_raise_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, {}) as agents:
        found = await agents.search("anything")
        assert found.passages == ()
        assert await agents.retrieval.domains(standalone(Question("anything"))) == {}
    async with house(tmp_path) as agents:
        assert await agents.search("?!") is not None


async def test_the_domain_of_what_answers_has_the_most_evidence(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        shares = await agents.retrieval.domains(standalone(Question("refund of an annual plan")))
        assert max(shares, key=shares.__getitem__) == "billing"
        assert all(0 <= share <= 1 for share in shares.values())


async def test_the_passage_whose_sentence_answers_comes_before_one_that_only_speaks_of_it(tmp_path: Path) -> None:
    pages = {
        "billing/prices.md": "# Plans\n## Price list\nThe Team plan costs 15 EUR a month.",
        "billing/trial.md": "# Team plan\n## Team plan trial\nThe Team plan trial is short.",
    }
    async with house(tmp_path, pages) as agents:
        found = await agents.search("How much is the Team plan?")
        assert found.passages[0].heading == "Price list"
        assert found.best[0] == max(found.best)


def test_the_embedding_equals_wordllamas_own() -> None:
    import wordllama

    own = WordLlama()
    reference = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    texts = ["How do I cancel?", "Refunds for annual plans, please", "x" * 3000]
    assert np.allclose(own.embed(texts), reference.embed(texts, norm=True), atol=1e-5)
    assert not own.embed([""]).any()
    assert own.embed([]).shape == (0, 256)


def test_a_question_that_leans_takes_the_turn_before_with_it_and_another_does_not() -> None:
    history = (Turn("user", "How long is the trial?"), Turn("agent", "14 days.", "billing"))
    leaning = standalone(Question("And for Team?", history))
    assert leaning.parts == (("And for Team?", 1.0), ("How long is the trial?", 0.5))
    assert leaning.follows_up
    assert leaning.text == "How long is the trial?\nAnd for Team?"
    alone = standalone(Question("Please explain in detail how webhooks are signed by Pellmere", history))
    assert not alone.follows_up
    may = standalone(Question("How much is Business?", history))
    assert may.parts == (("How much is Business?", 1.0), ("How long is the trial?", FAINT))
    assert not may.follows_up
    assert standalone(Question("And for Team?")).text == "And for Team?"


@pytest.mark.parametrize("text", ["Hello!", "thanks, great", "Good morning!", "ok bye"])
def test_a_greeting_in_mid_session_leans_on_nothing(text: str) -> None:
    history = (Turn("user", "How do I reset my password?"), Turn("agent", "Select it.", "technical"))
    assert standalone(Question(text, history)).parts == ((text, 1.0),)


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("And on Business?", True),
        ("Can that be extended?", True),
        ("Great, and for annual plans?", True),
        ("How much is it?", True),
        ("the other one?", True),
        ("Is there a discount for schools?", False),
        ("I renewed my plan by accident last week, can I get that money back?", False),
        ("Is there a fee for one more user?", False),
    ],
)
def test_a_pronoun_points_back_only_where_nothing_before_it_in_the_message_is_meant(text: str, goes_on: bool) -> None:
    assert leans(text) == goes_on


def test_synonyms_are_found_in_both_directions_and_by_phrase() -> None:
    known = wording([["bank transfer", "wire"]], ["really the"])
    assert list(known.alternatives(terms("pay by wire"))) == [(terms("wire"), terms("bank transfer"))]
    assert list(known.alternatives(terms("a bank transfer"))) == [(terms("bank transfer"), terms("wire"))]
    assert list(known.alternatives(terms("a bank"))) == []
    assert known.everyday == {"really", "the"}
    assert load_wording(bundled_folder()).groups
    assert load_wording(Path("/nowhere")).groups == ()


def test_coverage_weighs_rare_terms_more() -> None:
    statistics = TermStatistics(100, {1: 90, 2: 1})
    assert statistics.idf(2) > statistics.idf(1)
    assert statistics.knows(1)
    assert not statistics.knows(3)


async def test_documents_survive_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path):
        pass
    async with house(tmp_path) as agents:
        assert len(await agents.index.documents()) == len(DOCUMENTS)
        assert agents.index.statistics.chunks == 5
        assert (await agents.search("cookies")).passages[0].title == "Privacy notice"
