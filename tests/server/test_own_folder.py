"""Each worker's copy of the index is the index, and takes no more room than it."""

import os
from pathlib import Path

import pytest

from server.workers import own_folder


def test_a_copy_has_the_same_bytes_and_keeps_the_holes(tmp_path: Path) -> None:
    index = tmp_path / "index" / "wal"
    index.mkdir(parents=True)
    contents = {
        "hole": b"\0" * 20_000_000,
        "tail": b"begins" + b"\0" * 5_000_000,
        "plain": os.urandom(200_001),
        "none": b"",
    }
    for name, content in contents.items():
        with (index / name).open("wb") as file:
            file.write(content.rstrip(b"\0"))
            file.truncate(len(content))
    if (index / "hole").stat().st_blocks:
        pytest.skip("this file system keeps no holes")
    copy = own_folder(tmp_path, 2) / "index" / "wal"
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == contents
    assert sum(path.stat().st_blocks for path in copy.iterdir()) * 512 < 1_000_000
