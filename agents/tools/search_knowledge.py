"""Looks up passages of the company's documents."""

from typing import Annotated, Any

from pydantic import Field

from agents.passage import Domain
from agents.tools.tool import Arguments, Tool, Workplace


class SearchKnowledge(Arguments):
    """What to look up."""

    query: Annotated[str, Field(min_length=1, max_length=500, description="What to look for, as a question or words.")]
    domain: Annotated[Domain | None, Field(description="Prefer documents of this domain.")] = None
    limit: Annotated[int, Field(ge=1, le=10, description="Passages at most.")] = 5


async def run(given: SearchKnowledge, workplace: Workplace) -> dict[str, Any]:
    """The passages that fit best, best first; `relevance_score` is 0..1. `warning` says what went less well."""
    found = await workplace.search(given.query, domain=given.domain, limit=given.limit)
    told: dict[str, Any] = {"warning": found.warning} if found.warning else {}
    return told | {
        "passages": [
            {
                "chunk_id": passage.chunk_id,
                "title": passage.title,
                "content": passage.text,
                "url": passage.url,
                "position": passage.position,
                "relevance_score": passage.score,
            }
            for passage in found.passages
        ]
    }


TOOL = Tool(
    name="search_knowledge",
    description="Search the company's documents for passages that answer a question.",
    arguments=SearchKnowledge,
    run=run,
)
