"""Whether a passage supports a sentence: compared statement by statement, word by word, without a model.

A sentence is supported where each of its clauses is: where one sentence of the passage, or two that go on from one
another, under their heading, says what the clause says. All its figures, with what they count and whether they are the
most or the least; its names; what it negates; nothing that is the opposite, or another of the same kind, of what stands
there; nothing that the passage says only of something else; and nearly all of its other words, or words for the same.
In doubt it is not supported: a marker too few costs a reader less than one that points to nothing.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from math import fsum

from agents.citing.lexicon import Lexicon
from agents.citing.neighbours import joined
from agents.citing.objections import VERBATIM, objects
from agents.citing.openings import without_opening
from agents.citing.opposites import Opposites
from agents.citing.pages import Page, Window, host, page_of
from agents.citing.parts import parts
from agents.citing.statements import Statement, statement, union
from agents.citing.turns import plainly
from agents.embedding import Vectors, WordVectors
from agents.forms import stem
from agents.passage import Passage
from agents.sentences import units

COVERED = 0.7
"""Share of a sentence's words, weighed by how much they say, that the passage must have."""
NEAR = 0.5
"""Cosine from which one word stands for another in part."""
NEAREST = 0.92
"""Share of the words that the nearest sentence has which one must have, too, to be asked."""
LIGHT = 0.4
"""What a word says at most that says next to nothing: "make", "become", "used"."""
LEAST = 0.65
"""Share of a single clause's words that it must have."""
FOREIGN = 0.12
"""Share of a clause's words that the passage may have only where it speaks of something else."""
SYNONYM = 0.7
"""Cosine from which a word in another's place says the same."""
HEADED = 0.5
"""How much a word of the heading counts that the passage has, but not in this place."""
LARGEST = 0.9
"""How much a single word may say that the passage has not."""
REMEMBERED = 2048


