"""What a sentence is about: the words before its verb. Pure."""

import re

from agents.terms import KNOWN_PIECES, LONGEST

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


class _Verbs(dict[str, tuple[tuple[int, int], ...]]):
    """Where the verbs lie in what stands between spaces, looked for once in each: a third of the time of a sentence."""

    def __missing__(self, piece: str) -> tuple[tuple[int, int], ...]:
        found = tuple(word.span() for word in _WORD.finditer(piece) if word.group().lower() in _VERBS)
        if len(piece) <= LONGEST:
            if len(self) >= KNOWN_PIECES:
                self.clear()
            self[piece] = found
        return found


_IN_A_PIECE = _Verbs()


def subject(sentence: str) -> str:
    """The text before the first verb; nothing for an order ("Open the settings") and for a table row."""
    start = lead.end() if (lead := _LEAD.match(sentence)) else 0
    if sentence.startswith("|", start):
        return ""
    pieces = sentence[start:].split()
    for place, piece in enumerate(pieces):
        for begin, end in _IN_A_PIECE[piece]:
            before = [*pieces[:place], piece[:begin]] if begin else pieces[:place]
            if not before:
                if end == len(piece) and _AUXILIARY.match(pieces[place + 1] if place + 1 < len(pieces) else ""):
                    continue  # "Support is closed": a noun
                return ""
            if before[-1].lower() in _NOT_BEFORE_A_VERB:
                continue  # "the charge", "a copy": a noun that could be a verb
            return " ".join(before[:_MOST_WORDS])
    return " ".join(pieces[: _MOST_WORDS // 2])


def condition(sentence: str) -> tuple[str, str]:
    """What a sentence says of its own scope before the first comma ("With the discount,"), and the rest of it."""
    found = _CONDITION.match(sentence)
    return (found.group(1), sentence[found.end() :]) if found else ("", sentence)


_CONDITION = re.compile(
    r"((?:after|as|before|because|by|during|except|for|from|if|in|instead|on|once|outside|to|under|unless|until|when|while|with"
    r"|within|without)\b[^,]{2,90}),\s+",
    re.I,
)
_AUXILIARY = re.compile(r"(?:is|are|was|were|can|cannot|may|must|has|have|does|do|will|should)\b")
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
