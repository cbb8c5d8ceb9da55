"""Opening action items and moving them through their life, one verb each.

Whoever may not see an item is told what they would be told of one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import errors
from bot.domain import policy
from bot.domain.actions import (
    NEVER_DUE,
    Action,
    ActionEvent,
    ActionState,
    Due,
    Owner,
    Pillar,
    Priority,
    Source,
    require_owners,
)
from bot.domain.inert import plain
from bot.domain.moments import TOKYO
from bot.domain.officials import Government, Official
from bot.domain.rights import Act
from bot.services.access import require_right
from bot.services.action_news import announce_change, announce_opening
from bot.services.cards import names_in
from bot.services.dialogue_threads import dialogue_of_thread
from bot.services.escalations import watch_action
from bot.services.owners import NOBODY, OwnersRead, owner_of
from bot.services.screening import require_fit
from bot.storage.unit_of_work import UnitOfWork

TEXT_LIMIT, REASON_LIMIT = 1_000, 500


@dataclass(frozen=True)
class ActionRequest:
    """What somebody wants opened. `team`, `channel`, `thread_ts`: where its card belongs."""

    text: str
    owners: OwnersRead = NOBODY
    due: Due = NEVER_DUE
    pillar: Pillar | None = None
    priority: Priority = Priority.NORMAL
    internal: bool = False
    rendering: str = ""
    source: Source | None = None
    dialogue_id: int | None = None
    team: str = ""
    channel: str = ""
    thread_ts: str | None = None


def open_action(uow: UnitOfWork, actor: Official, request: ActionRequest) -> tuple[Action, ...]:
    """Opens one item, or one for each side; a message whose items exist already opens none.

    Returns the items, those there were before included.
    """
    require_right(uow, actor, Act.WORK)
    source = request.source
    known = uow.actions.at_source(source.team, source.channel, source.ts) if source else ()
    known = tuple(one for one in known if one.source and source and _same_part(one.source, source))
    if known:
        return known
    request = _in_its_round(uow, request)
    text, rendering = _fit(uow, actor, request.text), _fit(uow, actor, request.rendering)
    if not request.owners.each_side:
        return (_open(uow, actor, request, text, rendering, request.owners.owners, source),)
    shares = []
    for side in Government:
        own = tuple(owner for owner in request.owners.owners if owner.government == side)
        part = replace(source, part=f"{source.part}{side.value}") if source else None
        shares.append(_open(uow, actor, request, text, rendering, own or (Owner(side),), part))
    return tuple(shares)


def start_action(uow: UnitOfWork, actor: Official, number: str) -> Action:
    """Somebody begins; an item nobody carries becomes theirs."""
    action = _in_hand(uow, actor, number)
    started = action.start()
    if not started.owners:
        started = started.assign((owner_of(actor),))
    return _changed(uow, actor, started, "start")


def block_action(uow: UnitOfWork, actor: Official, number: str, reason: str) -> Action:
    """It waits, for the reason given."""
    reason = _fit(uow, actor, reason)
    return _changed(uow, actor, _in_hand(uow, actor, number).block(reason), "block", reason)


def finish_action(uow: UnitOfWork, actor: Official, number: str) -> Action:
    """It is done, says whoever carries it or looks after the register."""
    return _changed(uow, actor, _in_hand(uow, actor, number).finish(actor.id, uow.now), "done")


def verify_action(uow: UnitOfWork, actor: Official, number: str) -> Action:
    """A second person has looked: anyone who may speak, except who finished it."""
    require_right(uow, actor, Act.WORK)
    return _changed(uow, actor, find_action(uow, actor, number).verify(actor.id), "verify")


def reopen_action(uow: UnitOfWork, actor: Official, number: str, reason: str = "") -> Action:
    """It is wanted again."""
    require_right(uow, actor, Act.WORK)
    reason = _fit(uow, actor, reason)
    return _changed(uow, actor, find_action(uow, actor, number).reopen(), "reopen", reason)


def drop_action(uow: UnitOfWork, actor: Official, number: str, reason: str) -> Action:
    """It will not be done, for the reason given."""
    reason = _fit(uow, actor, reason)
    return _changed(uow, actor, _in_hand(uow, actor, number).drop(reason), "drop", reason)


def merge_action(uow: UnitOfWork, actor: Official, number: str, into: str) -> Action:
    """Another item stands in its place; its owners carry that one too."""
    action, other = _in_hand(uow, actor, number), find_action(uow, actor, into)
    merged = action.merge_into(other)
    joined = tuple(dict.fromkeys((*other.owners, *action.owners)))
    if joined != other.owners:
        _changed(uow, actor, other.assign(joined), "assign", action.number)
    return _changed(uow, actor, merged, "merge", other.number)


def assign_action(uow: UnitOfWork, actor: Official, number: str, read: OwnersRead) -> Action:
    """Others carry it from now on; taking one over oneself needs nobody's leave."""
    require_right(uow, actor, Act.WORK)
    owners = (*read.owners, *(Owner(side) for side in Government if read.each_side))
    mine = owners == (owner_of(actor),)
    action = find_action(uow, actor, number) if mine else _in_hand(uow, actor, number)
    return _changed(uow, actor, action.assign(owners), "assign")


