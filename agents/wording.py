"""How customers word things: synonyms, and everyday words that say nothing about the subject. Kept in text files.

A group of things of one kind, "~ browser: chrome, firefox", helps to find what is said of any of them. But what is said
of one is no answer about another, so that the verdict takes only the kind for each and each for the kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.terms import terms, words

_KIND = "~"


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of wording. `groups` are synonyms, each a phrase as its terms; `everyday` are words.

    `kinds` are the numbers of the groups of one kind, each with the phrase for the kind, or with None.
    """

    groups: tuple[tuple[frozenset[int], ...], ...]
    by_term: Mapping[int, tuple[int, ...]]
    everyday: frozenset[str]
    kinds: Mapping[int, frozenset[int] | None] = field(default_factory=dict)

    def alternatives(
        self, asked: frozenset[int], *, same: bool = False
    ) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
        """The phrases of a question that have synonyms, each with one other phrase for it.

        `same`: only those that say the same, not those that are of one kind.
        """
        for number in sorted({number for term in asked for number in self.by_term.get(term, ())}):
            group = self.groups[number]
            used = [phrase for phrase in group if phrase <= asked]
            for phrase in used:
                for other in group:
                    if not other & phrase and (not same or self._same(number, phrase, other)):
                        yield phrase, other

    def _same(self, number: int, one: frozenset[int], other: frozenset[int]) -> bool:
        return number not in self.kinds or self.kinds[number] in (one, other)


def wording(
    groups: Iterable[Sequence[str]], everyday: Iterable[str], kinds: Mapping[int, str | None] | None = None
) -> Wording:
    """Wording from groups of phrases, the numbers of those of one `kind` with its name, and everyday words. Pure."""
    phrases = [tuple({found for phrase in group if (found := terms(phrase))}) for group in groups]
    by_term: dict[int, tuple[int, ...]] = {}
    for number, group in enumerate(phrases):
        for term in frozenset[int]().union(*group):
            by_term[term] = (*by_term.get(term, ()), number)
    return Wording(
        tuple(phrases),
        by_term,
        frozenset(word for line in everyday for word in words(line)),
        {number: None if name is None else terms(name) for number, name in (kinds or {}).items()},
    )


def load_wording(folder: Path) -> Wording:
    """The wording kept in a folder's `synonyms.txt` and `everyday.txt`."""
    lines = _lines(folder / "synonyms.txt")
    kinds = {
        number: line[1:].split(":")[0] if ":" in line else None
        for number, line in enumerate(lines)
        if line.startswith(_KIND)
    }
    groups = [line.removeprefix(_KIND).replace(":", ",").split(",") for line in lines]
    return wording(groups, _lines(folder / "everyday.txt"), kinds)


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    return [line for line in lines if line.strip() and not line.startswith("#")]
