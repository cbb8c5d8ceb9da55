"""The picture beneath a weekly digest: what fell due and falls due, week by week.

Promised once the digest has arrived, drawn when it is sent, so that both say the same but for what
happened in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.deliveries import BACKGROUND, FILE_LANE, Delivery, Method
from bot.domain.digest import Week, weeks_of
from bot.domain.officials import Government
from bot.services.composing import Composers
from bot.services.digests import DigestFacts, weekly_digest
from bot.services.facts import Facts
from bot.services.kinds import CHART, Withheld, mark_of
from bot.services.ports import Posted
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ChartFacts(Facts):
    """Bars, a week each; `mark` is by what it is found again."""

    side: Government
    today: date
    weeks: tuple[Week, ...]
    mark: str


def promise_chart(uow: UnitOfWork, digest: Delivery, posted: Posted) -> None:
    """Puts the picture beneath a digest that has arrived, where there is something to see."""
    try:
        facts = weekly_digest(uow, digest)
    except Withheld:
        return
    if not _weeks(facts) or posted.channel is None:
        return
    uow.outbox.add(
        CHART,
        digest.facts,
        Method.POST,
        digest.team,
        posted.channel,
        user=digest.user,
        thread_of=digest.id,
        priority=BACKGROUND,
        lane=f"{FILE_LANE}{posted.channel}",
    )


def _weeks(facts: DigestFacts) -> tuple[Week, ...]:
    dated = (one.action.due.on for one in (*facts.overdue, *facts.near))
    return weeks_of((on for on in dated if on is not None), facts.today)


def _compose(uow: UnitOfWork, delivery: Delivery) -> ChartFacts:
    facts = weekly_digest(uow, delivery)
    weeks = _weeks(facts)
    if not weeks:
        raise Withheld("nothing_to_see")
    return ChartFacts(facts.side, facts.today, weeks, mark_of(delivery.key))


COMPOSERS: Composers = {CHART: _compose}
