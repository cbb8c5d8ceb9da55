"""What a button carries, sealed: nobody else can make one, and it fits one place only.

The key is derived from the ring outside the database; without a ring from the installation's
secret, so that every replica over the same database knows the same seals.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256

from bot.storage.delivery_keys import DeliveryKeys
from bot.storage.keyring import KeyRing

PURPOSE = b"kakehashi button"
SEAL_LENGTH = 32


class Seals:
    """Seals and opens the values of buttons."""

    def __init__(self, keys: KeyRing | None, installation: DeliveryKeys, now: datetime) -> None:
        self._keys = keys
        self._installation = installation
        self._now = now

    def seal(self, act: str, subject: str, version: int, team: str, expires_at: datetime) -> str:
        """The value of a button that does that with a version of something, in one workspace."""
        until = int(expires_at.timestamp())
        mac = self._macs(act, subject, version, team, until)[0]
        return f"{subject}:{version}:{until}:{mac}"

    def open(self, act: str, value: str, team: str) -> tuple[str, int, datetime] | None:
        """Subject, version and expiry of a value sealed for that act and workspace; else None."""
        parts = value.split(":")
        if len(parts) != 4 or not all(one.isascii() and one.isdigit() for one in parts[1:3]):
            return None
        subject, version, until, mac = parts[0], int(parts[1]), int(parts[2]), parts[3]
        known = self._macs(act, subject, version, team, until)
        if not any(hmac.compare_digest(one.encode(), mac.encode()) for one in known):
            return None
        return subject, version, datetime.fromtimestamp(until, UTC)

    def _macs(self, *bound: object) -> list[str]:
        """The seal by the newest key first; what an older key sealed opens until it is gone."""
        said = "\x1f".join(str(one) for one in bound).encode()
        keys = (
            [hmac.digest(one, PURPOSE, sha256) for one in self._keys.sealing] if self._keys else []
        )
        if not keys:
            keys = [self._installation.of(PURPOSE.decode()).encode()]
        return [hmac.new(key, said, sha256).hexdigest()[:SEAL_LENGTH] for key in keys]
