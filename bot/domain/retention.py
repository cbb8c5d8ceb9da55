"""How long what is kept is kept: a schedule for each class of data, and what a purge would destroy.

Nothing is destroyed by default: Japan's Public Records and Archives Management Act (Act No. 66 of
2009), article 8(2), asks for consent before an administrative document is disposed of, Australia's
Archives Act 1983, section 24, for permission. Two administrators of the side concerned decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.officials import Government

# A plan that nobody carried out by then is planned anew.
PLAN_LASTS = timedelta(days=14)


class DataClass(StrEnum):
    """What is kept and destroyed together."""

    HELD = "held"  # texts that never left: held and discarded advisories
    ADVISORY = "advisory"  # texts of advisories, their revisions, replies and receipts' names
    DELIVERY = "delivery"  # what notes and notices to people said
    PERSON = "person"  # names of people who are no longer on the roster


# Days after which each class may be destroyed; 0: it is kept.
Schedule = Mapping[DataClass, int]


@dataclass(frozen=True)
class PurgePlan:
    """Exactly what would be destroyed of one side: rows by class, and a digest of them all."""

    government: Government
    planned_at: datetime
    rows: Mapping[DataClass, tuple[int, ...]]

    @property
    def counts(self) -> Mapping[str, int]:
        return {kind.value: len(self.rows.get(kind, ())) for kind in DataClass}

    @property
    def is_empty(self) -> bool:
        return not any(self.rows.values())

    @property
    def digest(self) -> str:
        """What approvals are bound to: another row, or one less, is another plan."""
        rows = {kind.value: sorted(rows) for kind, rows in self.rows.items() if rows}
        text = json.dumps([self.government.value, rows], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def has_expired(self, now: datetime) -> bool:
        return now - self.planned_at > PLAN_LASTS
