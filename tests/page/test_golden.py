"""The page's reducer and streaming/fold.py come to the same state, on kept logs and on made-up ones."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streaming.envelope import ANY_EVENT
from streaming.fold import fold
from tests.page.types import FILE, typescript

GOLDEN = Path(__file__).parents[1] / "golden"
UNIT = Path(__file__).parent / "unit"
LOGS = sorted(GOLDEN.glob("*.jsonl"))


def events_of(log: Path) -> list[Any]:
    return [json.loads(line) for line in log.read_text("utf-8").split("\n") if line]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_a_kept_log_folds_to_its_state(log: Path) -> None:
    events = events_of(log)
    for event in events:
        ANY_EVENT.validate_python(event)
    assert fold(events) == json.loads(log.with_suffix(".state.json").read_text("utf-8"))


def test_the_clients_types_are_those_of_the_published_schemas() -> None:
    assert FILE.read_text("utf-8") == typescript(), "run `python -m tests.page.types`"


def made_up(chance: random.Random) -> list[Any]:
    """Events of the kept logs in any order, resent, out of turn, of several runs."""
    pool = [event for log in LOGS for event in events_of(log)]
    log = []
    generation, sequence = 100, 0
    for _ in range(chance.randrange(60)):
        step = chance.random()
        if step < 0.1:
            generation, sequence = generation + chance.randrange(1, 2000), 0
        if step > 0.15:
            sequence += 1
        event = {**chance.choice(pool), "run_id": f"run-{chance.randrange(4)}", "id": f"{generation}-{sequence}"}
        log.append(event if step < 0.95 else {**event, "id": f"{chance.randrange(200)}-{chance.randrange(9)}"})
    return log


def test_the_page_folds_as_the_server_does(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        reason = "NO NODE, THE PAGE'S REDUCER IS NOT TESTED: install Node.js 20 or newer"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    chance = random.Random(20261123)
    made = [{"log": log, "state": fold(log)} for log in (made_up(chance) for _ in range(500))]
    logs = tmp_path / "logs.json"
    logs.write_text(json.dumps(made))
    files = sorted(str(path) for path in UNIT.glob("*.test.mjs"))
    done = subprocess.run(
        [node, "--test", *files], capture_output=True, text=True, env={**os.environ, "FOLD_LOGS": str(logs)}
    )
    assert done.returncode == 0, done.stdout[-5000:]
