"""Numbers people say aloud; a sequence never gives the same number twice."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from bot.storage.tables import sequences


class Sequences:
    """Counts per name, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, name: str) -> int:
        """The next number of the sequence, starting at 1."""
        value = self._connection.execute(
            update(sequences)
            .where(sequences.c.name == name)
            .values(value=sequences.c.value + 1)
            .returning(sequences.c.value)
        ).scalar_one_or_none()
        if value is None:
            self._connection.execute(insert(sequences).values(name=name, value=1))
            return 1
        return int(value)
