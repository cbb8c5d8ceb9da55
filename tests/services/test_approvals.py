"""Two people, distinct, authorised now, on exactly what stands: each way around is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain.approvals import counted, digest_of_motion, is_met
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.domain.officials import Government, Role
from bot.domain.policy_table import BOTH_LIAISONS, TWO_ADMINS
from bot.domain.retention import DataClass
from bot.domain.rights import Act
from bot.services import intake, links, releases, retention, roster, withdrawals
from bot.services.facts import ReleaseFacts
from bot.services.incoming import SentFile
from bot.services.kinds import COPY, FILE, RELEASE
from bot.storage.delivery_keys import DeliveryKeys
from bot.storage.keyring import KeyRing
from bot.storage.seals import Sealed, Seals
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from tests import cast
from tests.services.desk import Desk
from tests.storage.databases import BEGINNING

FIRST = "ADV-2026-0001"
AMBER = "#advisory [TLP:AMBER] the first text"
CATALOG = load()


@pytest.fixture
def waiting(uow: UnitOfWork) -> UnitOfWork:
    """An advisory of Tanaka's waits for two of Suzuki, Mori and Ito."""
    cast.second_releaser(uow, cast.TOKYO)
    cast.enrol(uow, "ITO", roles=["releaser"])
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", AMBER)
    return uow


def approve(uow: UnitOfWork, name: str) -> releases.Approval:
    return releases.release_advisory(uow, cast.the(uow, name), FIRST)


def edit(uow: UnitOfWork, text: str) -> None:
    said = cast.said(uow, "TANAKA", f"#advisory [TLP:AMBER] {text}", edited_ts="1789600000.9")
    intake.take_edit(uow, said)


def press(uow: UnitOfWork, name: str, value: str, team: str = cast.TOKYO) -> releases.Approval:
    return releases.release_by_button(uow, cast.the(uow, name), value, team)


def button(uow: UnitOfWork) -> str:
    advisory = uow.advisories.by_number(FIRST)
    assert advisory is not None
    values = releases.button_values(uow, advisory, cast.TOKYO)
    assert values is not None
    return values[0]


def own_draft(uow: UnitOfWork) -> None:
    cast.enrol(uow, "TANAKA", roles=["member", "releaser"])
    approve(uow, "TANAKA")


def own_draft_from_another_account(uow: UnitOfWork) -> None:
    cast.enrol(uow, "TANAKA", person="one")
    cast.enrol(uow, "ITO", person="one", roles=["releaser"])
    approve(uow, "ITO")


def two_accounts(uow: UnitOfWork) -> None:
    cast.enrol(uow, "SUZUKI", person="one")
    cast.enrol(uow, "ITO", person="one", roles=["releaser"])
    approve(uow, "SUZUKI")
    approve(uow, "ITO")


def accounts_on_both_sides(uow: UnitOfWork) -> None:
    """Sato of Tokyo and Walsh of Canberra are one person, who would agree with themselves."""
    cast.enrol(uow, "SATO", person="one")
    cast.enrol(uow, "WALSH", person="one")
    cast.join(uow, channel=cast.TOKYO_DLG, far_channel=cast.CANBERRA_DLG)


def double_click(uow: UnitOfWork) -> None:
    value = button(uow)
    press(uow, "SUZUKI", value)
    press(uow, "SUZUKI", value)


def edited_between(uow: UnitOfWork) -> None:
    value = button(uow)
    press(uow, "SUZUKI", value)
    edit(uow, "the second text")
    press(uow, "ITO", value)


def role_revoked(uow: UnitOfWork) -> None:
    value = button(uow)
    cast.enrol(uow, "SUZUKI", roles=["member"])
    press(uow, "SUZUKI", value)


def other_side(uow: UnitOfWork) -> None:
    approve(uow, "BAKER")


def too_late(uow: UnitOfWork) -> None:
    value = button(uow)
    press(UnitOfWork(uow.connection, uow.now + timedelta(hours=73)), "SUZUKI", value)


