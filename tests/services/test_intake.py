"""A message becomes an advisory, is held, is refused with its reason, or is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.advisories import AdvisoryState
from bot.domain.labels import Label
from bot.domain.links import Direction, Mode
from bot.services import intake, links, roster
from bot.services.incoming import Outcome
from bot.storage.tables import advisories, metadata, outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

GREEN, BARE = "#advisory [TLP:GREEN] patch now", "#advisory patch now"
SECRET_WORDS = "the secret plan 42"


def traces(uow: UnitOfWork) -> str:
    """Everything that is stored anywhere, as one text."""
    return "\n".join(
        str(tuple(row))
        for table in metadata.sorted_tables
        for row in uow.connection.execute(table.select())
    )


def test_a_tagged_and_labelled_post_is_issued(uow: UnitOfWork) -> None:
    cast.join(uow)
    assert cast.post(uow, "SATO", GREEN) is Outcome.ISSUED
    advisory = uow.advisories.by_number("ADV-2026-0001")
    assert advisory is not None
    assert (advisory.label, advisory.agency, advisory.tags) == (Label.GREEN, "MOFA", ("advisory",))
    assert advisory.posted_at == uow.now
    assert cast.routes(uow) == ["queued"]


def test_the_other_way_round_too(uow: UnitOfWork) -> None:
    cast.join(uow)
    text = "＃ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】 脆弱性"
    assert cast.post(uow, "NGUYEN", text) is Outcome.ISSUED
    (copy,) = [one for one in _promised(uow) if one.kind == "advisory.copy"]
    assert (copy.team, copy.channel) == (cast.TOKYO, cast.TOKYO_ADV)


@pytest.mark.parametrize(
    "text",
    ["hello", "TLP:GREEN but no tag", "#news [TLP:GREEN]", "`#advisory` [TLP:GREEN]", ""],
)
def test_what_is_not_tagged_is_left_alone_silently(uow: UnitOfWork, text: str) -> None:
    cast.join(uow)
    assert cast.post(uow, "SATO", text) is Outcome.LEFT_ALONE
    assert cast.decisions(uow) == ["link.propose", "link.accept"]
    assert _promised(uow) == []


@pytest.mark.parametrize("channel", [cast.TOKYO_DLG, "C99"])
def test_what_is_said_in_a_channel_without_a_link_is_left_alone(
    uow: UnitOfWork, channel: str
) -> None:
    cast.join(uow)
    assert cast.post(uow, "SATO", GREEN, channel=channel) is Outcome.LEFT_ALONE


def test_what_the_link_does_not_carry_out_is_left_alone(uow: UnitOfWork) -> None:
    cast.join(uow, direction=Direction.IN)
    assert cast.post(uow, "SATO", GREEN) is Outcome.LEFT_ALONE


def test_the_same_message_again_is_left_alone(uow: UnitOfWork) -> None:
    cast.join(uow)
    outcomes = [cast.post(uow, "SATO", GREEN) for _ in range(4)]
    assert outcomes == [Outcome.ISSUED] + [Outcome.LEFT_ALONE] * 3
    assert len(uow.advisories.latest(10)) == 1


@pytest.mark.parametrize("text", [BARE, "#advisory [TLP:PURPLE]", "#advisory TLP:GREEN TLP:赤"])
def test_a_post_without_a_known_label_is_held_and_goes_nowhere(uow: UnitOfWork, text: str) -> None:
    cast.join(uow)
    assert cast.post(uow, "SATO", text) is Outcome.HELD
    (held,) = _promised(uow)
    assert (held.kind, held.method, held.user) == ("advisory.held", "private", "U01SATO")
    assert cast.routes(uow) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#advisory [TLP:RED]", "errors.label_refused"),
        ("#advisory [TLP:AMBER+STRICT]", "errors.label_refused"),
        ("#advisory [TLP:GREEN]\nSECRET\n", "errors.marking_blocks"),
        ("#advisory [TLP:GREEN]\n【極秘】\n", "errors.marking_blocks"),
        ("#advisory [TLP:CLEAR] and later [TLP:RED]", "errors.label_refused"),
    ],
)
def test_what_may_never_leave_is_refused_and_stored_nowhere(
    uow: UnitOfWork, text: str, reason: str
) -> None:
    cast.join(uow)
    assert cast.post(uow, "SATO", f"{text} {SECRET_WORDS}") is Outcome.REFUSED
    assert cast.told(uow, "SATO") == [reason]
    assert "advisory.refuse" in cast.decisions(uow)
    assert SECRET_WORDS not in traces(uow)


@pytest.mark.parametrize(
    ("name", "about", "reason"),
    [
        ("SATO", {"user": "U77"}, "errors.not_enrolled"),
        ("SATO", {"is_guest": True}, "errors.guest_refused"),
        ("SATO", {"is_stranger": True}, "errors.stranger_refused"),
        ("ITO", {}, "errors.role_missing"),
    ],
)
def test_who_may_not_post_is_told_so_privately_and_nothing_is_stored(
    uow: UnitOfWork, name: str, about: dict[str, object], reason: str
) -> None:
    cast.join(uow)
    assert cast.post(uow, name, f"{GREEN} {SECRET_WORDS}", **about) is Outcome.REFUSED
    (note,) = _promised(uow)
    assert (note.method, note.facts["key"]) == ("private", reason)
    assert SECRET_WORDS not in traces(uow)


def test_a_feed_counts_when_it_is_enrolled_as_a_source(uow: UnitOfWork) -> None:
    cast.join(uow)
    assert cast.post(uow, "FEED", GREEN) is Outcome.ISSUED
    assert (
        cast.post(uow, "FEED", GREEN, user="B99", bot="B99", ts="2000000002.000000")
        is Outcome.LEFT_ALONE
    )


def test_a_held_post_of_a_feed_is_brought_to_its_keepers(uow: UnitOfWork) -> None:
    cast.join(uow)
    assert cast.post(uow, "FEED", BARE) is Outcome.HELD
    assert {one.user for one in _promised(uow)} == {"U01SATO", "U03SUZUKI"}
    assert cast.post(uow, "FEED", "#advisory [TLP:RED]", ts="2000000002.000000") is Outcome.REFUSED
    assert cast.told(uow, "SUZUKI") == cast.told(uow, "SATO") == ["errors.label_refused"]


def test_the_label_of_a_file_name_counts(uow: UnitOfWork) -> None:
    cast.join(uow)
    names = ("report [TLP:RED].pdf",)
    assert cast.post(uow, "SATO", GREEN, file_names=names) is Outcome.REFUSED


def test_a_marking_that_asks_waits_for_a_releaser(uow: UnitOfWork) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    assert cast.post(uow, "SATO", GREEN) is Outcome.ISSUED
    assert cast.routes(uow) == ["awaiting"]
    (card,) = [one for one in _promised(uow) if one.kind == "advisory.release"]
    assert card.user == "U03SUZUKI"


def test_each_link_decides_for_itself(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.join(uow, far_channel="C2", ceiling=Label.CLEAR)
    cast.join(uow, far_channel="C3", mode=Mode.MANUAL)
    paused = cast.join(uow, far_channel="C4")
    cast.join(uow, "news", far_channel="C5")
    links.pause_link(uow, cast.the(uow, "WALSH"), paused.code)
    cast.post(uow, "SATO", GREEN)
    assert cast.routes(uow) == ["queued", "above_ceiling", "awaiting", "paused"]


def test_a_long_post_goes_in_parts(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN + " 長い文。" * 4_000)
    copies = [one for one in _promised(uow) if one.kind == "advisory.copy"]
    assert [one.facts["part"] for one in copies] == list(range(1, len(copies) + 1))
    assert len(copies) > 1


def test_urgent_ones_go_first(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", f"#urgent {GREEN}")
    cast.post(uow, "SATO", GREEN, ts="2000000002.000000")
    urgent, routine = (one for one in _promised(uow) if one.kind == "advisory.copy")
    assert urgent.priority < routine.priority


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (GREEN, Outcome.ISSUED),
        ("#advisory still none", Outcome.HELD),
        ("#advisory [TLP:RED]", Outcome.REFUSED),
        ("no tag any more", Outcome.LEFT_ALONE),
    ],
)
def test_a_held_post_is_read_afresh_when_it_is_edited(
    uow: UnitOfWork, text: str, outcome: Outcome
) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", BARE)
    edit = cast.said(uow, "SATO", text, edited_ts="2000000009.000000")
    assert intake.take_edit(uow, edit) is outcome
    advisory = uow.advisories.by_number("ADV-2026-0001")
    assert advisory is not None
    if outcome in (Outcome.REFUSED, Outcome.LEFT_ALONE):
        assert (advisory.state, advisory.body) == (AdvisoryState.DISCARDED, "")


def test_a_refused_post_may_be_put_right_by_an_edit(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", "#advisory [TLP:RED] x")
    assert (
        intake.take_edit(uow, cast.said(uow, "SATO", GREEN, edited_ts="2000000009.000000"))
        is Outcome.ISSUED
    )


def test_an_edit_without_a_change_of_the_text_is_left_alone(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN)
    before = traces(uow)
    edit = cast.said(uow, "SATO", GREEN, edited_ts="2000000009.000000")
    assert intake.take_edit(uow, edit) is Outcome.LEFT_ALONE
    assert traces(uow) == before


def test_a_deleted_post_is_held_no_longer(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", f"{BARE} {SECRET_WORDS}")
    intake.take_deletion(uow, cast.TOKYO, cast.TOKYO_ADV, cast.stamp(uow.now))
    assert SECRET_WORDS not in traces(uow)


def test_a_deletion_of_what_nobody_knows_is_left_alone(uow: UnitOfWork) -> None:
    assert intake.take_deletion(uow, cast.TOKYO, "C9", "1.1") is Outcome.LEFT_ALONE


def test_numbers_are_counted_within_a_year_of_tokyo(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "SATO", GREEN)
    uow.now = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    cast.post(uow, "SATO", GREEN)
    uow.now -= timedelta(seconds=1)
    cast.post(uow, "NGUYEN", GREEN)
    numbers = sorted(one.number for one in uow.advisories.latest(9))
    assert numbers == ["ADV-2026-0001", "ADV-2026-0002", "ADV-2027-0001"]


def test_an_author_who_left_meanwhile_still_has_their_advisory(uow: UnitOfWork) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    cast.post(uow, "TANAKA", GREEN)
    roster.remove_official(uow, cast.the(uow, "SATO"), cast.TOKYO, "U02TANAKA")
    cast.release(uow, "ADV-2026-0001")
    assert cast.routes(uow) == ["queued"]


def _promised(uow: UnitOfWork) -> list[Any]:
    rows = uow.connection.execute(
        outbox.select().where(outbox.c.kind != "link.notice").order_by(outbox.c.id)
    ).all()
    return list(rows)


def test_nothing_is_an_advisory_before_it_is_taken_in(uow: UnitOfWork) -> None:
    assert uow.connection.execute(advisories.select()).all() == []
