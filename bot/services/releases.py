"""A releaser of the originating side lets a waiting advisory go, or keeps it back."""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory, AdvisoryState, Route, RouteState
from bot.domain.officials import Official, Role
from bot.domain.rights import Act, Matter
from bot.services.access import require_part, require_right
from bot.services.cards import copies_on
from bot.services.issuing import refresh_cards
from bot.services.revisions import first_copies, send_revision, tell_acknowledgers
from bot.storage.unit_of_work import UnitOfWork


def release_advisory(
    uow: UnitOfWork, actor: Official, number: str, revision: int | None = None
) -> Advisory:
    """Queues the advisory for every destination where it waits; others stay as they are.

    `revision` is the one the releaser has read; raises AdvisoryChanged when it is another by now,
    and ReleaseByAuthor for one's own.
    """
    advisory = _awaiting(uow, actor, number, Act.RELEASE)
    if advisory.author_id == actor.id:
        raise errors.ReleaseByAuthor(number=advisory.number)
    if revision is not None and revision != advisory.revision:
        raise errors.AdvisoryChanged(number=advisory.number)
    for route in _waiting(uow, advisory):
        uow.advisories.put_route(
            advisory.id, route.link_id, RouteState.QUEUED, actor.id, uow.now, advisory.revision
        )
        link = uow.links.get(route.link_id)
        send_revision(uow, advisory, link, before=route.revision)
    if advisory.revision > 1:
        tell_acknowledgers(uow, advisory, "advisories.revised_note")
    uow.audit.record(actor, "advisory.release", advisory.number, label=advisory.label)
    refresh_cards(uow, advisory)
    uow.homes.mark(one.id for one in uow.officials.of(actor.government, Role.RELEASER))
    return advisory


def keep_back_advisory(uow: UnitOfWork, actor: Official, number: str) -> Advisory:
    """Decides that the advisory does not go where it waits."""
    advisory = _awaiting(uow, actor, number, Act.KEEP_BACK)
    for route in _waiting(uow, advisory):
        copies = copies_on(uow, advisory, route.link_id)
        stays = any(copy.slack_ts or copy.may_stand for copy in copies)
        # Readers who have an earlier revision keep it: only the new text is kept back.
        # Nobody has released what stays: a part of it that never arrived must not follow now.
        state = RouteState.QUEUED if stays else RouteState.KEPT_BACK
        by = None if stays else actor.id
        uow.advisories.put_route(advisory.id, route.link_id, state, by, uow.now)
    uow.audit.record(actor, "advisory.keep_back", advisory.number)
    refresh_cards(uow, advisory)
    uow.homes.mark(one.id for one in uow.officials.of(actor.government, Role.RELEASER))
    return advisory


def _awaiting(uow: UnitOfWork, actor: Official, number: str, act: Act) -> Advisory:
    require_part(uow, actor, act)
    advisory = uow.advisories.by_number(number.strip().upper())
    if advisory is None or advisory.government != actor.government:
        raise errors.AdvisoryNotFound(number=number)
    if not _waiting(uow, advisory):
        raise errors.AdvisoryNotAwaiting(number=advisory.number)
    require_right(uow, actor, act, Matter(label=advisory.label, state=advisory.state))
    return advisory


def _waiting(uow: UnitOfWork, advisory: Advisory) -> list[Route]:
    if not advisory.is_out:
        return []
    routes = uow.advisories.routes(advisory.id)
    waiting = [route for route in routes if route.state is RouteState.AWAITING]
    if advisory.state is AdvisoryState.ISSUED:
        return waiting
    # Of a superseded one only a newer text of what readers already have may still go.
    return [route for route in waiting if first_copies(uow, advisory, route.link_id)]
