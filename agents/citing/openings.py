"""How answers begin a sentence without saying anything yet: "No, ", "According to the documentation, ". Pure."""

import re

_OPENING = re.compile(
    r"\s*(?:(?:yes|no|sure|certainly|absolutely|unfortunately|also|additionally|furthermore|moreover|finally|lastly|however"
    r"|therefore|thus|similarly|likewise|for (?:example|instance)|in (?:addition|general|short|summary|particular|fact)"
    r"|(?:please )?note(?: that)?|keep in mind that|remember that|it is (?:important|worth) (?:noting|to note) that"
    r"|(?:according to|based on|as per|per|as stated in|as described in) (?:the|this|your|our|these) (?:\w+ ){0,4}?"
    r"(?:documentation|documents?|docs|sources?|pages?|passages?|polic(?:y|ies)|information|text|context|article|guide"
    r"|section|terms))(?:,|:|(?<=that))\s+)+",
    re.I,
)


def without_opening(sentence: str) -> str:
    """The sentence from where it says something on; "No, " is an answer, and no negation of what comes after it."""
    found = _OPENING.match(sentence)
    return sentence[found.end() :] if found else sentence
