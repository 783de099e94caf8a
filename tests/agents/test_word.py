"""Word documents: what is read of them, and that none can be made to unpack or expand without end."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from agents.knowledge import word
from agents.knowledge.documents import DocumentUnreadable, read
from agents.knowledge.word import WordUnreadable, word_sections

NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = f"""<w:styles {NAMES}>
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
</w:styles>"""


def docx(body: str, head: str = "", styles: str = STYLES) -> bytes:
    """A small Word document."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/styles.xml", styles)
        parts.writestr("word/document.xml", f"{head}<w:document {NAMES}><w:body>{body}</w:body></w:document>")
    return packed.getvalue()


def paragraph(text: str, style: str = "", about: str = "") -> str:
    """A paragraph of one run."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{about}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_headings_lists_and_tables_are_read_in_any_language_s_word() -> None:
    cell = "<w:tc>{}</w:tc>".format
    table = "".join(
        f"<w:tr>{cell(paragraph(one))}{cell(paragraph(two))}</w:tr>" for one, two in (("Plan", "Price"), ("Team", "20"))
    )
    title, sections = word_sections(
        docx(
            paragraph("Handbook", "Titel")
            + paragraph("Read this.")
            + paragraph("Refunds", "berschrift1")
            + paragraph("Refunds take 5 days.")
            + paragraph("Annual", "berschrift2")
            + paragraph("Ask first.", about="<w:numPr/>")
            + f"<w:tbl>{table}</w:tbl>"
        )
    )
    assert title == "Handbook"
    assert [(each.heading, each.text) for each in sections] == [
        ("", "Read this."),
        ("Refunds", "Refunds take 5 days."),
        ("Refunds › Annual", "- Ask first.\n| Plan | Price |\n| Team | 20 |"),
    ]


def test_what_word_does_not_show_is_not_read() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
    gone = (
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>"
    )
    _, sections = word_sections(docx(f"<w:p><w:r><w:t>Shown</w:t></w:r>{hidden}{gone}<w:r><w:t>.</w:t></w:r></w:p>"))
    assert [each.text for each in sections] == ["Shown."]


def test_a_document_type_is_refused_so_no_entity_expands() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(WordUnreadable, match="document type"):
        word_sections(docx(paragraph("&b;"), bomb))


def test_no_more_is_unpacked_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "MAX_PART", 1024 * 1024)
    packed = docx(paragraph("a" * 4 * 1024 * 1024))
    assert len(packed) < 8192
    with pytest.raises(WordUnreadable, match="unpacks to more than 1 MiB"):
        word_sections(packed)


def test_a_deeply_nested_document_is_read() -> None:
    depth = 20_000
    _, sections = word_sections(docx("<w:sdt>" * depth + paragraph("Deep.") + "</w:sdt>" * depth))
    assert [each.text for each in sections] == ["Deep."]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"not a zip", "cannot be unpacked"),
        (docx(paragraph("x"))[:-40], "cannot be unpacked"),
        (docx("<w:p>"), "broken XML"),
        (docx(""), "holds no text"),
    ],
)
def test_a_broken_file_is_named_with_its_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(DocumentUnreadable, match=reason):
        read(path)


def test_a_zip_of_something_else_is_no_word_document() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        parts.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(WordUnreadable, match="no Word document"):
        word_sections(packed.getvalue())


def test_a_company_s_own_styles_are_headings_where_they_are_made_from_one() -> None:
    styles = f"""<w:styles {NAMES}>
    <w:style w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="N"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>
    </w:style><w:style w:styleId="N"><w:name w:val="Normal"/></w:style>
    <w:style w:styleId="Acme"><w:name w:val="Acme Kapitel"/><w:basedOn w:val="H1"/></w:style>
    <w:style w:styleId="Two"><w:name w:val="Abschnitt"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
    <w:style w:styleId="Body"><w:name w:val="Body"/><w:basedOn w:val="H1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>
    </w:style><w:style w:styleId="V1"><w:name w:val="toc 1"/><w:basedOn w:val="N"/></w:style>
    <w:style w:styleId="L1"><w:name w:val="Loop"/><w:basedOn w:val="L2"/></w:style>
    <w:style w:styleId="L2"><w:name w:val="Loop 2"/><w:basedOn w:val="L1"/></w:style></w:styles>"""
    body = [("Refunds 3", "V1"), ("Refunds", "Acme"), ("Annual", "Two"), ("Thirty days.", "Body"), ("More.", "L1")]
    _, sections = word_sections(docx("".join(paragraph(*each) for each in body), styles=styles))
    assert [(each.heading, each.text) for each in sections] == [("Refunds › Annual", "Thirty days.\n\nMore.")]


def test_a_paragraph_after_a_list_does_not_go_on_with_its_last_item() -> None:
    body = paragraph("Ask first.", about="<w:numPr/>") + paragraph("Refunds take 5 days.")
    body += "<w:p><w:r><w:t>A 30</w:t><w:noBreakHyphen/><w:t>day trial.</w:t></w:r></w:p>"
    (section,) = word_sections(docx(body))[1]
    assert section.text == "- Ask first.\n\nRefunds take 5 days.\n\nA 30-day trial."
