"""Looking advisories up: each side sees its own and what reached it, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import policy
from bot.domain.advisories import Advisory
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services.cards import status_of
from bot.services.facts import ReceiptFacts, RouteFacts
from bot.services.receipts import known_advisory, may_see
from bot.storage.unit_of_work import UnitOfWork

LISTED = 20
LOOKED_AT = 200


@dataclass(frozen=True)
class AdvisoryView:
    """An advisory as somebody may see it: routes on its own side alone, and its text for those who
    decide about it: its author, and the releasers.
    """

    advisory: Advisory
    routes: tuple[RouteFacts, ...]
    receipts: tuple[ReceiptFacts, ...]
    text: str


def list_advisories(uow: UnitOfWork, actor: Official) -> tuple[Advisory, ...]:
    """The newest advisories the actor's side has issued or received, at most LISTED."""
    found = (a for a in uow.advisories.latest(LOOKED_AT) if may_see(uow, actor, a))
    return tuple(advisory for advisory, _ in zip(found, range(LISTED), strict=False))


def show_advisory(uow: UnitOfWork, actor: Official, number: str) -> AdvisoryView:
    """One advisory; raises what `known_advisory` raises."""
    advisory = known_advisory(uow, actor, number)
    routes, receipts = status_of(uow, advisory)
    if advisory.government != actor.government:
        return AdvisoryView(advisory, (), receipts, "")
    is_author = advisory.author_id == actor.id
    decides = policy.has_part_in(actor, Act.WITHDRAW, author=is_author)
    text = f"{advisory.title}\n{advisory.body}".strip() if decides else ""
    return AdvisoryView(advisory, routes, receipts, text)
