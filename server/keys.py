"""The named keys: who may come in, revocable while the server runs."""

import hashlib
import hmac
import re
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

LEAST = 8
"""Characters in a key."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class KeysInvalid(ValueError):
    """The list of keys cannot be used. The message names the place, never what is written there."""


def parse(text: str, where: str) -> list[tuple[str, bytes]]:
    """Names with their keys' digests; entries are separated by commas or lines, `#` begins a comment line.

    One name may have several keys, for changing one without a gap. Raises KeysInvalid.
    """
    found = []
    entries = [
        part.strip() for line in text.splitlines() if not line.lstrip().startswith("#") for part in line.split(",")
    ]
    for number, entry in enumerate(filter(None, entries), 1):
        name, colon, key = entry.partition(":")
        name, key = name.strip(), key.strip()
        if not colon or not _NAME.fullmatch(name):
            raise KeysInvalid(f"{where}: entry {number} is not name:key (names have letters, digits, '.', '_', '-')")
        if len(key) < LEAST or not key.isascii() or not key.isprintable():
            raise KeysInvalid(f"{where}: the key of {name!r} needs at least {LEAST} printable ASCII characters")
        found.append((name, digest_of(key)))
    return found


class Keys:
    """The keys from API_KEYS and those in the file, which is read again as soon as it changes."""

    def __init__(self, listed: str | None, file: Path | None) -> None:
        """Raises KeysInvalid, also for a file that cannot be read."""
        self._listed = parse(listed, "API_KEYS") if listed is not None else []
        self._file = file
        self._mark = _mark(file)
        self._keys = [*self._listed, *(self._read(file) if file is not None else ())]
        self.version = 0
        """How often the file was read again."""
        self.open = listed is None and file is None
        """Whether no keys are configured: everybody may come in. Losing the file does not open the server."""
        self._tell_of_none()

    def _tell_of_none(self) -> None:
        if not self.open and not self._keys:
            log.error("no key is known, so nobody may come in: API_KEYS and API_KEYS_FILE name none")

    def owner(self, key: str) -> str | None:
        """The name of the key; None for one that is not, or no longer, valid. Takes the same time for each."""
        self.refresh()
        digest, found = digest_of(key), None
        for name, known in self._keys:
            if hmac.compare_digest(digest, known):
                found = name
        return found

    def has(self, name: str, digest: bytes = b"") -> bool:
        """Whether the name still has the key with this digest; without one, whether it has any."""
        self.refresh()
        return any(name == known and (not digest or hmac.compare_digest(digest, other)) for known, other in self._keys)

    def refresh(self) -> None:
        """Read the file again if it changed."""
        if self._file is None or (mark := _mark(self._file)) == self._mark:
            return
        self._mark = mark
        self.version += 1
        try:
            self._keys = [*self._listed, *self._read(self._file)]
            log.info("keys read again", file=str(self._file), names=sorted({name for name, _ in self._keys}))
            self._tell_of_none()
        except KeysInvalid as error:
            # A key may have been taken out of a file that is now malformed: better none than one too many.
            self._keys = self._listed
            log.error("the keys of API_KEYS_FILE are void until it is mended", reason=str(error))

    def _read(self, file: Path) -> list[tuple[str, bytes]]:
        try:
            return parse(file.read_text(encoding="utf-8"), "API_KEYS_FILE")
        except (OSError, UnicodeDecodeError) as error:
            raise KeysInvalid(f"API_KEYS_FILE {file} cannot be read: {getattr(error, 'strerror', error)}") from None


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _mark(file: Path | None) -> tuple[int, int, int] | None:
    if file is None:
        return None
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
