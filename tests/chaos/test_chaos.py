"""The short form: every scenario once. `make chaos` has the long one."""

from collections.abc import Iterator

import pytest

from tests.chaos.arena import Arena, arena
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.trial import attempt


@pytest.fixture(scope="module")
def place() -> Iterator[Arena]:
    with arena() as opened:
        yield opened


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
async def test_readers_get_everything_once_in_order_with_one_ending(place: Arena, scenario: Scenario) -> None:
    try:
        outcome = await attempt(place, scenario)
    finally:
        place.restore()
    assert outcome.whole, outcome
