"""What an operator does from the command line, on the database the settings name."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bot import errors
from bot.domain.deliveries import DeliveryState
from bot.domain.markings import read_marking
from bot.domain.officials import Government
from bot.services.roster import ROSTER_COLUMNS, import_roster
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork

Operation = Callable[[Database], int]


def run(settings: Settings, operation: Operation) -> int:
    """Runs one operation on the settings' database; returns the exit code."""
    database = Database(settings.database.url.get_secret_value())
    try:
        upgrade(database)
        database.transact(lambda uow: _remember_workspaces(uow, settings))
        return operation(database)
    finally:
        database.close()


def upgrade_database(_database: Database) -> int:
    """Nothing more than what every operation begins with."""
    print("ok")  # noqa: T201  the command line's own output
    return 0


def backup(database: Database, target: Path) -> int:
    """A consistent copy by SQLite's own online backup; PostgreSQL has pg_dump for this."""
    with sqlite3.connect(_file_of(database)) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    target.chmod(0o600)
    return 0


def restore(database: Database, source: Path) -> int:
    """Puts a copy back in place of the present database."""
    if not source.is_file():
        raise errors.DatabaseBusy
    path = _file_of(database)
    database.close()
    with sqlite3.connect(source) as copy, sqlite3.connect(path) as target:
        copy.backup(target)
    return 0


def import_roster_file(database: Database, file: Path) -> int:
    """Enrols everybody in a CSV file, or nobody."""
    text = file.read_text(encoding="utf-8-sig")
    count = database.transact(lambda uow: import_roster(uow, text))
    print(count)  # noqa: T201
    return 0


def roster_as_csv(database: Database) -> int:
    """The roster with the columns an import takes."""

    def rows(uow: UnitOfWork) -> list[list[str]]:
        found = [official for side in Government for official in uow.officials.of(side)]
        return [
            [one.team, one.user, one.name, one.agency, ";".join(sorted(one.roles))] for one in found
        ]

    writer = csv.writer(sys.stdout)
    writer.writerow(ROSTER_COLUMNS)
    writer.writerows(database.transact(rows))
    return 0


def verify_audit(database: Database) -> int:
    """0 when the chain holds; otherwise names the first bad row and returns 1."""
    bad = database.transact(lambda uow: uow.audit.first_bad())
    print("ok" if bad is None else f"first bad row: {bad}")  # noqa: T201
    return 0 if bad is None else 1


def export_audit(database: Database, government: str) -> int:
    """One government's events as JSON lines."""
    try:
        side = Government(government.upper())
    except ValueError:
        raise errors.UnknownChoice(
            word="government", value=government, choices=", ".join(Government)
        ) from None

    def write(uow: UnitOfWork) -> None:
        for event in uow.audit.events(side):
            record = asdict(event) | {"at": event.at.isoformat()}
            print(json.dumps(record, ensure_ascii=False))  # noqa: T201

    database.transact(write)
    return 0


def list_deliveries(database: Database, state: str) -> int:
    """One line a delivery: number, state, kind, destination, attempts, last error."""
    try:
        wanted = DeliveryState(state)
    except ValueError:
        raise errors.UnknownChoice(
            word="state", value=state, choices=", ".join(DeliveryState)
        ) from None
    for one in database.transact(lambda uow: uow.outbox.in_state(wanted)):
        print(  # noqa: T201
            one.id, one.state, one.kind, f"{one.team}/{one.channel}", one.attempts, one.last_error
        )
    return 0


def retry_delivery(database: Database, number: int) -> int:
    """Tries a parked delivery again."""
    database.transact(lambda uow: uow.outbox.revive(_parked(uow, number)))
    return 0


def drop_delivery(database: Database, number: int) -> int:
    """Lets a parked delivery go."""
    database.transact(lambda uow: uow.outbox.drop(_parked(uow, number)))
    return 0


def explain_markings(text: str, *, whole: bool, as_json: bool) -> Iterator[str]:
    """One record per line (or one for the whole text): label, decision, rule ids."""
    for index, one in enumerate([text] if whole else text.splitlines()):
        reading = read_marking(one)
        record = {
            "text_index": index,
            "label": reading.label,
            "decision": reading.decision,
            "rules": list(reading.rules),
        }
        if as_json:
            yield json.dumps(record, ensure_ascii=False)
        else:
            rules = ", ".join(reading.rules) or "-"
            yield f"{index}\t{reading.decision}\t{reading.label or '-'}\t{rules}"


def _parked(uow: UnitOfWork, number: int) -> int:
    parked = uow.outbox.in_state(DeliveryState.PARKED, limit=10_000)
    if all(one.id != number for one in parked):
        raise errors.DeliveryNotParked(id=number)
    return number


def _remember_workspaces(uow: UnitOfWork, settings: Settings) -> None:
    for one in settings.workspaces:
        uow.workspaces.put(one.team_id, one.name, one.government)


def _file_of(database: Database) -> str:
    path = database.engine.url.database
    if not database.is_sqlite or not path:
        raise errors.NotAnSqliteDatabase
    return path
