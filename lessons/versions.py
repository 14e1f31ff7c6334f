"""Reading page versions outside of Django's request cycle, as cheaply as the database allows."""

import sqlite3
import threading
from collections.abc import Mapping
from typing import Any

from django.db import connection


class VersionReader:
    """Compares versions with the database's, on a connection of its own for each thread.

    SQLite tells by ``PRAGMA data_version`` whether anybody has committed since
    the last look, without reading a table, so a page is compared by a memory
    lookup while nothing was written. PostgreSQL answers one read by primary key.
    """

    def __init__(self) -> None:
        self.local = threading.local()

    def are(self, versions: Mapping[str, int]) -> bool:
        """Whether these are the present versions. Raises the database's error when it is down."""
        if connection.vendor == "sqlite":
            return all(self._sqlite(key) == value for key, value in self._fresh(versions).items())
        return self._postgresql(list(versions)) == dict(versions)

    def _fresh(self, versions: Mapping[str, int]) -> Mapping[str, int]:
        name = str(connection.settings_dict["NAME"])
        if getattr(self.local, "name", None) != name:
            self.local.name, self.local.known, self.local.seen = name, {}, None
            self.local.sqlite = sqlite3.connect(
                name, timeout=20, isolation_level=None, uri=name.startswith("file:")
            )
        seen = self.local.sqlite.execute("PRAGMA data_version").fetchone()[0]
        if seen != self.local.seen:
            self.local.known, self.local.seen = {}, seen
        return versions

    def _sqlite(self, key: str) -> int:
        known: dict[str, int] = self.local.known
        if key not in known:
            row = self.local.sqlite.execute(
                "SELECT value FROM lessons_pageversion WHERE key = ?", (key,)
            ).fetchone()
            known[key] = row[0] if row else 0
        return known[key]

    def _postgresql(self, keys: list[str]) -> dict[str, int]:
        import psycopg  # only where PostgreSQL is used

        for attempt in (1, 2):  # a connection that died while idle is opened once more
            try:
                rows = (
                    self._connection(psycopg)
                    .execute(
                        "SELECT key, value FROM lessons_pageversion WHERE key = ANY(%s)",
                        (keys,),
                        prepare=True,
                    )
                    .fetchall()
                )
            except psycopg.Error:  # a dead connection, or a plan that a migration made void
                self.local.postgresql.close()
                self.local.postgresql = None
                if attempt == 2:
                    raise
            else:
                return dict.fromkeys(keys, 0) | dict(rows)
        raise AssertionError("unreachable")

    def _connection(self, psycopg: Any) -> Any:
        if getattr(self.local, "postgresql", None) is None:
            parameters = connection.get_connection_params()
            for name in ("cursor_factory", "context", "prepare_threshold"):
                parameters.pop(name, None)
            parameters.setdefault("connect_timeout", 2)
            self.local.postgresql = psycopg.connect(**parameters, autocommit=True)
        return self.local.postgresql
