"""A chunk's vectors in its payload: unpacked as they were packed; chunks of older versions are found all the same."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import AsyncQdrantClient
from qdrant_edge import Distance, EdgeConfig, EdgeSparseVectorParams, EdgeVectorParams, Modifier

from agents.knowledge import edge_points, edge_shard, server
from agents.knowledge.edge import open_edge
from agents.knowledge.packing import FIELD, packed, unpacked
from agents.knowledge.server import ServerIndex
from agents.terms import terms, weights
from tests.agents.test_index_contract import BINDING, entry

FLOATS = st.floats(-4, 4, width=32)


@given(st.lists(FLOATS, max_size=8), st.dictionaries(st.integers(0, 2**32 - 1), FLOATS, max_size=8))
def test_vectors_come_out_of_their_packing_to_the_last_bit(vector: list[float], weights: dict[int, float]) -> None:
    dense, *sparse = unpacked(packed(np.asarray(vector, np.float32), weights))
    assert dense.dtype == np.float32
    assert dense.tolist() == vector
    assert dict(zip(*(each.tolist() for each in sparse), strict=True)) == weights


def test_a_chunks_weights_survive_packing() -> None:
    found = weights("Refunds for annual plans are paid within 14 days; refunds for others are not.")
    _, numbers, values = unpacked(packed(np.zeros(256, np.float32), found))
    assert dict(zip(numbers.tolist(), values.tolist(), strict=True)) == found


async def test_chunks_that_an_older_version_put_into_edge_are_found_with_their_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cats, dogs = entry("cats", 0, "cats like milk"), entry("dogs", 0, "dogs like bones")
    async with open_edge(tmp_path, name="older", binding=BINDING) as index:
        await index.put([dogs])
        with monkeypatch.context() as older:
            older.setattr(edge_points, "FIELD", "unknown then")
            await index.put([cats])
        found = await index.candidates(cats.vector, dict.fromkeys(terms("milk"), 1.0), domains=(), limit=5)
    assert [each.passage for each in found] == [cats.passage, dogs.passage]
    assert np.allclose(found[0].vector, cats.vector)
    assert dict(zip(found[0].terms.tolist(), found[0].weights.tolist(), strict=True)) == pytest.approx(cats.terms)


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_chunks_that_an_older_version_put_on_a_server_are_found_with_their_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cats, dogs = entry("cats", 0, "cats like milk"), entry("dogs", 0, "dogs like bones")
    client = AsyncQdrantClient(":memory:")
    index = ServerIndex(client, "older", BINDING)
    await index.open()
    await index.put([dogs])
    with monkeypatch.context() as older:
        older.setattr(server, "FIELD", "unknown then")
        await index.put([cats])
    found = await index.candidates(cats.vector, dict.fromkeys(terms("milk"), 1.0), domains=(), limit=5)
    await client.close()
    assert [each.passage for each in found] == [cats.passage, dogs.passage]
    assert np.allclose(found[0].vector, cats.vector)
    assert dict(zip(found[0].terms.tolist(), found[0].weights.tolist(), strict=True)) == pytest.approx(cats.terms)
    assert FIELD == "packed"  # a wire name


async def test_payloads_stay_in_memory_also_of_an_index_that_an_older_version_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cats = entry("cats", 0, "cats like milk")
    config = tmp_path / "shard" / "edge_config.json"
    with monkeypatch.context() as older:
        older.setattr(edge_shard, "_config", _older_config)
        async with open_edge(tmp_path, name="older", binding=BINDING) as index:
            await index.put([cats])
            await index.settle()
    assert json.loads(config.read_bytes()).get("payload_memory") != "cached"
    async with open_edge(tmp_path, name="older", binding=BINDING) as index:
        assert list(await index.passages([cats.passage.chunk_id])) == [cats.passage.chunk_id]
        await index.settle()
    assert json.loads(config.read_bytes())["payload_memory"] == "cached"


def _older_config(dimension: int) -> EdgeConfig:
    return EdgeConfig(
        vectors={"dense": EdgeVectorParams(size=dimension, distance=Distance.Cosine)},
        sparse_vectors={"bm25": EdgeSparseVectorParams(modifier=Modifier.Idf)},
    )
