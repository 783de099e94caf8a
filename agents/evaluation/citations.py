"""Whether markers hold: those of quoted answers, and those that the gate lets a wrongly citing writer have."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files

from agents.citing.citations import Supports, gate
from agents.evaluation.miscites import Claim, claims
from agents.evaluation.sets import lines_of
from agents.hashing import chunk_hash
from agents.house import Agents, bundled_folder
from agents.knowledge.chunking import chunks
from agents.knowledge.documents import read
from agents.known import Known
from agents.llm import Usage
from agents.passage import Passage
from agents.sentences import units
from streaming.events import Citation, RunCompleted, Source

_MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Quoted:
    """The embedded answerer: of `questions` asked, answers with markers; their `markers`, those whose source exists
    (`with_source`), and those whose sentence the source has word for word or by the check (`supported`). Of questions
    whose answering sentences are known (`marked`), those whose answer holds one (`answered`)."""

    questions: int
    cited: int
    markers: int
    with_source: int
    supported: int
    marked: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """Markers that were offered to the gate, and those that it let out."""

    offered: int
    released: int

    @property
    def rate(self) -> float:
        """Share let out, 0..1; 0 where none was offered."""
        return self.released / self.offered if self.offered else 0.0


@dataclass(frozen=True, slots=True)
class CitationCounts:
    """All of it: `quoted` answers; what the gate let out of a writer's `verbatim` sentences and of `reworded` ones,
    both right; and of `wrong` markers, by kind. `sourceless` markers are those let out without a source: never any."""

    quoted: Quoted
    verbatim: Passed
    reworded: Passed
    wrong: Mapping[str, Passed]
    sourceless: int

    @property
    def unsupported(self) -> Passed:
        """All the wrong markers."""
        return Passed(
            sum(each.offered for each in self.wrong.values()), sum(each.released for each in self.wrong.values())
        )

    @property
    def share_of_released(self) -> float:
        """Of all the markers that the writer got out, the share that was wrong, 0..1; it depends on what it tried."""
        wrong = self.unsupported.released
        return wrong / max(wrong + self.verbatim.released + self.reworded.released, 1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence that its page supports in other words, `right`, and the same with a changed fact, `wrong`, written by
    hand. `kind` says what was changed; `half` is dev or test, by page."""

    kind: str
    half: str
    right: str
    wrong: str
    passages: tuple[Passage, ...]


def pairs() -> list[Pair]:
    """Hand-written pairs about the bundled documents."""
    with as_file(files("agents") / "evaluation" / "citation_set" / "pairs.jsonl") as path:
        rows = lines_of(path)
    pages = {row["page"]: sections(row["page"]) for row in rows}
    return [
        Pair(
            row["kind"],
            row["half"],
            row["supported"],
            row["unsupported"],
            tuple(each for each in pages[row["page"]] if each.heading == row["heading"]),
        )
        for row in rows
    ]


def sections(page: str) -> list[Passage]:
    """A bundled page's chunks, as they are retrieved."""
    document = read(bundled_folder() / "documents" / page)
    return [
        Passage(
            chunk_id=f"{page}-{piece.position}",
            text=piece.text,
            title=document.title,
            heading=piece.heading,
            url=page,
            domain="",
            position=piece.position,
            content_hash=chunk_hash(document.title, page, piece.text),
            score=1.0,
        )
        for piece in chunks(document.sections)
    ]


async def measure_citations(
    agents: Agents,
    questions: Sequence[Known],
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> CitationCounts:
    """Asks the answerable questions, and lets a wrongly citing writer answer them through the gate. Raises AgentError.

    `agents` should answer without a model. The reworded sentences and half of the wrong ones that were written by hand
    are about the bundled documents, whatever `agents` holds.
    """
    asked = [known for known in questions if known.answerable]
    chance = random.Random(seed)  # noqa: S311 - nothing depends on guessing it
    quoted = Counter[str]()
    offered, released = Counter[str](), Counter[str]()
    sourceless = 0
    for done, known in enumerate(asked, 1):
        quoted.update(await _quoted(agents, known))
        passages = (await agents.search(known.question.text)).passages
        written = claims(passages, chance, each=1)
        kept = await let_out(written, passages, agents.supports)
        for claim, out in zip(written, kept, strict=True):
            offered[claim.kind] += 1
            released[claim.kind] += out
            sourceless += out and claim.marker > len(passages)
        progress(done, len(asked))
    verbatim = Passed(offered.pop("quoted", 0), released.pop("quoted", 0))
    right = 0
    by_hand = pairs()
    for pair in by_hand:
        right += await _any(pair.right, pair.passages, agents.supports)
        offered[f"by hand: {pair.kind}"] += 1
        released[f"by hand: {pair.kind}"] += await _any(pair.wrong, pair.passages, agents.supports)
    return CitationCounts(
        quoted=Quoted(
            len(asked),
            quoted["cited"],
            quoted["markers"],
            quoted["with_source"],
            quoted["supported"],
            quoted["marked"],
            quoted["answered"],
        ),
        verbatim=verbatim,
        reworded=Passed(len(by_hand), right),
        wrong={kind: Passed(offered[kind], released[kind]) for kind in sorted(offered)},
        sourceless=sourceless,
    )


async def let_out(written: Sequence[Claim], passages: Sequence[Passage], supports: Supports) -> list[bool]:
    """Of each claim, whether its marker comes out of the gate that answers pass; all are one answer, a line each."""

    async def lines() -> AsyncIterator[str | Usage]:
        for claim in written:
            yield claim.line
        yield Usage()

    text = "".join([out async for out in gate(lines(), passages, supports=supports) if isinstance(out, str)])
    return [bool(_MARKER.search(line)) for line in text.splitlines()]


async def _any(sentence: str, passages: Sequence[Passage], supports: Supports) -> bool:
    """Whether one of a section's passages, cited, would keep the marker."""
    tried = [Claim("", sentence, marker) for marker in range(1, len(passages) + 1)]
    return any(await let_out(tried, passages, supports))


async def _quoted(agents: Agents, known: Known) -> dict[str, int]:
    text, released, sources = "", set[int](), dict[int, Source]()
    async for output in agents.answer(known.question):
        match output:
            case str():
                text += output
            case Citation():
                released.add(output.marker)
            case RunCompleted():
                sources = {each.marker: each for each in output.sources if each.marker is not None}
            case _:
                pass
    found = list(_MARKER.finditer(text))
    existing = [each for each in found if int(each[1]) in sources and int(each[1]) in released]
    held = sum(_holds(text[: each.start()], sources[int(each[1])], agents.supports) for each in existing)
    return {
        "cited": bool(found),
        "markers": len(found),
        "with_source": len(existing),
        "supported": held,
        "marked": bool(known.answers),
        "answered": known.answered_by(text),
    }


def _holds(before: str, source: Source, supports: Supports) -> bool:
    plain = _MARKER.sub("", before).rstrip()
    cut = units(plain)
    if not cut:
        return False
    sentence = plain[cut[-1].start : cut[-1].end]
    passage = Passage(
        chunk_id=source.chunk_id,
        text=source.content,
        title=source.title,
        heading="",
        url=source.url,
        domain="",
        position=source.position,
        content_hash=chunk_hash(source.title, source.url, source.content),
        score=source.relevance_score,
    )
    return sentence in source.content or supports(sentence, passage)
