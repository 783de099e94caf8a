"""The sentence that denies what a question takes for granted: "Phones cannot be backed up" before the steps. Pure."""

import re
from collections.abc import Sequence

from agents.choosing import DENIES, HOLLOW, Fitness
from agents.quotes import Pick
from agents.reading import Reading
from agents.subjects import subject
from agents.terms import term, terms

WHOLE = 0.8
"""Share of what is asked that a clause must say to deny it."""
PART = 0.45
"""The same for one about something that nothing quoted speaks of: "Starter users can set no password"."""
OURS = 0.4
"""Share of the words of whom it speaks, and of what it denies, that the question must have."""

_ENDS = re.compile(r"[,;:]\s|\s(?=but\b|because\b|so that\b)")
_JOINS = re.compile(r"(?:and|but|so|because)\s+", re.I)
_WORD = re.compile(r"\W*(\w+)")
_ALSO = re.compile(r",|\b(?:and|or|as well as)\b")


def denial(asked: Fitness, chosen: Sequence[Pick], readings: Sequence[Reading]) -> Pick | None:
    """A sentence that is not chosen and says of what is asked that it is not so, or cannot be had or done.

    None where it is asked whether something is so: what denies that is an answer, chosen as others are.
    """
    total = _weight(asked, asked.telling)
    if not chosen or len(asked.telling) < 2 or not total or asked.wanted.kind == "other":
        return None
    said = (readings[p.source].heading.union(*readings[p.source].terms[p.first : p.last + 1]) for p in chosen)
    left = asked.telling - _met(asked, frozenset[int]().union(*said))
    best, found = 0.0, None
    for source, reading in enumerate(readings):
        for unit, sentence in enumerate(reading.sentences):
            if reading.units[unit].kind != "prose" or not reading.terms[unit] & asked.wanted.known:
                continue
            share = _denies(asked, left, sentence.text) / total
            if share > best and not any(pick.source == source and pick.first <= unit <= pick.last for pick in chosen):
                best, found = share, Pick(source, unit, unit, 0.0)
    return found


def _denies(asked: Fitness, left: frozenset[int], sentence: str) -> float:
    """How much of the question a sentence denies; 0 if it denies something else, or nothing."""
    negation = DENIES.search(sentence)
    if negation is None:
        return 0.0
    begin = max((end.end() for end in _ENDS.finditer(sentence, 0, negation.start())), default=0)
    if not terms(sentence[begin : negation.start()]):
        begin = 0
    stop = _ENDS.search(sentence, negation.end())
    clause = sentence[begin : stop.start() if stop else len(sentence)]
    object_ = terms(sentence[negation.end() : stop.start() if stop else len(sentence)]) - HOLLOW
    denied = _met(asked, object_)
    if not denied or len(object_ & asked.wanted.known) < OURS * len(object_):
        return 0.0
    of_whom = subject(_JOINS.sub("", clause, count=1) if _JOINS.match(clause) else clause)
    each = [about for part in _ALSO.split(of_whom) if (about := terms(part))]
    ours = any(about & asked.telling and len(about & asked.wanted.known) >= OURS * len(about) for about in each)
    met, total = _weight(asked, _met(asked, terms(clause))), _weight(asked, asked.telling)
    # "How long …?" takes nothing for granted but what it names.
    whole = met >= WHOLE * total and asked.wanted.kind == "steps"
    if ours:
        named = frozenset[int]().union(*each) & left
        return met if whole or (named and met >= PART * total) else 0.0
    if any(len(about) > 1 for about in each):
        return 0.0
    # "Pellmere does not accept PayPal", "You cannot move …"
    act = _WORD.match(sentence, negation.end())
    same_act = act is not None and term(act.group(1).lower()) in asked.wanted.known
    return met if (whole and same_act) or _weight(asked, denied & left) >= PART * total else 0.0


def _met(asked: Fitness, said: frozenset[int]) -> frozenset[int]:
    """The terms of the question that are said, in these or in other words."""
    return asked.telling & said.union(*(phrase for phrase, other in asked.wanted.alternatives if other <= said))


def _weight(asked: Fitness, found: frozenset[int]) -> float:
    return sum(asked.wanted.weights.get(term, 0.0) for term in found)
