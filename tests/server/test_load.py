"""New work is refused while the event loop is late, and not because it once was."""

import pytest

from server.errors import DoorError
from server.load import Load


def test_a_process_that_was_stopped_for_a_while_takes_work_at_once() -> None:
    load = Load(10, lambda: 0)
    load.looked(12.0)
    load.admit()


def test_a_loop_that_is_late_time_and_again_refuses_work_until_it_is_not() -> None:
    load = Load(10, lambda: 0)
    for _ in range(4):
        load.looked(1.0)
    with pytest.raises(DoorError, match="too busy"):
        load.admit()
    for _ in range(2):
        load.looked(0.0)
    load.admit()
    assert load.shed == 1
