"""Who hears of an action item: a card where it belongs on both sides, and its owners in person.

A card is edited in place and says how the item stands; beneath it one short note says what
happened. What several changes in a row have to say is said once.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.actions import Action, ActionEvent
from bot.domain.deliveries import Delivery, DeliveryState, Method
from bot.domain.links import LinkState
from bot.domain.officials import Government, Official
from bot.services.dialogue_threads import heads_of
from bot.services.kinds import ACTION_CARD, ACTION_NEWS
from bot.storage.unit_of_work import UnitOfWork

# Of an owning agency, no more people than this are written to in person.
MOST_READERS = 10


@dataclass(frozen=True)
class Place:
    """Where a card goes: a channel or a thread of it; `link_id` when it lies across a link."""

    team: str
    channel: str
    thread_ts: str | None = None
    thread_of: int | None = None
    link_id: int | None = None


def announce_opening(
    uow: UnitOfWork,
    actor: Official,
    action: Action,
    event: ActionEvent,
    where: tuple[str, str, str | None],
) -> None:
    """Posts the item's cards and tells its owners. An internal item has no card."""
    if action.is_joint:
        for place in _places(uow, action, where):
            uow.outbox.add(
                ACTION_CARD,
                {"action": action.id},
                Method.POST,
                place.team,
                place.channel,
                thread_ts=place.thread_ts,
                thread_of=place.thread_of,
                link_id=place.link_id,
                subject=subject_of(action),
            )
    _refresh_round(uow, action)
    _tell_readers(uow, actor, action, event)


def announce_change(uow: UnitOfWork, actor: Official, action: Action, event: ActionEvent) -> None:
    """Every card shows how the item stands now; a note beneath it and its owners hear why."""
    _refresh_round(uow, action)
    for card in uow.outbox.of_subject(subject_of(action), ACTION_CARD):
        uow.outbox.refresh(card)
        _note_beneath(uow, action, card, event)
    _tell_readers(uow, actor, action, event)


def _places(uow: UnitOfWork, action: Action, where: tuple[str, str, str | None]) -> list[Place]:
    """Both threads of the round an item was opened in, else here and across each link."""
    heads = heads_of(uow, action.dialogue_id) if action.dialogue_id and where[0] else []
    if heads:
        return [
            Place(head.team, head.channel, thread_of=head.id, link_id=head.link_id)
            for head in heads
        ]
    return places_for(uow, *where) if where[0] else []


def _refresh_round(uow: UnitOfWork, action: Action) -> None:
    """The card of a round counts its joint items."""
    if action.dialogue_id is not None and action.is_joint:
        for head in heads_of(uow, action.dialogue_id):
            uow.outbox.refresh(head)


def places_for(uow: UnitOfWork, team: str, channel: str, thread_ts: str | None) -> list[Place]:
    """Where the cards of an item belong that was opened there: here, and across each link."""
    places = [
        Place(end.team, end.channel, link_id=link.id)
        for link in uow.links.live_at(team, channel)
        if link.state is LinkState.ACTIVE
        for end in (link.near, link.far)
        if end is not None and not end.is_at(team, channel)
    ]
    return [Place(team, channel, thread_ts), *places] if places else []


def readers_of(uow: UnitOfWork, action: Action) -> list[Official]:
    """The people an item concerns in person: those who carry it, by name or for their agency."""
    people = []
    for owner in action.owners:
        if owner.official_id is not None:
            people.append(uow.officials.get(owner.official_id))
        elif owner.agency:
            side = uow.officials.of(Government(owner.government))
            its_own = [one for one in side if one.agency == owner.agency and one.may_speak]
            people += its_own[:MOST_READERS]
    seen = {reader.id: reader for reader in people if action.is_seen_by(reader.government)}
    return list(seen.values())


def subject_of(action: Action) -> str:
    return f"action:{action.id}"


def _note_beneath(uow: UnitOfWork, action: Action, card: Delivery, event: ActionEvent) -> None:
    ended = (DeliveryState.PARKED, DeliveryState.DROPPED, DeliveryState.WITHHELD)
    if card.state in ended or _will_say(uow, action, card.channel, card.id):
        return
    uow.outbox.add(
        ACTION_NEWS,
        {"action": action.id, "since": event.id, "card": card.id},
        Method.POST,
        card.team,
        card.channel,
        thread_ts=card.thread_ts,
        thread_of=None if card.thread_ts else card.thread_of or card.id,
        link_id=card.link_id,
        subject=subject_of(action),
    )


def _tell_readers(uow: UnitOfWork, actor: Official, action: Action, event: ActionEvent) -> None:
    readers = readers_of(uow, action)
    uow.homes.mark({actor.id, *(reader.id for reader in readers)})
    for reader in readers:
        if reader.id != actor.id and not _will_say(uow, action, reader.user):
            uow.outbox.add(
                ACTION_NEWS,
                {"action": action.id, "since": event.id},
                Method.DIRECT,
                reader.team,
                reader.user,
                user=reader.user,
                subject=subject_of(action),
            )


def _will_say(uow: UnitOfWork, action: Action, channel: str, card: int | None = None) -> bool:
    """Whether news of the item wait to be said there: composed when sent, they will say this."""
    return any(
        news.state is DeliveryState.WAITING
        and not news.unknown
        and (news.channel, news.facts.get("card")) == (channel, card)
        for news in uow.outbox.of_subject(subject_of(action), ACTION_NEWS)
    )
