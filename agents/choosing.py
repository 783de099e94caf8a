"""What fits a sentence to be quoted, beyond how well it covers the question: what it says of whom, and how. Pure.

The verdict does not look at this: its signals are the scores of `agents.matching` alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.function_words import OPPOSITES
from agents.kinds import asks_whether, fits, is_about_money
from agents.matching import WRONG_KIND, Sought
from agents.passage import Passage
from agents.reading import Reading, Sentence
from agents.subjects import subject
from agents.terms import term, terms, words

FAR = 0.45
"""Share of the best score below which a sentence is not looked at."""

# Chosen by hand on some 200 questions of a customer, beside the figures of tests/agents/plain_questions.jsonl.
OTHER_ACT = 0.8
"""Factor for a sentence that says what can be done to a thing, where something else is asked: "can be extended"."""
SAME_ACT = 1.1
"""The same where it is what is asked."""
SAYS_WHETHER = 1.25
"""Factor for a sentence that says whether something can be had or done, where that is asked."""
OTHER_DENIAL = 0.75
"""The same for one that denies something else: "… is not available for storage add-ons"."""
DEFINES = 1.4
"""Factor for "X is …" where it is asked what X is; OPENS for another first sentence about X."""
OPENS = 1.25
UNDER_IT = 1.35
"""Factor for what stands under a heading that says all that is asked."""
IN_THAT_CASE = 1.2
"""Factor for "When the trial ends, …" where it is asked what happens then."""
FOR_THAT = 1.3
"""Factor for "To fix it, …" where it is asked how that is done."""
NO_WAY = 0.7
"""Factor for a sentence that denies something, where it is asked how something is done."""
OTHER_WAY = 0.4
"""Factor for steps under a heading that says the opposite: "Turn on …"."""
OTHER_STEPS = 0.75
"""Factor for steps that speak, heading and all, of something else than the act asked about, or where none is."""
ONLY_WHEN = 0.5
"""Factor for "Use the trash when a file was deleted", where it is asked how to delete one."""
NO_LENGTH = 0.75
"""Factor for a sentence that tells when, and not how long, where that is asked."""
NO_PRICE = 0.6
"""Factor for what is "free" without being free of charge: "no free seat", "can be given away at no cost"."""
BESIDE_MONEY = 0.85
"""Factor for an amount of money, where another number is asked for."""
OTHER_ITEM = 0.6
"""Factor for a row or an item about another thing, where there is one about the thing that is asked about."""
OTHER_THING = 0.6
"""Factor for a sentence that says nothing, heading included, of what a follow-up points at."""

STORY = 12
"""Words above which a message tells a story, whose form says little of what is asked: it has no factors. Of 140
questions by two other hands, mostly such, five answers differed with factors, four of them for the worse."""

COMMON = 1.5
"""Inverse document frequency of a word that stands in every fourth passage or more, such as the product's name."""
DENIES = re.compile(r"\b(?:not|cannot|no|never|nobody|none|neither)\b|n['’]t\b", re.I)
HOLLOW = terms("available offered possible part longer supported allowed needed required plan")
"""What is denied of a thing without saying of what else."""

