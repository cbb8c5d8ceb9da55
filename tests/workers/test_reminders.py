"""A follow-up reaches whoever it is for: when they work, once, and only while it is open."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot import errors
from bot.domain.deliveries import DeliveryState, Method
from bot.domain.follow_ups import Answer, FollowUp, Spot, read_every
from bot.domain.officials import Government
from bot.domain.slots import Unit
from bot.services import actions, follow_ups, roster
from bot.services.actions import ActionRequest
from bot.services.follow_up_facts import ReminderFacts
from bot.services.follow_ups import FollowUpRequest, When
from bot.services.kinds import REMINDER
from bot.services.owners import owner_of, read_owners
from bot.storage.database import Database
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.clock import Clock
from bot.workers.outbox import Dispatcher
from tests import cast
from tests.storage.databases import HandClock
from tests.workers.postman import HonestPostman

# Wednesday 16 September 2026, 10:00 in Tokyo, 11:00 in Canberra: where the hand clock begins.
TODAY = date(2026, 9, 16)
FRIDAY = date(2026, 9, 18)
AU = Government.AU


class Office:
    """The bot at work on a clock turned by hand."""

    def __init__(
        self,
        database: Database,
        clock: HandClock,
        dispatcher: Dispatcher,
        postman: HonestPostman,
    ) -> None:
        self.database, self.clock = database, clock
        self._dispatcher, self._postman = dispatcher, postman
        self._ticking = Clock(database)

    def set(self, by: str = "TANAKA", who: str = "", **about: Any) -> FollowUp:
        """Sets a follow-up for today at 14:00 on the setter's clock, unless told otherwise."""

        def work(uow: UnitOfWork) -> FollowUp:
            actor = cast.the(uow, by)
            [reader] = read_owners(uow, actor, who).owners if who else (owner_of(actor),)
            values: dict[str, Any] = {
                "text": "Chase the feedback",
                "when": When(TODAY, time(14)),
                "who": reader,
            }
            return follow_ups.open_follow_up(uow, actor, FollowUpRequest(**(values | about)))

        return self.database.transact(work)

    def does(self, verb: Any, by: str, number: str, *words: Any) -> Any:
        return self.database.transact(lambda uow: verb(uow, cast.the(uow, by), number, *words))

    async def at(self, *moment: int) -> list[ReminderFacts]:
        """What is said once it is that time in UTC: everything new."""
        self.clock.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc,arg-type]
        before = len(self._postman.said)
        await self._ticking.tick()
        for _ in range(4):
            await self._dispatcher.drain()
            self.clock.advance(2)
        await self._dispatcher.drain()
        said = [one.outgoing for one in self._postman.said[before:]]
        self.last = said
        return [one.facts for one in said if isinstance(one.facts, ReminderFacts)]

    def joint_action(self) -> str:
        def work(uow: UnitOfWork) -> str:
            actor = cast.the(uow, "TANAKA")
            request = ActionRequest("Share the format", owners=read_owners(uow, actor, "ASD"))
            return actions.open_action(uow, actor, request)[0].number

        return self.database.transact(work)


@pytest.fixture
def office(
    database: Database, clock: HandClock, dispatcher: Dispatcher, postman: HonestPostman
) -> Office:
    return Office(database, clock, dispatcher, postman)


def numbers(facts: ReminderFacts) -> list[str]:
    return [item.number for item in facts.items]


async def test_it_comes_at_its_time_once_and_counts_as_delivered_then(office: Office) -> None:
    follow_up = office.set()
    assert follow_up.number == "FUP-JP-2026-0001"
    assert await office.at(2026, 9, 16, 4, 59) == []
    [said] = await office.at(2026, 9, 16, 5, 0)
    assert numbers(said) == [follow_up.number]
    assert not said.items[0].is_late
    assert await office.at(2026, 9, 16, 6, 0) == []
    assert office.last == []

    def slots(uow: UnitOfWork) -> list[bool]:
        schedule = uow.schedules.by_name(f"followup:{follow_up.id}")
        assert schedule is not None
        assert schedule.next_on is None
        return [one.is_delivered for one in uow.schedules.taken(schedule.id)]

    assert office.database.transact(slots) == [True]


async def test_somebody_abroad_is_reminded_in_their_own_morning(office: Office) -> None:
    about = office.joint_action()
    # Friday 17:30 in Tokyo is 18:30 in Canberra: Monday 09:30 there, the 20th in UTC.
    follow_up = office.set(who="ASD", when=When(FRIDAY, time(17, 30)), about=about)
    assert follow_up.number == "FUP-2026-0001"
    assert await office.at(2026, 9, 18, 8, 30) == []
    assert await office.at(2026, 9, 20, 23, 29) == []
    [said] = await office.at(2026, 9, 20, 23, 30)
    assert (said.side, said.items[0].about, said.items[0].setter) == (AU, about, "Tanaka")
    assert [one.delivery.user for one in office.last] == ["U12NGUYEN"]


