"""What the originating side is shown of its own advisory: status, release and held cards."""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState
from bot.domain.deliveries import Delivery
from bot.domain.rights import Act, Matter
from bot.services import releases
from bot.services.approvals import who_counts
from bot.services.cards import agencies_expected, agency_of, names_in, route_facts, status_of
from bot.services.composing import Composers, required
from bot.services.facts import HeldFacts, ReleaseFacts, StatusFacts
from bot.services.file_composers import file_lines, files_to_release
from bot.services.issuing import ask_releasers, may_decide_in
from bot.services.kinds import HELD, RELEASE, STATUS, Withheld, parts_of
from bot.storage.unit_of_work import UnitOfWork


def _status(uow: UnitOfWork, delivery: Delivery) -> StatusFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    routes, receipts = status_of(uow, advisory)
    return StatusFacts(
        side=advisory.government,
        number=advisory.number,
        label=advisory.label,
        routes=routes,
        receipts=receipts,
        agencies_expected=len(agencies_expected(uow, advisory)),
        files=file_lines(uow, advisory),
        revision=advisory.revision,
        state=advisory.state.value,
        reason=advisory.reason,
        superseded_by=advisory.superseded_by,
    )


def _release(uow: UnitOfWork, delivery: Delivery) -> ReleaseFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
    if advisory.label is None:
        raise Withheld("not_issued")
    if is_in_channel(uow, delivery) and not may_decide_in(uow, delivery.team, delivery.channel):
        if delivery.target is None:
            ask_releasers(uow, advisory)
        raise Withheld("admin_channel_unfit")
    motion = uow.approvals.shown_on(Act.RELEASE, advisory.number)
    parts = parts_of(advisory.body)
    part = int(str(delivery.facts.get("part", 1)))
    if delivery.target is None and (motion is None or not _may_be_asked(uow, delivery, advisory)):
        raise Withheld("nothing_to_release")
    values = releases.button_values(uow, advisory, delivery.team)
    counting = who_counts(uow, motion, policy.RELEASE_QUORUM) if motion else ()
    return ReleaseFacts(
        side=advisory.government,
        number=advisory.number,
        label=advisory.label,
        agency=agency_of(uow, advisory.agency),
        author=advisory.author_name,
        posted_at=advisory.posted_at,
        title=advisory.title,
        body=parts[part - 1] if part <= len(parts) else "",
        part=part,
        parts=max(part, len(parts)),
        revision=advisory.revision,
        names=names_in(uow, advisory.team, advisory.title + advisory.body),
        destinations=tuple(
            route_facts(uow, advisory, route) for route in uow.advisories.routes(advisory.id)
        ),
        decided=motion is None,
        in_channel=is_in_channel(uow, delivery),
        approved_by=tuple(one.name for one in counting),
        needed=policy.RELEASE_QUORUM.people,
        expires_at=motion.expires_at if motion else None,
        release_value=values[0] if values else "",
        keep_back_value=values[1] if values else "",
        files=files_to_release(uow, advisory),
        releasable=advisory.releasable,
    )


def _may_be_asked(uow: UnitOfWork, delivery: Delivery, advisory: Advisory) -> bool:
    """Whoever reads in the admin channel is of the side; a direct message goes to a releaser."""
    if delivery.user is None:
        return True
    reader = uow.officials.find(delivery.team, delivery.user)
    matter = Matter(label=advisory.label, state=advisory.state)
    return reader is not None and policy.may(reader, Act.RELEASE, matter)


def is_in_channel(uow: UnitOfWork, delivery: Delivery) -> bool:
    """Whether a card stands in a channel rather than in a direct message."""
    first = uow.outbox.get(delivery.target) if delivery.target else delivery
    return first.user is None


def _held(uow: UnitOfWork, delivery: Delivery) -> HeldFacts:
    advisory = uow.advisories.get(required(delivery.advisory_id))
    if advisory.state is not AdvisoryState.HELD:
        raise Withheld("no_longer_held")
    return HeldFacts(advisory.number, bool(delivery.facts.get("unknown_label")))


COMPOSERS: Composers = {STATUS: _status, RELEASE: _release, HELD: _held}
