"""Reads one document from beginning to end, a page at a time."""

from typing import Annotated, Any
from urllib.parse import urldefrag

from pydantic import Field

from agents.tools.tool import Arguments, Tool, ToolFailed, Workplace

PAGE = 8000
"""Characters of a document in one output."""


class GetDocument(Arguments):
    """Which document, and from where on."""

    url: Annotated[
        str, Field(min_length=1, max_length=500, description="As search_knowledge, list_documents or a source give it.")
    ]
    offset: Annotated[int, Field(ge=0, description="Characters to leave out; `next_offset` of the page before.")] = 0


async def run(given: GetDocument, workplace: Workplace) -> dict[str, Any]:
    """A page of the document's text; `next_offset` is there while more follows. Raises ToolFailed."""
    passages = await workplace.library.document(given.url)
    if not passages:  # a source's link leads to a place in the document
        passages = await workplace.library.document(urldefrag(given.url).url)
    if not passages:
        raise ToolFailed(f"There is no document {given.url!r}: take a url from search_knowledge or list_documents.")
    text = "\n\n".join(passage.text for passage in passages)
    first, end = passages[0], given.offset + PAGE
    page = {"url": first.url, "title": first.title, "content": text[given.offset : end], "characters": len(text)}
    return page | ({"next_offset": end} if end < len(text) else {})


TOOL = Tool(
    name="get_document",
    description="Read a whole document by its url, in pages.",
    arguments=GetDocument,
    run=run,
)
