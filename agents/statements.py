"""A sentence as it is compared with another: its words, figures, names, what it negates, and how it bounds. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from agents.durations import durations
from agents.forms import stem
from agents.function_words import AGAINST, NUMBERS
from agents.subjects import subject
from agents.terms import term
from agents.terms import words as words_of

SCOPE = 3
"""Words after a negation that it is about."""
REACH = 4
"""Words on each side of a figure that tell what it is a figure of."""

_TOKEN = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w|https?://[^\s)>\]]+)"
    r"|(?P<code>(?!\d+-[a-z])(?=[\w./-]{0,64}\d)(?=[\w./-]{0,64}[^\W\d])\w+(?:[-_./]\w+)*|\w{1,64}(?:_\w+)+)"
    r"|(?P<figure>@[\d.]+[a-z]+|\d+(?:[.,:]\d+)*)|(?P<word>[^\W\d_]+(?:'[a-z]+)?)|(?P<sign>[€$£%])|(?P<stop>[,;:.!?()—–])"
)
_NAME = re.compile(r"(?<![.?!:] )(?<![.?!:\"“(*_\n>] )(?<!\A)\b[A-Z]\w*(?!-\d)\b")
_INITIALS = re.compile(r"\b(?:[A-Z][a-z]+ (?:of |the )*){1,3}[A-Z][a-z]+\b")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?: \w+){0,2} \w+(?:ed|en|wn|t)\b")
_FIRST = re.compile(r",|\s(?:and|or)\s")
_ADVERB = re.compile(r"\b(?:always|also|usually|often|sometimes|never|automatically|then|only|\w{3,}lly)\b", re.I)
_LIST = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_NOT = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nobody",
        "nothing",
        "neither",
        "nor",
        "without",
        "cannot",
        "unable",
        "except",
        "hardly",
        "unless",
    ]
)
_BREAKS = frozenset(
    [
        "and",
        "but",
        "so",
        "because",
        "which",
        "while",
        "although",
        "whereas",
        "or",
        "if",
        "when",
        "as",
        "that",
        "who",
        "until",
        "unless",
    ]
)
_PREFIX = re.compile(r"^(?:un|non|in|im|ir|dis)(?=\w{4})")
_SIGNS = {"€": "eur", "$": "usd", "£": "gbp", "%": "percent"}
_SPELLED = {
    "euro": "eur",
    "euros": "eur",
    "dollars": "usd",
    "dollar": "usd",
    "yearly": "annually",
    "licence": "license",
}
_TENS = {
    name: str(10 * n)
    for n, name in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_ORDINALS = {"fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "tenth": "10", "second": "2", "third": "3"}
_FREE = frozenset(["one", "once", "both", "second", "third", "fourth", "fifth", "sixth", "seventh", "tenth"])
"""Number words that are also other words: a source's count, a claim's do not."""
_PHRASES = (
    (re.compile(r"\b(?:not only|one and the same|as soon as|as well as|as long as)\b", re.I), " "),
    (
        re.compile(
            r"\b(?:at (?:the )?most|up to|(?:no|not) (?:more|longer|later|larger) than|as many as"
            r"|(?:a )?maximum of|maximum(?= \d)|(?:does|do|can|must) not exceed|(?:less|fewer|smaller|shorter) than"
            r"|limited to|limit of)\b",
            re.I,
        ),
        " upperbound ",
    ),
    (
        re.compile(
            r"\b(?:at (?:the )?least|(?:no|not) (?:less|fewer|earlier|smaller) than|(?:a )?minimum of|minimum(?= \d)"
            r"|(?:more|longer|larger|greater|later) than|exceed(?:s|ed|ing)?|in excess of)\b",
            re.I,
        ),
        " lowerbound ",
    ),
    (re.compile(r"\b(?:or|and) (?:more|later|newer|higher|above|up)\b", re.I), " lowerafter "),
    (re.compile(r"\bat the latest\b|\bat most\b|\bor (?:less|fewer|sooner|earlier)\b", re.I), " upperafter "),
    (re.compile(r"\b(?:do|does|did) not (?:have|need) to\b|\bneed not\b|\bno need to\b", re.I), " may "),
    (re.compile(r"\b(?:has|have|had|needs?|is required|are required|is obliged|are obliged) to\b", re.I), " must "),
    (re.compile(r"\b(?:is|are) (?:allowed|able|free) to\b", re.I), " can "),
    (re.compile(r"\bin advance\b|\bahead(?: of)?\b|\bprior to\b|\bbeforehand\b|\bearlier\b", re.I), " before "),
    (re.compile(r"\bafterwards?\b|\blater\b|\bfollowing\b", re.I), " after "),
    (re.compile(r"\b(is|are|be|turned|switched|set) (?:on|active)(?= by\b| for\b|[.,;]|$)", re.I), r"\1 enabled"),
    (re.compile(r"\b(is|are|be|turned|switched|set) off\b", re.I), r"\1 disabled"),
    (re.compile(r"\b(e-?mail|log|sign|set|back|opt|turn|switch)[- ](in|out|up|on|off)\b", re.I), r"\1\2"),
    (re.compile(r"(?<=\w)n't\b"), " not"),
    (re.compile(r"\bcannot\b", re.I), "can not"),
)
_UPPER = frozenset(["upperbound", "within", "until", "under", "below", "before"])
_LOWER = frozenset(["lowerbound", "over", "above", "after", "from", "since"])
_MODALS = {"must": "must", "can": "may", "could": "may", "may": "may", "might": "may", "should": "must"}
_FLAGS = {
    **dict.fromkeys(("only", "solely", "exclusively", "alone", "just"), "only"),
    **dict.fromkeys(("also", "too", "even", "additionally"), "also"),
    **dict.fromkeys(("all", "every", "each", "any", "always"), "all"),
    **dict.fromkeys(("some", "several", "few", "sometimes"), "some"),
    **dict.fromkeys(("same", "identical", "equal"), "same"),
    **dict.fromkeys(("different", "another", "other", "differing"), "other"),
}
_TIMES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LARGE = re.compile(rf"\b(\d+(?:\.\d+)?) ({'|'.join(_TIMES)})\b", re.I)
_DIRECTIONS = frozenset(word for pair in AGAINST for word in pair) | {"to", "by"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says. `words` in lower case without function words, each once; `stems` are theirs, and the
    initials of names of several words. `figures` are numbers (`#30`), lengths of time (`@30d`) and codes; a claim must
    have a source for those that are `owed`: "one" may be no number; `follows` has each with the words after it.

    `negated` are the words that each negation is about; `modals` pair must and may with the next word, `leads` a
    preposition, and `bounds` a figure with whether it is the most or the least, before or after.
    """

    words: tuple[str, ...] = ()
    stems: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()
    negated: tuple[frozenset[str], ...] = ()
    flags: frozenset[str] = frozenset()
    modals: frozenset[tuple[str, str]] = frozenset()
    bounds: frozenset[tuple[str, str]] = frozenset()
    leads: frozenset[tuple[str, str]] = frozenset()
    subject: frozenset[str] = frozenset()
    passive: bool = False
    order: tuple[str, ...] = ()
    follows: frozenset[tuple[str, str]] = frozenset()

    def near(self, figure: str) -> frozenset[str]:
        """The words around a figure, wherever it stands."""
        places = (place for place, token in enumerate(self.order) if token == figure)
        return frozenset(
            token for at in places for token in self.order[max(at - REACH, 0) : at + REACH + 1] if token[0] not in "#@"
        )


