"""The caller's session, whatever they call it: any string stands for one session of theirs, made at its first use."""

import hashlib
from uuid import UUID

from starlette.requests import Request

from server.errors import INVALID, DoorError
from server.house import House
from server.identity import Caller
from streaming.log import SessionNotFound

LONGEST = 128
_SAFE = frozenset(map(chr, range(0x21, 0x7F)))


def named(owner: str, name: str) -> str:
    """The UUID of an owner's session of that name: the same wherever and whenever it is asked for."""
    digest = hashlib.sha256(b"\0".join((b"orchestratai session", owner.encode(), name.encode()))).digest()
    return str(UUID(bytes=digest[:16], version=5))


async def session_of(house: House, caller: Caller, request: Request, name: str | None) -> tuple[str, bool]:
    """The id of the session that the request is for, and whether it names it; else it is a new one.

    X-Session-ID names it, too. The id of a session of the caller's stands for that session.
    Raises DoorError, StoreUnavailable.
    """
    given = request.headers.get("x-session-id")
    if given is not None and (not 0 < len(given) <= LONGEST or not _SAFE.issuperset(given)):
        raise DoorError(INVALID, f"X-Session-ID must be 1 to {LONGEST} visible ASCII characters.")
    name = name or given
    if name is None:
        session_id = (await house.store.create_session(caller.owner)).session_id
        request.state.session_id = session_id
        return session_id, False
    session_id = await _own(house, caller, name) or named(caller.owner, name)
    await house.store.create_session(caller.owner, session_id)
    request.state.session_id = name if _SAFE.issuperset(name) else session_id
    return session_id, True


async def _own(house: House, caller: Caller, name: str) -> str | None:
    """The name itself, where it is the id of a session of the caller's."""
    try:
        session_id = str(UUID(name))
        await house.store.session(session_id, caller.owner)
    except (ValueError, SessionNotFound):
        return None
    return session_id
