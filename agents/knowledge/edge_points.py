"""Chunks as Qdrant Edge holds them, and out of it again. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from qdrant_edge import Point, Record, SparseVector

from agents.knowledge.index import Candidate, Entry
from agents.knowledge.packing import FIELD, packed, unpacked
from agents.passage import Passage

_REQUIRED = ("text", "title", "heading", "url", "domain", "position", "content_hash")
FIELDS = (*_REQUIRED, "anchor", "document")
"""What the payload says of a passage; older versions put neither of the last two."""


def point(entry: Entry) -> Point:
    """A chunk as it is put."""
    passage = entry.passage
    return Point(
        passage.chunk_id,
        {"dense": entry.vector.tolist(), "bm25": SparseVector(list(entry.terms), list(entry.terms.values()))},
        {field: getattr(passage, field) for field in FIELDS}
        | {"document": entry.document, "document_hash": entry.document_hash, "chunks": entry.chunks}
        | {FIELD: packed(entry.vector, entry.terms)},
    )


def passage_of(chunk_id: str, payload: Mapping[str, Any]) -> Passage:
    """A chunk out of its payload, which holds FIELDS."""
    text, title, heading, url, domain, position, content_hash = (payload[field] for field in _REQUIRED)
    anchor, document = payload.get("anchor", ""), payload.get("document", "")
    return Passage(chunk_id, text, title, heading, url, domain, position, content_hash, 0.0, anchor, document)


def unpacked_candidate(chunk_id: str, payload: Mapping[str, Any]) -> Candidate | None:
    """A chunk with its vectors out of its payload alone; None where an older version put it."""
    if FIELD not in payload:
        return None
    return Candidate(passage_of(chunk_id, payload), *unpacked(payload[FIELD]))


def candidate_of(record: Record) -> Candidate:
    """A chunk with its vectors, which lie beside the payload."""
    vector: Any = record.vector
    sparse = vector["bm25"]
    dense = np.fromiter(vector["dense"], np.float32)
    passage = passage_of(str(record.id), record.payload or {})
    return Candidate(passage, dense, np.asarray(sparse.indices, np.uint32), np.asarray(sparse.values, np.float32))
