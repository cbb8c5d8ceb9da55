"""The real bot for the measurements: built by its own roof, its database a file, as shipped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.app import Application, build
from bot.domain.labels import Label
from bot.domain.links import Direction, Mode, Terms
from bot.domain.officials import Official
from bot.services.links import accept_link, propose_link
from bot.services.ports import ChannelView
from bot.settings import Settings
from bot.storage import fingerprints
from bot.storage.tables import audit_events
from bot.storage.unit_of_work import UnitOfWork
from integrations.slack import sightings
from integrations.slack.budget import Budget
from integrations.slack.stand_in import CANBERRA, TOKYO, WorkspaceSpec
from tests.bench.engine import LIFTED
from tests.bench.slack import LINKS, Addresses, destination_channel, source_channel
from tests.ports import free_port


class _Lifted(Budget):
    """As many look-ups as anybody wants."""

    def __init__(self, calls: int) -> None:
        super().__init__(calls * 1_000)


# Whatever the measurements take: see `_read_everything`.
fingerprints.BELIEVED = timedelta(hours=1)
sightings.Budget = _Lifted  # type: ignore[misc]
TERMS = Terms(("advisory",), Label.GREEN, Direction.OUT, Mode.AUTO)
PLACES = (("tokyo", "JP", TOKYO, "MOFA"), ("canberra", "AU", CANBERRA, "DFAT"))


async def running_bot(addresses: Addresses, folder: Path) -> Application:
    """The bot, ready, with its first admins enrolled and every link of the measurements active."""
    # Posts at the same moment are measured, not the calls a minute that Slack grants.
    application = build(_settings(addresses, folder), limits=LIFTED)
    await application.start()
    await application.wait_until_ready()
    await application.database.run(_link_everything)
    await _read_everything(application)
    return application


async def _read_everything(application: Application) -> None:
    """Every channel has been looked at, as on a bridge that has stood for some minutes.

    Slack permits some forty look-ups a minute: more channels than that cannot be kept looked at,
    and the measurements take more, only so that each may rest between two posts.
    """
    lookout = application.dispatcher.lookout
    for n in range(LINKS):
        await lookout.read(TOKYO.team_id, source_channel(n))
        await lookout.read(CANBERRA.team_id, destination_channel(n))


async def decisions(application: Application, action: str) -> int:
    """How many audit rows of that action are committed: what was promised was really written."""

    def count(uow: UnitOfWork) -> int:
        rows = select(func.count()).where(audit_events.c.action == action)
        return int(uow.connection.execute(rows).scalar_one())

    return await application.database.run(count)


def _settings(addresses: Addresses, folder: Path) -> Settings:
    urls = {"tokyo": addresses.tokyo, "canberra": addresses.canberra}
    return Settings.model_validate(
        {
            "database": {"url": f"sqlite:///{folder / 'bench.db'}"},
            "http": {"port": free_port()},
            # One person asks all day.
            "bridge": {"requests_per_minute": 0},
            "workspaces": [
                {
                    "name": name,
                    "government": government,
                    "team_id": spec.team_id,
                    "mode": "socket",
                    "bot_token": spec.apps[0].bot_token,
                    "app_token": spec.apps[0].app_token,
                    "api_url": urls[name],
                }
                for name, government, spec, _ in PLACES
            ],
            "admins": [
                {"workspace": name, "user_id": spec.users[0].id, "agency": agency}
                for name, _, spec, agency in PLACES
            ],
        }
    )


def _link_everything(uow: UnitOfWork) -> None:
    near, far = _admin(uow, TOKYO), _admin(uow, CANBERRA)
    to = uow.agencies.get(far.agency)
    assert to is not None
    for n in range(LINKS):
        here, there = _view(near, source_channel(n)), _view(far, destination_channel(n))
        link = propose_link(uow, near, here, to, TERMS)
        accept_link(uow, far, link.code, there)


def _admin(uow: UnitOfWork, spec: WorkspaceSpec) -> Official:
    found = uow.officials.find(spec.team_id, spec.users[0].id)
    assert found is not None
    return found


def _view(reader: Official, channel: str) -> ChannelView:
    return ChannelView(
        team=reader.team,
        channel=channel,
        name=channel.lower(),
        is_direct=False,
        is_member=True,
        is_shared=False,
        readers=(reader.name,),
        more_readers=0,
        guests=0,
    )