WAYS_AROUND: dict[str, tuple[Callable[[UnitOfWork], None], type[errors.BotError]]] = {
    "one's own draft": (own_draft, errors.ReleaseByAuthor),
    "one's own draft, another account": (own_draft_from_another_account, errors.ReleaseByAuthor),
    "two accounts of one person": (two_accounts, errors.ApprovedByYourOtherAccount),
    "accounts on both sides": (accounts_on_both_sides, errors.LinkNeedsTwoPeople),
    "a double click": (double_click, errors.ApprovedAlready),
    "an edit between the two": (edited_between, errors.AdvisoryChanged),
    "a revoked role": (role_revoked, errors.RoleMissing),
    "the other side": (other_side, errors.AdvisoryNotFound),
    "an expired card": (too_late, errors.ApprovalExpired),
}


@pytest.mark.parametrize("way", WAYS_AROUND)
def test_every_way_around_two_people_is_refused_with_its_reason(
    waiting: UnitOfWork, way: str
) -> None:
    provoke, refusal = WAYS_AROUND[way]
    with pytest.raises(refusal) as refused:
        provoke(waiting)
    for language in Language:
        words = CATALOG.say(language, refused.value.key, **refused.value.parameters)
        assert len(words) > 15
    assert cast.routes(waiting) == ["awaiting"]
    desk = Desk(waiting)
    desk.say_all()
    assert desk.shows(COPY) == []


def test_one_persons_both_accounts_cannot_agree_to_new_terms(waiting: UnitOfWork) -> None:
    (link,) = waiting.links.all()
    links.amend_link(waiting, cast.the(waiting, "SATO"), link.code, cast.terms("ioc"))
    cast.enrol(waiting, "SATO", person="one")
    cast.enrol(waiting, "WALSH", person="one")
    there = cast.view(cast.CANBERRA, cast.CANBERRA_ADV)
    with pytest.raises(errors.LinkNeedsTwoPeople):
        links.accept_link(waiting, cast.the(waiting, "WALSH"), link.code, there)


def test_an_edit_voids_an_approval_and_says_so_to_whoever_gave_it(waiting: UnitOfWork) -> None:
    approve(waiting, "SUZUKI")
    edit(waiting, "the second text")
    assert cast.told(waiting, "SUZUKI") == ["approvals.void.changed"]
    assert approve(waiting, "ITO").lacking == 1
    assert cast.told(waiting, "ITO") == []
    assert approve(waiting, "SUZUKI").lacking == 0
    desk = Desk(waiting)
    desk.say_all()
    assert "the second text" in desk.words(cast.CANBERRA)
    assert "the first text" not in desk.words(cast.CANBERRA)


def test_a_file_that_is_added_voids_an_approval_too(waiting: UnitOfWork) -> None:
    approve(waiting, "SUZUKI")
    file = SentFile("F01", "annex.pdf", 9, "https://files.example/F01")
    more = cast.said(waiting, "TANAKA", AMBER, edited_ts="1789600000.9", files=(file,))
    intake.take_edit(waiting, more)
    assert cast.told(waiting, "SUZUKI") == ["approvals.void.changed"]
    assert [approve(waiting, name).lacking for name in ("ITO", "SUZUKI")] == [1, 0]
    desk = Desk(waiting)
    desk.say_all()
    assert len(desk.shows(COPY)) == len(desk.shows(FILE)) == 1


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (
            lambda uow: releases.keep_back_advisory(uow, cast.the(uow, "ITO"), FIRST),
            "approvals.void.kept_back",
        ),
        (
            lambda uow: withdrawals.withdraw_advisory(uow, cast.the(uow, "TANAKA"), FIRST, ""),
            "approvals.void.withdrawn",
        ),
    ],
)
def test_whoever_approved_is_told_when_it_is_decided_otherwise(
    waiting: UnitOfWork, end: Callable[[UnitOfWork], object], told: str
) -> None:
    approve(waiting, "SUZUKI")
    end(waiting)
    assert cast.told(waiting, "SUZUKI") == [told]
    with pytest.raises(errors.AdvisoryNotAwaiting):
        approve(waiting, "ITO")


