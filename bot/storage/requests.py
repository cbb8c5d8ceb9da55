"""What has been answered already: Slack delivers at least once, the bot acts at most once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.storage.tables import requests

# Slack redelivers for two hours at most (docs: Events API, delayed events); a day is ample.
KEPT = timedelta(days=1)

# Built once: building a statement takes SQLAlchemy four times as long as running it.
NOTE = {
    name: statement.on_conflict_do_nothing().returning(requests.c.key)
    for name, statement in (
        ("sqlite", sqlite_insert(requests)),
        ("postgresql", postgresql_insert(requests)),
    )
}
# SQLite compares bytes and uses its index; PostgreSQL's order of text depends on its locale.
OF_SERIES = {
    "sqlite": select(requests.c.key)
    .where(requests.c.key > bindparam("series"))
    .where(requests.c.key < bindparam("beyond")),
    "postgresql": select(requests.c.key).where(
        requests.c.key.startswith(bindparam("series"), autoescape=False)
    ),
}


class Requests:
    """The keys of requests seen, unique in the database."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def is_new(self, key: str) -> bool:
        """Notes the key; False when it had been noted before. Holds across replicas."""
        # The row itself is asked for: an INSERT's rowcount means nothing on PostgreSQL.
        note = NOTE[self._connection.dialect.name]
        noted = self._connection.execute(note, {"key": key, "at": self._now})
        return noted.scalar_one_or_none() is not None

    def is_overtaken(self, key: str) -> bool:
        """Whether a later key of its series was noted; a key is `series:moment`."""
        series, _, moment = key.rpartition(":")
        name = self._connection.dialect.name
        span = {"series": f"{series}:", "beyond": f"{series};"}
        span = span if name == "sqlite" else {"series": span["series"]}
        noted = self._connection.execute(OF_SERIES[name], span).scalars()
        return any(other.rpartition(":")[2] > moment for other in noted)

    def forget_old(self) -> int:
        """Removes keys older than they can matter; returns how many."""
        old = delete(requests).where(requests.c.at < self._now - KEPT)
        return int(self._connection.execute(old).rowcount)
