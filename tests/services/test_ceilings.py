"""A ceiling for an agency's channels stands beside the terms of its links: the stricter counts."""

import pytest

from bot import errors
from bot.domain.labels import Label
from bot.domain.links import AgencyCeiling
from bot.domain.officials import Government
from bot.services import ceilings, links
from bot.storage.tables import outbox
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

GREEN, CLEAR = "#advisory [TLP:GREEN] patch now", "#advisory [TLP:CLEAR] patch now"


def limit(uow: UnitOfWork, agency: str, label: Label, by: str = "SATO") -> AgencyCeiling:
    return ceilings.set_ceiling(uow, cast.the(uow, by), cast.agency(uow, agency), label)


def lift(uow: UnitOfWork, agency: str, by: str = "SATO") -> AgencyCeiling:
    return ceilings.lift_ceiling(uow, cast.the(uow, by), cast.agency(uow, agency))


def notices(uow: UnitOfWork) -> list[tuple[str, str]]:
    rows = uow.connection.execute(outbox.select().where(outbox.c.kind == "link.notice"))
    return [(row.facts["change"], row.channel) for row in rows]


@pytest.mark.parametrize("by", ["SATO", "WALSH"])
@pytest.mark.parametrize("agency", ["ASD", "MOFA"])
@pytest.mark.parametrize("author", ["TANAKA", "NGUYEN"])
def test_either_side_limits_what_passes_either_way_for_an_agency_at_either_end(
    uow: UnitOfWork, by: str, agency: str, author: str
) -> None:
    cast.join(uow, ceiling=Label.AMBER)
    limit(uow, agency, Label.CLEAR, by)
    cast.post(uow, author, GREEN)
    assert cast.routes(uow) == ["above_ceiling"]


def test_what_is_below_it_passes_and_other_agencies_are_not_concerned(uow: UnitOfWork) -> None:
    cast.join(uow)
    limit(uow, "ASD", Label.CLEAR)
    limit(uow, "AFP", Label.CLEAR)
    cast.post(uow, "TANAKA", CLEAR)
    lift(uow, "ASD")
    cast.post(uow, "TANAKA", GREEN, ts="1789600001.000001")
    assert [cast.routes(uow, f"ADV-2026-000{n}") for n in (1, 2)] == [["queued"], ["queued"]]


def test_it_never_widens_the_terms_of_a_link(uow: UnitOfWork) -> None:
    link = cast.join(uow, ceiling=Label.CLEAR)
    limit(uow, "ASD", Label.AMBER)
    assert uow.links.get(link.id).ceiling is Label.CLEAR


def test_each_side_lifts_its_own_alone(uow: UnitOfWork) -> None:
    link = cast.join(uow, ceiling=Label.AMBER)
    limit(uow, "ASD", Label.CLEAR, "SATO")
    limit(uow, "ASD", Label.GREEN, "WALSH")
    assert uow.links.get(link.id).ceiling is Label.CLEAR
    lift(uow, "ASD", "SATO")
    with pytest.raises(errors.CeilingNotFound):
        lift(uow, "ASD", "SATO")
    assert uow.ceilings.all == (AgencyCeiling(Government.AU, "ASD", Label.GREEN),)
    assert uow.links.get(link.id).ceiling is Label.GREEN


def test_set_again_it_takes_the_place_of_the_one_before(uow: UnitOfWork) -> None:
    limit(uow, "ASD", Label.CLEAR)
    limit(uow, "ASD", Label.GREEN)
    assert uow.ceilings.all == (AgencyCeiling(Government.JP, "ASD", Label.GREEN),)


@pytest.mark.parametrize("name", ["TANAKA", "SUZUKI", "ITO"])
def test_only_an_administrator_sets_or_lifts_one(uow: UnitOfWork, name: str) -> None:
    limit(uow, "ASD", Label.GREEN)
    for act in (lambda: limit(uow, "ASD", Label.CLEAR, name), lambda: lift(uow, "ASD", name)):
        with pytest.raises(errors.RoleMissing):
            act()


@pytest.mark.parametrize("label", [Label.RED, Label.AMBER_STRICT])
def test_what_never_passes_needs_no_ceiling(uow: UnitOfWork, label: Label) -> None:
    with pytest.raises(errors.LabelRefused):
        limit(uow, "ASD", label)
    assert uow.ceilings.all == ()


def test_the_channels_concerned_hear_of_it_and_the_log_has_it(uow: UnitOfWork) -> None:
    cast.join(uow)
    limit(uow, "ASD", Label.CLEAR)
    lift(uow, "ASD")
    limit(uow, "AFP", Label.CLEAR)
    both = (cast.TOKYO_ADV, cast.CANBERRA_ADV)
    changes = ("ceiling_set", "ceiling_lifted")
    assert notices(uow) == [(change, channel) for change in changes for channel in both]
    said = [(one.action, one.subject) for one in uow.audit.newest(Government.JP, None, 3)]
    assert sorted(said) == [
        ("ceiling.lift", "ASD"),
        ("ceiling.set", "AFP"),
        ("ceiling.set", "ASD"),
    ]


def test_a_dry_run_says_so(uow: UnitOfWork) -> None:
    cast.join(uow)
    limit(uow, "ASD", Label.CLEAR)
    tanaka = cast.the(uow, "TANAKA")
    found = links.preview_relay(uow, tanaka, cast.TOKYO, cast.TOKYO_ADV, GREEN)
    assert [outcome for _, _, outcome in found.routes] == ["above_ceiling"]
