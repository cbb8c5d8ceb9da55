"""Both sides agree before anything flows, and either may stop it."""

import pytest

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import Direction, Link, LinkState, Mode
from bot.domain.officials import Role
from bot.services import links
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

HERE, THERE = cast.view(cast.TOKYO, cast.TOKYO_ADV), cast.view(cast.CANBERRA, cast.CANBERRA_ADV)


def notices(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(change, channel) of every notice promised, in order."""
    rows = uow.connection.execute(
        outbox.select().where(outbox.c.kind == "link.notice").order_by(outbox.c.id)
    )
    return [(row.facts["change"], row.channel) for row in rows]


def test_a_proposal_waits_for_the_other_side(uow: UnitOfWork) -> None:
    link = cast.propose(uow)
    assert (link.state, link.near.agency, link.to_agency) == (LinkState.PROPOSED, "MOFA", "ASD")
    assert link.code.startswith("LNK-")
    assert len(link.code) == 8
    assert uow.links.live_at(cast.TOKYO, cast.TOKYO_ADV) == ()


def test_an_accepted_link_joins_both_channels_and_names_who_reads(uow: UnitOfWork) -> None:
    link = cast.join(uow)
    links.announce_active(uow, cast.the(uow, "WALSH"), link, (HERE, THERE))
    assert link.state is LinkState.ACTIVE
    assert uow.links.live_at(cast.CANBERRA, cast.CANBERRA_ADV) == (link,)
    assert notices(uow) == [("active", cast.CANBERRA_ADV), ("active", cast.TOKYO_ADV)]
    rows = uow.connection.execute(outbox.select().where(outbox.c.kind == "link.notice"))
    assert all(row.facts["readers"] == ["One", "Two"] for row in rows)


@pytest.mark.parametrize("name", ["TANAKA", "SUZUKI", "ITO"])
def test_only_a_liaison_touches_links(uow: UnitOfWork, name: str) -> None:
    actor, code = cast.the(uow, name), cast.join(uow).code
    to, terms = cast.agency(uow, "ASD"), cast.terms()
    verbs = [
        lambda: links.propose_link(uow, actor, HERE, to, terms),
        lambda: links.accept_link(uow, actor, code, HERE),
        lambda: links.decline_link(uow, actor, code),
        lambda: links.pause_link(uow, actor, code),
        lambda: links.resume_link(uow, actor, code),
        lambda: links.cut_link(uow, actor, code),
        lambda: links.amend_link(uow, actor, code, terms),
    ]
    for verb in verbs:
        with pytest.raises(errors.RoleMissing):
            verb()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"is_direct": True}, errors.ChannelIsPrivateTalk),
        ({"is_member": False}, errors.BotNotInChannel),
        ({"is_shared": True}, errors.ChannelShared),
    ],
)
def test_not_every_channel_can_be_linked(
    uow: UnitOfWork, changed: dict[str, bool], refusal: type[errors.BotError]
) -> None:
    code = cast.propose(uow).code
    bad = cast.view(cast.CANBERRA, cast.CANBERRA_ADV, **changed)
    with pytest.raises(refusal):
        links.accept_link(uow, cast.the(uow, "WALSH"), code, bad)
    to = cast.agency(uow, "MOFA")
    with pytest.raises(refusal):
        links.propose_link(uow, cast.the(uow, "WALSH"), bad, to, cast.terms())


def test_a_link_to_ones_own_government_is_refused(uow: UnitOfWork) -> None:
    with pytest.raises(errors.LinkToSameGovernment):
        links.propose_link(uow, cast.the(uow, "SATO"), HERE, cast.agency(uow, "NPA"), cast.terms())
    link = cast.propose(uow)
    elsewhere = cast.view(cast.TOKYO, cast.TOKYO_DLG)
    with pytest.raises(errors.LinkToSameGovernment):
        links.accept_link(uow, cast.the(uow, "SATO"), link.code, elsewhere)
    with pytest.raises(errors.LinkToItself):
        links.accept_link(uow, cast.the(uow, "SATO"), link.code, HERE)


@pytest.mark.parametrize("ceiling", [Label.RED, Label.AMBER_STRICT])
def test_a_ceiling_above_what_is_ever_relayed_is_refused(uow: UnitOfWork, ceiling: Label) -> None:
    with pytest.raises(errors.LabelRefused):
        cast.propose(uow, ceiling=ceiling)
    link = cast.join(uow)
    with pytest.raises(errors.LabelRefused):
        links.amend_link(uow, cast.the(uow, "SATO"), link.code, cast.terms(ceiling=ceiling))


@pytest.mark.parametrize(
    ("first", "second", "both_fit"),
    [
        (Direction.BOTH, Direction.BOTH, False),
        (Direction.OUT, Direction.BOTH, False),
        (Direction.OUT, Direction.OUT, False),
        (Direction.OUT, Direction.IN, True),
    ],
)
def test_an_ordered_pair_of_channels_has_one_link(
    uow: UnitOfWork, first: Direction, second: Direction, both_fit: bool
) -> None:
    held = cast.join(uow, direction=first)
    if both_fit:
        cast.join(uow, direction=second)
        return
    with pytest.raises(errors.LinkExists) as refusal:
        cast.join(uow, direction=second)
    assert refusal.value.parameters == {"code": held.code}


def test_a_cut_link_makes_room_for_another(uow: UnitOfWork) -> None:
    links.cut_link(uow, cast.the(uow, "WALSH"), cast.join(uow).code)
    assert cast.join(uow).state is LinkState.ACTIVE


def test_a_channel_may_have_many_links(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.join(uow, far_channel=cast.CANBERRA_DLG)
    assert len(uow.links.live_at(cast.TOKYO, cast.TOKYO_ADV)) == 2


def test_new_terms_hold_once_both_sides_agree(uow: UnitOfWork) -> None:
    code, before = cast.join(uow).code, cast.terms()
    wanted = cast.terms("ioc", ceiling=Label.AMBER, mode=Mode.MANUAL)
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    assert links.amend_link(uow, sato, code, wanted).terms == before
    with pytest.raises(errors.OwnSideOnly):
        links.accept_link(uow, sato, code, HERE)
    assert links.accept_link(uow, walsh, code, THERE).terms == wanted
    assert [change for change, _ in notices(uow)] == ["terms_proposed"] * 2 + ["terms_agreed"] * 2


def test_new_terms_may_be_declined_by_either_side(uow: UnitOfWork) -> None:
    code = cast.join(uow).code
    for name in ("SATO", "WALSH"):
        links.amend_link(uow, cast.the(uow, "SATO"), code, cast.terms("ioc"))
        left = links.decline_link(uow, cast.the(uow, name), code)
        assert (left.pending, left.terms) == (None, cast.terms())
    with pytest.raises(errors.LinkNotProposed):
        links.decline_link(uow, cast.the(uow, "WALSH"), code)


def test_new_terms_that_would_take_anothers_pair_are_refused(uow: UnitOfWork) -> None:
    out = cast.join(uow, direction=Direction.OUT)
    back = cast.join(uow, direction=Direction.IN)
    links.amend_link(uow, cast.the(uow, "SATO"), out.code, cast.terms())
    with pytest.raises(errors.LinkExists) as refusal:
        links.accept_link(uow, cast.the(uow, "WALSH"), out.code, THERE)
    assert refusal.value.parameters == {"code": back.code}


def test_a_pause_is_taken_back_by_the_side_that_made_it(uow: UnitOfWork) -> None:
    code = cast.join(uow).code
    sato, walsh = cast.the(uow, "SATO"), cast.the(uow, "WALSH")
    links.pause_link(uow, walsh, code)
    with pytest.raises(errors.LinkNotActive):
        links.pause_link(uow, walsh, code)
    with pytest.raises(errors.OwnSideOnly):
        links.resume_link(uow, sato, code)
    links.pause_link(uow, sato, code)
    assert links.resume_link(uow, walsh, code).state is LinkState.PAUSED
    assert links.resume_link(uow, sato, code).state is LinkState.ACTIVE
    with pytest.raises(errors.LinkNotPaused):
        links.resume_link(uow, sato, code)


def test_what_has_ended_stays_so(uow: UnitOfWork) -> None:
    walsh = cast.the(uow, "WALSH")
    cut = links.cut_link(uow, walsh, cast.join(uow).code)
    declined = links.decline_link(uow, walsh, cast.propose(uow).code)
    for link in (cut, declined):
        for verb in (links.pause_link, links.resume_link, links.cut_link):
            with pytest.raises(errors.LinkIsCut):
                verb(uow, walsh, link.code)
        with pytest.raises(errors.LinkNotProposed):
            links.accept_link(uow, walsh, link.code, THERE)


def test_codes_are_found_however_they_are_typed(uow: UnitOfWork) -> None:
    code = cast.propose(uow).code
    assert links.find_link(uow, f" {code.lower()} ").code == code
    with pytest.raises(errors.LinkNotFound):
        links.find_link(uow, "LNK-0000")


def test_links_are_joint_and_ended_ones_come_last(uow: UnitOfWork) -> None:
    ended = links.cut_link(uow, cast.the(uow, "WALSH"), cast.join(uow).code)
    live, proposed = cast.join(uow), cast.propose(uow)
    declined = links.decline_link(uow, cast.the(uow, "WALSH"), cast.propose(uow).code)

    def seen(name: str) -> list[str]:
        return [one.code for one in links.list_links(uow, cast.the(uow, name))]

    assert seen("ITO") == [proposed.code, live.code, declined.code, ended.code]
    assert seen("KHAN") == [proposed.code, live.code, ended.code]


PREVIEWS = {
    "#advisory [TLP:GREEN] x": "queued",
    "#advisory [TLP:AMBER] x": "above_ceiling",
    "#advisory x": "unlabelled",
    "#advisory [TLP:RED] x": "label_refused",
    "#advisory [TLP:GREEN]\nPROTECTED\nx": "marking",
    "#news [TLP:GREEN] x": "no_tag",
    "＃Ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】": "queued",
}


@pytest.mark.parametrize("text", PREVIEWS)
def test_a_dry_run_says_what_would_happen_and_does_nothing(uow: UnitOfWork, text: str) -> None:
    cast.join(uow)
    before = _count(uow)
    found = links.preview_relay(uow, cast.the(uow, "ITO"), cast.TOKYO, cast.TOKYO_ADV, text)
    assert [outcome for *_, outcome in found.routes] == [PREVIEWS[text]]
    assert _count(uow) == before


@pytest.mark.parametrize("text", PREVIEWS)
def test_a_dry_run_says_what_then_does_happen(uow: UnitOfWork, text: str) -> None:
    cast.join(uow)
    outcome = cast.post(uow, "SATO", text)
    expected = {
        "queued": "issued",
        "above_ceiling": "issued",
        "unlabelled": "held",
        "label_refused": "refused",
        "marking": "refused",
        "no_tag": "left_alone",
    }
    assert outcome.value == expected[PREVIEWS[text]]
    if outcome.value == "issued":
        assert cast.routes(uow) == [PREVIEWS[text]]


@pytest.mark.parametrize(
    ("about", "outcome"),
    [
        ({"mode": Mode.MANUAL}, "awaiting"),
        ({"direction": Direction.IN}, "not_this_way"),
        ({"ceiling": Label.CLEAR}, "above_ceiling"),
    ],
)
def test_a_dry_run_heeds_the_terms(uow: UnitOfWork, about: dict[str, object], outcome: str) -> None:
    cast.join(uow, **about)
    text = "#advisory [TLP:GREEN] x"
    found = links.preview_relay(uow, cast.the(uow, "ITO"), cast.TOKYO, cast.TOKYO_ADV, text)
    assert [one for *_, one in found.routes] == [outcome]


def test_a_dry_run_over_a_paused_link(uow: UnitOfWork) -> None:
    links.pause_link(uow, cast.the(uow, "WALSH"), cast.join(uow).code)
    text = "#advisory [TLP:GREEN] x"
    found = links.preview_relay(uow, cast.the(uow, "ITO"), cast.TOKYO, cast.TOKYO_ADV, text)
    assert [one for *_, one in found.routes] == ["paused"]


def test_every_decision_about_a_link_is_written_down(uow: UnitOfWork) -> None:
    code, sato = cast.join(uow).code, cast.the(uow, "SATO")
    links.pause_link(uow, sato, code)
    links.resume_link(uow, sato, code)
    links.cut_link(uow, sato, code)
    assert cast.decisions(uow) == [
        "link.propose",
        "link.accept",
        "link.paused",
        "link.resumed",
        "link.cut",
    ]


def test_a_link_comes_back_from_the_database_as_it_was(uow: UnitOfWork) -> None:
    link: Link = cast.join(uow, "ioc", ceiling=Label.AMBER, mode=Mode.MANUAL)
    assert uow.links.by_code(link.code) == uow.links.get(link.id) == link
    assert cast.the(uow, "SATO").has(Role.LIAISON)


def _count(uow: UnitOfWork) -> int:
    return len(uow.connection.execute(outbox.select()).all())
