"""How customers word things: synonyms, and everyday words that say nothing about the subject. Kept in text files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.terms import terms, words


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of wording. `groups` are synonyms, each a phrase as its terms; `everyday` are words."""

    groups: tuple[tuple[frozenset[int], ...], ...]
    by_term: Mapping[int, tuple[int, ...]]
    everyday: frozenset[str]

    def alternatives(self, asked: frozenset[int]) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
        """The phrases of a question that have synonyms, each with one other phrase for it."""
        for number in sorted({number for term in asked for number in self.by_term.get(term, ())}):
            group = self.groups[number]
            used = [phrase for phrase in group if phrase <= asked]
            for phrase in used:
                yield from ((phrase, other) for other in group if not other & phrase)


def wording(groups: Iterable[Sequence[str]], everyday: Iterable[str]) -> Wording:
    """Wording from groups of synonymous phrases and from everyday words. Pure."""
    phrases = [tuple({found for phrase in group if (found := terms(phrase))}) for group in groups]
    by_term: dict[int, tuple[int, ...]] = {}
    for number, group in enumerate(phrases):
        for term in frozenset[int]().union(*group):
            by_term[term] = (*by_term.get(term, ()), number)
    return Wording(tuple(phrases), by_term, frozenset(word for line in everyday for word in words(line)))


def load_wording(folder: Path) -> Wording:
    """The wording kept in a folder's `synonyms.txt` and `everyday.txt`."""
    groups = [line.split(",") for line in _lines(folder / "synonyms.txt")]
    return wording(groups, _lines(folder / "everyday.txt"))


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    return [line for line in lines if line.strip() and not line.startswith("#")]
