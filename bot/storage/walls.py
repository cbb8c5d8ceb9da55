"""The wall around a side: on PostgreSQL, behind it the other side's internal rows are not there.

Row-level security keeps it (migration "walls"). It stands from when an official is known to act
until the transaction ends. The bot's own work, on nobody's behalf, has none; SQLite has none at
all: there the queries alone keep the sides apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.officials import Government

# Local to the transaction; undone with the savepoint it was set in.
SET = text("SELECT set_config('kakehashi.government', :side, true)")
# Superusers, and roles that were told so, are asked for no policy.
IS_BOUND = text("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")


class Purpose(StrEnum):
    """For what a wall is lifted; each says why an official's act touches the other side's rows."""

    # What concerns both is written down by both: their log goes on from its own last line.
    OTHER_LOG = "other_log"
    # Both heads are shown at the same time, each side's own by number, the other's by hash.
    SHOW_HEADS = "show_heads"
    # Whoever tightens a label voids what the originator's releasers were asked about the text.
    TIGHTEN = "tighten"
    # Who hands back what the other side set no longer sees it, and it has to be planned anew.
    HAND_BACK = "hand_back"


class Walls:
    """Which side's wall stands in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._exists = connection.dialect.name == "postgresql"
        self.side: Government | None = None

    def take(self, side: Government) -> None:
        """From now on the transaction acts for this side and sees nothing internal to the other."""
        self._stand(side)

    def leave(self) -> None:
        """What follows is the bot's own work, on nobody's behalf."""
        self._stand(None)

    @contextmanager
    def lifted(self, _purpose: Purpose) -> Iterator[None]:
        """For one named purpose the bot itself acts; afterwards the wall stands as before."""
        before, holds = self.side, False
        self.leave()
        try:
            yield
            holds = True
        finally:
            # After an error of the database nothing can be said before a savepoint is rolled back
            # to, and that puts back the wall that stood there.
            with suppress(*() if holds else (SQLAlchemyError,)):
                self._stand(before)

    @contextmanager
    def remembered(self) -> Iterator[None]:
        """Around a savepoint: undone with it, the wall is the one from before it."""
        before, holds = self.side, False
        try:
            yield
            holds = True
        finally:
            if not holds:
                self.side = before

    def bind_this_role(self) -> bool:
        """Whether the role that is connected is asked for policies; true where there are none."""
        return not self._exists or bool(self._connection.execute(IS_BOUND).scalar_one())

    def _stand(self, side: Government | None) -> None:
        if side is not self.side and self._exists:
            self._connection.execute(SET, {"side": side.value if side else ""})
        self.side = side
