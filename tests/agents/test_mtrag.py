"""A folder of the MTRAG shape, asked as the agents are."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.embedding import WordLlama
from agents.evaluation.mtrag import take
from agents.evaluation.sets import SetInvalid

PASSAGES = {
    "kiwi": "Kiwi\nThe kiwi is a bird of New Zealand that cannot fly. A kiwi lays one egg a year.",
    "ham": "Amateur radio\nAmateur radio is used for the private exchange of messages over radio frequencies.",
    "moon": "Moon\nThe Moon is the only natural satellite of Earth. It is the largest moon in relation to its planet.",
}


def task(number: int, text: str, answerability: str, *relevant: str) -> dict[str, Any]:
    return {
        "task_id": f"c{number}<::>1",
        "collection": "test",
        "turns": [
            {"speaker": "user", "text": "hello"},
            {"speaker": "agent", "text": "Hello!"},
            {"speaker": "user", "text": text},
        ],
        "answerability": answerability,
        "relevant": list(relevant),
        "reference_answer": "",
    }


def folder(place: Path, *tasks: dict[str, Any]) -> Path:
    passages = [{"id": key, "text": text} for key, text in PASSAGES.items()]
    for name, lines in (("passages.jsonl", passages), ("tasks.jsonl", tasks)):
        (place / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return place


async def test_each_task_is_asked_once_and_ranked_only_where_relevance_was_judged(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tasks = (
        task(1, "Is the Moon the only natural satellite of Earth?", "answerable", "moon"),
        task(2, "Who composed the opera Fidelio?", "unanswerable"),
    )
    moon, fidelio = await take(
        folder(tmp_path, *tasks), WordLlama(), progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]
    assert (moon.task.id, moon.answerable, moon.ndcg, moon.recall) == ("c1<::>1", True, 1.0, 1.0)
    assert moon.verdict == "answerable"
    assert (fidelio.answerable, fidelio.ndcg, fidelio.recall) == (False, None, None)
    assert fidelio.verdict == "unanswerable"
    assert 0 <= fidelio.confidence < moon.confidence <= 1


async def test_a_task_without_turns_is_named(tmp_path: Path) -> None:
    broken = {key: value for key, value in task(1, "?", "answerable").items() if key != "turns"}
    with pytest.raises(SetInvalid, match=r"tasks\.jsonl"):
        await take(folder(tmp_path, broken), WordLlama())
