"""Whether what was found suffices to answer, decided before the first token, and how likely the answer is right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from math import exp, nextafter
from typing import Literal, get_args

from agents.embedding import WordVectors
from agents.knowledge.retrieval import Retrieved
from agents.passage import Passage
from agents.pointing import pointed_at, thing
from agents.precedents import NONE, Alike, Precedents
from agents.precedents import SIGNALS as OF_PRECEDENTS
from agents.reading import Reader
from agents.signals import SIGNALS, Signals
from agents.wording import Wording
from streaming.events import Verdict

SPREAD = 0.01
"""How far confidence rises within a level: enough to keep the order of the answers, too little to claim more."""

Kind = Literal["sections", "running_text", "precedented"]
"""What a model is for: passages under headings of their own, of which signals tell more, and running text; and of the
first those with precedents of what is asked. One for the first two costs 3 of 74 declined questions, at as many wrongly
declined, of the bundled ones."""

ALL_SIGNALS = (*SIGNALS, *OF_PRECEDENTS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdict; the probability that the documents answer; and the calibrated confidence, low where they do not.

    `confidence` is the share of questions with as much evidence that the documents answered, the answering page
    being found; of a declined question it says how likely it is that there was an answer after all. `missing` are words
    of the question that stand nowhere in the documents. `unclear` is what it points at without having named it
    ("library"), where that is plain. `reasoning` is what a model said that was asked, too, or what is known of like
    questions, `warning` why the model was asked in vain, `kind` which of the models judged, beside which
    precedents, `alike`.
    """

    verdict: Verdict
    probability: float
    confidence: float
    missing: tuple[str, ...] = ()
    unclear: str | None = None
    reasoning: str | None = None
    warning: str | None = None
    kind: Kind = "sections"
    alike: Alike = NONE


Given = Literal["unanswerable", "partial", "answerable"]
"""The verdicts that the evidence alone decides, from the least of it to the most."""


@dataclass(frozen=True, slots=True)
class Level:
    """The probabilities from `start` on: the verdict, and the share of such questions that were answered right."""

    verdict: Given
    start: float
    right: float


@dataclass(frozen=True, slots=True)
class EvidenceModel:
    """A logistic model over the signals, and what its probability means.

    The levels, one for each verdict, begin at 0 and rise: some hundred questions tell three levels apart, and a finer
    table would only promise more than was measured.
    """

    coefficients: tuple[float, ...]
    intercept: float
    levels: tuple[Level, ...]

    def probability(self, signals: Sequence[float]) -> float:
        """The probability that the documents answer the question."""
        z = self.intercept + sum(weight * signal for weight, signal in zip(self.coefficients, signals, strict=True))
        return 1 / (1 + exp(-max(-30.0, min(30.0, z))))

    def verdict(self, probability: float) -> Given:
        """What such a probability means."""
        return self._level(probability)[0].verdict

    def confidence(self, probability: float) -> float:
        """The probability as calibrated; it rises with it."""
        level, end = self._level(probability)
        place = (probability - level.start) / (end - level.start)
        return max(0.0, min(1.0, level.right + SPREAD * (place - 0.5)))

    def declining(self, probability: float) -> float:
        """The probability, held below that from which an answer is given."""
        return self.held(probability, "unanswerable")

    def held(self, probability: float, verdict: Given) -> float:
        """The probability, held within the level of a verdict."""
        start, end = next((level.start, end) for level, end in self._spans() if level.verdict == verdict)
        return max(start, min(probability, nextafter(end, 0.0)))

    def _level(self, probability: float) -> tuple[Level, float]:
        return next((each for each in self._spans() if probability < each[1]), (self.levels[-1], 1.0))

    def _spans(self) -> Iterator[tuple[Level, float]]:
        """The levels, each with where it ends."""
        return zip(self.levels, (*(level.start for level in self.levels[1:]), 1.0), strict=True)


Models = Mapping[Kind, EvidenceModel]
"""What a verdict rests on. Fitted by `python -m agents.evaluation.fit`."""


