"""What linked channels look like: as both sides agreed to, and when each was last read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, union, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.admin_channels import Unfit
from bot.domain.fingerprints import BELIEVED, Fingerprint
from bot.domain.links import Link, LinkState
from bot.domain.officials import Government
from bot.storage.tables import advisories, advisory_routes, links, thread_replies, workspaces
from bot.storage.tables_fingerprints import channel_readings, fingerprints, silences

# Built once: building a statement takes SQLAlchemy four times as long as running it.
ITS_READING = (channel_readings.c.team == bindparam("its_team")) & (
    channel_readings.c.channel == bindparam("its_channel")
)
READING = select(channel_readings).where(ITS_READING)
AGREED = select(fingerprints).where(fingerprints.c.link_id == bindparam("wanted"))
ENSURE = {
    "sqlite": sqlite_insert(channel_readings).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(channel_readings).on_conflict_do_nothing(),
}
DOUBT = (
    update(channel_readings)
    .where(ITS_READING)
    .values(doubts=channel_readings.c.doubts + 1, read_at=None)
)
READ = update(channel_readings).where(ITS_READING, channel_readings.c.doubts == bindparam("seen"))
IS_WATCHED = links.c.state.in_((LinkState.ACTIVE.value, LinkState.PAUSED.value)) & (
    links.c.suspension.is_(None)
)
# The channels in which the sides decide are read as those that are linked.
ENDS = union(
    *(
        select(
            links.c[f"{end}_team"].label("team"), links.c[f"{end}_channel"].label("channel")
        ).where(IS_WATCHED)
        for end in ("near", "far")
    ),
    select(workspaces.c.team, workspaces.c.admin_channel).where(workspaces.c.admin_channel != ""),
).subquery()
# What was never read, or is in doubt, comes first; then what was read longest ago.
WATCHED = (
    select(ENDS.c.team, ENDS.c.channel, channel_readings.c.read_at)
    .select_from(ENDS)
    .outerjoin(
        channel_readings,
        (channel_readings.c.team == ENDS.c.team) & (channel_readings.c.channel == ENDS.c.channel),
    )
    .where(ENDS.c.team == bindparam("its_team"))
    .where(channel_readings.c.read_at.is_(None) | (channel_readings.c.read_at < bindparam("old")))
    .order_by(channel_readings.c.read_at.is_not(None), channel_readings.c.read_at)
    .limit(bindparam("most"))
)
LAST_POSTED = (
    select(advisories.c.posted_at)
    .join(advisory_routes, advisory_routes.c.advisory_id == advisories.c.id)
    .where(advisory_routes.c.link_id == bindparam("wanted"))
    .where(advisory_routes.c.state.in_(("queued", "recalled")))
    .order_by(advisory_routes.c.advisory_id.desc())
    .limit(1)
)
LAST_REPLIED = (
    select(thread_replies.c.posted_at)
    .join(advisory_routes, advisory_routes.c.advisory_id == thread_replies.c.advisory_id)
    .where(advisory_routes.c.link_id == bindparam("wanted"))
    .order_by(thread_replies.c.id.desc())
    .limit(1)
)


class Fingerprints:
    """Reads and writes what was agreed to of each end of a link, and readings of channels."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._known: dict[tuple[str, str], bool] = {}

    def agree(self, link_id: int, government: Government, agreed: Fingerprint) -> None:
        """Both sides agreed to that end of a link as it is."""
        values = {"agreed": _values(agreed), "agreed_at": self._now}
        its_own = (fingerprints.c.link_id == link_id) & (fingerprints.c.government == government)
        found = self._connection.execute(update(fingerprints).where(its_own).values(values))
        if not found.rowcount:
            self._connection.execute(
                insert(fingerprints).values(link_id=link_id, government=government.value, **values)
            )

    def agreed(self, link_id: int) -> Mapping[Government, Fingerprint]:
        """What was agreed to of a link's ends."""
        rows = self._connection.execute(AGREED, {"wanted": link_id})
        return {Government(row.government): _fingerprint(row.agreed) for row in rows}

    def is_fresh(self, team: str, channel: str) -> bool:
        """Whether a channel was read a short while ago, and nothing has made that doubtful."""
        place = (team, channel)
        if place not in self._known:
            row = self._connection.execute(READING, _its(team, channel)).one_or_none()
            read_at = row.read_at if row else None
            self._known[place] = read_at is not None and self._now - read_at < BELIEVED
        return self._known[place]

    def begin_reading(self, team: str, channel: str) -> int:
        """How often the channel has been in doubt: what is read from now on counts till then."""
        self._ensure(team, channel)
        return int(self._connection.execute(READING, _its(team, channel)).one().doubts)

    def note_read(self, team: str, channel: str, doubts: int, at: datetime) -> bool:
        """It was read, beginning at that instant; False when it came into doubt meanwhile."""
        self._known.pop((team, channel), None)
        values = {**_its(team, channel), "seen": doubts, "read_at": at}
        return bool(self._connection.execute(READ, values).rowcount)

    def doubt(self, team: str, channel: str) -> None:
        """Something happened to a channel: it is read again before anything is sent there."""
        self._known.pop((team, channel), None)
        self._ensure(team, channel)
        self._connection.execute(DOUBT, _its(team, channel))

    def unfit(self, team: str, channel: str) -> frozenset[Unfit] | None:
        """What spoke against deciding in a channel when it was last read; None: nobody looked."""
        row = self._connection.execute(READING, _its(team, channel)).one_or_none()
        if row is None or row.unfit is None:
            return None
        return frozenset(Unfit(why) for why in row.unfit)

    def note_unfit(self, team: str, channel: str, faults: frozenset[Unfit]) -> None:
        self._ensure(team, channel)
        its = (channel_readings.c.team == team) & (channel_readings.c.channel == channel)
        values = {"unfit": sorted(faults)}
        self._connection.execute(update(channel_readings).where(its).values(values))

    def watched(self, team: str, old: datetime, most: int) -> tuple[str, ...]:
        """Channels of a workspace that are to be read: in doubt, or not read since."""
        asked = {"its_team": team, "old": old, "most": most}
        return tuple(row.channel for row in self._connection.execute(WATCHED, asked))

    def last_traffic(self, link: Link) -> datetime | None:
        """When something was last posted that travels along a link; before it began, never."""
        asked = {"wanted": link.id}
        found = (self._connection.execute(one, asked) for one in (LAST_POSTED, LAST_REPLIED))
        moments = [row.posted_at for rows in found for row in rows]
        return max(moments, default=None)

    def silence_told(self, link_id: int, government: Government) -> datetime | None:
        """When a side was told that a link is silent."""
        return self._connection.execute(
            select(silences.c.told_at).where(
                silences.c.link_id == link_id, silences.c.government == government.value
            )
        ).scalar_one_or_none()

    def note_silence_told(self, link_id: int, government: Government) -> None:
        its_own = (silences.c.link_id == link_id) & (silences.c.government == government.value)
        self._connection.execute(delete(silences).where(its_own))
        self._connection.execute(
            insert(silences).values(link_id=link_id, government=government.value, told_at=self._now)
        )

    def _ensure(self, team: str, channel: str) -> None:
        values = {"team": team, "channel": channel}
        self._connection.execute(ENSURE[self._connection.dialect.name], values)


def _its(team: str, channel: str) -> dict[str, Any]:
    return {"its_team": team, "its_channel": channel}


def _values(one: Fingerprint) -> dict[str, Any]:
    return {
        "name": one.name,
        "is_private": one.is_private,
        "is_archived": one.is_archived,
        "is_member": one.is_member,
        "is_shared": one.is_shared,
        "teams": sorted(one.teams),
        "outsiders": sorted(one.outsiders),
        "unchecked": sorted(one.unchecked),
    }


def _fingerprint(values: dict[str, Any]) -> Fingerprint:
    sets = {name: frozenset(values[name]) for name in ("teams", "outsiders", "unchecked")}
    return Fingerprint(**{**values, **sets})
