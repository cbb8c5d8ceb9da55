"""Putting something to a quorum: asked once for exact content, agreed to by distinct people.

Whoever asks says what the content is; here it is bound, its approvals are counted by the roster as
it is now, and those who agreed to what is no longer so are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import errors
from bot.domain.approvals import (
    Destination,
    Motion,
    MotionState,
    counted,
    digest_of_motion,
    is_met,
)
from bot.domain.officials import Government, Official
from bot.domain.rights import Act, Quorum
from bot.services.notes import tell_directly
from bot.storage.seals import Sealed
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Subject:
    """What is put to the quorum: a version of something, word for word, and where it would go."""

    act: Act
    number: str
    version: int
    government: Government
    team: str
    author_id: int
    content: tuple[str, ...]
    destinations: tuple[Destination, ...]

    @property
    def digest(self) -> str:
        return digest_of_motion(
            self.act, self.number, self.version, self.content, self.destinations
        )


def put_motion(uow: UnitOfWork, subject: Subject) -> Motion:
    """Asks for approvals of exactly this; what was asked about another text is void."""
    known = uow.approvals.open_on(subject.act, subject.number)
    if known is not None and known.digest == subject.digest:
        return known
    if known is not None:
        void_motion(uow, known, "changed")
    workspace = uow.workspaces.of_team(subject.team)
    hours = workspace.approval_hours if workspace else 0
    return uow.approvals.put(
        Motion(
            id=0,
            act=subject.act,
            subject=subject.number,
            version=subject.version,
            government=subject.government,
            author_id=subject.author_id,
            digest=subject.digest,
            destinations=subject.destinations,
            state=MotionState.OPEN,
            asked_at=uow.now,
            expires_at=uow.now + timedelta(hours=hours),
        )
    )


def void_motion(uow: UnitOfWork, motion: Motion, why: str) -> None:
    """What was approved is no longer asked; `why` is the key under `approvals.void`."""
    uow.approvals.close(motion, MotionState.VOID)
    uow.audit.record(
        motion.government, "approval.void", motion.subject, why=why, version=motion.version
    )
    for official in _on_roster(uow, motion):
        tell_directly(uow, official, f"approvals.void.{why}", number=motion.subject)


def approve(uow: UnitOfWork, actor: Official, motion: Motion, *, enough: bool = False) -> Motion:
    """Puts the actor's name to a motion, once for each person.

    Where there are `enough` names already, for somebody has their role again, one that is there
    may be put once more, so that it can be carried.

    Raises ReleaseByAuthor, ApprovalExpired, ApprovedAlready, ApprovedByYourOtherAccount.
    """
    if actor.is_same_person(uow.officials.get(motion.author_id)):
        raise errors.ReleaseByAuthor(number=motion.subject)
    if motion.has_expired(uow.now):
        raise errors.ApprovalExpired(number=motion.subject)
    if actor.id in motion.approved_by:
        if enough:
            return motion
        raise errors.ApprovedAlready(number=motion.subject)
    if any(actor.is_same_person(uow.officials.get(one)) for one in motion.approved_by):
        raise errors.ApprovedByYourOtherAccount(number=motion.subject)
    approved = uow.approvals.approve(motion, actor.id)
    uow.audit.record(
        actor,
        "approval.give",
        motion.subject,
        act=motion.act,
        version=motion.version,
        digest=motion.digest,
    )
    return approved


def carry_motion(uow: UnitOfWork, motion: Motion) -> None:
    """Enough people agreed: what they agreed to is done in this transaction."""
    uow.approvals.close(motion, MotionState.CARRIED)


def who_counts(uow: UnitOfWork, motion: Motion, quorum: Quorum) -> tuple[Official, ...]:
    """Whose approval counts now, by the roster as it is."""
    author = uow.officials.get(motion.author_id)
    return counted(quorum, _on_roster(uow, motion), motion.government, author)


def has_quorum(uow: UnitOfWork, motion: Motion, quorum: Quorum) -> bool:
    """Whether enough people agree whose word counts now."""
    return is_met(quorum, who_counts(uow, motion, quorum))


def seal_button(uow: UnitOfWork, motion: Motion, act: Act, team: str) -> str:
    """The value of a button about a motion, good in one workspace until the motion expires."""
    about = Sealed(motion.subject, motion.version, motion.digest, motion.expires_at)
    return uow.seals.seal(act.value, about, team)


def open_button(uow: UnitOfWork, act: Act, value: str, team: str) -> Sealed:
    """What a button was made for, before that expired.

    Raises ButtonNotGenuine unless it was sealed for that act and workspace, ApprovalExpired later.
    """
    opened = uow.seals.open(act.value, value, team)
    if opened is None:
        raise errors.ButtonNotGenuine
    if uow.now >= opened.expires_at:
        raise errors.ApprovalExpired(number=opened.subject)
    return opened


def require_both_sides(
    uow: UnitOfWork, quorum: Quorum, proposer_id: int | None, actor: Official, code: str
) -> None:
    """Both liaisons of a link's terms, one of each side: two people, both of whom still may.

    Raises LinkNeedsTwoPeople, ProposerMayNoLonger.
    """
    if proposer_id is None:
        return
    proposer = uow.officials.get(proposer_id)
    if actor.is_same_person(proposer):
        raise errors.LinkNeedsTwoPeople(code=code)
    still = uow.officials.find(proposer.team, proposer.user)
    people = [one for one in (still, actor) if one is not None]
    if not is_met(quorum, counted(quorum, people, actor.government)):
        raise errors.ProposerMayNoLonger(code=code)


def _on_roster(uow: UnitOfWork, motion: Motion) -> Sequence[Official]:
    """Those who approved and have not left."""
    given = [uow.officials.get(one) for one in motion.approved_by]
    found = (uow.officials.find(one.team, one.user) for one in given)
    return [one for one in found if one is not None]
