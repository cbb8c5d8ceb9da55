"""What a button carries, sealed: nobody else can make one, and it fits one place only.

The key is derived from the ring outside the database; without a ring from the installation's
secret, so that every replica over the same database knows the same seals.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.storage.delivery_keys import DeliveryKeys
from bot.storage.keyring import KeyRing

PURPOSE = b"kakehashi button"
SEAL_LENGTH = 32
# Of the digest of what is decided: enough to tell one text from another.
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Sealed:
    """What a button is about: a version of something, by its digest, until it expires."""

    subject: str
    version: int
    digest: str
    expires_at: datetime


class Seals:
    """Seals and opens the values of buttons."""

    def __init__(self, keys: KeyRing | None, installation: DeliveryKeys, now: datetime) -> None:
        self._keys = keys
        self._installation = installation
        self._now = now

    def seal(self, act: str, what: Sealed, team: str) -> str:
        """The value of a button that does that with exactly this, in one workspace."""
        until = int(what.expires_at.timestamp())
        bound = (what.subject, what.version, what.digest[:DIGEST_LENGTH], until)
        mac = self._macs(act, team, *bound)[0]
        return ":".join(str(one) for one in (*bound, mac))

    def open(self, act: str, value: str, team: str) -> Sealed | None:
        """What a value was sealed for, if for that act and workspace; else None."""
        parts = value.split(":")
        if len(parts) != 5 or not all(one.isascii() and one.isdigit() for one in parts[1:4:2]):
            return None
        subject, version, digest, until = parts[0], int(parts[1]), parts[2], int(parts[3])
        known = self._macs(act, team, subject, version, digest, until)
        if not any(hmac.compare_digest(one.encode(), parts[4].encode()) for one in known):
            return None
        return Sealed(subject, version, digest, datetime.fromtimestamp(until, UTC))

    def _macs(self, *bound: object) -> list[str]:
        """The seal by the newest key first; what an older key sealed opens until it is gone."""
        said = "\x1f".join(str(one) for one in bound).encode()
        keys = (
            [hmac.digest(one, PURPOSE, sha256) for one in self._keys.sealing] if self._keys else []
        )
        if not keys:
            keys = [self._installation.of(PURPOSE.decode()).encode()]
        return [hmac.new(key, said, sha256).hexdigest()[:SEAL_LENGTH] for key in keys]
