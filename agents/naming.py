"""Whether a sentence names someone or something: a capitalised word that is not there for its place alone. Pure."""

import re
from collections.abc import Callable

_MARKED = re.compile(r"\*\*.+?\*\*|`[^`]*`|<[^>]*>|[^\s@]{1,64}@\S*|https?:\S+")
"""Labels on the screen, code and addresses: their capitals name nothing."""
_CAPITALISED = re.compile(r"[A-Z][\w&-]*[a-z][\w&-]*")
_NO_NAME = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|european|union|europe|united|kingdom|states|central|time",
    re.I,
)
_COMPANY = re.compile(r"\b[A-Z]\w+ (?:B\.V\.|GmbH|Ltd|Inc|LLC|AG|S\.A\.|S\.L\.|plc|Corp)(?!\w)")
_OPENS = re.compile(r"(?:^|[.!?:\"“(|])\s*(?:(?:\d+[.)]|[-*•])\s*)?$")


def holds_a_name(sentence: str, ordinary: Callable[[str], bool], *, in_a_row: int) -> bool:
    """Whether `in_a_row` capitalised words, 1 or 2, stand together, one of them not `ordinary` in lower case.

    A word that opens a sentence, an item or a cell counts only with another after it. A company's form, "GmbH", tells
    a name, too.
    """
    text = _MARKED.sub(" ", sentence)
    if in_a_row == 2 and _COMPANY.search(text):
        return True
    words = list(_CAPITALISED.finditer(text))
    for number, word in enumerate(words):
        low = word.group().lower()
        if _NO_NAME.fullmatch(low) or ordinary(low):
            continue
        goes_on = number + 1 < len(words) and words[number + 1].start() - word.end() == 1
        follows = number > 0 and word.start() - words[number - 1].end() == 1
        if in_a_row == 2 and not (goes_on or follows):
            continue
        if goes_on or not _OPENS.search(text[: word.start()]):
            return True
    return False
