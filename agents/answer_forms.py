"""What an answer must hold in so many letters: a name, an amount, a date, digits to dial. Pure.

A page about orders by courier speaks of every word of "Which carrier ships it?", and names none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from agents.kinds import Kind, fits
from agents.naming import holds_a_name

Holds = Callable[[str, Callable[[str], bool]], bool]
"""Whether a sentence holds it; the second argument tells of a word in lower case whether it names nothing new."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for in questions that `asks` finds, `needles` being looked for first: a pattern takes 5 µs.

    `words` of the question are said by the form itself: "+31 30 555 01 99" is a phone number without the word.
    `usual`: times, numbers and instructions, which pages of rules are full of, so that they tell less than other forms.
    """

    needles: tuple[str, ...]
    asks: re.Pattern[str]
    holds: Holds
    words: frozenset[str] = frozenset()
    usual: bool = False


@lru_cache(maxsize=1024)
def form_of(question: str, kind: Kind) -> Form | None:
    """The form that an answer to a question of a kind must have; None where any sentence may be one."""
    low = question.lower()
    for form in _FORMS:
        if any(needle in low for needle in form.needles) and form.asks.search(low):
            return form
    return _INSTRUCTION if kind == "steps" else None


def _matches(pattern: str, *, ignoring_case: bool = True) -> Holds:
    found = re.compile(pattern, re.I if ignoring_case else 0)
    return lambda sentence, _: found.search(sentence) is not None


def _form(needles: str, asks: str, holds: Holds, words: str = "", *, usual: bool = False) -> Form:
    return Form(tuple(needles.split(",")), re.compile(asks), holds, frozenset(words.split()), usual)


_WHAT = r"\b(?:what(?:['’]s)?|which|tell me|give me|send me|need|have)\b(?:(?!\b(?:if|when|how)\b)[^.?!,;]){0,40}?"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_LETTERED = (
    r"(?:codes?|passwords?|passphrases?|keys?|tokens?|names?|numbers?|ids?|identifiers?|pins?|comments?|messages?"
    r"|descriptions?|titles?|links?|paths?|secrets?|references?|notes?|tags?)"
)
"""What is as long as its letters are many."""
_MAKERS = (
    r"(?:agency|auditor|bank|brand|carrier|company|companies|consultancy|contractor|courier|database|developer"
    r"|distributor|engine|firm|framework|hoster|insurer|institute|laboratory|lawyer|library|maker|manufacturer"
    r"|operator|partner|programming language|provider|reseller|retailer|software|supplier|tool|university|vendor)"
)
"""What goes by a name of its own."""
_NOT_OF_IT = r"(?:do|does|did|is|are|was|were|can|will|if|when|happens|about|the|an?|my|our|your|plans?|packages?)"
"""Words between "what" and a thing that is then not asked for: "what does the bank take?"."""

_BY = re.compile(r"\bby (?:an?|the|our|your|its) \w")
"""Who does it, where no name is told: "It is checked by a lawyer"."""

_FORMS = (
    _form(
        "number",
        rf"{_WHAT}(?:phone|fax|hotline)\s+number|\bnumber (?:can|do|should|must) (?:i|we) (?:call|dial)\b",
        _matches(r"\+?\d[\d ()/-]{5,}\d"),
        "phone telephone fax hotline number call dial",
    ),
    _form(
        "iban,bic,swift,sort code,account number",
        r"\b(?:iban|bic|swift code|sort code|account number)\b",
        _matches(r"\b[A-Z]{2}\d{2}\s?\w{4}|\b\d{8,}\b|\b[A-Z]{6}\w{2,5}\b", ignoring_case=False),
        "iban bic swift sort code account number",
    ),
    _form(
        "address,code,street,house number",
        r"\b(?:street address|postal address|post(?:al)? ?code|zip code|which street|house number)\b",
        _matches(
            r"\b\d{1,4}[a-z]?,?\s+[A-Z]\w+\s+(?:St|Street|Road|Rd|Avenue|Ave|Lane)\b|\b\d{4,5}(?:\s[A-Z]{2})?\s+[A-Z]\w"
            r"|\b\w*(?:street|road|straat|straße|strasse|weg|laan|Street|Road|Avenue)\s+\d",
            ignoring_case=False,
        ),
        "street postal post zip house address code number",
    ),
    _form(
        "mail",
        rf"{_WHAT}e-?mail(?:\s+address)?\s+(?:of|for|do|can|should|is)\b",
        _matches(r"\w@\w"),
        "e email mail address write",
    ),
    _form(
        "percent,rate",
        r"\b(?:(?:what|which) percent\w*|interest rate|rate of interest|commission rate|percentage of)\b",
        _matches(r"\d\s?(?:%|percent)"),
        "percent percentage rate",
    ),
    _form(
        "how much,how expensive,what",
        r"\b(?:what|how much)\s+(?:does|do|would|will|did)\s+(?:[\w'’-]+\s+){1,6}?costs?\b"
        r"|\bhow (?:much|expensive) (?:is|are)\b"
        r"|\bwhat(?:['’]s|\s+is|\s+are|\s+was)?\s+(?:the|your)\s+(?:[\w-]+\s+){0,2}?"
        r"(?:price|cost|fee|charge|fine|penalty|salary|rate)s?\b"
        r"|\bhow much (?:commission|money|do you charge)\b|\bhow much (?:do|does|will) \w+ (?:pay|charge|earn|save)",
        lambda sentence, _: fits("price", sentence),
        "charge charged cost costs expensive fee much pay price rate",
    ),
    _form(
        "when,date",
        r"\bwhen (?:will|does|do|is|are)\b(?:(?!\b(?:i|we|my|our|if)\b)[^.?!,;]){0,40}?"
        r"\b(?:come out|released?|launch(?:ed)?|open(?:ed)?|go live|be available|ship|planned|scheduled)\b"
        r"|\brelease date\b|\b(?:what|which) date\b|\bsince when\b",
        _matches(rf"\b(?:19|20)\d\d\b|\b\d{{1,2}}\.? {_MONTH}\b|\b{_MONTH} \d|\bquarter\b|\bin {_MONTH}\b"),
        "come date out when",
    ),
    _form(
        "hours,time",
        r"\b(?:office|opening|business|working) hours\b|\b(?:at )?(?:what|which) times?\b(?! zone)",
        _matches(r"\b\d{1,2}[:.]\d\d\b|\b\d{1,2}\s?(?:am|pm|o'clock)\b|\baround the clock\b"),
        "office opening business working hours time times",
    ),
    _form(
        "how long,length,how many",
        r"\bhow long (?:is|are|can|may|must|should)\s+(?:(?:a|an|the|my|our|your|these|those)\s+)?"
        rf"(?:[\w-]+\s+){{0,2}}?{_LETTERED}(?:\s+be)?\s*(?:\?|$|and\b|at most)"
        r"|\bhow many (?:characters|letters|digits)\b"
        r"|\b(?:maximum|minimum|max|min|required|shortest|longest)\s+(?:allowed\s+)?length of\b",
        _matches(r"\d[\d,]*[ -](?:\w+ )?(?:characters?|letters?|digits?|words?|bytes?|bits?|KB|MB)\b"),
        "long length many max maximum min minimum characters letters digits",
    ),
    _form(
        "color,colour",
        r"\b(?:what|which)(?:['’]s|\s+is|\s+are)?\s+(?:the\s+)?colou?rs?\b",
        _matches(r"\b(?:black|blue|brown|gr[ea]y|green|orange|pink|purple|red|violet|white|yellow)\b"),
        "color colors colour colours",
    ),
    _form(
        "who,by name,names",
        r"\bwho(?:['’]s|\s+(?:is|are|was|were))\s+"
        r"(?!(?:able|allowed|entitled|permitted|responsible|supposed|affected|in|on)\b)(?:(?:the|your|our|a|an)\s+)?\w"
        r"|\bby name\b|\bthe names? of (?:the|your)\b",
        partial(holds_a_name, in_a_row=2),
        "name names",
    ),
    _form(
        "who",
        r"\bwho\s+(?:else\s+)?(?:founded|owns|runs|wrote|built|made|hosts|approves|checks|carries|ships|delivers|audits"
        r"|operates|processes|signs|handles|invented|designed|leads|manages|reads|answers)\b",
        lambda sentence, ordinary: bool(_BY.search(sentence)) or holds_a_name(sentence, ordinary, in_a_row=2),
    ),
    _form(
        "which,what,written in",
        rf"\b(?:which|what)\s+(?:(?!{_NOT_OF_IT}\b)[\w-]+\s+){{0,3}}?"
        rf"{_MAKERS}s?\b(?!\s+(?:address|name|code|number|plan|mode|setting))(?!['’])|\bwritten in\b",
        partial(holds_a_name, in_a_row=1),
        "agency brand companies company developer firm maker manufacturer operator partner provider software supplier"
        " tool vendor",
    ),
    _form(
        "how long,how often,how soon,how quickly,how fast,how many",
        r"\bhow (?:long|often|soon|quickly|fast)\s+(?:is|are|do|does|can|will|must|may|should|would)\b"
        r"|\bhow many (?:seconds|minutes|hours|days|weeks|months|years)\b",
        lambda sentence, _: fits("period", sentence),
        usual=True,
    ),
    _form(
        "how many,number of",
        r"\bhow many\b|\b(?:what|which)\b.{0,30}\bnumber of\b",
        lambda sentence, _: fits("number", sentence),
        usual=True,
    ),
)
_INSTRUCTION = _form("", "", lambda sentence, _: fits("steps", sentence), usual=True)
