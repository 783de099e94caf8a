"""Words that turn a question around, or only hold it together: what the forms of questions are read by. Data."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _set("except neither never no nobody none nor not nothing without")
MODALS = {
    **dict.fromkeys(_set("can could may might possible"), "can"),
    **dict.fromkeys(_set("must required obliged mandatory"), "must"),
    "should": "should",
    "will": "will",
    "shall": "will",
}
FIRST = _set("i me mine my myself our ours ourselves us we")
SECOND = _set("you your yours yourself yourselves")
POSSESSIVES = {"my": 1, "our": 1, "your": 2}
BE = _set("am are be been being is was were")
PAST = _set("did had was were")
AUXILIARIES = BE | _set("do does did has have had would") | frozenset(MODALS)
ASKING = _set("how what when where which who whom whose why")
HOW = _set("big early far fast high large late long many much often old soon")
"""What "how" may be followed by to ask for something else than a way."""
NUMBERS = {
    **{
        word: str(n)
        for n, word in enumerate(
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
        )
    },
    "once": "1",
    "twice": "2",
    "both": "2",
    "second": "2nd",
    "third": "3rd",
    "hundred": "100",
    "thousand": "1000",
}
EMPTY = _set(
    """
    a about actually also am an and any as at because but by currently for get got he her here his if in it its
    just now of on or please really she so some that the their them then there these they this too very
    """
)
"""Words that a question may have or lack."""
DIRECTIONS = _set(
    """
    above after against before below between down during from inside into off onto out outside over since than
    through till to under until up via with within
    """
)
"""Prepositions that matter, with the word they lead to."""
STRONG_DIRECTIONS = _set("above after before below down during from inside off out outside over since under until up")
"""Those of them that a question of few words cannot lose without asking something else."""


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    found = (tuple(each.split()) for each in text.split(","))
    return frozenset(pair for one, other in found for pair in ((one, other), (other, one)))


AGAINST = _pairs(
    "before after, before during, during after, from to, from into, out into, over under, above below, inside outside, "
    "until since, up down"
)
"""Prepositions of which one turns a question with the other around."""
OPPOSITES = _pairs(
    """
    accept refuse, accept reject, add remove, after before, allow forbid, allowed forbidden, always never,
    annual monthly, annually monthly, automatic manual, back front, begin end, best worst, big small, borrow
    lend, buy sell, cheap expensive, cheapest dearest, close open, closed open, create delete, daily monthly,
    daily weekly, decrease increase, delete save, deposit withdraw, disable enable, disabled enabled, down up,
    downgrade upgrade, download upload, earlier later, early late, empty full, end start, enter leave, expire
    renew, export import, external internal, fail succeed, failed succeeded, fast slow, faster slower, few many,
    fewer more, find lose, first last, full partial, gain lose, give take, grant revoke, grant withdraw, hide
    show, high low, higher lower, highest lowest, in out, incoming outgoing, inside outside, invalid valid, join
    leave, large small, larger smaller, largest smallest, least most, left right, less more, lock unlock, locked
    unlocked, login logout, long short, longer shorter, lose win, max min, maximum minimum, merge split, monthly
    weekly, new old, newer older, newest oldest, off on, offline online, optional required, other same, paid
    unpaid, pause resume, pay receive, permanent temporary, private public, pull push, read write, receive send,
    received sent, right wrong, safe unsafe, signin signout, start stop, started stopped, subscribe unsubscribe,
    today tomorrow, today yesterday, turnoff turnon
    """
)
"""Words of which one turns a question with the other around."""
TURNING = frozenset(word for pair in OPPOSITES for word in pair) - _set("find give take show start in on right") | _set(
    "all every each only other another else again still already yet even"
)
"""Words that may turn a question around by being there."""
