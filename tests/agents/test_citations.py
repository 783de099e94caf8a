"""The gate: markers that hold pass, others do not, and no other character is lost."""

import itertools
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.citing.citations import Gate, gate, through
from agents.citing.markers import MAX_MARKER
from agents.llm import Usage
from agents.passage import Passage
from streaming.events import Citation

MARKER = re.compile(r"\[[1-9][0-9]{0,2}(?:, ?[1-9][0-9]{0,2})*\]")


def passage(n: int) -> Passage:
    return Passage(
        chunk_id=f"c{n}",
        text=f"Text {n}.",
        title="Title",
        heading="",
        url=f"https://docs/{n}",
        domain="billing",
        position=n,
        content_hash="h",
        score=0.5,
    )


OTHERWISE = re.compile(r"[¹²³⁴-⁹]|\\")
"""What may be part of a marker that looks otherwise."""

TWO = [passage(1), passage(2)]


def run(*pieces: str, passages: Sequence[Passage] = TWO) -> tuple[str, list[int], int]:
    """Text, markers cited, count dropped."""
    one = Gate(passages)
    out = [decided for piece in pieces for decided in one.feed(piece)] + one.end()
    text = "".join(piece for piece in out if isinstance(piece, str))
    return text, [piece.marker for piece in out if isinstance(piece, Citation)], one.dropped


@pytest.mark.parametrize(
    ("given_text", "text", "cited", "dropped"),
    [
        ("Five days [1].", "Five days [1].", [1], 0),
        ("Five days[1].", "Five days[1].", [1], 0),
        ("A [1, 2]. B [2,1].", "A [1][2]. B [2][1].", [1, 2], 0),
        ("A [1][2]", "A [1][2]", [1, 2], 0),
        ("A [1]. B [1].", "A [1]. B [1].", [1], 0),
        ("A [1, 1].", "A [1].", [1], 0),
        ("A [9].", "A.", [], 1),
        ("A [9]", "A", [], 1),
        ("A [9] b", "A b", [], 1),
        ("A [9]b", "A b", [], 1),
        ("[9] A", " A", [], 1),
        ("A [1, 9]. B [8, 9].", "A [1]. B.", [1], 3),
        ("A [9][1]", "A[1]", [1], 1),
        ("[1[9]2]", "[1…2]", [], 1),
        ("[[9]1] [ [9]1] [1,[9] 2] [1 [9]]", "[…1] [ …1] [1,… 2] [1 …]", [], 4),
        ("See [1](https://x) and [the docs](y).", "See [1](https://x) and [the docs](y).", [], 0),
        ("`a[9]` and ``b`[9]`` but c[9]", "`a[9]` and ``b`[9]`` but c", [], 1),
        ("```\na[9] `\n```\nb [9]", "```\na[9] `\n```\nb", [], 1),
        ("It`s\nodd [9].", "It`s\nodd.", [], 1),
        ("[0] [2024] [x] [] [9:30] [sourdough]", "[0] [2024] [x] [] [9:30] [sourdough]", [], 0),
        ("A [01] [ 2 ] [1;2] [1 and 2] [^1].", "A [1] [2] [1][2] [1][2] [1].", [1, 2], 0),
        ("A [1-2] [Source 1] [source: 2] [doc 1].", "A [1][2] [1] [2] [1].", [1, 2], 0),
        ("A 【1】 【1:0†source】 【2†L3-L5】 [１] ［2］.", "A [1] [1] [2] [1] [2].", [1, 2], 0),
        ("A [ 9 ]. B 【9†source】. C [Source 9]. D [^9]. E [９].", "A. B. C. D. E.", [], 5),
        (r"A \[1\]. B \[2]\[1\]. C \[ 9 \]. D \[x\] \\ \alpha.", r"A [1]. B [2][1]. C. D \[x\] \\ \alpha.", [1, 2], 1),
        (r"A \[1\](x) and \[9\](x).", "A [1](x) and(x).", [1], 1),
        (r"`\[9\]` open \[1\ \[", r"`\[9\]` open \[1\ \[", [], 0),
        ("Thirty days.¹ Ten seats² and 5 EUR¹ ⁹.", "Thirty days.[1] Ten seats[2] and 5 EUR[1].", [1, 2], 1),
        ("A **b**.¹ (Ten seats)¹⁻³ [¹] end ¹,²", "A **b**.[1] (Ten seats)[1][2] [1] end [1],[2]", [1, 2], 1),
        ("Ten seats¹² ⁽¹⁾ ¹⁹", "Ten seats[1][2] [1] [1]", [1, 2], 1),
        ("Ten seats.¹⁰ Five days ²⁰¹", "Ten seats. Five days", [], 2),
        (
            "5 m², 10⁶, x³, 10⁻³, 3 feet², mc², 20⁰C ¹²³⁴ `a ¹`",
            "5 m², 10⁶, x³, 10⁻³, 3 feet², mc², 20⁰C ¹²³⁴ `a ¹`",
            [],
            0,
        ),
        ("A [1-9].", "A [1][2].", [1, 2], 7),
        ("A [1-900].", "A [1].", [1], 1),
        ("[" + "1, " * 40 + "1]", "[" + "1, " * 40 + "1]", [], 0),
        ("open [1", "open [1", [], 0),
        ("open [", "open [", [], 0),
        ("  two  spaces  ", "  two  spaces  ", [], 0),
        ("", "", [], 0),
    ],
)
def test_a_marker_passes_only_when_its_source_exists(
    given_text: str, text: str, cited: list[int], dropped: int
) -> None:
    assert run(given_text) == (text, cited, dropped)
    assert run(*given_text) == (text, cited, dropped), "one character at a time"


