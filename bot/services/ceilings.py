"""A ceiling for the channels of one agency, whatever the terms of their links permit.

Like terms, ceilings are seen by both sides; the stricter of what is set counts.
"""

from __future__ import annotations

from bot import errors
from bot.domain import policy
from bot.domain.agencies import Agency
from bot.domain.labels import Label
from bot.domain.links import AgencyCeiling
from bot.domain.officials import Official
from bot.domain.rights import Act, Matter
from bot.services.access import require_part, require_right
from bot.services.links import tell_channels
from bot.storage.unit_of_work import UnitOfWork


def set_ceiling(uow: UnitOfWork, actor: Official, agency: Agency, label: Label) -> AgencyCeiling:
    """From now on nothing more restricted passes to or from the agency's channels.

    Readers keep what they have, as under new terms. Raises LabelRefused for RED and AMBER+STRICT,
    which pass nowhere.
    """
    require_part(uow, actor, Act.SET_CEILING)
    policy.require_relayable(label)
    require_right(uow, actor, Act.SET_CEILING, Matter(label=label))
    ceiling = AgencyCeiling(actor.government, agency.code, label)
    uow.ceilings.put(ceiling, actor.id)
    uow.audit.record(actor, "ceiling.set", agency.code, label=label)
    _tell(uow, actor, agency, "ceiling_set")
    return ceiling


def lift_ceiling(uow: UnitOfWork, actor: Official, agency: Agency) -> AgencyCeiling:
    """Takes back what the actor's side had set; raises CeilingNotFound where it set nothing."""
    require_right(uow, actor, Act.LIFT_CEILING)
    mine = (one for one in uow.ceilings.all if one.government == actor.government)
    ceiling = next((one for one in mine if one.agency == agency.code), None)
    if ceiling is None:
        raise errors.CeilingNotFound(agency=agency.code)
    uow.ceilings.lift(ceiling)
    uow.audit.record(actor, "ceiling.lift", agency.code, label=ceiling.label)
    _tell(uow, actor, agency, "ceiling_lifted")
    return ceiling


def _tell(uow: UnitOfWork, actor: Official, agency: Agency, change: str) -> None:
    for link in uow.links.all():
        if link.is_live and agency.code in link.agencies:
            tell_channels(uow, actor, link, change)
