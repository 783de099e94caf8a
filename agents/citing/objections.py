"""What sentences of a source have against a clause of an answer, but for its words. Pure."""

from collections.abc import Sequence

from agents.citing.determiners import at_odds
from agents.citing.extents import EXTENTS
from agents.citing.pages import Page, Window
from agents.citing.statements import Statement, union
from agents.function_words import AGAINST

VERBATIM = 0.65
"""Share of a source's words that a sentence has, from which it is taken for that sentence with something changed."""
DENIED = 0.25
"""Share of a clause's words from which being denied on one side alone tells that it says something else."""
ALIKE = 0.8
"""Share of the words of two sentences that are the same, from which their order tells who does what to whom."""


def objects(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether a window of the passage has anything against a clause of the whole sentence, but for its words."""
    return any(check(claim, whole, window, page) for check in _CHECKS)


def _figures(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether a figure is missing, bounds the other way, or is one of something else."""
    if not claim.owed <= page.head.figures.union(*(each.figures for each in window)):
        return True
    theirs = union(each.bounds for each in window)
    for figure, bound in claim.bounds:
        told = {each for other, each in theirs if other == figure and (each in _ORDER) == (bound in _ORDER)}
        if told and bound not in told:
            return True
    stems = union(each.stems for each in window)
    for figure in claim.figures:
        near = union(each.near(figure) for each in window)
        wanted = whole.near(figure) & stems
        if near and wanted and not wanted & near:
            return True
    theirs = union(each.follows for each in window)
    counted = {word for _, word in theirs}
    return any(
        word in counted and (figure, word) not in theirs for figure, word in whole.follows if figure in claim.figures
    )


_ORDER = ("before", "after")


def _names(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether a name is missing, or is another."""
    there = page.head.stems.union(*(each.stems for each in window))
    return (
        bool(claim.names - there - page.ours)
        or _rivals(whole, window)
        or _unnamed(whole, window, page.head.titled.union(*(each.titled for each in page.said)) - page.ours)
    )


def _rivals(whole: Statement, window: Window) -> bool:
    """Whether the window is about names of which the sentence has none, and the sentence about others."""
    theirs = union(each.names for each in window)
    ours = whole.stems & theirs
    return bool(theirs) and bool(whole.names) and not ours and not whole.names & union(each.stems for each in window)


def _unnamed(whole: Statement, window: Window, known: frozenset[str]) -> bool:
    """Whether what the window says of a plan or the like by its name is said here of all."""
    about = window[0].subject
    names = about & known
    return bool(names) and names != about and not names & whole.stems


def _another_subject(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether the window is about something that does not occur in the sentence, which is about something else.

    Or about what the sentence says is done to, by what it is done to here, in the same voice.
    """
    about, stems = window[0].subject, union(each.stems for each in window)
    if not about or not claim.subject:
        return False
    agents = {key for word, key in whole.leads if word == "by"}
    if agents and not window[0].passive and about & whole.subject and agents & stems and not agents & about:
        return True
    same_voice = whole.passive == window[0].passive
    if not about & (whole.stems | whole.figures):
        if same_voice and len(whole.stems & stems) >= VERBATIM * len(stems):
            return True
        return len(claim.subject & stems) * 2 < len(claim.subject)
    return (
        not about & whole.subject
        and whole.subject <= stems
        and same_voice
        and len(whole.stems & stems) >= ALIKE * max(len(whole.stems), len(stems))
    )


def _polarity(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether what is denied on one side is affirmed on the other: a good part of it, or what the negative is about."""
    affirmed, denied = union(each.affirmed for each in window), union(each.denied for each in window)
    against = (whole.denied - whole.affirmed) & (affirmed - denied)
    turned = (whole.affirmed - whole.denied) & (denied - affirmed)
    struck = whole.struck & against | union(each.struck for each in window) & turned
    if not whole.denied:
        struck |= turned & whole.parties
    return bool(struck & claim.stems) or len((against | turned) & claim.stems) > DENIED * len(
        claim.stems & (affirmed | denied)
    )


def _determiners(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether it is about another number of things, or another of several."""
    return at_odds(claim.determined, union(each.determined for each in window))


def _parties(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether somebody takes part that the window does not know."""
    known = page.head.stems.union(*(each.stems for each in window))
    others = union(each.parties | each.anybody | each.names for each in window) - whole.stems
    return bool(claim.parties - known) or bool(others and claim.anybody - known)


def _doers(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether what somebody does in one is done to them in the other."""
    ours, theirs = whole.done_by, union(each.done_by for each in window)
    order = [key for each in window for key in each.order]
    if any(
        verb == same and agent != other and agent in order and other in whole.order
        for verb, agent in ours
        for same, other in theirs
    ):
        return True
    turned = not window[0].passive and any(_acts_after(verb, agent, order) for verb, agent in ours - theirs)
    return turned or (not whole.passive and any(_acts_after(verb, agent, whole.order) for verb, agent in theirs - ours))


def _acts_after(verb: str, agent: str, order: Sequence[str]) -> bool:
    """Whether both are there, and the verb before who does it."""
    return verb in order and agent in order and order.index(verb) < order.index(agent)


def _sameness(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether it is told to be another, of which the window knows nothing."""
    return "other" in claim.flags and not union(each.flags for each in window) & {"same", "other"}


def _turned_around(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether those who do it in one sentence have it done to them in the other, in the same voice."""
    ours, theirs = whole.does, window[0].does
    return (
        bool(ours and theirs)
        and not ours & theirs
        and whole.passive == window[0].passive
        and ours <= union(each.stems for each in window)
        and theirs <= whole.stems
    )


def _negation(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether something is negated on one side alone."""
    affirmed = union(each.affirmed for each in window) - union(each.denied for each in window)
    theirs = [scope for each in window for scope in each.negated]
    left = list(theirs)
    for scope in claim.negated:
        match = next((other for other in left if scope & other), None)
        if match is not None:
            left.remove(match)
        elif scope & affirmed or not theirs:
            return True
    ours = union(claim.negated)
    said = claim.stems & (whole.affirmed - whole.denied)
    return any(not other & ours and len(other & said) * 2 > len(other) for other in theirs)


_AGAINST_FLAGS = (
    ("also", "only"),
    ("some", "all"),
    ("all", "some"),
    ("all", "only"),
    ("same", "other"),
    ("other", "same"),
)
"""What a claim may not say where the source says the other."""


_MEANT_BY = {"may": {"may"}, "should": {"should", "must"}, "must": {"must"}}
"""What a source must say for what a claim says."""


def _modality(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether what may be done must be here, or the other way round; or is for others, too."""
    theirs = union(each.modals for each in window)
    told = {each for each, _ in theirs}
    if claim.modals and told and not any(_MEANT_BY[each] & told for each, _ in claim.modals):
        return True
    for modal, word in claim.modals:
        of_it = {each for each, other in theirs if other == word}
        if of_it and not _MEANT_BY[modal] & of_it:
            return True
    flags = union(each.flags for each in window)
    if any(each == "must" for each, _ in claim.modals) and not (
        "must" in told or "only" in flags or any(each.denied or not each.subject for each in window)
    ):
        return True
    if "only" in claim.flags and not (
        "only" in flags or any(each.negated for each in window) or any(modal == "must" for modal, _ in theirs)
    ):
        return True
    return any(ours in claim.flags and theirs in flags and ours not in flags for ours, theirs in _AGAINST_FLAGS)


def _direction(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether a preposition leads to where its opposite leads."""
    theirs = union(each.leads for each in window)
    bounds = union(each.bounds for each in window)
    if any(bound == "before" for _, bound in claim.bounds) and not (
        any(word == "before" for word, _ in theirs) or any(bound in ("before", "most") for _, bound in bounds)
    ):
        return True
    for word, key in claim.leads:
        told = {other for other, place in theirs if place == key}
        if word not in told and any((word, other) in _TURNS for other in told):
            return True
    return False


_TURNS = AGAINST | {
    ("upperbound", "lowerbound"),
    ("lowerbound", "upperbound"),
    ("from", "to"),
    ("to", "from"),
    ("by", "to"),
    ("to", "by"),
    ("until", "from"),
    ("from", "until"),
    ("until", "after"),
    ("within", "after"),
    ("after", "within"),
    ("after", "until"),
}
_CHECKS = (
    _names,
    _parties,
    _negation,
    _polarity,
    _figures,
    _determiners,
    _modality,
    _direction,
    _sameness,
    _doers,
    _turned_around,
    _another_subject,
    *EXTENTS,
)
