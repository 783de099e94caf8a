"""Fits the evidence models and their calibration: `python -m agents.evaluation.fit FOLDER`, one of the MTRAG shape.

On its tasks, on the dev split of the bundled questions and on those in `bundled/evidence`; the test split is measured
alone.
"""

import argparse
import asyncio
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.evaluation.calibration import expected_calibration_error
from agents.evaluation.logistic import Floats, fitted
from agents.evaluation.ranks import auroc
from agents.evaluation.rows import Part, Row, bundled_rows, mtrag_rows, table
from agents.evidence import ALL_SIGNALS, EvidenceModel, Given, Kind, Level, Models
from agents.house import bundled_folder

REGULARISATION = 20.0
"""AUROC held out, dev, plain, customers: 5 .946 .981 .923, 10 .950 .981 .923, 20 .955 .980 .921."""
_SECTIONS: Mapping[Part, float] = {
    "dev": 1.0,
    "test": 1.0,
    "plain": 1.0,
    "customers": 0.5,
    "near": 0.5,
    "follow_ups": 0.5,
    "hands": 0.0,
    "mtrag": 0.0,
}
WEIGHTS: Mapping[Kind, Mapping[Part, float]] = {
    "sections": _SECTIONS,
    "precedented": {**_SECTIONS, "hands": 0.1},
    "running_text": {
        "dev": 0.5,
        "test": 0.5,
        "plain": 0.5,
        "customers": 0.5,
        "near": 0.0,
        "follow_ups": 0.0,
        "hands": 0.0,
        "mtrag": 1.0,
    },
}
"""How much a question counts for each model; the hands' as much as all others together. AUROC on MTRAG held out, and
the calibration error on halves of it, with the bundled ones at .3 .825 .049, .5 .828 .049, .6 .830 .052, .8 .833 .057,
1 .834 .062; with the follow-ups about the product, too, the latter is larger by .014. Without them few with precedents
tell how what a message adds counts: AUROC of the dev questions .984 instead of .999."""
WRONGLY_DECLINED: Mapping[Kind, float] = {"sections": 0.045, "running_text": 0.1, "precedented": 0.045}
"""Share of the answerable questions that may be declined, each judged by models that have not seen it: of the dev,
plain and customers' questions, of those with the near misses, and of the hands' with precedents, as they count in the
fit; and of MTRAG's tasks. As few of these would leave next to none declined. The lists of words were written with the
former at hand, so that others are declined more often: of the answered ones of the hand `near` in
bundled/evidence/hands.jsonl .05 declines .071, .045 .048, the target."""
ANSWERABLE = 0.75
"""Probability from which an answer is given without saying that something may be missing."""
EXPECTED: Mapping[Kind, float] = {"sections": 40.0, "running_text": 3000.0, "precedented": 40.0}
"""Questions that the probability itself counts for where the share of right ones is taken: few for sections, whose
model is fitted on questions that mislead more often than customers' do. Calibration error on halves of MTRAG and of the
bundled questions: 0 .060 .037, 20 .054 .034, 40 .051 .035, 100 .049 .037, without the shares .046 .065. On halves of
MTRAG, running text's alone, since "kindless" is known: 300 .048, 3,000 .047, 10,000 .047."""
FOLDS = 8
REPEATS = 5
HALVINGS = 20


def held_out(signals: Floats, answerable: NDArray[np.bool_], weights: Floats | None = None) -> Floats:
    """The probability of each question under models fitted on the other folds, REPEATS times cut anew, (n,). Pure."""
    chances = np.zeros(len(signals))
    counts = np.ones(len(signals)) if weights is None else weights
    for repeat in range(REPEATS):
        folds = np.random.default_rng(repeat).permutation(len(signals)) % FOLDS
        for fold in range(FOLDS):
            left_out = folds == fold
            coefficients, intercept = fitted(
                signals[~left_out], answerable[~left_out], REGULARISATION, counts[~left_out]
            )
            chances[left_out] += 1 / (1 + np.exp(-(signals[left_out] @ coefficients + intercept)))
    return chances / REPEATS


