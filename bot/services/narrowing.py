"""An advisory that has left is made for fewer agencies, or for more.

Fewer hold at once; more are put to two releasers of the originating side, as a looser label is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory
from bot.domain.officials import Official
from bot.domain.releasability import Named, is_within
from bot.domain.rights import Act, Matter
from bot.services.access import require_right
from bot.services.agreeing import Agreement, ask_or_agree
from bot.services.awaiting import subject_of
from bot.services.issuing import own_advisory
from bot.services.releasability import stated, typed
from bot.services.revisions import spread_revision, widen
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Narrowing:
    """Whom an advisory is for now, or was asked to be for, and what that still wants."""

    number: str
    named: Named
    by: tuple[str, ...] = ()
    lacking: int = 0


def name_agencies(uow: UnitOfWork, actor: Official, number: str, names: str) -> Narrowing:
    """Makes it for those who are named: at once where they are fewer, else by two releasers.

    Raises UnknownAgency for a name that is nobody's, ReleasabilityUnchanged, TextNamesFewer where
    the text itself names none of those, and what `approve` raises.
    """
    advisory = own_advisory(uow, actor, number, Act.NARROW)
    wanted = typed(uow, names)
    if wanted == advisory.releasable:
        raise errors.ReleasabilityUnchanged(number=advisory.number)
    if advisory.label is None:
        raise errors.AdvisoryNotIssued(number=advisory.number)
    revised = replace(advisory.revise(advisory.label, advisory.body, uow.now), releasable=wanted)
    if is_within(wanted, advisory.releasable):
        spread_revision(uow, advisory, revised, actor, "advisory.narrow")
        return Narrowing(advisory.number, wanted)
    if not is_within(wanted, stated(uow, f"{advisory.title}\n{advisory.body}").named):
        raise errors.TextNamesFewer(number=advisory.number)
    agreed = _agree(uow, actor, advisory, wanted)
    if not agreed.lacking:
        spread_revision(uow, advisory, revised, actor, "advisory.widen")
        widen(uow, revised)
    return Narrowing(advisory.number, wanted, agreed.names, agreed.lacking)


def _agree(uow: UnitOfWork, actor: Official, advisory: Advisory, named: Named) -> Agreement:
    matter = Matter(label=advisory.label, marking=policy.marking_of(advisory), state=advisory.state)
    require_right(uow, actor, Act.WIDEN, matter, author=advisory.author_id == actor.id)
    quorum = policy.releasers_for(Act.WIDEN, matter)
    subject = subject_of(uow, Act.WIDEN, advisory, (), *named)
    to = ", ".join(who.rpartition(":")[2] for who in named) or "all"
    return ask_or_agree(uow, actor, subject, quorum, "advisories.widen_asked", to=to)
