"""Which files are to be ingested, under which keys, and which that were are gone."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import get_args

from agents.knowledge.documents import is_readable
from agents.passage import Domain


@dataclass(frozen=True, slots=True)
class File:
    """A file by its `key` in the index, with the url and the domain that are its document's unless it names others.

    `place` is its path by the folder's own name, where a link leads to the folder.
    """

    path: Path
    place: Path
    key: str
    url: str
    domain: str | None


def all_files(
    paths: Sequence[Path], domain: Domain | None, prefix: str | None, passed_over: Counter[str]
) -> list[File]:
    """All files of these paths that are to be read, each once; the others of the folders are counted by suffix."""
    given = {_rooted(path) for path in paths}
    files: dict[Path, File] = {}  # a file may be in several of the folders
    for path in paths:
        for file in _files(path, domain, prefix):
            files.setdefault(file.place, file)
    wanted: list[File] = []
    for file in files.values():
        if is_readable(file.path) or file.path in given or file.path.is_dir():
            wanted.append(file)
        else:
            passed_over[file.path.suffix.lower() or file.path.name] += 1
    return wanted


def _files(path: Path, domain: Domain | None, prefix: str | None) -> list[File]:
    """The file, or all files of the folder but hidden ones; a folder that cannot be looked into stands for its own."""
    path, place = _rooted(path), _followed(path)
    known = get_args(Domain)
    if not path.is_dir():
        own = path.parent.name if path.parent.name in known else None
        kind = (
            place if is_readable(place) and not is_readable(path) else path
        )  # a link's name may not tell what it leads to
        return [File(kind, place, f"{prefix}/{path.name}" if prefix else path.as_posix(), path.name, domain or own)]
    closed: list[OSError] = []
    found = [Path(at, name) for at, _, names in os.walk(path, onerror=closed.append) for name in names]
    found = [file for file in found if _is_file(file)] + [Path(error.filename) for error in closed]
    own = domain or (path.name if path.name in known else None)
    return [
        File(
            path=file,
            place=place / file.relative_to(path),
            key=f"{prefix or path.as_posix()}/{file.relative_to(path).as_posix()}".removesuffix("/."),
            url=f"{path.name}/{file.relative_to(path).as_posix()}",
            domain=next((part for part in file.relative_to(path).parts if part in known), own),
        )
        for file in sorted(found)
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]


def _is_file(path: Path) -> bool:
    """Whether it is a file, or one of which that cannot be told: reading it tells why."""
    try:
        return path.is_file()
    except OSError:
        return True


def _rooted(path: Path) -> Path:
    """The path as it was given, from the root on: documents are known by a link's name, wherever it leads today."""
    straight = Path(os.path.abspath(path))
    try:
        return straight if ".." not in path.parts or straight.samefile(path) else _followed(path)
    except OSError:
        return _followed(path)  # the folder above that to which a link leads is not the one in which the link lies


def _followed(path: Path) -> Path:
    """Where all links have led; as far as they do where they lead in a circle."""
    return Path(os.path.realpath(path))


def gone(paths: Sequence[Path], known: Collection[str], present: set[str], prefix: str | None) -> set[str]:
    """The keys known of documents that came from these folders and are not among those present.

    Under the name of the folder to which a link leads, they are of the time before links kept their names.
    """
    left: set[str] = set()
    for path in filter(Path.is_dir, paths):
        root = prefix or _rooted(path).as_posix()
        for other in {root, prefix or _followed(path).as_posix()}:
            absent = {key for key in known if key not in present and key.startswith(f"{other}/")}
            # What lies in a folder that cannot be looked into is not known to be gone.
            left |= {key for key in absent if present.isdisjoint(_above(root + key.removeprefix(other)))}
    return left


def _above(key: str) -> Iterable[str]:
    return map(str, PurePosixPath(key).parents)
