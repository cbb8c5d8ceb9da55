"""Advisories, the state of each on each link, and the receipts that came back."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, Row, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.advisories import (
    Advisory,
    AdvisoryState,
    Receipt,
    Route,
    RouteState,
    ThreadReply,
)
from bot.domain.labels import Label, most_restrictive
from bot.domain.officials import Government
from bot.storage.tables import (
    advisories,
    advisory_revisions,
    advisory_routes,
    receipts,
    thread_replies,
)

# Built once: building a statement takes SQLAlchemy four times as long as running it.
ADD = insert(advisories).returning(advisories.c.id)
GET = select(advisories).where(advisories.c.id == bindparam("id"))
BY_SOURCE = (
    select(advisories)
    .where(advisories.c.team == bindparam("team"))
    .where(advisories.c.channel == bindparam("channel"))
    .where(advisories.c.source_ts == bindparam("ts"))
    .with_for_update()
)
LOCK = GET.with_for_update()


def _put_route(*changed: str) -> dict[str, Insert]:
    """Adds a route, or changes those columns of the one that is there; by dialect."""
    keys = [advisory_routes.c.advisory_id, advisory_routes.c.link_id]
    return {
        name: statement.on_conflict_do_update(
            index_elements=keys, set_={column: statement.excluded[column] for column in changed}
        )
        for name, statement in (
            ("sqlite", sqlite_insert(advisory_routes)),
            ("postgresql", postgresql_insert(advisory_routes)),
        )
    }


PUT_ROUTE = _put_route("state", "decided_by", "decided_at")
PUT_ROUTE_AT = _put_route("state", "decided_by", "decided_at", "revision")
ROUTES = (
    select(advisory_routes)
    .where(advisory_routes.c.advisory_id == bindparam("advisory"))
    .order_by(advisory_routes.c.link_id)
)
RECEIPTS = (
    select(receipts)
    .where(receipts.c.advisory_id == bindparam("advisory"))
    .order_by(receipts.c.at, receipts.c.agency)
)
BY_NUMBER = select(advisories).where(advisories.c.number == bindparam("number")).with_for_update()
TAKEN = select(advisories.c.id).where(advisories.c.number == bindparam("number"))
COUNT_ISSUED = (
    select(func.count())
    .where(advisories.c.author_id == bindparam("author"))
    .where(advisories.c.posted_at > bindparam("since"))
    .where(advisories.c.state != AdvisoryState.HELD.value)
)


class Advisories:
    """Reads and writes advisories, routes and receipts.

    Within its transaction each is read once, unless it is written or locked.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[int, Advisory] = {}
        self._routes: dict[int, tuple[Route, ...]] = {}
        self._receipts: dict[int, tuple[Receipt, ...]] = {}

    def add(self, advisory: Advisory) -> Advisory:
        """Stores a new advisory; the one returned carries its id."""
        values = vars(advisory).copy()
        values.pop("id")
        added = replace(advisory, id=int(self._connection.execute(ADD, values).scalar_one()))
        # Nobody else can have decided or acknowledged anything about it yet.
        self._routes[added.id], self._receipts[added.id] = (), ()
        self._known[added.id] = added
        return added

    def save(self, advisory: Advisory) -> None:
        self._known.pop(advisory.id, None)
        values = vars(advisory).copy()
        key = values.pop("id")
        self._connection.execute(update(advisories).where(advisories.c.id == key).values(values))

    def get(self, advisory_id: int) -> Advisory:
        known = self._known.get(advisory_id)
        return known or self._keep(self._connection.execute(GET, {"id": advisory_id}).one())

    def lock(self, advisory_id: int) -> Advisory:
        """The advisory; whoever else wants to change it waits until this transaction ends."""
        return self._locked(self._connection.execute(LOCK, {"id": advisory_id}).one())

    def by_number(self, number: str) -> Advisory | None:
        """The advisory of that number, locked as by `lock`: most who ask for it change it."""
        row = self._connection.execute(BY_NUMBER, {"number": number}).one_or_none()
        return self._locked(row) if row else None

    def is_taken(self, number: str) -> bool:
        """Whether an advisory bears that number."""
        return self._connection.execute(TAKEN, {"number": number}).first() is not None

    def by_source(self, team: str, channel: str, ts: str) -> Advisory | None:
        """The advisory that a message became, locked as by `lock`."""
        source = {"team": team, "channel": channel, "ts": ts}
        row = self._connection.execute(BY_SOURCE, source).one_or_none()
        return self._locked(row) if row else None

    def note_source(self, advisory_id: int, ts: str) -> None:
        """Remembers where the bot posted an advisory that was typed as a command."""
        self._known.pop(advisory_id, None)
        self._connection.execute(
            update(advisories).where(advisories.c.id == advisory_id).values(source_ts=ts)
        )

    def latest(self, limit: int) -> tuple[Advisory, ...]:
        """The newest advisories of either side; callers decide who may see which."""
        rows = self._connection.execute(
            select(advisories).order_by(advisories.c.id.desc()).limit(limit)
        )
        return tuple(_advisory(row) for row in rows)

    def count_issued(self, author_id: int, since: datetime) -> int:
        """How many advisories of an author were not held, of those posted since an instant."""
        found = self._connection.execute(COUNT_ISSUED, {"author": author_id, "since": since})
        return int(found.scalar_one())

    def put_route(
        self,
        advisory_id: int,
        link_id: int,
        state: RouteState,
        by: int | None = None,
        at: datetime | None = None,
        revision: int | None = None,
    ) -> None:
        """Sets the state of an advisory on a link, who decided it, and which revision may go."""
        self._routes.pop(advisory_id, None)
        values = {"state": state.value, "decided_by": by, "decided_at": at}
        put = PUT_ROUTE if revision is None else PUT_ROUTE_AT
        keys = {"advisory_id": advisory_id, "link_id": link_id, "revision": revision or 1}
        self._connection.execute(put[self._connection.dialect.name], keys | values)

    def routes(self, advisory_id: int) -> tuple[Route, ...]:
        if advisory_id not in self._routes:
            rows = self._connection.execute(ROUTES, {"advisory": advisory_id})
            self._routes[advisory_id] = tuple(_route(row) for row in rows)
        return self._routes[advisory_id]

    def route(self, advisory_id: int, link_id: int) -> Route | None:
        return next((route for route in self.routes(advisory_id) if route.link_id == link_id), None)

    def keep_revision(self, advisory: Advisory, until: datetime) -> None:
        """Keeps what the advisory says now, before it is revised."""
        self._connection.execute(
            insert(advisory_revisions).values(
                advisory_id=advisory.id,
                revision=advisory.revision,
                label=advisory.label,
                body=advisory.body,
                until=until,
            )
        )

    def body_of(self, advisory: Advisory, revision: int) -> str:
        """What the advisory said at a revision."""
        if revision >= advisory.revision:
            return advisory.body
        kept = self._connection.execute(
            select(advisory_revisions.c.body)
            .where(advisory_revisions.c.advisory_id == advisory.id)
            .where(advisory_revisions.c.revision == revision)
        ).scalar_one()
        return str(kept)

    def strictest_since(self, advisory: Advisory, revision: int) -> Label:
        """The most restrictive label it has borne from that revision until now."""
        kept = self._connection.execute(
            select(advisory_revisions.c.label)
            .where(advisory_revisions.c.advisory_id == advisory.id)
            .where(advisory_revisions.c.revision >= revision)
        ).scalars()
        now = [advisory.label] if advisory.label else []
        found = most_restrictive([*(Label(one) for one in kept), *now])
        return found or Label.RED

    def add_reply(self, reply: ThreadReply) -> ThreadReply:
        """Stores a reply; the one returned carries its id."""
        values = asdict(reply)
        values.pop("id")
        added = self._connection.execute(
            insert(thread_replies).values(values).returning(thread_replies.c.id)
        ).scalar_one()
        return self.get_reply(added)

    def save_reply(self, reply: ThreadReply) -> None:
        values = asdict(reply)
        key = values.pop("id")
        self._connection.execute(
            update(thread_replies).where(thread_replies.c.id == key).values(values)
        )

    def get_reply(self, reply_id: int) -> ThreadReply:
        row = self._connection.execute(
            select(thread_replies).where(thread_replies.c.id == reply_id)
        ).one()
        return ThreadReply(**row._mapping)

    def reply_at(self, team: str, channel: str, ts: str) -> ThreadReply | None:
        """The reply that a message became."""
        row = self._connection.execute(
            select(thread_replies)
            .where(thread_replies.c.team == team)
            .where(thread_replies.c.channel == channel)
            .where(thread_replies.c.ts == ts)
        ).one_or_none()
        return ThreadReply(**row._mapping) if row else None

    def replies(self, advisory_id: int) -> tuple[ThreadReply, ...]:
        """The replies in an advisory's threads, oldest first."""
        rows = self._connection.execute(
            select(thread_replies)
            .where(thread_replies.c.advisory_id == advisory_id)
            .order_by(thread_replies.c.id)
        )
        return tuple(ThreadReply(**row._mapping) for row in rows)

    def between(self, team: str, channel: str, oldest: str, newest: str) -> tuple[Advisory, ...]:
        """The advisories whose source was posted in a channel in a span of Slack timestamps."""
        rows = self._connection.execute(
            select(advisories)
            .where(advisories.c.team == team)
            .where(advisories.c.channel == channel)
            .where(advisories.c.source_ts >= oldest)
            .where(advisories.c.source_ts <= newest)
            .order_by(advisories.c.source_ts)
        )
        return tuple(_advisory(row) for row in rows)

    def add_receipt(self, receipt: Receipt) -> None:
        self._receipts.pop(receipt.advisory_id, None)
        self._connection.execute(insert(receipts).values(asdict(receipt)))

    def receipts(self, advisory_id: int) -> tuple[Receipt, ...]:
        """Who acknowledged, in order of time."""
        if advisory_id not in self._receipts:
            rows = self._connection.execute(RECEIPTS, {"advisory": advisory_id})
            self._receipts[advisory_id] = tuple(_receipt(row) for row in rows)
        return self._receipts[advisory_id]

    def _locked(self, row: Row[Any]) -> Advisory:
        """Somebody may have changed it, and what hangs on it, while this transaction waited."""
        self._routes.pop(row.id, None)
        self._receipts.pop(row.id, None)
        return self._keep(row)

    def _keep(self, row: Row[Any]) -> Advisory:
        advisory = self._known[row.id] = _advisory(row)
        return advisory


def _route(row: Row[Any]) -> Route:
    state = RouteState(row.state)
    return Route(row.advisory_id, row.link_id, state, row.revision, row.decided_by, row.decided_at)


def _receipt(row: Row[Any]) -> Receipt:
    side = Government(row.government)
    return Receipt(row.advisory_id, row.agency, side, row.official_id, row.name, row.at)


def _advisory(row: Row[Any]) -> Advisory:
    return Advisory(
        row.id,
        row.number,
        AdvisoryState(row.state),
        Government(row.government),
        row.agency,
        row.author_id,
        row.author_name,
        row.team,
        row.channel,
        row.source_ts,
        Label(row.label) if row.label else None,
        tuple(row.tags),
        row.title,
        row.body,
        row.needs_release,
        row.files,
        row.posted_at,
        row.revision,
        row.changed_at,
        row.reason,
        row.superseded_by,
        row.is_final,
        tuple(row.releasable or ()),
    )
