"""Sentences made false on purpose, by rule: what a citation check must not let pass. Pure.

Each rule changes what a sentence says, and little else: a figure, its unit, a negation, a word for its opposite, may
for must, a name, who does it to whom, two sentences' halves, or a clause that no source has. The words that are put in
place of others are a list of this file's own, not the one that the check knows.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """A sentence that its source does not support, and the kind of the change."""

    kind: str
    text: str


def _swaps(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(","):
        one, other = pair.strip().split("/")
        found.setdefault(one, other)
        found.setdefault(other, one)
    return found


_OPPOSITES = _swaps(
    "before/after, above/below, accepted/rejected, activated/deactivated, add/remove, added/removed, allow/block, "
    "allowed/prohibited, always/never, approved/refused, available/unavailable, begins/ends, cheaper/dearer, "
    "closed/opened, create/delete, created/deleted, decreases/increases, decrease/increase, deny/grant, "
    "disable/enable, disabled/enabled, earlier/later, earliest/latest, encrypted/unencrypted, every/no, "
    "exclude/include, excludes/includes, excluded/included, expires/continues, external/internal, "
    "failed/succeeded, first/last, free/paid, full/partial, hidden/visible, highest/lowest, if/unless, "
    "incoming/outgoing, inside/outside, install/uninstall, kept/discarded, keeps/discards, larger/smaller, "
    "longer/shorter, lock/unlock, locked/unlocked, long/short, lost/found, manually/automatically, "
    "manual/automatic, more/fewer, most/least, new/old, newest/oldest, offline/online, optional/mandatory, "
    "pause/resume, permanent/temporary, permanently/temporarily, possible/impossible, private/public, "
    "receive/send, received/sent, required/optional, restored/destroyed, same/different, separate/shared, "
    "slower/faster, started/stopped, starts/stops, supported/unsupported, upgrade/downgrade, upgrades/downgrades, "
    "upload/download, uploads/downloads, valid/invalid, with/without, won/lost, began/finished, north/south, "
    "east/west, male/female, positive/negative, rise/fall, rose/fell, strong/weak, hot/cold, young/old, "
    "success/failure, early/late, high/low, large/small, safe/dangerous, legal/illegal, common/rare, major/minor"
)
_PERIODS = _swaps(
    "monthly/annual, annually/monthly, daily/weekly, hourly/daily, yearly/quarterly, month/year, day/hour, "
    "days/hours, hours/minutes, minutes/seconds, weeks/months, months/years, week/quarter, century/decade, "
    "hour/week"
)
_UNITS = _swaps(
    "EUR/USD, percent/points, GB/TB, MB/GB, users/workspaces, seats/storage packs, files/folders, "
    "characters/lines, requests/uploads, people/countries, miles/kilometers, feet/meters, dollars/euros, "
    "degrees/percent, million/billion, versions/copies, devices/accounts, attempts/devices"
)
_MODALS = {
    "must": "may",
    "can": "must",
    "may": "must",
    "should": "must",
    "need to": "may",
    "needs to": "may",
    "has to": "may",
    "have to": "may",
    "is required": "is optional",
    "are required": "are optional",
    "only": "also",
    "at least": "at most",
    "at most": "at least",
    "up to": "at least",
    "more than": "less than",
    "less than": "more than",
    "within": "after",
    "until": "from",
    "no later than": "no earlier than",
}
_NAMES = (
    "Starter/Enterprise, Team/Business, Windows/macOS, Linux/Windows, owner/guest, owners/guests, admin/member, "
    "admins/members, member/guest, members/guests, customer/subprocessor, customers/partners, card/invoice, "
    "email/letter, password/fingerprint, English/Italian, Germany/Spain, January/March, July/September, "
    "Monday/Saturday, Pellmere/The customer, SAML/Kerberos, TCP/UDP, token/certificate, phone/fax, workspace/folder, "
    "computer/phone"
)
_NAME_SWAPS = _swaps(_NAMES)
_VERB = (
    r"(?:is|are|was|were|has|have|had|can|cannot|could|may|might|must|should|will|would|does|do|means|needs|need|"
    r"includes|contains|costs|uses|supports|appears|starts|ends|lasts|takes|receives?|keeps?|allows?|shows?|applies|apply)"
)
_CUT = re.compile(rf"^(?P<subject>(?:[^\s,;:]+\s+){{1,7}}?)(?P<rest>{_VERB}\b .+)$")
_POSITIVE = re.compile(r"\b(is|are|was|were|can|could|must|may|should|will|would|has been|have been)\b(?! not\b)")
_NEGATIVE = re.compile(r"\b(is|are|was|were|could|must|may|should|will|would|do|does|did) not\b|\bcan ?not\b")
_FIGURE = re.compile(r"(?<![\w.,/:-])\d[\d.,]*\d?(?![\w/:-]|[.,]\d)|(?<=[-–])\d+(?=[- ])")
_WORD_FIGURE = _swaps("one/four, two/five, three/seven, six/two, ten/forty, twice/five times, once/three times")
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z][A-Za-z-]+(?: [A-Z][a-z-]+)*")
_BETWEEN = re.compile(
    r"\b(?P<head>from) (?P<a>(?:the |an? )?[\w-]+) (?P<mid>to|into) (?P<b>(?:the |an? )?[\w-]+)\b"
    r"|^(?P<x>(?:The |An? )?[\w-]+(?: [\w-]+)?) (?P<v>(?:is|are|was|were|can be|must be|will be) \w+(?:ed|en|n|t) by) "
    r"(?P<y>(?:the |an? )?[\w-]+(?: [\w-]+)?)\b"
)
_DOES = re.compile(
    r"^(?P<x>(?:The |An? |Each |Every )?[\w-]+(?: [\w-]+)?) "
    r"(?P<v>(?:can |must |may |will |should )?(?:add|approve|assign|change|create|delete|give|grant|invite|keep|"
    r"lead|manage|notify|own|pay|provide|receive|remove|replace|report|restore|send|sign|start|stop|support|use|win)"
    r"(?:e?s|ed)?) (?P<y>(?:the |an? |their |your )?[\w-]+(?: [\w-]+)?)"
    r"(?=[.,;]| (?:in|on|at|by|for|to|from|with|of)\b|$)"
)
INVENTED = (
    "and support lifts this on request",
    "and the fee is waived for new customers",
    "unless an administrator decides otherwise",
    "which the board approved last spring",
    "because the law of the country demands it",
    "and a warning is sent by text message first",
    "but weekends do not count",
    "and the same holds for former members",
    "except during the summer holidays",
    "so nothing else has to be configured",
)
"""Clauses to add to what a source says. The first half is for tuning."""


def changed(sentence: str, passage: str, strangers: Sequence[str], chance: random.Random) -> Iterator[Changed]:
    """The sentence, false in each way that its words allow: at most one of a kind.

    `passage` is what the sentence is from: a change that it happens to say is no change. `strangers` are sentences of
    other passages.
    """
    lead = _LEAD.match(sentence)
    if lead:  # an item's number is no figure of what it says
        found = changed(sentence[lead.end() :], passage, strangers, chance)
        yield from (Changed(each.kind, lead.group() + each.text) for each in found)
        return
    others = [each for each in _sentences(passage) if each != sentence]
    rules: dict[str, Callable[[], list[str]]] = {
        "figure": lambda: _figures(sentence, [str(chance.choice((3, 4, 6, 8, 9, 11, 16, 18, 35, 45, 75, 120, 400)))]),
        "figure of the passage": lambda: _figures(sentence, _FIGURE.findall(" ".join(others))),
        "unit": lambda: _replaced(sentence, _UNITS, after_figure=True),
        "period": lambda: _replaced(sentence, _PERIODS),
        "negation": lambda: _negated(sentence),
        "opposite": lambda: _replaced(sentence, _OPPOSITES),
        "modal or bound": lambda: _replaced(sentence, _MODALS),
        "name": lambda: _replaced(sentence, _NAME_SWAPS),
        "name of the passage": lambda: _renamed(sentence, _PROPER.findall(" ".join(others))),
        "who to whom": lambda: _reversed(sentence),
        "crossed": lambda: _crossed(sentence, others),
        "crossed with a stranger": lambda: _crossed(sentence, strangers),
        "invented clause": lambda: [f"{sentence.rstrip('.')}, {chance.choice(INVENTED)}."],
        "stranger's clause": lambda: [
            f"{sentence.rstrip('.')}, and {each[0].lower()}{each[1:]}" for each in strangers if len(each) < 120
        ],
    }
    said = _plain(passage)
    for kind, rule in rules.items():
        made = [each for each in rule() if _plain(each) not in said and _plain(each) != _plain(sentence)]
        if made:
            yield Changed(kind, chance.choice(made))


_LEAD = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")


def _sentences(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"(?<=[.!?])\s+|\n+", text) if len(each.split()) > 3]


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("*", "").split()).rstrip(".")


def _figures(sentence: str, instead: Sequence[str]) -> list[str]:
    made = [
        f"{sentence[: found.start()]}{figure.rstrip('.,')}{sentence[found.end() :]}"
        for found in _FIGURE.finditer(sentence)
        for figure in instead
        if figure.rstrip(".,") != found.group().rstrip(".,")
    ]
    return made or _replaced(sentence, _WORD_FIGURE)


def _replaced(sentence: str, swaps: dict[str, str], *, after_figure: bool = False) -> list[str]:
    before = r"(?<=\d )" if after_figure else r"(?<![\w@.-])"
    made = []
    for one, other in swaps.items():
        for found in re.finditer(rf"{before}{re.escape(one)}(?![\w@-]|\.\w)", sentence, re.IGNORECASE):
            put = other[0].upper() + other[1:] if found.group()[0].isupper() else other
            made.append(sentence[: found.start()] + put + sentence[found.end() :])
    return made


def _negated(sentence: str) -> list[str]:
    if found := _NEGATIVE.search(sentence):
        return [sentence[: found.start()] + (found.group(1) or "can") + sentence[found.end() :]]
    return [
        sentence[: found.end()] + ("not" if found.group() == "can" else " not") + sentence[found.end() :]
        for found in list(_POSITIVE.finditer(sentence))[:1]
    ]


def _renamed(sentence: str, names: Sequence[str]) -> list[str]:
    return [
        sentence[: found.start()] + name + sentence[found.end() :]
        for found in _PROPER.finditer(sentence)
        for name in names
        if name not in sentence and found.group() not in name
    ]


def _reversed(sentence: str) -> list[str]:
    made = []
    if found := _BETWEEN.search(sentence):
        part = found.groupdict()
        turned = (
            f"from {part['b']} {part['mid']} {part['a']}"
            if part["head"]
            else f"{_capital(part['y'])} {part['v']} {_small(part['x'])}"
        )
        made.append(sentence[: found.start()] + turned + sentence[found.end() :])
    if (found := _DOES.search(sentence)) and not _EMPTY & set(_plain(f"{found['x']} {found['y']}").split()):
        turned = f"{_capital(found['y'])} {found['v']} {_small(found['x'])}"
        made.append(turned + sentence[found.end() :])
    return made


_EMPTY = {
    "at",
    "can",
    "file",
    "from",
    "how",
    "if",
    "it",
    "may",
    "must",
    "no",
    "not",
    "on",
    "only",
    "or",
    "to",
    "within",
}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _small(text: str) -> str:
    return text[0].lower() + text[1:] if text.split()[0] in ("The", "A", "An", "Each", "Every") else text


def _crossed(sentence: str, others: Sequence[str]) -> list[str]:
    own = _CUT.match(sentence)
    if own is None:
        return []
    made = []
    for each in others:
        other = _CUT.match(each)
        if other is None or _vague(own["subject"]) or _vague(other["subject"]):
            continue
        ours, theirs = _plain(own["subject"]).split(), _plain(other["subject"]).split()
        told = set(_plain(other["rest"]).split())
        if set(ours) - _ARTICLES and not set(ours) & (told | set(theirs)) - _ARTICLES:
            made.append(own["subject"] + other["rest"])
    return made


_ARTICLES = {"the", "a", "an", "each", "every", "all", "any", "of", "in", "for", "on", "to", "and", "or", "your"}


def _vague(subject: str) -> bool:
    words = set(_plain(subject).split())
    return bool(words & {"it", "this", "that", "these", "those", "they", "he", "she", "you", "we", "i", "there", "who"})
