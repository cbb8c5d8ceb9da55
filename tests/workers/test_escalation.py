"""What is late climbs step by step to whoever can help, once each, and never when it is done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import errors
from bot.domain.actions import Due
from bot.domain.escalation import (
    POLICIES,
    Deadline,
    Rung,
    Subject,
    Urgency,
    business_day,
    happening,
    receipt_deadline,
)
from bot.domain.officials import Government, Role
from bot.domain.slots import instant_of
from bot.services import actions, follow_ups, receipts, roster
from bot.services.actions import ActionRequest
from bot.services.escalation_composers import pause_escalation, resume_escalation
from bot.services.escalation_facts import EscalationFacts
from bot.services.follow_ups import FollowUpRequest, When
from bot.services.owners import owner_of, read_owners
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.clock import Clock
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

# A Wednesday; the 21st to the 23rd are holidays in Japan, so the next joint days are 24, 25, 28.
DUE = date(2026, 9, 16) + timedelta(days=2)


class Watch:
    """The bot at work, and who was told what."""

    def __init__(
        self, database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
    ) -> None:
        self.database, self.clock = database, clock
        self._dispatcher, self._postman = dispatcher, postman
        database.transact(self._ladder)

    @staticmethod
    def _ladder(uow: UnitOfWork) -> None:
        """Nguyen is ASD's duty officer; Sato and Walsh are the points of contact."""
        cast.enrol(uow, "NGUYEN", roles=["member"])
        for name, role in (("SATO", "contact"), ("WALSH", "contact"), ("TANAKA", "cochair")):
            _, _, _, roles = cast.ROSTER[name]
            cast.enrol(uow, name, roles=[role, *(one.value for one in roles)])
        cast.enrol(uow, "KHAN", agency="ASD", roles=["member", "duty"])

    def opens(self, owner: str = "ASD", due: date | None = DUE, **about: Any) -> str:
        def work(uow: UnitOfWork) -> str:
            actor = cast.the(uow, "TANAKA")
            owners = read_owners(uow, actor, owner)
            request = ActionRequest("Share it", owners=owners, due=Due("x", due), **about)
            return actions.open_action(uow, actor, request)[0].number

        return self.database.transact(work)

    def does(self, verb: Callable[..., Any], by: str, *words: Any) -> Any:
        return self.database.transact(lambda uow: verb(uow, cast.the(uow, by), *words))

    async def by(self, *moment: int) -> list[tuple[str, str]]:
        """(step, reader) of everything told up to that time in UTC, in order of reader."""
        self.clock.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc,arg-type]
        before = len(self._postman.said)
        await Clock(self.database).tick()
        for _ in range(5):
            await self._dispatcher.drain()
            self.clock.advance(2)
        await self._dispatcher.drain()
        found = []
        for one in self._postman.said[before:]:
            facts, user = one.outgoing.facts, one.outgoing.delivery.user
            if isinstance(facts, EscalationFacts):
                found.append((facts.step, str(user)))
        return sorted(found)


@pytest.fixture
def watch(
    database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
) -> Watch:
    return Watch(database, clock, dispatcher, postman)


async def test_an_overdue_action_climbs_the_ladder_once_each(watch: Watch) -> None:
    watch.opens()
    assert await watch.by(2026, 9, 16, 1, 30) == [("before", "U12NGUYEN"), ("before", "U14KHAN")]
    assert await watch.by(2026, 9, 18, 1, 29) == []
    assert await watch.by(2026, 9, 18, 1, 30) == [("due", "U12NGUYEN"), ("due", "U14KHAN")]
    assert await watch.by(2026, 9, 18, 2, 0) == []
    assert await watch.by(2026, 9, 23, 23, 0) == []
    assert await watch.by(2026, 9, 24, 1, 30) == [("overdue1", "U14KHAN")]
    assert await watch.by(2026, 9, 28, 1, 30) == [("overdue2", "U01SATO"), ("overdue2", "U11WALSH")]
    assert await watch.by(2026, 9, 30, 1, 30) == [("overdue3", "U02TANAKA")]
    assert await watch.by(2026, 12, 1, 1, 30) == []


async def test_after_a_stop_each_reader_is_told_once_by_the_newest_step(watch: Watch) -> None:
    watch.opens()
    assert await watch.by(2026, 9, 24, 3, 0) == [
        ("overdue1", "U12NGUYEN"),
        ("overdue1", "U14KHAN"),
    ]


async def test_nothing_is_told_of_what_is_done(watch: Watch) -> None:
    number = watch.opens()
    watch.does(actions.finish_action, "NGUYEN", number)
    assert await watch.by(2026, 9, 30, 1, 30) == []


async def test_done_between_the_step_and_its_sending_nothing_is_told(watch: Watch) -> None:
    number = watch.opens()
    watch.clock.now = datetime(2026, 9, 18, 1, 30, tzinfo=UTC)
    await Clock(watch.database).tick()
    watch.does(actions.finish_action, "NGUYEN", number)
    assert await watch.by(2026, 9, 18, 1, 31) == []


async def test_another_due_date_has_steps_of_its_own(watch: Watch) -> None:
    number = watch.opens()
    watch.does(actions.postpone_action, "TANAKA", number, Due("x", date(2026, 10, 9)))
    assert await watch.by(2026, 9, 30, 1, 30) == []
    assert {step for step, _ in await watch.by(2026, 10, 7, 1, 30)} == {"before"}


