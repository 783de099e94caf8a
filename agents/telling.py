"""What a question asks for where sentences are chosen: the kind of answer, and its telling words. Pure."""

import re

from agents.kinds import CUES, Kind, asks_whether, kind_of
from agents.standalone import Standalone
from agents.terms import term, words
from agents.wording import Wording

_MANY = r"(?:an?|\d+|one|two|three|four|five|six|seven|eight|nine|ten|a few|several)"
_TIME_AFTER = re.compile(
    rf"\b(?:after|within|for|in)\s+{_MANY}\s+(?:\w+\s)?(?:minutes?|hours?|days?|weeks?|months?|years?)\b"
    rf"|\b{_MANY}\s+(?:days?|weeks?|months?|years?)\s(?:ago|later|late)\b",
    re.I,
)
_IN_CASE = re.compile(
    r"(?<=\w)(?<!\buntil)(?<!\bsince)(?<!\bfrom)(?<!\bby)(?<!\band)(?<!\bor)(?<!\bbut)\s+when\b", re.I
)
_COMPLETE = re.compile(
    r"\W*(?:(?:so|and|but|or|ok|okay|thanks|then|also)\W+)*(?:how|what|which|why|who|where|when|am|are|is|was|do|does|did"
    r"|can|could|may|must|should|will|would|has|have)\b(?! about\b)",
    re.I,
)
"""A follow-up that asks for something itself, unlike "and Business?" and "what about Business?"."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z]\w+")


def kind_asked(question: Standalone) -> Kind:
    """The kind of answer that a question asks for: "and Business?" asks for that of the turn before."""
    elliptic = question.follows_up and not _COMPLETE.match(question.parts[0][0])
    for text, _ in question.parts if elliptic else question.parts[:1]:
        if asks_whether(text) and _TIME_AFTER.search(text):
            return "deadline"  # "Can I get my money back after 20 days?"
        kind = kind_of(_IN_CASE.sub(" if", text))  # "What happens when the limit is reached?" asks for no time
        if kind != "other":
            return kind
    return "other"


def telling(text: str, kind: Kind, wording: Wording) -> frozenset[int]:
    """The terms of a question that say what it is about: no everyday words, unless they are names, and no cues."""
    names = {name.lower() for name in _NAME.findall(text)}
    found = (
        word
        for word in words(text)
        if (word not in wording.everyday or word in names) and word not in CUES[kind] and not word.isdigit()
    )
    return frozenset(number for word in found if (number := term(word)) is not None)
