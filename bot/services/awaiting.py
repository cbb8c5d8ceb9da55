"""What of an advisory waits for two releasers, and what they have let go.

Asked where a release is decided, and again in the transaction that claims the send.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain import policy
from bot.domain.advisories import Advisory, AdvisoryState, Route, RouteState
from bot.domain.approvals import Destination, Motion, MotionState, digest_of_motion
from bot.domain.links import Link
from bot.domain.rights import Act, Quorum, Verdict
from bot.services.approvals import Subject, has_quorum, put_motion, void_motion
from bot.services.cards import first_copies
from bot.storage.unit_of_work import UnitOfWork


def waiting_routes(uow: UnitOfWork, advisory: Advisory) -> list[Route]:
    """The routes on which the newest text waits for a decision."""
    if not advisory.is_out:
        return []
    routes = uow.advisories.routes(advisory.id)
    waiting = [route for route in routes if route.state is RouteState.AWAITING]
    if advisory.state is AdvisoryState.ISSUED:
        return waiting
    # Of a superseded one only a newer text of what readers already have may still go.
    return [route for route in waiting if first_copies(uow, advisory, route.link_id)]


def follow_advisory(uow: UnitOfWork, advisory: Advisory, why: str) -> Motion | None:
    """The motion about what waits now; one about anything else is void, for the reason given."""
    out, back = advisory.is_out, advisory.is_restorable
    for act, may_be in ((Act.RELAX, out), (Act.WIDEN, out), (Act.RESTORE, back)):
        asked = uow.approvals.open_on(act, advisory.number)
        if asked is not None and (asked.version != advisory.revision or not may_be):
            void_motion(uow, asked, why)
    subject = _subject(uow, advisory)
    if subject is not None:
        return put_motion(uow, subject)
    known = uow.approvals.open_on(Act.RELEASE, advisory.number)
    if known is not None:
        void_motion(uow, known, why)
    return None


def ask_anew(uow: UnitOfWork, advisory: Advisory, expired: Motion) -> Motion | None:
    """A motion nobody decided in time is asked once more; earlier approvals have lapsed."""
    void_motion(uow, expired, "lapsed")
    return follow_advisory(uow, advisory, "changed")


def is_current(uow: UnitOfWork, advisory: Advisory, motion: Motion) -> bool:
    """Whether a motion is about exactly what waits now."""
    subject = _subject(uow, advisory)
    return subject is not None and subject.digest == motion.digest


def quorum_for(advisory: Advisory, link: Link) -> Quorum:
    """Whose word the table of rights wants on a link; what waits there never needs fewer."""
    return policy.quorum_along(link, advisory) or policy.RELEASE_QUORUM


def is_released(uow: UnitOfWork, advisory: Advisory, link: Link, route: Route) -> bool:
    """Whether enough people who may still decide approved this very text for this destination."""
    if route.decided_by is None:
        return False
    return _is_approved(uow, advisory, link, route.revision)


def revision_to_show(
    uow: UnitOfWork, advisory: Advisory, link: Link, route: Route, shown: str | None
) -> int:
    """The newest text permitted on a link; where none is, the one that stands already.

    `shown` is what is known of the latter. After a crash nobody knows: then it is what was
    permitted last, never what nobody has released.
    """
    revision = (shown or "").partition("/")[0]
    if not revision.isdigit() or int(revision) == route.revision:
        return route.revision
    return route.revision if may_update(uow, advisory, link, route) else int(revision)


def may_update(uow: UnitOfWork, advisory: Advisory, link: Link, route: Route) -> bool:
    """Whether the newest text may take the place of what stands at the end of a link."""
    if not policy.carries(advisory, link):
        return False
    found = policy.update_of(advisory, link)
    approved = found is Verdict.ASK and _is_approved(uow, advisory, link, route.revision)
    return found is Verdict.ALLOW or approved


def _is_approved(uow: UnitOfWork, advisory: Advisory, link: Link, revision: int) -> bool:
    motion = uow.approvals.carried_on(Act.RELEASE, advisory.number, revision)
    if motion is None or motion.state is not MotionState.CARRIED:
        return False
    if _destination(advisory, link) not in motion.destinations:
        return False
    content = content_of(uow, advisory, revision)
    bound = (motion.act, motion.subject, revision, content, motion.destinations)
    if digest_of_motion(*bound) != motion.digest:
        return False
    return has_quorum(uow, motion, quorum_for(advisory, link))


def _subject(uow: UnitOfWork, advisory: Advisory) -> Subject | None:
    waiting = waiting_routes(uow, advisory)
    if not waiting:
        return None
    links = [uow.links.get(route.link_id) for route in waiting]
    return subject_of(uow, Act.RELEASE, advisory, links)


def subject_of(
    uow: UnitOfWork, act: Act, advisory: Advisory, to: Iterable[Link], *more: str
) -> Subject:
    """The newest text of an advisory and where it would go; `more` is said besides."""
    return Subject(
        act=act,
        number=advisory.number,
        version=advisory.revision,
        government=advisory.government,
        team=advisory.team,
        author_id=advisory.author_id,
        content=(*more, *content_of(uow, advisory, advisory.revision)),
        destinations=tuple(sorted(_destination(advisory, link) for link in to)),
    )


def content_of(uow: UnitOfWork, advisory: Advisory, revision: int) -> tuple[str, ...]:
    """Everything that would leave, title, text and files, and whom it is for.

    A file that is taken away changes nothing: it does not leave.
    """
    files = uow.attachments.of(advisory.id) if advisory.files else ()
    names = [f"{one.team}/{one.file}/{one.name}" for one in files if one.added_in <= revision]
    said = (advisory.title, uow.advisories.body_of(advisory, revision), *sorted(names))
    return (*said, f"for {' '.join(advisory.releasable)}") if advisory.releasable else said


def _destination(advisory: Advisory, link: Link) -> Destination:
    end = link.end_of(advisory.government.other)
    return (link.code, end.team, end.channel) if end else (link.code, "", "")
