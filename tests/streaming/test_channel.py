"""The channel's one rule: it holds everything after its floor, whatever is delivered to it."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.channel import MOST_EVENTS, Channel
from streaming.event import START, Encoder, Event
from tests.streaming.facts import completed


def run(generation: int, count: int) -> list[Event]:
    encoder = Encoder("s", "r", generation)
    return [*[encoder.token(f"{number}", 0) for number in range(count)], encoder.fact(completed(""), 0)]


LOG = run(5, 30) + run(9, 30) + run(12, 30)


@given(st.data())
def test_whatever_is_lost_or_repeated_a_reader_gets_the_log_from_memory_or_is_sent_to_the_store(
    data: st.DataObject,
) -> None:
    channel = Channel()
    position = 0
    while position < len(LOG):
        length = data.draw(st.integers(1, 8))
        batch = LOG[position : position + length]
        batch = [event for event in batch if event.id[0] == batch[0].id[0]]
        what = data.draw(st.sampled_from(["deliver", "lose", "twice", "top"]))
        if what in ("deliver", "twice"):
            channel.offer(batch)
        if what == "twice":
            channel.offer(batch)
        if what == "top":
            channel.note_top(batch[-1].id)
        position += len(batch)
        top = channel.top
        for cursor in [START, *[event.id for event in LOG[: position + 1]]]:
            found = channel.since(cursor)
            if found is not None:
                assert found == [event for event in LOG if cursor < event.id <= top]


def test_a_channel_that_knows_nothing_sends_every_reader_to_the_store() -> None:
    assert Channel().since(START) is None


def test_memory_stays_bounded_and_late_readers_page() -> None:
    channel = Channel()
    channel.note_top(START)
    events = run(3, 5000)
    for start in range(0, len(events), 10):
        channel.offer(events[start : start + 10])
        assert len(channel.events) <= MOST_EVENTS
    assert channel.since(events[0].id) is None
    assert channel.since(events[-10].id) == events[-9:]


def test_one_event_larger_than_the_memory_is_left_to_the_store() -> None:
    channel = Channel()
    channel.note_top(START)
    encoder = Encoder("s", "r", 3)
    big = encoder.token("x" * 300_000, 0)
    channel.offer([big])
    assert channel.since(START) is None
    assert channel.since(big.id) == []
    after = encoder.token("y", 0)
    channel.offer([after])
    assert channel.since(big.id) == [after]


def test_a_channel_is_active_until_its_run_ends() -> None:
    channel = Channel()
    encoder = Encoder("s", "r", 3)
    channel.offer([encoder.token("a", 0)])
    assert channel.active
    channel.offer([encoder.fact(completed("a"), 0)])
    assert not channel.active
