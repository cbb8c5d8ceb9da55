"""Another label for an advisory that has left: anyone tightens, only its originator relaxes.

Tightening holds at once. Relaxing is put to two releasers of the originating side, who agree to it
by asking for the same label; an edit, or another label, in between begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory, RouteState
from bot.domain.labels import Label
from bot.domain.officials import Official
from bot.domain.rights import Act, Matter, Side
from bot.services.access import require_right
from bot.services.agreeing import ask_or_agree
from bot.services.awaiting import subject_of
from bot.services.cards import first_copies, stands_nowhere
from bot.services.notes import keepers_of, tell_directly
from bot.services.receipts import known_advisory
from bot.services.revisions import spread_revision, widen
from bot.services.screening import require_not_below
from bot.storage.unit_of_work import UnitOfWork
from bot.storage.walls import Purpose


@dataclass(frozen=True)
class Relabelling:
    """What was asked for, whose words count for it now, and how many more are wanted."""

    number: str
    label: Label
    by: tuple[str, ...] = ()
    lacking: int = 0


def relabel_advisory(uow: UnitOfWork, actor: Official, number: str, label: Label) -> Relabelling:
    """Tightens at once; relaxes once two releasers of the originating side agree.

    Raises LabelUnchanged, OtherGovernment where the other side would relax, LabelBelowText where
    the text bears a tighter label, EarlierTextStands where readers have another text than the
    newest, and what `approve` raises.
    """
    advisory = known_advisory(uow, actor, number)
    if not advisory.is_out or advisory.label is None:
        raise errors.AdvisoryNotIssued(number=advisory.number)
    if label is advisory.label:
        raise errors.LabelUnchanged(number=advisory.number, label=label.value)
    if label.rank > advisory.label.rank:
        return _tighten(uow, actor, advisory, label)
    if advisory.government != actor.government:
        raise errors.OtherGovernment
    return _relax(uow, actor, advisory, label)


def _tighten(uow: UnitOfWork, actor: Official, advisory: Advisory, label: Label) -> Relabelling:
    side = Side.OWN if advisory.government == actor.government else Side.OTHER
    require_right(uow, actor, Act.TIGHTEN, Matter(side, label=label, state=advisory.state))
    revised = advisory.revise(label, advisory.body, uow.now)
    with uow.walls.lifted(Purpose.TIGHTEN):
        spread_revision(uow, advisory, revised, actor, "advisory.tighten")
    if side is Side.OTHER:
        uow.audit.record(advisory.government, "advisory.tightened", advisory.number, label=label)
    author = uow.officials.get(advisory.author_id)
    for reader in keepers_of(uow, author) if author.is_source else (author,):
        if reader.id != actor.id and uow.officials.find(reader.team, reader.user) is not None:
            about = {"number": advisory.number, "label": label.value, "agency": actor.agency}
            tell_directly(uow, reader, "advisories.tightened", **about)
    return Relabelling(advisory.number, label)


def _relax(uow: UnitOfWork, actor: Official, advisory: Advisory, label: Label) -> Relabelling:
    matter = Matter(label=label, marking=policy.marking_of(advisory), state=advisory.state)
    require_right(uow, actor, Act.RELAX, matter, author=advisory.author_id == actor.id)
    require_not_below(uow, advisory, label)
    _require_newest_everywhere(uow, advisory)
    quorum = policy.releasers_for(Act.RELAX, matter)
    asked = "advisories.relax_asked"
    subject = subject_of(uow, Act.RELAX, advisory, (), label.value)
    agreed = ask_or_agree(uow, actor, subject, quorum, asked, label=label.value)
    if not agreed.lacking:
        revised = advisory.revise(label, advisory.body, uow.now)
        spread_revision(uow, advisory, revised, actor, "advisory.relax")
        widen(uow, revised)
    return Relabelling(advisory.number, label, agreed.names, agreed.lacking)


def _require_newest_everywhere(uow: UnitOfWork, advisory: Advisory) -> None:
    """What readers have bears the label of the whole: an earlier text may need a tighter one."""
    for route in uow.advisories.routes(advisory.id):
        stands = bool(first_copies(uow, advisory, route.link_id))
        if route.state is RouteState.RECALLED and stands_nowhere(uow, advisory, route.link_id):
            continue
        if stands and uow.advisories.body_of(advisory, route.revision) != advisory.body:
            raise errors.EarlierTextStands(number=advisory.number)
