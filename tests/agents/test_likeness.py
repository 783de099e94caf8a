"""When an earlier answer may serve: never for a question turned around, nearly always for one only put otherwise."""

from pathlib import Path

import orjson
import pytest

from agents.comparing import mistyped
from agents.earlier import Earlier
from agents.embedding import WordLlama
from agents.forms import form
from agents.house import bundled_folder
from agents.likeness import Likeness, bundled_likeness
from agents.wording import load_wording
from streaming.events import Cache, VectorSearch
from tests.agents.samples import REFUNDS, asked, house

EMBEDDING = WordLlama()
LIKENESS = Likeness(EMBEDDING, load_wording(bundled_folder()).everyday, bundled_likeness())
PAIRS = [orjson.loads(line) for line in (Path(__file__).parent / "cache_pairs.jsonl").read_bytes().splitlines()]


def serves(one: str, other: str) -> bool:
    earlier = Earlier(EMBEDDING, LIKENESS, capacity=4)
    earlier.take([("key", one)])
    return bool(earlier.like(other))


def test_no_question_turned_around_is_served_with_the_other_ones_answer() -> None:
    pairs = [each for each in PAIRS if not each["same"]]
    assert len(pairs) == 200
    assert [each for each in pairs if serves(each["a"], each["b"]) or serves(each["b"], each["a"])] == []


def test_nearly_every_question_put_otherwise_is_served() -> None:
    pairs = [each for each in PAIRS if each["same"]]
    assert len(pairs) == 100
    assert sum(serves(each["a"], each["b"]) for each in pairs) >= 90


@pytest.mark.parametrize(
    ("one", "other", "typing_error"),
    [
        ("refund", "refnud", True),
        ("invoice", "invoce", True),
        ("invoice", "invoiice", True),
        ("invoice", "invoise", True),
        ("invoice", "voice", False),
        ("cost", "cast", False),
        ("monthly", "annually", False),
    ],
)
def test_a_typing_error_is_one_letter(one: str, other: str, typing_error: bool) -> None:
    assert mistyped(one, other) is typing_error


def test_two_words_that_both_exist_are_no_typing_error() -> None:
    assert not serves("Do you share our data with the police?", "Do you share our data with the policy?")


def test_what_is_to_be_done_is_another_question_than_which_thing() -> None:
    assert not serves("What do I do if the ATM took my card?", "Which ATMs take the card?")
    assert serves("What do I do if the ATM has taken my card?", "What do I do if the ATM took my card?")


def test_words_that_mean_the_same_serve_and_words_that_do_not_do_not() -> None:
    assert serves("Where can I find the PIN of my card?", "Where can I locate the PIN of my card?")
    assert not serves("Where can I find the PIN of my card?", "Where can I change the PIN of my card?")


def test_politeness_is_no_part_of_a_form() -> None:
    assert form("Hi, could you please tell me how to cancel?") == form("How do I cancel?")
    assert form("After 30 days, can I get a refund?").numbers == ("30",)


async def test_a_question_put_otherwise_gets_the_earlier_answer_until_its_source_changes(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        _, first, _ = await asked(agents, "How long can the first payment of an annual plan be refunded?")
        facts, again, ending = await asked(agents, "Please, how long can a first payment of an annual plan be refunded")
        assert again == first
        assert ending.metrics.cache_status == "hit"
        log = next(fact for fact in facts if isinstance(fact, Cache))
        assert log.data.kind == "semantic"
        assert 0.7 <= (log.data.similarity or 0) <= 1
        assert not any(isinstance(fact, VectorSearch) for fact in facts)
        _, other, ending = await asked(agents, "How long can the first payment of a monthly plan be refunded?")
        assert ending.metrics.cache_status == "miss"
        assert "7 days" in other
        (tmp_path / "documents" / "refunds.md").write_text(REFUNDS.replace("within 30 days", "within 45 days"))
        await agents.ingest([tmp_path / "documents"], prefix="bundled")
        _, answer, ending = await asked(agents, "How long can first payments of an annual plan be refunded?")
        assert "45 days" in answer
        assert ending.metrics.cache_status == "miss"


def test_the_oldest_question_falls_out_and_a_forgotten_one_is_gone() -> None:
    earlier = Earlier(EMBEDDING, LIKENESS, capacity=2)
    for key in ("cancel", "refund", "invoice"):
        earlier.take([(key, f"How do I {key}?")])
    assert earlier.like("How do I cancel?") == []
    assert [key for key, _ in earlier.like("how do i refund")] == ["refund"]
    earlier.forget("refund")
    assert earlier.like("How do I refund?") == []
    assert Earlier(EMBEDDING, LIKENESS).like("How?") == ()
