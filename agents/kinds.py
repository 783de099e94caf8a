"""What kind of answer a question asks for, and which sentences are of that kind. Pure."""

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["price", "deadline", "period", "number", "place", "steps", "code", "other"]

_CODE = re.compile(r"\b[A-Z]{1,5}-\d{2,6}\b", re.I)
_PRICE = re.compile(
    r"\bhow (?:much|expensive) (?:is|are|does|do|did|would|will|for|to|extra|more)\b|^how much\W*$"
    r"|\b(?:price|prices|pricing|costs?|fee|fees|charges?|discount|percentage|percent|reward|surcharge)\b",
    re.I,
)
_DEADLINE = re.compile(
    r"\bhow (?:long|much time|many (?:hours|days|weeks|months)) (?:do|would|will) (?:i|we) (?:have|get)\b"
    r"|\b(?:until|by) when\b|\bdeadline\b|\bhow (?:late|early)\b|\btoo late\b"
    r"|\bwhen (?:must|should|do (?:i|we) (?:have|need) to)\b"
    r"|\bstill (?:get|ask|cancel|request)\b",
    re.I,
)
_PERIOD = re.compile(
    r"\bhow (?:long(?! (?:can|may|should) (?:a|the) (?:file|name|path))|soon|often|quickly|fast|late)\b|\bwhen\b"
    r"|\bhow many (?:seconds|minutes|hours|days|weeks|months|years)\b"
    r"|\b(?:until|by|at|from|on) (?:when|what time|which (?:day|date))\b|\bwhat time\b"
    r"|\b(?:period|deadline|duration|hours|retention|lifetime|schedule|expir\w+|notice)\b",
    re.I,
)
_NUMBER = re.compile(
    r"\bhow (?:many|much|large|big|small|high|low|far|old|long)\b|\b(?:number of|percentage|uptime|size|quota)\b"
    r"|\blimits?\b|\b(?:maximum|minimum|max|min|most|least|largest|biggest|smallest|highest|lowest)\b",
    re.I,
)
_PLACE = re.compile(r"\bwhere\b|\b(?:which|what) (?:country|countries|city|place|region)\b", re.I)
_STEPS = re.compile(
    r"\bhow (?:(?:do|can|could|should|would|must|might) (?:i|we|you|they|my|our|an?|the)\b|to\b|does one\b)"
    r"|\b(?:steps?|instructions|guide|walk me through|procedure) (?:to|for|on)\b"
    r"|\bwhere (?:do|can|could|should) (?:i|we) (?:\w+ )?(?:activate|add|apply|cancel|change|create|download|enable"
    r"|enter|find|remove|see|set|switch|turn)\b"
    r"|^(?:please )?(?:add|apply|buy|cancel|change|connect|create|delete|disable|download|downgrade|enable|export"
    r"|install|invite|move|remove|rename|replace|reset|restore|set up|share|switch|turn (?:on|off)|uninstall|unlink"
    r"|update|upgrade|upload)\b",
    re.I,
)
_YES_NO = re.compile(
    r"(?:(?:so|and|but|ok|okay|hi|hello|hey|please)\W+)*(?:am|are|is|was|were|do|does|did|can|could|may|might|must|shall"
    r"|should|will|would|has|have|had|isn't|aren't|don't|doesn't|can't)\b",
    re.I,
)
_HOW = re.compile(r"\b(?:how|when|what|which|until)\b", re.I)

