"""The transactional outbox: what the bot has promised to say, and the lanes it is said along.

A lane (one destination) is claimed with a lease and a fence. While the lease runs nobody else sends
along it; when a dispatcher dies the lease ends and its unfinished delivery counts as unknown.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.domain.budgets import Spending, spent_along
from bot.domain.deliveries import (
    BACKGROUND,
    FILE_LANE,
    PACE,
    ROUTINE,
    Delivery,
    DeliveryState,
    Method,
    lane_of,
    patience_along,
)
from bot.storage import outbox_queries as queries
from bot.storage.budgets import Budgets
from bot.storage.outbox_rows import (
    IN_A_DELIVERY,
    UNTRIED,
    Arrival,
    Claim,
    arrived,
    delivery_of,
    rested,
)
from bot.storage.tables import UNDONE, outbox

# How soon to look again when a lane's deliveries wait for others to be delivered first.
DEPENDENCY_PAUSE = timedelta(milliseconds=200)


class Outbox:
    """Adds deliveries, claims lanes, and notes how each attempt ended."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        began: float,
        lanes: set[tuple[str, str]] | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        self._connection = connection
        self._now = now
        self._began = began
        self._budgets = budgets or Budgets(connection, now)
        # Lanes that are known to exist; no lane is ever removed while the bot runs.
        self._lanes = set() if lanes is None else lanes
        # What was asked of an advisory, until much is changed.
        self._asked: dict[tuple[int, tuple[str, ...]], list[Delivery]] = {}
        # The lanes that were promised something, with the most urgent priority of what was.
        self._news: dict[tuple[str, str], int] = {}

    @property
    def has_news(self) -> bool:
        """Whether something was promised that `take_news` has not told of yet."""
        return bool(self._news)

    def take_news(self, above: int = BACKGROUND + 1) -> list[tuple[str, str]]:
        """The lanes (team, name) that were promised something more urgent than that, told once."""
        told = sorted(self._news, key=self._news.__getitem__)
        told = [lane for lane in told if self._news[lane] < above]
        self._news.clear()
        return told

    def add(
        self,
        kind: str,
        facts: Mapping[str, object],
        method: Method,
        team: str,
        channel: str,
        *,
        user: str | None = None,
        thread_ts: str | None = None,
        thread_of: int | None = None,
        target: int | None = None,
        advisory_id: int | None = None,
        link_id: int | None = None,
        subject: str | None = None,
        priority: int = ROUTINE,
        key: str | None = None,
        doubted_since: datetime | None = None,
        lane: str | None = None,
    ) -> int:
        """Promises a delivery in the caller's transaction; returns its id.

        With `doubted_since` it may stand already: it is looked for from then on before it is said.
        """
        lane = lane or lane_of(method, channel, user)
        self._tell(team, lane, priority)
        values: dict[str, Any] = {
            "key": key or secrets.token_hex(16),
            "kind": kind,
            "facts": dict(facts),
            "method": method,
            "team": team,
            "lane": lane,
            "channel": channel,
            "user": user,
            "thread_ts": thread_ts,
            "thread_of": thread_of,
            "target": target,
            "advisory_id": advisory_id,
            "link_id": link_id,
            "subject": subject,
            "state": DeliveryState.WAITING,
            "next_at": self._now,
            "created_at": self._now,
            "unknown": doubted_since is not None,
            "first_attempt_at": doubted_since,
        }
        added = self._connection.execute(queries.ADD, {**values, "priority": priority})
        delivery = Delivery(id=int(added.scalar_one()), **{**UNTRIED, **values})
        for (advisory, kinds), found in self._asked.items():
            if advisory == advisory_id and kind in kinds and target is None:
                found.append(delivery)
        return delivery.id

    def refresh(self, delivery: Delivery, priority: int = ROUTINE) -> None:
        """Promises that a posted message will show the newest facts; several at once become one.

        What is not posted yet shows them anyway: it is composed when it is claimed.
        """
        if delivery.slack_ts is None and not delivery.may_stand:
            return
        waiting = self._connection.execute(queries.WAITING_UPDATE, {"wanted": delivery.id}).first()
        if waiting is None:
            self.add(
                delivery.kind,
                delivery.facts,
                Method.UPDATE,
                delivery.team,
                delivery.channel,
                target=delivery.id,
                advisory_id=delivery.advisory_id,
                link_id=delivery.link_id,
                subject=delivery.subject,
                priority=priority,
            )

    def get(self, delivery_id: int) -> Delivery:
        return delivery_of(self._connection.execute(queries.GET, {"wanted": delivery_id}).one())

    def of_advisory(self, advisory_id: int, *kinds: str) -> tuple[Delivery, ...]:
        """The deliveries (not the updates of them) of those kinds for an advisory, oldest first."""
        if (advisory_id, kinds) not in self._asked:
            rows = self._connection.execute(
                queries.OF_ADVISORY, {"wanted": advisory_id, "kinds": kinds}
            )
            self._asked[advisory_id, kinds] = [delivery_of(row) for row in rows]
        return tuple(self._asked[advisory_id, kinds])

    def of_subject(self, subject: str, *kinds: str) -> tuple[Delivery, ...]:
        """The deliveries (not the updates of them) of those kinds about a subject, oldest first."""
        rows = self._connection.execute(queries.OF_SUBJECT, {"wanted": subject, "kinds": kinds})
        return tuple(delivery_of(row) for row in rows)

    def posted_at(self, team: str, ts: str, *kinds: str) -> Delivery | None:
        """The delivery of one of those kinds that stands in a workspace under a timestamp."""
        asked = {"its_team": team, "ts": ts, "kinds": kinds}
        row = self._connection.execute(queries.POSTED_AT, asked).first()
        return delivery_of(row) if row else None

    def undone_updates(self, delivery_id: int) -> tuple[Delivery, ...]:
        """The updates that are promised or parked for a delivery."""
        rows = self._connection.execute(queries.UNDONE_UPDATES, {"wanted": delivery_id})
        return tuple(delivery_of(row) for row in rows)

    def in_state(self, state: DeliveryState, limit: int = 100) -> tuple[Delivery, ...]:
        rows = self._connection.execute(
            select(outbox).where(outbox.c.state == state.value).order_by(outbox.c.id).limit(limit)
        )
        return tuple(delivery_of(row) for row in rows)

    def count_open(self) -> dict[DeliveryState, int]:
        """How many deliveries wait, are being sent, or are parked."""
        rows = self._connection.execute(queries.OPEN)
        return {DeliveryState(state): count for state, count in rows}

    def count_open_in(self, team: str) -> dict[DeliveryState, int]:
        """The same of the deliveries into one workspace."""
        rows = self._connection.execute(queries.OPEN_IN, {"wanted": team})
        return {DeliveryState(state): count for state, count in rows}

    def claim(
        self,
        limit: int,
        lease: timedelta,
        among: Sequence[tuple[str, str]] | None = None,
        busy: Mapping[str, int] | None = None,
    ) -> list[Claim]:
        """Leases due lanes, as many as `limit` of those named, or of each workspace with `busy`."""
        self._budgets.read()
        due = self._all_due(limit, busy or {}) if among is None else self._those_due(among[:limit])
        heads = self._heads(due)
        leased, sending, claims = [], [], []
        for lane in due:
            key, head = (lane.team, lane.name), heads.get((lane.team, lane.name))
            if head is None or head.next_at > self._now:
                pause = head.next_at if head else self._now + DEPENDENCY_PAUSE
                self._set_lane(*key, next_at=pause)
                continue
            # Still "sending" under an expired lease: its dispatcher died in the middle.
            was_unknown = head.unknown or head.state is DeliveryState.SENDING
            is_sought = was_unknown and head.is_findable
            if is_sought and not self._budgets.spend(lane.team, Spending.SEARCH):
                self._set_lane(*key, next_at=self._budgets.opens_at(lane.team, Spending.SEARCH))
                continue
            if not self._budgets.spend(lane.team, spent_along(lane.name)):
                continue
            until = self._now + lease * patience_along(lane.name)
            held = {"lease_until": until, "fence": lane.fence + 1}
            leased.append({"its_team": lane.team, "its_name": lane.name, **held})
            sending.append(self._attempt(head, unknown=was_unknown))
            tried = replace(head, attempts=head.attempts + 1)
            claims.append(Claim(tried, lane.fence + 1, was_unknown, self._began))
        if claims:
            self._connection.execute(queries.SET_LANE, leased)
            self._connection.execute(queries.SET, sending)
            self._budgets.write()
            self._asked.clear()
        return claims

    def next_due(self) -> datetime | None:
        """When the next lane with something to send is due, or None when nothing waits."""
        row = self._connection.execute(queries.NEXT_DUE).one_or_none()
        return row.due if row else None

    def delivered(self, claim: Claim, ts: str | None, channel: str | None) -> None:
        """Slack has it."""
        self.delivered_all([Arrival(claim, ts, channel)])

    def delivered_all(self, arrivals: Sequence[Arrival]) -> None:
        """Slack has them. True whoever holds the lane by now, so noted without the fence."""
        if not arrivals:
            return
        self._asked.clear()
        self._connection.execute(queries.SET, [arrived(one, self._now) for one in arrivals])
        self._connection.execute(queries.FREE_LANE, [rested(one, self._now) for one in arrivals])

    def note_shown(self, delivery_id: int, shown: str | None) -> None:
        """What stands in Slack now under a delivery; None when that is not known for certain."""
        self._set(delivery_id, shown=shown)

    def retry(self, claim: Claim, at: datetime, error: str, *, unknown: bool) -> None:
        """To be tried again at that instant; with `unknown`, looked for before it is re-posted.

        What lets the others of its lane pass comes after them.
        """
        passes = claim.lets_pass(error)
        yields = {"priority": BACKGROUND + claim.delivery.attempts} if passes else {}
        if self._free(claim, self._now + PACE[claim.delivery.method] if passes else at):
            self._set(
                claim.delivery.id,
                state=DeliveryState.WAITING,
                next_at=at,
                last_error=error,
                unknown=unknown,
                **yields,
            )

    def close(self, claim: Claim, state: DeliveryState, error: str) -> bool:
        """Ends the delivery unsent, with the reason; False when another holds the lane by now."""
        if not self._free(claim, self._now):
            return False
        self._set(claim.delivery.id, state=state, last_error=error)
        self._withhold_updates(claim.delivery)
        return True

    def to_sweep(self, again_at: datetime, limit: int) -> tuple[Delivery, ...]:
        """What was posted again after an unknown outcome and is to be looked for once more now.

        They are put off until `again_at`, so that nobody else does the same.
        """
        due = {"now": self._now, "most": limit}
        rows = self._connection.execute(queries.TO_SWEEP, due).all()
        for row in rows:
            self._set(row.id, sweep_at=again_at)
        return tuple(delivery_of(row) for row in rows)

    def swept(self, delivery_id: int, ts: str | None = None) -> None:
        """It stands once; with `ts`, there and nowhere else."""
        self._set(delivery_id, sweep_at=None, **({} if ts is None else {"slack_ts": ts}))

    def revive(self, delivery_id: int) -> None:
        """What had ended unsent is tried again."""
        delivery = self.get(delivery_id)
        self._tell(delivery.team, delivery.lane, ROUTINE)
        self._set(delivery_id, state=DeliveryState.WAITING, next_at=self._now)

    def revive_withheld(self, link_id: int, reason: str) -> None:
        """What was withheld on a link for that reason is tried again, oldest first."""
        wanted = (outbox.c.link_id == link_id) & (outbox.c.last_error == reason)
        is_withheld = outbox.c.state == DeliveryState.WITHHELD.value
        found = select(outbox.c.id).where(wanted, is_withheld).order_by(outbox.c.id)
        for delivery_id in self._connection.execute(found).scalars().all():
            self.revive(delivery_id)

    def drop(self, delivery_id: int) -> None:
        """An operator lets a parked delivery go."""
        self._set(delivery_id, state=DeliveryState.DROPPED)

    def _withhold_updates(self, ended: Delivery) -> None:
        """What was never posted cannot be changed, and no file follows it."""
        self._asked.clear()
        follows = (outbox.c.advisory_id == ended.advisory_id) & (outbox.c.thread_of == ended.id)
        for which in (outbox.c.target == ended.id, follows & outbox.c.lane.startswith(FILE_LANE)):
            self._connection.execute(
                update(outbox)
                .where(which, UNDONE, outbox.c.state == DeliveryState.WAITING.value)
                .values(state=DeliveryState.WITHHELD.value, last_error="target_not_posted")
            )

    def _all_due(self, limit: int, busy: Mapping[str, int]) -> Sequence[Row[Any]]:
        due = {"now": self._now, "most": limit}
        found = self._connection.execute(queries.DUE_LANES, due).all()
        most = max((Counter(lane.team for lane in found) + Counter(busy)).values(), default=0)
        if len(found) < limit and most <= limit:
            return found
        # Too many for one of the workspaces, and perhaps none of the other's among them.
        teams = self._connection.execute(queries.TEAMS).scalars().all()
        rooms = {team: limit - busy.get(team, 0) for team in teams}
        asked = [{**due, "its_team": team, "most": n} for team, n in rooms.items() if n > 0]
        return [row for one in asked for row in self._connection.execute(queries.DUE_LANES_IN, one)]

    def _those_due(self, lanes: Sequence[tuple[str, str]]) -> list[Row[Any]]:
        due = {"now": self._now, "most": 1}
        asked = ({"its_team": team, "its_name": name, **due} for team, name in lanes)
        return [row for one in asked for row in self._connection.execute(queries.DUE_LANE, one)]

    def _heads(self, due: Sequence[Row[Any]]) -> dict[tuple[str, str], Delivery]:
        """The next delivery of each of those lanes, by lane."""
        if len(due) == 1:
            its = {"its_team": due[0].team, "its_lane": due[0].name}
            rows = self._connection.execute(queries.HEAD, its)
        elif due:
            those = [(lane.team, lane.name) for lane in due]
            rows = self._connection.execute(queries.HEADS, {"its_lanes": those})
        else:
            return {}
        return {(row.team, row.lane): delivery_of(row) for row in rows}

    def _attempt(self, head: Delivery, *, unknown: bool) -> dict[str, Any]:
        return {
            "wanted": head.id,
            "state": DeliveryState.SENDING,
            "attempts": head.attempts + 1,
            "first_attempt_at": head.first_attempt_at or self._now,
            "last_attempt_at": self._now,
            "unknown": unknown,
        }

    def _free(self, claim: Claim, next_at: datetime) -> bool:
        """Gives the lane back unless another dispatcher has taken it over since."""
        lane = {"its_team": claim.delivery.team, "its_name": claim.delivery.lane}
        freed = self._connection.execute(
            queries.FREE_LANE,
            {**lane, "its_fence": claim.fence, "lease_until": None, "next_at": next_at},
        )
        return bool(freed.rowcount)

    def _set(self, delivery_id: int, **values: Any) -> None:
        news = {name: value for name, value in values.items() if name in IN_A_DELIVERY}
        for found in self._asked.values():
            found[:] = [replace(one, **news) if one.id == delivery_id else one for one in found]
        self._connection.execute(queries.SET, {"wanted": delivery_id, **values})

    def _set_lane(self, team: str, name: str, **values: Any) -> None:
        self._connection.execute(queries.SET_LANE, {"its_team": team, "its_name": name, **values})

    def _tell(self, team: str, name: str, priority: int) -> None:
        """Something was promised along a lane; it exists from now on."""
        known = self._news.get((team, name))
        self._news[team, name] = priority if known is None else min(priority, known)
        if known is not None or (team, name) in self._lanes:
            return
        added = self._connection.execute(
            queries.ENSURE_LANE[self._connection.dialect.name],
            {"team": team, "name": name, "next_at": self._now},
        )
        # One that was added now is known only once that is committed.
        if added.one_or_none() is None:
            self._lanes.add((team, name))
