"""Lists the documents that there are."""

from typing import Annotated, Any

from pydantic import Field

from agents.passage import Domain
from agents.tools.tool import Arguments, Tool, Workplace


class ListDocuments(Arguments):
    """Which documents."""

    domain: Annotated[Domain | None, Field(description="Only those of this domain.")] = None
    offset: Annotated[int, Field(ge=0, description="Documents to leave out.")] = 0
    limit: Annotated[int, Field(ge=1, le=100, description="Documents at most.")] = 50


async def run(given: ListDocuments, workplace: Workplace) -> dict[str, Any]:
    """Titles and urls; `total` counts all that fit."""
    listed = [each for each in await workplace.library.listed() if given.domain in (None, each.domain)]
    page = listed[given.offset : given.offset + given.limit]
    return {
        "documents": [{"url": each.url, "title": each.title, "domain": each.domain} for each in page],
        "total": len(listed),
    }


TOOL = Tool(
    name="list_documents",
    description="List the company's documents with their titles and urls.",
    arguments=ListDocuments,
    run=run,
)
