"""How every door takes in work: within what this instance and this client may have, and stored before it begins."""

from server.errors import SHUTTING_DOWN, DoorError
from server.house import House
from server.identity import Caller
from server.requests import idempotency
from streaming.log import OnBusy, Run, RunRequest


async def submit(
    house: House,
    caller: Caller,
    session_id: str,
    asked: RunRequest,
    *,
    on_busy: OnBusy = "enqueue",
    idempotency_key: str | None = None,
    named: bool = True,
) -> Run:
    """The run, queued or under way. `named`: the caller named the session, rather than being given a new one.

    Raises DoorError and what the ledger raises.
    """
    if not house.ready:
        raise DoorError(SHUTTING_DOWN, "This instance is shutting down. Try again.", retry_after=1.0)
    key = idempotency(idempotency_key, session_id if named else caller.client, asked, on_busy)
    with house.load:
        await house.quotas.check_runs(caller)
        # Its look for work goes with the submission: one commit, or one round trip, for both.
        house.runs.wake(session_id)
        run, new = await house.store.submit(session_id, caller.owner, asked, on_busy=on_busy, idempotency=key)
        house.runs.wake(session_id)
    if new:
        house.quotas.note_run(caller, run.run_id)
    return run
