"""Whether markers point to a source that says what the sentence says."""

from agents.evaluation.citations import CitationCounts, Passed, measure_citations
from agents.evaluation.report.figures import Better, Figure, Section, count, rate
from agents.evaluation.sections.bench import Bench

ALL, UNSUPPORTED = 1.0, 0.02


async def measure_cited(bench: Bench) -> Section:
    """The markers of quoted answers, and those that a wrongly citing writer gets through. Raises AgentError."""
    told = bench.told("Citing rightly and wrongly")
    counts = await measure_citations(bench.agents, bench.questions, progress=told)
    bench.sets["wrong markers"] = counts.unsupported.offered
    return Section(
        "citations",
        "Whether markers point to a source that says what the sentence says: in answers that are quoted from the "
        "documents, and when a writer cites rightly and wrongly on purpose.",
        tuple(cited(counts)),
    )


def cited(counts: CitationCounts) -> list[Figure]:
    """The figures. Pure."""
    quoted = counts.quoted
    hand = [passed for kind, passed in counts.wrong.items() if kind.startswith("by hand")]
    by_hand = Passed(sum(each.offered for each in hand), sum(each.released for each in hand))
    return [
        *rate("markers that have a source", "quoted answers", quoted.with_source, quoted.markers, target=ALL),
        *rate("sentences supported", "quoted answers", quoted.supported, quoted.markers, target=ALL),
        *rate("answers that hold a sentence which answers", "quoted answers", quoted.answered, quoted.marked),
        count(
            "markers without a source let out", "wrong markers", counts.sourceless, counts.unsupported.offered, target=0
        ),
        *_passed("unsupported markers let out", "wrong markers", counts.unsupported, "lower", UNSUPPORTED),
        *_passed("unsupported markers let out", "those written by hand", by_hand, "lower", UNSUPPORTED),
        *(
            figure
            for kind, passed in counts.wrong.items()
            for figure in _passed("let out, by kind", kind, passed, "lower")
        ),
        *_passed("right markers kept", "word for word", counts.verbatim, "higher"),
        *_passed("right markers kept", "in other words", counts.reworded, "higher"),
    ]


def _passed(name: str, data: str, passed: Passed, better: Better, target: float | None = None) -> list[Figure]:
    return rate(name, data, passed.released, passed.offered, target=target, better=better)
