"""Our own time from the question to the first token, embedded, over 5,000 chunks; and to an exact cache hit."""

import asyncio
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from agents.house import bundled_folder
from benchmarks.relay import request
from benchmarks.start import served
from benchmarks.table import Row

CHUNKS = 5000
QUESTIONS = 60
WAITS = "two commits to SQLite, one after the other (taking in the run, the answer), and between them looking it up"
TOPICS = ("billing", "technical", "policy")


def write_documents(folder: Path, chunks: int) -> None:
    """Pages of ten sections, each of sentences drawn from the bundled documentation: its words in another order."""
    drawn = random.Random(5)
    for topic in TOPICS:
        pages = [path.read_text() for path in (bundled_folder() / "documents" / topic).glob("*.md")]
        sentences = re.findall(r"^[A-Z][^|\n]*?\.(?=\s)", "\n".join(pages), re.MULTILINE)
        titles = re.findall(r"^## (.+)$", "\n".join(pages), re.MULTILINE)
        (folder / topic).mkdir(parents=True)
        for number in range(chunks // 10 // len(TOPICS)):
            sections = [f"## {drawn.choice(titles)}\n\n{' '.join(drawn.sample(sentences, 5))}" for _ in range(10)]
            (folder / topic / f"page-{number}.md").write_text(
                f"# {drawn.choice(titles)} {number}\n\n" + "\n\n".join(sections)
            )


def questions(others: bool = False) -> list[tuple[str, str]]:
    """Bundled questions with the agent that they are for; with `others`, as many different ones."""
    lines = [json.loads(line) for line in (bundled_folder() / "questions.jsonl").read_text().splitlines()]
    direct = [line for line in lines if line["kind"] == "direct" and line["pages"]]
    return [(line["turns"][-1]["text"], line["agent"]) for line in direct[others :: len(direct) // QUESTIONS]][
        :QUESTIONS
    ]


async def asked(port: int, message: str, agent: str | None, until: bytes) -> tuple[float, bytes]:
    """Milliseconds from sending a question in a new session until the bytes given have come, and the last that came.

    Without an agent it is routed.
    """
    session_id = await new_session(port)
    started = time.perf_counter()
    body: dict[str, object] = {"message": message, "session_id": session_id}
    if agent is not None:
        body["agent"] = agent
    received = await request(port, "POST", "/api/chat", body, "text/event-stream", until)
    return (time.perf_counter() - started) * 1000, received


async def hit(port: int, message: str, agent: str | None, times: list[float]) -> None:
    """Ask what was asked before; the time counts where an earlier answer served: what was declined is not kept."""
    taken, received = await asked(port, message, agent, b"event: token")
    if b'"status":"hit"' in received:
        times.append(taken)


async def new_session(port: int) -> str:
    """A new session's id."""
    created = await request(port, "POST", "/api/session", None, "application/json", b'"created_at"')
    return created.partition(b'"session_id":"')[2][:36].decode()


async def rows() -> list[Row]:
    """The latency rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        documents, data = Path(folder) / "documents", Path(folder) / "data"
        write_documents(documents, CHUNKS)
        command = (str(Path(sys.executable).parent / "orchestratai"), "ingest", str(documents))
        ingest = await asyncio.create_subprocess_exec(
            *command, env=os.environ | {"DATA_DIR": str(data)}, stdout=asyncio.subprocess.DEVNULL
        )
        assert await ingest.wait() == 0
        async with served(data) as (port, _, _):
            fresh: list[float] = []
            cached: list[float] = []
            routed: list[float] = []
            for message, agent in questions():
                fresh.append((await asked(port, message, agent, b"event: token"))[0])
                if agent != "technical":
                    await asked(port, message, agent, b"event: run.completed")
                    await hit(port, message, agent, cached)
            for message, agent in questions(others=True):
                if agent != "technical":
                    await asked(port, message, None, b"event: run.completed")
                    await hit(port, message, None, routed)
    own, named, unnamed = (statistics.median(times[5:]) for times in (fresh, cached, routed))
    return [
        Row(
            f"own time before the first token, embedded, {CHUNKS} chunks, p50",
            f"{own:.1f} ms",
            "",
            None,
            "≤ 15 ms",
            own <= 15,
            "reading new passages, half of the search, while other threads take Python's lock; then the verdict",
        ),
        Row(
            "the same for an exact cache hit, p50",
            f"{named:.1f} ms",
            "",
            None,
            "≤ 5 ms",
            named <= 5,
            WAITS,
        ),
        Row(
            "the same where no agent is named, p50",
            f"{unnamed:.1f} ms",
            "",
            None,
            "≤ 5 ms",
            unnamed <= 5,
            WAITS,
        ),
    ]
