"""Quoting: which sentences of the sources make an answer, and how they are written with their markers. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from agents.kinds import Kind
from agents.passage import Passage
from agents.reading import Reading
from agents.sentences import Unit

MOST = 2
"""Sentences or lists in an answer."""
DOUBT, MOST_IN_DOUBT, LEAST_CHANCE = 0.4, 3, 0.15
"""Where none of those chosen is the answer with such a chance, up to so many are quoted, each the answer with such a
chance at least."""
LEAST_FIT = 0.6
"""Factor from which a sentence may be added in doubt."""
MOST_CASES = 3
"""The same where they answer for different cases: the first payment of an annual plan, its renewal, a monthly plan."""
PARALLEL = 0.5
"""Share of their terms that sentences about different cases have in common; the cases and figures are other."""
NEAR_BEST = 0.86
"""Share of the best sentence's score that a further one must reach."""
CLEARLY = 1.1
"""Times the score of another sentence of its source from which the best stands before it."""
REDUNDANT = 0.93
"""Cosine from which two sentences say the same."""
STANDS_OUT = 1.15
"""Times the score of the other items that an item must reach to be quoted without them."""
LIST_LIMIT = 12
"""Items that a quoted list may have."""

_NUMBER = re.compile(r"\d[\d,.]*")
_POINTS = re.compile(
    r"(?:(?:after|before|by|during|for|from|in|of|to|until|with|within|without)\s+)?(?:it(?!\s+is\s+(?:allowed|best|enough|forbidden|not|possible|recommended|required)\b)|its|they|them|their|these|those|both"
    r"|(?:this|that)(?!\s+(?:page|policy|notice|document|section|guide|article|agreement)\b)|such|then|otherwise|he|she)\b",
    re.I,
)
"""A sentence that cannot be understood without the one before: "After these periods, …"."""
_PIECE = re.compile(r"\s*\S+(?:\s+\S+){0,2}")


@dataclass(frozen=True, slots=True)
class Pick:
    """Units `first` to `last` of the passage with the number `source`, counted from 0."""

    source: int
    first: int
    last: int
    score: float

    def overlaps(self, other: "Pick") -> bool:
        """Whether both quote some unit."""
        return self.source == other.source and self.first <= other.last and other.first <= self.last


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
    fits: Sequence[Sequence[float]],
) -> list[Pick]:
    """What to quote: the best sentence, and others nearly as good that say something else; by source, in its order.

    Those that say the same of another case, in other figures, come before the rest. `fits` are factors in the scores:
    what comes near the best by them alone is not added to it.
    """
    ranked = sorted(
        ((score, s, u) for s, own in enumerate(scores) for u, score in enumerate(own)), key=lambda each: -each[0]
    )
    cases = _cases(ranked, readings)
    if cases:
        ranked = [ranked[0], *cases, *(each for each in ranked[1:] if each not in cases)]
    chosen: list[Pick] = []
    plain = 0.0
    for score, source, unit in ranked:
        if score <= 0 or (chosen and score < NEAR_BEST * chosen[0].score):
            break
        is_case = (score, source, unit) in cases
        if len(chosen) >= (MOST_CASES if is_case else MOST):
            break
        if chosen and kind == "steps":
            break
        if chosen and _flattered(score, fits[source][unit], plain):
            continue
        if _told_in_prose(readings[source], unit, scores[source]):
            continue
        pick = _pick(score, source, unit, readings, scores, passages)
        if _repeats(pick, unit, chosen, readings, another_case=is_case):
            continue
        plain = plain or score / max(1.0, fits[source][unit])
        chosen.append(pick)
    sources = list(dict.fromkeys(pick.source for pick in chosen))
    return [pick for source in sources for pick in _in_order([each for each in chosen if each.source == source])]


def further(
    chosen: Sequence[Pick],
    readings: Sequence[Reading],
    scores: Sequence[Sequence[float]],
    passages: Sequence[Passage],
    fits: Sequence[Sequence[float]],
    chances: Mapping[tuple[int, int], float],
) -> list[Pick]:
    """What else to quote while it is in doubt that the answer is among what is chosen: the likeliest other sentences.

    `chances` say how likely each sentence is the answer, by the numbers of its passage and of itself; what does not
    fit (`fits`), such as steps for the opposite, is not added.
    """
    every = list(chosen)
    for source, unit in sorted(chances, key=lambda place: -chances[place]):
        if len(every) >= MOST_IN_DOUBT or chances[source, unit] < LEAST_CHANCE:
            break
        pick = _pick(scores[source][unit], source, unit, readings, scores, passages)
        if fits[source][unit] < LEAST_FIT or _repeats(pick, unit, every, readings):
            continue
        if doubt(every, readings, chances) <= DOUBT:
            break
        every.append(pick)
    return every[len(chosen) :]


