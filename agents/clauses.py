"""The questions within a message: "How much is Team and how do I reset my password?" asks two. Pure."""

import re
from collections.abc import Iterator

from agents.question import Question
from agents.standalone import DECAY, FAINT, Standalone, combined, points_back, standalone
from agents.terms import terms

MOST = 3
"""Questions in a message; one with more is taken as a whole."""

_ASKS = (
    r"(?:how|what|whats|what's|when|where|who|whose|which|why|can|could|may|must|do|does|did|is|are|am|will|would|should"
    r"|has|have)\b"
)
_BETWEEN = re.compile(
    rf"\s*[?;.!]+\s+(?:(?:and|also|plus)\b,?\s+)*(?={_ASKS})|\s*,?\s+(?:and|plus|and also|as well as)\s+(?={_ASKS})",
    re.I,
)
_WHOM = (
    r"(?:i|we|you|they|it|he|she|there|this|that|these|those|the|an?|my|our|your|their|its|his|her|any|all|some|each|every"
    r"|one|both)\b"
)
_SURELY = (
    r"(?:how|what|whats|what's|who|whose|which|why)\b(?!,)|(?:do|does|did)\s(?!not\b)"
    r"|(?:when|where)\s+(?:am|are|can|could|did|do|does|is|may|must|should|was|will|would)\b"
    rf"|(?:can|could|may|must|is|are|am|will|would|should)\s+(?:{_WHOM}|(?-i:[A-Z]))|(?:has|have)\s+(?:i|we|you|they|it)\b"
)
"""A verb without its subject after "and" goes on from what stands before: "if I cancel and have unpaid invoices"."""
_PARTS = re.compile(
    rf"\s*[?;.!]+\s+(?:(?:and|also|plus)\b,?\s+)*(?={_ASKS})"
    rf"|\s*,?\s+(?:and|plus|and also|as well as)\s+(?={_SURELY})",
    re.I,
)
_LISTED = re.compile(rf"\s*,\s+(?={_SURELY})|{_PARTS.pattern}", re.I)
"""Also between the first questions of a list: "when does it start, how long is it and what does it cost?"."""
_LAST = re.compile(rf"\s(?:and|plus)\s+(?={_SURELY})", re.I)
_ADDS_NOTHING = re.compile(
    r"\W*(?:(?:is|would) (?:that|this|it) (?:be )?(?:correct|ok|okay|right|true|possible|allowed)"
    r"|(?:can|could) (?:you|anyone) help(?: me| us)?|what (?:should|can|do|must) (?:i|we) do|why(?: not)?"
    r"|how(?: so| come)?|when|which(?: \w+)?|(?:and |so )?what(?= now| then)|now what)\W*(?:now|please|then)?\W*",
    re.I,
)
_BEGINS = re.compile(
    rf"^\W*(?:(?:hi|hello|hey|please|tell me|i want to know|i'd like to know|can you tell me|so|and)\b\W*)*{_ASKS}",
    re.I,
)


def clauses(text: str) -> tuple[str, ...]:
    """The questions of a message, in their order; the message alone unless each of several can stand by itself."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    if not 2 <= len(parts) <= MOST or any(not _stands(part) for part in parts):
        return (text,)
    return tuple(part if part.endswith("?") else f"{part.rstrip('.!;, ')}?" for part in parts)


def _stands(part: str) -> bool:
    """Whether a part can be understood without the others: "how do I cancel?" can, "which plan?" cannot."""
    said = len(terms(part))
    return bool(_BEGINS.match(part)) and not points_back(part) and (said > 1 or (said == 1 and len(part.split()) > 2))


def parted(question: Question) -> tuple[Standalone, ...]:
    """The questions of a message, each to be looked up; unlike those of `clauses` one may lean on those before it.

    "How do I add a seat and what does it cost?" asks two. What goes on from an earlier turn is taken as a whole.
    """
    alone = standalone(question)
    parts = [] if alone.follows_up else list(_joined(question.alone or question.text))
    # "I want to upgrade. How do I do that?" points at what introduces it.
    if not 2 <= len(parts) <= MOST or (_BEGINS.match(parts[0]) and points_back(parts[0])) or not terms(parts[0]):
        return (alone,)
    found: list[Standalone] = []
    chain: list[str] = []
    for part in parts:
        asked = part if part.endswith("?") else f"{part.rstrip('.!;, ')}?"
        stands, short = _stands(part), len(terms(part)) < 2  # "when do you try again?" may lean
        chain = [*chain, asked] if chain and (short or not stands) else [asked]
        decay = FAINT if stands else DECAY
        found.append(
            combined(chain, decay, follows_up=not stands) if len(chain) > 1 else Standalone(asked, ((asked, 1.0),))
        )
    return tuple(found)


def _joined(text: str) -> Iterator[str]:
    """The questions with what introduces them ("If I cancel, …"); what asks nothing new stays with the one before."""
    gaps = list((_LISTED if _LAST.search(text) else _PARTS).finditer(text))
    starts, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(text)]
    begin, end, asks = 0, 0, False
    for start, stop in zip(starts, ends, strict=True):
        own = text[start:stop]
        if asks and not _ADDS_NOTHING.fullmatch(own):
            yield text[begin:end].strip()
            begin, asks = start, False
        asks = asks or bool(_BEGINS.match(own))
        end = stop
    yield text[begin:end].strip()
