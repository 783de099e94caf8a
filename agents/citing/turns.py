"""Turns of phrase that say the same, in one form: "not unless" is "only if", "nobody but" is "only". Pure."""

import re
from collections.abc import Callable

from agents.citing.phrasal import single

_AUXILIARY = r"(?:can|could|may|will|shall|should|must|do|does|is|are|was|were|has|have)"
_FULL = {"wo": "will", "sha": "shall"}
_MAY = {"must": "may", "should": "may", "shall": "may"}
"""What one must not do before, one may do after; not: must."""
_TURNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r",? (?:unless|until) (?:(?:you|they|somebody|someone|it (?:is|gets)|(?:an?|the) \w+) )?"
            r"(?:turn|switch|set)(?:s|ed)?(?: it| them)? (?:on|off)\b",
            re.I,
        ),
        " by default",
    ),
    (re.compile(r"\bcan't\b|\bcannot\b", re.I), "can not"),
    (re.compile(r"\b(?P<stem>wo|sha)n't\b", re.I), lambda found: f"{_FULL[found['stem'].lower()]} not"),
    (re.compile(r"(?<=\w)n't\b", re.I), " not"),
    (re.compile(r"\b(?:no(?:body|thing)|no one|none)(?: (?:apart from|other than|except)| but)\b", re.I), "only"),
    (
        re.compile(rf"\b(?P<verb>{_AUXILIARY}) not (?P<what>[^,.;:]*?),? (?P<when>unless|before|until)\b", re.I),
        lambda found: (
            f"{_MAY.get(found['verb'].lower(), found['verb'])} {found['what']} "
            f"{'onlyif if' if found['when'].lower() == 'unless' else 'onlythen after'}"
        ),
    ),
    (re.compile(r"\bonly (?P<when>if|when|once|after)\b", re.I), r"onlyif \g<when>"),
)
_ANY = re.compile(r"n't\b|cannot|\bnot?\b|\bno(?:body|thing|ne)\b|\bonly\b|\bunless\b|\buntil\b", re.I)


def plainly(text: str) -> str:
    """The text with what can be said in two ways said in one."""
    text = text.replace("’", "'")
    if _ANY.search(text):
        for pattern, instead in _TURNS:
            text = pattern.sub(instead, text)
    return single(text)


_CONDITION = re.compile(
    r"\b(?:only|if|when|whenever|once|after|unless|provided|as (?:long|soon) as|except|but)\b", re.I
)


def conditional(text: str) -> bool:
    """Whether anything in it may say that it holds under a condition alone."""
    return bool(_CONDITION.search(text))
