"""Numbers people say aloud; a sequence never gives the same number twice."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.storage.tables import sequences

# Built once: building a statement takes SQLAlchemy four times as long as running it.
NEXT = {
    name: statement.on_conflict_do_update(
        index_elements=[sequences.c.name], set_={"value": sequences.c.value + 1}
    ).returning(sequences.c.value)
    for name, statement in (
        ("sqlite", sqlite_insert(sequences)),
        ("postgresql", postgresql_insert(sequences)),
    )
}


class Sequences:
    """Counts per name, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, name: str) -> int:
        """The next number of the sequence, starting at 1."""
        count = NEXT[self._connection.dialect.name]
        return int(self._connection.execute(count, {"name": name, "value": 1}).scalar_one())
