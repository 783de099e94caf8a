"""The measuring instrument, and what the bundled questions must reach."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from agents.evaluation.fit import held_out
from agents.evaluation.logistic import fitted
from agents.evaluation.measure import TARGETS, measure, missed
from agents.evaluation.questions import QuestionsInvalid, load_questions
from agents.evaluation.report import as_json, table
from agents.house import bundled_folder, open_agents

FLOORS = {"agent_right": 0.94, "page_in_top_5": 0.95, "unanswerable_declined": 0.80}
"""What is reached today; `agent_right` is held a little lower than its target."""


async def test_the_bundled_questions_reach_their_figures(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    questions = load_questions(bundled_folder() / "questions.jsonl")
    async with open_agents(data_dir=tmp_path) as agents:
        results = await measure(agents.answer, questions, progress=lambda done, total: told.append((done, total)))
    assert [result.name for result in results] == ["dev", "test", "all"]
    rates = {name: value for name, (value, _) in results[-1].rates.items()}
    assert all(rates[name] >= floor for name, floor in FLOORS.items()), rates
    assert rates["answerable_wrongly_declined"] <= TARGETS["answerable_wrongly_declined"]
    assert told[-1] == (len(questions), len(questions))
    drawn = Console(width=140, record=True, file=StringIO())
    drawn.print(table(results))
    assert "answering page in top 5" in drawn.export_text()
    stored = json.loads(json.dumps(as_json(results, outcomes=True)))
    assert len(stored["all"]["outcomes"]) == len(questions)
    assert stored["all"]["missed"] == missed(results[-1])
    assert stored["all"]["latency_ms"]["first_token"]["p50"] > 0


def test_a_bad_line_of_questions_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('\n{"id": "a"}\n')
    with pytest.raises(QuestionsInvalid, match="line 2"):
        load_questions(path)
    path.write_text("nonsense")
    with pytest.raises(QuestionsInvalid, match="line 1"):
        load_questions(path)


def test_the_fit_finds_the_signal_that_matters() -> None:
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(400, 3))
    answerable = signals[:, 1] + 0.3 * rng.normal(size=400) > 0
    coefficients, _ = fitted(signals, answerable, 20.0)
    assert int(np.argmax(np.abs(coefficients))) == 1
    assert np.mean((held_out(signals, answerable) > 0.5) == answerable) > 0.85
