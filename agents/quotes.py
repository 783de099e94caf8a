"""Quoting: which sentences of the sources make an answer, and how they are written with their markers. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.kinds import Kind
from agents.passage import Passage
from agents.reading import Reading
from agents.sentences import Unit

MOST = 2
"""Sentences or lists in an answer."""
MOST_CASES = 3
"""The same where they answer for different cases: the first payment of an annual plan, its renewal, a monthly plan."""
PARALLEL = 0.5
"""Share of their terms that sentences about different cases have in common; the cases and figures are other."""
NEAR_BEST = 0.86
"""Share of the best sentence's score that a further one must reach."""
REDUNDANT = 0.93
"""Cosine from which two sentences say the same."""
STANDS_OUT = 1.15
"""Times the score of the other items that an item must reach to be quoted alone."""
LIST_LIMIT = 12
"""Items that a quoted list may have."""

_NUMBER = re.compile(r"\d[\d,.]*")
_PIECE = re.compile(r"\s*\S+(?:\s+\S+){0,2}")


@dataclass(frozen=True, slots=True)
class Pick:
    """Units `first` to `last` of the passage with the number `source`, counted from 0."""

    source: int
    first: int
    last: int
    score: float


def pieces(text: str) -> list[str]:
    """A text in pieces of about three words; joined, they are the text."""
    found = _PIECE.findall(text)
    rest = text[sum(map(len, found)) :]
    return [*found[:-1], found[-1] + rest] if found else ([text] if text else [])


def picks(
    readings: Sequence[Reading],
    scores: Sequence[Sequence[float]],
    passages: Sequence[Passage],
    kind: Kind,
) -> list[Pick]:
    """What to quote: the best sentence, and others nearly as good that say something else; by source, in its order.

    Those that say the same of another case, in other figures, come before the rest.
    """
    ranked = sorted(
        ((score, s, u) for s, own in enumerate(scores) for u, score in enumerate(own)), key=lambda each: -each[0]
    )
    cases = _cases(ranked, readings)
    if cases:
        ranked = [ranked[0], *cases, *(each for each in ranked[1:] if each not in cases)]
    chosen: list[Pick] = []
    for score, source, unit in ranked:
        if score <= 0 or (chosen and score < NEAR_BEST * chosen[0].score):
            break
        is_case = (score, source, unit) in cases
        if len(chosen) >= (MOST_CASES if is_case else MOST):
            break
        if chosen and kind == "steps":
            break
        first, last = _whole(readings[source].units, unit, scores[source], passages[source])
        if any(p.source == source and p.first <= last and first <= p.last for p in chosen):
            continue
        vector = readings[source].vectors[unit]
        said = (readings[p.source].vectors[p.first : p.last + 1] for p in chosen)
        if not is_case and any(float((vectors @ vector).max()) >= REDUNDANT for vectors in said):
            continue
        numbers = _numbers(readings[source], first, last)
        if numbers and any(numbers <= _numbers(readings[p.source], p.first, p.last) for p in chosen):
            continue  # the same figures once more, such as a table's row and the sentence that repeats it
        chosen.append(Pick(source, first, last, score))
    sources = list(dict.fromkeys(pick.source for pick in chosen))
    return sorted(chosen, key=lambda pick: (sources.index(pick.source), pick.first))


def _cases(ranked: Sequence[tuple[float, int, int]], readings: Sequence[Reading]) -> list[tuple[float, int, int]]:
    """The sentences that say of another case what the best one says, with other figures, nearly as well as it does."""
    if not ranked or ranked[0][0] <= 0:
        return []
    best, source, unit = ranked[0]
    one, figures = readings[source].terms[unit], _numbers(readings[source], unit, unit)
    if not figures or readings[source].units[unit].kind != "prose":
        return []
    found: list[tuple[float, int, int]] = []
    for score, s, u in ranked[1:]:
        if score < NEAR_BEST * best:
            break
        other, own = readings[s].terms[u], _numbers(readings[s], u, u)
        alike = len(one & other) >= PARALLEL * len(one | other)
        if readings[s].units[u].kind == "prose" and alike and own and not own <= figures:
            found.append((score, s, u))
    return found


def _numbers(reading: Reading, first: int, last: int) -> frozenset[str]:
    return frozenset(n for each in reading.sentences[first : last + 1] for n in _NUMBER.findall(each.text))


def _whole(own: Sequence[Unit], unit: int, scores: Sequence[float], passage: Passage) -> tuple[int, int]:
    """A list is quoted as a whole, with the line that introduces it; a table row with its header.

    One item of a list that is no sequence of steps stands alone where it fits much better than the others.
    """
    kind = own[unit].kind
    if kind not in ("item", "code"):
        return unit, unit
    first = last = unit
    while first > 0 and own[first - 1].kind == kind:
        first -= 1
    while last + 1 < len(own) and own[last + 1].kind == kind:
        last += 1
    if last - first >= LIST_LIMIT:
        return unit, unit
    others = [scores[n] for n in range(first, last + 1) if n != unit]
    steps = kind == "code" or passage.text[own[unit].start : own[unit].end].lstrip()[:1].isdigit()
    if not steps and others and scores[unit] >= STANDS_OUT * max(others):
        return unit, unit
    return (first - 1 if first > 0 and own[first - 1].kind == "prose" else first), last


def written(picks: Sequence[Pick], readings: Sequence[Reading], passages: Sequence[Passage]) -> Iterator[str]:
    """The quotes as Markdown, each sentence, list item or table followed by its marker ` [n]`."""
    block = False
    for pick in picks:
        own, text = readings[pick.source].units, passages[pick.source].text
        marker = f" [{pick.source + 1}]"
        chosen = own[pick.first : pick.last + 1]
        if chosen[-1].kind == "prose":
            yield ("\n\n" if block else "") + text[chosen[0].start : chosen[-1].end] + marker + " "
            block = False
            continue
        if chosen[-1].kind == "row":
            header = [unit for unit in own[: pick.first] if unit.kind == "row"][:2]
            quoted = "\n".join(text[unit.start : unit.end] for unit in (*header, *chosen))
            yield f"\n\n{quoted}\n\n{marker.strip()} "
        elif chosen[-1].kind == "code":
            yield f"\n\n{text[chosen[0].start : chosen[-1].end]}\n\n{marker.strip()} "
        else:
            lines = [text[unit.start : unit.end] + marker for unit in chosen]
            yield "\n\n" + "\n".join(
                f"{line}\n" if own_kind == "prose" else line
                for line, own_kind in zip(lines, (unit.kind for unit in chosen), strict=True)
            )
        block = True
