"""Action items as officials use them: opened, carried, finished, and told to whom they concern."""

import pytest

from bot import errors
from bot.domain.actions import Action, ActionState, Filter, Owner, Source
from bot.domain.officials import Government, Official
from bot.services import actions, links
from bot.services.action_facts import ActionCardFacts, ActionNewsFacts
from bot.services.action_register import list_actions, show_action
from bot.services.actions import ActionRequest
from bot.services.kinds import ACTION_CARD, ACTION_NEWS
from bot.services.owners import OwnersRead, read_owners
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

JP, AU = Government.JP, Government.AU
SOURCE = Source(cast.TOKYO, cast.TOKYO_ADV, "1789.000001")


def opened(uow: UnitOfWork, by: str = "TANAKA", owner: str = "", **about: object) -> Action:
    return all_opened(uow, by, owner, **about)[0]


def all_opened(
    uow: UnitOfWork, by: str = "TANAKA", owner: str = "", **about: object
) -> tuple[Action, ...]:
    actor = cast.the(uow, by)
    home = (cast.TOKYO, cast.TOKYO_ADV)
    values: dict[str, object] = {
        "text": "Share the format",
        "owners": read_owners(uow, actor, owner) if owner else OwnersRead(),
        "team": home[0] if actor.government is JP else cast.CANBERRA,
        "channel": home[1] if actor.government is JP else cast.CANBERRA_ADV,
    }
    request = ActionRequest(**(values | about))  # type: ignore[arg-type]
    return actions.open_action(uow, actor, request)


def seen(uow: UnitOfWork, name: str, **wanted: object) -> list[str]:
    page = list_actions(uow, cast.the(uow, name), Filter(**wanted))  # type: ignore[arg-type]
    return [item.action.number for item in page.items]


def promised(uow: UnitOfWork, kind: str) -> list[tuple[str, str]]:
    """(team, channel) of everything of a kind that is promised, in order."""
    rows = uow.connection.execute(
        outbox.select()
        .where(outbox.c.kind == kind, outbox.c.target.is_(None))
        .order_by(outbox.c.id)
    )
    return [(row.team, row.channel) for row in rows]


def test_joint_items_are_counted_together_and_internal_ones_apart(uow: UnitOfWork) -> None:
    numbers = [
        opened(uow).number,
        opened(uow, internal=True).number,
        opened(uow, "NGUYEN", internal=True).number,
        opened(uow, internal=True).number,
        opened(uow, "NGUYEN").number,
    ]
    assert numbers == [
        "ACT-2026-0001",
        "ACT-JP-2026-0001",
        "ACT-AU-2026-0001",
        "ACT-JP-2026-0002",
        "ACT-2026-0002",
    ]
    assert seen(uow, "WALSH") == ["ACT-2026-0001", "ACT-AU-2026-0001", "ACT-2026-0002"]


def test_a_number_one_may_not_see_is_refused_like_one_that_does_not_exist(uow: UnitOfWork) -> None:
    number = opened(uow, internal=True).number
    walsh = cast.the(uow, "WALSH")
    verbs = [
        lambda n: actions.find_action(uow, walsh, n),
        lambda n: actions.start_action(uow, walsh, n),
        lambda n: actions.finish_action(uow, walsh, n),
        lambda n: actions.verify_action(uow, walsh, n),
        lambda n: actions.reopen_action(uow, walsh, n),
        lambda n: actions.block_action(uow, walsh, n, "x"),
        lambda n: actions.drop_action(uow, walsh, n, "x"),
        lambda n: actions.note_action(uow, walsh, n, "x"),
        lambda n: actions.render_action(uow, walsh, n, "x"),
        lambda n: actions.reword_action(uow, walsh, n, "x"),
        lambda n: actions.merge_action(uow, walsh, n, n),
        lambda n: actions.assign_action(uow, walsh, n, OwnersRead()),
        lambda n: show_action(uow, walsh, n),
    ]
    for verb in verbs:
        said = []
        for one in (number, "ACT-JP-2026-0999"):
            with pytest.raises(errors.ActionNotFound) as refusal:
                verb(one)
            said.append({**refusal.value.parameters, "number": ""})
        assert said[0] == said[1]


def test_a_joint_item_is_not_merged_into_one_the_other_side_does_not_see(uow: UnitOfWork) -> None:
    joint, internal = opened(uow).number, opened(uow, internal=True).number
    with pytest.raises(errors.ActionCannotMerge):
        actions.merge_action(uow, cast.the(uow, "TANAKA"), joint, internal)


