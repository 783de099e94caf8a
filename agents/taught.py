"""What examples teach, the bundled ones and an operator's: who answers, and what is known to be answered."""

import logging
from pathlib import Path

from agents.embedding import WordLlama
from agents.errors import AgentError
from agents.precedents import (
    Precedents,
    bundled_judged,
    bundled_known,
    bundled_quoted,
    operators_precedents,
    precedents_of,
)
from agents.routing.examples import KNOWN, Examples, load_examples
from agents.routing.fitting import kept
from agents.routing.router import Router
from agents.wording import Wording

_log = logging.getLogger(__name__)


class Taught:
    """A router and precedents that learn from files. Blocks while it learns: use a thread."""

    def __init__(self, folder: Path, bundled: Path, embedding: WordLlama, wording: Wording, *, kept_at: Path) -> None:
        """From the examples in a folder and what is bundled; the router's model is kept. Raises ExamplesInvalid.

        Where an operator's questions cannot be read, there are none of them, the log tells why, and it is not `whole`.
        """
        self._folder = folder
        self._bundled = bundled
        self._embedding = embedding
        self._kept_at = kept_at
        self._routes = True
        self._coming_along = [*precedents_of(bundled_known(bundled)), *bundled_quoted(bundled)]
        self.router = Router(kept(kept_at, self._examples(), embedding, unfamiliar=("none",)))
        self.precedents = Precedents(embedding, bundled_judged(bundled), wording.everyday)
        self.whole = True
        try:
            own = operators_precedents(folder)
        except (AgentError, OSError) as error:
            self.whole, own = False, []
            _log.warning("what is known to be answered is not learned: %s", error)
        self.precedents.learn([*self._coming_along, *own])

    def learn(self) -> str:
        """Learns all anew, or nothing. Returns what, in words. Raises ExamplesInvalid and OSError."""
        examples, own = self._examples(), operators_precedents(self._folder)
        classifier = kept(self._kept_at, examples, self._embedding, unfamiliar=("none",))
        self.precedents.learn([*self._coming_along, *own])
        self.router.learn(classifier)
        routed, answered = sum(map(len, examples.values())), sum(each.answered for each in own)
        known = f"{answered} questions in answered.txt, {len(own) - answered} in unanswered.txt"
        return f"{routed} messages to route by, {known}"

    def _examples(self) -> Examples:
        """The folder's; the bundled ones where it holds nothing but what is known to be answered."""
        names = {path.name.split(".")[0] for path in self._folder.glob("*.txt")}
        # A folder without any file is a mistake, unless files that do not route were all that it had.
        self._routes = not names <= set(KNOWN) or (not names and self._routes)
        return load_examples(self._folder if self._routes else self._bundled / "examples")
