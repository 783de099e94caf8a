"""Reading a company's documents: Markdown, text, HTML, PDF, Word and CSV become titles, sections and text."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from agents.errors import AgentError
from agents.hashing import content_hash
from agents.knowledge.chunking import Section
from agents.knowledge.markup import markdown_sections
from agents.knowledge.quarantine import hidden_orders
from agents.knowledge.tables import TableTooLarge, rows
from agents.knowledge.text_encoding import NotText, page_encoding, text_of
from agents.knowledge.webpage import html_sections
from agents.knowledge.word import WordUnreadable, word_sections

SIZE_LIMIT = 20 * 1024 * 1024
"""Bytes; a larger file is refused."""
READ_AS = b"5"
"""Counted up when the same file would be read otherwise: what was read before is then read anew."""


class DocumentUnreadable(AgentError):
    """A file could not be read as a document; the message names the file and says why."""

    code = "document_unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says. `domain` is "general" where nothing names one; `content_hash` is its file's fingerprint.

    `hidden_orders` are orders to a model that no reader sees, such as in comments; they are not in the sections.
    `guessed` is the encoding that its text was taken to have, where nothing says which.
    """

    title: str
    url: str
    domain: str
    sections: tuple[Section, ...]
    content_hash: str
    hidden_orders: tuple[str, ...] = ()
    guessed: str = ""


@dataclass(frozen=True, slots=True)
class _Content:
    sections: list[Section]
    title: str = ""
    front: dict[str, str] | None = None
    hidden_orders: tuple[str, ...] = ()
    guessed: str = ""


def read(path: Path, *, url: str | None = None, domain: str | None = None) -> Document:
    """The document in a file. Front matter wins over `url` and `domain`, which win over the file's own name.

    Raises DocumentUnreadable for a file that is missing, too large, binary, empty, or of another kind.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DocumentUnreadable(path, f"is not one of {', '.join(sorted(_READERS))}")
    data = load(path)
    try:
        content = reader(path, data)
    except DocumentUnreadable:
        raise
    except NotText as error:
        raise DocumentUnreadable(path, str(error)) from error
    except Exception as error:  # whatever a parser stumbles over, the other documents are read
        said = str(error).partition("\n")[0]
        raise DocumentUnreadable(path, f"cannot be read ({type(error).__name__}: {said})") from error
    sections = [section for section in content.sections if section.text.strip()]
    if not sections:
        raise DocumentUnreadable(path, "holds no text")
    front = content.front or {}
    return Document(
        title=front.get("title") or content.title or _named(path),
        url=front.get("url") or url or path.name,
        domain=front.get("domain", "").lower() or domain or "general",
        sections=tuple(sections),
        content_hash=fingerprint(data, url, domain),
        hidden_orders=content.hidden_orders,
        guessed=content.guessed,
    )


def load(path: Path) -> bytes:
    """The file's bytes. Raises DocumentUnreadable."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise DocumentUnreadable(path, "has a name that is not UTF-8; rename it") from error
    try:
        found = path.stat()
        if not (S_ISREG(found.st_mode) or S_ISDIR(found.st_mode)):
            raise DocumentUnreadable(path, "is no file, but a pipe or a device")
        size = found.st_size
        if size > SIZE_LIMIT:
            raise DocumentUnreadable(path, f"is {size / 2**20:.0f} MiB; the limit is {SIZE_LIMIT // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise DocumentUnreadable(path, error.strerror or str(error)) from error


def fingerprint(data: bytes, *told: str | None) -> str:
    """By which a document that is unchanged, and would be read in the same way, is told; `told` is what else counts."""
    return content_hash(READ_AS + data + "\0".join(each or "" for each in ("", *told)).encode(errors="replace"))


def is_readable(path: Path) -> bool:
    """Whether there is a reader for files with this suffix."""
    return path.suffix.lower() in _READERS


def _named(path: Path) -> str:
    """A title out of a file's name."""
    name = path.stem.replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:]


