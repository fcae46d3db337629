"""The emulator's only state: one SQLite file. What was answered outlives a kill -9 (docs/adr/0006)."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .arm.ids import ArmId

Body = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources(
  key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL COLLATE NOCASE, parent TEXT NOT NULL,
  body TEXT NOT NULL, secret TEXT NOT NULL, etag TEXT NOT NULL, changed REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_parent ON resources(parent, type);
CREATE INDEX IF NOT EXISTS by_type ON resources(type);
CREATE TABLE IF NOT EXISTS records(
  kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, changed REAL NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal(
  number INTEGER PRIMARY KEY, stream TEXT NOT NULL, scope TEXT NOT NULL, at REAL NOT NULL, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_scope ON journal(stream, scope, at);
"""
_SLACK = 1.1  # how much longer than asked for a journal may grow before it is cut


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM resource. `body` is what is answered, without id, name and type; `secret` never is."""

    id: ArmId
    body: Body
    secret: Body = field(default_factory=dict)
    etag: str = ""

    @property
    def type(self) -> str:
        return self.id.type

    @property
    def properties(self) -> Body:
        found = self.body.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def state(self) -> str:
        """`provisioningState`; resources whose model has none count as Succeeded."""
        return str(self.properties.get("provisioningState", "Succeeded"))

    def with_properties(self, **changes: Any) -> Resource:
        """A copy with these entries of `properties` set."""
        return replace(self, body={**self.body, "properties": {**self.properties, **changes}})


class Store:
    """Resources and records. Calls are synchronous, a fraction of a millisecond each, from the event loop only."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)
        self._depth = 0
        self._versions: dict[str, int] = {}
        self._deletions = 0
        self._lengths: dict[str, int] = {}  # of journals' streams

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes durable together or not at all. May be nested. Never await inside."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._roll_back()
            raise
        self._depth -= 1
        if self._depth == 0:
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """SQLite has done it already after some errors, a full disk among them."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    # -- resources ---------------------------------------------------------------------------------------------------

    def get(self, resource_id: ArmId | str) -> Resource | None:
        row = self._db.execute(
            "SELECT id, body, secret, etag FROM resources WHERE key=?", (_key(resource_id),)
        ).fetchone()
        return _resource(row) if row else None

    def put(self, resource: Resource) -> Resource:
        """Insert or replace; gives the resource with its new etag. The stored casing of an existing id is kept."""
        before = self._db.execute("SELECT id FROM resources WHERE key=?", (resource.id.key,)).fetchone()
        kept = replace(resource, id=ArmId(before[0]) if before else resource.id, etag=f'"{uuid.uuid4()}"')
        parent = kept.id.parent
        self._db.execute(
            "INSERT OR REPLACE INTO resources VALUES(?,?,?,?,?,?,?,?)",
            (
                kept.id.key,
                kept.id.text,
                kept.type,
                parent.key if parent else "",
                json.dumps(kept.body, separators=(",", ":")),
                json.dumps(kept.secret, separators=(",", ":")),
                kept.etag,
                time.time(),
            ),
        )
        low = kept.type.lower()
        self._versions[low] = self._versions.get(low, 0) + 1
        return kept

    def delete(self, resource_id: ArmId | str) -> None:
        """Remove the resource and everything below it."""
        key = _key(resource_id)
        self._db.execute("DELETE FROM resources WHERE key=? OR (key>=? AND key<?)", (key, key + "/", key + "0"))
        self._deletions += 1

    def version(self, resource_type: str) -> int:
        """Grows with each change of a resource of this type in this process; for caches."""
        return self._versions.get(resource_type.lower(), 0) + self._deletions

    def children(self, parent: ArmId | str, resource_type: str | None = None) -> list[Resource]:
        """Direct children, in the order of their ids."""
        where, args = "parent=?", [_key(parent)]
        if resource_type:
            where, args = where + " AND type=?", [*args, resource_type]
        rows = self._db.execute(f"SELECT id, body, secret, etag FROM resources WHERE {where} ORDER BY key", args)  # noqa: S608 (constant text)
        return [_resource(row) for row in rows]

    def below(self, scope: ArmId | str) -> list[Resource]:
        """All descendants, parents before their children."""
        key = _key(scope)
        rows = self._db.execute(
            "SELECT id, body, secret, etag FROM resources WHERE key>=? AND key<? ORDER BY key", (key + "/", key + "0")
        )
        return [_resource(row) for row in rows]

    def of_type(self, resource_type: str, scope: ArmId | str = "") -> list[Resource]:
        """All of one type at or below a scope ("" is everywhere)."""
        key = _key(scope)
        rows = self._db.execute(
            "SELECT id, body, secret, etag FROM resources WHERE type=? ORDER BY key", (resource_type,)
        )
        found = (_resource(row) for row in rows)
        return [r for r in found if not key or r.id.key == key or r.id.key.startswith(key + "/")]

    def count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM resources").fetchone()[0])

    # -- journals: what only grows, the latest entries kept -----------------------------------------------------------

    def append(self, stream: str, entries: Iterable[tuple[str, float, Any]], *, keep: int) -> None:
        """Add (scope, at, value) to the end of a stream, of which the latest `keep` entries stay."""
        rows = [(stream, scope.lower(), at, json.dumps(value, separators=(",", ":"))) for scope, at, value in entries]
        with self.transaction():
            self._db.executemany("INSERT INTO journal(stream, scope, at, value) VALUES(?,?,?,?)", rows)
            count = self._lengths.get(stream)
            if count is None:
                found = self._db.execute("SELECT count(*) FROM journal WHERE stream=?", (stream,)).fetchone()
                count = int(found[0]) - len(rows)
            count += len(rows)
            if count > keep * _SLACK:
                self._db.execute(
                    "DELETE FROM journal WHERE stream=? AND number <= (SELECT number FROM journal WHERE stream=? "
                    "ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    (stream, stream, keep),
                )
                count = keep
            self._lengths[stream] = count

    def entries(self, stream: str, scope: str, since: float, until: float) -> list[Any]:
        """The values of a stream with this scope from `since` to before `until`, by their time."""
        rows = self._db.execute(
            "SELECT value FROM journal WHERE stream=? AND scope=? AND at>=? AND at<? ORDER BY at, number",
            (stream, scope.lower(), since, until),
        )
        return [json.loads(row[0]) for row in rows]

    # -- records: everything that is no resource (keys, principals, deleted ones, child processes, …) -----------------

    def record(self, kind: str, key: str) -> Any | None:
        row = self._db.execute("SELECT value FROM records WHERE kind=? AND key=?", (kind, key.lower())).fetchone()
        return json.loads(row[0]) if row else None

    def set_record(self, kind: str, key: str, value: Any) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO records VALUES(?,?,?,?)", (kind, key.lower(), json.dumps(value), time.time())
        )

    def drop_record(self, kind: str, key: str) -> None:
        self._db.execute("DELETE FROM records WHERE kind=? AND key=?", (kind, key.lower()))

    def records(self, kind: str) -> dict[str, Any]:
        """All records of a kind by key (lower case)."""
        rows = self._db.execute("SELECT key, value FROM records WHERE kind=? ORDER BY key", (kind,))
        return {key: json.loads(value) for key, value in rows}


def _key(resource_id: ArmId | str) -> str:
    return resource_id.key if isinstance(resource_id, ArmId) else ArmId(resource_id).key


def _resource(row: tuple[str, str, str, str]) -> Resource:
    return Resource(ArmId(row[0]), json.loads(row[1]), json.loads(row[2]), row[3])