def doubt(chosen: Sequence[Pick], readings: Sequence[Reading], chances: Mapping[tuple[int, int], float]) -> float:
    """How likely what answers is neither among the sentences chosen nor said by them in other words, 0..1."""
    told = ((s, u) for s, u in chances if _repeats(Pick(s, u, u, 0.0), u, chosen, readings))
    return prod(1.0 - chances[place] for place in told)


def _pick(
    score: float,
    source: int,
    unit: int,
    readings: Sequence[Reading],
    scores: Sequence[Sequence[float]],
    passages: Sequence[Passage],
) -> Pick:
    first, last = _whole(readings[source].units, unit, scores[source], passages[source])
    return Pick(source, first, last, score)


def _repeats(
    pick: Pick, unit: int, chosen: Sequence[Pick], readings: Sequence[Reading], *, another_case: bool = False
) -> bool:
    """Whether what is chosen says the same already, unless of another case."""
    if any(map(pick.overlaps, chosen)):
        return True
    vector = readings[pick.source].vectors[unit]
    said = (readings[p.source].vectors[p.first : p.last + 1] for p in chosen)
    if not another_case and any(float((vectors @ vector).max()) >= REDUNDANT for vectors in said):
        return True
    # The same figures once more; of a table's row most of them are enough, of what the sentence near it says.
    numbers = _numbers(readings[pick.source], pick.first, pick.last)
    row = readings[pick.source].units[unit].kind == "row"
    for p in chosen:
        told = _numbers(readings[p.source], p.first, p.last)
        most = row and p.source == pick.source and 2 * len(numbers & told) > len(numbers)
        if numbers and (numbers <= told or most):
            return True
    return False


def _in_order(chosen: Sequence[Pick]) -> Sequence[Pick]:
    """Picks of one source, best first: in the order of the text, unless the best is clearly so and stands apart."""
    placed = sorted(chosen, key=lambda pick: pick.first)
    together = all(one.last + 1 == other.first for one, other in pairwise(placed))
    clearly = len(chosen) > 1 and chosen[0].score >= CLEARLY * chosen[1].score
    return chosen if clearly and not together else placed


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


def _flattered(score: float, fit: float, best: float) -> bool:
    """Whether a sentence comes near the `best` score without such factors only by its own, or fits ill."""
    return fit < 1.0 or score / fit < NEAR_BEST * best


def _told_in_prose(reading: Reading, unit: int, scores: Sequence[float]) -> bool:
    """Whether a sentence near a table says what a row of it says, nearly as well: it is the better to read."""
    if reading.units[unit].kind != "row":
        return False
    figures = _numbers(reading, unit, unit)
    return any(
        other.kind == "prose" and scores[n] >= NEAR_BEST * scores[unit] and len(own) > 1 and own <= figures
        for n, other in enumerate(reading.units)
        for own in (_numbers(reading, n, n),)
    )


def _numbers(reading: Reading, first: int, last: int) -> frozenset[str]:
    return frozenset(n for each in reading.sentences[first : last + 1] for n in _NUMBER.findall(each.text))


def _whole(own: Sequence[Unit], unit: int, scores: Sequence[float], passage: Passage) -> tuple[int, int]:
    """A list is quoted as a whole, with the line that introduces it; a sentence that points at the one before, with it.

    Items of a list that is no sequence of steps stand without the others where they fit much better.
    """
    kind = own[unit].kind
    if kind == "prose" and unit > 0 and own[unit - 1].kind == "prose" and _POINTS.match(passage.text, own[unit].start):
        return unit - 1, unit
    if kind not in ("item", "code"):
        return unit, unit
    first = last = unit
    while first > 0 and own[first - 1].kind == kind:
        first -= 1
    while last + 1 < len(own) and own[last + 1].kind == kind:
        last += 1
    if last - first >= LIST_LIMIT:
        return unit, unit
    steps = kind == "code" or passage.text[own[unit].start : own[unit].end].lstrip()[:1].isdigit()
    if not steps:
        begin, end = unit, unit
        while begin > first and scores[begin - 1] * STANDS_OUT > scores[unit]:
            begin -= 1
        while end < last and scores[end + 1] * STANDS_OUT > scores[unit]:
            end += 1
        others = [*scores[first:begin], *scores[end + 1 : last + 1]]
        if others and scores[unit] >= STANDS_OUT * max(others):
            return begin, end
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