@pytest.mark.parametrize(
    ("typed", "owners"),
    [
        ("me", [("NCO", True)]),
        ("<@U03SUZUKI>", [("NPA", True)]),
        ("NPA", [("NPA", False)]),
        ("ASD, 警察庁", [("ASD", False), ("NPA", False)]),
        ("ASD/ACSC", [("ASD", False)]),
        ("NPA/AFP", [("NPA", False), ("AFP", False)]),
        ("JPCERT/CC", [("JPCERT/CC", False)]),
        ("Suzuki", [("NPA", True)]),
        ("豪側", [("", False)]),
        ("NPA, NPA", [("NPA", False)]),
    ],
)
def test_owners_are_read_as_people_write_them(
    uow: UnitOfWork, typed: str, owners: list[tuple[str, bool]]
) -> None:
    read = read_owners(uow, cast.the(uow, "TANAKA"), typed)
    assert [(one.agency, one.official_id is not None) for one in read.owners] == owners
    assert not read.each_side


@pytest.mark.parametrize("typed", ["somebody", "NPA, somebody", "<@U77>", "NPA/somebody"])
def test_an_owner_nobody_knows_is_asked_for(uow: UnitOfWork, typed: str) -> None:
    with pytest.raises(errors.UnknownOwner):
        read_owners(uow, cast.the(uow, "TANAKA"), typed)


def test_a_person_of_the_other_side_is_named_once_both_sides_have_read_the_name(
    uow: UnitOfWork,
) -> None:
    tanaka, baker = cast.the(uow, "TANAKA"), cast.the(uow, "BAKER")
    opened(uow, "BAKER", internal=True)
    with pytest.raises(errors.UnknownOwner):
        read_owners(uow, tanaka, "Baker")
    opened(uow, "BAKER")
    assert read_owners(uow, tanaka, "Baker").owners[0].official_id == baker.id


@pytest.mark.parametrize("typed", ["both sides", "双方"])
def test_both_sides_carry_one_item_each(uow: UnitOfWork, typed: str) -> None:
    both = all_opened(uow, owner=typed, source=SOURCE)
    assert [one.owners for one in both] == [(Owner(JP),), (Owner(AU),)]
    assert [one.number for one in both] == ["ACT-2026-0001", "ACT-2026-0002"]
    assert all_opened(uow, owner=typed, source=SOURCE) == both


def test_one_message_opens_one_item_however_often_it_comes(uow: UnitOfWork) -> None:
    first = opened(uow, source=SOURCE)
    assert opened(uow, source=SOURCE) == opened(uow, "SUZUKI", source=SOURCE) == first
    assert seen(uow, "SATO") == [first.number]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("SECRET\nx", errors.MarkingBlocks),
        ("x\n取扱注意", errors.MarkingAsks),
        ("[TLP:RED] x", errors.LabelRefused),
    ],
)
@pytest.mark.parametrize("internal", [True, False])
def test_what_bears_a_marking_is_not_written_down(
    uow: UnitOfWork, text: str, refusal: type[errors.BotError], internal: bool
) -> None:
    tanaka, number = cast.the(uow, "TANAKA"), opened(uow, internal=internal).number
    for verb in (
        lambda: opened(uow, text=text, internal=internal),
        lambda: opened(uow, rendering=text, internal=internal),
        lambda: actions.note_action(uow, tanaka, number, text),
        lambda: actions.block_action(uow, tanaka, number, text),
        lambda: actions.drop_action(uow, tanaka, number, text),
        lambda: actions.reword_action(uow, tanaka, number, text),
    ):
        with pytest.raises(refusal):
            verb()


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("TANAKA", True),  # opened it
        ("NGUYEN", True),  # carries it for ASD
        ("SATO", True),  # a liaison keeps the register
        ("WALSH", True),
        ("SUZUKI", False),
        ("BAKER", False),
        ("ITO", False),
    ],
)
def test_who_carries_it_opened_it_or_keeps_the_register_moves_it_on(
    uow: UnitOfWork, name: str, may: bool
) -> None:
    number = opened(uow, owner="ASD").number
    actor: Official = cast.the(uow, name)
    if may:
        assert actions.start_action(uow, actor, number).state is ActionState.IN_PROGRESS
        return
    for verb in (actions.start_action, actions.finish_action):
        with pytest.raises((errors.ActionNotYours, errors.RoleMissing)):
            verb(uow, actor, number)


