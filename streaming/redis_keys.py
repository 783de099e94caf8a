"""What the Redis store calls its keys and channels. A session's keys share a hash tag: one slot of a Cluster."""

import hashlib
import uuid

PREFIX = "orchestratai"

UNFINISHED = f"{PREFIX}:unfinished"
"""Sorted set: sessions that may have a run nobody holds, by the time in milliseconds to look at them next."""


def session_keys(session_id: str) -> list[str]:
    """meta, log, runs, order, queue and gone, in the order in which every script takes them."""
    base = f"{PREFIX}:{{{session_id}}}"
    return [f"{base}:meta", f"{base}:log", f"{base}:runs", f"{base}:order", f"{base}:queue", f"{base}:gone"]


def meta_and_log(session_id: str) -> list[str]:
    """The two keys that tokens are appended with."""
    base = f"{PREFIX}:{{{session_id}}}"
    return [f"{base}:meta", f"{base}:log"]


def log_key(session_id: str) -> str:
    """The session's stream, and the channel on which its appends are published."""
    return f"{PREFIX}:{{{session_id}}}:log"


def session_of_channel(channel: bytes) -> str:
    """The session whose appends come on this channel."""
    return channel[len(PREFIX) + 2 : -5].decode()


def holder_channel(holder: str) -> str:
    """Where a process is told of runs to look at."""
    return f"{PREFIX}:to:{holder}"


def idempotency_key(owner: str, key: str) -> str:
    """Where the run of an owner's idempotency key is noted."""
    digest = hashlib.sha256(b"%b\0%b" % (owner.encode(), key.encode())).hexdigest()
    return f"{PREFIX}:idempotency:{digest}"


def new_run_id(session_id: str) -> str:
    """A run's id carries its session's, so that the run is found in the session's slot."""
    return session_id.replace("-", "") + uuid.uuid4().hex[:16]


def session_of_run(run_id: str) -> str | None:
    """The session that a run belongs to; None for what is no run's id."""
    try:
        return str(uuid.UUID(run_id[:32])) if len(run_id) == 48 else None
    except ValueError:
        return None
