"""What is shown of a captured line, looked up anew in the transaction that claims the delivery."""

from __future__ import annotations

from dataclasses import dataclass

from bot import errors
from bot.domain.captures import Capture, CaptureState
from bot.domain.deliveries import Delivery
from bot.domain.due import DueReading
from bot.domain.officials import Government, Official
from bot.services.action_composers import owner_facts
from bot.services.action_facts import OwnerFacts
from bot.services.capture_cards import numbers_of
from bot.services.captured_words import day_of, owners_of
from bot.services.composing import Composers, side_of
from bot.services.facts import Facts
from bot.services.kinds import CAPTURE_CARD, CAPTURE_SUGGESTION, Withheld
from bot.services.owners import NOBODY, OwnersRead
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class CaptureFacts(Facts):
    """A captured line as its notetakers see it.

    `owners` is None where the words for them cannot be read, `due` where no day is named; `items`:
    the numbers of what stands on the record already.
    """

    side: Government
    capture: Capture
    owners: tuple[OwnerFacts, ...] | None
    each_side: bool
    due: DueReading | None
    items: tuple[str, ...]
    in_private: bool = False


def _card(uow: UnitOfWork, delivery: Delivery) -> CaptureFacts:
    capture = _own(uow, delivery)
    if capture.state is CaptureState.REFUSED and delivery.target is None:
        raise Withheld("refused")
    return capture_facts(uow, capture)


def _suggestion(uow: UnitOfWork, delivery: Delivery) -> CaptureFacts:
    capture = _own(uow, delivery)
    if capture.state is not CaptureState.SUGGESTED:
        raise Withheld("decided")
    return capture_facts(uow, capture, in_private=True)


def capture_facts(uow: UnitOfWork, capture: Capture, *, in_private: bool = False) -> CaptureFacts:
    """A captured line with what its words come to."""
    noted_by = uow.officials.get(capture.noted_by)
    read = _owners(uow, noted_by, capture)
    return CaptureFacts(
        side=capture.government,
        capture=capture,
        owners=tuple(owner_facts(uow, one) for one in read.owners) if read else None,
        each_side=bool(read and read.each_side),
        due=day_of(uow, capture, read or NOBODY),
        items=numbers_of(uow, capture),
        in_private=in_private,
    )


def _owners(uow: UnitOfWork, noted_by: Official, capture: Capture) -> OwnersRead | None:
    try:
        return owners_of(uow, noted_by, capture)
    except errors.NotUnderstood:
        return None


def _own(uow: UnitOfWork, delivery: Delivery) -> Capture:
    capture = uow.captures.get(int(str(delivery.facts["capture"])))
    if capture.government is not side_of(uow, delivery):
        raise Withheld("policy")
    return capture


COMPOSERS: Composers = {CAPTURE_CARD: _card, CAPTURE_SUGGESTION: _suggestion}
