"""A link whose channel has changed carries nothing until both sides have confirmed it."""

from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot.domain.deliveries import Method
from bot.domain.fingerprints import Change, Fingerprint, found_at
from bot.domain.links import Link, LinkState
from bot.domain.officials import Government
from bot.services import links
from bot.services.announcements import compose
from bot.services.facts import SuspensionFacts
from bot.services.kinds import LINK, SUSPENDED
from bot.services.ports import ChannelView
from bot.services.suspensions import (
    note_lost,
    note_reading,
    note_refused,
    note_uninstalled,
)
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

TOKYO_SEEN, CANBERRA_SEEN = Fingerprint("c01adv"), Fingerprint("c11adv")
GUEST = replace(CANBERRA_SEEN, outsiders=frozenset({"U18GUEST"}))
OUTSIDERS = found_at(Government.AU, [Change.OUTSIDERS])


def here(seen: Fingerprint = TOKYO_SEEN, **about: Any) -> ChannelView:
    return cast.view(cast.TOKYO, cast.TOKYO_ADV, fingerprint=seen, **about)


def there(seen: Fingerprint = CANBERRA_SEEN, **about: Any) -> ChannelView:
    return cast.view(cast.CANBERRA, cast.CANBERRA_ADV, fingerprint=seen, **about)


def joined(uow: UnitOfWork) -> Link:
    """A link accepted with both channels in view."""
    code = cast.propose(uow).code
    return links.accept_link(uow, cast.the(uow, "WALSH"), code, there(), here())


def reads(uow: UnitOfWork, seen: Fingerprint = GUEST, *, of: str = cast.CANBERRA) -> None:
    place = (of, cast.CANBERRA_ADV if of == cast.CANBERRA else cast.TOKYO_ADV)
    doubts = uow.fingerprints.begin_reading(*place)
    note_reading(uow, *place, seen, began_at=uow.now, doubts=doubts)


def now(uow: UnitOfWork, link: Link) -> Link:
    found = uow.links.by_code(link.code)
    assert found is not None
    return found