_SUM = r"(?:€|\$|£)\s?\d|\d\s?(?:€|\$|£)|\d\s(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|cents?)\b"
_AMOUNT = re.compile(_SUM, re.I)
_MONEY = re.compile(
    rf"{_SUM}|\d\s?(?:%|percent\b)|\bfree(?: of charge)?\b|\bat no (?:extra |additional )?cost\b"
    r"|\bno \w+ ?(?:fee|charge)s?\b|\bquoted?\b",
    re.I,
)
_TIME = re.compile(
    r"\b(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an?|an?)[ -]"
    r"(?:(?:business|calendar|working|full|further|read-only|more) )?"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?)\b"
    r"|\b(?:days?|months?) \d+\b|\b\d{1,2}:\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\baround the clock\b|\b(?:once|twice|times) (?:a|per|every)\b|\b(?:immediately|at once|at any time)\b|\bend of\b"
    r"|\b(?:first|last|same|next|each|every) (?:day|week|month|quarter|year|renewal|charge|invoice)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\bnever expires?\b|\bdo(?:es)? not expire\b",
    re.I,
)
_MAY = re.compile(r"\b(?:can|must|may|should|needs? to|has to|have to|until|no later|at least)\b", re.I)
_DIGIT = re.compile(r"\d|\b(?:no|any number|unlimited|one|two|three|four|five|six|seven|eight|nine|ten|up to)\b", re.I)
_LOCATED = re.compile(
    r"\b(?:in|at|from|to|near) (?:the )?[A-Z]\w+|\b(?:region|country|countries|city|data cent(?:re|er)s?)\b"
    r"|\*\*|@|https?:"
)
_VERBS = "open|select|choose|write|send|run|sign in|add|use|enter"
_DOES = re.compile(
    rf"\*\*|^\s*(?:\d+[.)]|[-*•])?\s*(?:to |in order to )?(?:{_VERBS}|click|go to|right-click|install|confirm|press"
    rf"|scan|copy|verify|start)\b|, (?:{_VERBS})\b",
    re.I,
)

_CUES: tuple[tuple[Kind, str], ...] = (
    ("price", "charge charged cost costs expensive list much pay price prices pricing"),
    ("period", "date day days deadline duration hour lasts length long often period retention soon time when"),
    ("deadline", "ask days deadline have late long many request still time weeks when"),
    ("number", "get have least limit many max maximum min minimum most much number size"),
    ("place", "country located location place region where"),
    ("steps", "do find guide how need please steps want way where"),
    ("code", "code error get happens mean means message"),
    ("other", ""),
)
CUES: Mapping[Kind, frozenset[str]] = {kind: frozenset(words.split()) for kind, words in _CUES}
"""Words that only say what kind of answer is wanted: a sentence need not repeat them."""


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for."""
    if _CODE.search(question):
        return "code"
    if _STEPS.search(question):
        return "steps"
    if asks_whether(question) and not _HOW.search(question):
        return "other"
    for kind, pattern in _KINDS:
        if pattern.search(question):
            return kind
    return "other"


_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("price", _PRICE),
    ("deadline", _DEADLINE),
    ("place", _PLACE),
    ("period", _PERIOD),
    ("number", _NUMBER),
)


def asks_whether(question: str) -> bool:
    """Whether yes or no is an answer: documents say what there is, and rarely what there is not."""
    return bool(_YES_NO.match(question.strip()))


def fits(kind: Kind, sentence: str) -> bool:
    """Whether a sentence holds an answer of this kind: an amount, a time, a number, something to do."""
    match kind:
        case "price":
            return bool(_MONEY.search(sentence))
        case "period":
            return bool(_TIME.search(sentence))
        case "deadline":
            return bool(_TIME.search(sentence) and _MAY.search(sentence))
        case "number":
            return bool(_DIGIT.search(sentence))
        case "place":
            return bool(_LOCATED.search(sentence))
        case "steps":
            return bool(_DOES.search(sentence))
        case "code" | "other":
            return True


def is_about_money(sentence: str) -> bool:
    """Whether a sentence tells an amount of money."""
    return bool(_AMOUNT.search(sentence))


def currency_asked(question: str) -> re.Pattern[str] | None:
    """What an amount in the currency that a question names looks like; None if it names none."""
    return next((amount for name, amount in _CURRENCIES if name.search(question)), None)


def _currency(names: str, sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    amount = rf"{sign}\s?\d|\d\s?{sign}|\b(?:{names})\s?\d|\d\s(?:{names})\b"
    return re.compile(rf"\b(?:{names})\b|{sign}", re.I), re.compile(amount, re.I)


_CURRENCIES = (
    _currency("dollars?|usd", r"\$"),
    _currency("euros?|eur", "€"),
    _currency("pounds?|sterling|gbp", "£"),
    _currency("yen|jpy", "¥"),
    _currency("rupees?|inr", "₹"),
    _currency("zlotys?|pln", "zł"),
    _currency("francs?|chf", r"\bfr\."),
    _currency("kroner?|kronor|sek|nok|dkk", r"\bkr\."),
)