async def test_without_a_time_it_comes_in_the_morning_of_the_reader(office: Office) -> None:
    office.set(when=When(FRIDAY))
    assert await office.at(2026, 9, 18, 0, 29) == []
    assert len(await office.at(2026, 9, 18, 0, 30)) == 1


async def test_own_hours_are_kept(office: Office) -> None:
    office.set(when=When(FRIDAY, time(9, 30)))
    office.database.transact(
        lambda uow: follow_ups.set_hours(uow, cast.the(uow, "TANAKA"), time(11), time(15))
    )
    assert await office.at(2026, 9, 18, 0, 30) == []
    assert len(await office.at(2026, 9, 18, 2, 0)) == 1


async def test_several_of_one_morning_come_in_one_message(office: Office) -> None:
    set_ = [office.set(when=When(FRIDAY, at)) for at in (None, time(7), time(8, 15))]
    other = office.set(by="SUZUKI", when=When(FRIDAY))
    said = await office.at(2026, 9, 18, 0, 30)
    assert sorted(map(numbers, said)) == sorted([[one.number for one in set_], [other.number]])


async def test_what_falls_due_before_the_message_left_joins_it(office: Office) -> None:
    first = office.set(when=When(FRIDAY, time(10)))
    second = office.set(when=When(FRIDAY, time(10, 1)))
    office.clock.now = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
    await Clock(office.database).tick()
    [said] = await office.at(2026, 9, 18, 1, 1)
    assert numbers(said) == [first.number, second.number]


async def test_nobody_is_reminded_of_what_was_done_between_tick_and_sending(
    office: Office,
) -> None:
    follow_up = office.set()
    office.clock.now = datetime(2026, 9, 16, 5, 0, tzinfo=UTC)
    await Clock(office.database).tick()
    office.does(follow_ups.finish_follow_up, "TANAKA", follow_up.number)
    assert await office.at(2026, 9, 16, 5, 1) == []
    states = office.database.transact(lambda uow: uow.outbox.in_state(DeliveryState.WITHHELD))
    assert [(one.kind, one.last_error) for one in states] == [(REMINDER, "answered")]


async def test_nobody_who_left_is_reminded(office: Office) -> None:
    office.set(by="SUZUKI")
    office.clock.now = datetime(2026, 9, 16, 5, 0, tzinfo=UTC)
    await Clock(office.database).tick()
    office.database.transact(
        lambda uow: roster.remove_official(uow, cast.the(uow, "SATO"), cast.TOKYO, "U03SUZUKI")
    )
    assert await office.at(2026, 9, 16, 5, 1) == []


async def test_the_answer_takes_the_buttons_place(office: Office) -> None:
    follow_up = office.set()
    await office.at(2026, 9, 16, 5, 0)
    office.does(follow_ups.finish_follow_up, "TANAKA", follow_up.number)
    [shown] = await office.at(2026, 9, 16, 5, 1)
    assert (shown.items[0].answer, shown.items[0].answered_by) == (Answer.DONE, "Tanaka")
    assert [one.delivery.method for one in office.last] == [Method.UPDATE]
    with pytest.raises(errors.FollowUpClosed):
        office.does(follow_ups.cancel_follow_up, "TANAKA", follow_up.number)


async def test_snoozed_it_comes_back_the_next_working_morning(office: Office) -> None:
    follow_up = office.set(when=When(FRIDAY, time(14)))
    await office.at(2026, 9, 18, 5, 0)
    office.does(follow_ups.snooze_follow_up, "TANAKA", follow_up.number)
    [shown] = await office.at(2026, 9, 18, 5, 1)
    assert shown.items[0].answer is Answer.SNOOZED
    assert await office.at(2026, 9, 20, 0, 30) == []
    again = await office.at(2026, 9, 30, 0, 30)
    assert [numbers(one) for one in again] == [[follow_up.number]]


async def test_moved_it_comes_at_the_other_time_only(office: Office) -> None:
    follow_up = office.set()
    office.does(follow_ups.move_follow_up, "TANAKA", follow_up.number, When(FRIDAY, time(11)))
    assert await office.at(2026, 9, 16, 5, 0) == []
    assert len(await office.at(2026, 9, 18, 2, 0)) == 1


async def test_cancelled_it_never_comes(office: Office) -> None:
    follow_up = office.set(every=(1, Unit.WEEK))
    office.does(follow_ups.cancel_follow_up, "TANAKA", follow_up.number)
    assert await office.at(2026, 12, 1, 5, 0) == []


async def test_what_recurs_comes_again_after_it_was_done(office: Office) -> None:
    follow_up = office.set(every=(1, Unit.DAY), until_on=FRIDAY)
    for day in (16, 17, 18):
        [said] = await office.at(2026, 9, day, 5, 0)
        assert numbers(said) == [follow_up.number]
        office.does(follow_ups.finish_follow_up, "TANAKA", follow_up.number)
        await office.at(2026, 9, day, 5, 1)
    assert await office.at(2026, 9, 30, 5, 0) == []


