"""The keys that stand outside the database: one seals tokens, one signs the audit log.

A ring is a small JSON text, kept in a file of its own or in the environment. The newest key of
each kind is used; older sealing keys stay until nothing is sealed by them, of older signing keys
only the public half. A key's id is taken from the key itself, so the two cannot be confused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

KEY_BYTES = 32
PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class UnusableKeys(ValueError):
    """The text is not a ring of keys; no part of it is repeated."""


@dataclass(frozen=True)
class PublicKeys:
    """What is needed to check signatures, and may be given to anybody."""

    keys: Mapping[str, bytes]

    @classmethod
    def from_pem(cls, text: bytes) -> PublicKeys:
        """One or several PEM public keys; raises UnusableKeys."""
        found = {}
        for block in PEM.findall(text):
            try:
                key = load_pem_public_key(block)
            except ValueError as error:
                raise UnusableKeys from error
            if not isinstance(key, Ed25519PublicKey):
                raise UnusableKeys
            raw = key.public_bytes_raw()
            found[id_of(raw)] = raw
        if not found:
            raise UnusableKeys
        return cls(found)

    def to_pem(self) -> str:
        return "".join(
            Ed25519PublicKey.from_public_bytes(raw)
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            .decode("ascii")
            for raw in self.keys.values()
        )

    def verify(self, key: str, statement: bytes, signature: str) -> bool | None:
        """Whether the key of that id signed the statement; None when it is not among these."""
        raw = self.keys.get(key)
        if raw is None:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature), statement)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class KeyRing:
    """Keys of both kinds, newest first; never shown in a repr."""

    sealing: tuple[bytes, ...] = field(repr=False)
    signing: tuple[bytes, ...] = field(repr=False)
    # Public halves of signing keys that are used no more.
    retired: tuple[bytes, ...] = field(repr=False, default=())

    @classmethod
    def new(cls) -> KeyRing:
        return cls((AESGCM.generate_key(256),), (_new_signing_key(),))

    @classmethod
    def read(cls, text: str) -> KeyRing:
        """A ring from its text; raises UnusableKeys."""
        try:
            raw: Any = json.loads(text)
            lists = [[_bytes(one) for one in raw[kind]] for kind in ("sealing", "signing")]
            retired = [_bytes(one) for one in raw.get("retired", ())]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnusableKeys from error
        if not all(lists):
            raise UnusableKeys
        return cls(tuple(lists[0]), tuple(lists[1]), tuple(retired))

    def write(self) -> str:
        """The text that `read` takes; whoever has it can read the tokens and sign the log."""
        kinds = {"sealing": self.sealing, "signing": self.signing, "retired": self.retired}
        shown = {
            kind: [{"id": id_of(_public(kind, key)), "key": _text(key)} for key in keys]
            for kind, keys in kinds.items()
        }
        return json.dumps(shown, indent=2) + "\n"

    def with_new_sealing_key(self) -> KeyRing:
        return replace(self, sealing=(AESGCM.generate_key(256), *self.sealing))

    def with_newest_sealing_key_alone(self) -> KeyRing:
        return replace(self, sealing=self.sealing[:1])

    def with_new_signing_key(self) -> KeyRing:
        """The old one signs no more; what it signed can still be checked."""
        old = tuple(_public("signing", key) for key in self.signing)
        return replace(self, signing=(_new_signing_key(),), retired=(*old, *self.retired))

    @property
    def sealing_id(self) -> str:
        return id_of(self.sealing[0])

    @property
    def signing_id(self) -> str:
        return id_of(_public("signing", self.signing[0]))

    def sealing_key(self, key: str) -> bytes | None:
        """The sealing key of that id, if it is still here."""
        return next((one for one in self.sealing if id_of(one) == key), None)

    def sign(self, statement: bytes) -> str:
        """An Ed25519 signature by the newest signing key, as hex digits."""
        return Ed25519PrivateKey.from_private_bytes(self.signing[0]).sign(statement).hex()

    @property
    def public(self) -> PublicKeys:
        raws = [*(_public("signing", key) for key in self.signing), *self.retired]
        return PublicKeys({id_of(raw): raw for raw in raws})


def id_of(key: bytes) -> str:
    """Eight hex digits by which a key is named where the key itself must not stand."""
    return hashlib.sha256(b"kakehashi key id" + key).hexdigest()[:8]


def _public(kind: str, key: bytes) -> bytes:
    if kind != "signing":
        return key
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _bytes(entry: Mapping[str, str]) -> bytes:
    try:
        key = base64.b64decode(entry["key"], validate=True)
    except binascii.Error as error:
        raise UnusableKeys from error
    if len(key) != KEY_BYTES:
        raise UnusableKeys
    return key