def test_an_approval_of_somebody_who_lost_the_role_counts_no_more(waiting: UnitOfWork) -> None:
    approve(waiting, "SUZUKI")
    cast.enrol(waiting, "SUZUKI", roles=["member"])
    second = approve(waiting, "ITO")
    assert (second.by, second.lacking) == (("Ito",), 1)
    assert cast.routes(waiting) == ["awaiting"]
    third = releases.release_advisory(
        waiting, waiting.officials.find(cast.TOKYO, "U06MORI") or cast.the(waiting, "ITO"), FIRST
    )
    assert (third.by, third.lacking) == (("Ito", "Mori"), 0)


def test_with_a_role_that_is_given_back_two_names_that_stand_are_enough(
    waiting: UnitOfWork,
) -> None:
    approve(waiting, "SUZUKI")
    cast.enrol(waiting, "SUZUKI", roles=["member"])
    assert approve(waiting, "ITO").lacking == 1
    with pytest.raises(errors.ApprovedAlready):
        approve(waiting, "ITO")
    cast.enrol(waiting, "SUZUKI", roles=["releaser"])
    assert cast.routes(waiting) == ["awaiting"]
    assert approve(waiting, "SUZUKI") == releases.Approval(FIRST, ("Suzuki", "Ito"), 0)
    assert cast.routes(waiting) == ["queued"]


def test_a_role_that_is_lost_before_the_send_keeps_it_until_two_others_agree(
    waiting: UnitOfWork,
) -> None:
    approve(waiting, "SUZUKI")
    approve(waiting, "ITO")
    assert cast.routes(waiting) == ["queued"]
    waiting.officials.deactivate(cast.the(waiting, "SUZUKI").id)
    desk = Desk(waiting)
    desk.say_all()
    assert desk.shows(COPY) == []
    assert cast.routes(waiting) == ["awaiting"]
    assert approve(waiting, "ITO").lacking == 1


def test_what_has_expired_is_asked_anew_by_command_and_earlier_approvals_lapse(
    waiting: UnitOfWork,
) -> None:
    approve(waiting, "SUZUKI")
    later = UnitOfWork(waiting.connection, waiting.now + timedelta(hours=73))
    assert approve(later, "ITO").by == ("Ito",)
    assert cast.told(later, "SUZUKI") == ["approvals.void.lapsed"]
    assert press(later, "SUZUKI", button(later)).lacking == 0


def test_a_side_with_an_admin_channel_decides_there(uow: UnitOfWork) -> None:
    uow.workspaces.put(cast.TOKYO, "tokyo", Government.JP, "", "C03ADMIN", 1)
    cast.second_releaser(uow, cast.TOKYO)
    cast.join(uow, ceiling=Label.AMBER)
    cast.post(uow, "TANAKA", AMBER)
    rows = uow.connection.execute(outbox.select().where(outbox.c.kind == RELEASE)).all()
    assert [(row.method, row.team, row.channel, row.user) for row in rows] == [
        ("post", cast.TOKYO, "C03ADMIN", None)
    ]
    desk = Desk(uow)
    desk.say_all()
    approve(uow, "SUZUKI")
    desk.say_all()
    (card,) = desk.shows(RELEASE)
    assert isinstance(card, ReleaseFacts)
    assert (card.approved_by, card.needed, card.in_channel) == (("Suzuki",), 2, True)
    assert card.expires_at == uow.now + timedelta(hours=1)


def test_too_few_releasers_are_told_to_the_admins(uow: UnitOfWork) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] patch now")
    assert cast.told(uow, "SATO") == ["advisories.no_releaser"]


def test_a_purge_is_not_approved_by_two_accounts_of_one_person(uow: UnitOfWork) -> None:
    cast.enrol(uow, "SATO", person="one")
    cast.enrol(uow, "TANAKA", roles=["admin"], person="one")
    code = retention.propose_purge(uow, Government.JP, {DataClass.ADVISORY: 1})
    retention.approve_purge(uow, cast.the(uow, "SATO"), code)
    with pytest.raises(errors.PurgeApprovedAlready):
        retention.approve_purge(uow, cast.the(uow, "TANAKA"), code)


