"""An official can ask where each delivery of an advisory of their side has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import errors
from bot.domain.deliveries import DeliveryState
from bot.services.outcomes import note_parked
from bot.services.whereabouts import CAUSES, cause_of, find_out
from bot.storage.unit_of_work import UnitOfWork
from bot.texts import catalog
from tests import cast

NUMBER = "ADV-2026-0001"
LEASE = timedelta(seconds=10)


@pytest.fixture
def issued(uow: UnitOfWork) -> UnitOfWork:
    cast.join(uow)
    cast.post(uow, "TANAKA", "#advisory [TLP:GREEN] Citrix")
    return uow


def test_what_waits_says_when_it_is_tried_next_and_why_it_failed(issued: UnitOfWork) -> None:
    claim = next(c for c in issued.outbox.claim(9, LEASE) if c.delivery.link_id)
    again = issued.now + timedelta(seconds=30)
    issued.outbox.retry(claim, again, "ratelimited", unknown=False)
    (view,) = find_out(issued, cast.the(issued, "ITO"), NUMBER.lower()).deliveries
    assert (view.state, view.attempts, view.at) == (DeliveryState.WAITING, 1, again)
    assert (view.cause, view.agency.code) == ("busy", "ASD")


def test_a_parked_copy_is_told_to_its_author_and_shown(issued: UnitOfWork) -> None:
    claim = next(c for c in issued.outbox.claim(9, LEASE) if c.delivery.link_id)
    issued.outbox.close(claim, DeliveryState.PARKED, "not_in_channel")
    note_parked(issued, claim.delivery, "not_in_channel")
    assert cast.told(issued, "TANAKA") == ["deliveries.parked_owner"]
    assert cast.told(issued, "WALSH") == ["deliveries.parked"]
    (view,) = find_out(issued, cast.the(issued, "TANAKA"), NUMBER).deliveries
    assert (view.state, view.cause) == (DeliveryState.PARKED, "no_access")


def test_a_parked_copy_of_a_feed_is_told_to_whoever_looks_after_it(uow: UnitOfWork) -> None:
    cast.join(uow)
    cast.post(uow, "FEED", "#advisory [TLP:GREEN] from a feed")
    claim = next(c for c in uow.outbox.claim(9, LEASE) if c.delivery.link_id)
    note_parked(uow, claim.delivery, "is_archived")
    assert "deliveries.parked_owner" in cast.told(uow, "SUZUKI")
    assert cast.told(uow, "FEED") == []


def test_an_update_still_to_be_made_is_shown_beside_what_it_changes(issued: UnitOfWork) -> None:
    cast.arrive(issued)
    advisory = issued.advisories.by_number(NUMBER)
    assert advisory is not None
    (copy,) = issued.outbox.of_advisory(advisory.id, "advisory.copy")
    issued.outbox.refresh(copy)
    views = find_out(issued, cast.the(issued, "TANAKA"), NUMBER).deliveries
    assert [(one.state.value, one.is_update) for one in views] == [
        ("delivered", False),
        ("waiting", True),
    ]


def test_the_other_side_learns_nothing_not_even_that_it_exists(issued: UnitOfWork) -> None:
    cast.arrive(issued)
    for number in (NUMBER, "ADV-2026-0999"):
        with pytest.raises(errors.AdvisoryNotFound):
            find_out(issued, cast.the(issued, "WALSH"), number)


def test_every_cause_has_words_and_none_is_shown_raw() -> None:
    words = catalog.load()
    for cause in (*CAUSES, "unclear"):
        assert words.has(f"deliveries.cause.{cause}")
    for state in DeliveryState:
        assert words.has(f"deliveries.state.{state.value}")
    assert cause_of("something_new_of_slack") == "unclear"
    assert cause_of(None) is None
