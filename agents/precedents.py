"""Questions of which it is known whether the documents answer them: what is much like one is judged by it, too."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import numpy as np
import orjson

from agents.comparing import opposed
from agents.embedding import Embedding, Vectors
from agents.forms import Form, form
from agents.kinds import asks_whether, kind_of
from agents.knowledge.retrieval import Retrieved
from agents.known import Known, load_questions, plain
from agents.passage import Passage
from agents.routing.examples import load_known
from agents.standalone import leans
from agents.terms import terms, words

_log = logging.getLogger(__name__)

LEAST = 0.3
"""Cosine from which a question is like another at all."""
OWN_LEAST = 0.6
"""The same for an operator's, which are few: what is fainter is another question. With 25 of either kind and no others
.3 declined 146 of 186 unanswerable questions, .6 157, as many as without any."""
SAME = 0.97
"""Cosine from which a question is an operator's own, whose word is the verdict then; so it is of the same words."""
SIGNALS = ("answered_alike", "answered_alike_too", "unanswered_alike", "unanswered_alike_too")
"""What precedents tell the verdict's model, in the order of its coefficients."""
NEAREST = 3
"""Precedents of either kind that count, the nearest."""
MOST = 256
"""Precedents that are looked at, the nearest first, for those that count."""
JUDGED = 4
"""Passages, the best first, that must all be among those that bound precedents were judged by."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A question, and whether the documents answer it.

    One that comes with documents (`bound`) counts only beside what it was judged by: where the best that was found is
    all as it was then, and, if it is answered, one of the sentences that answer it, `answers`, is among it. An
    operator's own count where they are nearly the same and nothing else is asked: of an unanswered one what the best
    passage says, of an answered one what none says. One that is only `quoted` tells which sentences answer, and
    nothing of the verdict.
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
    square of the cosine beyond LEAST, and a half of it where another kind of thing is asked. `own` is the nearest of
    an operator's, whether it is answered and how much alike it is.
    """

    answered: tuple[float, ...] = ()
    unanswered: tuple[float, ...] = ()
    answers: Mapping[str, float] = field(default_factory=dict)
    own: tuple[bool, float] | None = None

    @property
    def tells(self) -> bool:
        """Whether it tells anything of the verdict."""
        return bool(self.answered or self.unanswered)

    @property
    def decided(self) -> bool | None:
        """What an operator has said of this very question."""
        return self.own[0] if self.own is not None and self.own[1] >= SAME else None

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
    """Those in the files beside an operator's examples; what stands in both is told in the log, and counts in neither.

    Behind ` | ` may follow the sentence of the documents that answers. Blocks. Raises ExamplesInvalid and OSError.
    """
    told: dict[tuple[str, ...], list[tuple[str, bool, str]]] = {}
    for line, answered in load_known(folder):
        text, _, sentence = line.partition(" | ")
        told.setdefault(_key(text), []).append((text.strip(), answered, plain(sentence)))
    found: list[Precedent] = []
    for (text, answered, _), *others in told.values():
        if any(other is not answered for _, other, _ in others):
            _log.warning("a question stands in answered.txt and in unanswered.txt, and counts in neither: %.200s", text)
            continue
        sentences = [sentence for asked in told[_key(text)] if (sentence := asked[2])]
        found.append(Precedent(text, answered, tuple(sentences) if answered else ()))
    return found


def _key(text: str) -> tuple[str, ...]:
    """By what questions are the same."""
    return tuple(words(text)) or (text.strip(),)


