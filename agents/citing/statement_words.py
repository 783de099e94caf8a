"""The words and phrases that statements are read by: negations, bounds, modals, quantities. Data."""

import re

from agents.function_words import AGAINST


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT = _set(
    """
    not no never none nobody nothing neither nor without cannot unable except hardly unless
    """
)
BREAKS = _set(
    """
    and but so because which while although whereas or if when as that who until unless
    """
)
SIGNS = {"€": "eur", "$": "usd", "£": "gbp", "%": "percent"}
SPELLED = {
    "euro": "eur",
    "euros": "eur",
    "dollars": "usd",
    "dollar": "usd",
    "yearly": "annually",
    "licence": "license",
}
TENS = {
    name: str(10 * n)
    for n, name in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
ORDINALS = {"fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "tenth": "10", "second": "2", "third": "3"}
FREE = frozenset(["one", "once", "both", "second", "third", "fourth", "fifth", "sixth", "seventh", "tenth"])
"""Number words that are also other words: a source's count, a claim's do not."""
PHRASES = (
    (re.compile(r"\b(?:not only|one and the same|as soon as|as well as|as long as)\b", re.I), " "),
    (
        re.compile(
            r"\b(?:at (?:the )?most|up to|(?:no|not) (?:more|longer|later|larger) than|as many as"
            r"|(?:a )?maximum of|maximum(?= \d)|(?:does|do|can|must) not exceed|(?:less|fewer|smaller|shorter) than"
            r"|limited to|limit of)\b",
            re.I,
        ),
        " upperbound ",
    ),
    (
        re.compile(
            r"\b(?:at (?:the )?least|(?:no|not) (?:less|fewer|earlier|smaller) than|(?:a )?minimum of|minimum(?= \d)"
            r"|(?:more|longer|larger|greater|later) than|exceed(?:s|ed|ing)?|in excess of)\b",
            re.I,
        ),
        " lowerbound ",
    ),
    (re.compile(r"\b(?:or|and) (?:more|later|newer|higher|above|up)\b", re.I), " lowerafter "),
    (re.compile(r"\bat the latest\b|\bat most\b|\bor (?:less|fewer|sooner|earlier)\b", re.I), " upperafter "),
    (re.compile(r"\b(?:do|does|did) not (?:have|need) to\b|\bneed not\b|\bno need to\b", re.I), " may "),
    (re.compile(r"\b(?:has|have|had|needs?|is required|are required|is obliged|are obliged) to\b", re.I), " must "),
    (re.compile(r"\b(?:is|are) (?:allowed|able|free) to\b", re.I), " can "),
    (re.compile(r"\bin advance\b|\bahead(?: of)?\b|\bprior to\b|\bbeforehand\b|\bearlier\b", re.I), " before "),
    (re.compile(r"\bafterwards?\b|\blater\b|\bfollowing\b", re.I), " after "),
    (
        re.compile(
            r"\b(is|are|be|turned|switched|set|stays?|remains?|left|kept) (?:on|active)(?= by\b| for\b|[.,;]|$)", re.I
        ),
        r"\1 enabled",
    ),
    (re.compile(r"\b(is|are|be|turned|switched|set|stays?|remains?|left|kept) off\b", re.I), r"\1 disabled"),
    (re.compile(r"\b(e-?mail|log|sign|set|back|opt|turn|switch)[- ](in|out|up|on|off)\b", re.I), r"\1\2"),
)
UPPER = frozenset(["upperbound", "within", "until", "under", "below", "before"])
LOWER = frozenset(["lowerbound", "over", "above", "after", "from", "since"])
MODALS = {"must": "must", "can": "may", "could": "may", "may": "may", "might": "may", "should": "should"}
HOLDS_TOGETHER = _set(
    """
    across besides furthermore hence however instead irrespective let likewise meanwhile moreover namely per please
    rather regardless simply therefore thus upon via whatever whenever whereas wherever whichever within would
    """
)
"""Words that say nothing by themselves, and are no stop words."""
DUTIES = {
    **dict.fromkeys(("required", "mandatory", "obligatory", "compulsory"), "must"),
    **dict.fromkeys(("optional", "voluntary", "optionally"), "may"),
}
FLAGS = {
    **dict.fromkeys(("only", "solely", "exclusively", "alone", "just"), "only"),
    "onlyif": "onlyif",
    "onlythen": "onlythen",
    **dict.fromkeys(("also", "too", "even", "additionally"), "also"),
    **dict.fromkeys(("all", "every", "each", "any", "always"), "all"),
    **dict.fromkeys(("some", "several", "few", "sometimes"), "some"),
    **dict.fromkeys(("same", "identical", "equal"), "same"),
    **dict.fromkeys(("different", "another", "other", "differing"), "other"),
}
TIMES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
LARGE = re.compile(rf"\b(\d+(?:\.\d+)?) ({'|'.join(TIMES)})\b", re.I)
DIRECTIONS = frozenset(word for pair in AGAINST for word in pair) | {"to", "by"}