def _markdown(path: Path, data: bytes) -> _Content:
    text, guessed = text_of(data)
    front, text = _front_matter(text)
    title, sections = markdown_sections(text)
    return _Content(sections, title, front, tuple(hidden_orders(text)), guessed)


def _plain(path: Path, data: bytes) -> _Content:
    text, guessed = text_of(data)
    return _Content([Section("", text)], guessed=guessed)


def _html(path: Path, data: bytes) -> _Content:
    text, guessed = text_of(data, page_encoding(data))
    title, sections = html_sections(text)
    return _Content(sections, title, hidden_orders=tuple(hidden_orders(text)), guessed=guessed)


def _pdf(path: Path, data: bytes) -> _Content:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    # pypdf logs each oddity that it repairs; what it cannot repair, it raises.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if b"%PDF-" not in data[:1024]:  # where readers look for it
        raise DocumentUnreadable(path, "is empty" if not data else "is not a PDF")
    from io import BytesIO

    try:
        reader = PdfReader(BytesIO(data))
        pages = [(number, page.extract_text()) for number, page in enumerate(reader.pages, 1)]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except FileNotDecryptedError as error:
        raise DocumentUnreadable(path, "is a PDF with a password; save it without one") from error
    except DependencyError as error:
        raise DocumentUnreadable(path, "is a PDF encrypted with AES; save it without protection") from error
    except Exception as error:  # pypdf raises whatever it stumbles over
        raise DocumentUnreadable(path, f"is a PDF that cannot be read ({error})") from error
    if not any(text.strip() for _, text in pages):
        raise DocumentUnreadable(path, "is a PDF without text (scanned pages?)")
    return _Content([Section(f"Page {n}", _whole(text), f"page={n}") for n, text in pages], _titled(_whole(title)))


_PROGRAM = re.compile(r"\s*Microsoft \w+ - |\.(?:docx?|pptx?|xlsx?|pdf|indd|rtf)\s*$", re.I)
_NO_TITLE = re.compile(r"(?:untitled|document|dokument|presentation|präsentation|unknown)?[ -]?\d*", re.I)


def _titled(title: str) -> str:
    """A PDF's title without what the program that made it put there; "" where that is all."""
    title = _PROGRAM.sub("", title).strip()
    return "" if _NO_TITLE.fullmatch(title) else title


def _whole(text: str) -> str:
    """Text that can be stored: a PDF may spell a character as halves, or say but one of them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _word(path: Path, data: bytes) -> _Content:
    try:
        title, sections = word_sections(data)
    except WordUnreadable as error:
        raise DocumentUnreadable(path, f"is a .docx that {error}" if data else "is empty") from error
    return _Content(sections, title)


def _csv(path: Path, data: bytes) -> _Content:
    text, guessed = text_of(data)
    try:
        return _Content([Section("", rows(text))], guessed=guessed)
    except csv.Error as error:
        raise DocumentUnreadable(path, f"is no CSV ({error})") from error
    except TableTooLarge as error:
        raise DocumentUnreadable(path, "is too large once each row names its columns; split it") from error


_READERS: dict[str, Callable[[Path, bytes], _Content]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _word,
    ".csv": _csv,
}

_FRONT = re.compile(r"\s*---[ \t]*\n(?:(.*?)\n)??---[ \t]*(?:\n|\Z)", re.S)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """What stands before a text as `key: value`, and the text; what is nested there under a key is not looked at."""
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    front: dict[str, str] = {}
    folded = ""
    for line in (match[1] or "").splitlines():
        key, colon, value = line.partition(":")
        if line[:1].isspace():
            if folded:
                front[folded] = f"{front[folded]} {line.strip()}".strip()
        elif colon:
            key, value = key.strip().lower(), value.strip()
            folded = key if re.fullmatch("[>|][+-]?", value) else ""
            front[key] = "" if folded else value.strip("\"'")
    return front, text[match.end() :]
