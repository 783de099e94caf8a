"""Which documents an index holds as a whole, told by what its chunks say of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any


def whole_documents(payloads: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The content hash of each document; "" for one whose chunks are of two versions or not all there."""
    expected: dict[str, tuple[str, int]] = {}
    counted: Counter[str] = Counter()
    mixed: defaultdict[str, set[str]] = defaultdict(set)
    for payload in payloads:
        key, content = str(payload["document"]), str(payload["document_hash"])
        expected[key] = (content, int(payload["chunks"]))
        mixed[key].add(content)
        counted[key] += 1
    return {
        key: content if len(mixed[key]) == 1 and counted[key] == chunks else ""
        for key, (content, chunks) in expected.items()
    }
