"""Reads the bytes of a streamed chat completion into its chunks, however the network cut them; no I/O.

OpenAI's wire format: one JSON object per `data:` line, then `data: [DONE]`. Comments, other fields, CRLF and a
missing space after the colon are tolerated, since servers that speak the format differ in just these.
"""

import re
from typing import Any

import orjson

MAX_LINE = 1 << 20
"""Bytes in one line; a longer one breaks the stream rather than filling the memory."""

_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


class Completions:
    """One stream's parser: `feed` it what the socket gave, then `close` it.

    `done` once `[DONE]` came, and whatever follows is ignored. `broken` says what is wrong, if anything; the chunks
    before that place have been returned, however the bytes were split.
    """

    def __init__(self) -> None:
        self.done = False
        self.broken: str | None = None
        self._held: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The chunks that are complete by now, in order."""
        if self.done or self.broken:
            return []
        end = data.rfind(b"\n") + 1
        if not end:
            self._hold(data)
            return []
        lines = data[:end]
        if self._held:
            self._held.append(lines)
            lines = b"".join(self._held)
            self._held = []
            self._size = 0
        chunks = self._parse(lines)
        if end < len(data):
            self._hold(data[end:])
        return chunks

    def close(self) -> list[dict[str, Any]]:
        """What the last line holds, when the stream ended without a line break."""
        return self.feed(b"\n") if self._held else []

    def _hold(self, data: bytes) -> None:
        self._held.append(data)
        self._size += len(data)
        if self._size > MAX_LINE and not self.broken:
            self.broken = "a line is too long"

    def _parse(self, lines: bytes) -> list[dict[str, Any]]:
        chunks: list[dict[str, Any]] = []
        long = len(lines) > MAX_LINE
        for line in lines.split(b"\n"):
            if long and len(line) > MAX_LINE:
                self.broken = "a line is too long"
                break
            if line[:5] != b"data:":
                continue
            body = line[5:]
            try:
                chunk = orjson.loads(body)
            except orjson.JSONDecodeError:
                if body.strip() == b"[DONE]":
                    self.done = True
                    break
                chunk = _mended(body)
            if not isinstance(chunk, dict):
                self.broken = "a chunk is not a JSON object"
                break
            chunks.append(chunk)
        return chunks


def _mended(body: bytes) -> object:
    """A character cut in half by the tokenizer arrives as a lone surrogate, which is no valid JSON for orjson."""
    try:
        return orjson.loads(_LONE_SURROGATE.sub(rb"\\ufffd", body))
    except orjson.JSONDecodeError:
        return None
