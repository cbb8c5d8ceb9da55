"""Two releasers of the originating side let a waiting advisory go; one of them keeps it back."""

from __future__ import annotations

from dataclasses import dataclass

from bot import errors
from bot.domain.advisories import Advisory, Route, RouteState
from bot.domain.approvals import Motion, is_met
from bot.domain.officials import Official, Role
from bot.domain.rights import Act, Matter
from bot.services.access import require_part, require_right
from bot.services.approvals import (
    approve,
    carry_motion,
    open_button,
    seal_button,
    who_counts,
)
from bot.services.awaiting import (
    ask_anew,
    follow_advisory,
    is_current,
    quorum_for,
    waiting_routes,
)
from bot.services.cards import copies_on
from bot.services.issuing import refresh_cards
from bot.services.revisions import send_revision, tell_acknowledgers
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Approval:
    """What came of somebody's approval: whose words count now, and how many more are wanted."""

    number: str
    by: tuple[str, ...]
    lacking: int


def release_advisory(
    uow: UnitOfWork,
    actor: Official,
    number: str,
    revision: int | None = None,
    digest: str = "",
) -> Approval:
    """Puts the actor's name to the release; with enough names it is queued wherever it waits.

    `revision` is the one the releaser has read on a card, `digest` how that of everything it showed
    begins. Raises AdvisoryChanged when it is another by now, ReleaseByAuthor for one's own,
    ApprovedAlready and ApprovedByYourOtherAccount for a second approval of one person,
    ApprovalExpired by a card that is too old. Typed without a revision, a motion that has expired
    is asked anew, with this as its first approval.
    """
    advisory = _awaiting(uow, actor, number, Act.RELEASE)
    if revision is not None and revision != advisory.revision:
        raise errors.AdvisoryChanged(number=advisory.number)
    motion = _motion(uow, advisory, renew=revision is None)
    if not motion.digest.startswith(digest):
        raise errors.AdvisoryChanged(number=advisory.number)
    _, lacking = _count(uow, advisory, motion)
    approved = approve(uow, actor, motion, enough=not lacking)
    names = _let_go(uow, actor, advisory, approved)
    refresh_cards(uow, advisory)
    uow.homes.mark(one.id for one in uow.officials.of(actor.government, Role.RELEASER))
    return names


def release_by_button(uow: UnitOfWork, actor: Official, value: str, team: str) -> Approval:
    """The same by a card's button, which was sealed for that text in that workspace."""
    card = open_button(uow, Act.RELEASE, value, team)
    return release_advisory(uow, actor, card.subject, card.version, card.digest)


def keep_back_by_button(uow: UnitOfWork, actor: Official, value: str, team: str) -> Advisory:
    """Keeping back by a card's button, which was sealed for that text in that workspace."""
    return keep_back_advisory(uow, actor, open_button(uow, Act.KEEP_BACK, value, team).subject)


def button_values(uow: UnitOfWork, advisory: Advisory, team: str) -> tuple[str, str] | None:
    """What the two buttons of a card carry; None when nothing waits to be decided."""
    motion = uow.approvals.shown_on(Act.RELEASE, advisory.number)
    if motion is None:
        return None
    return (
        seal_button(uow, motion, Act.RELEASE, team),
        seal_button(uow, motion, Act.KEEP_BACK, team),
    )


def keep_back_advisory(uow: UnitOfWork, actor: Official, number: str) -> Advisory:
    """Decides that the advisory does not go where it waits."""
    advisory = _awaiting(uow, actor, number, Act.KEEP_BACK)
    for route in waiting_routes(uow, advisory):
        copies = copies_on(uow, advisory, route.link_id)
        stays = any(copy.slack_ts or copy.may_stand for copy in copies)
        # Readers who have an earlier revision keep it: only the new text is kept back.
        # Nobody has released what stays: a part of it that never arrived must not follow now.
        state = RouteState.QUEUED if stays else RouteState.KEPT_BACK
        by = None if stays else actor.id
        uow.advisories.put_route(advisory.id, route.link_id, state, by, uow.now)
    uow.audit.record(actor, "advisory.keep_back", advisory.number)
    refresh_cards(uow, advisory, "kept_back")
    uow.homes.mark(one.id for one in uow.officials.of(actor.government, Role.RELEASER))
    return advisory


def _motion(uow: UnitOfWork, advisory: Advisory, *, renew: bool) -> Motion:
    """The motion that is open on what waits; raises AdvisoryChanged when it is not."""
    motion = uow.approvals.open_on(Act.RELEASE, advisory.number)
    if motion is not None and renew and motion.has_expired(uow.now):
        motion = ask_anew(uow, advisory, motion)
    if motion is None:
        motion = follow_advisory(uow, advisory, "changed")
    if motion is None or not is_current(uow, advisory, motion):
        raise errors.AdvisoryChanged(number=advisory.number)
    return motion


def _let_go(uow: UnitOfWork, actor: Official, advisory: Advisory, motion: Motion) -> Approval:
    """Queues what enough people have approved by now."""
    counting, lacking = _count(uow, advisory, motion)
    names = tuple(one.name for one in counting)
    if lacking:
        return Approval(advisory.number, names, lacking)
    waiting = waiting_routes(uow, advisory)
    carry_motion(uow, motion)
    for route in waiting:
        _queue(uow, actor, advisory, route)
    if advisory.revision > 1:
        tell_acknowledgers(uow, advisory, "advisories.revised_note")
    uow.audit.record(
        actor,
        "advisory.release",
        advisory.number,
        label=advisory.label,
        digest=motion.digest,
        approved_by=[f"{one.team}/{one.user}" for one in counting],
    )
    return Approval(advisory.number, names, 0)


def _count(uow: UnitOfWork, advisory: Advisory, motion: Motion) -> tuple[tuple[Official, ...], int]:
    """Whose approval counts now, and how many more are wanted wherever it waits."""
    waiting = waiting_routes(uow, advisory)
    quorums = [quorum_for(advisory, uow.links.get(route.link_id)) for route in waiting]
    counting = [who_counts(uow, motion, quorum) for quorum in quorums]
    lacking = max(
        0 if is_met(quorum, found) else max(quorum.people - len(found), 1)
        for quorum, found in zip(quorums, counting, strict=True)
    )
    return counting[0], lacking


def _queue(uow: UnitOfWork, actor: Official, advisory: Advisory, route: Route) -> None:
    uow.advisories.put_route(
        advisory.id, route.link_id, RouteState.QUEUED, actor.id, uow.now, advisory.revision
    )
    send_revision(uow, advisory, uow.links.get(route.link_id), before=route.revision)


def _awaiting(uow: UnitOfWork, actor: Official, number: str, act: Act) -> Advisory:
    require_part(uow, actor, act)
    advisory = uow.advisories.by_number(number.strip().upper())
    if advisory is None or advisory.government != actor.government:
        raise errors.AdvisoryNotFound(number=number)
    if not waiting_routes(uow, advisory):
        raise errors.AdvisoryNotAwaiting(number=advisory.number)
    require_right(uow, actor, act, Matter(label=advisory.label, state=advisory.state))
    return advisory