ODD = st.text(st.sampled_from(list("[]()1290, `\na.é#\\¹²⁹⁰⁻")), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [
            " [1]",
            "[9]",
            "[1, 2]",
            " [9, 2]",
            "`",
            "```",
            "\n",
            "(",
            " a",
            "[",
            ", ",
            "]",
            "1",
            "\\[9",
            "\\]",
            "days",
            "¹",
        ]
    )
)
TEXTS = st.one_of(ODD, PIECES.map("".join), st.text(max_size=60))


@given(TEXTS, st.lists(st.integers(min_value=0, max_value=60), max_size=12))
@example("x [1](u) [9] [1]", [2, 3, 4, 5])
def test_any_splitting_gives_the_same_answer(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert run(*pieces) == run(text)


@given(TEXTS)
def test_no_marker_passes_without_its_source(text: str) -> None:
    text = text.replace("`", "").replace("(", "")  # code and links are left alone
    passed, _, _ = run(text)
    numbers = {int(n) for found in MARKER.findall(passed) for n in re.findall(r"\d+", found)}
    assert numbers <= {1, 2}


@given(TEXTS)
def test_no_text_is_lost(text: str) -> None:
    """Letter by letter, apart from brackets' contents and the white space before them."""
    passed, _, dropped = run(text)
    if not MARKER.search(text) and not OTHERWISE.search(text):
        assert (passed, dropped) == (text, 0)
    kept = [c for c in MARKER.sub("", text) if c.isalpha() or c in "#.`()\n"]
    assert [c for c in MARKER.sub("", passed) if c.isalpha() or c in "#.`()\n"] == kept


@given(TEXTS)
def test_little_is_held_back(text: str) -> None:
    one = Gate(TWO)
    out = sum(len(piece) for piece in one.feed(text) if isinstance(piece, str))
    tail = sum(len(piece) for piece in one.end() if isinstance(piece, str))
    assert tail <= MAX_MARKER + 1
    assert out + tail == len(run(text)[0])


def test_an_empty_piece_is_nothing() -> None:
    assert Gate(TWO).feed("") == []


def test_text_without_brackets_passes_as_it_came() -> None:
    one = Gate(TWO)
    assert one.feed(" Refunds") == [" Refunds"]
    assert one.feed(" take [") == [" take"]
    assert one.feed("x]") == [" [x]"]


def test_a_citation_follows_the_text_that_holds_its_marker() -> None:
    one = Gate(TWO)
    assert one.feed("Five days [2]. Or") == [
        "Five days [2]",
        Citation(marker=2, chunk_id="c2", url="https://docs/2", position=2, relevance_score=0.5),
        ". Or",
    ]


def test_support_is_asked_of_the_sentence_without_its_markers() -> None:
    asked: list[tuple[str, str]] = []

    def supports(sentence: str, source: Passage) -> bool:
        asked.append((sentence, source.chunk_id))
        return source.chunk_id == "c1"

    one = Gate(TWO, supports)
    text = "A costs 5. B costs 6 [1]. C costs 7. [1][2] D [2]"
    out = [decided for piece in text for decided in one.feed(piece)] + one.end()
    assert asked == [("B costs 6", "c1"), ("C costs 7.", "c1"), ("C costs 7.", "c2"), ("D", "c2")]
    assert "".join(p for p in out if isinstance(p, str)) == "A costs 5. B costs 6 [1]. C costs 7. [1] D"
    assert one.dropped == 2


def test_a_power_is_part_of_the_sentence_that_a_source_supports() -> None:
    asked: list[str] = []

    def supports(sentence: str, passage: Passage) -> bool:
        asked.append(sentence)
        return True

    one = Gate(TWO, supports)
    one.feed("Up to 10⁶ requests [1]. A room has 30 m²[1] of space.¹ ")
    one.end()
    assert asked == ["Up to 10⁶ requests", "A room has 30 m²", "A room has 30 m² of space."]


def test_a_long_answer_keeps_only_its_end_in_mind() -> None:
    lengths: list[int] = []

    def supports(sentence: str, source: Passage) -> bool:
        lengths.append(len(sentence))
        return True

    one = Gate(TWO, supports)
    for _ in range(5000):
        one.feed("words")
    assert [type(piece) for piece in one.feed(" [1].")] == [str, Citation, str]
    assert 900 < lengths[0] <= 1000


async def pieces(closed: list[bool], *given_pieces: str | Usage) -> AsyncGenerator[str | Usage, None]:
    try:
        for piece in given_pieces:
            yield piece
    finally:
        closed.append(True)


async def test_usage_comes_last_and_what_was_held_back_before_it() -> None:
    closed: list[bool] = []
    out = [piece async for piece in gate(pieces(closed, "A", " [1]", Usage(1, 2, 0.0)), TWO)]
    assert [piece if isinstance(piece, str) else type(piece) for piece in out] == ["A", " [1]", Citation, Usage]
    assert closed == [True]


async def test_without_usage_what_was_held_back_comes_at_the_end() -> None:
    one = Gate(TWO)
    assert [piece async for piece in through(one, pieces([], "A", " [9]"))] == ["A"]
    assert one.dropped == 1


async def test_closing_the_gate_closes_the_source() -> None:
    closed: list[bool] = []
    async with aclosing(gate(pieces(closed, "A", "B"), TWO)) as answer:
        assert await anext(answer) == "A"
    assert closed == [True]


async def test_a_source_that_cannot_be_closed_is_left_alone() -> None:
    class Plain:
        def __init__(self) -> None:
            self.left = ["A", "B"]

        def __aiter__(self) -> "Plain":
            return self

        async def __anext__(self) -> str:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    assert [piece async for piece in gate(Plain(), TWO)] == ["A", "B"]
