"""Verbs of two words, and the single one that says the same: "take away" and "remove". Pure; general English."""

import re

_FORMS = {
    "be": "am is are was were being been",
    "bring": "brings bringing brought",
    "carry": "carries carrying carried",
    "come": "comes coming came",
    "get": "gets getting got gotten",
    "give": "gives giving gave given",
    "go": "goes going went gone",
    "hand": "hands handing handed",
    "hold": "holds holding held",
    "keep": "keeps keeping kept",
    "leave": "leaves leaving left",
    "pay": "pays paying paid",
    "put": "puts putting",
    "run": "runs running ran",
    "send": "sends sending sent",
    "set": "sets setting",
    "shut": "shuts shutting",
    "start": "starts starting started",
    "take": "takes taking took taken",
    "throw": "throws throwing threw thrown",
    "turn": "turns turning turned",
}
_VERBS = """
    bring back: restore
    carry on: continue
    come back: return
    get back: recover
    get rid of: remove
    get in touch with: contact
    give back: return
    go back: return
    go up: increase
    go down: decrease
    go on: continue
    hand over: give
    hand out: give
    hold back: keep
    keep on: continue
    leave out: excluded
    pay back: refund
    put off: delay
    put on hold: pause
    run out(?! of): end
    set up: create
    shut down: stop
    start over: reset
    take away: remove
    take out: remove
    throw away: delete
    turn down: reject
"""
_APART = frozenset(["bring back", "get back", "give back", "hold back", "pay back", "put off", "take away", "take out"])
"""Of which the object may stand between."""
_PHRASES = (
    (re.compile(r"\bwhen(?:ever)? you (?:like|want|wish)\b|\bat your convenience\b", re.I), "at any time"),
    (re.compile(r"\bfor free\b|\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b", re.I), "free"),
    (re.compile(r"\b(?:just |only )?(?:a single|one) time\b(?!s)", re.I), "once"),
    (re.compile(r"\bas many as\b(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten))", re.I), "up to"),
    (re.compile(r"\bmake sure (?:to|that you)\b", re.I), ""),
)


def _pattern(line: str) -> tuple[re.Pattern[str], str]:
    phrase, single = line.strip().split(": ")
    verb, _, rest = phrase.partition(" ")
    forms = "|".join((verb, *_FORMS[verb].split()))
    between = (
        r"(?P<between>(?: (?:it|them|this|that)| (?:the|an?|your|its|their)(?: \w+){1,2}?)?)"
        if phrase in _APART
        else "(?P<between>)"
    )
    return re.compile(rf"\b(?:{forms})\b{between} {rest}\b", re.I), rf"{single}\g<between>"


_ALL = (*(_pattern(line) for line in _VERBS.strip().splitlines()), *_PHRASES)
_ANY = re.compile(
    r"\b(?:back|away|out|off|on|hold|over|up|down|rid|touch|free|time|like|want|wish|convenience|charge|cost|many|sure)\b",
    re.I,
)


def single(text: str) -> str:
    """The text with single verbs."""
    if _ANY.search(text):
        for pattern, instead in _ALL:
            text = pattern.sub(instead, text)
    return text
