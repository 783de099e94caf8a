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
_PHRASES = {
    "like want wish": (r"\bwhen(?:ever)? you (?:like|want|wish)\b", "at any time"),
    "free cost charge": (r"\bfor free\b|\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b", "free"),
    "time": (r"\b(?:just |only )?(?:a single|one) time\b", "once"),
    "many": (
        r"\bas many as\b(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten))",
        "up to",
    ),
    "sure": (r"\bmake sure (?:to|that you)\b", ""),
}


def _pattern(line: str) -> tuple[list[str], re.Pattern[str], str]:
    phrase, single = line.strip().split(": ")
    verb, _, rest = phrase.partition(" ")
    forms = [verb, *_FORMS[verb].split()]
    objects = r"(?: (?:it|them|this|that)| (?:the|an?|your|its|their)(?: \w+){1,2}?)?" if phrase in _APART else ""
    pattern = rf"\b(?:{'|'.join(forms)})\b(?P<between>{objects}) {rest}\b"
    return forms, re.compile(pattern, re.I), rf"{single}\g<between>"


def _told_by() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """What may be put otherwise, by a word that must be there."""
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for words, pattern, instead in (
        *map(_pattern, _VERBS.strip().splitlines()),
        *((words.split(), re.compile(pattern, re.I), instead) for words, (pattern, instead) in _PHRASES.items()),
    ):
        for word in words:
            found.setdefault(word, []).append((pattern, instead))
    return found


_TOLD_BY = _told_by()


def single(text: str) -> str:
    """The text with single verbs."""
    for word in dict.fromkeys(text.lower().split()):
        for pattern, instead in _TOLD_BY.get(word, ()):
            text = pattern.sub(instead, text)
    return text
