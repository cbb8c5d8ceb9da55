"""The roster of agencies: seed rows from the domain, editable afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from bot.domain.agencies import Agency, Alias, resolve_agency
from bot.domain.officials import Government
from bot.storage.tables import agencies, agency_aliases

# Built once: building a statement takes SQLAlchemy four times as long as running it.
GET = select(agencies).where(agencies.c.code == bindparam("code"))


class Agencies:
    """Reads agencies by code or by any name people type."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Agency] = {}

    def add_missing(self, seed: Iterable[Agency]) -> None:
        """Adds the agencies the table does not have yet; never overwrites an edited one."""
        known = set(self._connection.execute(select(agencies.c.code)).scalars())
        for agency in seed:
            if agency.code not in known:
                self._add(agency)

    def get(self, code: str) -> Agency | None:
        """The agency of that code, without its aliases."""
        if code not in self._known:
            row = self._connection.execute(GET, {"code": code}).one_or_none()
            if row is None:
                return None
            self._known[code] = _agency(row, ())
        return self._known[code]

    def all(self) -> tuple[Agency, ...]:
        """Every agency with the aliases people type."""
        aliases: dict[str, list[Alias]] = {}
        for row in self._connection.execute(select(agency_aliases)):
            aliases.setdefault(row.code, []).append(Alias(row.alias, row.valid_from, row.valid_to))
        return tuple(
            _agency(row, tuple(aliases.get(row.code, ())))
            for row in self._connection.execute(select(agencies).order_by(agencies.c.code))
        )

    def find(self, typed: str, on: date) -> Agency | None:
        """The agency somebody means, by code, name or alias valid on that day."""
        return resolve_agency(typed, on, self.all())

    def _add(self, agency: Agency) -> None:
        self._connection.execute(
            insert(agencies).values(
                code=agency.code,
                government=agency.government,
                name_en=agency.name_en,
                name_ja=agency.name_ja,
                kind=agency.kind,
                parent=agency.parent,
            )
        )
        for alias in agency.aliases:
            self._connection.execute(
                insert(agency_aliases).values(
                    alias=alias.name,
                    code=agency.code,
                    valid_from=alias.valid_from,
                    valid_to=alias.valid_to,
                )
            )


def _agency(row: Row[Any], aliases: tuple[Alias, ...]) -> Agency:
    return Agency(
        row.code,
        row.name_en,
        row.name_ja,
        Government(row.government),
        row.kind,
        row.parent,
        aliases,
    )
