"""A very long run, given to the page as a stream that is there at once."""

import json
import uuid

from tests.page.visitor import Visitor


async def serve_run(visitor: Visitor, tokens: int, rows: int) -> None:
    """The next session that the page begins has this run, and no more."""
    stream = long_run(await visitor.session, tokens, rows)
    await visitor.page.route(
        "**/events?after=0-0",
        lambda route: route.fulfill(headers={"Content-Type": "text/event-stream"}, body=stream),
    )
    await visitor.page.route("**/events?after=7-*", lambda route: route.fulfill(status=204))


def long_run(session: str, tokens: int, rows: int) -> str:
    """A run with so many tokens and log rows, as its stream."""
    run = uuid.uuid4().hex
    events: list[tuple[str, object]] = [("run.started", {"kind": "chat", "message": "A great deal?"})]
    for n in range(rows):
        chunk = {
            "id": f"c{n}",
            "content": "What the document says. " * 12,
            "similarity": 0.5,
            "source": "https://a.example/",
        }
        data = {"collection": "documents", "query": f"query {n}", "chunks_retrieved": 1, "latency": 3.5}
        log = {"id": str(n), "type": "vector_search", "title": f"Found passage {n}", "data": data, "chunks": [chunk]}
        events.append(("vector_search", {**log, "timestamp": "2026-11-23T09:00:01.000Z", "status": "success"}))
    pieces = [
        f"\n\nPart {n} " if n % 60 == 0 else f" **word{n}**" if n % 9 == 0 else f" word{n}" for n in range(tokens)
    ]
    offset = 0
    for piece in pieces:
        events.append(("token", {"text": piece, "offset": offset}))
        offset += len(piece)
    metrics = {"tokensUsed": tokens, "cost": 0.1, "latency": 9000, "cache_status": "none"}
    ending = {"message": "".join(pieces), "agent": "technical", "confidence": 0.5, "sources": [], "metrics": metrics}
    events.append(("run.completed", ending))
    head = {"session_id": session, "run_id": run, "timestamp": "2026-11-23T09:00:00.000Z"}
    bodies = [{"id": f"7-{n + 1}", "type": kind, **head, "data": data} for n, (kind, data) in enumerate(events)]
    live = {"type": "live", "session_id": session, "data": {"top": f"7-{len(events)}"}}
    return "".join(f"data: {json.dumps(body)}\n\n" for body in [*bodies, live])
