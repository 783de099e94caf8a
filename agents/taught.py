"""What examples teach, the bundled ones and an operator's: who answers, and what is known to be answered."""

from pathlib import Path

from agents.embedding import WordLlama
from agents.precedents import (
    Precedent,
    Precedents,
    bundled_judged,
    bundled_known,
    bundled_quoted,
    operators_precedents,
    precedents_of,
)
from agents.routing.examples import load_examples
from agents.routing.fitting import kept
from agents.routing.router import Router


class Taught:
    """A router and precedents that learn from files. Blocks while it learns: use a thread."""

    def __init__(self, folder: Path, bundled: Path, embedding: WordLlama, *, kept_at: Path) -> None:
        """From the examples in a folder and what is bundled; the router's model is kept. Raises ExamplesInvalid."""
        self._folder = folder
        self._bundled = bundled
        self._embedding = embedding
        self._kept_at = kept_at
        examples = load_examples(folder)
        self.router = Router(kept(kept_at, examples, embedding, unfamiliar=("none",)))
        self.precedents = Precedents(embedding, bundled_judged(bundled), self._known())

    def learn(self) -> str:
        """Learns all anew, or nothing. Returns what, in words. Raises ExamplesInvalid and OSError."""
        examples, known = load_examples(self._folder), self._known()
        self.router.learn(kept(self._kept_at, examples, self._embedding, unfamiliar=("none",)))
        self.precedents.learn(known)
        return f"{sum(map(len, examples.values()))} messages to route by, {len(known)} questions to judge by"

    def _known(self) -> list[Precedent]:
        bundled = [*precedents_of(bundled_known(self._bundled)), *bundled_quoted(self._bundled)]
        return [*bundled, *operators_precedents(self._folder)]
