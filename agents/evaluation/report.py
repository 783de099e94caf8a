"""Results as a table for people and as JSON for programs. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.evaluation.measure import TARGETS, Result, missed

if TYPE_CHECKING:
    from rich.table import Table

_WORDS = {
    "agent_right": "agent right",
    "page_in_top_5": "answering page in top 5",
    "unanswerable_declined": "unanswerable declined",
    "answerable_wrongly_declined": "answerable wrongly declined",
}


def table(results: Sequence[Result]) -> "Table":
    """A row for each rate and each step's latency, a column for each set of questions."""
    from rich.table import Table

    drawn = Table(title="Evaluation", title_justify="left")
    drawn.add_column("")
    for result in results:
        drawn.add_column(result.name, justify="right")
    drawn.add_column("target", justify="right")
    for name, target in TARGETS.items():
        cells = [
            f"[{'red' if name in missed(result) else 'green'}]{share:.1%}[/] of {count}"
            for result in results
            for share, count in [result.rates[name]]
        ]
        sign = "≤" if name == "answerable_wrongly_declined" else "≥"
        drawn.add_row(_WORDS[name], *cells, f"{sign} {target:.0%}")
    drawn.add_section()
    for step in results[-1].latency if results else ():
        cells = [
            f"{result.latency[step][0]:.1f} / {result.latency[step][1]:.1f} ms" if step in result.latency else ""
            for result in results
        ]
        drawn.add_row(f"{step.replace('_', ' ')} (p50 / p95)", *cells, "")
    return drawn


def as_json(results: Sequence[Result], *, outcomes: bool = False) -> dict[str, Any]:
    """The results as JSON values: rates, counts, latencies in milliseconds, and on request each question's outcome."""
    return {
        result.name: {
            "rates": {name: {"value": round(value, 4), "of": count} for name, (value, count) in result.rates.items()},
            "latency_ms": {
                step: {"p50": round(p50, 3), "p95": round(p95, 3)} for step, (p50, p95) in result.latency.items()
            },
            "missed": missed(result),
            **(
                {
                    "outcomes": [
                        {
                            "id": o.known.id,
                            "question": o.known.question.text,
                            "agent": o.agent,
                            "agent_right": o.agent_right,
                            "page_found": o.page_found,
                            "verdict": o.verdict,
                            "confidence": o.confidence,
                            "answer": o.answer,
                        }
                        for o in result.outcomes
                    ]
                }
                if outcomes
                else {}
            ),
        }
        for result in results
    }
