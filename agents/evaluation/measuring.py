"""The measuring instrument: every section over one bench, as one report."""

import json
import os
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from agents.evaluation.report.figures import Report, Section
from agents.evaluation.sections.bench import Bench
from agents.evaluation.sections.cache import measure_cache
from agents.evaluation.sections.citations import measure_cited
from agents.evaluation.sections.confidence import measure_confidence
from agents.evaluation.sections.hostile import measure_orders
from agents.evaluation.sections.latency import measure_latency
from agents.evaluation.sections.retrieval import measure_retrieval
from agents.evaluation.sections.routing import measure_routing
from agents.evaluation.sections.verdict import measure_verdict

SECTIONS: Mapping[str, Callable[[Bench], Awaitable[Section]]] = {
    "retrieval": measure_retrieval,
    "routing": measure_routing,
    "verdict": measure_verdict,
    "cache": measure_cache,
    "citations": measure_cited,
    "confidence": measure_confidence,
    "hostile": measure_orders,
    "latency": measure_latency,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report says of how it was made: version, time (ISO 8601) and command."""

    version: str
    made: str
    command: str


async def measure_all(bench: Bench, names: Sequence[str], origin: Origin) -> Report:
    """The sections of these names, all if there are none, in the order of SECTIONS. Raises AgentError."""
    sections = [await measure(bench) for name, measure in SECTIONS.items() if not names or name in names]
    return Report(origin.version, origin.made, origin.command, machine(), dict(bench.sets), fitted(), tuple(sections))


def machine() -> str:
    """What the times depend on."""
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} processors{busy}, {system}"


def fitted() -> dict[str, str]:
    """The fitted tables that come with the package, each with the command that fitted it."""
    found = {}
    for entry in sorted((files("agents") / "bundled").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            stored = json.loads(entry.read_bytes())
            if isinstance(stored, dict) and "fitted_by" in stored:
                found[entry.name] = str(stored["fitted_by"])
    return found
