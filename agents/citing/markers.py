"""What models write where they mean a marker, and the numbers in it. Pure.

A marker is `[1]`, or several in one, `[1, 2]`: numbers from 1 to 999. So is `[ 1 ]`, `[01]`, `[^1]`, `[Source 1]`,
`[1; 2]`, `[1-3]`, `【1†source】`, `\\[1\\]`, full-width digits, and a raised number, `30 days.¹`, where it is no power:
behind a space, a stop or a word, but not behind a digit, a short unit or a length (`m²`, `10⁶`). `[0]` and `[2024]`
are text.
"""

import re
from collections.abc import Iterator

MAX_MARKER = 64
"""Characters; a longer run of numbers in brackets is text."""

MAX_RANGE = 20
"""Numbers that a range may name; of a longer one only the ends count."""

RAISED = "¹²³⁴⁵⁶⁷⁸⁹⁽"
OPENS = "[【［\\" + RAISED
"""What a marker may begin with."""
CLOSES = "]】］" + RAISED
"""What ends one, or is all of it."""

SPECIAL = re.compile(rf"`+|\\(?=\[|\Z)|[\[【［{RAISED}]|\n")
"""Where a marker may begin, or code may begin or end."""

_HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = f"[0-9０-９{_HIGH}]"
_NUMBER = rf"0{{0,2}}[1-9１-９{_HIGH[1:]}]{_DIGITS}{{0,2}}"
_WORDS = ("sources", "source", "refs", "ref", "docs", "doc", "document", "documents", "citation", "cite")
_LEAD = rf"(?:[\^#]|(?:{'|'.join(_WORDS)})[ :.#]{{0,2}})?"
_BETWEEN = r" ?(?:,|;|&|-|–|and) ?"
_AFTER = r" ?(?::[0-9]{1,3}(?=†))?(?:†[^\]】］\n]{0,30})?"
_OPEN = r"(?:\\?\[|[【［])"
_ABOVE = rf"[{_HIGH[1:]}][{_HIGH}]{{0,2}}"
MARKER = re.compile(
    rf"{_OPEN} ?({_LEAD}{_NUMBER}(?:{_BETWEEN}{_LEAD}{_NUMBER})*){_AFTER}\\?[\]】］]"
    rf"|⁽?({_ABOVE}(?:⁻{_ABOVE})?)⁾?(?![{_HIGH}])",
    re.I,
)
_PARTS = "|".join(sorted({word[:n] for word in _WORDS for n in range(1, len(word) + 1)}, key=len, reverse=True))
BEGUN = re.compile(
    rf"\\\Z|{_OPEN} ?(?:{_LEAD}{_NUMBER}{_BETWEEN})*"
    rf"(?:(?:{_PARTS}|[\^#])?|{_LEAD}0{{0,2}}|{_LEAD}{_NUMBER}(?: ?(?:a|an)?|{_AFTER}| ?:[0-9]{{0,3}}))\\?\Z"
    rf"|⁽(?:{_ABOVE})?\Z|⁽?{_ABOVE}⁻\Z",
    re.I,
)
"""The end of a text that may go on as a marker."""

_RANGE = re.compile(r"([0-9０-９]+) ?[-–] ?([0-9０-９]+)")
_EACH = re.compile(r"[0-9０-９]+")
_LOWERED = str.maketrans({**{high: str(n) for n, high in enumerate(_HIGH)}, "⁻": "-"})
_CLOSING = "*_)\"'”’»"
_BEFORE_RAISED = re.compile(r"(?:^|[\s.,;:!?…%€$£\]]|[^\W\d_]{4}|(?<![A-Za-z])[A-Z]{3})\Z")
_LENGTH = re.compile(r"(?:\b|[a-z])(?:met(?:er|re)s?|inch|inches|foot|feet|yards?|miles?)\Z", re.I)


def may_be_raised(before: str) -> bool:
    """Whether a raised number behind this text is a marker, and no power."""
    before = before[-40:].rstrip(_CLOSING)
    return _BEFORE_RAISED.search(before) is not None and _LENGTH.search(before) is None


def numbers(marker: re.Match[str], sources: int) -> Iterator[int]:
    """The numbers within a MARKER, those between the ends of a range, too, each once.

    Raised digits that would be no source's number together are one each: ¹² of three sources are the first two; not ¹⁰.
    """
    written = (marker.group(1) or marker.group(2)).translate(_LOWERED)
    found = [int(each) for each in _EACH.findall(_RANGE.sub(_spelled, written))]
    if marker.group(2) and len(found) == 1 and found[0] > sources and "0" not in written:
        found = [int(digit) for digit in written]
    return iter(dict.fromkeys(found))


def _spelled(ends: re.Match[str]) -> str:
    first, last = int(ends[1]), int(ends[2])
    return " ".join(map(str, range(first, last + 1))) if first <= last <= first + MAX_RANGE else ends[0]