def test_accounts_enrolled_with_the_same_words_are_one_person(uow: UnitOfWork) -> None:
    for name, admin, agency, words in (
        ("TANAKA", "SATO", "NCO", " Ｔａｎａｋａ@nco.example"),
        ("NGUYEN", "WALSH", "ASD", "tanaka@NCO.example"),
    ):
        found = cast.agency(uow, agency)
        roster.enrol_official(
            uow, cast.the(uow, admin), cast.person(name), found, [Role.MEMBER], words
        )
    tanaka, nguyen = cast.the(uow, "TANAKA"), cast.the(uow, "NGUYEN")
    assert tanaka.is_same_person(nguyen)
    assert "nco" not in tanaka.person
    assert not tanaka.is_same_person(cast.the(uow, "BAKER"))
    # Enrolled again without the words, the account is still that person's.
    roster.enrol_official(
        uow, cast.the(uow, "SATO"), cast.person("TANAKA"), cast.agency(uow, "NCO"), [Role.MEMBER]
    )
    assert cast.the(uow, "TANAKA").is_same_person(nguyen)


def test_a_quorum_of_each_side_needs_one_of_each(uow: UnitOfWork) -> None:
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    suzuki = cast.enrol(uow, "SUZUKI", roles=["liaison", "admin"])
    both = [sato, walsh], [sato, suzuki], [walsh]
    found = [is_met(BOTH_LIAISONS, counted(BOTH_LIAISONS, one, Government.JP)) for one in both]
    assert found == [True, False, False]
    assert counted(TWO_ADMINS, [sato, walsh, suzuki], Government.JP) == (sato, suzuki)


def seals(uow: UnitOfWork, keys: KeyRing | None = None) -> Seals:
    return Seals(keys, DeliveryKeys(uow.connection, BEGINNING), BEGINNING)


@pytest.mark.parametrize("keys", [None, KeyRing.new()])
def test_a_button_fits_one_act_object_version_workspace_and_time(
    uow: UnitOfWork, keys: KeyRing | None
) -> None:
    made = seals(uow, keys)
    until = BEGINNING + timedelta(hours=1)
    digest = "0123456789abcdef" * 4
    value = made.seal("release", Sealed(FIRST, 3, digest, until), cast.TOKYO)
    assert made.open("release", value, cast.TOKYO) == Sealed(FIRST, 3, digest[:16], until)
    assert made.open("keep_back", value, cast.TOKYO) is None
    assert made.open("release", value, cast.CANBERRA) is None
    number, version, begin, expires, mac = value.split(":")
    for other in (
        f"ADV-2026-0002:{version}:{begin}:{expires}:{mac}",
        f"{number}:4:{begin}:{expires}:{mac}",
        f"{number}:{version}:{begin[::-1]}:{expires}:{mac}",
        f"{number}:{version}:{begin}:{int(expires) + 1}:{mac}",
        f"{number}:{version}:{begin}:{expires}:{mac[:-1]}",
        f"{number}:{version}:{begin}:{expires}:{'0' * len(mac)}",
        f"{number}:{version}:{expires}:{mac}",
        f"{number}:{version}",
        f"{number}:x:{begin}:{expires}:{mac}",
        "",
    ):
        assert made.open("release", other, cast.TOKYO) is None, other
    if keys is not None:
        assert seals(uow, keys.with_new_sealing_key()).open("release", value, cast.TOKYO)
        assert seals(uow, KeyRing.new()).open("release", value, cast.TOKYO) is None


WORDS = st.text(max_size=20)


@given(words=st.tuples(WORDS, WORDS), other=st.tuples(WORDS, WORDS), version=st.integers(1, 99))
def test_another_word_version_or_destination_is_another_digest(
    words: tuple[str, str], other: tuple[str, str], version: int
) -> None:
    here, there = ("LNK-7Q3F", "T0CANB", "C11ADV"), ("LNK-7Q3F", "T0CANB", "C12DLG")
    digest = digest_of_motion(Act.RELEASE, FIRST, version, words, [here])
    assert digest == digest_of_motion(Act.RELEASE, FIRST, version, words, [here])
    assert digest != digest_of_motion(Act.RELEASE, FIRST, version + 1, words, [here])
    assert digest != digest_of_motion(Act.RELEASE, FIRST, version, words, [there])
    assert digest != digest_of_motion(Act.RELEASE, FIRST, version, words, [here, there])
    assert digest != digest_of_motion(Act.KEEP_BACK, FIRST, version, words, [here])
    same = digest == digest_of_motion(Act.RELEASE, FIRST, version, other, [here])
    assert same is (words == other)
