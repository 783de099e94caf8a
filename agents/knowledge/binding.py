"""What is kept beside an index: what made it, its term statistics, and its documents."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from agents.knowledge.index import IndexMismatch
from agents.terms import TermStatistics

_DAMAGED = (ValueError, KeyError, EOFError, BadZipFile)
"""What reading a file raises of which a power cut left a part; what these files tell can be counted anew."""


@dataclass(frozen=True, slots=True)
class Binding:
    """An index belongs to the embedding and the chunker that made it."""

    embedding: str
    dimension: int
    chunker: str
    format: int = 1


def bind(directory: Path, binding: Binding, *, may_rebuild: Callable[[], bool] = lambda: False) -> None:
    """Binds a new index, or makes sure that an existing one was made the same way.

    One that was made in another way is cleared if it may be rebuilt; else raises IndexMismatch.
    """
    path = directory / "binding.json"
    wanted = asdict(binding)
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        _replace(path, json.dumps(wanted).encode())
        return
    found = json.loads(path.read_bytes())
    if found != wanted and may_rebuild():
        shutil.rmtree(directory)
        bind(directory, binding)
    elif found != wanted:
        raise IndexMismatch(
            f"The index in {directory} was made with {found}, but {wanted} is configured. Configure that again, or "
            f"delete the folder {directory} and ingest your documents anew."
        )


def stored_statistics(directory: Path) -> TermStatistics | None:
    """The statistics as of the last settled ingest; None where there are none, or the disk lost them."""
    path = directory / "terms.npz"
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file) as stored:
            frequency = dict(zip(stored["terms"].tolist(), stored["frequency"].tolist(), strict=True))
            return TermStatistics(int(stored["chunks"]), frequency)
    except _DAMAGED:
        return None


def store_statistics(directory: Path, statistics: TermStatistics | None) -> None:
    """Stores the statistics; None removes them, so that a cut-off ingest leaves none that lie."""
    path = directory / "terms.npz"
    if statistics is None:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_suffix(".new.npz")
    np.savez(
        temporary,
        chunks=np.int64(statistics.chunks),
        terms=np.fromiter(statistics.frequency.keys(), dtype=np.int64),
        frequency=np.fromiter(statistics.frequency.values(), dtype=np.int64),
    )
    temporary.replace(path)


def stored_documents(directory: Path) -> dict[str, str] | None:
    """The documents' hashes as of the last settled ingest; None where they must be looked up chunk by chunk."""
    path = directory / "documents.json"
    if not path.exists():
        return None
    try:
        found: dict[str, str] = json.loads(path.read_bytes())
    except _DAMAGED:
        return None
    return found


def store_documents(directory: Path, documents: Mapping[str, str] | None) -> None:
    """Stores the documents' hashes; None removes them, before anything is changed."""
    path = directory / "documents.json"
    if documents is None:
        path.unlink(missing_ok=True)
    else:
        _replace(path, json.dumps(dict(documents)).encode())


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