def bundled_models() -> Models:
    """The fitted models that come with the package."""
    stored = json.loads((files("agents") / "bundled" / "evidence.json").read_bytes())["models"]
    return {
        name: EvidenceModel(
            tuple(float(stored[name]["coefficients"][signal]) for signal in ALL_SIGNALS),
            stored[name]["intercept"],
            tuple(Level(**each) for each in stored[name]["levels"]),
        )
        for name in get_args(Kind)
    }


def kind(passages: Sequence[Passage]) -> Kind:
    """What most of the passages are cut from."""
    return "sections" if 2 * sum(bool(passage.heading) for passage in passages) >= len(passages) else "running_text"


def with_precedents(passages: Sequence[Passage], alike: Alike) -> tuple[Kind, Alike]:
    """Which model is asked, and the precedents as it takes them into account: that for running text takes none."""
    cut_from = kind(passages)
    if cut_from == "running_text" or not alike.tells:
        own = alike.own if alike.decided is not None else None
        return cut_from, replace(alike, answered=(), unanswered=(), own=own)
    return "precedented", alike


class Judge:
    """Judges what a search found. CPU only: use a thread."""

    def __init__(
        self,
        reader: Reader,
        word_vectors: WordVectors,
        wording: Wording,
        models: Models,
        precedents: Precedents | None = None,
    ) -> None:
        self._signals = Signals(reader, word_vectors, wording)
        self._models = models
        self.precedents = precedents

    def __call__(self, found: Retrieved) -> Evidence:
        """The verdict on the passages found for a question."""
        if not found.passages:
            return Evidence("unanswerable", 0.0, 0.0)
        precedents = self.precedents(found) if self.precedents is not None else NONE
        judged_by, alike = with_precedents(found.passages, precedents)
        model = self._models[judged_by]
        probability = model.probability(self.signals(found, alike))
        if alike.decided is False:
            probability = model.declining(probability)
        elif alike.decided and model.verdict(probability) == "unanswerable":
            probability = model.held(probability, "partial")  # that it is answered does not tell by which sentence
        given = model.verdict(probability)
        verdict = _verdict(found, given) if alike.decided is None else given
        if verdict == "underspecified":  # whatever was found, it is not yet an answer
            probability = model.declining(probability)
        return self._evidence(found, verdict, probability, judged_by, alike)

    def told(self, found: Retrieved, evidence: Evidence, verdict: Given) -> Evidence:
        """The evidence with the verdict of one who read the passages, and a confidence of that verdict's level."""
        held = self._models[evidence.kind].held(evidence.probability, verdict)
        return self._evidence(found, verdict, held, evidence.kind, evidence.alike)

    def signals(self, found: Retrieved, alike: Alike = NONE) -> tuple[float, ...]:
        """The values of ALL_SIGNALS for a search that found something."""
        return (*self._signals(found), *alike.signals)

    def _evidence(
        self, found: Retrieved, verdict: Verdict, probability: float, judged_by: Kind, alike: Alike
    ) -> Evidence:
        return Evidence(
            verdict,
            round(probability, 4),
            round(self._models[judged_by].confidence(probability), 4),
            missing=self._signals.missing(found) if verdict != "answerable" else (),
            unclear=thing(found.parts) if verdict == "underspecified" else None,
            reasoning=_told(alike),
            kind=judged_by,
            alike=alike,
        )


def _told(alike: Alike) -> str | None:
    """What is known of like questions, in words: the nearest of either kind, the nearer first."""
    known = {True: alike.answered, False: alike.unanswered}
    names = {True: "known to be answered", False: "known not to be answered"}
    nearest = {answered: (cosines[0], names[answered]) for answered, cosines in known.items() if cosines}
    if alike.own is not None:
        answered, cosine = alike.own
        nearest[answered] = (cosine, f"in {'answered' if answered else 'unanswered'}.txt")
    told = ", one ".join(f"{name} is {cosine:.2f} alike" for cosine, name in sorted(nearest.values(), reverse=True))
    return f"A question {told}." if told else None


def _verdict(found: Retrieved, given: Given) -> Verdict:
    if not found.sought.weights.keys() - found.sought.cues:
        return "underspecified"  # "How much?"
    if given == "answerable":
        return given
    if pointed_at(found.parts) is not None:
        return "underspecified"  # "What does this library offer?"
    return "underspecified" if given == "unanswerable" and len(found.wanted) < 2 else given
