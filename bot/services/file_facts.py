"""What readers of a text are told about the files that came with it."""

from __future__ import annotations

from collections import Counter

from bot.domain.advisories import Advisory
from bot.domain.attachments import Attachment
from bot.domain.deliveries import ENDED_UNSENT, Delivery, DeliveryState
from bot.services.facts import FilesFacts, LateFile
from bot.services.kinds import FILE
from bot.services.whereabouts import cause_of
from bot.storage.unit_of_work import UnitOfWork

# From this attempt on readers are told that a file is late; one failure mends itself in a second.
TOLD_FROM = 2


def files_facts(
    uow: UnitOfWork,
    advisory: Advisory,
    delivery: Delivery,
    revision: int,
    reply_id: int | None = None,
) -> FilesFacts | None:
    """What readers of a text are told about its files; None when there are none.

    Of a file that stays they learn that there is one, and why: never its name.
    """
    if reply_id is None and not advisory.files:
        return None
    files = [one for one in uow.attachments.of(advisory.id, reply_id) if one.is_of(revision)]
    there = (delivery.link_id, delivery.team, delivery.channel)
    sent = {
        one.facts["file"]: one
        for one in uow.outbox.of_advisory(advisory.id, FILE)
        if (one.link_id, one.team, one.channel) == there
    }
    left = [one for one in files if one.staying is None and one.removed_in is None]
    late = [_late(one, sent.get(one.id)) for one in left]
    ended = [one for one in left if one.id in sent and sent[one.id].state in ENDED_UNSENT]
    staying = Counter(one.staying.value for one in files if one.staying)
    found = FilesFacts(
        coming=len(left) - len(ended),
        late=tuple(one for one in late if one is not None),
        staying=tuple(sorted(staying.items())),
    )
    return found if files else None


def _late(file: Attachment, sent: Delivery | None) -> LateFile | None:
    if sent is None:
        return None
    is_stuck = sent.state in (DeliveryState.PARKED, DeliveryState.DROPPED)
    waits = sent.state in (DeliveryState.WAITING, DeliveryState.SENDING)
    is_slow = waits and sent.last_error is not None and sent.attempts >= TOLD_FROM
    if not is_stuck and not is_slow:
        return None
    cause = cause_of(sent.last_error) or "unclear"
    return LateFile(file.position, file.name, cause, is_retried=is_slow)
