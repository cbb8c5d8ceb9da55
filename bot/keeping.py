"""`kakehashi retention`: what is kept how long, what a purge would destroy, what is held."""

from __future__ import annotations

from bot import errors
from bot.domain.officials import Government
from bot.domain.retention import DataClass, PurgePlan, Schedule
from bot.services import retention
from bot.storage.database import Database
from bot.texts.catalog import Language, load


def show_schedule(database: Database, days: Schedule, language: Language) -> int:
    """How long each class is kept, and which advisories are held."""
    say = load().say
    for kind in DataClass:
        key = "kept" if not days[kind] else "days"
        what = say(language, f"retention.kind.{kind}")
        print(say(language, f"retention.{key}", what=what, days=days[kind]))  # noqa: T201
    for number, since in database.transact(lambda uow: uow.retention.held()):
        print(say(language, "retention.held", number=number, since=f"{since:%Y-%m-%d}"))  # noqa: T201
    return 0


def show_plan(database: Database, government: str, days: Schedule, language: Language) -> int:
    """A dry run: how much of each class would be destroyed now."""
    side = _side(government)
    _tell(database.transact(lambda uow: retention.plan_purge(uow, side, days)), language)
    return 0


def propose(database: Database, government: str, days: Schedule) -> int:
    """Puts a plan up for the approval of two administrators of that side; prints its code."""
    side = _side(government)
    print(database.transact(lambda uow: retention.propose_purge(uow, side, days)))  # noqa: T201
    return 0


def purge(database: Database, code: str, language: Language, *, dry_run: bool) -> int:
    """Carries an approved purge out, or only says what that would destroy."""
    work = retention.rehearse_purge if dry_run else retention.carry_out_purge
    _tell(database.transact(lambda uow: work(uow, code)), language)
    return 0


def hold(database: Database, number: str) -> int:
    """A legal hold: whatever was approved, this is not destroyed."""
    database.transact(lambda uow: retention.hold_advisory(uow, number))
    return 0


def release(database: Database, number: str) -> int:
    """Takes a legal hold back."""
    database.transact(lambda uow: retention.release_hold(uow, number))
    return 0


def _tell(plan: PurgePlan, language: Language) -> None:
    say = load().say
    for kind, count in plan.counts.items():
        what = say(language, f"retention.kind.{kind}")
        print(say(language, "retention.count", what=what, count=count))  # noqa: T201


def _side(government: str) -> Government:
    try:
        return Government(government.upper())
    except ValueError:
        raise errors.UnknownChoice(
            word="government", value=government, choices=", ".join(Government)
        ) from None
