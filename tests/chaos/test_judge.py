"""The judge of the accidents is strict: each thing that can go wrong is seen."""

from typing import Any

import pytest

from tests.chaos.arena import Arena
from tests.chaos.follower import Follower, Id, parse
from tests.chaos.judge import Kept, Verdict, judge, whole


def event(event_id: str, kind: str, **data: object) -> dict[str, Any]:
    return {"id": event_id, "type": kind, "run_id": "r", "data": data}


KEPT = [
    event("1-1", "run.started"),
    event("1-2", "token", text="An ", offset=0),
    event("2-1", "run.restarted", attempt=2),
    event("2-2", "token", text="An ", offset=0),
    event("2-3", "token", text="answer", offset=3),
    event("2-4", "run.completed", message="An answer"),
]


def shown(events: Kept, snapshots: tuple[Id, ...] = ()) -> Follower:
    follower = Follower(Arena.__new__(Arena), "s", "sse", 0, snapshots=list(snapshots))
    for each in events:
        follower.ids.append(parse(each["id"]))
        follower.types.append(each["type"])
        follower.events.append(each)
    return follower


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        (KEPT, Verdict()),
        (KEPT[:3] + KEPT[4:], Verdict(lost=1)),
        (KEPT[:2] + KEPT[1:], Verdict(twice=1)),
        ([*KEPT[:3], KEPT[4], KEPT[3], KEPT[5]], Verdict(out_of_order=1)),
        (KEPT[:5], Verdict(lost=1, endings=1)),
        ([*KEPT[:2], event("1-3", "token", text="old", offset=3), *KEPT[2:]], Verdict(false=1)),
        ([event("1-1", "run.started", message="another"), *KEPT[1:]], Verdict(false=1)),
        ([*KEPT[:2], event("1-3", "run.failed"), *KEPT[2:]], Verdict(endings=1, false=1)),
    ],
)
def test_what_a_reader_missed_or_was_shown_wrongly_is_counted(events: Kept, verdict: Verdict) -> None:
    assert judge(shown(events), KEPT, forgets=False) == verdict


def test_a_snapshot_stands_for_events_only_where_the_store_may_forget() -> None:
    follower = shown(KEPT[4:], ((2, 2),))
    assert judge(follower, KEPT, forgets=True) == Verdict()
    assert judge(follower, KEPT, forgets=False) == Verdict(lost=4)
    assert judge(shown((), ((2, 4),)), KEPT, forgets=True) == Verdict()


def test_the_log_must_keep_a_whole_answer() -> None:
    assert whole(KEPT) == ""
    assert "hole" in whole([*KEPT[:3], *KEPT[4:]])
    assert "endings" in whole(KEPT[:5])
    assert "endings" in whole([*KEPT, event("2-5", "run.failed")])
    assert "after" in whole([*KEPT, event("2-5", "token", text="", offset=9)])
    assert "message" in whole([*KEPT[:5], event("2-4", "run.completed", message="Another")])
