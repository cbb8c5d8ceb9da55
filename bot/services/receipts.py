"""An agency of the destination side acknowledges an advisory: once, by name, for both to see."""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory, Receipt
from bot.domain.officials import Official
from bot.domain.rights import Act, Matter, Side
from bot.services.access import require_part, require_right
from bot.services.cards import refresh_receipts
from bot.services.kinds import COPY
from bot.services.releasability import may_read
from bot.storage.unit_of_work import UnitOfWork


def acknowledge_advisory(uow: UnitOfWork, actor: Official, number: str) -> Receipt:
    """Records the receipt of the actor's agency; raises AlreadyAcknowledged when it has one."""
    require_part(uow, actor, Act.ACKNOWLEDGE)
    advisory = received_advisory(uow, actor, number)
    if not advisory.is_out:
        raise errors.AdvisoryNotIssued(number=advisory.number)
    require_right(uow, actor, Act.ACKNOWLEDGE, Matter(Side.OTHER, state=advisory.state))
    for receipt in uow.advisories.receipts(advisory.id):
        if receipt.agency == actor.agency:
            raise errors.AlreadyAcknowledged(
                number=advisory.number,
                agency=receipt.agency,
                name=receipt.name,
                time=receipt.at,
            )
    receipt = Receipt(advisory.id, actor.agency, actor.government, actor.id, actor.name, uow.now)
    uow.advisories.add_receipt(receipt)
    uow.audit.record(actor, "advisory.acknowledge", advisory.number, agency=actor.agency)
    refresh_receipts(uow, advisory.id)
    uow.homes.mark(one.id for one in uow.officials.of(actor.government))
    return receipt


def received_advisory(uow: UnitOfWork, actor: Official, number: str) -> Advisory:
    """An advisory of the other side that the actor may see; raises what `known_advisory` raises."""
    advisory = known_advisory(uow, actor, number)
    if advisory.government == actor.government:
        raise errors.AdvisoryNotReceived(number=advisory.number)
    return advisory


def known_advisory(uow: UnitOfWork, actor: Official, number: str) -> Advisory:
    """An advisory of either side; raises AdvisoryNotFound, alike for unknown and unseen."""
    advisory = uow.advisories.by_number(number.strip().upper())
    if advisory is None or not may_see(uow, actor, advisory):
        raise errors.AdvisoryNotFound(number=number)
    return advisory


def may_see(uow: UnitOfWork, actor: Official, advisory: Advisory) -> bool:
    """Whether an advisory is the actor's side's own, or came to it and is for their agency."""
    if advisory.government == actor.government:
        return True
    has_arrived = any(copy.slack_ts for copy in uow.outbox.of_advisory(advisory.id, COPY))
    return has_arrived and may_read(advisory, actor)
