"""Neighbours of a hit: one source, one number, one text; what was answered from it falls with each of its chunks."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.hashing import chunk_hash
from agents.house import Agents
from agents.knowledge.chunking import Section, chunks
from agents.knowledge.neighbours import MOST, merged, standing
from agents.passage import Passage
from agents.question import Question
from streaming.events import Citation, VectorSearch
from tests.agents.samples import asked, house, passage


def hits(*positions: int, heading: str = "Refunds", texts: dict[int, str] | None = None) -> list[Passage]:
    """Chunks of one page at these positions, best first."""
    return [
        replace(
            passage((texts or {}).get(n, f"Sentence {n}."), heading=heading, score=round(0.9 - rank / 10, 1)),
            chunk_id=f"c{n}",
            position=n,
        )
        for rank, n in enumerate(positions)
    ]


def test_chunks_that_follow_on_one_another_are_one_source_in_the_place_of_the_best() -> None:
    other = passage("Elsewhere.", number=9)
    third, second, first, later = hits(3, 2, 1, 7)
    one, between, alone = merged([second, other, third, first, later])
    assert one.chunk_id == "c1+c2+c3"
    assert one.text == "Sentence 1.\nSentence 2.\nSentence 3."
    assert (one.position, one.score) == (1, 0.9)
    assert one.content_hash == chunk_hash(one.title, one.link, one.text)
    assert between is other
    assert alone is later


def test_other_sections_pages_links_and_gaps_keep_chunks_apart() -> None:
    first, second = hits(1, 2)
    assert len(merged([first, second])) == 1
    for apart in (
        replace(second, heading="Refunds › Annual plans"),
        replace(second, document="a copy with the same url"),
        replace(second, url="https://docs.example/else"),
        replace(second, anchor="page=2"),
        replace(second, position=3),
    ):
        assert merged([first, apart]) == (first, apart)
    assert merged([]) == ()


def test_a_long_section_is_told_in_pieces_that_a_prompt_holds() -> None:
    found = merged(hits(*range(6)))
    assert [len(each.chunk_id.split("+")) for each in found] == [MOST, 2]


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("1. Open it.", "2. Close it.", "\n"),
        ("| A | B |", "| 1 | 2 |", "\n"),
        ("It is open.", "It is closed.", "\n"),
        ("- Open it.", "It is closed.", "\n\n"),
        ("It is open.", "- Close it.", "\n\n"),
    ],
)
def test_lists_and_tables_go_on_and_a_sentence_after_an_item_does_not(before: str, after: str, between: str) -> None:
    (one,) = merged(hits(1, 2, texts={1: before, 2: after}))
    assert one.text == before + between + after


@given(st.lists(st.sampled_from(["Cats like milk.", "- an item", "| a | b |", "", "```", "word " * 30]), max_size=12))
def test_what_was_cut_apart_says_the_same_once_it_is_merged_and_nothing_twice(lines: list[str]) -> None:
    pieces = chunks([Section("Refunds", "\n".join(lines))], limit=120)
    texts = {piece.position: piece.text for piece in pieces[:MOST]}
    found = merged(hits(*texts, texts=texts))
    assert " ".join(" ".join(each.text for each in found).split()) == " ".join(" ".join(texts.values()).split())
    assert len(found) == min(1, len(texts))


LONG = "\n\n".join(
    [
        "Refunds of an annual plan are paid within 30 days of the request for a refund of the annual plan.",
        *(f"A refund of an annual plan in region {n} is booked to the card that paid for it first." for n in range(9)),
        "A refund of an annual plan that was paid by bank transfer takes 12 working days.",
        *(f"The refund of an annual plan is told by letter to office {n} as well." for n in range(4)),
    ]
)
PAGES = {
    "refunds.md": f"---\nurl: https://docs.example/refunds\ndomain: billing\n---\n# Refunds\n\n## Annual\n\n{LONG}\n"
}
ASK = Question("How long does a refund of an annual plan take by bank transfer?", agent="billing")


async def edited(agents: Agents, folder: Path, old: str, new: str) -> None:
    """The page with another text, ingested anew."""
    assert PAGES["refunds.md"].count(old) == 1
    (folder / "documents" / "refunds.md").write_text(PAGES["refunds.md"].replace(old, new))
    await agents.ingest([folder / "documents"], prefix="bundled")


async def test_an_answer_cites_neighbours_under_one_number_and_the_log_shows_them_in_one_piece(tmp_path: Path) -> None:
    async with house(tmp_path, PAGES) as agents:
        facts, text, ending = await asked(agents, ASK)
        found = await agents.search(ASK.text)
        assert len(found.passages) == 2
        (source,) = ending.sources
        assert source.chunk_id.split("+") == [p.chunk_id for p in sorted(found.passages, key=lambda p: p.position)]
        assert "within 30 days" in source.content
        assert "12 working days" in source.content
        assert "12 working days" in text
        assert {c.chunk_id for c in facts if isinstance(c, Citation)} == {source.chunk_id}
        log = next(fact for fact in facts if isinstance(fact, VectorSearch))
        assert [(each.id, each.content) for each in log.chunks or ()] == [(source.chunk_id, source.content)]


async def test_a_kept_answer_stands_till_either_of_the_chunks_it_was_merged_from_changes(tmp_path: Path) -> None:
    async with house(tmp_path, PAGES) as agents:
        statuses = [(await asked(agents, ASK))[2].metrics.cache_status for _ in range(2)]
        assert statuses == ["miss", "hit"]
        for old, new in (("takes 12 working", "takes 15 working"), ("within 30 days", "within 60 days")):
            await edited(agents, tmp_path, old, new)
            statuses = [(await asked(agents, ASK))[2].metrics.cache_status for _ in range(2)]
            assert statuses == ["miss", "hit"], new


async def test_a_merged_source_is_gone_with_one_of_its_chunks(tmp_path: Path) -> None:
    async with house(tmp_path, PAGES) as agents:
        found = await agents.search(ASK.text)
        (source,) = found.sources
        alone = found.passages[0]
        both = [source.chunk_id, alone.chunk_id, f"{alone.chunk_id}+{uuid4()}"]
        assert await standing(agents.index, [alone.chunk_id, source.chunk_id]) == {
            source.chunk_id: source.content_hash,
            alone.chunk_id: alone.content_hash,
        }
        await edited(agents, tmp_path, LONG, LONG[:300])
        assert set(await standing(agents.index, both)) <= {alone.chunk_id}


def test_neighbours_are_found_whatever_their_order() -> None:
    found = hits(4, 1, 3, 0)
    assert [each.chunk_id for each in merged(found)] == ["c3+c4", "c0+c1"]
    assert all(a.score >= b.score for a, b in pairwise(merged(found)))
