"""Where a source's link leads: to the heading or the page where its passage stands."""

from pathlib import Path

import pytest

from agents.hashing import chunk_hash
from agents.knowledge.anchors import takes_anchor
from agents.knowledge.markup import markdown_sections
from agents.knowledge.webpage import html_sections
from agents.question import Question
from streaming.events import Citation
from tests.agents.samples import asked, house, pdf, write


def test_markdown_headings_have_the_anchors_that_github_gives_them() -> None:
    text = "# Plans & prices\n## What's new?\na\n## `retry_after` in *v2*\nb\n## What's new?\nc\n## Überblick {#top}\nd"
    _, sections = markdown_sections(text)
    assert [each.anchor for each in sections] == ["whats-new", "retry_after-in-v2", "whats-new-1", "top"]
    assert sections[3].heading == "Überblick"


def test_html_headings_have_their_own_anchors_or_none() -> None:
    page = """<h1 id="t">T</h1><p>0</p><h2 id="a">A</h2><p>1</p><h2>B <a name="b">#</a></h2><p>2</p><h2>C</h2><p>3</p>
    <section id="d"><h2>D</h2><p>4</p><h3>E</h3><p>5</p></section>"""
    _, sections = html_sections(page)
    assert [(each.text, each.anchor) for each in sections] == [
        ("0", ""),
        ("1", "a"),
        ("2", "b"),
        ("3", ""),
        ("4", "d"),
        ("5", ""),
    ]


@pytest.mark.parametrize(
    ("url", "takes"),
    [
        ("https://docs.example/a?b=1", True),
        ("help/a.md", True),
        ("https://docs.example/a#b", False),
        ("mailto:help@docs.example", False),
        ("urn:isbn:1", False),
        ("http://[broken", False),
    ],
)
def test_an_anchor_is_added_only_where_one_leads_somewhere(url: str, takes: bool) -> None:
    assert takes_anchor(url) is takes


async def test_a_source_and_its_citation_lead_to_the_heading_or_page_where_the_sentence_stands(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        own = write(tmp_path / "own", {"otters.md": "# Otters\n\n## Where they sleep\n\nOtters sleep on their backs."})
        (own / "badgers.pdf").write_bytes(pdf("Nothing here.", "Badgers dig tunnels of 30 metres."))
        await agents.ingest([own])
        facts, _, otters = await asked(agents, Question("Where do otters sleep?", agent="technical"))
        cited = [each.url for each in facts if isinstance(each, Citation)]
        assert otters.sources[0].url == cited[0] == "own/otters.md#where-they-sleep"
        _, _, badgers = await asked(agents, Question("How long are the tunnels that badgers dig?", agent="technical"))
        assert badgers.sources[0].url == "own/badgers.pdf#page=2"
        kept = await agents.index.hashes([badgers.sources[0].chunk_id])
        source = badgers.sources[0]
        assert kept == {source.chunk_id: chunk_hash(source.title, source.url, source.content)}, "what a cache compares"


async def test_documents_that_an_older_version_read_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as agents:
        own = write(tmp_path / "own", {"a.md": "# A\n\n## B\nOtters swim."})
        await agents.ingest([own])
        assert (await agents.ingest([own])).unchanged == 1
        monkeypatch.setattr("agents.knowledge.documents.READ_AS", b"another")
        assert (await agents.ingest([own])).replaced == 1
