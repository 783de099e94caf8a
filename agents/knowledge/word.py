"""Word documents: the headings, paragraphs, lists and tables of a .docx, which is a zip of XML. Nothing is trusted."""

import zipfile
import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import ParseError, XMLParser

from agents.knowledge.chunking import Section
from agents.knowledge.outline import Outline

MAX_PART = 64 * 1024 * 1024
"""Bytes of one part of the file, unpacked; no more than these are ever unpacked."""
MAX_TEXT = 20 * 1024 * 1024
"""Characters of a document's text."""
PIECE = 256 * 1024

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TWICE = ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}moveFrom")
"""What holds text that is also elsewhere."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class WordUnreadable(Exception):
    """A file that is no Word document, or none that Word wrote; the message says why."""


def word_sections(data: bytes) -> tuple[str, list[Section]]:
    """The title and the sections of a .docx, without what is hidden or deleted there. Raises WordUnreadable."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            styles = _Styles()
            if "word/styles.xml" in parts.namelist():
                _parse(parts, "word/styles.xml", styles)
            text = _Text(styles.levels, styles.contents)
            _parse(parts, "word/document.xml", text)
    except KeyError as error:
        raise WordUnreadable("holds no Word document") from error
    except ParseError as error:
        raise WordUnreadable(f"holds broken XML ({error})") from error
    except _DAMAGED as error:
        raise WordUnreadable(f"cannot be unpacked ({error})") from error
    return text.title, text.outline.sections()


class _Target:
    """What a parser tells of an XML part."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise WordUnreadable("declares a document type, which Word never does")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text within an element."""

    def close(self) -> None:
        """The part is over."""


def _parse(parts: zipfile.ZipFile, name: str, target: _Target) -> None:
    parser = XMLParser(target=target)  # noqa: S314 # no entities: a document type is refused
    size = 0
    with parts.open(name) as part:
        while piece := part.read(PIECE):
            size += len(piece)
            if size > MAX_PART:
                raise WordUnreadable(f"unpacks to more than {MAX_PART // 2**20} MiB")
            parser.feed(piece)
    parser.close()


class _Styles(_Target):
    """Which styles are headings, by their ids: 1 to 9, and 0 for the title. Their names are English in every Word.

    A company's own style is what the style is on which it is based, or has the level that it names. `contents` are
    the styles of a table of contents.
    """

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}
        self.contents: set[str] = set()
        self._style = ""
        self._based: dict[str, str] = {}
        self._outlined: dict[str, int] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get(f"{_W}val", "")
        if tag == f"{_W}style":
            self._style = attributes.get(f"{_W}styleId", "")
        elif tag == f"{_W}name" and self._style:
            name = value.lower()
            if name == "title":
                self.levels[self._style] = 0
            elif name.startswith("heading ") and name[8:].isdecimal():
                self.levels[self._style] = int(name[8:])
            elif name.startswith("toc ") and name[4:].isdecimal():
                self.contents.add(self._style)
        elif tag == f"{_W}basedOn":
            self._based[self._style] = value
        elif tag == f"{_W}outlineLvl" and value.isdecimal():
            self._outlined[self._style] = int(value) + 1

    def close(self) -> None:
        named = dict.fromkeys(self.contents, 10) | self._outlined | self.levels
        for style in [*self._based, *self._outlined]:
            found, seen = style, {style}
            while found not in named and (found := self._based.get(found, "")) not in {*seen, ""}:
                seen.add(found)
            if named.get(found, 10) < 10:  # 10 is that of body text
                self.levels[style] = named[found]


@dataclass(slots=True)
class _Paragraph:
    said: list[str] = field(default_factory=list)
    level: int | None = None
    item: bool = False
    contents: bool = False


class _Text(_Target):
    """Gathers paragraphs and rows, and hands them to an outline."""

    def __init__(self, levels: Mapping[str, int], contents: Container[str]) -> None:
        self.title = ""
        self.outline = Outline()
        self._levels = levels
        self._contents = contents
        self._listing = False
        self._skipped = 0
        self._in_text = self._hidden = False
        self._size = 0
        # Paragraphs stand in paragraphs' drawings, and tables in cells.
        self._paragraphs = [_Paragraph()]
        self._rows: list[list[str]] = []
        self._cells: list[list[str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipped or tag in _TWICE:
            self._skipped += 1
            return
        match tag.removeprefix(_W):
            case "p":
                self._paragraphs.append(_Paragraph())
            case "pStyle":
                style = attributes.get(f"{_W}val", "")
                self._paragraphs[-1].level = self._levels.get(style)
                self._paragraphs[-1].contents = style in self._contents
            case "numPr":
                self._paragraphs[-1].item = True
            case "r":
                self._hidden = False
            case "vanish":
                self._hidden = attributes.get(f"{_W}val", "1") not in ("0", "false", "off")
            case "t":
                self._in_text = not self._hidden
            case "tab" | "br" | "cr":
                self._paragraphs[-1].said.append(" ")
            case "noBreakHyphen":
                self._paragraphs[-1].said.append("-")
            case "tr":
                self._rows.append([])
            case "tc":
                self._cells.append([])

    def data(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self._paragraphs[-1].said.append(text)
            self._size += len(text)
            if self._size > MAX_TEXT:
                raise WordUnreadable(f"holds more than {MAX_TEXT // 2**20} MiB of text")

    def end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        match tag.removeprefix(_W):
            case "t":
                self._in_text = False
            case "p":
                self._add(self._paragraphs.pop())
            case "tc" if self._rows:
                self._rows[-1].append(" ".join(self._cells.pop()))
            case "tr" if self._rows:
                self.outline.add(f"| {' | '.join(self._rows.pop())} |")
            case "tbl":
                self.outline.add("")

    def _add(self, paragraph: "_Paragraph") -> None:
        text = " ".join("".join(paragraph.said).split())
        if not text or paragraph.contents:
            return
        if self._cells:
            self._cells[-1].append(text)
        elif paragraph.level == 0:
            self.title = self.title or text
        elif paragraph.level is not None:
            self.outline.open(paragraph.level, text, "")
        elif paragraph.item:
            self.outline.add(f"- {text}")
            self._listing = True
        else:
            if self._listing:
                self.outline.add("")  # a paragraph does not go on with the last item
            self._listing = False
            self.outline.add(text)
            self.outline.add("")
