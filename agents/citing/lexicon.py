"""Which words say the same, one more than the other, the opposite, or another of the same kind: from WordNet.

Static vectors put "accept" next to "reject" and "month" next to "year"; what tells a synonym from an opposite or from a
sister is a dictionary. `agents/dictionary/README.md` tells what it is made from, and how.
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Literal

Relation = Literal["same", "kin", "sister", "opposite"]

_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
    ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ier", "y"), ("iest", "y"), ("ly", ""),
)  # fmt: skip
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A word's line has its senses, opposites and derived words; a sense's the kinds it is of, and what it is like."""

    words: Mapping[str, str]
    senses: Mapping[str, str]
    irregular: Mapping[str, str]

    def bases(self, word: str) -> tuple[str, ...]:
        """The words that this may be a form of, itself among them if it is one; () for an unknown word."""
        found = {word: None} if word in self.words else {}
        if word in self.irregular:
            found[self.irregular[word]] = None
        for ending, instead in _ENDINGS:
            if word.endswith(ending):
                base = word.removesuffix(ending) + instead
                for each in (base, _DOUBLED.sub(r"\1", base)):
                    if each in self.words:
                        found[each] = None
        return tuple(found)

    def relation(self, one: str, other: str) -> Relation | None:
        """What one word is to another; None for words that have nothing to do with each other."""
        if one == other:
            return "same"
        ours, theirs = [self._line(base) for base in self.bases(one)], [self._line(base) for base in self.bases(other)]
        if not ours or not theirs:
            return None
        our_bases, their_bases = set(self.bases(one)), set(self.bases(other))
        if our_bases & their_bases:
            return "same"
        if any(against & their_bases for _, against, _ in ours) or any(against & our_bases for _, against, _ in theirs):
            return "opposite"
        our_senses = frozenset[str]().union(*(own for own, _, _ in ours))
        their_senses = frozenset[str]().union(*(own for own, _, _ in theirs))
        if our_senses & their_senses:
            return "same"
        if any(derived & their_bases for _, _, derived in ours) or any(derived & our_bases for _, _, derived in theirs):
            return "same"
        our_kinds, our_likes = self._above(our_senses)
        their_kinds, their_likes = self._above(their_senses)
        if (our_kinds | our_likes) & their_senses or (their_kinds | their_likes) & our_senses:
            return "kin"
        return "sister" if our_kinds & their_kinds else None

    def _line(self, base: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        own, against, derived = (*self.words[base].split("\t"), "", "", "")[:3]
        return frozenset(own.split()), frozenset(against.split()), frozenset(derived.split())

    def _above(self, senses: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
        kinds, likes = set[str](), set[str]()
        for sense in senses:
            above, _, beside = self.senses.get(sense, "").partition("\t")
            kinds.update(above.split())
            likes.update(beside.split())
        return frozenset(kinds), frozenset(likes)


@lru_cache(maxsize=1)
def bundled_lexicon() -> Lexicon:
    """The dictionary that comes with the code; read once, some 30 ms."""
    with as_file(files("agents") / "dictionary" / "wordnet.txt.gz") as path:
        words, senses, irregular = gzip.decompress(path.read_bytes()).decode().rstrip("\n").split("\n\n")
    return Lexicon(_table(words), _table(senses), _table(irregular))


def _table(lines: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in lines.split("\n"))
