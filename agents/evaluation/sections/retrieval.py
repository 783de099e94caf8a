"""Whether the passages that answer are found, and stand high."""

from math import log2

from agents.evaluation.measure import Outcome, Result
from agents.evaluation.report.figures import Figure, Mistake, Section, mean, share
from agents.evaluation.sections.bench import Bench

NDCG, RECALL, FOUND = 0.885, 0.88, 0.95


async def measure_retrieval(bench: Bench) -> Section:
    """Whether an answering page is in the top five; on MTRAG nDCG@10 and recall@5. Raises AgentError."""
    results = await bench.asked()
    figures = [figure for result in results for figure in _pages(result)]
    taken = await bench.taken()
    figures += mean("nDCG@10", "MTRAG", [each.ndcg for each in taken if each.ndcg is not None], target=NDCG)
    figures += mean("recall@5", "MTRAG", [each.recall for each in taken if each.recall is not None], target=RECALL)
    missed = [each for each in results[-1].outcomes if _counts(each) and not each.page_found]
    return Section(
        "retrieval",
        "Whether the passages that answer are found, and how high they stand.",
        tuple(figures),
        mistakes=tuple(
            Mistake(results[-1].name, each.known.question.text, f"no answering page among {len(set(each.pages))} pages")
            for each in missed
        ),
        notes=() if bench.mtrag else ("nDCG@10 and recall@5 over passages: give --mtrag DIR",),
    )


def _counts(each: Outcome) -> bool:
    return each.known.answerable and bool(each.known.pages)


def _pages(result: Result) -> list[Figure]:
    asked = [each for each in result.outcomes if _counts(each)]
    return [
        *share(
            "answering page in the top 5", result.name, [each.page_found for each in asked], target=result.target(FOUND)
        ),
        *mean("nDCG of the first answering page", result.name, [_height(each) for each in asked]),
    ]


def _height(each: Outcome) -> float:
    """1 where the first page answers, less the lower the first that does stands, 0 where none does."""
    pages = list(dict.fromkeys(each.pages))
    return next((1 / log2(place + 2) for place, page in enumerate(pages) if page in each.known.pages), 0.0)
