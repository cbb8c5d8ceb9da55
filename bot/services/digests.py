"""The weekly digest: for each agency what it carries, for the co-chairs what both sides share.

Composed when it is sent, so that it says how things stand then. A side's parked deliveries are its
own business; what is internal stands in its own side's digests alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from bot.domain.actions import Action, Filter
from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.agencies import Agency
from bot.domain.deliveries import BACKGROUND, Delivery, DeliveryState, Method
from bot.domain.dialogues import AFTER, FOLLOWED, DialogueState
from bot.domain.digest import is_near
from bot.domain.moments import TOKYO
from bot.domain.officials import Government, Official, Role
from bot.domain.schedules import Occasion
from bot.domain.slots import Move, Recurrence, Unit
from bot.services.abouts import is_joint
from bot.services.action_composers import facts_of
from bot.services.action_facts import ActionFacts
from bot.services.cards import agency_of
from bot.services.composing import Composers, side_of
from bot.services.dialogue_record import Figures, figures_of
from bot.services.escalations import silent_agencies
from bot.services.facts import Facts
from bot.services.kinds import DIGEST, Withheld
from bot.services.schedules import Duty, Standing
from bot.storage.unit_of_work import UnitOfWork

WEEKLY = "digest.weekly"
# Mondays at 10:30 in Tokyo, within both capitals' office hours, or on the next joint working day.
STANDING = Standing(
    WEEKLY,
    WEEKLY,
    Recurrence("Asia/Tokyo", date(2026, 9, 14), time(10, 30), Unit.WEEK, 1, None, Move.NEXT),
    "JOINT",
)
LOOKED_AT, MOST_SHOWN, MOST_READERS = 200, 15, 10


@dataclass(frozen=True)
class MissingReceipts:
    """An advisory, and the agencies that have not acknowledged it."""

    number: str
    agencies: tuple[Agency, ...]


@dataclass(frozen=True)
class DigestFacts(Facts):
    """One digest; without an agency it is the joint one. Lists are cut, counts are whole."""

    side: Government
    today: date
    agency: Agency | None
    near: tuple[ActionFacts, ...]
    overdue: tuple[ActionFacts, ...]
    receipts: tuple[MissingReceipts, ...]
    parked: int
    weekly: bool = False
    rounds: tuple[tuple[str, Figures], ...] = ()

    @property
    def is_empty(self) -> bool:
        said = self.near or self.overdue or self.receipts or self.parked or self.rounds
        return not said


def digest_for(uow: UnitOfWork, reader: Official) -> DigestFacts:
    """How things stand for an official's agency, now."""
    carried = uow.actions.page(reader.government, Filter(agency=reader.agency), LOOKED_AT)
    missing = [
        MissingReceipts(one.number, (agency_of(uow, reader.agency),))
        for one in _arrived(uow)
        if one.government != reader.government and reader.agency in silent_agencies(uow, one)
    ]
    agency = agency_of(uow, reader.agency)
    return _facts(uow, reader.government, agency, carried, missing)


def joint_digest(uow: UnitOfWork, side: Government) -> DigestFacts:
    """How things stand between both sides; only what both of them see."""
    shared = [one for one in uow.actions.page(side, Filter(), LOOKED_AT) if one.is_joint]
    missing = []
    # The co-chairs' offices need not be among the agencies an advisory is for.
    for advisory in (one for one in _arrived(uow) if not one.releasable):
        silent = tuple(agency_of(uow, code) for code in silent_agencies(uow, advisory))
        if silent:
            missing.append(MissingReceipts(advisory.number, silent))
    rounds = tuple(
        (one.number, figures_of(uow, one))
        for one in uow.dialogues.all()
        if one.state in (DialogueState.HELD, *AFTER, *FOLLOWED)
    )
    return replace(_facts(uow, side, None, shared, missing), rounds=rounds)


def _facts(
    uow: UnitOfWork,
    side: Government,
    agency: Agency | None,
    actions: Sequence[Action],
    missing: Sequence[MissingReceipts],
) -> DigestFacts:
    today = uow.now.astimezone(TOKYO).date()
    dated = [(one, one.due.on) for one in actions if one.due.on is not None]
    near = [one for one, on in dated if is_near(on, today)]
    overdue = [one for one in actions if one.is_overdue(today)]
    teams = [one.team for one in uow.workspaces.all() if one.government == side]
    return DigestFacts(
        side,
        today,
        agency,
        tuple(facts_of(uow, one) for one in near),
        tuple(facts_of(uow, one) for one in overdue),
        tuple(missing),
        sum(uow.outbox.count_open_in(team).get(DeliveryState.PARKED, 0) for team in teams),
    )


def _arrived(uow: UnitOfWork) -> list[Advisory]:
    """The newest advisories that stand on the other side and have not been taken back."""
    latest = uow.advisories.latest(LOOKED_AT)
    issued = (one for one in latest if one.state is AdvisoryState.ISSUED)
    return [one for one in issued if is_joint(uow, one.number)]


def _send(uow: UnitOfWork, occasions: Sequence[Occasion]) -> Mapping[int, int]:
    """One digest to the duty officer of each agency, else to its people; one to the co-chairs."""
    told: list[int] = []
    for side in Government:
        officials = uow.officials.of(side)
        for agency in sorted({one.agency for one in officials}):
            people = [one for one in officials if one.agency == agency and one.may_speak]
            duty = [one for one in people if one.has(Role.DUTY)]
            told += [_promise(uow, one, agency) for one in (duty or people)[:MOST_READERS]]
        told += [_promise(uow, one, "") for one in officials if one.has(Role.COCHAIR)]
    return {one.schedule.id: told[0] for one in occasions} if told else {}


def _promise(uow: UnitOfWork, reader: Official, agency: str) -> int:
    return uow.outbox.add(
        DIGEST,
        {"agency": agency, "reader": reader.id},
        Method.DIRECT,
        reader.team,
        reader.user,
        user=reader.user,
        priority=BACKGROUND,
    )


def weekly_digest(uow: UnitOfWork, delivery: Delivery) -> DigestFacts:
    """How things stand now for whom a digest was promised; raises Withheld where it is not due."""
    side, agency = side_of(uow, delivery), str(delivery.facts["agency"])
    reader = uow.officials.find(delivery.team, delivery.user or "")
    if reader is None:
        raise Withheld("not_enrolled")
    if (agency and reader.agency != agency) or not (agency or reader.has(Role.COCHAIR)):
        raise Withheld("not_concerned")
    facts = digest_for(uow, reader) if agency else joint_digest(uow, side)
    if facts.is_empty:
        raise Withheld("nothing_to_say")
    return replace(facts, weekly=True)


DUTY = Duty(_send)
COMPOSERS: Composers = {DIGEST: weekly_digest}
