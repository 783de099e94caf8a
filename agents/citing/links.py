"""Keeps links out of a model's text whose host no source names: an address can carry data away. Text passes at once.

`[the page](https://elsewhere/?data)` becomes `[the page]`, an image likewise, and a bare address ends at its scheme,
`https:…`. Only the beginning of an address is held back, until its host is known, at most MAX_HOST characters.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from agents.passage import Passage

MAX_HOST = 300
"""Characters of an address; one whose host is not known by then counts as foreign."""
LOCAL = frozenset(["localhost", "127.0.0.1"])

_START = re.compile(r"\]\(|://")
_BEGUN = re.compile(r"(?:\]|:/?)\Z")
_TARGET = re.compile(
    r"[ \t<]*(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?(?P<slashes>[/\\]*)(?P<authority>[^\s/?#\\)>\"'<]*)(?P<next>.?)",
    re.I | re.S,
)
_NAMED = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.I)
_PORT = re.compile(r"(?::\d*)?[.,;:!]*\Z")
_ENDS = {")": re.compile(r"[)\n]"), " ": re.compile(r"[\s)>\]\"'<]")}

Verdict = Literal["fine", "foreign", "undecided"]


class Links:
    """One answer's filter: `feed` it the pieces, then `end`. `dropped` counts the addresses that were left out."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.dropped = 0
        self._passages = passages
        self._held = ""
        self._until = ""  # what ends an address that is being left out

    def feed(self, piece: str) -> str:
        """What is decided by now."""
        text, self._held = self._held + piece, ""
        if not self._until and "://" not in text and "](" not in text and text[-1:] not in ("]", ":", "/"):
            return text
        return self._filtered(text, last=False)

    def end(self) -> str:
        """What was held back."""
        text, self._held = self._held, ""
        return self._filtered(text, last=True)

    def _filtered(self, text: str, *, last: bool) -> str:
        out: list[str] = []
        at = 0
        while at < len(text):
            if self._until:
                ends = _ENDS[self._until].search(text, at)
                if ends is None:
                    break
                at = ends.end() if ends.group() == ")" == self._until else ends.start()
                self._until = ""
            start = _START.search(text, at)
            if start is None:
                begun = None if last else _BEGUN.search(text, at)
                out.append(text[at : begun.start() if begun else len(text)])
                self._held = begun.group() if begun else ""
                break
            out.append(text[at : start.start()])
            link = start.group() == "]("
            near = text[start.end() : start.end() + MAX_HOST + 1]
            verdict = self._judged(near if link else f"http://{near}", last=last)
            if verdict == "undecided":
                self._held = text[start.start() :]
                break
            at = start.end()
            if verdict == "fine":
                out.append(start.group())
            else:
                self.dropped += 1
                self._until = ")" if link else " "
                out.append("]" if link else ":…")
        return "".join(out)

    def _judged(self, target: str, *, last: bool) -> Verdict:
        found = _TARGET.match(target)
        if found is None or found.end() > MAX_HOST:
            return "foreign"
        if not found["next"] and not last:
            return "undecided"
        scheme = (found["scheme"] or "").lower()
        if scheme in ("", "http", "https", "mailto"):
            relative = not scheme and len(found["slashes"]) < 2
            host = _PORT.sub("", found["authority"].rpartition("@")[2].lower())
            return "fine" if relative or not host or host in self._hosts else "foreign"
        return "foreign"

    @cached_property
    def _hosts(self) -> frozenset[str]:
        addresses = {urlsplit(passage.url).hostname or "" for passage in self._passages}
        named = {found.lower() for passage in self._passages for found in _NAMED.findall(passage.text)}
        return LOCAL | addresses | named
