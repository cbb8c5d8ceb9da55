"""Two releasers bring back what was withdrawn, where it stood and may stand now.

Whoever agrees to that has released the text there: on links that ask, nobody is asked twice.
"""

from __future__ import annotations

from bot.domain import policy
from bot.domain.advisories import Advisory, Route, RouteState
from bot.domain.links import Link
from bot.domain.officials import Official
from bot.domain.rights import Act, Matter
from bot.services.agreeing import Agreement, ask_or_agree
from bot.services.approvals import carry_motion
from bot.services.attachments import queue_reply_files
from bot.services.awaiting import follow_advisory, subject_of
from bot.services.cards import has_left
from bot.services.issuing import own_advisory, refresh_cards
from bot.services.kinds import REPLY, SOURCE
from bot.services.releases import Approval
from bot.services.revisions import refresh_thread, send_revision, tell_acknowledgers
from bot.services.screening import require_not_below
from bot.storage.unit_of_work import UnitOfWork

# The routes on which an advisory had left or was to leave when it was withdrawn.
LEAVING = frozenset({RouteState.QUEUED, RouteState.AWAITING, RouteState.RECALLED})
# A route, its link, and how it may be taken now.
Back = tuple[Route, Link, RouteState]


def restore_advisory(uow: UnitOfWork, actor: Official, number: str) -> Approval:
    """Brings a withdrawn advisory back once two releasers of its side ask for it.

    They agree to its newest text and to the destinations that may have it now. Raises
    AdvisoryNotWithdrawn, AdvisoryStaysWithdrawn where nothing can bring it back, LabelRefused,
    LabelBelowText, and what `approve` raises.
    """
    advisory = own_advisory(uow, actor, number, Act.RESTORE)
    restored = advisory.restore(uow.now)
    if restored.label is not None:
        policy.require_relayable(restored.label)
        require_not_below(uow, advisory, restored.label)
    back = _where_back(uow, restored)
    subject = subject_of(uow, Act.RESTORE, advisory, [link for _, link, _ in back])
    quorum = policy.releasers_for(Act.RESTORE, Matter(state=advisory.state))
    agreed = ask_or_agree(uow, actor, subject, quorum, "advisories.restore_asked")
    if not agreed.lacking:
        uow.advisories.keep_revision(advisory, uow.now)
        uow.advisories.save(restored)
        _record(uow, actor, restored, agreed)
        _bring_back(uow, actor, restored, back, agreed)
    return Approval(advisory.number, agreed.names, agreed.lacking)


def _where_back(uow: UnitOfWork, restored: Advisory) -> list[Back]:
    """Where it had left, or was to, and may go now: by itself, or released."""
    found: list[Back] = []
    for route in uow.advisories.routes(restored.id):
        link = uow.links.get(route.link_id)
        state = policy.first_state(restored, link)
        if not _had_left(uow, restored, route):
            continue
        if state in (RouteState.QUEUED, RouteState.AWAITING):
            found.append((route, link, state))
    return found


def _had_left(uow: UnitOfWork, restored: Advisory, route: Route) -> bool:
    """Whether it had left there, or was to; of a text that was stopped an earlier one may stand."""
    return route.state in LEAVING or has_left(uow, restored, route.link_id)


def _record(uow: UnitOfWork, actor: Official, restored: Advisory, agreed: Agreement) -> None:
    uow.audit.record(
        actor,
        "advisory.restore",
        restored.number,
        revision=restored.revision,
        digest=agreed.digest,
        approved_by=[f"{one.team}/{one.user}" for one in agreed.by],
    )


def _bring_back(
    uow: UnitOfWork,
    actor: Official,
    restored: Advisory,
    back: list[Back],
    agreed: Agreement,
) -> None:
    """Everywhere else it stays taken back."""
    for route in uow.advisories.routes(restored.id):
        if _had_left(uow, restored, route):
            uow.advisories.put_route(restored.id, route.link_id, RouteState.RECALLED, at=uow.now)
    for _, link, state in back:
        uow.advisories.put_route(restored.id, link.id, state, revision=restored.revision)
    release = follow_advisory(uow, restored, "changed")
    if release is not None:
        for one in agreed.by:
            release = uow.approvals.approve(release, one.id)
        carry_motion(uow, release)
    for route, link, state in back:
        by, at = (actor.id, uow.now) if state is RouteState.AWAITING else (None, None)
        uow.advisories.put_route(restored.id, link.id, RouteState.QUEUED, by, at, restored.revision)
        send_revision(uow, restored, link, before=route.revision, change="restored")
    refresh_thread(uow, restored)
    for said in uow.outbox.of_advisory(restored.id, REPLY):
        reply = uow.advisories.get_reply(int(str(said.facts["reply"])))
        queue_reply_files(uow, reply, said.id)
    for source in uow.outbox.of_advisory(restored.id, SOURCE):
        uow.outbox.refresh(source)
    tell_acknowledgers(uow, restored, "advisories.restored_note")
    refresh_cards(uow, restored)
