"""What the sections measure with: the open agents, the sets given, and what was asked once for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.embedding import WordLlama
from agents.evaluation.measure import Result, measure
from agents.evaluation.mtrag import Taken, take
from agents.house import Agents
from agents.known import Known

Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it is, and of how much; 0 of 0 when that is not known."""


@dataclass(slots=True)
class Bench:
    """The bundled or given `questions` asked of `agents`; the public sets where a path was given.

    `folder` is for what is written meanwhile. What several sections need is asked once.
    """

    agents: Agents
    embedding: WordLlama
    questions: Sequence[Known]
    folder: Path
    progress: Progress
    mtrag: Path | None = None
    clinc: Path | None = None
    banking: Path | None = None
    sets: dict[str, int] = field(default_factory=dict)
    _results: list[Result] | None = None
    _taken: list[Taken] | None = None

    async def asked(self) -> list[Result]:
        """The questions, asked: a result for each split, and one for all of them last. Raises AgentError."""
        if self._results is None:
            self.sets["questions"] = len(self.questions)
            results = await measure(self.agents.answer, self.questions, progress=self.told("Asking the questions"))
            self._results = results[:1] if len(results) == 2 else results  # one split is all of them
        return self._results

    async def taken(self) -> list[Taken]:
        """The tasks of `mtrag`, asked; none where no folder was given. Raises AgentError."""
        if self.mtrag is None:
            return []
        if self._taken is None:
            self.progress("Indexing the passages of MTRAG", 0, 0)
            self._taken = await take(self.mtrag, self.embedding, progress=self.told("Asking the tasks of MTRAG"))
            self.sets["MTRAG tasks"] = len(self._taken)
        return self._taken

    def told(self, name: str) -> Callable[[int, int], None]:
        """A progress for one piece of work."""
        return lambda done, total: self.progress(name, done, total)
