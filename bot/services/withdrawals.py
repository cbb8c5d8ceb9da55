"""The originator takes an advisory back, or puts a later one in its place."""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.deliveries import URGENT
from bot.domain.officials import Government, Official
from bot.domain.rights import Act
from bot.services.attachments import take_away
from bot.services.cards import refresh_copies
from bot.services.issuing import own_advisory, refresh_cards
from bot.services.kinds import CHANGE, REPLY, SOURCE
from bot.services.revisions import note_change, tell_acknowledgers
from bot.services.screening import unfit
from bot.storage.unit_of_work import UnitOfWork

REASON_LIMIT = 500


def withdraw_advisory(uow: UnitOfWork, actor: Official, number: str, reason: str) -> Advisory:
    """Every copy becomes a tombstone; what has not been delivered never will be."""
    advisory = own_advisory(uow, actor, number, Act.WITHDRAW)
    # The reason is read on the other side: it is screened like any text that leaves.
    refusal = unfit(advisory, reason, REASON_LIMIT)
    if refusal is not None:
        raise refusal
    return _take_back(uow, advisory, actor, advisory.withdraw(reason, uow.now))


def take_back_for_good(uow: UnitOfWork, advisory: Advisory, who: Official | Government) -> Advisory:
    """The same for a source that was deleted, or whose edit shows that it must not have left."""
    return _take_back(uow, advisory, who, advisory.withdraw("", uow.now, final=True))


def _take_back(
    uow: UnitOfWork, advisory: Advisory, who: Official | Government, withdrawn: Advisory
) -> Advisory:
    uow.advisories.save(withdrawn)
    uow.audit.record(who, "advisory.withdraw", advisory.number)
    refresh_copies(uow, advisory.id, priority=URGENT)
    take_away(uow, withdrawn)
    for said in uow.outbox.of_advisory(advisory.id, SOURCE, REPLY, CHANGE):
        uow.outbox.refresh(said, URGENT)
    note_change(uow, withdrawn, "withdrawn")
    tell_acknowledgers(uow, withdrawn, "advisories.withdrawn_note")
    refresh_cards(uow, withdrawn, "withdrawn")
    return withdrawn


def supersede_advisory(uow: UnitOfWork, actor: Official, number: str, by: str) -> Advisory:
    """Points readers of every copy to a later advisory of the same side."""
    advisory = own_advisory(uow, actor, number, Act.SUPERSEDE)
    successor = own_advisory(uow, actor, by, Act.SUPERSEDE)
    if advisory.id == successor.id:
        raise errors.AdvisorySupersedesItself(number=advisory.number)
    if successor.state is not AdvisoryState.ISSUED:
        raise errors.AdvisoryNotIssued(number=successor.number)
    superseded = advisory.supersede(successor.number, uow.now)
    uow.advisories.save(superseded)
    uow.audit.record(actor, "advisory.supersede", advisory.number, by=successor.number)
    refresh_copies(uow, advisory.id)
    for source in uow.outbox.of_advisory(advisory.id, SOURCE):
        uow.outbox.refresh(source)
    note_change(uow, superseded, "superseded")
    tell_acknowledgers(uow, superseded, "advisories.superseded_note")
    refresh_cards(uow, superseded, "withdrawn")
    return superseded
