"""What every composer begins with: which side a delivery speaks to, and what it must name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.domain.deliveries import Delivery
from bot.domain.officials import Government
from bot.services.facts import Facts
from bot.services.kinds import Withheld
from bot.storage.unit_of_work import UnitOfWork

# From a delivery's row to its facts, in the transaction that claims it; raises Withheld.
Composer = Callable[[UnitOfWork, Delivery], Facts]
Composers = Mapping[str, Composer]


def side_of(uow: UnitOfWork, delivery: Delivery) -> Government:
    """The government whose workspace a delivery goes to; raises Withheld where there is none."""
    workspace = uow.workspaces.of_team(delivery.team)
    if workspace is None:
        raise Withheld("workspace")
    return workspace.government


def required(value: int | None) -> int:
    """The id a delivery of this kind must carry; raises Withheld when it does not."""
    if value is None:
        raise Withheld("incomplete")
    return value
