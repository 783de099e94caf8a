"""Bytes as text: in UTF-8, UTF-16 with its mark, the encoding that is named, or taken for Windows-1252. Pure."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from string import ascii_letters

WINDOWS = "Windows-1252"
_UTF_8 = "utf-8-sig"
_ASCII, _BEYOND = ascii_letters.encode(), bytes(range(0xC0, 0x100))
_CHARSET = re.compile(
    rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?([\w-]{1,40})|<\?xml\b[^>]{0,200}?encoding=[\"']([\w-]{1,40})", re.I
)


class NotText(ValueError):
    """The bytes are no text that can be read; the message goes on after a file's name."""


def text_of(data: bytes, named: str = "") -> tuple[str, str]:
    """The text, its lines ended by line feeds, and the encoding that had to be guessed, "" if none had. Raises NotText.

    What is not UTF-8, as its author's "CSV" in Excel on Windows, is taken for Windows-1252, unless it is damaged UTF-8,
    holds a byte that means nothing there, or has more letters beyond ASCII than in it, as other alphabets' bytes have.
    """
    encoding, guessed = named or _UTF_8, ""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"  # what Windows calls Unicode
    elif b"\0" in data:
        raise NotText("is binary, not text")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        windows = _windows(data) if encoding == _UTF_8 else None
        if windows is None:
            name = encoding.upper().removesuffix("-SIG")
            raise NotText(f"is not {name} text (byte {error.start}); save it as UTF-8") from error
        text, guessed = windows, WINDOWS
    except LookupError as error:
        raise NotText(f"is in an unknown encoding, {encoding}; save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n"), guessed


def _windows(data: bytes) -> str | None:
    read = data.decode("utf-8", "replace")
    amiss = read.count("\N{REPLACEMENT CHARACTER}")
    if len(read) - len(read.encode("ascii", "ignore")) >= 2 * amiss:
        return None  # no less of it is UTF-8 than is not
    if _count(data, _BEYOND) > _count(data, _ASCII):
        return None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _count(data: bytes, signs: bytes) -> int:
    return len(data) - len(data.translate(None, signs))


def page_encoding(data: bytes) -> str:
    """The encoding that a page names in its beginning, unless it is UTF-8 all the same; "" if none."""
    try:
        data.decode(_UTF_8)
    except UnicodeDecodeError:
        if found := _CHARSET.search(data[:2048]):
            named = (found[1] or found[2]).decode().lower()
            if named.startswith(("utf-16", "utf-32")):
                return ""  # in neither could its name be read
            # As browsers do: what is called Latin-1 is Windows'.
            return "cp1252" if named in ("iso-8859-1", "latin1", "us-ascii") else named
    return ""
