"""The questions within a message: "How much is Team and how do I reset my password?" asks two. Pure."""

import re

from agents.standalone import points_back
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