async def test_a_side_may_be_spared_and_the_other_is_told_all_the_same(watch: Watch) -> None:
    number = watch.opens()
    await watch.by(2026, 9, 24, 1, 30)
    watch.does(pause_escalation, "TANAKA", number)
    assert await watch.by(2026, 9, 28, 1, 30) == [("overdue2", "U11WALSH")]
    watch.does(resume_escalation, "TANAKA", number)
    assert await watch.by(2026, 9, 30, 1, 30) == [("overdue3", "U02TANAKA")]


async def test_an_internal_action_climbs_on_its_own_side_alone(watch: Watch) -> None:
    watch.opens(owner="NPA", internal=True)
    told = [*await watch.by(2026, 9, 18, 1, 30), *await watch.by(2026, 9, 28, 1, 30)]
    # Nobody is the NPA's duty officer: the point of contact is told in their place.
    assert told == [("due", "U03SUZUKI"), ("overdue2", "U01SATO")]
    with pytest.raises(errors.ActionNotFound):
        watch.does(pause_escalation, "WALSH", "ACT-JP-2026-0001")


async def test_silent_agencies_are_asked_for_their_receipt(watch: Watch) -> None:
    def issue(uow: UnitOfWork) -> None:
        cast.join(uow)
        cast.post(uow, "SATO", "#advisory [TLP:GREEN] patch now")

    watch.database.transact(issue)
    await watch.by(2026, 9, 16, 1, 0, 10)
    for name in ("WALSH", "BAKER"):
        watch.does(receipts.acknowledge_advisory, name, "ADV-2026-0001")
    # Two joint business days after Wednesday: Friday.
    told = await watch.by(2026, 9, 18, 1, 30)
    assert told == [("due", "U12NGUYEN"), ("due", "U14KHAN")]
    watch.does(receipts.acknowledge_advisory, "NGUYEN", "ADV-2026-0001")
    assert await watch.by(2026, 9, 30, 1, 30) == []


async def test_a_reminder_nobody_answers_climbs_no_higher_than_the_duty_officer(
    watch: Watch,
) -> None:
    def set_(uow: UnitOfWork) -> str:
        actor = cast.the(uow, "WALSH")
        [reader] = read_owners(uow, actor, "NGUYEN").owners
        request = FollowUpRequest("Ask", When(date(2026, 9, 16)), reader)
        return follow_ups.open_follow_up(uow, actor, request).number

    number = watch.database.transact(set_)
    assert await watch.by(2026, 9, 16, 1, 30) == []
    assert await watch.by(2026, 9, 17, 1, 30) == [("overdue1", "U12NGUYEN")]
    assert await watch.by(2026, 9, 24, 1, 30) == [("overdue2", "U14KHAN")]
    assert await watch.by(2026, 10, 24, 1, 30) == []
    watch.does(follow_ups.finish_follow_up, "NGUYEN", number)


async def test_an_answered_reminder_climbs_nowhere(watch: Watch) -> None:
    def set_(uow: UnitOfWork) -> str:
        actor = cast.the(uow, "NGUYEN")
        request = FollowUpRequest("Ask", When(date(2026, 9, 16)), owner_of(actor))
        return follow_ups.open_follow_up(uow, actor, request).number

    number = watch.database.transact(set_)
    await watch.by(2026, 9, 16, 1, 30)
    watch.does(follow_ups.snooze_follow_up, "NGUYEN", number)
    assert await watch.by(2026, 9, 17, 1, 30) == []


def test_the_duty_is_one_persons_and_handed_over(watch: Watch) -> None:
    def duty(uow: UnitOfWork) -> list[str]:
        return [one.user for one in uow.officials.of(Government.AU, Role.DUTY)]

    with pytest.raises(errors.RoleMissing):
        watch.does(roster.hand_duty, "NGUYEN", cast.CANBERRA, "U12NGUYEN")
    watch.does(roster.hand_duty, "KHAN", cast.CANBERRA, "U12NGUYEN")
    assert watch.database.transact(duty) == ["U12NGUYEN"]
    with pytest.raises(errors.OtherGovernment):
        watch.does(roster.hand_duty, "SATO", cast.CANBERRA, "U12NGUYEN")


def is_working(on: date) -> bool:
    return on.weekday() < 5


def test_a_receipt_is_due_in_four_hours_or_two_joint_business_days() -> None:
    at = datetime(2026, 9, 17, 23, 0, tzinfo=UTC)
    assert receipt_deadline(at, Urgency.URGENT, is_working).at == at + timedelta(hours=4)
    assert receipt_deadline(at, Urgency.ROUTINE, is_working).on == date(2026, 9, 21)


@pytest.mark.parametrize(("subject", "urgency"), POLICIES)
def test_every_policy_climbs_and_never_goes_back(subject: Subject, urgency: Urgency) -> None:
    deadline = Deadline(date(2026, 9, 16), datetime(2026, 9, 16, 3, tzinfo=UTC))
    steps = POLICIES[subject, urgency]
    planned = [happening(step, deadline, is_working) for step in steps]
    at = [instant_of(one.start_on, one.at, one.zone) for one in planned]
    rungs = [list(Rung).index(step.rung) for step in steps]
    assert at == sorted(set(at))
    assert rungs == sorted(rungs)
    assert len({step.name for step in steps}) == len(steps)


def test_business_days_are_counted_both_ways() -> None:
    friday = date(2026, 9, 18)
    assert business_day(friday, 1, is_working) == date(2026, 9, 21)
    assert business_day(friday, -5, is_working) == date(2026, 9, 11)
    assert business_day(date(2026, 9, 20), 0, is_working) == friday