def fit(rows: Sequence[Row]) -> tuple[Models, Floats]:
    """The models of these rows, and the probability of each row, of its kind, unseen by the model, (n,). Pure."""
    unseen: dict[int, float] = {}
    models: dict[Kind, EvidenceModel] = {}
    for name in get_args(Kind):
        places = [n for n, row in enumerate(rows) if _counts(row, name)]
        those = [rows[n] if name == "precedented" else rows[n].alone for n in places]
        signals, answered = table(those)
        weights = np.asarray([WEIGHTS[name][row.part] for row in those])
        coefficients, intercept = fitted(signals, answered, REGULARISATION, weights)
        chances = held_out(signals, answered, weights)
        levels = _levels(those, chances, name)
        models[name] = EvidenceModel(tuple(np.round(coefficients, 4).tolist()), round(intercept, 4), levels)
        unseen |= {n: float(chance) for n, chance in zip(places, chances, strict=True) if rows[n].kind == name}
    return models, np.asarray([unseen[n] if n in unseen else judged(models, row) for n, row in enumerate(rows)])


def judged(models: Models, row: Row) -> float:
    """The probability of a row by the model for it. Pure."""
    return models[row.kind].probability(row.signals)


def _counts(row: Row, name: Kind) -> bool:
    """Whether a row is for a model: the hands' only where they have precedents, and others also without theirs."""
    return row.kind == "precedented" if name == "precedented" else row.part != "hands"


def _levels(rows: Sequence[Row], unseen: Floats, name: Kind) -> tuple[Level, ...]:
    """A level for each verdict: the share of right ones, drawn towards what the model expects; it never falls."""
    usual = np.asarray([row.kind == name and row.part != "follow_ups" and row.answered for row in rows])
    if name == "precedented":  # the hands' outnumber the others eight to one
        counts = np.asarray([WEIGHTS[name][row.part] for row in rows])[usual]
        partial = float(np.quantile(unseen[usual], WRONGLY_DECLINED[name], weights=counts, method="inverted_cdf"))
    else:
        partial = float(np.quantile(unseen[usual], WRONGLY_DECLINED[name]))
    partial = round(partial, 4)
    starts = (0.0, partial, max(partial, ANSWERABLE))
    weights = np.asarray([row.kind == name for row in rows]) * _as_asked(rows)
    right = np.asarray([row.right for row in rows])
    levels: list[Level] = []
    for verdict, start, end in zip(get_args(Given), starts, (*starts[1:], 1.1), strict=True):
        there = np.where((unseen >= start) & (unseen < end), weights, 0.0)
        expected = float(there @ unseen / there.sum()) if there.any() else (start + end) / 2
        share = float((there @ right + EXPECTED[name] * expected) / (there.sum() + EXPECTED[name]))
        levels.append(Level(verdict, start, round(max(share, levels[-1].right if levels else 0.0), 4)))
    return tuple(levels)


def _as_asked(rows: Sequence[Row]) -> Floats:
    """How much each row counts for the calibration, (n,).

    The customers' unanswered questions count less, so that they are as rare as in the dev split; the plain ones, the
    near misses, the hands' and the follow-ups, half of them meant to mislead, do not count.
    """
    dev, customers = (_odds([row for row in rows if row.part == part]) for part in ("dev", "customers"))
    unanswered = dev / customers if customers else 1.0
    misleading = ("plain", "near", "hands", "follow_ups")
    return np.asarray(
        [
            0.0 if row.part in misleading else unanswered if row.part == "customers" and not row.answered else 1.0
            for row in rows
        ]
    )


def _odds(rows: Sequence[Row]) -> float:
    answered = sum(row.answered for row in rows)
    return (len(rows) - answered) / answered if answered else 0.0


def _confidences(models: Models, rows: Sequence[Row]) -> list[float]:
    return [(model := models[row.kind]).confidence(model.probability(row.signals)) for row in rows]


def calibration_of(models: Models, rows: Sequence[Row]) -> float:
    """The expected calibration error of the models' confidence on rows, ten bins of the same width. Pure."""
    return expected_calibration_error(_confidences(models, rows), [row.right for row in rows])


def halved(rows: Sequence[Row], parts: Sequence[Part]) -> list[float]:
    """The calibration errors on HALVINGS halves of some parts, fitted on the other half and on the rest. Pure."""
    those = [row for row in rows if row.part in parts]
    rest = [row for row in rows if row.part not in parts]
    errors: list[float] = []
    for seed in range(HALVINGS):
        order = np.random.default_rng(seed).permutation(len(those))
        one, other = ([those[n] for n in half] for half in np.array_split(order, 2))
        errors.append(calibration_of(fit([*rest, *one])[0], other))
    return errors


