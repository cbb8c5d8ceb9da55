"""Sending an advisory on its way: decided link by link, queued, and shown on one status card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.domain.approvals import counted, is_met
from bot.domain.deliveries import BACKGROUND, ROUTINE, URGENT, DeliveryState, Method
from bot.domain.inert import plain
from bot.domain.labels import Label, read_label
from bot.domain.links import End, Link
from bot.domain.markings import Decision, screen_post
from bot.domain.officials import Official, Role
from bot.domain.releasability import narrowed
from bot.domain.rights import Act, Matter
from bot.services import recovery
from bot.services.access import require_right
from bot.services.attachments import queue_files
from bot.services.awaiting import follow_advisory, waiting_routes
from bot.services.cards import refresh_status
from bot.services.kinds import COPY, RELEASE, SOURCE, STATUS, parts_of
from bot.services.notes import tell_directly
from bot.services.numbers import number_advisory
from bot.services.releasability import stated, tell_unknown, typed
from bot.services.screening import require_not_below
from bot.storage.unit_of_work import UnitOfWork

# The tag that sends an advisory ahead of routine ones in its lane.
URGENT_TAGS = frozenset({"urgent", "至急", "緊急"})
# Why nobody may do that with an advisory, as it stands.
WRONG_STATE: Mapping[Act, type[errors.BotError]] = {
    Act.LABEL: errors.AdvisoryNotHeld,
    Act.DISCARD: errors.AdvisoryNotHeld,
    Act.WITHDRAW: errors.AdvisoryNotIssued,
    Act.SUPERSEDE: errors.AdvisoryNotIssued,
    Act.NARROW: errors.AdvisoryNotIssued,
    Act.RESTORE: errors.AdvisoryNotWithdrawn,
}


def issue_advisory(
    uow: UnitOfWork, advisory: Advisory, author: Official, links: tuple[Link, ...]
) -> None:
    """Decides a labelled advisory on every matching link, queues what may go, posts the card.

    What stands already, forgotten by a database that was put back, is not queued a second time.
    """
    states: dict[str, str] = {}
    is_withdrawn = False
    for link in links:
        state = recovery.state_as_found(uow, advisory, link, policy.first_state(advisory, link))
        states[link.code] = state.value
        uow.advisories.put_route(advisory.id, link.id, state, revision=advisory.revision)
        if state in (RouteState.QUEUED, RouteState.RECALLED):
            is_withdrawn |= recovery.WITHDRAWN in queue_copies(uow, advisory, link)
    uow.audit.record(author, "advisory.issue", advisory.number, label=advisory.label, routes=states)
    _post_status(uow, advisory)
    if is_withdrawn:
        recovery.withdraw_as_found(uow, advisory)
    else:
        ask_releasers(uow, advisory)


def label_advisory(uow: UnitOfWork, actor: Official, number: str, label: Label) -> Advisory:
    """The author, or a releaser of the side, names a held advisory's label and it goes out."""
    policy.require_relayable(label)
    advisory = own_advisory(uow, actor, number, Act.LABEL, label)
    require_not_below(uow, advisory, label)
    labelled = advisory.label_as(label)
    uow.advisories.save(labelled)
    uow.audit.record(actor, "advisory.label", number, label=label)
    links = matching_links(uow, labelled.team, labelled.channel, labelled.tags, labelled.posted_at)
    issue_advisory(uow, labelled, actor, links)
    return labelled


def discard_advisory(uow: UnitOfWork, actor: Official, number: str) -> Advisory:
    """The author lets a held advisory go; it never leaves."""
    discarded = own_advisory(uow, actor, number, Act.DISCARD).discard()
    uow.advisories.save(discarded)
    uow.audit.record(actor, "advisory.discard", number)
    return discarded


def open_advisory(
    uow: UnitOfWork,
    actor: Official,
    team: str,
    channel: str,
    title: str,
    text: str,
    tags: tuple[str, ...],
    label: Label,
    names: str = "",
) -> Advisory:
    """An advisory typed as a command: the bot shows it in its own channel, then relays it.

    It is for those in the list of `names`, and of these for those whom its text names. Raises
    UnknownAgency where one of the list is nobody's.
    """
    require_right(uow, actor, Act.POST)
    _require_clean(title, text, label)
    links = matching_links(uow, team, channel, tags)
    if not links:
        raise errors.ChannelNotLinked
    said, wanted = stated(uow, f"{title}\n{text}"), typed(uow, names)
    fresh = numbered(
        uow,
        Advisory(
            id=0,
            number="",
            state=AdvisoryState.ISSUED,
            government=actor.government,
            agency=actor.agency,
            author_id=actor.id,
            author_name=actor.name,
            team=team,
            channel=channel,
            source_ts=None,
            label=label,
            tags=tags,
            title=title,
            body=text,
            needs_release=_asks(title, text),
            files=0,
            posted_at=uow.now,
            releasable=narrowed(wanted, said.named),
        ),
        links,
    )
    advisory = uow.advisories.add(fresh)
    tell_unknown(uow, advisory, actor, said.unknown)
    issue_advisory(uow, advisory, actor, links)
    return advisory


