"""Who takes part in what a sentence says: the people and offices that it names, and by whom it is done. Pure."""

import re
from collections.abc import Iterable

from agents.forms import stem


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTIES = _set(
    """
    admin administrator agency agent applicant artist assistant auditor author authority bank board broker buyer
    candidate carrier chairman child citizen client coach collector commission committee company competitor
    congress consumer contact contractor controller council court creator creditor dealer debtor department
    developer director doctor donor driver editor employee employer engineer expert family father firm founder
    friend government governor guardian guest guide host husband inspector insurer investor judge king landlord
    lawyer leader learner lender licensee licensor manager manufacturer mayor member minister ministry mother nurse
    officer operator organisation organization organizer owner parent parliament participant partner passenger
    patient payee payer physician pilot player police president principal processor producer professor programmer
    provider publisher pupil queen reader receiver recipient regulator reporter representative researcher resident
    retailer reviewer sales school scientist secretary seller senator sender shareholder signatory singer soldier
    sponsor staff student subcontractor subprocessor subscriber supervisor supplier taxpayer teacher team tenant
    therapist trainer translator university vendor visitor voter wife worker writer
    """
)
_ANYBODY = frozenset(["customer", "individual", "subscriber", "user", "visitor"])

_BY = re.compile(
    r"\b(?:is|are|was|were|be|been|being|get|gets)\b(?: (?:not|also|only|\w+ly))* (?P<verb>\w+(?:ed|en|wn|t|id)) "
    r"(?:\w+ ){0,2}?by (?:(?:the|a|an|its|their|your|any|each) )?(?P<agent>\w+)",
    re.I,
)


def done_by(text: str) -> frozenset[tuple[str, str]]:
    """What is done, and by whom, as far as it is told with "by": stems."""
    return frozenset((stem(each["verb"].lower()), stem(each["agent"].lower())) for each in _BY.finditer(text))


def parties(words: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of those who cannot stand for one another, and of those who stand for "you" as well."""
    singular = [word.removesuffix("'s") for word in words]
    singular = [word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s") for word in singular]
    return frozenset(stem(word) for word in singular if word in _PARTIES), frozenset(
        stem(word) for word in singular if word in _ANYBODY
    )
