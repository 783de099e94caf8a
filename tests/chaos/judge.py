"""Whether a reader was shown what the log keeps: all of it, once, in order, with one ending, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.chaos.follower import ENDINGS, START, Follower, Id, parse

Kept = Sequence[dict[str, Any]]
"""A session's events as the log gives them to who reads from the beginning."""


@dataclass(frozen=True)
class Verdict:
    """What went wrong for one reader; all zero is what is wanted.

    `false` counts events that the log does not keep, or keeps otherwise; `endings` how far from one there were.
    """

    lost: int = 0
    twice: int = 0
    out_of_order: int = 0
    endings: int = 0
    false: int = 0


def judge(follower: Follower, kept: Kept, *, forgets: bool) -> Verdict:
    """Compare. A snapshot may stand for events only where the accident makes the store forget."""
    truth = {parse(event["id"]): event for event in kept}
    shown = follower.ids
    covered: Id = max(follower.snapshots, default=START) if forgets else START
    known = set(shown)
    endings = sum(kind in ENDINGS for kind in follower.types)
    if covered != START and not endings:
        endings = sum(event["type"] in ENDINGS for event_id, event in truth.items() if event_id <= covered)
    return Verdict(
        lost=sum(event_id not in known and event_id > covered for event_id in truth),
        twice=len(shown) - len(known),
        out_of_order=sum(after < before for before, after in pairwise(shown)),
        endings=abs(endings - 1),
        false=sum(truth.get(event_id) != event for event_id, event in zip(shown, follower.events, strict=True)),
    )


def whole(kept: Kept) -> str:
    """What is wrong with the run that the log keeps; "" where it is an answer from the first word to the last."""
    endings = [event for event in kept if event["type"] in ENDINGS]
    if [event["type"] for event in endings] != ["run.completed"]:
        return f"endings kept: {[event['type'] for event in endings]}"
    if kept[-1] is not endings[0]:
        return "events are kept after the ending"
    said = ""
    sequences: dict[int, int] = {}
    for event in kept:
        generation, sequence = parse(event["id"])
        if sequence != sequences.get(generation, 0) + 1:
            return f"a hole is kept before {event['id']}"
        sequences[generation] = sequence
        if event["type"] == "run.restarted":
            said = ""
        if event["type"] == "token":
            if event["data"]["offset"] != len(said):
                return f"the text kept does not follow on at {event['id']}"
            said += event["data"]["text"]
    return "" if said == endings[0]["data"]["message"] else "the tokens kept are not the message of the ending"
