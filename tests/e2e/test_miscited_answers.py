"""A model that cites wrongly on purpose, asked over HTTP: what a reader sees of its markers."""

import re
from collections import Counter
from collections.abc import Callable

from agents.evaluation.miscites import ELSEWHERE, NOWHERE, QUOTED
from agents.house import bundled_folder
from agents.known import load_questions
from tests.e2e.clients import Client, answer_of, ended, events
from tests.e2e.targets import Embedded, Model

QUESTIONS = 30
MARKER = re.compile(r"\[(\d+)\]")


async def test_a_model_that_cites_wrongly_gets_no_marker_out_that_is_not_supported(
    serve: Callable[..., Embedded], model: Model
) -> None:
    server = serve(openai_model="miscites")
    known = [each for each in load_questions(bundled_folder() / "questions.jsonl") if each.answerable]
    asked = [each.question.text for each in known if not each.question.history][:: len(known) // QUESTIONS]
    offered, shown = Counter[str](), Counter[str]()
    dropped = cited = 0
    async with Client([server.url]) as client:
        for text in asked:
            before = len(model.requests)
            async with client.chat_events(await client.session(), text) as stream:
                frames = events(await stream.until(ended))
            ending = frames[-1].data
            citations = [frame.data for frame in frames if frame.type == "citation"]
            cited += len(citations)
            claims = [claim for request in model.requests[before:] for claim in request.claims]
            if not claims:
                continue  # declined, or answered before: no model was asked
            answer = answer_of(frames)
            assert answer == ending["message"]
            sources = {each["marker"] for each in ending["sources"] if "marker" in each}
            assert {int(n) for n in MARKER.findall(answer)} == {each["marker"] for each in citations} == sources
            assert {each["chunk_id"] for each in citations} <= {each["chunk_id"] for each in ending["sources"]}
            for claim, line in zip(claims, answer.splitlines(), strict=True):
                offered[claim.kind] += 1
                shown[claim.kind] += bool(MARKER.search(line))
            missing = sum(not MARKER.search(line) for line in answer.splitlines())
            assert ending["metrics"]["citations_dropped"] == missing
            dropped += missing
        counted = (await client.get("/metrics")).text
    assert sum(offered.values()) > 500
    assert shown[NOWHERE] == 0
    assert shown[QUOTED] >= 0.98 * offered[QUOTED]
    plain = [NOWHERE, ELSEWHERE, "figure", "figure of the passage"]
    assert sum(shown[kind] for kind in plain) <= 0.02 * sum(offered[kind] for kind in plain), shown
    wrong = [kind for kind in offered if kind != QUOTED]
    assert sum(shown[kind] for kind in wrong) <= 0.04 * sum(offered[kind] for kind in wrong), shown
    assert f'orchestratai_citations_total{{outcome="dropped"}} {dropped}.0' in counted
    assert f'orchestratai_citations_total{{outcome="shown"}} {cited}.0' in counted
