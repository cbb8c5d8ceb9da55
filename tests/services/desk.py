"""Everything that is promised is said at once, within the open transaction of a test."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.deliveries import DeliveryState, Method
from bot.services.announcements import compose
from bot.services.facts import Facts
from bot.services.kinds import Withheld
from bot.services.outcomes import note_delivered
from bot.services.ports import Outgoing, Posted
from bot.storage.outbox_rows import Claim
from bot.storage.tables import lanes, outbox
from bot.storage.unit_of_work import UnitOfWork


class Desk:
    """What readers see: the facts that stand under each timestamp, in the order of posting."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._stands: dict[tuple[str, str], Outgoing] = {}

    def turn(self, uow: UnitOfWork) -> None:
        """Goes on in a later transaction on the same database."""
        self._uow = uow

    def say_all(self) -> None:
        """Says or withholds everything that waits, urgent things first."""
        while (delivery_id := self._next()) is not None:
            claim = Claim(self._uow.outbox.get(delivery_id), fence=-1, was_unknown=False)
            try:
                outgoing = compose(self._uow, claim.delivery)
            except Withheld:
                self._end(delivery_id, DeliveryState.WITHHELD)
                continue
            ts = outgoing.target_ts or f"1789600000.{delivery_id:06}"
            if outgoing.delivery.method is not Method.PRIVATE:
                self._stands[outgoing.delivery.team, ts] = outgoing
            self._uow.outbox.delivered(claim, ts, outgoing.channel)
            note_delivered(self._uow, outgoing, Posted(outgoing.channel, ts))

    def shows(self, kind: str, team: str | None = None) -> list[Facts]:
        """What stands of a kind."""
        return [one.facts for one in self._found(kind, team)]

    def thread(self, kind: str, number: int = 0) -> str:
        """The timestamp of what stands of a kind."""
        ts = [ts for (_, ts), one in self._stands.items() if one.delivery.kind == kind]
        return ts[number]

    def stands(self, team: str) -> list[Facts]:
        """Everything that stands in a workspace, in the order of posting."""
        return [one.facts for (where, _), one in self._stands.items() if where == team]

    def words(self, team: str) -> str:
        """Everything that stands in a workspace, as far as people wrote it."""
        return repr([one.facts for (where, _), one in self._stands.items() if where == team])

    def _found(self, kind: str, team: str | None) -> list[Outgoing]:
        return [
            one
            for (where, _), one in self._stands.items()
            if one.delivery.kind == kind and team in (None, where)
        ]

    def _next(self) -> int | None:
        waiting = outbox.select().where(outbox.c.state == DeliveryState.WAITING.value)
        row = self._uow.connection.execute(
            waiting.order_by(outbox.c.priority, outbox.c.id).limit(1)
        ).first()
        return row.id if row else None

    def _end(self, delivery_id: int, state: DeliveryState) -> None:
        claim = Claim(
            self._uow.outbox.get(delivery_id), fence=self._fence(delivery_id), was_unknown=False
        )
        assert self._uow.outbox.close(claim, state, "withheld")

    def _fence(self, delivery_id: int) -> int:
        """The one its lane has: nobody else sends here."""
        of_it = (lanes.c.team == outbox.c.team) & (lanes.c.name == outbox.c.lane)
        found = select(lanes.c.fence).join(outbox, of_it).where(outbox.c.id == delivery_id)
        return int(self._uow.connection.execute(found).scalar_one())