def own_advisory(
    uow: UnitOfWork, actor: Official, number: str, act: Act, label: Label | None = None
) -> Advisory:
    """An advisory of the actor's side with which they may do that: by the table of rights.

    Raises ButtonNotYours where only others may, and what the act's verb raises where nobody may.
    """
    advisory = uow.advisories.by_number(number.strip().upper())
    if advisory is None or advisory.government != actor.government:
        raise errors.AdvisoryNotFound(number=number)
    matter = Matter(label=label, marking=policy.marking_of(advisory), state=advisory.state)
    author = advisory.author_id == actor.id
    if policy.may(actor, act, matter, author=author):
        return advisory
    if not policy.has_part_in(actor, act, author=author):
        raise errors.ButtonNotYours
    raise WRONG_STATE[act](number=advisory.number)


def queue_copies(uow: UnitOfWork, advisory: Advisory, link: Link) -> frozenset[str]:
    """Puts the parts of the advisory that one destination does not have yet into the outbox.

    Returns the marks of those that were found standing already: see `StandingPost`.
    """
    destination = link.leads_from(advisory.team, advisory.channel)
    if destination is None:
        return frozenset()
    promised = [
        copy for copy in uow.outbox.of_advisory(advisory.id, COPY) if copy.link_id == link.id
    ]
    marks = set()
    for part in range(1, len(parts_of(advisory.body)) + 1):
        of_part = [copy for copy in promised if copy.facts.get("part", 1) == part]
        # A part that was withheld never left: once it is permitted it is promised anew.
        if all(copy.state is DeliveryState.WITHHELD for copy in of_part):
            marks.add(_queue_part(uow, advisory, link, destination, part, len(of_part)))
    queue_files(uow, advisory, link)
    return frozenset(marks)


def _queue_part(
    uow: UnitOfWork, advisory: Advisory, link: Link, to: End, part: int, promised: int
) -> str:
    found = recovery.found_copy(uow, advisory, link, part)
    added = uow.outbox.add(
        COPY,
        {"part": part},
        Method.POST,
        to.team,
        to.channel,
        advisory_id=advisory.id,
        link_id=link.id,
        priority=URGENT if URGENT_TAGS & set(advisory.tags) else ROUTINE,
        key=found.key if found else recovery.copy_key(uow, advisory, link, part, promised),
        doubted_since=uow.delivery_keys.doubted_since(advisory.posted_at),
    )
    if found is None:
        return ""
    recovery.adopt(uow, added, found)
    return found.mark


def keep_back_unsent(uow: UnitOfWork, advisory: Advisory) -> int:
    """What has not left yet stays: the source was changed or deleted. Returns how many routes."""
    kept = 0
    for route in uow.advisories.routes(advisory.id):
        copies = [
            c for c in uow.outbox.of_advisory(advisory.id, COPY) if c.link_id == route.link_id
        ]
        unsent = all(copy.slack_ts is None for copy in copies)
        if unsent and route.state in (RouteState.QUEUED, RouteState.AWAITING):
            uow.advisories.put_route(advisory.id, route.link_id, RouteState.KEPT_BACK, at=uow.now)
            kept += 1
    if kept:
        uow.audit.record(advisory.government, "advisory.keep_back", advisory.number, routes=kept)
        refresh_cards(uow, advisory)
    return kept


def matching_links(
    uow: UnitOfWork,
    team: str,
    channel: str,
    tags: tuple[str, ...],
    said_at: datetime | None = None,
) -> tuple[Link, ...]:
    """The live links that carry advisories with one of the tags out of this channel.

    What was said before the link flowed (agreed to, or resumed) is not carried afterwards.
    """
    said_at = said_at or uow.now
    return tuple(
        link
        for link in uow.links.live_at(team, channel)
        if link.leads_from(team, channel) is not None
        and link.terms.matches(tags)
        and link.flowed_at(said_at)
    )


def numbered(uow: UnitOfWork, advisory: Advisory, links: tuple[Link, ...]) -> Advisory:
    """A fresh advisory with the number that becomes it, by whether it leaves along any link now."""
    is_issued = advisory.state is AdvisoryState.ISSUED
    states = (policy.first_state(advisory, link) for link in links)
    leaves = is_issued and RouteState.QUEUED in states
    return replace(advisory, number=number_advisory(uow, leaves=leaves))


