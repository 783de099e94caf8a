"""What a sentence makes an exception of: "all but owners", "except for VAT", "apart from Starter". Pure."""

import re
from functools import lru_cache

from agents.forms import stem
from agents.terms import term


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOST = 4
"""Words after "except" that it may make an exception of."""

_EXCEPT = re.compile(
    r"\b(?:except(?:ing| for| from)?|other than|with the exception of|excluding|save for|but for"
    r"|(?<=all )but|(?<=body )but|(?<=one )but|(?<=every )but)\b",
    re.I,
)
_PARTS = re.compile(
    r"\b(?:except\w*|exception|apart|other than|excluding|excluded?|exempt|but|unless|only|while|whereas|however|though"
    r"|instead|if|until|without|besides|(?:is|are) not|not an?)\b",
    re.I,
)
_TOKEN = re.compile(r"[^\W_]+|[,;:.!?()—–]")
_ENDS = _set("is are was were can may must will has have do does if when that which who")


@lru_cache(maxsize=8192)
def excepted(text: str) -> frozenset[str]:
    """Stems of what stands right after "except"."""
    found = set[str]()
    for start in _EXCEPT.finditer(text):
        left = MOST
        for token in map(str.lower, _TOKEN.findall(text[start.end() :])):
            if not token[0].isalnum() or token in _ENDS or not left:
                break
            if term(token) is not None:
                found.add(stem(token))
                left -= 1
    return frozenset(found)


@lru_cache(maxsize=8192)
def parts_some(text: str) -> bool:
    """Whether anything in it sets some apart from others."""
    return bool(_PARTS.search(text))
