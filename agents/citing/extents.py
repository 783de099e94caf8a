"""What sentences of a source have against a clause of an answer as to when, for whom and how far it holds. Pure."""

from agents.citing import shares
from agents.citing.crossings import crossed
from agents.citing.determiners import all_of, picked
from agents.citing.exceptions import excepted, parts_some
from agents.citing.pages import Page, Window
from agents.citing.sequence import reversed_in, sequence
from agents.citing.statements import Statement, union
from agents.citing.turns import conditional


def _when(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether one side has it before something, and the other after."""
    steps = sequence(whole.text)
    if steps:
        there = union(sequence(each.text) for each in window)
        if steps & there or reversed_in(steps, there):
            return not steps & there
    ours = {word for word, _ in claim.leads if word in ("before", "after")}
    theirs = {word for each in window for word, _ in each.leads if word in ("before", "after")}
    return bool(ours) and bool(theirs) and not ours & theirs


def _condition(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether what holds under a condition alone is said without one."""
    flags = union(each.flags for each in window)
    if (
        whole.flags & {"onlyif", "onlythen"}
        and not flags & {"onlyif", "onlythen", "only"}
        and not any(each.denied for each in window)
    ):
        return True
    return not conditional(whole.text) and "onlyif" in flags


def _exceptions(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether an exception is missing here, of which this speaks or says "all", or is made that the window has not."""
    parting = any(parts_some(each.text) for each in window)
    if whole.exempt and not parting:
        return True
    theirs = union(excepted(each.text) for each in window) if parting else frozenset[str]()
    if theirs and not parts_some(whole.text) and (theirs & whole.stems or "all" in whole.flags):
        return bool(whole.denied) == any(each.denied for each in window)
    return bool(excepted(whole.text)) and not parting and not any(each.denied for each in window)


def _shares(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether each has here what all have together there."""
    counted = shares.counted(whole.text)
    if counted:
        there = {shares.counted(each.text) for each in window} - {""}
        if there and counted not in there:
            return True
    ours = shares.each(claim.text) - union(each.stems for each in window)
    if not ours or shares.each(claim.text) != ours:
        return False
    each_there = union(shares.each(each.text) for each in window)
    units = each_there | union(shares.whole(each.text) for each in window)
    return bool(each_there) or bool(units and not units & whole.stems and not ours & page.head.stems)


def _of_all(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether it says of all what the window says of those of one kind."""
    ours = all_of(claim.text)
    if not ours:
        return False
    theirs, determined = union(picked(each.text) for each in window), union(each.determined for each in window)
    known = page.head.stems | whole.stems
    return any(
        ("all", key) not in determined and any(thing == key and other not in known for other, thing in theirs)
        for key in ours
    )


def _headed_figures(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether a length of time is the heading's, where the window has another."""
    theirs = union(each.figures for each in window)
    return any(
        figure[0] == "@"
        and any(other[0] == "@" and other not in whole.figures and other[-1] == figure[-1] for other in theirs)
        for figure in claim.owed - theirs
    )


def _crossed(claim: Statement, whole: Statement, window: Window, page: Page) -> bool:
    """Whether figures, names, or what both are about have changed places, in the same voice."""
    if whole.passive != window[0].passive:
        return False
    order = [key for each in window for key in each.order]
    names = whole.names & union(each.names for each in window) | whole.parties | whole.anybody
    if crossed(whole.order, order, names):
        return True
    shared = set(order) & set(whole.order)
    ours, theirs = (whole.subject - window[0].subject) & shared, (window[0].subject - whole.subject) & shared
    return any(crossed(whole.order, order, frozenset((one, other))) for one in ours for other in theirs)


EXTENTS = (_when, _condition, _exceptions, _shares, _of_all, _headed_figures, _crossed)
