"""The embedded ledger's leases: who may write a session's log, and which runs nobody holds."""

import sqlite3

from streaming.log import EARLIER, LEASE, Lease, Run
from streaming.sqlite_file import SqliteFile
from streaming.sqlite_rows import RUN, UNFINISHED, held, run_of


class SqliteLeases(SqliteFile):
    """The part of Ledger that hands out the right to write."""

    _holder: str

    async def claim(self, session_id: str) -> Lease | None:
        now = self._clock()

        def write(db: sqlite3.Connection) -> Lease | None:
            session = db.execute(
                "SELECT generation, held_until FROM sessions WHERE session_id=?", (session_id,)
            ).fetchone()
            if session is None or session[1] > now:
                return None
            row = db.execute(
                f"SELECT run_id, number FROM runs WHERE session_id=? AND {UNFINISHED} ORDER BY number LIMIT 1",
                (session_id,),
            ).fetchone()
            if row is None:
                return None
            before = f"{RUN} WHERE session_id=? AND number<? ORDER BY number DESC LIMIT ?"
            earlier = [run_of(each) for each in db.execute(before, (session_id, row[1], EARLIER))]
            generation = max(session[0] + 1, int(now * 1000))
            db.execute(
                "UPDATE sessions SET generation=?, holder=?, held_until=? WHERE session_id=?",
                (generation, self._holder, now + LEASE, session_id),
            )
            db.execute(
                "UPDATE runs SET lost=lost + (state='running' AND NOT released), released=0, attempt=attempt + 1, "
                "state='running', first=CASE first WHEN 0 THEN ? ELSE first END WHERE run_id=?",
                (generation, row[0]),
            )
            run = run_of(db.execute(f"{RUN} WHERE run_id=?", (row[0],)).fetchone())
            return Lease(session_id, run, generation, tuple(reversed(earlier)))

        return await self._writer.run(write)

    async def renew(self, lease: Lease) -> Run:
        until = self._clock() + LEASE

        def write(db: sqlite3.Connection) -> Run:
            held(db, lease)
            db.execute("UPDATE sessions SET held_until=? WHERE session_id=?", (until, lease.session_id))
            return run_of(db.execute(f"{RUN} WHERE run_id=?", (lease.run.run_id,)).fetchone())

        return await self._writer.run(write)

    async def release(self, lease: Lease) -> None:
        def write(db: sqlite3.Connection) -> None:
            held(db, lease)
            db.execute("UPDATE sessions SET holder=NULL, held_until=0 WHERE session_id=?", (lease.session_id,))
            db.execute("UPDATE runs SET released=1 WHERE run_id=?", (lease.run.run_id,))

        await self._writer.run(write)

    async def unfinished(self) -> list[str]:
        now = self._clock()

        def query(db: sqlite3.Connection) -> list[str]:
            rows = db.execute(
                f"SELECT DISTINCT session_id FROM runs JOIN sessions USING (session_id) WHERE {UNFINISHED} "
                "AND held_until<=?",
                (now,),
            )
            return [session_id for (session_id,) in rows]

        return await self._query(query)
