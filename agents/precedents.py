"""Questions of which it is known whether the documents answer them: what is much like one is judged by it, too."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import orjson

from agents.comparing import opposed
from agents.embedding import Embedding, Vectors
from agents.forms import form
from agents.hashing import content_hash
from agents.kinds import asks_whether, kind_of
from agents.knowledge.retrieval import Retrieved
from agents.known import Known, load_questions, plain
from agents.passage import Passage
from agents.routing.examples import load_known
from agents.standalone import leans

LEAST = 0.3
"""Cosine from which a question is like another at all."""
SIGNALS = ("answered_alike", "answered_alike_too", "unanswered_alike", "unanswered_alike_too")
"""What precedents tell the verdict's model, in the order of its coefficients."""
NEAREST = 3
"""Precedents of either kind that count, the nearest."""
MOST = 256
"""Precedents that are looked at, the nearest first, for those that count."""
JUDGED = 4
"""Passages, the best first, that must be those of which it is known that they do not answer."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A question, and whether the documents answer it.

    One that comes with documents (`bound`) counts only beside what it was judged by: an answered one where one of the
    sentences that answer it, `answers`, was found; an unanswered one where what was found is all as it was then. An
    operator's own count always. One that is only `quoted` tells which sentences answer, and nothing of the verdict.
    """

    text: str
    answered: bool
    answers: tuple[str, ...] = ()
    bound: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """How much alike (cosine) the nearest precedents that count are, the nearest first, at most NEAREST of a kind.

    `answers`: the sentences that answer them, as plain text, each with how much that tells, 0..1, of this question: the
    square of the cosine beyond LEAST, and a half of it where another kind of thing is asked.
    """

    answered: tuple[float, ...] = ()
    unanswered: tuple[float, ...] = ()
    answers: Mapping[str, float] = field(default_factory=dict)

    @property
    def signals(self) -> tuple[float, ...]:
        """The values of SIGNALS: by how much the nearest exceeds LEAST, and the others on average, 0 without any."""
        return (*_exceeding(self.answered), *_exceeding(self.unanswered))


NONE = Alike()


def _exceeding(cosines: Sequence[float]) -> tuple[float, float]:
    first, *others = [cosine - LEAST for cosine in cosines] or [0.0]
    return first, sum(others) / (NEAREST - 1)


def bundled_judged(folder: Path) -> frozenset[str]:
    """Content hashes of the chunks of the bundled documents that the bundled precedents were judged by. Blocks."""
    return frozenset(orjson.loads((folder / "evidence.json").read_bytes())["judged"])


def bundled_quoted(folder: Path) -> list[Precedent]:
    """Those of the plainest questions, all answered. Blocks.

    Among them everything is near: with 729 of them the verdict told those of a hand that had no part in it with an
    AUROC of .89 instead of .92, and with as many unanswered ones no better.
    """
    known = load_questions(folder / "evidence" / "faq.jsonl")
    return [replace(precedent, quoted=True) for precedent in precedents_of(known)]


def bundled_known(folder: Path) -> list[Known]:
    """The questions of which precedents come with the documents. Blocks."""
    paths = (folder / "evidence" / "asked.jsonl", folder / "evidence" / "hands.jsonl")
    return [known for path in paths for known in load_questions(path)]


def precedents_of(known: Iterable[Known]) -> list[Precedent]:
    """Those of the questions that are precedents, as bound ones."""
    return [precedent for each in known if (precedent := _of(each)) is not None]


def _of(known: Known) -> Precedent | None:
    """A question that stands alone and is plainly answered or not, and of an answered one the answers are known."""
    if known.question.history or known.answerability == "underspecified" or (known.answerable and not known.answers):
        return None
    return Precedent(known.question.text, known.answerable, tuple(map(plain, known.answers)), bound=True)


def operators_precedents(folder: Path) -> list[Precedent]:
    """Those in the files beside an operator's examples. Blocks."""
    return [Precedent(text, answered) for text, answered in load_known(folder)]


class Precedents:
    """Looks for precedents of a question. CPU only, .3 ms among 2,500: use a thread.

    `judged` are the content hashes of the chunks that bound precedents were judged by.
    """

    def __init__(self, embedding: Embedding, judged: Collection[str], precedents: Iterable[Precedent] = ()) -> None:
        self._embedding = embedding
        self._judged = judged
        self.learn(precedents)

    def learn(self, precedents: Iterable[Precedent]) -> None:
        """These instead of those before. CPU: 20 µs a question."""
        asked = tuple(precedents)
        self._learned = asked, self._embedding.embed([each.text for each in asked])
        self.edition = content_hash(orjson.dumps(asked))

    def __call__(self, found: Retrieved) -> Alike:
        """The nearest to what was asked, beside what was found.

        A question that leans on earlier ones has none; one that only may lean is not told what to quote by them.
        """
        asked, vectors = self._learned
        (text, _), *earlier = found.parts
        if not asked or (earlier and leans(text)):
            return NONE
        own, cosines = form(text), vectors @ self._embedding.embed([text])[0]
        beside = _Beside(found.passages, self._judged)
        nearest: dict[bool, list[float]] = {True: [], False: []}
        answers: dict[str, float] = {}
        quotable = 0 if earlier else NEAREST
        for n, cosine in _best(cosines):
            each = asked[n]
            tells = not each.quoted and len(nearest[each.answered]) < NEAREST
            quotes = bool(each.answers) and quotable > 0
            if not (tells or quotes) or not beside.stands(each) or opposed(own, form(each.text)):
                continue
            if tells:
                nearest[each.answered].append(cosine)
            if quotes:
                quotable -= 1
                much = (cosine - LEAST) ** 2 * _same_kind(text, each.text)
                answers |= {one: max(much, answers.get(one, 0.0)) for one in each.answers}
        return Alike(tuple(nearest[True]), tuple(nearest[False]), answers)


def _best(cosines: Vectors) -> Iterator[tuple[int, float]]:
    """The numbers of the MOST largest beyond LEAST, the largest first, and what they are."""
    places = np.argpartition(-cosines, MOST)[:MOST] if len(cosines) > MOST else np.arange(len(cosines))
    places = places[cosines[places] > LEAST]
    places = places[np.argsort(-cosines[places])]
    return zip(places.tolist(), cosines[places].tolist(), strict=True)


def _same_kind(one: str, other: str) -> float:
    """1 where both ask for the same kind of thing, and both whether or neither; .5 where both are other."""
    return 0.5 + 0.25 * (kind_of(one) == kind_of(other)) + 0.25 * (asks_whether(one) == asks_whether(other))


class _Beside:
    """What a search found, for telling whether a precedent still counts."""

    def __init__(self, passages: Sequence[Passage], judged: Collection[str]) -> None:
        self._passages = passages
        self._judged = judged

    def stands(self, precedent: Precedent) -> bool:
        if not precedent.bound:
            return True
        if precedent.answered:
            return any(f" {sentence} " in self._text for sentence in precedent.answers)
        return self._all_judged

    @cached_property
    def _text(self) -> str:
        return " | ".join(f" {plain(passage.text)} " for passage in self._passages)

    @cached_property
    def _all_judged(self) -> bool:
        return all(passage.content_hash in self._judged for passage in self._passages[:JUDGED])
