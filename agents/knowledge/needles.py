"""What a text must hold for a pattern to match: strings read off the pattern itself. Pure."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from importlib import import_module
from typing import Any

EDGE = "\b"
"""In a needle, and in a marked text: here a word begins or ends."""

Needle = str
"""Letters in a row without spaces, folded, with their words' edges as far as the pattern says where they are."""
Needles = tuple[frozenset[Needle], ...]
"""Of each of these sets, a text that matches holds at least one, once folded and marked; of no set: any may match."""

SHORTEST = 3
"""Letters, or edges of words, of a needle worth looking for: shorter ones are in every text."""
_MOST = 40
"""Forms of a word that are told apart."""

_SAME = str.maketrans("İıſᲀᲁᲂᲃᲄᲅᲆᲇ", "iisвдосттъѣ")
"""What `re.IGNORECASE` takes for these letters, and `str.lower` does not."""
_OF_SAME = re.compile(f"[{''.join(map(chr, _SAME))}]")
_EDGES = re.compile(r"\b")


def folded(text: str) -> str:
    """A text in the letters that needles are made of."""
    # To look for them is cheap; to translate is not.
    return (text.translate(_SAME) if not text.isascii() and _OF_SAME.search(text) else text).lower()


def marked(text: str) -> str:
    """A folded text, with the edges of its words as needles have them."""
    return f"{EDGE}{text}{EDGE}" if text.isalnum() else _EDGES.sub(EDGE, text)


def needles(pattern: str) -> tuple[Needles, ...]:
    """The needles of each of the ways in which a pattern that ignores case may match."""
    # The parser of `re` has no public name; its trees have been the same since Python 3.7.
    *first, last = import_module("re._parser").parse(pattern, re.I)
    at_once = str(last[0]) == "BRANCH" and all(str(name) == "AT" for name, _ in first)
    trees = [[*first, *each] for each in last[1][1]] if at_once else [[*first, last]]
    return tuple(tuple({_least(each) for each in _needed(tree) if all(map(_tells, each))}) for tree in trees)


def _commonness(needles: Iterable[Needle]) -> float:
    """How often a text may hold one of them: short strings are in many."""
    return sum(math.pow(30, -min(len(each) - each.count(EDGE) / 2, 6)) for each in needles)


_Read = tuple[list[frozenset[str]], frozenset[str]]
"""The sets of a part of a pattern, each of them needed, and the letters with one of which what it matches ends."""
_NOTHING = frozenset(("",))
_SPACE = " "
_ANY_OF_SPACES = "[(CATEGORY, CATEGORY_SPACE)]"
"""What the parser reads in `\\s`."""


def _needed(tree: Iterable[Any]) -> list[frozenset[Needle]]:
    sets, ends = _row(tree, _NOTHING)
    return [*sets, _bare(ends)]


def _row(tree: Iterable[Any], before: frozenset[str]) -> _Read:
    """What stands in a row, after one of the strings `before`."""
    sets: list[frozenset[str]] = []
    ends = before
    for name, value in tree:
        match str(name):
            case "LITERAL" | "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if _is_space(str(name), value):
                sets.append(_bare(_joined(ends, _SPACE)))
                ends = frozenset((_SPACE,))
            case "LITERAL":
                ends = _joined(ends, chr(value))
            case "IN" if all(str(kind) == "LITERAL" for kind, _ in value):
                more, ends = _either([_row([each], ends) for each in value])
                sets += more
            case "AT" if str(value) == "AT_BOUNDARY":
                ends = frozenset(each if each.endswith(EDGE) else each + EDGE for each in ends)
            case "AT" | "ASSERT" | "ASSERT_NOT":  # these take no room
                pass
            case "SUBPATTERN":
                more, ends = _row(value[-1], ends)
                sets += more
            case "BRANCH":
                more, ends = _either([_row(each, ends) for each in value[1]])
                sets += more
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[:2] == (0, 1):
                more, ends = _either([_row(value[2], ends), ([], ends)])
                sets += more
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[0] > 0:
                more, last = _row(value[2], ends)
                sets += [*more, _bare(last)]
                ends = _NOTHING
            case _:
                sets.append(_bare(ends))
                ends = _NOTHING
        if len(ends) > _MOST:
            sets.append(_bare(ends))
            ends = _shortest(each[-1:] for each in ends)
    return sets, ends


def _is_space(name: str, value: Any) -> bool:
    """Whether a part of a pattern is a space, or `\\s` once or more often."""
    if name == "LITERAL":
        return chr(value).isspace()
    least, _, repeated = value
    return bool(least) and [(str(kind), str(what)) for kind, what in repeated] == [("IN", _ANY_OF_SPACES)]


def _bare(ends: frozenset[str]) -> frozenset[str]:
    return frozenset(each.strip(_SPACE) for each in ends)


def _joined(ends: frozenset[str], letter: str) -> frozenset[str]:
    letter = folded(letter)
    return frozenset(each + _between(each[-1:], letter) + letter for each in ends)


def _between(one: str, other: str) -> str:
    """The edge between two letters, if it is sure that there is one."""
    return EDGE if one not in ("", EDGE) and _is_of_a_word(one) != _is_of_a_word(other) else ""


def _is_of_a_word(letter: str) -> bool:
    return letter == "_" or letter.isalnum()


def _either(branches: Sequence[_Read]) -> _Read:
    """One set that holds for all the branches: the best of each, together."""
    ends = _shortest(each for _, own in branches for each in own)
    if not any(sets for sets, _ in branches):
        return [], ends
    best = [min((*sets, _bare(own)), key=_commonness) for sets, own in branches]
    return [reduce(frozenset.union, best)], ends


def _tells(needle: Needle) -> bool:
    bare = needle.replace(EDGE, "")
    return len(needle) >= SHORTEST or (bool(bare) and not (bare.isascii() and bare.isalnum()))


def _least(needles: frozenset[Needle]) -> frozenset[Needle]:
    """The needles without those that hold another."""
    return frozenset(each for each in needles if needles.isdisjoint(_parts(each)))


def _parts(needle: Needle) -> Iterator[str]:
    for start in range(len(needle)):
        for end in range(start + 1, len(needle) + (start > 0)):
            yield needle[start:end]


def _shortest(ends: Iterable[str]) -> frozenset[str]:
    """The endings without those that end with another."""
    own = frozenset(ends)
    return frozenset(each for each in own if not any(each[start:] in own for start in range(1, len(each) + 1)))
