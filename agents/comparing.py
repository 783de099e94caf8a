"""Whether two questions ask the same, as far as their forms tell. Pure."""

from collections.abc import Callable

from agents.forms import Form, stem
from agents.function_words import AGAINST, OPPOSITES, STRONG_DIRECTIONS, TURNING

SHORT = 4
"""Words up to which a question is held apart by a trifle."""
MINIMAL = 0.7
"""Share of words in common from which two questions look like a pair that differs on purpose."""
LONG = 9
"""Words from which a question in other words may count and deny as it likes."""

_SOFT = frozenset(["how", "whether", ""])
"""Asking how something is done, whether it can be done, and saying that one wants it done call for one answer."""


def same(a: Form, b: Form, known: Callable[[str], bool]) -> bool:
    """Whether two questions ask the same, as far as their forms tell.

    Two words that are both `known` are never taken for one mistyped: "policy" and "police".
    """

    def alike(x: str, y: str) -> bool:
        return x == y or stem(x) == stem(y) or (mistyped(x, y) and not (known(x) and known(y)))

    if (a.asking, a.negations, a.modals, a.past) != (b.asking, b.negations, b.modals, b.past):
        return False
    if sorted(a.numbers) != sorted(b.numbers) or len(a.words) != len(b.words):
        return False
    if a.who and b.who and a.who != b.who:
        return False
    if any(owner != other for word, owner in a.owned for own, other in b.owned if own == word):
        return False
    if a.directions != b.directions and not _typed(a.directions, b.directions):
        return False
    if all(alike(x, y) for x, y in zip(a.words, b.words, strict=True)):
        return True
    # "Do you keep invoices" and "Are invoices kept": the order may change where the company is who does it.
    turned = {a.who, b.who} == {0, 2} and a.passive != b.passive
    return turned and all(any(alike(x, y) for y in b.words) for x in a.words)


def apart(a: Form, b: Form, shared: float, light: Callable[[str], bool]) -> bool:
    """Whether something turns one question around against the other, so that an answer to one is none to the other.

    `shared` is the weight of the words that both have in those that either has, 0..1. Questions of nearly the same
    words, and short ones, are held apart by a trifle; long ones that say the same in other words are not. A `light`
    word tells the story around a question.
    """
    if opposed(a, b):
        return True
    mine, yours = _said_alone(a, b), _said_alone(b, a)
    here, there = {each for each, _ in a.directions}, {each for each, _ in b.directions}
    length = min(len(a.words), len(b.words))
    numbers = len(a.negations) != len(b.negations) or sorted(a.numbers) != sorted(b.numbers)
    if length > SHORT and shared < MINIMAL:
        return numbers and length < LONG
    return (
        numbers
        or (a.asking != b.asking and not {a.asking, b.asking} <= _SOFT)
        or bool((a.modals ^ b.modals) - {"can", "will"})
        or (bool(a.modals and b.modals) and not a.modals & b.modals)
        or (bool(a.who and b.who) and a.who != b.who)
        or _led_elsewhere(a, b)
        or bool((here ^ there) & STRONG_DIRECTIONS)
        or bool((mine | yours) & TURNING)
        or (any(not light(word) for word in mine) and any(not light(word) for word in yours))
        or (length <= SHORT and _turned(a, b))
    )


def opposed(a: Form, b: Form) -> bool:
    """Whether one says the opposite of the other: "turn on" and "turn off", "my card" and "your card", to and from."""
    if any((x, y) in OPPOSITES for x in _said_alone(a, b) for y in _said_alone(b, a)):
        return True
    if any(owner != other for word, owner in a.owned for own, other in b.owned if own == word):
        return True
    here, there = {each for each, _ in a.directions}, {each for each, _ in b.directions}
    return any((x, y) in AGAINST for x in here - there for y in there - here)


def _said_alone(a: Form, b: Form) -> set[str]:
    return {word for word in a.words if stem(word) not in map(stem, b.words)}


def _led_elsewhere(a: Form, b: Form) -> bool:
    """Whether a word that both name is led to by another preposition in each: "from Team", "to Team"."""
    named = {word for _, word in a.directions} & {word for _, word in b.directions} - {""}
    return any(
        not {each for each, led in a.directions if led == word} & {each for each, led in b.directions if led == word}
        for word in named
    )


def _turned(a: Form, b: Form) -> bool:
    """Whether the words that both have come in another order, without one of "I" and "you" doing it in both."""
    ours, theirs = [stem(word) for word in a.words], [stem(word) for word in b.words]
    return [w for w in ours if w in theirs] != [w for w in theirs if w in ours] and not a.who == b.who != 0


def _typed(a: frozenset[tuple[str, str]], b: frozenset[tuple[str, str]]) -> bool:
    """Whether the prepositions are the same, though a word that one leads to is mistyped."""
    return sorted(each for each, _ in a) == sorted(each for each, _ in b) and len(a - b) <= 1 and len(a) == len(b) == 1


def mistyped(a: str, b: str) -> bool:
    """Whether one letter is missing, added, wrong or swapped with its neighbour, in words of five letters or more."""
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[1:] == rest_b[1:])
        or (rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:])
    )