@dataclass(slots=True)
class _Reading:
    words: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    figures: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    negated: list[list[str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    modals: set[tuple[str, str]] = field(default_factory=set)
    bounds: set[tuple[str, str]] = field(default_factory=set)
    leads: set[tuple[str, str]] = field(default_factory=set)
    scope: int = 0
    leading: list[str] = field(default_factory=list)
    modal: str = ""


@lru_cache(maxsize=8192)
def statement(text: str) -> Statement:
    """A sentence, read."""
    plain = _LIST.sub("", text).replace("`", "").replace("*", "").replace("’", "'")
    names = frozenset(
        stem(name.lower()) for name in _NAME.findall(plain) if term(name.lower()) is not None and not name[-1].isdigit()
    )
    initials = frozenset(
        "".join(word[0] for word in found.split() if word[0].isupper()).lower() for found in _INITIALS.findall(plain)
    )
    plain_text = plain
    for pattern, instead in _PHRASES:
        plain = pattern.sub(instead, plain)
    reading = _Reading()
    plain = _LARGE.sub(_whole, plain)
    for found in _TOKEN.finditer(durations(plain)):
        kind, token = found.lastgroup, found.group().lower()
        if kind == "stop":
            _end_scope(reading)
        elif kind == "address":
            _figure(reading, token)
        elif kind == "code":
            _figure(reading, token if not token[:-2].isdigit() else "#" + token[:-2])
        elif kind == "figure":
            _figure(reading, token if token[0] == "@" else "#" + re.sub(r",(?=\d{3})", "", token))
        else:
            _word(reading, _SIGNS.get(token, _SPELLED.get(token, token)))
    _end_scope(reading)
    about = _FIRST.split(_ADVERB.sub(" ", subject(text)))[0]
    return Statement(
        words=tuple(dict.fromkeys(reading.words)),
        stems=frozenset(map(stem, [*reading.words, *initials])),
        figures=frozenset(reading.figures),
        owed=frozenset(reading.owed),
        names=names,
        titled=frozenset(stem(name.lower()) for name in _NAME.findall(plain_text) if not name.isupper()) & names,
        negated=tuple(frozenset(each) for each in reading.negated),
        flags=frozenset(reading.flags),
        bounds=frozenset(reading.bounds),
        leads=frozenset(reading.leads),
        order=tuple(reading.order),
        modals=frozenset(reading.modals),
        subject=frozenset(map(stem, words_of(about))) & frozenset(map(stem, reading.words))
        | {figure for figure in reading.figures if figure in about.lower()},
        passive=bool(_PASSIVE.search(text)),
        follows=frozenset(_follows(reading.order)),
    )


def _whole(found: re.Match[str]) -> str:
    return f"{float(found[1]) * 10 ** _TIMES[found[2].lower()]:.0f}"


def _follows(order: list[str]) -> Iterator[tuple[str, str]]:
    """Each figure with the words after it, as far as the next figure: what it counts, and of what."""
    for place, token in enumerate(order):
        if token[0] == "#":
            for after in order[place + 1 : place + 1 + REACH]:
                if after[0] == "#":
                    break
                yield token, after


def _figure(reading: _Reading, token: str, *, owed: bool = True) -> None:
    reading.figures.add(token)
    if owed:
        reading.owed.add(token)
    reading.order.append(token)
    for word in reading.leading:
        if word in _UPPER:
            reading.bounds.add((token, "most"))
        elif word in _LOWER:
            reading.bounds.add((token, "least"))
    reading.leading = []


def _word(reading: _Reading, word: str) -> None:
    if word in ("lowerafter", "upperafter"):
        if reading.order and reading.order[-1][0] in "#@":
            reading.bounds.add((reading.order[-1], "most" if word == "upperafter" else "least"))
        return
    if word in _BREAKS:
        _end_scope(reading)
    if word in _NOT:
        if reading.scope and not reading.negated[-1]:  # "not never"
            reading.negated.pop()
            reading.scope = 0
        else:
            reading.negated.append([])
            reading.scope = SCOPE
        return
    if word in _MODALS:
        reading.modal = _MODALS[word]
        return
    if word in _FLAGS:
        reading.flags.add(_FLAGS[word])
        return
    number = NUMBERS.get(word, _TENS.get(word, _ORDINALS.get(word, word)))
    if number[0].isdigit():
        _figure(reading, "#" + number.rstrip("ndrth"), owed=word not in _FREE)
        return
    if word in _UPPER or word in _LOWER or word in _DIRECTIONS:
        if reading.order and reading.order[-1][0] == "@" and word in ("before", "after"):
            reading.bounds.add((reading.order[-1], word))
        reading.leading.append(word)
        return
    if term(word) is None:
        return
    key = stem(word)
    if reading.modal:
        reading.modals.add((reading.modal, key))
        reading.modal = ""
    reading.words.append(word)
    reading.order.append(key)
    reading.leads.update((each, key) for each in reading.leading)
    reading.leading = []
    if reading.scope:
        reading.negated[-1].append(key)
        reading.scope -= 1


def _end_scope(reading: _Reading) -> None:
    reading.modal = ""
    last = next((token for token in reversed(reading.order) if token[0] in "#@"), "")
    for word in reading.leading:
        if last and word in ("upperbound", "lowerbound"):  # "for 30 days at most"
            reading.bounds.add((last, "most" if word == "upperbound" else "least"))
    if reading.scope and reading.negated and reading.negated[-1]:
        reading.scope = 0
    reading.leading = []
