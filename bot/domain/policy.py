"""Whether an advisory may travel along a link: asked when it is queued and again when it is sent.

Sources: `docs/glossary.md` (label, ceiling, release); FIRST TLP 2.0 for RED and AMBER+STRICT, whose
definitions confine them to recipients and to one organisation.
"""

from __future__ import annotations

from bot import errors
from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.domain.labels import Label
from bot.domain.links import Link, LinkState, Mode

NEVER_RELAYED = frozenset({Label.RED, Label.AMBER_STRICT})
ALWAYS_WAITS = frozenset({Label.AMBER})


def require_relayable(label: Label) -> None:
    """RED and AMBER+STRICT never leave by relay, whatever a link permits."""
    if label in NEVER_RELAYED:
        raise errors.LabelRefused(label=label.value)


def first_state(advisory: Advisory, link: Link) -> RouteState:
    """The state a fresh advisory takes on a link that matches its tags."""
    if advisory.label is None or advisory.label.rank > link.terms.ceiling.rank:
        return RouteState.ABOVE_CEILING
    if link.state is LinkState.PAUSED:
        return RouteState.PAUSED
    return RouteState.AWAITING if waits(advisory, link) else RouteState.QUEUED


def waits(advisory: Advisory, link: Link) -> bool:
    """Whether a releaser has to let the advisory go on this link."""
    return must_wait(advisory.label, link, asked=advisory.needs_release)


def is_below_ceiling(label: Label | None, link: Link) -> bool:
    """Whether a link may carry a label at all; an unknown label is above every ceiling."""
    return label is not None and label.rank <= link.terms.ceiling.rank


def carries(advisory: Advisory, link: Link) -> bool:
    """Whether anything of an advisory may move along a link now: it is active and leads there."""
    destination = link.leads_from(advisory.team, advisory.channel)
    return link.state is LinkState.ACTIVE and destination is not None


def may_reply(advisory: Advisory, link: Link) -> bool:
    """Whether a reply may travel along a link as its advisory did, without a releaser's eye."""
    if not advisory.is_out or advisory.label is None or link.state is not LinkState.ACTIVE:
        return False
    if advisory.label in NEVER_RELAYED or advisory.label.rank > link.terms.ceiling.rank:
        return False
    return not waits(advisory, link)


def must_wait(label: Label | None, link: Link, *, asked: bool) -> bool:
    """The rule itself: a manual link, AMBER, or a marking that asks."""
    return asked or link.terms.mode is Mode.MANUAL or label in ALWAYS_WAITS


def may_send(advisory: Advisory, link: Link, state: RouteState, *, released: bool) -> bool:
    """The question asked again in the transaction that claims the send; unknown means no."""
    if advisory.state is not AdvisoryState.ISSUED or advisory.label is None:
        return False
    if advisory.label in NEVER_RELAYED or advisory.label.rank > link.terms.ceiling.rank:
        return False
    if link.state is not LinkState.ACTIVE or state is not RouteState.QUEUED:
        return False
    destination = link.leads_from(advisory.team, advisory.channel)
    if destination is None or destination.government == advisory.government:
        return False
    return released or not waits(advisory, link)
