"""What an operator, or an auditor of either government, asks of the audit log."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import errors
from bot.domain.cells import cell
from bot.domain.chain import Chain, Checkpoint, Entry, Finding, Head, unwitnessed
from bot.domain.officials import Government
from bot.storage.audit import BEFORE_ALL, AuditEvent
from bot.storage.database import Database
from bot.storage.keyring import PublicKeys, UnusableKeys
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Catalog, Language, load

# Rows read in one short transaction: a reader must not stop the bridge.
BATCH = 5_000
COLUMNS = ("government", "seq", "at", "actor", "action", "subject", "facts", "previous", "hash")


class Format(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"  # one JSON object a line
    CSV = "csv"  # RFC 4180, safe to open in a spreadsheet


def verify_audit(
    database: Database,
    heads: Sequence[str] = (),
    public_key: Path | None = None,
    language: Language = Language.EN,
) -> int:
    """0 when both chains, their checkpoints and the heads hold; else names what does not, and 1.

    `heads` are what somebody outside wrote down. Signatures are checked against the public keys
    given, or those of the settings; without either only what checkpoints say of rows is.
    """
    words = load()
    witnessed = [_head(one) for one in heads]
    public = _public_keys(database, public_key)
    chains = [_followed(database, *one, witnessed, public) for one in _ends(database)]
    findings = [finding for chain in chains for finding in chain.end()]
    findings += unwitnessed(chains, witnessed)
    for finding in findings:
        print(_told(finding, words, language))  # noqa: T201  the command line's own output
    for chain in chains:
        head = Head(chain.hash, chain.seq, chain.government)
        print(words.say(language, "audit.verify.chain", head=head))  # noqa: T201
    if public is None:
        print(words.say(language, "audit.verify.no_key"))  # noqa: T201
    print(words.say(language, f"audit.verify.{'bad' if findings else 'good'}"))  # noqa: T201
    return 1 if findings else 0


def export_audit(database: Database, government: str, form: Format = Format.JSONL) -> int:
    """One government's events: its own chain whole, and nothing of the other's, not even a gap."""
    try:
        side = Government(government.upper())
    except ValueError:
        raise errors.UnknownChoice(
            word="government", value=government, choices=", ".join(Government)
        ) from None
    if form is Format.CSV:
        _export_csv(database, side)
        return 0
    for event in _events(database, side):
        print(json.dumps(_record(event), ensure_ascii=False))  # noqa: T201
    return 0


def export_checkpoints(database: Database, government: str) -> int:
    """One government's checkpoints as JSON lines, for whoever checks an export."""
    for one in database.transact(lambda uow: uow.audit.checkpoints(government.upper())):
        print(json.dumps(vars(one)))  # noqa: T201
    return 0


def print_heads(database: Database) -> int:
    """Where each chain ends now, as `verify --head` takes it."""
    for side in Government:
        seq, digest = database.transact(partial(_end, side=side))
        print(Head(digest, seq, side.value))  # noqa: T201
    return 0


def _export_csv(database: Database, side: Government) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for event in _events(database, side):
        record = _record(event) | {"facts": json.dumps(event.facts, ensure_ascii=False)}
        writer.writerow([cell(str(record[name])) for name in COLUMNS])


def _record(event: AuditEvent) -> dict[str, Any]:
    record = vars(event) | {"at": event.at.isoformat()}
    return {name: record[name] for name in COLUMNS}


def _head(typed: str) -> Head:
    head = Head.read(typed)
    if head is None:
        raise errors.BadHead(value=typed)
    return head


def _public_keys(database: Database, file: Path | None) -> PublicKeys | None:
    if file is None:
        return database.keys.public if database.keys else None
    try:
        return PublicKeys.from_pem(file.read_bytes())
    except (OSError, UnusableKeys) as error:
        raise errors.KeysUnusable(path=file) from error


def _ends(database: Database) -> list[tuple[str, int, tuple[Checkpoint, ...]]]:
    """Each chain, where it ends now, and its checkpoints, all read at one moment."""

    def read(uow: UnitOfWork) -> list[tuple[str, int, tuple[Checkpoint, ...]]]:
        ends = {side.value: 0 for side in Government}
        ends |= {side: last for side, (last, _) in uow.audit.heads().items()}
        return [(side, last, uow.audit.checkpoints(side)) for side, last in sorted(ends.items())]

    return database.transact(read)


def _followed(
    database: Database,
    side: str,
    last: int,
    checkpoints: tuple[Checkpoint, ...],
    heads: Sequence[Head],
    public: PublicKeys | None,
) -> Chain:
    chain = Chain(side, checkpoints, heads, public.verify if public else None)
    after = BEFORE_ALL
    with _progress() as progress:
        bar = progress.add_task(side, total=last)
        while after < last:
            batch = database.transact(partial(_entries, side=side, after=after))
            if not batch:
                break
            # What is added meanwhile is for the next time.
            chain.follow(one for one in batch if one.seq <= last)
            after = batch[-1].seq
            progress.update(bar, completed=after)
    return chain


def _entries(uow: UnitOfWork, side: str, after: int) -> list[Entry]:
    return uow.audit.entries(side, after, BATCH)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )


def _told(finding: Finding, words: Catalog, language: Language) -> str:
    return words.say(
        language,
        f"audit.verify.{finding.fault}",
        government=finding.government,
        seq=finding.seq,
        head=finding.detail,
    )


def _events(database: Database, side: Government) -> Iterator[AuditEvent]:
    after = 0
    while True:
        batch = database.transact(partial(_event_batch, side=side, after=after))
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].seq


def _end(uow: UnitOfWork, side: Government) -> tuple[int, str]:
    return uow.audit.head(side)


def _event_batch(uow: UnitOfWork, side: Government, after: int) -> list[AuditEvent]:
    return list(uow.audit.events(side, after, BATCH))
