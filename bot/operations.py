"""What an operator does from the command line, on the database the settings name."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

from bot import errors
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.officials import Government
from bot.services.calendars import import_holidays
from bot.services.roster import ROSTER_COLUMNS, import_roster
from bot.settings import Settings
from bot.storage.audit import Operator
from bot.storage.copies import after_restore, back_up, put_back
from bot.storage.database import Database
from bot.storage.schema import is_current, upgrade
from bot.storage.unit_of_work import UnitOfWork

Operation = Callable[[Database], int]
Preparation = Callable[[Database, Settings], None]


def brought_up_to_date(database: Database, settings: Settings) -> None:
    """Before what writes: the newest schema, and the workspaces of the settings."""
    upgrade(database)
    database.transact(lambda uow: _remember_workspaces(uow, settings))


def required_current(database: Database, _settings: Settings) -> None:
    """Before what only reads: raises SchemaNotCurrent rather than change anything."""
    path = database.engine.url.database
    is_missing = database.is_sqlite and bool(path) and not Path(str(path)).is_file()
    if is_missing or not is_current(database):
        raise errors.SchemaNotCurrent


def left_alone(_database: Database, _settings: Settings) -> None:
    """Before what takes a database as it is, whatever state that may be."""


def run(settings: Settings, operation: Operation, prepare: Preparation = brought_up_to_date) -> int:
    """Runs one operation on the settings' database; returns the exit code."""
    database = Database(settings.database.url.get_secret_value(), keys=settings.keys.ring())
    try:
        prepare(database, settings)
        return operation(database)
    finally:
        database.close()


def upgrade_database(_database: Database) -> int:
    """Nothing more than what every operation that writes begins with."""
    print("ok")  # noqa: T201  the command line's own output
    return 0


def backup(database: Database, target: Path) -> int:
    """A consistent copy while the bot runs; PostgreSQL has pg_dump for this."""
    back_up(database, target)
    return 0


def restore(database: Database, source: Path) -> int:
    """Puts a copy back in place of the present database."""
    put_back(database, source)
    return 0


def note_restored(database: Database) -> int:
    """After pg_restore: the same caution as after `db restore`."""
    database.transact(after_restore)
    return 0


def list_forgotten(database: Database) -> int:
    """One line a post that a restored database found in Slack and cannot say what it is."""
    for one in database.transact(lambda uow: uow.restores.unclaimed()):
        print(f"{one.team}/{one.channel}", one.ts, one.number or "-", one.mark or "-")  # noqa: T201
    return 0


def import_roster_file(database: Database, file: Path) -> int:
    """Enrols everybody in a CSV file, or nobody."""
    text = file.read_text(encoding="utf-8-sig")
    count = database.transact(lambda uow: import_roster(uow, text))
    print(count)  # noqa: T201
    return 0


def import_holidays_file(database: Database, file: Path) -> int:
    """Adds the days of a CSV file to the calendars, or none of them."""
    text = file.read_text(encoding="utf-8-sig")
    print(database.transact(lambda uow: import_holidays(uow, text)))  # noqa: T201
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


def list_deliveries(database: Database, state: str, *, as_json: bool = False) -> int:
    """One line a delivery: number, state, kind, destination, attempts, last error; or JSON."""
    try:
        wanted = DeliveryState(state)
    except ValueError:
        raise errors.UnknownChoice(
            word="state", value=state, choices=", ".join(DeliveryState)
        ) from None
    found, numbers = database.transact(lambda uow: _in_state(uow, wanted))
    for one in found:
        where = f"{one.team}/{one.channel}"
        if as_json:
            print(json.dumps(_delivery_record(one, numbers.get(one.advisory_id))))  # noqa: T201
        else:
            print(one.id, one.state, one.kind, where, one.attempts, one.last_error)  # noqa: T201
    return 0


def _in_state(
    uow: UnitOfWork, state: DeliveryState
) -> tuple[tuple[Delivery, ...], dict[int | None, str]]:
    found = uow.outbox.in_state(state)
    ids = {one.advisory_id for one in found if one.advisory_id is not None}
    return found, {one: uow.advisories.get(one).number for one in ids}


def _delivery_record(one: Delivery, number: str | None) -> dict[str, object]:
    """What an operator's script may want to know; never what the delivery says."""
    return {
        "id": one.id,
        "state": one.state,
        "kind": one.kind,
        "method": one.method,
        "team": one.team,
        "channel": one.channel,
        "advisory": number,
        "attempts": one.attempts,
        "created_at": one.created_at.isoformat(),
        "first_attempt_at": one.first_attempt_at and one.first_attempt_at.isoformat(),
        "next_at": one.next_at.isoformat(),
        "delivered_at": one.delivered_at and one.delivered_at.isoformat(),
        "outcome_unknown": one.unknown,
        "last_error": one.last_error,
    }


def retry_delivery(database: Database, number: int) -> int:
    """Tries a parked delivery again."""
    database.transact(lambda uow: uow.outbox.revive(_decided(uow, number, "delivery.retry")))
    return 0


def drop_delivery(database: Database, number: int) -> int:
    """Lets a parked delivery go."""
    database.transact(lambda uow: uow.outbox.drop(_decided(uow, number, "delivery.drop")))
    return 0


def _parked(uow: UnitOfWork, number: int) -> Delivery:
    parked = uow.outbox.in_state(DeliveryState.PARKED, limit=10_000)
    found = next((one for one in parked if one.id == number), None)
    if found is None:
        raise errors.DeliveryNotParked(id=number)
    return found


def _decided(uow: UnitOfWork, number: int, action: str) -> int:
    """Notes what the operator does with a parked delivery; raises DeliveryNotParked."""
    delivery = _parked(uow, number)
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is not None:
        uow.audit.record(
            Operator(workspace.government),
            action,
            f"delivery/{number}",
            kind=delivery.kind,
            error=delivery.last_error,
        )
    return number


def _remember_workspaces(uow: UnitOfWork, settings: Settings) -> None:
    for one in settings.workspaces:
        uow.workspaces.put(one.team_id, **one.kept)
