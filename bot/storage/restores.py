"""What a database that was put back finds in Slack: posts of its own that it has forgotten."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.domain.advisories import AdvisoryState
from bot.storage.tables import advisories, heard, links, outbox
from bot.storage.tables_recovery import found_posts, restores

OUT = (AdvisoryState.ISSUED.value, AdvisoryState.SUPERSEDED.value)


@dataclass(frozen=True)
class Restore:
    """A database was put back at an instant; what happened since `until` it does not know."""

    id: int
    at: datetime
    until: datetime


@dataclass(frozen=True)
class StandingPost:
    """A post of ours in a channel: its key, the advisory it names, and what became of it.

    `mark` is empty while it shows its text, else the reason of the tombstone in its place.
    """

    key: str
    team: str
    channel: str
    ts: str
    number: str = ""
    mark: str = ""


class Restores:
    """Reads and writes `restores` and `found_posts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def begin(self) -> None:
        """The database was put back just now."""
        until = self._connection.execute(select(func.min(heard.c.until))).scalar_one_or_none()
        values = {"at": self._now, "until": until or self._now}
        self._connection.execute(insert(restores).values(values))

    def pending(self) -> Restore | None:
        """The last restore, if what stands in Slack has not been read since."""
        row = self._connection.execute(
            select(restores).order_by(restores.c.id.desc()).limit(1)
        ).first()
        return Restore(row.id, row.at, row.until) if row and not row.is_read else None

    def finish(self, restore: Restore) -> None:
        """Everything that stands has been read."""
        self._connection.execute(
            update(restores).where(restores.c.id <= restore.id).values(is_read=True)
        )

    def channels(self, restore: Restore, copy: str) -> dict[tuple[str, str], datetime]:
        """The channels where posts of ours may stand, and from which instant on."""
        found: dict[tuple[str, str], datetime] = {}
        for near in (True, False):
            team = links.c.near_team if near else links.c.far_team
            channel = links.c.near_channel if near else links.c.far_channel
            for row in self._connection.execute(select(team, channel).where(team.is_not(None))):
                found[row[0], row[1]] = restore.until
        oldest = (
            select(outbox.c.team, outbox.c.channel, func.min(outbox.c.created_at))
            .join(advisories, advisories.c.id == outbox.c.advisory_id)
            .where(outbox.c.kind == copy, advisories.c.state.in_(OUT))
            .group_by(outbox.c.team, outbox.c.channel)
        )
        for copies in self._connection.execute(oldest):
            place = (copies[0], copies[1])
            found[place] = min(found.get(place, restore.until), copies[2])
        return found

    def known(self, post: StandingPost) -> int | None:
        """The delivery that bears the key of a post."""
        return self._connection.execute(
            select(outbox.c.id).where(outbox.c.key == post.key)
        ).scalar_one_or_none()

    def keep(self, post: StandingPost) -> None:
        """Remembers a post that no delivery of this database bears the key of."""
        self._connection.execute(delete(found_posts).where(found_posts.c.key == post.key))
        self._connection.execute(insert(found_posts).values(asdict(post)))

    def found(self, key: str) -> StandingPost | None:
        """The post that was found with that key."""
        row = self._connection.execute(
            select(found_posts).where(found_posts.c.key == key)
        ).one_or_none()
        return StandingPost(**row._mapping) if row else None

    def unclaimed(self) -> tuple[StandingPost, ...]:
        """Posts that were found and have not turned out to be anything's copy since."""
        rows = self._connection.execute(select(found_posts).order_by(found_posts.c.ts))
        return tuple(StandingPost(**row._mapping) for row in rows)

    def claim(self, post: StandingPost) -> None:
        """The post has turned out to be something's."""
        self._connection.execute(delete(found_posts).where(found_posts.c.key == post.key))
