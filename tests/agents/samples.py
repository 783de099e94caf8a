"""Small documents and an open house over them, for the tests of the agents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agents.house import Agents, open_agents
from agents.passage import Passage
from agents.question import Question
from streaming.events import Fact, RunCompleted

REFUNDS = """---
title: Refund policy
url: https://docs.example/refunds
domain: billing
---

# Refund policy

## Monthly plans
The first payment of a monthly plan can be refunded within 7 days. Renewals of a monthly plan are not refundable.

## Annual plans
The first payment of an annual plan can be refunded within 30 days.

## Request a refund
1. Open **Billing > Invoices**.
2. Select **Request refund**.
3. Confirm the request.
"""

CODES = """---
title: Error codes
url: https://docs.example/codes
domain: technical
---

Error E-1020 means that the disk is full. Error E-1031 means that the clock of the computer is wrong.

| Code | Cause |
|---|---|
| E-2000 | The proxy refuses the connection |
"""

PRIVACY = """---
title: Privacy notice
url: https://docs.example/privacy
domain: policy
---

Personal data is deleted 90 days after an account was closed. Cookies are kept for 12 months.
"""

DOCUMENTS = {"refunds.md": REFUNDS, "codes.md": CODES, "privacy.md": PRIVACY}


def write(folder: Path, documents: dict[str, str] = DOCUMENTS) -> Path:
    """A folder with these documents."""
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@asynccontextmanager
async def house(folder: Path, documents: dict[str, str] = DOCUMENTS) -> AsyncIterator[Agents]:
    """The agents over small documents; everything lies in `folder`."""
    async with open_agents(data_dir=folder / "data", documents=write(folder / "documents", documents)) as agents:
        yield agents


async def asked(agents: Agents, question: Question | str) -> tuple[list[Fact], str, RunCompleted]:
    """The facts of an answer, its text, and its ending."""
    facts: list[Fact] = []
    text = ""
    async for output in agents.answer(Question(question) if isinstance(question, str) else question):
        if isinstance(output, str):
            text += output
        else:
            facts.append(output)
    ending = facts[-1]
    assert isinstance(ending, RunCompleted)
    return facts, text, ending


def passage(text: str, *, heading: str = "", title: str = "Page", score: float = 0.5, number: int = 1) -> Passage:
    """A passage with this text."""
    return Passage(
        chunk_id=f"c{number}",
        text=text,
        title=title,
        heading=heading,
        url=f"https://docs.example/{number}",
        domain="billing",
        position=0,
        content_hash=f"{number}-{hash(text)}",
        score=score,
    )


def pdf(*pages: str) -> bytes:
    """A small PDF with one line of text a page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for line in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 "
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % (number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