def told(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(method, channel or person) of everything said of suspended links."""
    rows = uow.connection.execute(
        outbox.select().where(outbox.c.kind == SUSPENDED).order_by(outbox.c.id)
    )
    return [(row.method, row.user or row.channel) for row in rows]


def test_what_both_channels_look_like_is_stored_when_the_link_is_accepted(uow: UnitOfWork) -> None:
    link = joined(uow)
    assert uow.fingerprints.agreed(link.id) == {
        Government.JP: TOKYO_SEEN,
        Government.AU: CANBERRA_SEEN,
    }


def test_a_link_is_not_accepted_when_the_proposers_channel_has_been_shared_since(
    uow: UnitOfWork,
) -> None:
    code = cast.propose(uow).code
    with pytest.raises(errors.ChannelShared):
        links.accept_link(uow, cast.the(uow, "WALSH"), code, there(), here(is_shared=True))


@pytest.mark.parametrize("side", list(Government))
def test_an_outsider_in_either_channel_suspends_the_link_and_both_sides_are_told(
    uow: UnitOfWork, side: Government
) -> None:
    link = joined(uow)
    of = cast.TOKYO if side is Government.JP else cast.CANBERRA
    seen = TOKYO_SEEN if side is Government.JP else CANBERRA_SEEN
    reads(uow, replace(seen, outsiders=frozenset({"U0X"})), of=of)
    suspended = now(uow, link)
    assert (suspended.state, suspended.paused_by) == (LinkState.PAUSED, frozenset(Government))
    assert suspended.suspension is not None
    assert suspended.suspension.findings == found_at(side, [Change.OUTSIDERS])
    assert told(uow) == [
        ("post", cast.TOKYO_ADV),
        ("direct", "U01SATO"),
        ("post", cast.CANBERRA_ADV),
        ("direct", "U11WALSH"),
    ]
    assert cast.decisions(uow).count("link.suspended") == 2


def test_both_sides_are_told_the_same_and_neither_who_came(uow: UnitOfWork) -> None:
    joined(uow)
    reads(uow)
    rows = uow.connection.execute(outbox.select().where(outbox.c.kind == SUSPENDED))
    said = [compose(uow, uow.outbox.get(row.id)).facts for row in rows]
    assert len(said) == 4
    assert all(isinstance(one, SuspensionFacts) for one in said)
    assert {one.findings for one in said if isinstance(one, SuspensionFacts)} == {tuple(OUTSIDERS)}
    assert "U18GUEST" not in repr(said)
    events = [event for event in uow.audit.events() if event.action == "link.suspended"]
    assert [event.facts for event in events] == [{"changes": ["AU:outsiders"]}] * 2


def test_the_same_change_is_told_once_and_another_again(uow: UnitOfWork) -> None:
    joined(uow)
    reads(uow)
    reads(uow)
    assert len(told(uow)) == 4
    reads(uow, replace(GUEST, name="general"))
    assert len(told(uow)) == 8


def test_a_channel_as_it_was_agreed_to_changes_nothing(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow, CANBERRA_SEEN)
    assert now(uow, link).state is LinkState.ACTIVE
    assert uow.fingerprints.is_fresh(cast.CANBERRA, cast.CANBERRA_ADV)


def test_a_link_from_before_agrees_to_what_is_read_first_unless_it_is_shared(
    uow: UnitOfWork,
) -> None:
    link = cast.join(uow)
    reads(uow, GUEST)
    assert uow.fingerprints.agreed(link.id)[Government.AU] == GUEST
    assert now(uow, link).state is LinkState.ACTIVE
    reads(uow, replace(TOKYO_SEEN, is_shared=True), of=cast.TOKYO)
    assert now(uow, link).suspension is not None


def test_both_sides_confirm_and_what_they_saw_is_agreed_to(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    sato, walsh, views = cast.the(uow, "SATO"), cast.the(uow, "WALSH"), (here(), there(GUEST))
    first = links.resume_link(uow, sato, link.code, views)
    assert (first.state, first.paused_by) == (LinkState.PAUSED, frozenset({Government.AU}))
    assert links.resume_link(uow, walsh, link.code, views).state is LinkState.ACTIVE
    assert now(uow, link).suspension is None
    reads(uow, GUEST)
    assert now(uow, link).state is LinkState.ACTIVE
    assert cast.decisions(uow)[-2:] == ["link.confirmed", "link.resumed"]


def test_one_side_alone_confirms_nothing(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    sato, views = cast.the(uow, "SATO"), (here(), there(GUEST))
    links.resume_link(uow, sato, link.code, views)
    with pytest.raises(errors.OwnSideOnly):
        links.resume_link(uow, sato, link.code, views)
    assert now(uow, link).state is LinkState.PAUSED


def test_a_confirmation_lapses_when_the_channel_changes_before_the_other_sides(
    uow: UnitOfWork,
) -> None:
    link = joined(uow)
    reads(uow)
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    links.resume_link(uow, sato, link.code, (here(), there(GUEST)))
    another = replace(GUEST, outsiders=GUEST.outsiders | {"U19STRANGER"})
    left = links.resume_link(uow, walsh, link.code, (here(), there(another)))
    assert (left.state, left.paused_by) == (LinkState.PAUSED, frozenset({Government.JP}))
    views = (here(), there(another))
    assert links.resume_link(uow, sato, link.code, views).state is LinkState.ACTIVE


@pytest.mark.parametrize(
    ("view", "refusal"),
    [
        (there(is_shared=True), errors.ChannelShared),
        (there(is_member=False), errors.BotNotInChannel),
        (there(replace(CANBERRA_SEEN, is_archived=True)), errors.ChannelArchived),
    ],
)
def test_a_channel_that_could_not_be_linked_cannot_be_confirmed(
    uow: UnitOfWork, view: ChannelView, refusal: type[errors.BotError]
) -> None:
    link = joined(uow)
    reads(uow)
    with pytest.raises(refusal):
        links.resume_link(uow, cast.the(uow, "SATO"), link.code, (here(), view))


def test_nothing_is_confirmed_unseen(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    for views in ((), (here(),), (there(GUEST),)):
        with pytest.raises(errors.SlackUnreachable):
            links.resume_link(uow, cast.the(uow, "SATO"), link.code, views)


def test_a_side_that_confirmed_may_pause_again_and_takes_its_word_back(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    sato, walsh, views = cast.the(uow, "SATO"), cast.the(uow, "WALSH"), (here(), there(GUEST))
    links.resume_link(uow, sato, link.code, views)
    links.pause_link(uow, sato, link.code)
    left = links.resume_link(uow, walsh, link.code, views)
    assert (left.state, left.paused_by) == (LinkState.PAUSED, frozenset({Government.JP}))


def test_a_suspended_link_can_be_cut(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    assert links.cut_link(uow, cast.the(uow, "SATO"), link.code).suspension is None
    reads(uow, replace(GUEST, name="general"))
    assert now(uow, link).state is LinkState.CUT


def test_a_reading_begun_before_the_channel_came_into_doubt_still_suspends(
    uow: UnitOfWork,
) -> None:
    link = joined(uow)
    place = (cast.CANBERRA, cast.CANBERRA_ADV)
    doubts = uow.fingerprints.begin_reading(*place)
    uow.fingerprints.doubt(*place)
    note_reading(uow, *place, GUEST, began_at=uow.now, doubts=doubts)
    assert now(uow, link).suspension is not None


def test_where_the_bot_cannot_speak_any_more_only_the_others_hear_in_their_channel(
    uow: UnitOfWork,
) -> None:
    joined(uow)
    note_lost(uow, cast.CANBERRA, cast.CANBERRA_ADV, Change.NO_ACCESS)
    assert told(uow) == [
        ("post", cast.TOKYO_ADV),
        ("direct", "U01SATO"),
        ("direct", "U11WALSH"),
    ]


def test_a_revoked_token_suspends_every_link_of_its_workspace(uow: UnitOfWork) -> None:
    first, second = joined(uow), cast.join(uow, far_channel=cast.CANBERRA_DLG)
    note_uninstalled(uow, cast.CANBERRA)
    findings = found_at(Government.AU, [Change.UNINSTALLED])
    for link in (first, second):
        suspension = now(uow, link).suspension
        assert suspension is not None
        assert suspension.findings == findings
    assert told(uow) == [("post", cast.TOKYO_ADV), ("direct", "U01SATO")] * 2


REFUSALS = {
    "not_in_channel": Change.NO_ACCESS,
    "channel_not_found": Change.NO_ACCESS,
    "is_archived": Change.ARCHIVED,
    "token_revoked": Change.UNINSTALLED,
    "account_inactive": Change.UNINSTALLED,
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_slacks_refusal_to_let_a_channel_be_read_is_a_state_of_the_link(
    uow: UnitOfWork, reason: str
) -> None:
    link = joined(uow)
    note_refused(uow, cast.CANBERRA, cast.CANBERRA_ADV, reason)
    suspension = now(uow, link).suspension
    assert suspension is not None
    assert suspension.findings == found_at(Government.AU, [REFUSALS[reason]])


def test_notices_of_the_link_itself_are_said_whoever_reads_by_now(uow: UnitOfWork) -> None:
    link = joined(uow)
    reads(uow)
    links.cut_link(uow, cast.the(uow, "SATO"), link.code)
    rows = uow.connection.execute(outbox.select().where(outbox.c.kind == LINK)).all()
    assert len(rows) == 2
    for row in rows:
        assert not compose(uow, uow.outbox.get(row.id)).is_unread
        assert row.method == Method.POST


def test_whom_nobody_could_look_up_counts_among_what_both_sides_confirm(uow: UnitOfWork) -> None:
    """Else the second side would confirm a guest whom the first never saw."""
    link = joined(uow)
    reads(uow, replace(CANBERRA_SEEN, name="renamed"))
    renamed = replace(CANBERRA_SEEN, name="renamed")
    links.resume_link(uow, cast.the(uow, "SATO"), link.code, [here(), there(renamed)])
    unknown = replace(renamed, unchecked=frozenset({"U18GUEST"}))
    links.resume_link(uow, cast.the(uow, "WALSH"), link.code, [here(), there(unknown)])
    assert now(uow, link).state is LinkState.PAUSED
