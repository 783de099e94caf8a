"""Lengths of time in one spelling: `2 weeks`, `fourteen days` and `14-day` are all `@14d`. Pure."""

import re

from agents.function_words import NUMBERS

_IN = {
    "second": (1, "s"),
    "minute": (60, "s"),
    "hour": (3600, "s"),
    "day": (1, "d"),
    "week": (7, "d"),
    "month": (1, "m"),
    "quarter": (3, "m"),
    "year": (12, "m"),
}
_EVERY = {
    "hourly": "@1h",
    "daily": "@1d",
    "weekly": "@7d",
    "monthly": "@1m",
    "quarterly": "@3m",
    "yearly": "@12m",
    "annually": "@12m",
    "annual": "@12m",
}
_HALF = r"half an?|half a"
_NUMBER = rf"\d+(?:[.,]\d+)*|{'|'.join(NUMBERS)}|an?|per|each|every|one|{_HALF}"
_LENGTH = re.compile(
    rf"\b(?P<number>{_NUMBER})[ -](?:(?:full|more|further|business|working|calendar|contract) )?"
    rf"(?P<unit>{'|'.join(_IN)})s?\b",
    re.I,
)
_RATE = re.compile(rf"\b(?:{'|'.join(_EVERY)})\b", re.I)


_PLACE = re.compile(rf"\b(?P<unit>{'|'.join(_IN)}) (?P<number>\d+)\b(?! *(?:{'|'.join(_IN)}))", re.I)
_NTH = re.compile(rf"\b(?P<number>\d+)(?:st|nd|rd|th) (?P<unit>{'|'.join(_IN)})\b", re.I)


def durations(text: str) -> str:
    """The text with its lengths of time as `@14d`, `@90i` or `@12m` (days, minutes, months); "day 14", too."""
    for pattern in (_PLACE, _NTH, _LENGTH):
        text = pattern.sub(_spelled, text)
    return _RATE.sub(lambda found: _EVERY[found.group().lower()], text)


def _spelled(found: re.Match[str]) -> str:
    word = found["number"].lower()
    each, unit = _IN[found["unit"].lower()]
    number = NUMBERS.get(word, word).replace(",", "")
    if word.startswith("half"):
        amount = each / 2
    elif number.replace(".", "", 1).isdigit():
        amount = float(number) * each
    else:
        amount = float(each)
    if unit == "s" and amount >= 86400 and amount % 86400 == 0:
        amount, unit = amount / 86400, "d"
    elif unit == "s" and amount % 3600 == 0:
        amount, unit = amount / 3600, "h"
    elif unit == "s" and amount % 60 == 0:
        amount, unit = amount / 60, "i"
    return f"@{amount:g}{unit}"
