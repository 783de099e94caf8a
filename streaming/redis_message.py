"""What an append publishes, taken apart only as far as is needed: most messages are the tokens of one run."""

from dataclasses import dataclass

from streaming.event import Event, EventId, decode

HEAD = b'{"id":"'
TOKEN = b'token"'


@dataclass(frozen=True, slots=True)
class Published:
    """Events of one generation, `first` to `last`, after `previous`; `block` holds them, a line each."""

    generation: int
    first: int
    last: int
    previous: EventId
    block: bytes
    only_tokens: bool

    def events(self) -> list[Event]:
        """Ids and run are known, so at most the types are looked up."""
        bodies = self.block.split(b"\n")
        run_id = decode(bodies[0]).run_id
        generation = self.generation
        if self.only_tokens:
            return [
                Event((generation, sequence), "token", run_id, body) for sequence, body in enumerate(bodies, self.first)
            ]
        head = len(f'{{"id":"{generation}-","type":"')
        events = []
        for sequence, body in enumerate(bodies, self.first):
            start = head + len(str(sequence))
            kind = "token" if body.startswith(TOKEN, start) else body[start : body.index(b'"', start)].decode()
            events.append(Event((generation, sequence), kind, run_id, body))
        return events


def published(payload: bytes) -> Published:
    """As APPEND or TOKENS published it."""
    if payload.startswith(HEAD):
        generation, sequence = map(int, payload[len(HEAD) : payload.index(b'"', len(HEAD))].split(b"-"))
        last = sequence + payload.count(b"\n")
        return Published(generation, sequence, last, (generation, sequence - 1), payload, only_tokens=True)
    head, _, block = payload.partition(b"\n")
    generation, sequence, last, *before = map(int, head.split(b"-"))
    return Published(generation, sequence, last, (before[0], before[1]), block, only_tokens=False)
