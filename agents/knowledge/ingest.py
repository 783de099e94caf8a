"""Documents into the index: what is unchanged is skipped, what changed is replaced, what failed is named."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from agents.embedding import Embedding, Vectors
from agents.hashing import chunk_hash
from agents.knowledge.anchors import takes_anchor
from agents.knowledge.chunking import Chunk, chunks
from agents.knowledge.documents import Document, DocumentUnreadable, fingerprint, load, read
from agents.knowledge.files import File, all_files, gone
from agents.knowledge.index import Entry, Index
from agents.knowledge.quarantine import order, quarantined
from agents.knowledge.vectors import Here, IndexEmbedding
from agents.passage import Domain, Passage
from agents.terms import weights

BATCH = 256
"""Chunks gathered before they are embedded and put."""

NO_VECTOR: Vectors = np.zeros(0, np.float32)
"""That of a chunk that waits for its batch to be embedded."""

KEPT = " (what was read of it before is kept)"

Outcome = Literal["added", "replaced", "unchanged", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A passage that gives orders to a model and was left out: its file, its place there, and the order's words."""

    path: str
    place: str
    order: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One more file is done with: `done` of `total`; `chunks` were written so far."""

    done: int
    total: int
    path: str
    outcome: Outcome
    reason: str = ""
    chunks: int = 0


@dataclass(slots=True)
class Report:
    """What an ingest did: how many documents came to each outcome, chunks written, failures, what was left out.

    `guessed` are files whose encoding nothing says, with the one that they were read in. `passed_over` counts, by
    suffix, the files in folders for which there is no reader.
    """

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    chunks: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    guessed: list[tuple[str, str]] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Draft:
    text: str
    entry: Entry


class Ingest:
    """Writes documents into one index; one ingest at a time.

    The index itself is the only bookkeeping: each chunk says which version of which document it belongs to and how many
    chunks that has. An ingest that was killed leaves documents that do not add up, and the next one writes those anew.
    """

    def __init__(self, index: Index, embedding: Embedding, vectors: IndexEmbedding | None = None) -> None:
        """`vectors` are made for the index where it does not hold the embedding's own."""
        self._index = index
        self._vectors = vectors or Here(embedding)
        self._one_at_a_time = asyncio.Lock()

    async def __call__(
        self,
        paths: Sequence[Path],
        *,
        sync: bool = False,
        domain: Domain | None = None,
        prefix: str | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Report:
        """Ingests files and folders. A path that does not exist is reported as failed.

        `sync` also removes documents that came from these folders and are no longer there. `domain` is for documents
        that name none themselves and lie in no folder called after one. `prefix` replaces the folder's absolute path
        in the documents' keys, for documents that move with the installation.
        """
        async with self._one_at_a_time:
            return await self._ingest(paths, sync, domain, prefix, progress)

    async def _ingest(
        self,
        paths: Sequence[Path],
        sync: bool,
        domain: Domain | None,
        prefix: str | None,
        progress: Callable[[Progress], None],
    ) -> Report:
        report = Report()
        files = await asyncio.to_thread(all_files, paths, domain, prefix, report.passed_over)
        known = await self._index.documents()
        left = sorted(gone(paths, known, {file.key for file in files}, prefix)) if sync else []
        total, done = len(files) + len(left), 0
        waiting: list[tuple[File, list[_Draft]]] = []

        def tell(path: str, outcome: Outcome, reason: str = "") -> None:
            nonlocal done
            done += 1
            progress(Progress(done, total, path, outcome, reason, report.chunks))

        async def write() -> None:
            await self._write(waiting, known, report, tell)
            waiting.clear()

        for file in files:
            try:
                read_one = await asyncio.to_thread(self._read, file, known.get(file.key))
            except DocumentUnreadable as error:
                reason = f"{error.reason}{KEPT if file.key in known else ''}"
                report.failed.append((str(file.path), reason))
                tell(str(file.path), "failed", reason)
                continue
            if read_one is None:
                report.unchanged += 1
                tell(str(file.path), "unchanged")
                continue
            document, drafts, left_out = read_one
            report.quarantined += left_out
            if document.guessed:
                report.guessed.append((str(file.path), document.guessed))
            waiting.append((file, drafts))
            if sum(len(own) for _, own in waiting) >= BATCH:
                await write()
        await write()
        for key in left:
            await self._index.remove(key)
            report.removed += 1
            tell(key, "removed")
        if report.chunks or report.replaced or report.removed:
            await self._index.settle()
        return report

    def _read(self, file: File, known: str | None) -> tuple[Document, list[_Draft], list[Quarantined]] | None:
        if known and known == fingerprint(load(file.path), file.url, file.domain):
            return None
        document = read(file.path, url=file.url, domain=file.domain)
        kept, left_out = _sifted(document, str(file.path))
        return document, _drafts(document, kept, file.key), left_out

    async def _write(
        self,
        waiting: Iterable[tuple[File, list[_Draft]]],
        known: dict[str, str],
        report: Report,
        tell: Callable[[str, Outcome], None],
    ) -> None:
        batch = list(waiting)
        drafts = [draft for _, own in batch for draft in own]
        if drafts:
            vectors = await self._vectors.chunks([draft.text for draft in drafts])
            pairs = zip(drafts, vectors, strict=True)
            await self._index.put([replace(draft.entry, vector=vector) for draft, vector in pairs])
        for file, own in batch:
            replaced = file.key in known
            if replaced:
                await self._index.remove(file.key, from_position=len(own))
                report.replaced += 1
            else:
                report.added += 1
            report.chunks += len(own)
            tell(str(file.path), "replaced" if replaced else "added")


def _sifted(document: Document, path: str) -> tuple[list[Chunk], list[Quarantined]]:
    """The passages that may be quoted, counted anew, and those that give orders; such a title condemns them all."""
    left_out = [Quarantined(path, "a hidden comment", said) for said in document.hidden_orders]
    pieces = chunks(document.sections)
    if said := order(f"{document.title}\n{document.url}"):
        return [], [*left_out, Quarantined(path, "title", said)]
    kept: list[Chunk] = []
    for heading, group in groupby(pieces, key=lambda piece: piece.heading):
        own = list(group)
        flagged = quarantined([piece.text for piece in own])
        if said := order(heading):
            flagged = dict.fromkeys(range(len(own)), said)
        for n, piece in enumerate(own):
            if n in flagged:
                place = f"{heading or 'beginning'}, passage {piece.position + 1}"
                left_out.append(Quarantined(path, place, flagged[n]))
            else:
                kept.append(replace(piece, position=len(kept)))
    return kept, left_out


def _drafts(document: Document, pieces: Sequence[Chunk], key: str) -> list[_Draft]:
    # Title and heading are searched with the text, and shown apart from it.
    texts = [". ".join(filter(None, (document.title, piece.heading, piece.text))) for piece in pieces]
    return [
        _Draft(
            text,
            Entry(
                passage=_passage(document, piece, key),
                vector=NO_VECTOR,
                terms=weights(text),
                document=key,
                document_hash=document.content_hash,
                chunks=len(pieces),
            ),
        )
        for piece, text in zip(pieces, texts, strict=True)
    ]


def _passage(document: Document, piece: Chunk, key: str) -> Passage:
    passage = Passage(
        chunk_id=str(uuid5(NAMESPACE_URL, f"{key}#{piece.position}")),
        text=piece.text,
        title=document.title,
        heading=piece.heading,
        url=document.url,
        domain=document.domain,
        position=piece.position,
        content_hash="",
        score=0.0,
        anchor=piece.anchor if takes_anchor(document.url) else "",
        document=key,
    )
    return replace(passage, content_hash=chunk_hash(document.title, passage.link, piece.text))
