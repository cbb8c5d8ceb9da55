"""Tokens at rest: AES-256-GCM, bound to their row, so that none can be changed or moved unnoticed.

The associated data name the table, the workspace, the kind of token and the key: a ciphertext put
into another row, or said to be sealed by another key, does not open.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, delete, insert, select

from bot import errors
from bot.domain.chain import CANONICAL
from bot.storage.keyring import KeyRing
from bot.storage.tables_custody import tokens

# NIST SP 800-38D, 5.2.1.1: 96 bits is the length GCM is made for.
NONCE_BYTES = 12


@dataclass(frozen=True)
class SealedToken:
    """What may be said of a token: whose, which, under which key, since when."""

    team: str
    name: str
    key: str
    sealed_at: datetime


class Tokens:
    """Seals and opens the tokens of the workspaces. Everything raises KeysMissing without keys."""

    def __init__(self, connection: Connection, now: datetime, keys: KeyRing | None) -> None:
        self._connection = connection
        self._now = now
        self._ring = keys

    def seal(self, team: str, name: str, value: str) -> None:
        """Keeps a token under the newest key, in place of the one that was there."""
        ring = self._keys()
        key, nonce = ring.sealing_id, secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(ring.sealing[0]).encrypt(nonce, value.encode(), _bound_to(team, name, key))
        row = {"team": team, "name": name, "key": key, "nonce": nonce, "sealed": sealed}
        here = (tokens.c.team == team) & (tokens.c.name == name)
        self._connection.execute(delete(tokens).where(here))
        self._connection.execute(insert(tokens).values(**row, sealed_at=self._now))

    def open(self, team: str, name: str) -> str:
        """A token in clear; raises TokenNotSealed, SealKeyUnknown or SealBroken."""
        row = self._connection.execute(
            select(tokens).where(tokens.c.team == team, tokens.c.name == name)
        ).one_or_none()
        if row is None:
            raise errors.TokenNotSealed(workspace=team, token=name)
        return self._opened(row)

    def all(self) -> tuple[SealedToken, ...]:
        """Every sealed token, none of them opened."""
        rows = self._connection.execute(select(tokens).order_by(tokens.c.team, tokens.c.name))
        return tuple(SealedToken(row.team, row.name, row.key, row.sealed_at) for row in rows)

    def reseal(self) -> int:
        """Seals every token anew under the newest key; returns how many."""
        rows = self._connection.execute(select(tokens)).all()
        for row in rows:
            self.seal(row.team, row.name, self._opened(row))
        return len(rows)

    def _opened(self, row: Row[Any]) -> str:
        key = self._keys().sealing_key(row.key)
        if key is None:
            raise errors.SealKeyUnknown(workspace=row.team, token=row.name, sealed_by=row.key)
        try:
            bound = _bound_to(row.team, row.name, row.key)
            return AESGCM(key).decrypt(row.nonce, row.sealed, bound).decode()
        except (InvalidTag, ValueError):
            # Without the cause: nothing of what came out may stand in a traceback.
            raise errors.SealBroken(workspace=row.team, token=row.name) from None

    def _keys(self) -> KeyRing:
        if self._ring is None:
            raise errors.KeysMissing
        return self._ring


def _bound_to(team: str, name: str, key: str) -> bytes:
    return CANONICAL(["tokens", team, name, key]).encode()
