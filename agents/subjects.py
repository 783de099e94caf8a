"""What a sentence is about: the words before its verb. Pure."""

import re

# Looked up word by word: an alternation of them all takes five times as long.
_WORD = re.compile(r"(?:isn|aren)'t\b|\w+", re.I)
# fmt: off
_REGULAR = (
    "accept", "add", "allow", "answer", "appear", "arrive", "ask", "become", "begin", "bring", "calculate", "cause",
    "change", "charge", "check", "collect", "combine", "come", "confirm", "contain", "cost", "count", "cover",
    "create", "decide", "delete", "depend", "end", "expire", "explain", "follow", "get", "give", "hold", "include",
    "issue", "keep", "last", "let", "list", "lock", "make", "mean", "move", "name", "need", "offer", "open", "pay",
    "provide", "read", "receive", "record", "remove", "replace", "require", "reset", "return", "review", "run",
    "save", "scan", "see", "send", "set", "show", "sign", "start", "stay", "stop", "store", "support", "sync", "take",
    "tell", "use", "wait", "work",
)
_OTHERS = (
    "is", "are", "was", "were", "be", "has", "have", "had", "can", "cannot", "could", "may", "might", "must",
    "should", "shall", "will", "would", "does", "do", "did", "isn't", "aren't", "applies", "apply", "carry",
    "carries", "copies", "copy", "goes", "go", "reaches",
)
# fmt: on
_VERBS = frozenset((*_OTHERS, *_REGULAR, *(f"{verb}s" for verb in _REGULAR)))
_LEAD = re.compile(r"\s*(?:\d+[.)]|[-*+•])\s+")
_MOST_WORDS = 12


def subject(sentence: str) -> str:
    """The text before the first verb; nothing for an order ("Open the settings") and for a table row."""
    start = lead.end() if (lead := _LEAD.match(sentence)) else 0
    words = sentence[start:]
    if words.startswith("|"):
        return ""
    for verb in _WORD.finditer(words):
        if verb.group().lower() not in _VERBS:
            continue
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