def by_chance(models: Models, rows: Sequence[Row]) -> float:
    """The mean calibration error that as many rows would show if each confidence were exactly right. Pure."""
    confidences, luck = _confidences(models, rows), np.random.default_rng(0)
    came_true = (luck.uniform(size=len(rows)) < confidences for _ in range(200))
    return float(np.mean([expected_calibration_error(confidences, each.tolist()) for each in came_true]))


def _figures(rows: Sequence[Row], probabilities: Floats, models: Models) -> dict[str, float | int]:
    """How well what is answered is told from what is not; what only leaves open what is meant is not counted."""
    clear = np.asarray([row.answerability != "underspecified" for row in rows])
    answered = np.asarray([row.answered for row in rows])
    declined = np.asarray(
        [
            models[row.kind].verdict(float(chance)) == "unanswerable"
            for row, chance in zip(rows, probabilities, strict=True)
        ]
    )
    return {
        "questions": len(rows),
        "auroc": round(auroc(probabilities[clear].tolist(), answered[clear].tolist()), 4),
        "unanswerable_declined": _share(declined[clear & ~answered]),
        "answerable_wrongly_declined": _share(declined[answered]),
    }


def _share(values: NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0


def report(
    rows: Sequence[Row], test: Sequence[Row], models: Models, unseen: Floats, chunks: Collection[str]
) -> dict[str, object]:
    """What is kept: the models, the chunks that precedents were judged by, the figures on what was not fitted on."""
    figures: dict[str, object] = {}
    for part in ("dev", "plain", "customers", "near", "hands", "follow_ups", "mtrag"):
        at = [n for n, row in enumerate(rows) if row.part == part]
        figures[part] = _figures([rows[n] for n in at], unseen[at], models)
    by_hand: dict[str, object] = {}
    for hand in dict.fromkeys(row.hand for row in rows if row.part == "hands"):
        at = [n for n, row in enumerate(rows) if row.hand == hand and row.part == "hands"]
        by_hand[hand] = _figures([rows[n] for n in at], unseen[at], models)
    for part, those in (("hands", rows), ("test", test)):
        without = [row.alone for row in those if row.part == part]
        figures[f"{part}_without_precedents"] = _figures(
            without, np.asarray([judged(models, row) for row in without]), models
        )
    chances = [judged(models, row) for row in test]
    figures["test"] = _figures(test, np.asarray(chances), models)
    tasks = [row for row in rows if row.part == "mtrag"]
    halves = {"mtrag": halved(rows, ("mtrag",)), "bundled": halved([*rows, *test], ("dev", "test"))}
    return {
        "fitted_by": "python -m agents.evaluation.fit FOLDER",
        "questions": len(rows),
        "held_out": figures,
        "by_hand": by_hand,
        "calibration_error": {
            "test": {"value": round(calibration_of(models, test), 4), "by_chance": round(by_chance(models, test), 4)},
            "halves_of_bundled": _spread(halves["bundled"]),
            "halves_of_mtrag": {
                **_spread(halves["mtrag"]),
                "by_chance": round(by_chance(models, tasks[: len(tasks) // 2]), 4),
            },
        },
        "judged": sorted(chunks),
        "models": {
            name: {
                "coefficients": dict(zip(ALL_SIGNALS, model.coefficients, strict=True)),
                "intercept": model.intercept,
                "levels": [asdict(level) for level in model.levels],
            }
            for name, model in models.items()
        },
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"mean": round(float(np.mean(values)), 4), "spread": round(float(np.std(values)), 4)}


async def main(folder: Path, output: Path) -> None:
    """Fits and writes the models, and says how well they do on what they have not seen."""
    bundled, chunks = await bundled_rows(bundled_folder())
    rows = [*(row for row in bundled if row.part != "test"), *await mtrag_rows(folder)]
    test = [row for row in bundled if row.part == "test"]
    models, unseen = fit(rows)
    kept = report(rows, test, models, unseen, chunks)
    await asyncio.to_thread(output.write_bytes, orjson.dumps(kept, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.write(f"{output}: {len(rows)} questions, {kept['held_out']}, {kept['calibration_error']}\n")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Fits the evidence models.")
    arguments.add_argument("folder", type=Path, help="a folder of the MTRAG shape: passages.jsonl and tasks.jsonl")
    asyncio.run(main(arguments.parse_args().folder, bundled_folder() / "evidence.json"))
