"""Whether it is known, before the first token, if the documents answer."""

from collections.abc import Sequence

from agents.evaluation.left_out import left_out_verdict, unseen
from agents.evaluation.measure import Outcome, Result
from agents.evaluation.report.figures import Figure, Mistake, Roc, Section, area, share
from agents.evaluation.sections.bench import Bench
from streaming.events import Verdict

APART, DECLINED, WRONGLY = 0.75, 0.90, 0.05

NAME = "AUROC answerable or partial against unanswerable"


async def measure_verdict(bench: Bench) -> Section:
    """The verdict's accuracy, what confidence tells apart, and how much is declined. Raises AgentError."""
    figures: list[Figure] = []
    rocs: list[Roc] = []
    results = await bench.asked()
    for result in results:
        judged = [each for each in result.outcomes if each.judged]
        figures += share(
            "verdict right", result.name, [_right(each.known.answerability, each.verdict) for each in judged]
        )
        found, curve = _apart(result.name, [(each.known.answerability, each.confidence) for each in judged])
        figures += [*found, *_declined(result)]
        rocs += curve if result is results[-1] else []
    taken = await bench.taken()
    figures += share("verdict right", "MTRAG", [_right(each.task.answerability, each.verdict) for each in taken])
    pairs = [(each.task.answerability, each.confidence) for each in taken]
    found, curve = _apart("MTRAG", pairs, target=unseen(len(taken), APART))
    figures += found + (left_out_verdict(NAME, APART) if taken else [])
    return Section(
        "verdict",
        "Whether it is known before the first token if the documents answer.",
        tuple(figures),
        rocs=(*rocs, *curve),
        mistakes=tuple(_mistakes(results[-1])),
        notes=() if bench.mtrag else ("verdicts on other documents: give --mtrag DIR",),
    )


def _right(known: Verdict, given: Verdict | None) -> bool:
    """Whether an answer is given where there is one, and none where there is none."""
    return (known in ("answerable", "partial")) == (given in ("answerable", "partial"))


def _apart(
    name: str, pairs: Sequence[tuple[Verdict, float]], target: float | None = None
) -> tuple[list[Figure], list[Roc]]:
    told = [(known != "unanswerable", confidence) for known, confidence in pairs if known != "underspecified"]
    return area(NAME, name, [confidence for _, confidence in told], [positive for positive, _ in told], target=target)


def _declined(result: Result) -> list[Figure]:
    unanswerable = [each.declined for each in result.outcomes if not each.known.answerable]
    answerable = [each.declined for each in result.outcomes if each.known.answerable and each.known.pages]
    return [
        *share("unanswerable declined", result.name, unanswerable, target=result.target(DECLINED)),
        *share("answerable wrongly declined", result.name, answerable, target=result.target(WRONGLY), better="lower"),
    ]


def _mistakes(result: Result) -> list[Mistake]:
    return [
        Mistake(result.name, each.known.question.text, what)
        for each in result.outcomes
        if (what := _wrong(each)) is not None
    ]


def _wrong(each: Outcome) -> str | None:
    if each.known.answerable:
        declined = each.known.pages and each.declined
        return f"answerable, judged {each.verdict or 'off topic'} at {each.confidence:.0%}" if declined else None
    return None if each.declined else f"{each.known.answerability}, judged {each.verdict} at {each.confidence:.0%}"
