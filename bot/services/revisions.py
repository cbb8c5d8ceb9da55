"""The originator changes an advisory that has left: every copy follows, and readers are told.

A label only ever tightens by an edit. Where an advisory had to wait for a releaser, its new text
waits again; readers keep the old one meanwhile, under the tighter label.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain import policy
from bot.domain.advisories import Advisory, Route, RouteState
from bot.domain.deliveries import URGENT, Method
from bot.domain.labels import LabelReading, most_restrictive
from bot.domain.links import Link
from bot.domain.officials import Official
from bot.domain.releasability import Named, narrowed
from bot.domain.rights import Verdict
from bot.services.attachments import say_anew, take_away
from bot.services.cards import first_copies, has_left, refresh_copies
from bot.services.issuing import ask_releasers, queue_copies, refresh_cards
from bot.services.kinds import CHANGE, REPLY, SOURCE
from bot.services.notes import tell_directly
from bot.services.releasability import may_read
from bot.storage.unit_of_work import UnitOfWork


def revise_advisory(
    uow: UnitOfWork,
    advisory: Advisory,
    author: Official,
    body: str,
    reading: LabelReading,
    named: Named,
) -> Advisory:
    """Makes the edited text the next revision and sends it after every copy.

    By an edit a label only tightens, and an advisory is never for more agencies than before.
    """
    labels = [label for label in (advisory.label, reading.label) if label is not None]
    label = most_restrictive(labels)
    if label is None:
        return advisory
    named = narrowed(advisory.releasable, named)
    revised = replace(advisory.revise(label, body, uow.now), releasable=named)
    return spread_revision(uow, advisory, revised, author, "advisory.revise")


def spread_revision(
    uow: UnitOfWork, advisory: Advisory, revised: Advisory, actor: Official, decision: str
) -> Advisory:
    """Stores the next revision of an advisory and lets it go where it may."""
    uow.advisories.keep_revision(advisory, uow.now)
    uow.advisories.save(revised)
    uow.audit.record(
        actor, decision, advisory.number, revision=revised.revision, label=revised.label
    )
    sent = [_revise_route(uow, revised, route) for route in uow.advisories.routes(advisory.id)]
    if any(sent):
        tell_acknowledgers(uow, revised, "advisories.revised_note")
    restricted = (revised.label, revised.releasable)
    if restricted != (advisory.label, advisory.releasable):
        refresh_thread(uow, revised)
        say_anew(uow, revised)
    ask_releasers(uow, revised)
    refresh_cards(uow, revised)
    for source in uow.outbox.of_advisory(advisory.id, SOURCE):
        uow.outbox.refresh(source)
    return revised


def note_change(
    uow: UnitOfWork,
    advisory: Advisory,
    change: str,
    *,
    before: int = 1,
    link_id: int | None = None,
) -> None:
    """Says in the thread of every delivered copy what changed."""
    for copy in first_copies(uow, advisory, link_id):
        uow.outbox.add(
            CHANGE,
            {"change": change, "revision": advisory.revision, "before": before},
            Method.POST,
            copy.team,
            copy.channel,
            thread_of=copy.id,
            advisory_id=advisory.id,
            link_id=copy.link_id,
            priority=URGENT,
            key=uow.delivery_keys.unused(CHANGE, copy.key, change, advisory.revision),
            doubted_since=uow.delivery_keys.doubted_since(advisory.posted_at),
        )


def tell_acknowledgers(uow: UnitOfWork, advisory: Advisory, key: str) -> None:
    """Whoever acknowledged what is no longer so learns of it directly, while it is for them."""
    for receipt in uow.advisories.receipts(advisory.id):
        official = uow.officials.get(receipt.official_id)
        is_official = uow.officials.find(official.team, official.user) is not None
        if is_official and may_read(advisory, official):
            tell_directly(uow, official, key, number=advisory.number, revision=advisory.revision)


def send_revision(
    uow: UnitOfWork, advisory: Advisory, link: Link, before: int, change: str = "revised"
) -> None:
    """Lets the newest revision reach the copies of one link."""
    queue_copies(uow, advisory, link)
    refresh_copies(uow, advisory.id, link.id, URGENT)
    note_change(uow, advisory, change, before=before, link_id=link.id)


def refresh_thread(uow: UnitOfWork, advisory: Advisory, link_id: int | None = None) -> None:
    """Change notes and mirrored replies follow the label, or lose the text they quote."""
    for said in uow.outbox.of_advisory(advisory.id, CHANGE, REPLY):
        if link_id in (None, said.link_id):
            uow.outbox.refresh(said, URGENT)


def widen(uow: UnitOfWork, revised: Advisory) -> None:
    """Links it was too restricted for carry it now, by their own rules.

    Where it was taken back it comes back in the same place, under the same rules.
    """
    for route in uow.advisories.routes(revised.id):
        link = uow.links.get(route.link_id)
        state = policy.first_state(revised, link)
        if route.state is RouteState.TOO_RESTRICTED:
            uow.advisories.put_route(revised.id, link.id, state, revision=revised.revision)
            if state is RouteState.QUEUED:
                queue_copies(uow, revised, link)
        elif route.state is RouteState.RECALLED and state is RouteState.QUEUED:
            uow.advisories.put_route(revised.id, link.id, state, revision=revised.revision)
            send_revision(uow, revised, link, before=route.revision)
        elif route.state is RouteState.RECALLED and state is RouteState.AWAITING:
            uow.advisories.put_route(revised.id, link.id, state)
    ask_releasers(uow, revised)


def _revise_route(uow: UnitOfWork, revised: Advisory, route: Route) -> bool:
    """What becomes of the new text on one link; whether readers get it now."""
    link = uow.links.get(route.link_id)
    if not _has_readers(uow, revised, route):
        return False
    if policy.barrier(revised, link) is not None:
        if not has_left(uow, revised, link.id):
            uow.advisories.put_route(revised.id, link.id, RouteState.TOO_RESTRICTED)
            return False
        uow.advisories.put_route(revised.id, link.id, RouteState.RECALLED, at=uow.now)
        refresh_copies(uow, revised.id, link.id, URGENT)
        take_away(uow, revised, link.id)
        refresh_thread(uow, revised, link.id)
        note_change(uow, revised, "recalled", link_id=link.id)
        return False
    if not policy.carries(revised, link):
        # Readers keep the text they have, under the tighter label if it was tightened.
        refresh_copies(uow, revised.id, link.id, URGENT)
        return False
    if policy.update_of(revised, link) is not Verdict.ALLOW:
        uow.advisories.put_route(revised.id, link.id, RouteState.AWAITING)
        refresh_copies(uow, revised.id, link.id, URGENT)
        return False
    uow.advisories.put_route(revised.id, link.id, RouteState.QUEUED, revision=revised.revision)
    send_revision(uow, revised, link, before=route.revision)
    return True


def _has_readers(uow: UnitOfWork, advisory: Advisory, route: Route) -> bool:
    """Whether a text is on its way along the link, or stands at its end already."""
    if route.state in (RouteState.QUEUED, RouteState.AWAITING):
        return True
    return route.state is not RouteState.RECALLED and bool(
        first_copies(uow, advisory, route.link_id)
    )
