"""What the governments changed about their holidays, as the schema holds it."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, String, Table, Text

from bot.storage.tables import metadata
from bot.storage.types import Identity, Instant

# `closed` false: the day is worked, whatever the list of holidays says.
holiday_changes = Table(
    "holiday_changes",
    metadata,
    Column("calendar", String(8), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("closed", Boolean, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("name_ja", Text, nullable=False),
    Column("set_by", Identity),
    Column("set_at", Instant, nullable=False),
    CheckConstraint("calendar IN ('JP_GOV','AU_ACT','AU_DFAT')", name="calendar"),
)
