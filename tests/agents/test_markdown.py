"""Markdown as people and programs write it: fences, comments, underlined headings, HTML within."""

import time

import pytest

from agents.knowledge.chunking import chunks
from agents.knowledge.markup import markdown_sections


def told(text: str) -> list[tuple[str, str]]:
    return [(each.heading, each.text) for each in markdown_sections(text)[1]]


@pytest.mark.parametrize("fences", [("````md", "````"), ("~~~", "~~~"), ("```", "```` ")])
def test_only_a_fence_of_its_kind_ends_code(fences: tuple[str, str]) -> None:
    begin, end = fences
    inner = "# no" if begin == "```" else "```\n# no\n```\n# neither"
    text = f"# T\n{begin}\n{inner}\n{end}\n## Yes\ntext"
    assert told(text) == [("", f"{begin}\n{inner}\n{end}"), ("Yes", "text")]
    assert len(chunks(markdown_sections(text)[1])) == 2


def test_code_within_a_line_opens_no_fence() -> None:
    assert told("# T\n```ls``` lists files.\n## Yes\ntext") == [("", "```ls``` lists files."), ("Yes", "text")]


def test_comments_go_but_those_in_code_are_shown() -> None:
    text = "# T\n```html\n<!-- shown -->\n```\na<!-- gone\n```\n# gone, too -->b<!---->c\nd <!-- open"
    assert told(text) == [("", "```html\n<!-- shown -->\n```\nabc\nd <!-- open")]


def test_headings_may_be_underlined() -> None:
    rest = "Thirty days.\n\n---\n\n- item\n---\n\nA | B\n--- | ---"
    text = f"Refund policy\n=============\n\nIntro.\n\nAnnual plans\n---\n{rest}"
    title, sections = markdown_sections(text)
    assert title == "Refund policy"
    assert [(each.heading, each.anchor) for each in sections] == [("", ""), ("Annual plans", "annual-plans")]
    assert sections[1].text == rest


def test_a_title_that_comes_late_is_the_heading_of_what_follows_it() -> None:
    title, sections = markdown_sections("## Note\nOld.\n# Refunds\nFive days.\n## Annual\nThirty.")
    assert title == "Refunds"
    assert [each.heading for each in sections] == ["Note", "Refunds", "Refunds › Annual"]


def test_signs_that_belong_to_a_heading_stay() -> None:
    assert [heading for heading, _ in told("# T\n## C#\na\n## Closed ##\nb")] == ["C#", "Closed"]


def test_html_within_markdown_is_quoted_as_text() -> None:
    text = """# T
<div align="center">

<table>
<tr><th>Plan</th><th>Price</th></tr>

<tr><td><b>Team</b></td><td>20&nbsp;EUR</td></tr>
</table>

</div>

| a<br>b | `<br>` |

Ask <b>first</b>, &lt;name&gt; of <https://docs.example>: 10<sup>6</sup>.
```
<b>&amp;
```
## <a id="x"></a>More
x"""
    (_, first), (heading, _) = told(text)
    assert heading == "More"
    assert [line for line in first.split("\n") if line] == [
        "| Plan | Price |",
        "| Team | 20 EUR |",
        "| a b | `<br>` |",
        "Ask first, <name> of <https://docs.example>: 10^6.",
        "```",
        "<b>&amp;",
        "```",
    ]


def test_pictures_within_the_text_are_not_read_as_words() -> None:
    data = f"data:image/png;base64,{'QUJD' * 100_000}"
    text = f"# T\nSee ![the map]({data}) and ![][image1]. The data: all.\n\n[image1]: <{data}>\n\n[docs]: https://x"
    assert told(text) == [("", "See the map and ![][image1]. The data: all.\n\n\n\n[docs]: https://x")]


def test_a_table_that_is_never_closed_swallows_nothing() -> None:
    assert told("# T\n<table> begins\n\n## Next\ntext\n</table>") == [("", " begins"), ("Next", "text")]


def test_a_line_of_two_million_characters_is_cut_in_no_time() -> None:
    line = "".join(f"The machine number {n} runs for twelve hours a day. " for n in range(40_000))
    began = time.process_time()
    pieces = chunks(markdown_sections(f"# T\n{line}\n# {' ' * 100_000}x{'<!--' * 100_000}")[1])
    assert time.process_time() - began < 5
    assert len(pieces) > 2000
    assert pieces[0].text.startswith("The machine number 0 runs")
