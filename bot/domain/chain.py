"""The rules of the audit log's chains: what a hash covers, and what tells that a row was touched.

Each government has a chain of its own, numbered from 1 without a gap, so that what one side is
shown of its log says nothing about the other's. A checkpoint signs a row's hash, and with it every
row before; a head that somebody outside wrote down finds what was cut off after the last one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring_ascii as _json
from typing import NamedTuple

# What the first row of a chain, and the first checkpoint, name as the one before.
GENESIS = "0" * 64
# A chain is signed again after so many rows.
CHECKPOINT_EVERY = 100
CANONICAL = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode

# A signature over a statement, by the key of that id: whether it holds, or None for an unknown key.
Verify = Callable[[str, bytes, str], bool | None]


class Entry(NamedTuple):
    """One row of the log as it is hashed: text and a number, whatever database it came from."""

    government: str
    seq: int
    at: str
    actor: str
    action: str
    subject: str
    facts: str
    previous: str
    hash: str


def stamp(at: datetime) -> str:
    """An instant in UTC exactly as SQLite keeps it, so that not a character of it can change."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def hash_of(entry: Entry) -> str:
    """SHA-256 over every field of a row and the hash of the row before, 64 hex digits."""
    side, seq, at, actor, action, subject, facts, previous, _ = entry
    # What CANONICAL makes of the list of these, at half the time.
    text = (
        f"[{_json(side)},{seq},{_json(at)},{_json(actor)},{_json(action)},"
        f"{_json(subject)},{_json(facts)},{_json(previous)}]"
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """A row's hash under signature; each names the checkpoint before, so that none can be lost."""

    government: str
    seq: int
    hash: str
    at: str
    key: str
    previous: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        fields = [self.government, self.seq, self.hash, self.at, self.key, self.previous]
        return CANONICAL(["kakehashi audit checkpoint 1", *fields]).encode("ascii")

    @property
    def digest(self) -> str:
        """What the next checkpoint names this one by."""
        return hashlib.sha256(self.statement + self.signature.encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """Where a chain ended when somebody looked: `JP:128:9f3c...`.

    The other side is given the hash alone, so that it does not learn how much is going on.
    """

    hash: str
    seq: int | None = None
    government: str | None = None

    @classmethod
    def read(cls, typed: str) -> Head | None:
        """`SEQ:HASH`, with the government before it or not, or the hash alone; None otherwise."""
        found = re.fullmatch(
            r"(?:(?:(JP|AU)[:\s])?(\d{1,18}):)?([0-9a-f]{64})", typed.strip(), re.ASCII
        )
        if found is None:
            return None
        return cls(found[3], int(found[2]) if found[2] else None, found[1])

    def __str__(self) -> str:
        return ":".join(str(one) for one in (self.government, self.seq, self.hash) if one)


class Fault(StrEnum):
    """What may be wrong with the log."""

    ROW = "row"  # a row was changed, removed, added or moved
    CUT_OFF = "cut_off"  # a checkpoint signs a row that is not there
    REWRITTEN = "rewritten"  # the chain holds, but the row is not the one that was signed
    CHECKPOINT = "checkpoint"  # a checkpoint was changed, removed, or is signed by a stranger
    UNSIGNED = "unsigned"  # more rows after the last checkpoint than ever stay unsigned
    HEAD = "head"  # a head that was witnessed is not in the log


class Finding(NamedTuple):
    """One thing wrong, and the row (or, for a checkpoint, the row it signs) where it shows."""

    fault: Fault
    government: str
    seq: int
    detail: str = ""


class Chain:
    """Follows one government's rows in order and notes what does not hold; the first bad row only.

    Without `verify` signatures are not looked at, but what checkpoints say of rows is.
    """

    def __init__(
        self,
        government: str,
        checkpoints: Sequence[Checkpoint] = (),
        heads: Iterable[Head] = (),
        verify: Verify | None = None,
    ) -> None:
        self.government = government
        self.seq, self.hash = 0, GENESIS
        self.findings: list[Finding] = []
        self._signed = {one.seq: one.hash for one in checkpoints}
        self._last_signed = max(self._signed, default=0)
        self._is_signed = verify is not None
        # By hash: a witness of the other side knows no number; several may have seen the same.
        self._heads: dict[str, list[Head]] = {}
        for head in heads:
            if head.government in (None, government):
                self._heads.setdefault(head.hash, []).append(head)
        self.met: set[Head] = set()
        if verify is not None:
            self.findings += _check_signatures(checkpoints, verify)

    def follow(self, entries: Iterable[Entry]) -> None:
        """The next rows; called as often as there are more."""
        for entry in entries:
            follows = entry.seq == self.seq + 1 and entry.previous == self.hash
            if not follows or entry.hash != _hash_or_none(entry):
                self._note(Fault.ROW, entry.seq)
            signed = self._signed.pop(entry.seq, None)
            if signed is not None and signed != entry.hash:
                self._note(Fault.REWRITTEN, entry.seq)
            for head in self._heads.get(entry.hash, ()):
                if head.seq in (None, entry.seq):
                    self.met.add(head)
            self.seq, self.hash = entry.seq, entry.hash

    def end(self) -> list[Finding]:
        """Everything found, once all rows have been followed."""
        for seq in sorted(self._signed):
            self._note(Fault.CUT_OFF, seq)
        if self._is_signed and self.seq - self._last_signed >= CHECKPOINT_EVERY:
            self._note(Fault.UNSIGNED, self._last_signed + 1)
        return self.findings

    def _note(self, fault: Fault, seq: int) -> None:
        if fault not in {one.fault for one in self.findings}:
            self.findings.append(Finding(fault, self.government, seq))


def unwitnessed(chains: Sequence[Chain], heads: Iterable[Head]) -> Iterator[Finding]:
    """The heads that somebody saw and no chain has."""
    met = {head for chain in chains for head in chain.met}
    for head in heads:
        if head not in met:
            yield Finding(Fault.HEAD, head.government or "-", head.seq or 0, head.hash)


def _hash_or_none(entry: Entry) -> str | None:
    try:
        return hash_of(entry)
    except TypeError:
        # What no encoder takes (bytes where text was) was not written by us.
        return None


def _check_signatures(checkpoints: Sequence[Checkpoint], verify: Verify) -> Iterator[Finding]:
    previous = GENESIS
    for one in sorted(checkpoints, key=lambda one: one.seq):
        if one.previous != previous:
            yield Finding(Fault.CHECKPOINT, one.government, one.seq, "order")
        holds = verify(one.key, one.statement, one.signature)
        if not holds:
            detail = "unknown_key" if holds is None else "signature"
            yield Finding(Fault.CHECKPOINT, one.government, one.seq, detail)
        previous = one.digest