_CANNOT = re.compile(r"\b(?:not|cannot|never)\b|n['’]t\b", re.I)
_WHAT_IS = re.compile(r"\W*(?:(?:so|and|ok|hi|hello|please)\W+)*what(?:['’]?s|\s+is|\s+are|\s+does)\s+(?!not\b)", re.I)
_IS = re.compile(
    r"(?:an?|the)?\b.{0,60}?\b(?:is|are|means?)\b(?! (?:not|available|valid|found|shown|kept|made|called)\b)", re.I
)
_CAN_BE = re.compile(r"\b(?:can|cannot|may|could)(?: (?:not|only|also|still|always))? be ([a-z]+)", re.I)
_BASES = {
    "bought": "buy",
    "chosen": "choose",
    "done": "do",
    "found": "find",
    "given": "give",
    "held": "hold",
    "kept": "keep",
    "lost": "lose",
    "made": "make",
    "paid": "pay",
    "seen": "see",
    "sent": "send",
    "shown": "show",
    "sold": "sell",
    "taken": "take",
    "undone": "undo",
}
"""Verbs whose forms have no stem in common."""
_HAVING = re.compile(
    r"\b(?:can|may|get|have|need|include|is there|are there|do you (?:accept|allow|offer|provide|support)|available"
    r"|possible)\b",
    re.I,
)
_WHETHER = re.compile(
    r"\b(?:available|can|may|allows?|accepts?|supports?|offers?|receives?|includes?|free|possible|needed|required)\b",
    re.I,
)
_HOW_LONG = re.compile(r"\bhow (?:long|quickly|soon|fast|many (?:minutes|hours|days|weeks|months|years))\b", re.I)
_OF_IT = re.compile(r"\bhow long (?:is|are|does|do)\b", re.I)
_LENGTH = re.compile(
    r"\b(?:\d[\d,.]*|an?|one|two|three|few)[ -](?:\w+ )?(?:second|minute|hour|day|week|month|quarter|year)s?\b"
    r"|\b(?:immediately|at once|never|at any time|not expire)\b",
    re.I,
)
_NO_FREE = re.compile(r"\bno free\b", re.I)
_IF = re.compile(r"\b(?:if|when|after|once)\s", re.I)
_WHEN = re.compile(r"\w\s+(?:when|if|once|while|because|so that)\s")
_ACT = re.compile(
    r"\bhow (?:(?:do|can|could|should|would|must) (?:i|we|you|one)|to) (?:\w+ly )?"
    r"(?!(?:do|find|get|give|go|have|know|make|need|put|see|set|take|use)\b)(\w+)",
    re.I,
)
_TURNED = OPPOSITES | {("delete", "restore"), ("remove", "restore"), ("move", "restore")}
_ENDS = re.compile(r"[,;:]\s|\bbut\b")


