"""Facts and events for the tests."""

from streaming.event import Encoder, Event
from streaming.events import Metrics, RunCompleted, RunStarted
from streaming.log import Lease

STARTED = RunStarted(kind="chat", message="How much is it?")


def completed(message: str) -> RunCompleted:
    return RunCompleted(
        message=message, agent="billing", confidence=0.9, metrics=Metrics(tokensUsed=0, cost=0, latency=1)
    )


def tokens(lease: Lease, count: int, *, ended: bool = False) -> list[Event]:
    """A run's events: started, `count` tokens and, when `ended`, its completion."""
    encoder = Encoder(lease.session_id, lease.run.run_id, lease.generation)
    events = [encoder.fact(STARTED, 1.0)]
    events += [encoder.token(f"t{number} ", 1.0) for number in range(count)]
    if ended:
        events.append(encoder.fact(completed("".join(f"t{number} " for number in range(count))), 2.0))
    return events
