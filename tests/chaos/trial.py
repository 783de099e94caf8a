"""One accident with several sessions under way and readers on both transports and both instances, and its verdict."""

import asyncio
import json
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx

from tests.chaos.arena import Arena
from tests.chaos.follower import ENDINGS, START, Follower
from tests.chaos.judge import judge, whole
from tests.chaos.scenarios import Scenario
from tests.e2e.clients import QUESTION

SESSIONS = 2
PATIENCE = 120.0
AGAIN = 5
"""Times that a trial is made anew when its accident came too late."""


@dataclass
class Outcome:
    """What became of the readers of one trial; `recovery` in seconds, of the reader that waited longest.

    `again` counts the trials before this one that came too late.
    """

    readers: int
    lost: int
    twice: int
    out_of_order: int
    without_one_ending: int
    false: int
    recovery: float
    restarts: int
    snapshots: int
    again: int = 0

    @property
    def whole(self) -> bool:
        return not (self.lost or self.twice or self.out_of_order or self.without_one_ending or self.false)


class TooLate(Exception):
    """The runs were over before the accident, on a busy machine: nothing was tried."""


async def attempt(arena: Arena, scenario: Scenario) -> Outcome:
    """Strike once; what came too late is no trial, and is made anew. The arena is as before afterwards."""
    for again in range(AGAIN):
        try:
            outcome = await _attempt(arena, scenario)
            outcome.again = again
            return outcome
        except TooLate:
            await asyncio.to_thread(arena.restore)
    raise TooLate(f"{scenario.name}: {AGAIN} times")


async def _attempt(arena: Arena, scenario: Scenario) -> Outcome:
    await asyncio.to_thread(arena.skew, scenario.skew)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        owner = arena.instances[0].url
        runs: list[tuple[str, str]] = []
        followers: list[Follower] = []
        for _ in range(SESSIONS):
            created = await client.post(f"{owner}/api/session")
            assert created.status_code == 201, created.text
            session_id = created.json()["session_id"]
            runs.append((session_id, ""))
            transports = ["sse", "socket"] + (["slow"] if scenario.slow else [])
            followers += [Follower(arena, session_id, kind, first) for kind in transports for first in (0, 1)]
        for number, (session_id, _) in enumerate(runs):
            response = await client.post(
                f"{owner}/api/chat",
                json={"session_id": session_id, "message": QUESTION},
                headers={"Prefer": "respond-async"},
            )
            assert response.status_code == 202, response.text
            runs[number] = session_id, response.json()["run_id"]
        names = dict(runs)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            for follower in followers:
                group.create_task(follower.follow(names[follower.session_id]))
            struck = await scenario.strike(arena, followers)
        if scenario.during and any(_ended_before(follower, struck) for follower in followers):
            raise TooLate(scenario.name)
        await asyncio.to_thread(arena.restore)
        kept = {session_id: await _log(client, arena.instances[1].url, session_id) for session_id in names}
    for session_id, events in kept.items():
        assert not (wrong := whole(events)), f"{session_id}: {wrong}"
    restarts = sum(event["type"] == "run.restarted" for events in kept.values() for event in events)
    if restarts < scenario.restarts * SESSIONS:
        raise TooLate(scenario.name)  # nobody had to take over: a run was over, though not shown yet
    verdicts = [judge(follower, kept[follower.session_id], forgets=scenario.forgets) for follower in followers]
    return Outcome(
        readers=len(followers),
        lost=sum(verdict.lost for verdict in verdicts),
        twice=sum(verdict.twice for verdict in verdicts),
        out_of_order=sum(verdict.out_of_order for verdict in verdicts),
        without_one_ending=sum(verdict.endings > 0 for verdict in verdicts),
        false=sum(verdict.false for verdict in verdicts),
        recovery=max(_recovery(follower, struck) for follower in followers),
        restarts=restarts,
        snapshots=sum(len(follower.snapshots) for follower in followers),
    )


def _ended_before(follower: Follower, moment: float) -> bool:
    return any(kind in ENDINGS and when <= moment for kind, when in zip(follower.types, follower.times, strict=True))


def _recovery(follower: Follower, struck: float) -> float:
    """Seconds of the longest silence that the accident made, from when it struck."""
    moments = [struck, *[moment for moment in follower.times if moment > struck]]
    return max((after - before for before, after in pairwise(moments)), default=0.0)


async def _log(client: httpx.AsyncClient, url: str, session_id: str) -> list[dict[str, Any]]:
    """Every event that is kept: read to the end from the beginning."""
    kept: list[dict[str, Any]] = []
    deadline = time.monotonic() + 20
    params = {"after": f"{START[0]}-{START[1]}"}
    async with client.stream("GET", f"{url}/api/session/{session_id}/events", params=params) as response:
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            assert time.monotonic() < deadline
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields["event"] == "live":
                break
            if "id" in fields:
                kept.append(json.loads(fields["data"]))
            fields = {}
    return kept
