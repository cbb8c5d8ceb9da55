"""Keys of deliveries: opaque, and for what came from Slack the same however often it is derived.

A database that was put back gives the key it gave before, so that what already stands is known.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, bindparam, select

from bot.storage.tables import outbox
from bot.storage.tables_recovery import installation, restores

KEY_LENGTH = 32
# For so long after a restore what comes from before it may stand in Slack already.
DOUBTED = timedelta(days=30)

SECRET = select(installation.c.secret).where(installation.c.id == 1)
KNOWN = select(outbox.c.id).where(outbox.c.key == bindparam("wanted"))
LAST_RESTORE = select(restores).order_by(restores.c.id.desc()).limit(1)

_secrets: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()


class DeliveryKeys:
    """Derives keys under the installation's secret."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def of(self, *identity: object) -> str:
        """The key of what is identified so."""
        said = "\x1f".join(str(one) for one in identity)
        return hmac.new(self._secret(), said.encode(), "sha256").hexdigest()[:KEY_LENGTH]

    def unused(self, *identity: object) -> str:
        """The first key of what is identified so that no delivery bears yet."""
        key, number = self.of(*identity), 1
        while self._connection.execute(KNOWN, {"wanted": key}).first() is not None:
            number += 1
            key = self.of(*identity, number)
        return key

    def doubted_since(self, said_at: datetime) -> datetime | None:
        """From when on to look in Slack for what follows from something said at that instant.

        None: it cannot stand there without this database's knowing.
        """
        last = self._last_restore
        if last is None or said_at >= last.at or self._now - last.at > DOUBTED:
            return None
        until: datetime = min(last.until, last.at)
        return until

    @cached_property
    def _last_restore(self) -> Row[Any] | None:
        return self._connection.execute(LAST_RESTORE).first()

    def _secret(self) -> bytes:
        engine = self._connection.engine
        if engine not in _secrets:
            _secrets[engine] = self._connection.execute(SECRET).scalar_one()
        return _secrets[engine].encode()
