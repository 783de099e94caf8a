"""Turns of phrase that say the same, in one form: "not unless" is "only if", "nobody but" is "only". Pure."""

import re

from agents.citing.phrasal import single

_AUXILIARY = r"(?:can|could|may|will|shall|should|must|do|does|is|are|was|were|has|have)"
_TURNS = (
    (
        re.compile(
            r",? (?:unless|until) (?:(?:you|they|somebody|someone|it (?:is|gets)|(?:an?|the) \w+) )?"
            r"(?:turn|switch|set)(?:s|ed)?(?: it| them)? (?:on|off)\b",
            re.I,
        ),
        " by default",
    ),
    (re.compile(r"\b(can|is|are|do|does|will|could|was|were|has|have|must|should)n['’]t\b", re.I), r"\1 not"),
    (re.compile(r"\bcan['’]t\b|\bcannot\b", re.I), "can not"),
    (re.compile(r"\bwon['’]t\b", re.I), "will not"),
    (re.compile(r"\b(?:no(?:body|thing)|no one|none)(?: (?:apart from|other than|except)| but)\b", re.I), "only"),
    (
        re.compile(rf"\b(?P<verb>{_AUXILIARY}) not (?P<what>[^,.;:]*?),? (?P<when>unless|before|until)\b", re.I),
        lambda found: (
            f"{found['verb']} {found['what']} {'onlyif if' if found['when'].lower() == 'unless' else 'onlythen after'}"
        ),
    ),
    (re.compile(r"\bonly (?P<when>if|when|once|after)\b", re.I), r"onlyif \g<when>"),
)


def plainly(text: str) -> str:
    """The text with what can be said in two ways said in one."""
    for pattern, instead in _TURNS:
        text = pattern.sub(instead, text)
    return single(text)


_CONDITION = re.compile(
    r"\b(?:only|if|when|whenever|once|after|unless|provided|as (?:long|soon) as|except|but)\b", re.I
)


def conditional(text: str) -> bool:
    """Whether anything in it may say that it holds under a condition alone."""
    return bool(_CONDITION.search(text))
