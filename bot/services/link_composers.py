"""What is said of a link in its channels: who proposed, agreed, paused or cut it, and who reads."""

from __future__ import annotations

from bot.domain.agencies import Agency
from bot.domain.deliveries import Delivery, Method
from bot.domain.links import End, Link
from bot.services.cards import agency_of
from bot.services.composing import Composers, required, side_of
from bot.services.facts import LinkFacts, SilenceFacts, SuspensionFacts
from bot.services.kinds import LINK, SILENT, SUSPENDED, Withheld
from bot.storage.unit_of_work import UnitOfWork


def _link(uow: UnitOfWork, delivery: Delivery) -> LinkFacts:
    link = uow.links.get(required(delivery.link_id))
    by = uow.officials.get(int(str(delivery.facts["by"])))
    here, there = _ends(link, delivery)
    far = there if here == link.near else here
    readers = delivery.facts.get("readers")
    return LinkFacts(
        side=here.government,
        change=str(delivery.facts["change"]),
        link=link,
        terms=link.terms,
        near=agency_of(uow, link.near.agency),
        far=agency_of(uow, far.agency if far else link.to_agency),
        by=by.name,
        by_agency=agency_of(uow, by.agency),
        here=here,
        there=there,
        readers=tuple(str(name) for name in readers) if isinstance(readers, list) else (),
        more_readers=int(str(delivery.facts.get("more_readers", 0))),
        guests=int(str(delivery.facts.get("guests", 0))),
        unchecked=int(str(delivery.facts.get("unchecked", 0))),
    )


def _ends(link: Link, delivery: Delivery) -> tuple[End, End | None]:
    if link.far is not None and link.far.is_at(delivery.team, delivery.channel):
        return link.far, link.near
    return link.near, link.far


def _suspended(uow: UnitOfWork, delivery: Delivery) -> SuspensionFacts:
    link = uow.links.get(required(delivery.link_id))
    if link.suspension is None:
        raise Withheld("resumed")
    near, far = _agencies(uow, link)
    return SuspensionFacts(
        side=side_of(uow, delivery),
        code=link.code,
        near=near,
        far=far,
        findings=tuple(sorted(link.suspension.findings)),
        in_person=delivery.method is Method.DIRECT,
    )


def _silent(uow: UnitOfWork, delivery: Delivery) -> SilenceFacts:
    link = uow.links.get(required(delivery.link_id))
    near, far = _agencies(uow, link)
    return SilenceFacts(link.code, near, far, int(str(delivery.facts["days"])))


def _agencies(uow: UnitOfWork, link: Link) -> tuple[Agency, Agency]:
    near, far = link.agencies
    return agency_of(uow, near), agency_of(uow, far)


COMPOSERS: Composers = {LINK: _link, SUSPENDED: _suspended, SILENT: _silent}