def test_somebody_of_the_other_side_takes_an_item_over_and_finishes_it(uow: UnitOfWork) -> None:
    number, baker = opened(uow, owner="NPA").number, cast.the(uow, "BAKER")
    with pytest.raises(errors.ActionNotYours):
        actions.assign_action(uow, baker, number, OwnersRead((Owner(AU, "ASD"),)))
    actions.assign_action(uow, baker, number, read_owners(uow, baker, "me"))
    assert actions.finish_action(uow, baker, number).state is ActionState.DONE
    with pytest.raises(errors.ActionVerifiedByFinisher):
        actions.verify_action(uow, baker, number)
    assert actions.verify_action(uow, cast.the(uow, "SUZUKI"), number).state is ActionState.VERIFIED
    _, _, lines = show_action(uow, baker, number)
    assert [line.verb for line in lines] == ["open", "assign", "done", "verify"]


def test_whoever_begins_what_nobody_carries_carries_it(uow: UnitOfWork) -> None:
    number, suzuki = opened(uow).number, cast.the(uow, "SUZUKI")
    assert actions.start_action(uow, suzuki, number).owners[0].official_id == suzuki.id


def test_owners_of_a_merged_item_carry_the_other_one_too(uow: UnitOfWork) -> None:
    one, other = opened(uow, owner="NPA").number, opened(uow, owner="ASD").number
    merged = actions.merge_action(uow, cast.the(uow, "TANAKA"), one, other)
    assert merged.superseded_by == other
    found = actions.find_action(uow, cast.the(uow, "SATO"), other)
    assert [owner.agency for owner in found.owners] == ["ASD", "NPA"]


def test_an_item_has_a_card_on_both_sides_of_a_link(uow: UnitOfWork) -> None:
    cast.join(uow)
    opened(uow)
    there = [(cast.TOKYO, cast.TOKYO_ADV), (cast.CANBERRA, cast.CANBERRA_ADV)]
    assert promised(uow, ACTION_CARD) == there


def test_an_internal_item_has_no_card_and_is_told_to_its_side_alone(uow: UnitOfWork) -> None:
    cast.join(uow)
    opened(uow, owner="NPA", internal=True)
    assert promised(uow, ACTION_CARD) == []
    assert {team for team, _ in promised(uow, ACTION_NEWS)} == {cast.TOKYO}
    with pytest.raises(errors.InternalOwnerElsewhere):
        opened(uow, owner="NPA, ASD", internal=True)


def test_owners_hear_of_an_item_and_who_acts_does_not(uow: UnitOfWork) -> None:
    number = opened(uow, owner="NPA, AFP").number
    assert promised(uow, ACTION_NEWS) == [(cast.TOKYO, "U03SUZUKI"), (cast.CANBERRA, "U13BAKER")]
    Desk(uow).say_all()
    actions.start_action(uow, cast.the(uow, "BAKER"), number)
    assert promised(uow, ACTION_NEWS)[2:] == [(cast.TOKYO, "U03SUZUKI")]


def test_several_changes_in_a_row_are_said_once(uow: UnitOfWork) -> None:
    cast.join(uow)
    desk, tanaka = Desk(uow), cast.the(uow, "TANAKA")
    number = opened(uow, owner="ASD").number
    desk.say_all()
    actions.start_action(uow, tanaka, number)
    actions.note_action(uow, tanaka, number, "half way")
    actions.finish_action(uow, tanaka, number)
    assert len(promised(uow, ACTION_NEWS)) == 1 + 3
    desk.say_all()
    cards = [facts for facts in desk.shows(ACTION_CARD) if isinstance(facts, ActionCardFacts)]
    assert [card.item.action.state for card in cards] == [ActionState.DONE] * 2
    news = [facts for facts in desk.shows(ACTION_NEWS) if isinstance(facts, ActionNewsFacts)]
    told = [[line.verb for line in one.lines] for one in news]
    assert told == [["open"], *[["start", "note", "done"]] * 3]


def test_over_a_link_that_is_cut_nothing_more_is_said(uow: UnitOfWork) -> None:
    link = cast.join(uow)
    desk, tanaka = Desk(uow), cast.the(uow, "TANAKA")
    number = opened(uow).number
    desk.say_all()
    links.cut_link(uow, cast.the(uow, "WALSH"), link.code)
    actions.finish_action(uow, tanaka, number)
    desk.say_all()
    states = {
        facts.side: facts.item.action.state
        for facts in desk.shows(ACTION_CARD)
        if isinstance(facts, ActionCardFacts)
    }
    assert states == {JP: ActionState.DONE, AU: ActionState.OPEN}


def test_every_decision_is_written_down_without_the_words(uow: UnitOfWork) -> None:
    number = opened(uow, text="canary one").number
    actions.block_action(uow, cast.the(uow, "TANAKA"), number, "canary two")
    assert cast.decisions(uow) == ["action.open", "action.block"]
    assert "canary" not in repr(list(uow.audit.events()))
