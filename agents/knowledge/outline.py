"""Lines and headings, as they come, made sections. Pure."""

from agents.knowledge.chunking import Section


class Outline:
    """Gathers lines under the heading that is open, and knows the path to it."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []
        self._anchor = ""
        self._lines: list[str] = []
        self._done: list[Section] = []

    def open(self, level: int, heading: str, anchor: str) -> None:
        """A heading of that level, 1 being the highest, and what a link to it ends with."""
        self._close()
        self._anchor = anchor
        self._path = [(depth, name) for depth, name in self._path if depth < level] + [(level, heading)]

    def add(self, line: str) -> None:
        """A line under the heading that is open."""
        self._lines.append(line)

    def sections(self) -> list[Section]:
        """All sections that hold text, in their order."""
        self._close()
        return self._done

    def _close(self) -> None:
        text = "\n".join(self._lines).strip("\n")
        if text.strip():
            self._done.append(Section(" › ".join(name for _, name in self._path), text, self._anchor))
        self._lines = []
