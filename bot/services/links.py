"""Joining one channel of each government under terms both sides agreed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Barrier, RouteState
from bot.domain.agencies import Agency
from bot.domain.deliveries import Method
from bot.domain.inert import plain
from bot.domain.labels import Label, read_label
from bot.domain.links import End, Link, LinkState, Terms
from bot.domain.markings import Decision, Screening, screen_post
from bot.domain.officials import Official
from bot.domain.policy_table import BOTH_LIAISONS
from bot.domain.releasability import Named, permits
from bot.domain.rights import Act, Channel, Matter, Side, Verdict
from bot.domain.tags import read_tags
from bot.services.access import require_part, require_right
from bot.services.approvals import require_both_sides
from bot.services.kinds import LINK, STOPPED
from bot.services.numbers import draw
from bot.services.ports import ChannelView
from bot.services.releasability import stated
from bot.services.suspensions import agree_to_views, digest_of_views
from bot.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Preview:
    """What would become of a text posted here: a dry run, nothing is stored or sent."""

    tags: tuple[str, ...]
    label: Label | None
    screening: Screening
    named: Named
    routes: tuple[tuple[Link, End, str], ...] = ()


def propose_link(
    uow: UnitOfWork, actor: Official, here: ChannelView, to: Agency, terms: Terms
) -> Link:
    """Names the terms under which this channel would be joined; the other side has to accept."""
    require_part(uow, actor, Act.PROPOSE_LINK)
    _require_linkable(uow, here)
    if to.government == actor.government:
        raise errors.LinkToSameGovernment
    policy.require_relayable(terms.ceiling)
    require_right(uow, actor, Act.PROPOSE_LINK, Matter(channel=Channel.OPEN, label=terms.ceiling))
    link = uow.links.add(
        Link(
            id=0,
            code=draw("LNK", lambda code: uow.links.by_code(code) is not None),
            state=LinkState.PROPOSED,
            terms=terms,
            near=_end(actor, here),
            to_agency=to.code,
            far=None,
            proposed_by=actor.id,
            proposed_at=uow.now,
        )
    )
    uow.audit.record(actor, "link.propose", link.code, to=to.code, **_audit_terms(terms))
    return link


def accept_link(
    uow: UnitOfWork,
    actor: Official,
    code: str,
    here: ChannelView,
    there: ChannelView | None = None,
) -> Link:
    """The other side's liaison joins their channel, or agrees to new terms of a live link.

    What both channels look like now is what both sides agree to; `there` is the proposer's.
    """
    require_part(uow, actor, Act.ACCEPT_LINK)
    link = find_link(uow, code)
    if link.is_live and link.pending is not None:
        return _agree_terms(uow, actor, link)
    for view in filter(None, (here, there)):
        _require_linkable(uow, view)
    accepted = link.accept(_end(actor, here, link.to_agency), uow.now)
    _require_right(uow, actor, Act.ACCEPT_LINK, link, Channel.OPEN)
    require_both_sides(uow, BOTH_LIAISONS, link.proposed_by, actor, link.code)
    holder = uow.links.pair_holder(accepted)
    if holder is not None:
        raise errors.LinkExists(code=holder.code)
    uow.links.save(accepted)
    agree_to_views(uow, accepted, filter(None, (here, there)))
    uow.audit.record(actor, "link.accept", link.code, **_audit_terms(link.terms))
    return accepted


def announce_active(
    uow: UnitOfWork, actor: Official, link: Link, views: tuple[ChannelView, ...]
) -> None:
    """Tells both channels that the link is active and who can read what is posted there."""
    for view in views:
        other = link.near if not link.near.is_at(view.team, view.channel) else link.far
        if other is not None:
            _notice(
                uow,
                actor,
                link,
                "active",
                other,
                readers=list(view.readers),
                more_readers=view.more_readers,
                guests=view.guests,
                unchecked=view.unchecked,
            )


def decline_link(uow: UnitOfWork, actor: Official, code: str) -> Link:
    """Says no to a proposal (or takes one's own back), or to new terms of a live link."""
    require_part(uow, actor, Act.DECLINE_LINK)
    link = find_link(uow, code)
    declined = link.refuse_terms() if link.is_live else link.decline()
    _require_right(uow, actor, Act.DECLINE_LINK, link)
    _save_and_tell(uow, actor, declined, "terms_declined" if link.is_live else "declined")
    return declined


def pause_link(uow: UnitOfWork, actor: Official, code: str) -> Link:
    """Stops the flow for now; what is posted meanwhile is not relayed, and said so."""
    return _change(
        uow, actor, code, Act.PAUSE_LINK, "paused", lambda link: link.pause(actor.government)
    )


def resume_link(
    uow: UnitOfWork, actor: Official, code: str, views: Sequence[ChannelView] = ()
) -> Link:
    """Takes back one's own side's pause; of a suspended link, confirms its channels as they are.

    `views` of both are needed for that; such as could not be linked are not confirmed either.
    """

    def verb(link: Link) -> Link:
        if link.suspension is not None:
            _require_both_ends(uow, link, views)
        return link.resume(actor.government, uow.now, digest_of_views(views))

    was_suspended = find_link(uow, code).suspension is not None
    resumed = _change(uow, actor, code, Act.RESUME_LINK, _resuming, verb)
    if was_suspended and resumed.state is LinkState.ACTIVE:
        agree_to_views(uow, resumed, views)
        for view in views:
            uow.fingerprints.doubt(view.team, view.channel)
    if resumed.state is LinkState.ACTIVE:
        uow.outbox.revive_withheld(resumed.id, STOPPED)
    return resumed


def _resuming(link: Link) -> str:
    return "confirmed" if link.suspension is not None else "resumed"


def cut_link(uow: UnitOfWork, actor: Official, code: str) -> Link:
    """Ends a link for good; either side may."""
    return _change(uow, actor, code, Act.CUT_LINK, "cut", lambda link: link.cut())


def amend_link(uow: UnitOfWork, actor: Official, code: str, terms: Terms) -> Link:
    """Proposes new terms for a live link; they hold once the other side accepts."""
    policy.require_relayable(terms.ceiling)
    return _change(
        uow,
        actor,
        code,
        Act.AMEND_LINK,
        "terms_proposed",
        lambda link: link.propose_terms(terms, actor.government, actor.id),
    )


def tell_channels(uow: UnitOfWork, actor: Official, link: Link, change: str) -> None:
    """Says in the channels of a link what somebody changed; `change`: key under `links.notice`."""
    for end in (link.near, link.far):
        if end is not None:
            _notice(uow, actor, link, change, end)


def list_links(uow: UnitOfWork, actor: Official) -> tuple[Link, ...]:
    """Links are joint property: both sides see all of them, ended ones last."""
    ended = (LinkState.CUT, LinkState.DECLINED)
    found = [link for link in uow.links.all() if _may_see(link, actor)]
    return tuple(sorted(found, key=lambda link: link.state in ended))


def find_link(uow: UnitOfWork, code: str) -> Link:
    """The link of that code; raises LinkNotFound."""
    link = uow.links.by_code(code.strip().upper())
    if link is None:
        raise errors.LinkNotFound(code=code)
    return link


def preview_relay(uow: UnitOfWork, actor: Official, team: str, channel: str, text: str) -> Preview:
    """Where a text would go if it were posted in this channel, and why not elsewhere."""
    said = plain(text)
    found = Preview(
        read_tags(text), read_label(said).label, screen_post(said), stated(uow, text).named
    )
    routes = []
    for link in uow.links.live_at(team, channel):
        end = link.end_of(actor.government.other)
        if end is not None:
            leads_there = link.leads_from(team, channel) == end
            outcome = _preview(link, end, found) if leads_there else "not_this_way"
            routes.append((link, end, outcome))
    return replace(found, routes=tuple(routes))


def _preview(link: Link, to: End, found: Preview) -> str:  # noqa: PLR0911  one answer per rule
    """In the order the rules apply."""
    if not link.terms.matches(found.tags):
        return "no_tag"
    if found.screening.decision is Decision.BLOCK:
        return "marking"
    if found.label is None:
        return "unlabelled"
    if found.label in policy.NEVER_RELAYED:
        return "label_refused"
    if not permits(found.named, to.government, to.agency):
        return Barrier.NOT_RELEASABLE.value
    if not policy.is_below_ceiling(found.label, link):
        return Barrier.ABOVE_CEILING.value
    if link.state is LinkState.PAUSED:
        return RouteState.PAUSED.value
    verdict = policy.along(link, Act.RELAY, found.label, found.screening.decision)
    return RouteState.QUEUED.value if verdict is Verdict.ALLOW else RouteState.AWAITING.value


def _agree_terms(uow: UnitOfWork, actor: Official, link: Link) -> Link:
    agreed = link.agree_terms(actor.government)
    _require_right(uow, actor, Act.AGREE_TERMS, link)
    require_both_sides(uow, BOTH_LIAISONS, link.pending_by, actor, link.code)
    holder = uow.links.pair_holder(agreed)
    if holder is not None:
        raise errors.LinkExists(code=holder.code)
    _save_and_tell(uow, actor, agreed, "terms_agreed")
    return agreed


def _change(
    uow: UnitOfWork,
    actor: Official,
    code: str,
    act: Act,
    change: str | Callable[[Link], str],
    verb: Callable[[Link], Link],
) -> Link:
    require_part(uow, actor, act)
    link = find_link(uow, code)
    changed = verb(link)
    _require_right(uow, actor, act, replace(changed, state=link.state))
    _save_and_tell(uow, actor, changed, change if isinstance(change, str) else change(changed))
    return changed


def _require_right(
    uow: UnitOfWork, actor: Official, act: Act, link: Link, channel: Channel = Channel.NONE
) -> None:
    proposer = link.pending_from if act is Act.AGREE_TERMS else link.near.government
    side = Side.OWN if actor.government == proposer else Side.OTHER
    ceiling = (link.pending or link.terms).ceiling
    require_right(uow, actor, act, Matter(side, channel, ceiling, state=link.state))


def _save_and_tell(uow: UnitOfWork, actor: Official, link: Link, change: str) -> None:
    uow.links.save(link)
    terms = link.pending or link.terms
    uow.audit.record(actor, f"link.{change}", link.code, **_audit_terms(terms))
    tell_channels(uow, actor, link, change)


def _notice(
    uow: UnitOfWork, actor: Official, link: Link, change: str, end: End, **facts: object
) -> None:
    uow.outbox.add(
        LINK,
        {"change": change, "by": actor.id, **facts},
        Method.POST,
        end.team,
        end.channel,
        link_id=link.id,
    )


def _require_both_ends(uow: UnitOfWork, link: Link, views: Sequence[ChannelView]) -> None:
    seen = {(view.team, view.channel) for view in views}
    for end in filter(None, (link.near, link.far)):
        if (end.team, end.channel) not in seen:
            raise errors.SlackUnreachable
    for view in views:
        _require_linkable(uow, view)


def _require_linkable(uow: UnitOfWork, view: ChannelView) -> None:
    if view.is_direct:
        raise errors.ChannelIsPrivateTalk
    if not view.is_member:
        raise errors.BotNotInChannel
    if view.fingerprint is not None and view.fingerprint.is_archived:
        raise errors.ChannelArchived
    if view.is_shared:
        raise errors.ChannelShared
    workspace = uow.workspaces.of_team(view.team)
    if workspace is not None and workspace.is_admin_channel(view.channel):
        raise errors.ChannelDecides


def _end(actor: Official, view: ChannelView, agency: str | None = None) -> End:
    return End(view.team, view.channel, actor.government, agency or actor.agency, view.name)


def _may_see(link: Link, actor: Official) -> bool:
    # A proposal that was never answered concerns the proposer and the side it was made to: both.
    return link.state is not LinkState.DECLINED or link.near.government == actor.government


def _audit_terms(terms: Terms) -> dict[str, object]:
    return {
        "tags": list(terms.tags),
        "ceiling": terms.ceiling.value,
        "direction": terms.direction.value,
        "mode": terms.mode.value,
    }
