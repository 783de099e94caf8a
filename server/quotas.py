"""How much one client may have at a time: open streams, open sockets, unfinished runs. Counted in this process."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Literal, Protocol

from server.errors import TOO_MANY_RUNS, TOO_MANY_STREAMS, DoorError
from server.identity import Caller
from streaming.log import Run, RunNotFound

RETRY_AFTER = 5.0

Kind = Literal["streams", "sockets"]


class Ledger(Protocol):
    """Knows what became of a run."""

    async def run(self, run_id: str, owner: str) -> Run:
        """Raises RunNotFound."""
        ...


class Quotas:
    """A limit of 0 is none."""

    def __init__(self, ledger: Ledger, *, streams: int, runs: int) -> None:
        self._ledger = ledger
        self._streams = streams
        self._runs = runs
        self._open: dict[Kind, Counter[str]] = {"streams": Counter(), "sockets": Counter()}
        self._unfinished: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._client_of: dict[str, str] = {}

    def enter(self, kind: Kind, caller: Caller) -> Callable[[], None]:
        """One more is open, until what is returned is called, once. Raises DoorError."""
        client, counts = caller.client, self._open[kind]
        if self._streams and counts[client] >= self._streams:
            message = f"{self._streams} {kind} are open already: close one first."
            raise DoorError(TOO_MANY_STREAMS, message, retry_after=RETRY_AFTER)
        counts[client] += 1

        def leave() -> None:
            counts[client] -= 1
            if not counts[client]:
                del counts[client]

        return leave

    async def check_runs(self, caller: Caller) -> None:
        """Whether the client may start another run. Raises DoorError.

        Runs are looked up only once the limit seems reached: then those that are over are struck off.
        """
        unfinished = self._unfinished.get(caller.client)
        if not self._runs or unfinished is None or len(unfinished) < self._runs:
            return
        for run_id, owner in list(unfinished.items()):
            try:
                over = (await self._ledger.run(run_id, owner)).over
            except RunNotFound:
                over = True
            if over:
                self.note_end(run_id)
                if len(unfinished) < self._runs // 2:
                    break
        if len(unfinished) >= self._runs:
            message = f"{self._runs} runs are active or waiting already: wait for one to end, or cancel it."
            raise DoorError(TOO_MANY_RUNS, message, retry_after=RETRY_AFTER)

    def note_run(self, caller: Caller, run_id: str) -> None:
        """The client has started this run."""
        if self._runs:
            self._unfinished[caller.client][run_id] = caller.owner
            self._client_of[run_id] = caller.client

    def note_end(self, run_id: str) -> None:
        """The run is over. Runs whose end nobody notes here are found by `check_runs`."""
        client = self._client_of.pop(run_id, None)
        if client is not None:
            runs = self._unfinished[client]
            runs.pop(run_id, None)
            if not runs:
                del self._unfinished[client]

    def watch(self, run: Run) -> "RunEnd":
        """Notes the end of a run that is answered here."""
        return RunEnd(self, run.run_id)


class RunEnd:
    """One attempt: a Watcher that waits for its end."""

    def __init__(self, quotas: Quotas, run_id: str) -> None:
        self._quotas = quotas
        self._run_id = run_id

    def first_token(self) -> None:
        """Nothing to note."""

    def fact(self, fact: object) -> None:
        """Nothing to note."""

    def end(self, error: BaseException | None) -> None:
        self._quotas.note_end(self._run_id)
