"""What the evidence model reached on MTRAG's tasks that were left out of its fit: kept with the model by the fit."""

import json
from importlib.resources import files
from math import sqrt
from typing import Any

from agents.evaluation.report.figures import Figure

DATA = "MTRAG, left out of the fit"


def unseen(tasks: int, target: float, stored: dict[str, Any] | None = None) -> float | None:
    """The target for that many tasks given; none where they are as many as the fit had, and so most likely the same."""
    found = (kept() if stored is None else stored).get("held_out", {}).get("mtrag")
    return None if found and found["questions"] == tasks else target


def left_out_verdict(name: str, target: float, stored: dict[str, Any] | None = None) -> list[Figure]:
    """The AUROC over the folds, each judged by models fitted on the others; nothing where none was fitted on."""
    found = (kept() if stored is None else stored).get("held_out", {}).get("mtrag")
    if not found:
        return []
    value, questions = found["auroc"], found["questions"]
    error = sqrt(value * (1 - value) / questions)
    return [Figure(name, DATA, value, questions, target, "higher", "score", error)]


def left_out_confidence(name: str, target: float, stored: dict[str, Any] | None = None) -> list[Figure]:
    """The mean calibration error of halves, each with a model fitted on the other; its spread as the error."""
    stored = kept() if stored is None else stored
    found = stored.get("calibration_error", {}).get("halves_of_mtrag")
    if not found:
        return []
    half = stored["held_out"]["mtrag"]["questions"] // 2
    return [Figure(name, DATA, found["mean"], half, target, "lower", "score", found["spread"])]


def kept() -> dict[str, Any]:
    """The evidence model as it is kept."""
    found: dict[str, Any] = json.loads((files("agents") / "bundled" / "evidence.json").read_bytes())
    return found
