"""What is said of a link in its channels: who proposed, agreed, paused or cut it, and who reads."""

from __future__ import annotations

from bot.domain.deliveries import Delivery
from bot.domain.links import End, Link
from bot.services.cards import agency_of
from bot.services.composing import Composers, required
from bot.services.facts import LinkFacts
from bot.services.kinds import LINK
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


COMPOSERS: Composers = {LINK: _link}
