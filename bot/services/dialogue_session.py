"""The talks themselves and what follows: opened, closed, their outcome cleared and published."""

from __future__ import annotations

from bot import errors
from bot.domain.dialogues import Clearing, Dialogue
from bot.domain.officials import Official
from bot.services.dialogue_record import digest_of_record, record_of
from bot.services.dialogue_threads import link_here, open_threads, refresh_card, tell_threads
from bot.services.dialogues import carry_forward, find_dialogue, require_keeper
from bot.storage.unit_of_work import UnitOfWork

SHORT_DIGEST = 12


def open_dialogue(
    uow: UnitOfWork, actor: Official, number: str, team: str, channel: str
) -> Dialogue:
    """The talks begin: a thread here and one across the link of this channel, headed by a card."""
    require_keeper(uow, actor)
    dialogue, link = find_dialogue(uow, number), link_here(uow, team, channel)
    opened = dialogue.hold(link.id, uow.now)
    uow.dialogues.save(opened)
    carry_forward(uow, actor, opened)
    open_threads(uow, opened, link)
    uow.audit.record(actor, "dialogue.open", opened.number, link=link.code)
    return opened


def close_dialogue(uow: UnitOfWork, actor: Official, number: str) -> Dialogue:
    """The talks are over; after publication: the round is followed up, then closed."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    if dialogue.is_in_session:
        closed = dialogue.close_session(uow.now)
    else:
        items = (uow.actions.get(one) for one in uow.dialogues.actions_of(dialogue.id))
        closed = dialogue.follow_up(has_open=any(one.is_open for one in items))
    return _saved(uow, actor, closed, "close")


def clear_outcome(uow: UnitOfWork, actor: Official, number: str, digest: str) -> Dialogue:
    """A side clears the outcome it has read, named by the beginning of its hash.

    Raises OutcomeChanged when the record says something else by now.
    """
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    current = digest_of_record(record_of(uow, dialogue))
    wanted = digest.strip().lower()
    if len(wanted) < SHORT_DIGEST or not current.startswith(wanted):
        raise errors.OutcomeChanged(number=dialogue.number, digest=current[:SHORT_DIGEST])
    clearing = Clearing(actor.government, current, actor.id, uow.now)
    standing = dialogue.cleared((*uow.dialogues.clearings(dialogue.id), clearing), current)
    uow.dialogues.put_clearing(dialogue.id, clearing)
    uow.audit.record(actor, "dialogue.clear", dialogue.number, digest=current)
    uow.dialogues.save(standing)
    tell_threads(uow, standing, "cleared", 0, actor)
    refresh_card(uow, standing)
    return standing


def publish_outcome(uow: UnitOfWork, actor: Official, number: str) -> Dialogue:
    """The outcome both sides cleared is announced; what was changed since is cleared by nobody."""
    require_keeper(uow, actor)
    dialogue = find_dialogue(uow, number)
    current = digest_of_record(record_of(uow, dialogue))
    standing = dialogue.cleared(uow.dialogues.clearings(dialogue.id), current)
    published = _saved(uow, actor, standing.publish(uow.now), "publish")
    tell_threads(uow, published, "published", 0, actor)
    return published


def _saved(uow: UnitOfWork, actor: Official, dialogue: Dialogue, verb: str) -> Dialogue:
    uow.dialogues.save(dialogue)
    uow.audit.record(actor, f"dialogue.{verb}", dialogue.number, state=dialogue.state)
    refresh_card(uow, dialogue)
    return dialogue
