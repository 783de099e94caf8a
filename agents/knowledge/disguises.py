"""The forms in which a text can be read: as it stands, and as what its disguises hide. Pure.

Invisible characters, look-alike letters, accents, HTML entities, markup, spacing between letters, digits for letters,
escapes, Base64, hexadecimal, ROT13 and reversed text.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_TAGS = re.compile("[\U000e0020-\U000e007e]")
"""Unicode's tag characters: invisible twins of ASCII."""
_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁгпкмтвАЕОРСУХІЈЅКМТВНοαερικνυ", "aeopcyxijsdrnkmtbAEOPCYXIJSKMTBHoaepiknu")
_OF_LOOK_ALIKE = re.compile(f"[{''.join(map(chr, _LOOK_ALIKE))}]")
_ACCENT = re.compile("[\u0300-\u036f]")
_SPACED = re.compile(r"\b(?:[A-Za-z][ .*_-]){5,}[A-Za-z]\b")
_SPELLED = re.compile(r"[ .*_-][A-Za-z][ .*_-][A-Za-z][ .*_-]")
"""In whatever is spaced, and sooner looked for."""
_SPACED_WORD = re.compile(r"\b(?:[A-Za-z][ .*_-])+[A-Za-z]\b")
_MARKUP = re.compile(r"</?(?:b|i|u|em|strong|span|font|p|div|br|code|a)\b[^<>]{0,200}>|[*_`~]{1,3}", re.I)

_OF_MARKUP = "<*_`~"
_BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,4096}={0,2}")
_HEX = re.compile(r"\b(?:[0-9A-Fa-f]{2}[ :]?){12,2048}\b")
_SPACES = (" 20 ", ":20:", "2069", "2061", "2070", "2074")
"""Spaces between words, in hexadecimal: text holds some."""
_ESCAPED = re.compile(r"\\u00([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})")
_LEET = re.compile(r"\b(?=[a-z@$]*[013457@$])(?=[013457@$]*[a-z])[a-z013457@$]{3,}", re.I)
_DIGIT_AT_LETTER = re.compile(r"[013457@$](?:(?=[a-z])|(?<=[a-z].))", re.I)
"""In each word with digits for letters, and sooner looked for."""
_LETTERS = str.maketrans("013457@$", "oieastas")
_ROTATED = ("rot13", "rot-13", "vtaber", "qvfertneq", "sbetrg nyy", "vafgehpgvba", "flfgrz ce")
"""ROT13 said, or such words in it."""
_REVERSED = ("snoitcurtsni", "erongi", "dragersid", "tpmorp")
_MOST = 20
"""Encoded strings of a text that are opened."""


def readings(text: str) -> list[str]:
    """A text in each form that differs from the others; the plain one first."""
    hidden = "" if text.isascii() else "".join(chr(ord(each) - 0xE0000) for each in _TAGS.findall(text))
    plain = html.unescape(text)
    found = []
    # What is cheap to look for comes first: nearly no text is disguised.
    if not plain.isascii():  # ASCII has no other form, and nothing invisible
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", _TAGS.sub("", plain)))
        found.append(plain)
        plain = _unaccented(plain.translate(_LOOK_ALIKE) if _OF_LOOK_ALIKE.search(plain) else plain)
    found.append(plain)
    if any(each in plain for each in _OF_MARKUP):
        found.append(_MARKUP.sub("", plain))
    if _SPELLED.search(plain) and _SPACED.search(plain):
        found.append(_together(plain))
    low = plain.lower()
    digits = low.count("3") + low.count("1") + low.count("0") + low.count("4")
    if digits >= 4 and len(_DIGIT_AT_LETTER.findall(plain)) >= 3 and len(_LEET.findall(plain)) >= 3:
        found.append(_LEET.sub(lambda match: match[0].translate(_LETTERS), plain))
    if any(word in low for word in _ROTATED):
        found.append(codecs.encode(plain, "rot13"))
    if any(word in low for word in _REVERSED):
        found.append(plain[::-1])
    if low.count("%") >= 4:
        found.append(unquote(plain))
    if "\\u00" in low or "\\x" in low:
        found.append(_ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), plain))
    found += _decoded(plain)
    return list(dict.fromkeys([*found, hidden] if hidden else found))


def _unaccented(text: str) -> str:
    return _ACCENT.sub("", unicodedata.normalize("NFD", text))


def _together(text: str) -> str:
    """Words spelled with a space after each letter, and two between words, as words."""
    return " ".join(_SPACED_WORD.sub(lambda match: re.sub(r"[ .*_-]", "", match[0]), each) for each in text.split("  "))


def _decoded(text: str) -> Iterator[str]:
    for each in _BASE64.findall(text)[:_MOST] if max(map(len, text.split()), default=0) >= 24 else ():
        try:
            yield from _readable(base64.b64decode(each + "=" * (-len(each) % 4), validate=True))
        except (binascii.Error, ValueError):
            continue
    for each in _HEX.findall(text)[:_MOST] if any(space in text for space in _SPACES) else ():
        try:
            yield from _readable(bytes.fromhex(re.sub(r"[ :]", "", each)))
        except ValueError:
            continue


def _readable(data: bytes) -> Iterator[str]:
    """What the bytes say, if they are text."""
    try:
        opened = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if opened.isprintable() or "\n" in opened:
        yield opened
