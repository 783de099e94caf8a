"""What a question asks for: the noun after "which" or "is there", what is to be done, to what and how. Pure.

Words of the story around a question count for nothing; these count, however everyday they are: "who is the HEAD of
security", "can I pay by QUARTER", "which BRAND of disks".
"""

import re
from functools import lru_cache
from itertools import islice

from agents.function_words import ASKING, AUXILIARIES, EMPTY, FIRST, SECOND
from agents.terms import term


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PEOPLE = FIRST | SECOND | _set("it they he she one someone somebody anyone anybody people")
_PREPOSITIONS = _set(
    """
    across after as at before between by down during for from in inside into of off on onto out over per since than
    through to under until up via with within without
    """
)
_ENDS = _PREPOSITIONS | AUXILIARIES | _PEOPLE | ASKING | _set("and but if or so that because")
_PASSED = EMPTY | _set("even ever every my no only our own please their these this those your")
_LIGHT = _set(
    """
    able allow ask be call come cost do doing end find get getting give go got happen have having help keep know let
    like make mean need offer pay possible provide put say see show start support take tell use using want work
    accident case chance day default everybody everyone everything anything example fact mistake moment one reason
    somebody something stuff thing things time way
    """
)
"""Verbs that say next to nothing without what they are followed by, and nouns that stand for any other."""

_ADVERBS = r"(?:(?:actually|already|also|always|even|ever|just|not|now|only|please|really|simply|still|then)\s+)*"
_WHO = (
    r"(?:i|we|you|they|it|he|she|one|someone|people|guests|members|admins|owners|customers)\s+"
    r"(?:(?:have|need|want|like|be able)\s+to\s+)?"
)
_NOUN_FOLLOWS = re.compile(
    r"\b(?:which|what|whose|how many|how much)\s+(?!(?:is|are|was|were|does|do|did|if|happens|about)\b)"
    r"|\b(?:what|which|who|where)(?:['’]s|\s+(?:is|are|was|were))\s+"
    r"|\b(?:is|are|was|were) there\s+"
    r"|\b(?:do|does|did|can|could) (?:you|we|i|it|they) (?:accept|get|have|offer|provide|sell|support|take)\s+"
    r"|\b(?:after|as|at|before|by|during|for|from|in|inside|into|on|per|through|to|under|via|with|without)\s+",
    re.I,
)
_VERB_FOLLOWS = re.compile(
    rf"\b(?:do|does|did|can|could|may|might|must|shall|should|will|would)\s+{_WHO}{_ADVERBS}"
    r"|\b(?:how|possible|able|allowed|want|like|need|way|have|trying|going) to\s+",
    re.I,
)
_WORD = re.compile(r"[\w'’-]+|[,.?!;:]")
_FAR = 8
"""Words after which a noun belongs to something else."""


@lru_cache(maxsize=1024)
def asked_for(text: str) -> frozenset[str]:
    """The words in lower case that a question is put for."""
    found = {_noun(text[match.end() :]) for match in _NOUN_FOLLOWS.finditer(text)}
    for match in _VERB_FOLLOWS.finditer(text):
        verb = _WORD.match(text, match.end())
        if verb is None or verb.group().lower() in _ENDS:
            continue
        found |= {verb.group().lower(), _noun(text[verb.end() :])}
    return frozenset(word for word in found if word is not None and word not in _LIGHT)


def _noun(text: str) -> str | None:
    """The last word of the phrase that a text begins with: "colleagues" of "many colleagues can join"."""
    head: str | None = None
    for match in islice(_WORD.finditer(text), _FAR):
        word = match.group().lower()
        if word in _ENDS or word in ",.?!;:":
            break
        if word not in _PASSED and not word.endswith("ly") and term(word) is not None:
            head = word
    return head