@dataclass(frozen=True)
class Fitness:
    """What a question asks, as far as it matters for what is quoted: of a follow-up also what was asked `before`.

    `idf` is the inverse document frequency of a term in the index.
    """

    text: str
    wanted: Sought
    telling: frozenset[int]
    idf: Callable[[int], float]
    before: frozenset[int] = frozenset()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(words(self.text))

    @cached_property
    def _own(self) -> frozenset[int]:
        """The telling words and the other words for them."""
        return self.telling.union(*(other for phrase, other in self.wanted.alternatives if phrase <= self.telling))

    @cached_property
    def _asks_whether(self) -> bool:
        return asks_whether(self.text)

    @cached_property
    def _asks_to_have(self) -> bool:
        return _HAVING.search(self.text) is not None

    @cached_property
    def _asks_what(self) -> bool:
        return _WHAT_IS.match(self.text) is not None

    @cached_property
    def _asks_how_long(self) -> bool:
        return _HOW_LONG.search(self.text) is not None

    @cached_property
    def _of_it(self) -> bool:
        """Whether it is asked how long a thing itself is: "how long is the trial?"."""
        return _OF_IT.search(self.text) is not None

    @cached_property
    def _tells_a_story(self) -> bool:
        return len(words(self.text)) > STORY

    @cached_property
    def _tells_a_case(self) -> bool:
        return _IF.search(self.text) is not None

    def __call__(self, reading: Reading, passage: Passage, scores: Sequence[float], best: float) -> list[float]:
        """A factor for each sentence of a passage, 0 where its score is far below the best one of all passages.

        1 for all of them where the question tells a story.
        """
        if self._tells_a_story:
            return [1.0] * len(scores)
        least = FAR * best
        if not any(score >= least for score in scores):
            return [0.0] * len(scores)
        listed = any(
            unit.kind in ("row", "item") and score >= least for unit, score in zip(reading.units, scores, strict=True)
        )
        named = self._named(reading) if listed else frozenset[int]()
        under = self._under(reading, passage)
        found: list[float] = []
        for number, (unit, sentence) in enumerate(zip(reading.units, reading.sentences, strict=True)):
            if scores[number] < least:
                found.append(0.0)
                continue
            weight = under
            if named and number not in named and unit.kind in ("row", "item"):
                weight *= OTHER_ITEM
            if self.before and not self.before & (reading.context | reading.terms[number]):
                weight *= OTHER_THING
            if unit.kind in ("prose", "item"):
                weight *= self._says(sentence, reading.heading, first=number == 0)
            found.append(weight)
        return found

    def _named(self, reading: Reading) -> frozenset[int]:
        """The rows and items about something that the question names and that not all of them are about."""
        of_each = {
            number: terms(sentence.text.strip(" |").partition("|")[0] if unit.kind == "row" else subject(sentence.text))
            & self.wanted.known
            for number, (unit, sentence) in enumerate(zip(reading.units, reading.sentences, strict=True))
            if unit.kind in ("row", "item") and not sentence.step and not sentence.empty
        }
        if not of_each:
            return frozenset()
        shared = frozenset.intersection(*of_each.values())
        return frozenset(number for number, about in of_each.items() if about - shared)

    def _under(self, reading: Reading, passage: Passage) -> float:
        weight = UNDER_IT if len(self.telling) > 1 and self.telling <= reading.heading else 1.0
        if self.wanted.kind == "steps":
            asked, headed = self._words, set(words(passage.heading))
            if any(one in asked and other in headed - asked for one, other in _TURNED):
                weight *= OTHER_WAY
        return weight

    def _says(self, sentence: Sentence, heading: frozenset[int], *, first: bool) -> float:
        act = _CAN_BE.search(sentence.text) if " be " in sentence.text else None
        done = act.group(1).lower() if act is not None else ""
        same_act = bool(done) and bool(self.wanted.known & {term(done), term(_BASES.get(done, done))})
        weight = SAME_ACT if same_act else 1.0
        if sentence.scope & self.telling and _IF.match(sentence.text) and self._tells_a_case:
            weight *= IN_THAT_CASE
        match self.wanted.kind:
            case "steps":
                return weight * self._way(sentence, heading)
            case "price":
                figure = any(map(str.isdigit, sentence.text))
                return weight * (
                    NO_PRICE if (act and not same_act and not figure) or _NO_FREE.search(sentence.text) else 1.0
                )
            case "number" | "period" | "deadline":
                return weight * self._measure(sentence) * (OTHER_ACT if act and not same_act and self._of_it else 1.0)
            case "other":
                if self._asks_whether:
                    return weight * (OTHER_ACT if act and not same_act else self._whether(sentence))
                return weight * (self._definition(sentence, first=first) if self._asks_what else 1.0)
            case "place" | "code":
                return weight

    def _measure(self, sentence: Sentence) -> float:
        weight = BESIDE_MONEY if is_about_money(sentence.text) else 1.0
        if self.wanted.kind == "period" and self._asks_how_long and not _LENGTH.search(sentence.text):
            weight *= NO_LENGTH
        return weight

    def _way(self, sentence: Sentence, heading: frozenset[int]) -> float:
        weight = NO_WAY if _CANNOT.search(sentence.text) else 1.0
        if sentence.step:
            return weight if self._act_in(heading, sentence.said) else weight * OTHER_STEPS
        when = _WHEN.search(sentence.text)
        if when is not None and not terms(sentence.text[: when.start()]) & self.telling:
            weight *= ONLY_WHEN
        if sentence.purpose and sentence.scope & self.telling and sentence.scope <= self.wanted.known:
            weight *= FOR_THAT if fits("steps", sentence.text) else FOR_THAT / WRONG_KIND
        return weight

    def _act_in(self, heading: frozenset[int], said: frozenset[int]) -> bool:
        """Whether steps are for what is to be done: "install" of "how do I install it?", or other words for it."""
        act = _ACT.search(self.text)
        wanted = term(act.group(1).lower()) if act else None
        if wanted is None or wanted not in self.telling:
            return bool(heading & self.wanted.known)
        either = heading | said
        return wanted in either or any(wanted in one and other <= either for one, other in self.wanted.alternatives)

    def _whether(self, sentence: Sentence) -> float:
        denial = DENIES.search(sentence.text)
        if denial is None:
            return SAYS_WHETHER if self._asks_to_have and _WHETHER.search(sentence.text) else 1.0
        after = sentence.text[denial.end() :]
        denied, known = terms(_ENDS.split(after)[0]), self.wanted.known
        if denied & known:
            own, about = self._own, sentence.about
            if about and 2 * len(about & own) >= len(about):
                return SAYS_WHETHER if denied & own else 1.0
            act = term(next(iter(words(after)), ""))
            ours = all(self.idf(each) < COMMON for each in about)  # "Pellmere does not …"
            return SAYS_WHETHER if ours and act in own | terms(self.text) else 1.0
        # Of what else? "No longer supported" denies the thing itself, "not available for storage add-ons" does not.
        strange = terms(after) - HOLLOW - known
        return OTHER_DENIAL if len(strange) > 1 or re.search(r" [A-Z]", after) else 1.0

    def _definition(self, sentence: Sentence, *, first: bool) -> float:
        if sentence.step:
            return OTHER_STEPS
        about, known = sentence.about, self.wanted.known
        said = about.union(*(phrase for phrase, other in self.wanted.alternatives if other <= about))
        if not about or not about <= known or not self.telling <= said:
            return 1.0
        return DEFINES if _IS.match(sentence.text) else OPENS if first else 1.0
