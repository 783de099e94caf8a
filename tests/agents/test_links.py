"""Links in an answer lead only to where a source leads."""

import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.citing.citations import Gate, through
from agents.citing.links import MAX_HOST, Links
from agents.llm import Usage
from tests.agents.samples import passage

SOURCES = [passage("Sign in at app.docs.example with https://id.docs.example/start or write to help@mail.example.")]
"""The first source's own address is https://docs.example/1."""


def passed(*pieces: str) -> tuple[str, int]:
    links = Links(SOURCES)
    return "".join([*(links.feed(piece) for piece in pieces), links.end()]), links.dropped


@pytest.mark.parametrize(
    "text",
    [
        "See [the page](https://docs.example/1?a=b#c) and [app](http://APP.docs.example:8080/x).",
        "Start at https://id.docs.example/start, or app.docs.example.",
        "[Here](#anchor), [there](../guide.md), [up](/a/b) and [mail](mailto:help@mail.example).",
        "A note: this [1] is text (so is this). Ratio 1:2, a://",
        "Open http://localhost:8000/demo/ or http://127.0.0.1:8000.",
        "Ends with a colon:",
        "Ends with ]",
        "[open](",
    ],
)
def test_a_link_to_where_a_source_leads_passes(text: str) -> None:
    assert passed(text) == (text, 0)
    assert passed(*text) == (text, 0), "one character at a time"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('See [the page](https://evil.example/?d=1 "t") now.', "See [the page] now."),
        ("![](https://evil.example/x.png?d=secret)", "![]"),
        (
            "[a](//evil.example/x) [b](\\\\evil.example) [c](https:evil.example) [d]( <https://evil.example>)",
            "[a] [b] [c] [d]",
        ),
        ("[a](https://docs.example@evil.example/) [b](https://docs.example.evil.example)", "[a] [b]"),
        ("[a](javascript:alert(1)) [b](data:text/html,x) [c](mailto:x@evil.example?body=d)", "[a]) [b] [c]"),
        ("At HTTPS://EVIL.example/?d=secret, then.", "At HTTPS:… then."),
        ('<img src="https://evil.example/x?d=1">', '<img src="https:…">'),
        ("[x]: https:///evil.example/y", "[x]: https:…"),
        ("[a](https://evil.example/never-ends", "[a]"),
        ("[a](https://" + "e" * 400 + ".example/) b", "[a] b"),
    ],
)
def test_of_a_link_to_elsewhere_only_the_text_passes(text: str, left: str) -> None:
    assert passed(text)[0] == left
    assert passed(*text)[0] == left, "one character at a time"
    assert passed(text)[1] >= 1


ODD = st.lists(
    st.sampled_from(["](", "]", "(", ")", "https", ":", "/", "//", "evil.example", "docs.example", " ", "a", "\n", "@"])
)


@given(ODD.map("".join), st.lists(st.integers(min_value=0, max_value=60), max_size=8))
def test_any_splitting_of_links_gives_the_same_answer(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(text)]
    assert passed(*(text[a:b] for a, b in itertools.pairwise(edges))) == passed(text)


@given(ODD.map("".join))
def test_little_of_a_link_is_held_back(text: str) -> None:
    links = Links(SOURCES)
    links.feed(text)
    assert len(links.end()) <= MAX_HOST + 2


async def test_what_is_left_of_a_link_is_a_marker_only_if_a_source_supports_it() -> None:
    async def pieces() -> AsyncIterator[str | Usage]:
        yield "A [1](https://evil."
        yield "example/?d=1). B [1]."

    gate = Gate(SOURCES, lambda sentence, _: sentence == "B")
    out = [each async for each in through(gate, pieces()) if isinstance(each, str)]
    assert "".join(out) == "A. B [1]."
