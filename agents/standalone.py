"""A question that stands alone: what is looked up when a message leans on the turns before it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.question import Question
from agents.terms import terms

DECAY = 0.5
"""Weight of each earlier user turn against the one after it. nDCG@10 on mtrag, all turns: .5 .916, .7 .900, 1 .857."""
FAINT = 0.35
"""The same where a message only may lean. Of 145 bundled questions after a turn on another subject 11 are routed astray
(alone: 7; with DECAY for all that may lean: 36). nDCG@10 on mtrag: .15 .884, .25 .889, .35 .900, .5 .903."""

_GOES_ON = re.compile(
    r"^\W*(?:(?:ok|okay|great|thanks|so|yes|no|hm+)\b\W*)*(?:and|but|or|what about|how about|what if|same|also)\b", re.I
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|those|these|he|she|him|her|ones|former|latter|either|both|neither|instead)\b"
    r"|\b(?:this|that|the same)(?=\s+(?:is|was|be|one|too|also|then|mean|work|cost|apply|take|for|in|on|with)\b|\W*$)"
    r"|(?<!no )(?<!any)(?<!some)\bone(?=\W*$|\s+(?:for|is|was|takes?|costs?|renews?)\b)"
    r"|(?<!is )(?<!are )\bthere\W*$"
    r"|\b(?:in|of|from|like|after|before|do|undo|about) (?:this|that|one)\b",
    re.I,
)
_ADDS = re.compile(r"\b(?:as well|too|the \w+ ones?|in one|of one)\W*$|\balso\b", re.I)
_PLEASANTRY = re.compile(
    r"^\W*(?:hi|hiya|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day|night)|thanks?|thank you|thx"
    r"|cheers|ok|okay|great|perfect|awesome|bye|goodbye|see you)\b",
    re.I,
)
_TO_US = re.compile(r"\b(?:you|u|your|yours)\b", re.I)
ANTECEDENT = 2
"""Words with a meaning of their own before a pronoun, above which it points at them rather than at the turn before."""

_MAY_LEAN = re.compile(
    r"\b(?:it|its|they|them|their|that|those|these|this|one|ones|same|there|then|so|either|both|neither|instead|else|another"
    r"|other|more|again)\b|^(?:why|who|when|where|how long|how much|how many)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question to be looked up: its parts, the last turn first with weight 1, and the whole as one text.

    `follows_up` says whether it plainly goes on from the turn before, `doubt` why no model made it stand alone; `told`
    is what was answered to those turns.
    """

    text: str
    parts: tuple[tuple[str, float], ...]
    follows_up: bool = False
    doubt: str | None = None
    told: str = ""


def standalone(question: Question, *, turns: int = 3) -> Standalone:
    """What a model made of the question; else as many of the user's turns as it may need, at most `turns` in all."""
    if question.alone is not None:
        return Standalone(question.alone, ((question.alone, 1.0),))
    earlier = [turn.text for turn in question.history if turn.speaker == "user"]
    told = "\n".join(turn.text for turn in question.history if turn.speaker != "user")
    if earlier and leans(question.text):
        return replace(combined([*earlier, question.text][-turns:], DECAY), doubt=question.doubt, told=told)
    if earlier and _may_lean(question.text):
        return replace(combined([*earlier, question.text][-turns:], FAINT, follows_up=False), told=told)
    return Standalone(question.text, ((question.text, 1.0),))


def combined(turns: Sequence[str], decay: float = DECAY, *, follows_up: bool = True) -> Standalone:
    """These user turns as one question, oldest first."""
    parts = tuple((text, decay**age) for age, text in enumerate(reversed(turns)))
    return Standalone("\n".join(turns), parts, follows_up)


def leans(text: str) -> bool:
    """Whether a message seems to need the turn before it: it goes on or points back, or says too little to stand."""
    return points_back(text) or (len(terms(text)) < 2 and not _PLEASANTRY.search(text) and not _TO_US.search(text))


def points_back(text: str) -> bool:
    """Whether a message goes on from what was said before it, or points at something in that."""
    if _GOES_ON.search(text) or _ADDS.search(text):
        return True
    back = _POINTS_BACK.search(text)
    return back is not None and len(terms(text[: back.start()])) <= ANTECEDENT


def _may_lean(text: str) -> bool:
    """Whether the turn before it might help, since it is short or names nothing: not so for a greeting."""
    return not _PLEASANTRY.search(text) and (len(text.split()) <= 6 or bool(_MAY_LEAN.search(text)))
