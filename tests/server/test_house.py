"""The house stands on when the store fails for a while."""

import asyncio
from typing import Any

import pytest

from server import house
from server.errors import describe
from server.origins import allowed
from streaming.log import StoreFull


class Failing:
    """A store that is full at first."""

    def __init__(self) -> None:
        self.asked = 0
        self.twice = asyncio.Event()

    async def purge(self) -> None:
        self.asked += 1
        if self.asked == 1:
            raise StoreFull("the disk is full")
        self.twice.set()


async def test_a_full_disk_does_not_end_the_forgetting_of_old_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "PURGE", 0.001)
    store: Any = Failing()
    task = asyncio.create_task(house._purge(store))
    await asyncio.wait_for(store.twice.wait(), 60)
    task.cancel()


def test_what_is_inside_an_unexpected_error_is_not_told() -> None:
    told = describe(RuntimeError("the password is hunter2"))
    assert told.code == "internal_error"
    assert "hunter2" not in told.message


@pytest.mark.parametrize(
    ("origin", "origins", "expected"),
    [
        (None, (), True),
        ("http://me:8000", (), True),
        ("https://other.example", (), False),
        ("https://other.example", ("https://other.example",), True),
        ("https://other.example", ("*",), True),
        ("null", (), False),
        ("http://[", (), False),
    ],
)
def test_only_known_pages_are_let_in(origin: str | None, origins: tuple[str, ...], expected: bool) -> None:
    headers = [(b"host", b"me:8000")] + ([(b"origin", origin.encode())] if origin else [])
    assert allowed({"headers": headers}, origins) is expected
