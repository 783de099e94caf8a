"""Fits the chances of sentences: `python -m agents.evaluation.fit_chances`.

On the questions whose answering sentences were marked: those by several hands in `bundled/evidence/hands.jsonl`, and
the dev split of the bundled ones. Each hand's are also judged by a model of the others'.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.chances import TRAITS, ChanceModel, Floats
from agents.clauses import parted
from agents.embedding import WordLlama
from agents.evaluation.logistic import fitted
from agents.evaluation.rows import books_without, chunks_judged
from agents.house import Agents, bundled_folder, open_agents
from agents.known import Known, load_questions, plain
from agents.quotes import DOUBT, LEAST_CHANCE, MOST_IN_DOUBT
from agents.reading import Reader
from agents.selecting import Selection, asked_of
from agents.wording import load_wording

REGULARISATION = 100.0
"""First sentence right, and right among up to three: 10 .465 .62, 100 .469 .64, 1,000 .470 .68 with more of them."""
BLANK = ChanceModel((0.0,) * len(TRAITS), (0.0,) * len(TRAITS), 0.0)


@dataclass(frozen=True, slots=True)
class Marked:
    """A question's best sentences: their traits, (n, TRAITS), and whether each is the answer, (n,)."""

    hand: str
    traits: Floats
    right: NDArray[np.bool_]


async def marked(agents: Agents, questions: Sequence[Known]) -> list[Marked]:
    """What is known of the best sentences found for questions with one answer to find, beside others' precedents.

    Raises AgentError.
    """
    wording = await asyncio.to_thread(load_wording, bundled_folder())
    reader, selection = Reader(await asyncio.to_thread(WordLlama)), Selection(wording, BLANK)
    found: list[Marked] = []
    asked_by: dict[str, set[str]] = {}
    for known in questions:
        asked_by.setdefault(known.split, set()).add(known.question.text)
    books = books_without(asked_by, agents, await chunks_judged(agents))
    for known in questions:
        asked = parted(known.question)
        route = await agents.route(known.question)
        if not known.answers or len(asked) > 1 or route.agent == "orchestrator":
            continue
        search = await agents.retrieval.search(asked[0], domain=route.agent)
        readings, alike = reader(search.sources), books[known.split](search)
        each = selection.weighed(asked_of(asked[0], search, search.sources, readings, wording, alike.answers))
        answers = {plain(text) for text in known.answers}
        right = [plain(readings[source].sentences[unit].text) in answers for source, unit in each.places]
        found.append(Marked(known.split, each.traits, np.asarray(right, bool)))
    return found


def fit(rows: Sequence[Marked]) -> ChanceModel:
    """The model of the questions among whose best sentences the answer is. Pure."""
    those = [row for row in rows if row.right.any()]
    traits = np.concatenate([np.c_[row.traits, row.traits - row.traits.max(axis=0)] for row in those])
    coefficients, intercept = fitted(traits, np.concatenate([row.right for row in those]), REGULARISATION)
    weights = np.round(coefficients, 4).tolist()
    return ChanceModel(tuple(weights[: len(TRAITS)]), tuple(weights[len(TRAITS) :]), round(intercept, 4))


def figures(model: ChanceModel, rows: Sequence[Marked]) -> dict[str, float]:
    """How often the likeliest sentence is right, how likely it was said to be, and how often one of those that would be
    quoted in doubt is right, and how many these are. Pure."""
    values: list[tuple[float, ...]] = []
    for row in rows:
        chances = np.asarray(model(row.traits))
        order = np.argsort(-chances)
        quoted = order[:1].tolist()
        for place in order[1:MOST_IN_DOUBT].tolist():
            if np.prod(1 - chances[quoted]) > DOUBT and chances[place] >= LEAST_CHANCE:
                quoted.append(place)
        right = float(row.right[order[:1]].any())
        values.append((right, float(chances.max(initial=0.0)), float(row.right[quoted].any()), float(len(quoted))))
    names = ("first_right", "said_likely", "right_among_quoted", "quoted")
    means = np.mean(np.asarray(values, np.float64), axis=0).round(3).tolist()
    return {"questions": float(len(rows))} | dict(zip(names, means, strict=True))


def unseen(rows: Sequence[Marked]) -> Mapping[str, dict[str, float]]:
    """The figures of each hand's questions under a model of the others'. Pure."""
    return {
        hand: figures(fit([row for row in rows if row.hand != hand]), [row for row in rows if row.hand == hand])
        for hand in dict.fromkeys(row.hand for row in rows)
    }


async def main(output: Path) -> None:
    """Fits and writes the model, and says how well it does on what it has not seen."""
    folder = bundled_folder()
    hands = load_questions(folder / "evidence" / "hands.jsonl")
    dev, test = (
        [known for known in load_questions(folder / "questions.jsonl") if known.split == split]
        for split in ("dev", "test")
    )
    with TemporaryDirectory() as place:
        async with open_agents(data_dir=Path(place)) as agents:
            rows = await marked(agents, [*hands, *dev])
            model = fit(rows)
            held_out = {**unseen(rows), "test": figures(model, await marked(agents, test))}
    stored = {
        "fitted_by": "python -m agents.evaluation.fit_chances",
        "questions": len(rows),
        "held_out": held_out,
        "own": dict(zip(TRAITS, model.own, strict=True)),
        "behind": dict(zip(TRAITS, model.behind, strict=True)),
        "intercept": model.intercept,
    }
    await asyncio.to_thread(output.write_bytes, orjson.dumps(stored, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.write(f"{output}: {orjson.dumps(held_out, option=orjson.OPT_INDENT_2).decode()}\n")


if __name__ == "__main__":
    asyncio.run(main(bundled_folder() / "chances.json"))