class Support:
    """A `Supports` for the gate. CPU only, some 1 ms a sentence and passage; safe to call from several threads."""

    def __init__(self, vectors: WordVectors, lexicon: Lexicon) -> None:
        self._vectors = vectors
        self._lexicon = lexicon
        self._page = lru_cache(maxsize=REMEMBERED)(page_of)
        self._relation = lru_cache(maxsize=65536)(lexicon.relation)
        self._pair = lru_cache(maxsize=65536)(self._cosine)
        self._opposed = lru_cache(maxsize=65536)(Opposites(lexicon))
        self._known = lru_cache(maxsize=8192)(self._looked_up)

    def __call__(self, sentence: str, passage: Passage) -> bool:
        """Whether the passage says what the sentence says. A sentence that says nothing is not supported."""
        if _quoted(sentence, passage.text):
            return True
        sentence = plainly(without_opening(sentence))
        whole = statement(sentence)
        if not whole.words and not whole.figures:
            return False
        read = self._page(passage.text, f"{passage.title}. {passage.heading}", host(passage))
        met = total = 0.0
        for part in parts(sentence):
            clauses = [statement(each) for each in part]
            says = [fsum(map(self._says, each.words)) for each in clauses]
            best = -1.0
            for window in self._nearest(clauses, read.windows):
                shares = [self._share(each, whole, window, read) for each in clauses]
                if min(shares) >= LEAST:
                    best = max(best, fsum(share * each for share, each in zip(shares, says, strict=True)))
            if best < 0:
                return False
            met, total = met + best, total + fsum(says)
        return met >= COVERED * total

    def _nearest(self, clauses: Sequence[Statement], windows: Sequence[Window]) -> Iterator[Window]:
        """The windows with most of the words: where the nearest says otherwise, one that says little says nothing."""
        had = [
            fsum(self._says(word) for each in clauses for word in each.words if stem(word) in stems)
            for stems in (union(each.stems for each in window) for window in windows)
        ]
        least = NEAREST * max(had, default=0.0)
        yield from (window for window, says in zip(windows, had, strict=True) if says >= least)

    def _share(self, claim: Statement, whole: Statement, window: Window, page: Page) -> float:
        """Share of a clause's words that a window has, weighed by how much they say; -1 where it says otherwise."""
        return -1.0 if objects(claim, whole, window, page) else self.words(claim, whole, window, page)

    def words(self, claim: Statement, whole: Statement, window: Window, page: Page) -> float:
        """The share as far as words go alone."""
        stems = union(each.stems for each in window)
        elsewhere = union(each.stems for each in page.said) - stems
        others = list(dict.fromkeys(word for each in window for word in each.words))
        if any(self._replaced(whole, each) for each in window):
            return -1.0
        if self._other_kind(claim, whole, stems | page.head.stems, window):
            return -1.0
        if self._added_item(claim, whole, stems | page.head.stems, others):
            return -1.0
        total = met = foreign = 0.0
        for word in claim.words:
            key, says = stem(word), self._says(word)
            if key in page.ours and key not in stems:
                continue  # whose documents these are
            total += says
            if key in stems:
                met += says
                continue
            found = self._met(word, others, whole)
            if found < 0:
                return -1.0
            if self._denied_otherwise(word, others, whole, window):
                return -1.0
            if key in page.head.stems:
                foreign += says * HEADED if found < NEAR and key in elsewhere else 0.0
                found = max(found, 1.0 if key not in elsewhere else 0.8)
            elif found < NEAR and key in elsewhere and says > LIGHT:
                foreign += says
            if (1 - found) * says > LARGEST:
                return -1.0
            met += found * says
        if not total:
            return 1.0
        return -1.0 if foreign > FOREIGN * total else met / total

    def _other_kind(self, claim: Statement, whole: Statement, known: frozenset[str], window: Window) -> bool:
        """Whether a thing is told by another word before it: "the support team" for "the sales team"."""
        theirs = union(each.beside for each in window)
        others = [word for each in window for word in each.words]
        for key, thing in claim.beside:
            if key in known or (key, thing) in theirs:
                continue
            word = _plain(key, claim)
            if f"{word} {_plain(thing, claim)} ".find("ed ") > 0 or word.endswith("ing") or self._says(word) < 0.5:
                continue  # says how it is, not what it is
            told = any(each == thing for _, each in theirs)
            if told and self._met(word, others, whole) < NEAR:
                return True
        return False

    def _added_item(self, claim: Statement, whole: Statement, known: frozenset[str], others: Sequence[str]) -> bool:
        """Whether something is joined to what the passage has, as "email and chat", of which it knows nothing."""
        for one, other in ((a, b) for pair in joined(claim.text) for a, b in (pair, pair[::-1])):
            if one in known and other not in known:
                word = _plain(other, claim)
                tells = self._says(word) > LIGHT and not word.endswith(("ed", "ing", "ly"))
                if tells and self._met(word, others, whole) < NEAR:
                    return True
        return False

    def _met(self, word: str, others: Sequence[str], whole: Statement) -> float:
        """How far one of the words stands for a word, 0..1; -1 where one says the opposite."""
        best = 0.0
        for other in others:
            their = stem(other)
            relation = self._relation(word, other)
            if (relation == "opposite" or self._opposed(word, other)) and their not in whole.stems:
                return -1.0
            if relation == "same":
                best = max(best, 0.95)
            elif relation == "kin":
                best = max(best, 0.7)
            elif relation == "sister":
                continue
            if best < 0.9:
                cosine = self._pair(word, other)
                if cosine >= NEAR:
                    best = max(best, min(cosine + 0.1, 0.9))
        return best

    def _denied_otherwise(self, word: str, others: Sequence[str], whole: Statement, window: Window) -> bool:
        """Whether a word is denied here, and one that says the same affirmed there, or the other way round."""
        ours = stem(word)
        here = ours in whole.denied, ours in whole.affirmed
        if all(here) or (whole.denied and any(each.denied for each in window)):
            return False
        for other in others:
            key = stem(other)
            there = any(key in each.denied for each in window), any(key in each.affirmed for each in window)
            struck = ours in whole.struck or any(key in each.struck for each in window)
            if struck and here == there[::-1] and key not in whole.stems and self._near(word, other):
                return True
        return False

    def _replaced(self, claim: Statement, source: Statement) -> bool:
        """Whether the sentence is the source's with a word in another's place that does not say the same."""
        ours, theirs = claim.order, source.order
        common = claim.stems & source.stems
        if len(common) < VERBATIM * len(source.stems):
            return False
        named = dict(zip(map(stem, (*claim.words, *source.words)), (*claim.words, *source.words), strict=True))
        for what, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if what == "replace" and b - a == d - c:
                for one, other in zip(ours[a:b], theirs[c:d], strict=True):
                    if 0 < ours.count(one) <= theirs.count(one) or 0 < theirs.count(other) <= ours.count(other):
                        continue  # it has moved
                    if any(self._says(named[each]) < LIGHT for each in (one, other) if each in named):
                        continue
                    if one in named and other in named and self._stands_for(named[one], named[other]):
                        continue
                    return True
        return False

    def _near(self, one: str, other: str) -> bool:
        return self._relation(one, other) in ("same", "kin") or self._pair(one, other) >= NEAR

    def _stands_for(self, one: str, other: str) -> bool:
        return self._relation(one, other) in ("same", "kin") or self._pair(one, other) >= SYNONYM

    def _cosine(self, one: str, other: str) -> float:
        return float(self._known(one)[0] @ self._known(other)[0])

    def _says(self, word: str) -> float:
        return self._known(word)[1]

    def _looked_up(self, word: str) -> tuple[Vectors, float]:
        vectors, says = self._vectors.weighted([word])
        return vectors[0], float(says[0])


def _plain(key: str, *among: Statement) -> str:
    """The word that a stem is of."""
    return next((word for each in among for word in each.words if stem(word) == key), "")


def _quoted(sentence: str, text: str) -> bool:
    """Whether it stands in the passage as a whole sentence; of a very long one, whether its end does."""
    plain = sentence.strip().rstrip(".")
    if plain not in text:
        return False
    return len(plain) > 500 or any(text[unit.start : unit.end].strip().rstrip(".") == plain for unit in units(text))
