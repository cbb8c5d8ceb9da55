"""The migrations bring an empty database exactly to the tables the code speaks of."""

import re
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from bot.domain.agencies import SEED
from bot.storage.schema import is_current, upgrade
from bot.storage.tables import metadata
from tests.storage.databases import opened

LITERAL = re.compile(r"'([^']*)'")


def test_migrations_lead_exactly_to_the_tables_of_the_code(nothing: str) -> None:
    with opened(nothing) as database:
        upgrade(database)
        differences = database.transact(
            lambda uow: compare_metadata(
                MigrationContext.configure(
                    uow.connection,
                    opts={"compare_type": True, "compare_server_default": not database.is_sqlite},
                ),
                metadata,
            )
        )
    assert differences == []


def test_migrations_lead_to_the_checks_of_the_code(nothing: str) -> None:
    """Alembic's comparison does not see these."""
    with opened(nothing) as database:
        upgrade(database)
        found = database.transact(lambda uow: _checks_of(inspect(uow.connection)))
    assert found == _wanted_checks()


def test_an_upgrade_of_a_current_database_changes_nothing(nothing: str) -> None:
    with opened(nothing) as database:
        assert not is_current(database)
        upgrade(database)
        before = database.transact(_everything)
        upgrade(database)
        assert is_current(database)
        assert database.transact(_everything) == before


def test_the_agencies_come_with_the_schema_and_edits_of_them_stay(nothing: str) -> None:
    with opened(nothing) as database:
        upgrade(database)
        codes = {one.code for one in database.transact(lambda uow: uow.agencies.all())}
        assert codes == {one.code for one in SEED}
        change = text("UPDATE agencies SET name_en = 'Renamed' WHERE code = 'DA'")
        database.transact(lambda uow: uow.connection.execute(change))
        upgrade(database)
        renamed = database.transact(lambda uow: uow.agencies.get("DA"))
    assert renamed is not None
    assert renamed.name_en == "Renamed"


def _checks_of(inspector: Any) -> dict[str, dict[str, set[str]]]:
    return {
        table: {
            str(check["name"]): set(LITERAL.findall(check["sqltext"]))
            for check in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _wanted_checks() -> dict[str, dict[str, set[str]]]:
    return {
        table.name: {
            str(check.name): set(LITERAL.findall(str(check.sqltext)))
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        }
        for table in metadata.sorted_tables
    }


def _everything(uow: Any) -> dict[str, list[Any]]:
    return {
        table.name: [tuple(row) for row in uow.connection.execute(table.select())]
        for table in metadata.sorted_tables
    }
