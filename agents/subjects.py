"""What a sentence is about: the words before its verb. Pure."""

import re

_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|can|cannot|could|may|might|must|should|shall|will|would|does|do|did|isn't|aren't"
    r"|accepts?|adds?|allows?|answers?|appears?|applies|apply|arrives?|asks?|becomes?|begins?|brings?|calculates?|carr(?:y|ies)|causes?|changes?|charges?|checks?"
    r"|collects?|combines?|comes?|confirms?|contains?|copies|copy|costs?|counts?|covers?|creates?|decides?|deletes?|depends?|ends?|expires?"
    r"|explains?|follows?|gets?|gives?|goes|go|holds?|includes?|issues?|keeps?|lasts?|lets?|lists?|locks?|makes?|means?|moves?|names?|needs?|offers?"
    r"|opens?|pays?|provides?|reaches|reads?|receives?|records?|removes?|replaces?|requires?|resets?|returns?|reviews?|runs?|saves?|scans?|sees?"
    r"|sends?|sets?|shows?|signs?|starts?|stays?|stops?|stores?|supports?|syncs?|takes?|tells?|uses?|waits?|works?)\b",
    re.I,
)
_LEAD = re.compile(r"\s*(?:\d+[.)]|[-*+•])\s+")
_MOST_WORDS = 12


def subject(sentence: str) -> str:
    """The text before the first verb; nothing for an order ("Open the settings") and for a table row."""
    start = lead.end() if (lead := _LEAD.match(sentence)) else 0
    words = sentence[start:]
    if words.startswith("|"):
        return ""
    for verb in _VERB.finditer(words):
        before = words[: verb.start()].split()
        if not before:
            if _AUXILIARY.match(words, verb.end()):
                continue  # "Support is closed": a noun
            return ""
        if before[-1].lower() in _NOT_BEFORE_A_VERB:
            continue  # "the charge", "a copy": a noun that could be a verb
        return " ".join(before[:_MOST_WORDS])
    return " ".join(words.split()[: _MOST_WORDS // 2])


def condition(sentence: str) -> tuple[str, str]:
    """What a sentence says of its own scope before the first comma ("With the discount,"), and the rest of it."""
    found = _CONDITION.match(sentence)
    return (found.group(1), sentence[found.end() :]) if found else ("", sentence)


_CONDITION = re.compile(
    r"((?:after|as|before|because|by|during|except|for|from|if|in|instead|on|once|outside|to|under|unless|until|when|while|with"
    r"|within|without)\b[^,]{2,90}),\s+",
    re.I,
)
_AUXILIARY = re.compile(r"\s+(?:is|are|was|were|can|cannot|may|must|has|have|does|do|will|should)\b")
_NOT_BEFORE_A_VERB = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "for",
        "and",
        "or",
        "no",
        "each",
        "every",
        "any",
        "your",
        "our",
        "their",
        "its",
        "this",
        "that",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "first",
        "last",
        "next",
        "new",
        "free",
        "paid",
        "same",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "monthly",
        "annual",
        "smallest",
        "largest",
    ]
)
