"""Tells passages that give orders to a language model from those that instruct customers. Pure.

What an order is: to drop one's instructions, to play another part, to say dictated words, to reveal the prompt, to
carry data to an address; also a forged system message or a chat template's own marks. "Ignore the warning" and "Do
not share your key" are none: they speak to a customer. Text is compared as it reads: without invisible characters,
look-alike letters, HTML entities and spacing between letters; Base64 is opened.
"""

import re
from collections.abc import Sequence
from functools import cache

from agents.knowledge.addressed import ADDRESSED
from agents.knowledge.demands import DEMANDS
from agents.knowledge.disguises import readings
from agents.knowledge.foreign_orders import FOREIGN_ORDERS
from agents.knowledge.orders import ORDERS
from agents.knowledge.sieve import Sieve
from agents.sentences import units

MAX_SHOWN = 80
"""Characters of an order that a report shows."""

_ELEMENTS = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|iframe|object|svg)\b[^>]*>.*?</\1\s*>"
    r"|<(?:script|style|iframe|object|svg|img|embed|link|meta|form|body|input|video|audio|base)\b\s[^>]*>"
    r"|\b(?:javascript|vbscript|data):[^\s,]*[(,][^\s]*",
    re.I | re.S,
)
"""What would run or load if a page rendered it."""
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)


def order(text: str) -> str:
    """The words that give an order, shortened; "" where none do."""
    return _said((_orders(),), text)


def demand(text: str) -> str:
    """The words of a customer's text that give an order or dictate how to answer, shortened; "" where none do."""
    return _said((_orders(), _demands()), text)


def _said(sieves: tuple[Sieve, ...], text: str) -> str:
    for reading in readings(text):
        for sieve in sieves:
            if found := sieve.search(reading):
                return " ".join(found.group().split())[:MAX_SHOWN]
    return ""


def prepare() -> None:
    """Compiles all that is looked for, 20 ms: call it in a thread, before the event loop needs it."""
    _orders()
    _demands()


@cache
def _orders() -> Sieve:
    return Sieve((*ORDERS, *FOREIGN_ORDERS, *ADDRESSED))


@cache
def _demands() -> Sieve:
    return Sieve(DEMANDS)


def quarantined(texts: Sequence[str]) -> dict[int, str]:
    """Which of a section's passages, in their order, are kept out, with the order that each one holds or stands beside.

    An order may reach across two passages, and goes on where it has begun: its neighbours are kept out with it.
    """
    found = {n: said for n, text in enumerate(texts) if (said := order(text))}
    for n in range(len(texts) - 1):
        if n not in found and n + 1 not in found and (said := order(texts[n][-300:] + " " + texts[n + 1][:300])):
            found[n] = found[n + 1] = said
    for n, said in list(found.items()):
        for beside in (n - 1, n + 1):
            if 0 <= beside < len(texts):
                found.setdefault(beside, said)
    return dict(sorted(found.items()))


def hidden_orders(text: str) -> list[str]:
    """Orders in the comments of Markdown or HTML, which no reader sees."""
    return [said for comment in _COMMENT.findall(text) if (said := order(comment))]


def without_orders(text: str) -> str:
    """A customer's text without the sentences that give orders, what follows them up to the next question, and HTML
    that would run.

    All of it goes where an order reaches across sentences.
    """
    text = _ELEMENTS.sub(" ", text).strip() if _ELEMENTS.search(text) else text
    if not demand(text):
        return text
    kept: list[str] = []
    obeying = False
    for unit in units(text):
        each = text[unit.start : unit.end]
        ordered = bool(demand(each))
        obeying = ordered or (obeying and not each.endswith("?"))
        if not obeying:
            kept.append(each)
    rest = " ".join(kept)
    return "" if demand(rest) else rest


def asking(text: str) -> str:
    """Of a customer's text, without orders, what asks: its questions, or all of it where none ends with "?"."""
    text = without_orders(text)
    questions = [each for unit in units(text) if (each := text[unit.start : unit.end]).rstrip().endswith("?")]
    return " ".join(questions) or text