def refresh_cards(uow: UnitOfWork, advisory: Advisory, why: str = "changed") -> None:
    """Status card and releasers' cards will show the newest facts.

    Approvals of what no longer waits are void; `why` is the key under `approvals.void`.
    """
    follow_advisory(uow, advisory, why)
    refresh_status(uow, advisory.id)
    for card in uow.outbox.of_advisory(advisory.id, RELEASE):
        uow.outbox.refresh(card)


def _post_status(uow: UnitOfWork, advisory: Advisory) -> None:
    if uow.outbox.of_advisory(advisory.id, STATUS):
        refresh_status(uow, advisory.id)
        return
    source = None
    if advisory.source_ts is None:
        source = uow.outbox.add(
            SOURCE, {}, Method.POST, advisory.team, advisory.channel, advisory_id=advisory.id
        )
    uow.outbox.add(
        STATUS,
        {},
        Method.POST,
        advisory.team,
        advisory.channel,
        thread_ts=advisory.source_ts,
        thread_of=source,
        advisory_id=advisory.id,
        priority=ROUTINE if source else BACKGROUND,
        key=_key_of_card(uow, advisory, STATUS),
        doubted_since=uow.delivery_keys.doubted_since(advisory.posted_at),
    )


def ask_releasers(uow: UnitOfWork, advisory: Advisory) -> None:
    """Shows the whole text where the side decides: in its admin channel, or to each releaser.

    An admin channel that others may read is none: see `services.admin_channels`.

    Later changes update it in place. Too few releasers: the admins of the side are told.
    """
    if not waiting_routes(uow, advisory):
        return
    refresh_cards(uow, advisory)
    author = uow.officials.get(advisory.author_id)
    side = uow.officials.of(advisory.government, Role.RELEASER)
    releasers = counted(policy.RELEASE_QUORUM, side, advisory.government, author)
    workspace = uow.workspaces.of_team(advisory.team)
    places: list[tuple[str, str, str | None]] = [(o.team, o.user, o.user) for o in releasers]
    if workspace is not None and may_decide_in(uow, workspace.team, workspace.admin_channel):
        places = [(workspace.team, workspace.admin_channel, None)]
    sent = {
        (card.channel, card.facts.get("part", 1))
        for card in uow.outbox.of_advisory(advisory.id, RELEASE)
        if card.state is not DeliveryState.WITHHELD
    }
    for place in places:
        for part in range(1, len(parts_of(advisory.body)) + 1):
            if (place[1], part) not in sent:
                _send_release_card(uow, advisory, *place, part)
    if not is_met(policy.RELEASE_QUORUM, releasers):
        for admin in uow.officials.of(advisory.government, Role.ADMIN):
            tell_directly(uow, admin, "advisories.no_releaser", number=advisory.number)


def may_decide_in(uow: UnitOfWork, team: str, channel: str) -> bool:
    """Whether a side may be shown there what waits, as far as the channel was read."""
    if not channel or uow.fingerprints.unfit(team, channel):
        return False
    return not uow.links.live_at(team, channel)


def _send_release_card(
    uow: UnitOfWork, advisory: Advisory, team: str, channel: str, user: str | None, part: int
) -> None:
    uow.outbox.add(
        RELEASE,
        {"part": part},
        Method.DIRECT if user else Method.POST,
        team,
        channel,
        user=user,
        advisory_id=advisory.id,
        priority=URGENT,
        key=_key_of_card(uow, advisory, RELEASE, channel, part),
        doubted_since=uow.delivery_keys.doubted_since(advisory.posted_at),
    )


def _key_of_card(uow: UnitOfWork, advisory: Advisory, kind: str, *more: object) -> str:
    source = advisory.source_ts or advisory.number
    return uow.delivery_keys.unused(kind, advisory.team, advisory.channel, source, *more)


def _asks(title: str, text: str) -> bool:
    return screen_post(plain(title), plain(text)).decision is Decision.ASK


def _require_clean(title: str, text: str, label: Label) -> None:
    policy.require_relayable(label)
    reading = read_label(plain(title), plain(text))
    if reading.unknown or (reading.label is not None and reading.label is not label):
        written = ", ".join(sorted({found.value for found in reading.found} | {label.value}))
        raise errors.SeveralLabels(labels=written)
    screening = screen_post(plain(title), plain(text))
    if screening.decision is Decision.BLOCK:
        raise errors.MarkingBlocks(
            rules=", ".join(sorted({finding.rule for finding in screening.findings}))
        )
