"""How often an earlier answer serves, and how often it is the answer to another question."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from agents.evaluation.banking import FIRST, Replay, load_intents, replay
from agents.evaluation.report.figures import Figure, Mistake, Section, count, rate
from agents.evaluation.sections.bench import Bench
from agents.house import bundled_folder
from agents.likeness import Likeness, bundled_likeness
from agents.wording import load_wording

HITS, WRONG = 0.10, 0.028


async def measure_cache(bench: Bench) -> Section:
    """The bundled questions, and those of Banking77, asked in turn of a cache that keeps what it misses."""
    likeness = Likeness(bench.embedding, load_wording(bundled_folder()).everyday, bundled_likeness())
    alone = [
        (known.question.text, " ".join(sorted(known.pages)))
        for known in bench.questions
        if known.pages and not known.question.history
    ]
    found = await _replay(bench, "the questions", alone, likeness)
    mistakes = mistaken("all", found)
    figures = [count("answers of another question", "all", found.wrong, found.asked)]
    if bench.banking is not None:
        asked = (await asyncio.to_thread(load_intents, bench.banking))[:FIRST]
        bench.sets["Banking77 replayed"] = len(asked)
        banking = await _replay(bench, "Banking77", asked, likeness)
        figures += replayed("Banking77", banking)
        mistakes += mistaken("Banking77", banking)
    return Section(
        "cache",
        "How often an earlier answer serves, and how often it is another question's: of another intent, or of other "
        "pages than those that answer.",
        tuple(figures),
        mistakes=tuple(mistakes),
        notes=() if bench.banking else ("hits of another intent: give --banking FILE",),
    )


async def _replay(bench: Bench, name: str, asked: Sequence[tuple[str, str]], likeness: Likeness) -> Replay:
    told = bench.told(f"Replaying {name}")
    return await asyncio.to_thread(replay, asked, bench.embedding, likeness, progress=told)


def mistaken(name: str, found: Replay) -> list[Mistake]:
    """What was answered with another question's answer. Pure."""
    return [Mistake(name, asked, f"got the answer to “{earlier}”") for asked, earlier in found.mistaken]


def replayed(name: str, found: Replay) -> list[Figure]:
    """The figures of a replay. Pure."""
    wrong = rate("hits of another question", name, found.wrong, found.hits, target=WRONG, better="lower")
    return [
        *rate("hits", name, found.hits, found.asked, target=HITS),
        *(replace(figure, interval=found.interval) for figure in wrong),
        Figure("word for word", name, found.exact, found.asked, unit="count"),
    ]