class Precedents:
    """Looks for precedents of a question. CPU only, .5 ms among 5,000, 22 among 200,000: use a thread.

    `judged` are the content hashes of the chunks that bound precedents were judged by; `everyday` words tell no thing.
    """

    def __init__(
        self,
        embedding: Embedding,
        judged: Collection[str],
        everyday: Iterable[str] = (),
        precedents: Iterable[Precedent] = (),
    ) -> None:
        self._embedding = embedding
        self._judged = judged
        self._everyday = frozenset(chain.from_iterable(map(terms, everyday)))
        self.learn(precedents)

    def learn(self, precedents: Iterable[Precedent]) -> None:
        """These instead of those before. CPU: 20 µs a question."""
        asked = tuple(sorted(precedents, key=lambda each: each.bound))  # an operator's first where others are as near
        edition = blake2b(digest_size=16)
        for each in asked:
            edition.update(repr(each).encode())
        own = {_key(each.text): n for n, each in enumerate(asked) if not each.bound}
        self._learned = asked, self._embedding.embed([each.text for each in asked]), own
        self.edition = edition.hexdigest()

    def __iter__(self) -> Iterator[Precedent]:
        return iter(self._learned[0])

    def decided(self, text: str) -> bool:
        """Whether an operator has said of this very question whether the documents answer it. CPU: 20 µs."""
        asked, vectors, own = self._learned
        cosines = vectors[: len(own)] @ self._embedding.embed([text])[0]
        return _key(text) in own or any(
            _sameness(form(text), form(asked[n].text), cosine) >= SAME for n, cosine in _best(cosines)
        )

    def __call__(self, found: Retrieved) -> Alike:
        """The nearest to what was asked, beside what was found.

        A question that leans on earlier ones has none; one that only may lean is not told what to quote by them.
        """
        asked, vectors, operators = self._learned
        (text, _), *earlier = found.parts
        beside = _Beside(text, found.passages, self._judged, self._everyday)
        there = len(asked) if beside.all_judged else len(operators)
        if not there or not found.passages or (earlier and leans(text)):
            return NONE
        cosines = vectors[:there] @ self._embedding.embed([text])[0]
        if _key(text) in operators:  # vectors tell capitals apart
            cosines[operators[_key(text)]] = 1.0
        own = self._own(text, beside, cosines[: len(operators)])
        nearest: dict[bool, list[float]] = {True: [], False: []}
        answers: dict[str, float] = {}
        quotable = 0 if earlier else NEAREST
        for n, cosine in _best(cosines):
            each = asked[n]
            outdone = each.bound and own is not None and own[0] is not each.answered
            tells = not each.quoted and not outdone and len(nearest[each.answered]) < NEAREST
            quotes = bool(each.answers) and quotable > 0
            if not (tells or quotes) or not beside.stands(each, cosine):
                continue
            if tells:
                nearest[each.answered].append(cosine)
            if quotes:
                quotable -= 1
                much = (cosine - LEAST) ** 2 * _same_kind(text, each.text)
                answers |= {one: max(much, answers.get(one, 0.0)) for one in each.answers}
        return Alike(tuple(nearest[True]), tuple(nearest[False]), answers, own)

    def _own(self, text: str, beside: "_Beside", cosines: Vectors) -> tuple[bool, float] | None:
        """Whether the nearest of an operator's that counts is answered, and how much alike it is."""
        asked, *_ = self._learned
        for n, cosine in _best(cosines):
            if beside.stands(asked[n], cosine):
                return asked[n].answered, _sameness(form(text), form(asked[n].text), cosine)
        return None


def _best(cosines: Vectors) -> Iterator[tuple[int, float]]:
    """The numbers of the MOST largest beyond LEAST and what they are: the largest first, of equal ones the first."""
    places = np.argpartition(-cosines, MOST)[:MOST] if len(cosines) > MOST else np.arange(len(cosines))
    places = np.sort(places[cosines[places] > LEAST])
    places = places[np.argsort(-cosines[places], kind="stable")]
    return zip(places.tolist(), cosines[places].tolist(), strict=True)


def _sameness(one: Form, other: Form, cosine: float) -> float:
    """The cosine, held below SAME where one counts or denies otherwise, which vectors hardly tell."""
    alike = sorted(one.numbers) == sorted(other.numbers) and len(one.negations) == len(other.negations)
    return cosine if alike else min(cosine, SAME - 0.01)


def _same_kind(one: str, other: str) -> float:
    """1 where both ask for the same kind of thing, and both whether or neither; .5 where both are other."""
    return 0.5 + 0.25 * (kind_of(one) == kind_of(other)) + 0.25 * (asks_whether(one) == asks_whether(other))


class _Beside:
    """What was asked and found, for telling whether a precedent counts."""

    def __init__(
        self, text: str, passages: Sequence[Passage], judged: Collection[str], everyday: frozenset[int]
    ) -> None:
        self._form = form(text)
        self._asked = terms(text) - everyday
        self._passages = passages
        self._judged = judged

    def stands(self, precedent: Precedent, cosine: float) -> bool:
        if opposed(self._form, form(precedent.text)):
            return False
        if precedent.bound:
            said = not precedent.answered or any(f" {sentence} " in self._text for sentence in precedent.answers)
            return said and self.all_judged
        if cosine < OWN_LEAST:
            return False
        beyond = self._asked - terms(precedent.text)
        return beyond <= self._found if precedent.answered else not beyond & self._best

    @cached_property
    def _best(self) -> frozenset[int]:
        """What the best passage says: of it an unanswered question does not tell what it does not ask."""
        return terms(self._passages[0].text)

    @cached_property
    def _found(self) -> frozenset[int]:
        """What all say: what none says is not answered because a question without it is."""
        return frozenset().union(*(terms(passage.text) for passage in self._passages))

    @cached_property
    def _text(self) -> str:
        return " | ".join(f" {plain(passage.text)} " for passage in self._passages)

    @cached_property
    def all_judged(self) -> bool:
        """Whether the best that was found is all as it was when bound precedents were judged."""
        return all(passage.content_hash in self._judged for passage in self._passages[:JUDGED])
