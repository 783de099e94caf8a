"""The embedded log: a session's events in blocks, a row an append."""

import sqlite3
from collections.abc import Callable, Sequence

from streaming.event import START, Event, EventId, join, split
from streaming.events import ENDINGS
from streaming.log import Deliver, Fenced, Hole, SessionNotFound
from streaming.sqlite_file import SqliteFile

APPEND = """INSERT INTO blocks SELECT ?1, ?2, ?3, ?4, ?5 FROM sessions WHERE session_id=?1 AND generation=?2
    AND ?3 = 1 + COALESCE(
        (SELECT last FROM blocks WHERE session_id=?1 AND generation=?2 ORDER BY first DESC LIMIT 1), 0)"""
"""One statement for what happens with every token: each statement hands Python's lock to and fro."""


class SqliteLog(SqliteFile):
    """EventLog over SQLite."""

    _attached: dict[str, Deliver]
    on_delete: Callable[[str], None]

    async def append(self, session_id: str, events: Sequence[Event]) -> None:
        generation, first = events[0].id
        ending = next((event for event in events if event.type in ENDINGS), None)

        last = events[-1].id[1]

        def write(db: sqlite3.Connection) -> None:
            block = (session_id, generation, first, last, join(events))
            if db.execute(APPEND, block).rowcount == 0:
                self._mend(db, session_id, events)
            if ending is not None:
                self._end(db, session_id, ending)

        await self._writer.run(write, patient=_can_wait(events), single=ending is None)
        deliver = self._attached.get(session_id)
        if deliver is not None:
            deliver(session_id, events)

    def _mend(self, db: sqlite3.Connection, session_id: str, events: Sequence[Event]) -> None:
        """Append what of the events is new, or say why that cannot be."""
        generation, first = events[0].id
        row = db.execute("SELECT generation FROM sessions WHERE session_id=?", (session_id,)).fetchone()
        if row is None:
            raise SessionNotFound("the session was deleted")
        if row[0] != generation:
            raise Fenced(f"generation {row[0]} writes now, {generation} no longer may")
        row = db.execute(
            "SELECT MAX(last) FROM blocks WHERE session_id=? AND generation=?", (session_id, generation)
        ).fetchone()
        stored = row[0] or 0
        if first > stored + 1:
            raise Hole(stored + 1)
        fresh = events[stored + 1 - first :]
        if fresh:
            db.execute(APPEND, (session_id, generation, fresh[0].id[1], fresh[-1].id[1], join(fresh)))

    def _end(self, db: sqlite3.Connection, session_id: str, ending: Event) -> None:
        db.execute(
            "UPDATE runs SET state=?, last_generation=?, last_sequence=?, ending=? WHERE run_id=?",
            (ending.type.removeprefix("run."), *ending.id, ending.body, ending.run_id),
        )
        db.execute(
            "UPDATE sessions SET holder=NULL, held_until=0, touched_at=? WHERE session_id=?",
            (self._clock(), session_id),
        )

    async def read(self, session_id: str, after: EventId, limit: int = 256) -> list[Event]:
        def query(db: sqlite3.Connection) -> list[Event]:
            generation, sequence = after
            rows = db.execute(
                "SELECT events FROM blocks WHERE session_id=?1 AND (generation, first) >= (?2, "
                "COALESCE((SELECT MAX(first) FROM blocks WHERE session_id=?1 AND generation=?2 AND first<=?3), 0)) "
                "ORDER BY generation, first",
                (session_id, generation, sequence),
            )
            found: list[Event] = []
            for (block,) in rows:
                found += [event for event in split(block) if event.id > after]
                if len(found) >= limit:
                    break
            return found

        return await self._query(query)

    async def top(self, session_id: str) -> EventId:
        return await self._query(lambda db: _top(db, session_id))

    async def has(self, session_id: str, event_id: EventId) -> bool:
        def query(db: sqlite3.Connection) -> bool:
            row = db.execute(
                "SELECT last FROM blocks WHERE session_id=? AND generation=? AND first<=? ORDER BY first DESC LIMIT 1",
                (session_id, *event_id),
            ).fetchone()
            return row is not None and bool(row[0] >= event_id[1])

        return event_id == START or await self._query(query)

    async def attach(self, session_id: str, deliver: Deliver) -> EventId:
        self._attached[session_id] = deliver

        def query(db: sqlite3.Connection) -> tuple[bool, EventId]:
            known = db.execute("SELECT 1 FROM sessions WHERE session_id=?", (session_id,)).fetchone()
            return known is not None, _top(db, session_id)

        known, top = await self._query(query)
        if not known:
            self.on_delete(session_id)
        return top

    async def detach(self, session_id: str) -> None:
        self._attached.pop(session_id, None)


def _can_wait(events: Sequence[Event]) -> bool:
    """Tokens can, but for an answer's first: that one a person waits for."""
    return events[0].type == "token" and not events[0].body.endswith(b',"offset":0}}')


def _top(db: sqlite3.Connection, session_id: str) -> EventId:
    row = db.execute(
        "SELECT generation, last FROM blocks WHERE session_id=? ORDER BY generation DESC, first DESC LIMIT 1",
        (session_id,),
    ).fetchone()
    return (row[0], row[1]) if row else START
