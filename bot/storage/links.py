"""Links and the ordered pairs of channels they occupy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from bot.domain.fingerprints import Change, Suspension
from bot.domain.labels import Label
from bot.domain.links import Direction, End, Link, LinkState, Mode, Terms
from bot.domain.officials import Government
from bot.storage.ceilings import AgencyCeilings
from bot.storage.tables import link_pairs, links

# Built once: building a statement takes SQLAlchemy four times as long as running it.
GET = select(links).where(links.c.id == bindparam("id"))
LIVE_AT = (
    select(links)
    .where(
        or_(
            (links.c.near_team == bindparam("team"))
            & (links.c.near_channel == bindparam("channel")),
            (links.c.far_team == bindparam("team")) & (links.c.far_channel == bindparam("channel")),
        )
    )
    .where(links.c.state.in_((LinkState.ACTIVE.value, LinkState.PAUSED.value)))
    .order_by(links.c.id)
)


class Links:
    """Reads and writes links; a live link holds its ordered pairs exclusively.

    Within its transaction a link is read once, unless it is written or locked.
    """

    def __init__(self, connection: Connection, ceilings: AgencyCeilings) -> None:
        self._connection = connection
        self._ceilings = ceilings
        self._known: dict[int, Link] = {}

    def add(self, link: Link) -> Link:
        """Stores a new link; the one returned carries its id."""
        added = self._connection.execute(
            insert(links).values(_values(link)).returning(links.c.id)
        ).scalar_one()
        return self.get(added)

    def save(self, link: Link) -> None:
        """Stores the link's state and gives up or keeps its pairs; see `pair_holder` first."""
        self._known.pop(link.id, None)
        self._connection.execute(update(links).where(links.c.id == link.id).values(_values(link)))
        self._connection.execute(delete(link_pairs).where(link_pairs.c.link_id == link.id))
        if link.is_live:
            for source, destination in link.routes():
                self._connection.execute(
                    insert(link_pairs).values(
                        from_team=source.team,
                        from_channel=source.channel,
                        to_team=destination.team,
                        to_channel=destination.channel,
                        link_id=link.id,
                    )
                )

    def get(self, link_id: int) -> Link:
        known = self._known.get(link_id)
        return known or self._keep(self._connection.execute(GET, {"id": link_id}).one())

    def by_code(self, code: str) -> Link | None:
        """The link of that code; whoever else wants to change it waits."""
        row = self._connection.execute(
            select(links).where(links.c.code == code).with_for_update()
        ).one_or_none()
        return self._keep(row) if row else None

    def all(self) -> tuple[Link, ...]:
        """Every link, newest first."""
        return tuple(
            self._keep(row)
            for row in self._connection.execute(select(links).order_by(links.c.id.desc()))
        )

    def live_at(self, team: str, channel: str) -> tuple[Link, ...]:
        """The active and paused links with an end in that channel, oldest first."""
        rows = self._connection.execute(LIVE_AT, {"team": team, "channel": channel})
        return tuple(self._keep(row) for row in rows)

    def channels_of(self, team: str) -> tuple[str, ...]:
        """The channels of a workspace that advisories leave along a live link."""
        rows = self._connection.execute(
            select(link_pairs.c.from_channel)
            .where(link_pairs.c.from_team == team)
            .distinct()
            .order_by(link_pairs.c.from_channel)
        ).scalars()
        return tuple(rows)

    def pair_holder(self, link: Link) -> Link | None:
        """Another live link that already carries one of this link's ordered pairs."""
        for source, destination in link.routes():
            held = self._connection.execute(
                select(link_pairs.c.link_id)
                .where(link_pairs.c.from_team == source.team)
                .where(link_pairs.c.from_channel == source.channel)
                .where(link_pairs.c.to_team == destination.team)
                .where(link_pairs.c.to_channel == destination.channel)
                .where(link_pairs.c.link_id != link.id)
            ).scalar_one_or_none()
            if held is not None:
                return self.get(held)
        return None

    def _keep(self, row: Row[Any]) -> Link:
        link = _link(row)
        ceilings = tuple(one for one in self._ceilings.all if one.agency in link.agencies)
        link = self._known[row.id] = replace(link, ceilings=ceilings)
        return link


def _values(link: Link) -> dict[str, Any]:
    values: dict[str, Any] = {
        "code": link.code,
        "state": link.state.value,
        "terms": _terms_values(link.terms),
        "to_agency": link.to_agency,
        "proposed_by": link.proposed_by,
        "proposed_at": link.proposed_at,
        "agreed_at": link.agreed_at,
        "paused_by": sorted(link.paused_by),
        "pending": _terms_values(link.pending) if link.pending else None,
        "pending_from": link.pending_from,
        "flows_since": link.flows_since,
        "pending_by": link.pending_by,
        "suspension": _suspension_values(link.suspension) if link.suspension else None,
    }
    for side, end in (("near", link.near), ("far", link.far)):
        if end is not None:
            values |= {
                f"{side}_team": end.team,
                f"{side}_channel": end.channel,
                f"{side}_government": end.government.value,
                f"{side}_agency": end.agency,
                f"{side}_name": end.name,
            }
    return values


def _terms_values(terms: Terms) -> dict[str, Any]:
    return {
        "tags": list(terms.tags),
        "ceiling": terms.ceiling.value,
        "direction": terms.direction.value,
        "mode": terms.mode.value,
    }


def _terms(values: dict[str, Any]) -> Terms:
    return Terms(
        tuple(values["tags"]),
        Label(values["ceiling"]),
        Direction(values["direction"]),
        Mode(values["mode"]),
    )


def _suspension_values(suspension: Suspension) -> dict[str, Any]:
    return {
        "findings": sorted([side.value, change.value] for side, change in suspension.findings),
        "confirmed": {side.value: seen for side, seen in suspension.confirmed.items()},
    }


def _suspension(values: dict[str, Any]) -> Suspension:
    return Suspension(
        frozenset((Government(side), Change(change)) for side, change in values["findings"]),
        {Government(side): seen for side, seen in values["confirmed"].items()},
    )


def _link(row: Row[Any]) -> Link:
    near = End(
        row.near_team,
        row.near_channel,
        Government(row.near_government),
        row.near_agency,
        row.near_name,
    )
    far = None
    if row.far_team is not None:
        far = End(
            row.far_team,
            row.far_channel,
            Government(row.far_government),
            row.far_agency,
            row.far_name,
        )
    return Link(
        row.id,
        row.code,
        LinkState(row.state),
        _terms(row.terms),
        near,
        row.to_agency,
        far,
        row.proposed_by,
        row.proposed_at,
        row.agreed_at,
        frozenset(Government(side) for side in row.paused_by),
        _terms(row.pending) if row.pending else None,
        Government(row.pending_from) if row.pending_from else None,
        row.flows_since,
        row.pending_by,
        _suspension(row.suspension) if row.suspension else None,
    )
