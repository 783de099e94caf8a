"""A sentence in the parts that are checked one by one. Pure."""

import re

from agents.citing.statements import statement
from agents.subjects import subject

_PARTS = re.compile(r"(?P<firm>[;:]\s+|,?\s+(?=(?:but|so|yet)\s))|,?\s+(?=(?:and|or)\s)", re.I)
_CLAUSES = re.compile(
    r"(?P<firm>,?\s+)(?=(?:onlyif|because|which|unless|except|while|although|whereas|even|provided)\s)", re.I
)
_DEPENDS = re.compile(
    r"\s*(?:(?:and|but|so|or|yet)\s+)?(?:it|its|they|their|this|that|these|those|then|he|she|both|is|are|was|were)\b",
    re.I,
)


def parts(sentence: str) -> list[list[str]]:
    """A sentence's parts, each of which may rest on another sentence of the passage, in clauses, which may not.

    What is too short to be one goes with the one before or after, and what goes on about the same is a clause.
    """
    found: list[list[str]] = []
    for piece in _cut(_PARTS, sentence):
        clauses = _cut(_CLAUSES, piece)
        if found and (_DEPENDS.match(piece) or not subject(_CONJUNCTION.sub("", piece))):
            found[-1] += clauses
        else:
            found.append(clauses)
    return found


def _cut(at: re.Pattern[str], text: str) -> list[str]:
    """The pieces of at least two words that say something, and three after a mere "and"."""
    found: list[str] = []
    start, least = 0, 2
    for cut in (*at.finditer(text), None):
        end = len(text) if cut is None else cut.start()
        piece = text[start:end]
        if found and (len(statement(found[-1]).words) < 2 or len(statement(piece).words) < least):
            found[-1] += text[start - 1 : end]
        else:
            found.append(piece)
        if cut is not None:
            start, least = cut.end(), 2 if cut["firm"] else 3
    return [piece for piece in found if piece.strip()]


_CONJUNCTION = re.compile(r"^\s*(?:and|but|so|or|yet)\s+", re.I)
