"""Whether the right agent answers, and what belongs to none is seen to."""

import asyncio
from collections.abc import Sequence

import numpy as np

from agents.evaluation.clinc import Placed, load_clinc, place
from agents.evaluation.measure import Result
from agents.evaluation.report.figures import Figure, Mistake, Roc, Section, area, share, timings
from agents.evaluation.sections.bench import Bench

RIGHT, PLACED, BELONGS, MILLISECONDS = 0.95, 0.965, 0.960, 2.0
REJECTED = 0.05
"""Part of what belongs to a domain that may be rejected."""


async def measure_routing(bench: Bench) -> Section:
    """The agent of each question; on CLINC150 the domain, and what belongs to none. Raises AgentError."""
    results = await bench.asked()
    figures = [figure for result in results for figure in _agents(result)]
    rocs: list[Roc] = []
    times: list[Figure] = []
    placed: list[Placed] = []
    if bench.clinc is not None:
        clinc = await asyncio.to_thread(load_clinc, bench.clinc)
        size = sum(map(len, clinc.examples.values()))
        bench.sets |= {"CLINC150 examples": size, "CLINC150 asked": len(clinc.asked)}
        bench.progress(f"Learning {size:,} examples of CLINC150", 0, 0)
        placed = await place(clinc, bench.embedding, progress=bench.told("Routing CLINC150"))
        found, rocs = placed_figures(placed)
        figures += found
        times = timings(
            f"routing, {size:,} examples", "CLINC150", [p.milliseconds for p in placed], target=MILLISECONDS
        )
    return Section(
        "routing",
        "Whether the right agent answers, and what belongs to none is seen to.",
        tuple(figures),
        tuple(times),
        tuple(rocs),
        mistakes=(*_misrouted(results[-1]), *_misplaced(placed)),
        notes=() if bench.clinc else ("domains and what is out of scope, by 150 intents: give --clinc FILE",),
    )


def _agents(result: Result) -> list[Figure]:
    others = [each for each in result.outcomes if each.known.agent == "orchestrator"]
    theirs = [each for each in result.outcomes if each.known.agent != "orchestrator"]
    return [
        *share("agent right", result.name, [each.agent_right for each in result.outcomes], target=result.target(RIGHT)),
        *share("small talk and off topic seen", result.name, [each.agent_right for each in others]),
        *share(
            "an agent's question kept from it", result.name, [e.agent == "orchestrator" for e in theirs], better="lower"
        ),
    ]


def placed_figures(placed: Sequence[Placed]) -> tuple[list[Figure], list[Roc]]:
    """Accuracy of the domains; how well what belongs to none is told apart. Pure."""
    inside = [each for each in placed if each.domain is not None]
    outside = [each for each in placed if each.domain is None]
    right = share("domain right", "CLINC150", [each.chosen == each.domain for each in inside], target=PLACED)
    belongs = [each.domain is not None for each in placed]
    apart, rocs = area("out-of-scope AUROC", "CLINC150", [each.belonging for each in placed], belongs, target=BELONGS)
    if not inside or not outside:
        return right, rocs
    least = float(np.quantile([each.belonging for each in inside], REJECTED))
    seen = share("out of scope seen at 5% false rejections", "CLINC150", [each.belonging < least for each in outside])
    return [*right, *apart, *seen], rocs


def _misrouted(result: Result) -> list[Mistake]:
    return [
        Mistake(result.name, each.known.question.text, f"{each.known.agent}, went to {each.agent or 'nobody'}")
        for each in result.outcomes
        if not each.agent_right
    ]


def _misplaced(placed: Sequence[Placed]) -> list[Mistake]:
    return [
        Mistake("CLINC150", each.text, f"{each.domain}, taken for {each.chosen}")
        for each in placed
        if each.domain not in (None, each.chosen)
    ]