def postpone_action(uow: UnitOfWork, actor: Official, number: str, due: Due) -> Action:
    """Another due date; the old one stays in the history."""
    action = _in_hand(uow, actor, number)
    before = action.due.on.isoformat() if action.due.on else ""
    postponed = _changed(uow, actor, action.postpone(due), "due", before)
    watch_action(uow, postponed)
    return postponed


def note_action(uow: UnitOfWork, actor: Official, number: str, text: str) -> Action:
    """A line for the history."""
    require_right(uow, actor, Act.WORK)
    text = _fit(uow, actor, text)
    return _changed(uow, actor, find_action(uow, actor, number), "note", text)


def reword_action(uow: UnitOfWork, actor: Official, number: str, text: str) -> Action:
    """The words were corrected at their source."""
    text = _fit(uow, actor, text)
    return _changed(uow, actor, _in_hand(uow, actor, number).reword(text), "reword")


def render_action(uow: UnitOfWork, actor: Official, number: str, rendering: str) -> Action:
    """A person's rendering in the other language, beside the words used."""
    require_right(uow, actor, Act.WORK)
    rendering = _fit(uow, actor, rendering)
    found = find_action(uow, actor, number)
    return _changed(uow, actor, found.render(rendering), "render")


def find_action(uow: UnitOfWork, actor: Official, number: str) -> Action:
    """The item of that number, if the actor's side sees it; raises ActionNotFound."""
    found = uow.actions.by_number(number.strip().upper(), actor.government)
    if found is None:
        raise errors.ActionNotFound(number=number)
    return found


def may_change(actor: Official, action: Action) -> bool:
    """Whether somebody may move an item on: who carries or opened it, and the keepers."""
    carries = action.belongs_to(actor.government, actor.agency, actor.id)
    opened = action.created_by == actor.id
    own = carries or opened or not action.owners
    return policy.may(actor, Act.WORK) and policy.may(actor, Act.CHANGE_ITEM, author=own)


def _fit(uow: UnitOfWork, actor: Official, text: str) -> str:
    """A person's words as they are kept: readable on every sink, and fit to be read there.

    Internal items are screened as well: what bears a marking is stored nowhere.
    """
    said = plain(text, names_in(uow, actor.team, text)).strip()
    require_fit(said)
    return said


def _in_its_round(uow: UnitOfWork, request: ActionRequest) -> ActionRequest:
    """What is opened in a round's thread belongs to the round."""
    if request.dialogue_id is not None:
        return request
    place = (request.team, request.channel, request.thread_ts)
    found = dialogue_of_thread(uow, *place)
    return replace(request, dialogue_id=found.id) if found else request


def _open(
    uow: UnitOfWork,
    actor: Official,
    request: ActionRequest,
    text: str,
    rendering: str,
    owners: tuple[Owner, ...],
    source: Source | None,
) -> Action:
    side = actor.government if request.internal else None
    require_owners(side, owners)
    action = uow.actions.add(
        Action(
            id=0,
            number=_next_number(uow, side),
            text=text,
            state=ActionState.OPEN,
            owners=owners,
            created_by=actor.id,
            created_at=uow.now,
            changed_at=uow.now,
            internal_to=side,
            rendering=rendering,
            due=request.due,
            pillar=request.pillar,
            priority=request.priority,
            source=source,
            dialogue_id=request.dialogue_id,
        )
    )
    event = _noted(uow, actor, action, "open", "")
    announce_opening(uow, actor, action, event, (request.team, request.channel, request.thread_ts))
    watch_action(uow, action)
    return action


def _next_number(uow: UnitOfWork, side: Government | None) -> str:
    """`ACT-2026-0001`; for an internal item `ACT-JP-2026-0001`, counted on its own.

    Counted together, the gaps in the joint numbers would tell how many the other side keeps back.
    """
    year = uow.now.astimezone(TOKYO).year
    series = f"{side.value}-{year}" if side else str(year)
    return f"ACT-{series}-{uow.sequences.next(f'action-{series}'):04}"


def _in_hand(uow: UnitOfWork, actor: Official, number: str) -> Action:
    require_right(uow, actor, Act.WORK)
    action = find_action(uow, actor, number)
    if not may_change(actor, action):
        raise errors.ActionNotYours(number=action.number)
    return action


def _changed(
    uow: UnitOfWork, actor: Official, action: Action, verb: str, detail: str = ""
) -> Action:
    changed = replace(action, changed_at=uow.now)
    uow.actions.save(changed)
    announce_change(uow, actor, changed, _noted(uow, actor, changed, verb, detail))
    return changed


def _noted(uow: UnitOfWork, actor: Official, action: Action, verb: str, detail: str) -> ActionEvent:
    """A line of the history, and one of the audit log, which never holds anybody's words."""
    uow.audit.record(actor, f"action.{verb}", action.number, state=action.state)
    return uow.actions.note(ActionEvent(0, action.id, verb, actor.id, uow.now, detail))


def _same_part(one: Source, other: Source) -> bool:
    return one.part.removesuffix("JP").removesuffix("AU") == other.part
