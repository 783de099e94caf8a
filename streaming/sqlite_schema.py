"""The tables of the SQLite store, and how an older file becomes a current one."""

import sqlite3

from streaming.log import StoreError

TABLES = """
CREATE TABLE sessions (
    session_id  TEXT PRIMARY KEY,
    owner       TEXT NOT NULL,
    created_at  REAL NOT NULL,
    touched_at  REAL NOT NULL,
    generation  INTEGER NOT NULL DEFAULT 0,
    holder      TEXT,
    held_until  REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX sessions_touched ON sessions (touched_at);

-- One row an append: several events, each a line of JSON.
CREATE TABLE blocks (
    session_id  TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    generation  INTEGER NOT NULL,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    events      BLOB NOT NULL,
    PRIMARY KEY (session_id, generation, first)
) WITHOUT ROWID;

CREATE TABLE runs (
    number        INTEGER PRIMARY KEY,
    run_id        TEXT NOT NULL UNIQUE,
    session_id    TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    request       TEXT NOT NULL,
    state         TEXT NOT NULL DEFAULT 'queued',
    attempt       INTEGER NOT NULL DEFAULT 0,
    lost          INTEGER NOT NULL DEFAULT 0,
    released      INTEGER NOT NULL DEFAULT 0,
    first         INTEGER NOT NULL DEFAULT 0,
    created_at    REAL NOT NULL,
    cancelled_by  TEXT,
    last_generation INTEGER,
    last_sequence   INTEGER,
    ending        BLOB
);
CREATE INDEX runs_of_session ON runs (session_id, number);
CREATE INDEX runs_unfinished ON runs (session_id) WHERE state IN ('queued', 'running');

CREATE TABLE idempotency (
    owner       TEXT NOT NULL,
    key         TEXT NOT NULL,
    digest      TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    created_at  REAL NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);
"""

ANSWERS = """
-- Earlier answers, the newest change last; one that was dropped has neither question nor answer.
CREATE TABLE answers (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    agent       TEXT NOT NULL,
    key         TEXT NOT NULL,
    question    TEXT,
    answer      BLOB,
    until       REAL NOT NULL,
    UNIQUE (agent, key)
);
CREATE INDEX answers_age ON answers (agent, until);
"""

STEPS = (TABLES, ANSWERS)
"""What each version added to the one before."""

VERSION = len(STEPS)


def migrate(connection: sqlite3.Connection) -> None:
    """Create the tables that are missing. Raises StoreError for a file that a newer version wrote."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise StoreError(
            f"the store in DATA_DIR has schema {found}, this version knows {VERSION}: "
            "start the newer version, or name another DATA_DIR"
        )
    for version, step in enumerate(STEPS[found:], found + 1):
        connection.executescript(f"BEGIN IMMEDIATE;{step}PRAGMA user_version={version};COMMIT;")
