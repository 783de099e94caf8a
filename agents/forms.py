"""What a question asks, in a form that can be compared. Pure.

Static vectors hardly see what turns a question around: "not", a number, a plan's name, "before" or "after", "can" or
"must", who does it to whom. The form keeps just these apart, and lets go of politeness and articles.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agents.function_words import (
    ASKING,
    AUXILIARIES,
    BE,
    DIRECTIONS,
    EMPTY,
    FIRST,
    HOW,
    MODALS,
    NEGATIONS,
    NUMBERS,
    PAST,
    POSSESSIVES,
    SECOND,
)
from agents.terms import term

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][a-z]+)?|[€$£%]")
_CONTRACTIONS = (
    (re.compile(r"\bcan['’]t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon['’]t\b"), "will not"),
    (re.compile(r"n['’]t\b"), " not"),
    (re.compile(r"\b(what|who|where|how|when|it|that|there)(?:['’]s|(?<=what)s)\b"), r"\1 is"),
    (re.compile(r"['’](?:re)\b"), " are"),
    (re.compile(r"['’](?:ve)\b"), " have"),
    (re.compile(r"['’](?:ll)\b"), " will"),
    (re.compile(r"['’](?:d)\b"), " would"),
    (re.compile(r"['’](?:m)\b"), " am"),
)
_POLITE = re.compile(
    r"^(?:(?:hi|hey|hello|good (?:morning|afternoon|evening|day)|dear \w+|please|pls|kindly|ok|okay|so|well|sorry"
    r"|excuse me|quick question|just wondering|i (?:was|am) wondering|i (?:would|want|need) (?:like )?to (?:know|ask)"
    r"|(?:can|could|would|will) you (?:please )?(?:tell|let|show|explain to) (?:me|us)(?: know)?(?: about)?"
    r"|(?:do|would) you know|(?:please )?(?:tell|let) me(?: know)?|(?:can|could) you (?:please )?explain"
    r"|may i ask(?= (?:how|what|when|where|why|who|which|whether|if)\b)"
    r"|i have a question)\b[\s,:!.]*)+"
)
_POLITE_END = re.compile(r"[\s,.!?]*(?:please|pls|plz|thanks|thank you|thx|cheers|many thanks)?[\s.!?]*$")
_DOING = frozenset(["am", "can", "do", "does", "did", "happens", "if", "must", "shall", "should", "to", "will"])
"""What follows "what" where it is asked what is done or happens: "which cards", "what are the cards" ask for things."""
_LEADING = re.compile(
    r"^((?:after|as|at|before|because|by|during|for|from|if|in|on|once|since|under|until|when|while|with|within|without)"
    r"\b[^,?]{2,60}),\s*(.+)$"
)
_REPLACED = (
    (re.compile(r"\b(?:is|was|would) it (?:be )?possible (?:for (?:me|us) )?to\b"), "can i"),
    (re.compile(r"\b(?:am|are|is) (i|we|you|they|\w+) (?:able|allowed|permitted) to\b"), r"can \1"),
    (re.compile(r"\b(?:have|has|need|needs) to\b|\bam required to\b|\bare required to\b"), "must"),
    (re.compile(r"\bhow to\b"), "how do i"),
    (re.compile(r"\b(?:what|which) (?:does|do|did|will|would) (.+?) cost\b"), r"how much is \1"),
    (re.compile(r"\bhow much (?:does|do|did|will|would) (.+?) cost\b"), r"how much is \1"),
    (re.compile(r"\bwhat (?:is|are) the (?:price|prices|cost|costs) (?:of|for)\b"), "how much is"),
    (re.compile(r"\bwhat (happens|is done) (?:when|if|once)\b"), r"what \1 if"),
    (re.compile(r"\b(e-?mail|log|sign|set|back|opt|turn|switch)[- ](in|out|up|on|off)\b"), r"\1\2"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked: `asking` (how long, why, yes or no …), `words` that carry it, and what turns it around.

    `who` acts: 1 the customer, 2 the company, 0 another or nobody named; `owned` says the same of what is named with a
    possessive; `directions` pair a preposition with the word that it leads to.
    """

    asking: str
    words: tuple[str, ...]
    negations: tuple[str, ...]
    numbers: tuple[str, ...]
    modals: frozenset[str]
    directions: frozenset[tuple[str, str]]
    who: int
    owned: frozenset[tuple[str, int]]
    past: bool
    passive: bool


@lru_cache(maxsize=16384)
def form(text: str) -> Form:
    """The form of a question."""
    plain = _plain(text)
    parts = _WORD.findall(plain)
    asking, start = _asking(parts)
    words: list[str] = []
    negations: list[str] = []
    numbers: list[str] = []
    modals: set[str] = set()
    directions: set[tuple[str, str]] = set()
    owned: set[tuple[str, int]] = set()
    leading: list[str] = []
    owner = 0
    for word in parts[start:]:
        if word in NEGATIONS:
            negations.append("not" if word == "no" else word)
        elif word in MODALS:
            modals.add(MODALS[word])
        elif word in DIRECTIONS:
            leading.append(word)
        elif word in POSSESSIVES:
            owner = POSSESSIVES[word]
        elif word[0].isdigit() or word in NUMBERS:
            number = NUMBERS.get(word, word)
            numbers.append(number)
            directions.update((each, number) for each in leading)
            leading = []
        elif word in FIRST or word in SECOND:
            directions.update((each, "1" if word in FIRST else "2") for each in leading)
            leading = []
        elif word not in AUXILIARIES and word not in EMPTY and word not in ASKING:
            words.append(word)
            directions.update((each, stem(word)) for each in leading)
            if owner:
                owned.add((stem(word), owner))
            leading, owner = [], 0
    directions.update((each, "") for each in leading)
    modal = frozenset(modals)
    if asking == "how":
        modal -= {"can"}  # "How can I" asks what "How do I" asks
    return Form(
        asking=asking,
        words=tuple(words),
        negations=tuple(negations),
        numbers=tuple(numbers),
        modals=modal,
        directions=frozenset(directions),
        who=_who(parts),
        owned=frozenset(owned),
        past=any(word in PAST for word in parts),
        passive=any(word in BE for word in parts),
    )


def _plain(text: str) -> str:
    plain = " ".join(text.lower().replace("’", "'").split())
    for pattern, instead in _CONTRACTIONS:
        plain = pattern.sub(instead, plain)
    plain = _POLITE_END.sub("", _POLITE.sub("", plain))
    if found := _LEADING.match(plain):
        plain = f"{found.group(2)} {found.group(1)}"
    for pattern, instead in _REPLACED:
        plain = pattern.sub(instead, plain)
    return plain


def _asking(parts: list[str]) -> tuple[str, int]:
    """What kind of question it is, and where its own words begin."""
    for place, word in enumerate(parts[:6]):
        if word in ASKING:
            after = parts[place + 1] if place + 1 < len(parts) else ""
            if word == "how" and after in HOW:
                return f"how {after}", 0 if place else 2
            if word in ("what", "which"):
                return ("what do" if after in _DOING else "what"), 0
            return ("who" if word in ("whom", "whose") else word), 0
        if word in AUXILIARIES and place == 0:
            return "whether", 0
    return "", 0


def _who(parts: list[str]) -> int:
    """Who acts: what stands right after the first auxiliary."""
    for before, word in pairwise(parts):
        if before in AUXILIARIES:
            return 1 if word in ("i", "we") else 2 if word == "you" else 0
    return 0


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its ending; a stop word as it is."""
    number = term(word)
    return word if number is None else str(number)
