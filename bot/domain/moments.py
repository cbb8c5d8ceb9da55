"""One instant in both capitals. Times are never shown in one city only."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
CANBERRA = ZoneInfo("Australia/Canberra")


def in_both_cities(instant: datetime) -> tuple[datetime, datetime]:
    """The same instant on Tokyo's and on Canberra's clock, in that order."""
    return instant.astimezone(TOKYO), instant.astimezone(CANBERRA)
