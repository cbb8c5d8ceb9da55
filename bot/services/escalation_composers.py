"""A step of escalation, asked again when it is sent; and a side's wish not to hear of an item."""

from __future__ import annotations

from datetime import date

from bot.domain.deliveries import Delivery
from bot.domain.escalation import Rung, Subject
from bot.domain.officials import Official
from bot.domain.rights import Act
from bot.services.abouts import find_about, message_of
from bot.services.access import require_right
from bot.services.cards import agency_of
from bot.services.composing import Composers, side_of
from bot.services.escalation_facts import EscalationFacts
from bot.services.escalations import case_of, holders
from bot.services.follow_ups import find_follow_up
from bot.services.kinds import ESCALATION, Withheld
from bot.storage.unit_of_work import UnitOfWork


def pause_escalation(uow: UnitOfWork, actor: Official, typed: str) -> str:
    """The actor's side is told no more that an item is late; returns its number."""
    require_right(uow, actor, Act.WORK)
    number = _number(uow, actor, typed)
    uow.follow_ups.pause(number, actor, uow.now)
    uow.audit.record(actor, "escalation.pause", number)
    return number


def resume_escalation(uow: UnitOfWork, actor: Official, typed: str) -> str:
    """The actor's side is told again from the next step on; returns the item's number."""
    require_right(uow, actor, Act.WORK)
    number = _number(uow, actor, typed)
    if uow.follow_ups.resume(number, actor.government):
        uow.audit.record(actor, "escalation.resume", number)
    return number


def _number(uow: UnitOfWork, actor: Official, typed: str) -> str:
    if typed.strip().upper().startswith("FUP-"):
        return find_follow_up(uow, actor, typed).number
    return find_about(uow, actor, typed)


def _compose(uow: UnitOfWork, delivery: Delivery) -> EscalationFacts:
    side, facts = side_of(uow, delivery), delivery.facts
    subject, rung = Subject(str(facts["subject"])), Rung(str(facts["rung"]))
    case = case_of(uow, subject, int(str(facts["item"])))
    if case is None or side not in case.sides:
        raise Withheld("done")
    if uow.follow_ups.is_paused(case.number, side):
        raise Withheld("paused")
    _, readers = holders(uow, case, rung)
    if all(one.id != facts["reader"] for one in readers):
        raise Withheld("not_concerned")
    return EscalationFacts(
        side,
        subject,
        str(facts["step"]),
        rung,
        case.number,
        case.text,
        date.fromisoformat(str(facts["due"])),
        tuple(agency_of(uow, code) for code in case.agencies),
        message_of(uow, case.about or case.number, side),
    )


COMPOSERS: Composers = {ESCALATION: _compose}
