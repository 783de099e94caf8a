"""Qdrant Edge's files on disk: opened, or made, with what Edge is told of them."""

from pathlib import Path

from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    FacetRequest,
    Memory,
    Modifier,
    PayloadSchemaType,
    UpdateOperation,
)

from agents.errors import IndexUnavailable
from agents.knowledge.index import IndexBusy


def open_shard(directory: Path, dimension: int) -> EdgeShard:
    """The shard under `directory`, made if there is none; as it is where `dimension` is 0.

    Raises IndexBusy where another process has it open, IndexUnavailable where it cannot be opened.
    """
    path = directory / "shard"
    try:
        if (path / "edge_config.json").exists():
            # One that an older version made takes the configuration over with its next ingest.
            return EdgeShard.load(str(path), _config(dimension) if dimension else None)
        path.mkdir(parents=True, exist_ok=True)
        shard = EdgeShard.create(str(path), _config(dimension))
        for field in ("domain", "document"):
            shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Keyword))
        return shard
    except Exception as error:  # Edge raises plain Exception for everything
        if "WouldBlock" in str(error):
            raise IndexBusy(f"The index in {directory} is in use by another process; stop that one first.") from error
        raise IndexUnavailable(f"The index in {directory} cannot be opened: {error}") from error


def _config(dimension: int) -> EdgeConfig:
    return EdgeConfig(
        vectors={"dense": EdgeVectorParams(size=dimension, distance=Distance.Cosine)},
        sparse_vectors={"bm25": EdgeSparseVectorParams(modifier=Modifier.Idf)},
        # Edge's own choice drops the payloads from memory whenever it opens: 30 new chunks take 2.5 ms then, .5 so.
        payload_memory=Memory.Cached,
        # The calling thread searches then, and several callers beside one another. Its own choice, eight threads on two
        # processors, makes a search wait until they are awake (.3 ms of 1.8), and the event loop for a processor.
        max_search_threads=1,
    )


def only_under(directory: Path, prefix: str) -> bool:
    """Whether all the documents of an index have keys with this prefix. Raises as `open_shard`."""
    shard = open_shard(directory, 0)
    try:
        facet = shard.facet(FacetRequest(key="document", limit=1_000_000, exact=True))
        return all(str(hit.value).startswith(prefix) for hit in facet.hits)
    finally:
        shard.close()