async def test_handed_back_it_is_for_whoever_set_it(office: Office) -> None:
    follow_up = office.set(by="SATO", who="NPA")
    await office.at(2026, 9, 16, 5, 0)
    assert [one.delivery.user for one in office.last] == ["U03SUZUKI"]
    office.does(follow_ups.hand_back_follow_up, "SUZUKI", follow_up.number)
    await office.at(2026, 9, 16, 5, 1)
    [said] = await office.at(2026, 9, 17, 0, 30)
    assert [one.delivery.user for one in office.last] == ["U01SATO"]
    assert not said.items[0].may_hand_back
    with pytest.raises(errors.FollowUpIsYours):
        office.does(follow_ups.hand_back_follow_up, "SATO", follow_up.number)


async def test_set_on_a_message_it_comes_in_its_thread_and_names_the_reader(
    office: Office,
) -> None:
    spot = Spot(cast.TOKYO, cast.TOKYO_ADV, "1789.000100")
    office.set(who="", spot=spot)
    [said] = await office.at(2026, 9, 16, 5, 0)
    [outgoing] = office.last
    assert (outgoing.channel, outgoing.thread_ts) == (cast.TOKYO_ADV, "1789.000100")
    assert (said.in_channel, said.names) == (True, "U02TANAKA")
    assert said.items[0].message == (cast.TOKYO, cast.TOKYO_ADV, "1789.000100")


async def test_for_here_the_channel_is_reminded(office: Office) -> None:
    here = office.database.transact(
        lambda uow: follow_ups.open_follow_up(
            uow,
            cast.the(uow, "SATO"),
            FollowUpRequest("Here", When(TODAY, time(14)), None, spot=Spot(cast.TOKYO, "C02DLG")),
        )
    )
    said = await office.at(2026, 9, 16, 5, 0)
    assert [here.number] in [numbers(one) for one in said if one.in_channel]


def test_the_other_side_is_reminded_only_of_what_it_knows(office: Office) -> None:
    for about in ("", internal(office)):
        with pytest.raises(errors.FollowUpNotJoint):
            office.set(who="ASD", about=about)


def test_the_other_side_learns_of_no_follow_up_that_is_not_theirs(office: Office) -> None:
    own = office.set()
    shared = office.set(who="ASD", about=office.joint_action())
    for name, number in (("NGUYEN", own.number), ("BAKER", shared.number)):
        with pytest.raises(errors.FollowUpNotFound):
            office.does(follow_ups.find_follow_up, name, number)
    assert office.does(follow_ups.find_follow_up, "NGUYEN", shared.number) == shared
    listed = office.database.transact(
        lambda uow: [
            [one.number for one, _ in follow_ups.list_follow_ups(uow, cast.the(uow, name))]
            for name in ("TANAKA", "NGUYEN", "BAKER")
        ]
    )
    assert sorted(listed[0]) == sorted([own.number, shared.number])
    assert listed[1:] == [[shared.number], []]


def test_only_who_it_concerns_answers_it(office: Office) -> None:
    follow_up = office.set(by="SUZUKI")
    with pytest.raises(errors.FollowUpNotYours):
        office.does(follow_ups.finish_follow_up, "TANAKA", follow_up.number)
    # An admin of the same side looks after all of them.
    assert not office.does(follow_ups.finish_follow_up, "SATO", follow_up.number).is_open


def test_what_bears_a_marking_is_not_set(office: Office) -> None:
    with pytest.raises(errors.MarkingBlocks):
        office.set(text="SECRET")


def test_a_time_that_has_gone_by_is_refused(office: Office) -> None:
    for when in (When(TODAY, time(9)), When(TODAY - timedelta(days=1))):
        with pytest.raises(errors.FollowUpInPast):
            office.set(when=when)


@pytest.mark.parametrize(
    ("phrase", "every"),
    [
        ("2 weeks", (2, Unit.WEEK)),
        ("every other week", (2, Unit.WEEK)),
        ("Every month", (1, Unit.MONTH)),
        ("fortnight", (2, Unit.WEEK)),
        ("daily", (1, Unit.DAY)),
        ("２週間ごと", (2, Unit.WEEK)),
        ("毎週", (1, Unit.WEEK)),
        ("3か月ごと", (3, Unit.MONTH)),
        ("10日毎", (10, Unit.DAY)),
        *(
            (none, None)
            for none in ("2日おき", "0 days", "often", "週", "2 weeks or so", "", "100 days")
        ),
    ],
)
def test_a_recurrence_is_read_whole_or_asked(phrase: str, every: tuple[int, Unit] | None) -> None:
    assert read_every(phrase) == every


def internal(office: Office) -> str:
    def work(uow: UnitOfWork) -> str:
        actor = cast.the(uow, "TANAKA")
        request = ActionRequest("Ours", owners=read_owners(uow, actor, "me"), internal=True)
        return actions.open_action(uow, actor, request)[0].number

    return office.database.transact(work)
