"""Agreeing by command: somebody asks for something, and enough others ask for just the same."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.approvals import counted, is_met
from bot.domain.officials import Official
from bot.domain.rights import Quorum
from bot.services.approvals import (
    Subject,
    approve,
    carry_motion,
    has_quorum,
    put_motion,
    void_motion,
    who_counts,
)
from bot.services.notes import tell_directly
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Agreement:
    """Whose words count now, how many more are wanted, and what it is that they agree to."""

    by: tuple[Official, ...]
    lacking: int
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.by)


def ask_or_agree(
    uow: UnitOfWork, actor: Official, subject: Subject, quorum: Quorum, note: str, **about: object
) -> Agreement:
    """Puts it to the quorum with the actor's word for it; carried once enough have asked for it.

    Those whose word is wanted are told by `note`, a key, with `about`, and who asks. What was asked
    about anything else, or too long ago, is void. An author asks, and is not counted. Raises what
    `approve` raises.
    """
    known = uow.approvals.open_on(subject.act, subject.number)
    if known is not None and known.has_expired(uow.now):
        void_motion(uow, known, "lapsed")
    motion = put_motion(uow, subject)
    if known is None or motion.id != known.id:
        author = uow.officials.get(subject.author_id)
        side = uow.officials.of(subject.government)
        for reader in counted(quorum, side, subject.government, author):
            if reader.id != actor.id:
                tell_directly(uow, reader, note, number=subject.number, name=actor.name, **about)
    if actor.id != subject.author_id:
        motion = approve(uow, actor, motion, enough=has_quorum(uow, motion, quorum))
    found = who_counts(uow, motion, quorum)
    if is_met(quorum, found):
        carry_motion(uow, motion)
        return Agreement(found, 0, motion.digest)
    return Agreement(found, max(quorum.people - len(found), 1), motion.digest)
