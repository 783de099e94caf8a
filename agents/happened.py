"""Whether a question asks what happened, or how many do something: documents tell what holds. Pure.

"How many schools already use it?" finds every word in a page about schools; what it asks is in no page of the kind.
"""

import re

_OTHERS = r"(?!(?:i|we|my|our)\b)"
"""Not of what the customer did: "was our payment late" tells a case, and rules answer that."""
_WH = (
    r"(?:(?:which|what|who|how|when|where)\b"
    r"(?:(?!\b(?:if|when|that|because|after|once|while|which|who|i|we|my|our)\b)[^.?!,;]){0,40}?\s)?"
)
_PAST = re.compile(
    rf"(?:^|[.?!,;:]\s*|\b(?:and|whether)\s+)(?:(?:so|and|but|ok|hi|hello)\W+)*{_WH}"
    rf"(?:(?:did|was|were|had)\s+{_OTHERS}\w"
    r"|(?:have|has)\s+(?:you|they|there|it)\s+(?:\w+\s+)?(?:been|had|\w+ed)\b|(?:have|has)\s+(?:ever\s+)?been\b)"
    r"|\b(?:who|which|what)\s+(?:[\w-]+\s+){0,2}?(?:wrote|founded|made|built|invented|designed|started|led)\b",
    re.I,
)
_NEEDLES = (
    "did",
    "was",
    "were",
    "had",
    "have",
    "has",
    "wrote",
    "founded",
    "made",
    "built",
    "invented",
    "designed",
    "led",
    "started",
)
"""What a question about the past has one of; looked for first, since the pattern takes 15 µs."""
_WHEN = re.compile(r"\b(?:so far|(?:on|in) average|ever had|last (?:year|month|week|quarter)|in (?:19|20)\d\d)\b", re.I)
_OWN = re.compile(r"\b(?:i|we|my|our|somebody|someone)\b[^,.?!]*\b(?:last (?:year|month|week|quarter)|yesterday)", re.I)
_DOERS = re.compile(
    r"\bhow many\s+(?:(?!(?:i|we|can|may|must|should|could|do|does)\b)[\w-]+\s+){0,3}?"
    r"(?:do you (?:have|run|employ|serve|sell|get|host)"
    r"|(?:(?:already|currently|now) )*(?:use|become|try|trust|rely|work|pay|chose|choose|buy)\b(?! (?:i|we|you)\b))",
    re.I,
)
_TOLD = re.compile(r"\b(?:was|were|did|had)\b|\b(?:19|20)\d\d\b")


def asks_what_happened(text: str) -> bool:
    """Whether a question is about what others did or what once was, or an average of it."""
    low = text.lower()
    past = any(each in low for each in _NEEDLES) and _PAST.search(text)
    return bool(past or (_WHEN.search(text) and not _OWN.search(text)))


def asks_how_many_do(text: str) -> bool:
    """Whether a question counts who does something, or what the company has: "How many people work there?"."""
    return bool(_DOERS.search(text))


def tells_what_happened(sentence: str) -> bool:
    """Whether a sentence is about the past, or names a year."""
    return bool(_TOLD.search(sentence))
