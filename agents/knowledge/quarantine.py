"""Tells passages that give orders to a language model from those that instruct customers. Pure.

What an order is: to drop one's instructions, to play another part, to say dictated words, to reveal the prompt, to
carry data to an address; also a forged system message or a chat template's own marks. "Ignore the warning" and "Do
not share your key" are none: they speak to a customer. Text is compared as it reads: without invisible characters,
look-alike letters, HTML entities and spacing between letters; Base64 is opened.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from agents.knowledge.needles import Sieve
from agents.knowledge.orders import ORDERS
from agents.sentences import units

MAX_SHOWN = 80
"""Characters of an order that a report shows."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_TAGS = re.compile("[\U000e0020-\U000e007e]")
"""Unicode's tag characters: invisible twins of ASCII."""
_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁгпкмтвАЕОРСУХІЈЅКМТВНοαερικνυ", "aeopcyxijsdrnkmtbAEOPCYXIJSKMTBHoaepiknu")
_SPACED = re.compile(r"\b(?:[A-Za-z][ .*_-]){5,}[A-Za-z]\b")
_SPACED_WORD = re.compile(r"\b(?:[A-Za-z][ .*_-])+[A-Za-z]\b")
_BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,4096}={0,2}")
_MARKUP = re.compile(r"</?(?:b|i|u|em|strong|span|font|p|div|br|code|a)\b[^<>]{0,200}>|[*_`~]{1,3}", re.I)

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)


def order(text: str) -> str:
    """The words that give an order, shortened; "" where none do."""
    for reading in _readings(text):
        if found := _sieve().search(reading):
            return " ".join(found.group().split())[:MAX_SHOWN]
    return ""


@cache
def _sieve() -> Sieve:
    return Sieve(ORDERS)  # compiled when first needed: a server's start does not need it


def quarantined(texts: Sequence[str]) -> dict[int, str]:
    """Which of a section's passages, in their order, are kept out, with the order that each one holds or stands beside.

    An order may reach across two passages, and goes on where it has begun: its neighbours are kept out with it.
    """
    found = {n: said for n, text in enumerate(texts) if (said := order(text))}
    for n in range(len(texts) - 1):
        if n not in found and n + 1 not in found and (said := order(texts[n][-300:] + " " + texts[n + 1][:300])):
            found[n] = found[n + 1] = said
    for n, said in list(found.items()):
        for beside in (n - 1, n + 1):
            if 0 <= beside < len(texts):
                found.setdefault(beside, said)
    return dict(sorted(found.items()))


def hidden_orders(text: str) -> list[str]:
    """Orders in the comments of Markdown or HTML, which no reader sees."""
    return [said for comment in _COMMENT.findall(text) if (said := order(comment))]


def without_orders(text: str) -> str:
    """A text without the sentences that give orders, and what follows them up to the next question.

    All of it goes where an order reaches across sentences.
    """
    if not order(text):
        return text
    kept: list[str] = []
    obeying = False
    for unit in units(text):
        each = text[unit.start : unit.end]
        ordered = bool(order(each))
        obeying = ordered or (obeying and not each.endswith("?"))
        if not obeying:
            kept.append(each)
    rest = " ".join(kept)
    return "" if order(rest) else rest


def _readings(text: str) -> list[str]:
    hidden = "".join(chr(ord(each) - 0xE0000) for each in _TAGS.findall(text))
    plain = html.unescape(text)
    if not plain.isascii():  # ASCII has no other form, and nothing invisible
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", _TAGS.sub("", plain))).translate(_LOOK_ALIKE)
    bare = _MARKUP.sub("", plain)
    found = [plain]
    if bare != plain:
        found.append(bare)
    if _SPACED.search(plain):
        found.append(_together(plain))
    found += [opened for each in _BASE64.findall(plain)[:20] if (opened := _opened(each))]
    return [*found, hidden] if hidden else found


def _together(text: str) -> str:
    """Words spelled with a space after each letter, and two between words, as words."""
    return " ".join(_SPACED_WORD.sub(lambda match: re.sub(r"[ .*_-]", "", match[0]), each) for each in text.split("  "))


def _opened(text: str) -> str:
    try:
        opened = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return opened if opened.isprintable() or "\n" in opened else ""
