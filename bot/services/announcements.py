"""From a row of the outbox to everything that has to be said, in the transaction that claims it.

Policy is asked again here: what was permitted when it was queued may no longer be when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.deliveries import Delivery
from bot.services import (
    action_composers,
    advisory_composers,
    capture_composers,
    card_composers,
    dialogue_composers,
    digest_charts,
    digests,
    escalation_composers,
    file_composers,
    link_composers,
    reminders,
    witness,
)
from bot.services.composing import Composers
from bot.services.facts import (
    CopyFacts,
    Facts,
    FileGoneFacts,
    LinkFacts,
    NoteFacts,
    NothingFacts,
    ReplyFacts,
    SilenceFacts,
    SuspensionFacts,
    TombstoneFacts,
)
from bot.services.kinds import (
    CHANGE,
    COPY,
    FILE,
    NOTE,
    RELEASE,
    REPLY,
    STOPPED,
    UPLOADED,
    Withheld,
)
from bot.services.ports import Outgoing
from bot.storage.unit_of_work import UnitOfWork

# What takes something back, or tells of a link itself: said whoever reads the channel by now.
OPEN_TO_ALL = (FileGoneFacts, TombstoneFacts, LinkFacts, SuspensionFacts, SilenceFacts)
# Of these it is decided with the advisory what may still be said over a link that is suspended.
OF_ADVISORIES = frozenset({COPY, CHANGE, REPLY, FILE})


def compose(uow: UnitOfWork, delivery: Delivery) -> Outgoing:
    """Everything needed to say a delivery now; raises Withheld when it may not be said."""
    facts = COMPOSERS[delivery.kind](uow, delivery)
    is_unread = _is_unread(uow, delivery, facts)
    return replace(_address(uow, delivery, facts), is_unread=is_unread)


def look_up(uow: UnitOfWork, delivery: Delivery, reason: str) -> Outgoing:
    """Everything needed to find what may not be said any more, should it stand already."""
    return _address(uow, delivery, NothingFacts(reason))


def _address(uow: UnitOfWork, delivery: Delivery, facts: Facts) -> Outgoing:
    target = uow.outbox.get(delivery.target) if delivery.target else None
    thread_ts, channel = delivery.thread_ts, delivery.channel
    if delivery.thread_of:
        parent = uow.outbox.get(delivery.thread_of)
        if parent.slack_ts is None:
            raise Withheld("parent_not_delivered")
        thread_ts = parent.slack_ts
        if delivery.kind == FILE and (parent.thread_of or parent.thread_ts):
            # It follows a reply: Slack knows no threads within threads.
            head = uow.outbox.get(parent.thread_of) if parent.thread_of else None
            thread_ts = head.slack_ts if head else parent.thread_ts
    is_file = delivery.kind in UPLOADED and target is None
    if target is not None:
        channel = target.posted_channel or target.channel
    return Outgoing(
        delivery,
        facts,
        thread_ts,
        target.slack_ts if target else None,
        channel,
        _language(uow, target or delivery),
        target_key=target.key if target else "",
        upload=uow.attachments.upload_of(delivery.id) if is_file else "",
    )


def _is_unread(uow: UnitOfWork, delivery: Delivery, facts: Facts) -> bool:
    """Whether its channel has to be read first; raises Withheld where its link is suspended.

    What was posted before a link began to flow again does not leave once it does: between the two
    nobody may have looked, and whoever confirmed a channel did so for what is posted from then on.
    What else was withheld while it was suspended is said once both sides have confirmed.
    """
    if delivery.kind == RELEASE:
        place = (delivery.team, delivery.channel)
        is_known = uow.fingerprints.is_fresh(*place) and uow.fingerprints.unfit(*place) is not None
        return card_composers.is_in_channel(uow, delivery) and not is_known
    if delivery.link_id is None or isinstance(facts, OPEN_TO_ALL):
        return False
    link = uow.links.get(delivery.link_id)
    ends = [end for end in (link.near, link.far) if end is not None]
    if not any(end.is_at(delivery.team, delivery.channel) for end in ends):
        return False
    is_new = delivery.kind in OF_ADVISORIES and delivery.target is None
    if is_new and link.flows_since and delivery.created_at < link.flows_since:
        raise Withheld("policy")
    if link.suspension is None:
        return not uow.fingerprints.is_fresh(delivery.team, delivery.channel)
    if delivery.kind not in OF_ADVISORIES or isinstance(facts, CopyFacts | ReplyFacts):
        raise Withheld(STOPPED)
    return False


def _language(uow: UnitOfWork, delivery: Delivery) -> str:
    reader = uow.officials.find(delivery.team, delivery.user) if delivery.user else None
    return reader.language if reader else "auto"


def _note(_uow: UnitOfWork, delivery: Delivery) -> NoteFacts:
    parameters = delivery.facts.get("parameters")
    if not isinstance(parameters, Mapping):
        parameters = {}
    return NoteFacts(str(delivery.facts["key"]), parameters)


# Each noun brings the composers of its own kinds.
COMPOSERS: Composers = {
    **advisory_composers.COMPOSERS,
    **card_composers.COMPOSERS,
    **link_composers.COMPOSERS,
    **action_composers.COMPOSERS,
    **reminders.COMPOSERS,
    **witness.COMPOSERS,
    **dialogue_composers.COMPOSERS,
    **escalation_composers.COMPOSERS,
    **digests.COMPOSERS,
    **digest_charts.COMPOSERS,
    **capture_composers.COMPOSERS,
    **file_composers.COMPOSERS,
    NOTE: _note,
}
