"""How long each step takes, in this process and without a model."""

from collections import defaultdict

from agents.evaluation.report.figures import Section, timings
from agents.evaluation.sections.bench import Bench

FIRST_TOKEN = 15.0
STEPS = ("routing", "cache", "retrieval", "verdict and sentences", "first token", "whole answer")


async def measure_latency(bench: Bench) -> Section:
    """The steps of every question. Raises AgentError."""
    result = (await bench.asked())[-1]
    steps: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in result.outcomes:
        for step, value in outcome.latency.items():
            steps[step].append(value)
    return Section(
        "latency",
        "How long each step takes, one question at a time, in this process and without a model. Routing holds the "
        "search that retrieval then goes on from; first token and whole answer count from the question.",
        timings=tuple(
            figure
            for step in STEPS
            for figure in timings(step, result.name, steps[step], target=FIRST_TOKEN if step == "first token" else None)
        ),
    )
