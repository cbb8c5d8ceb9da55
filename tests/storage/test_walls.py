"""Behind the wall of one government nothing that is internal to the other is there.

PostgreSQL keeps it, for a role that is no superuser; every test on PostgreSQL runs as such a one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Table, text, tuple_
from sqlalchemy.exc import ProgrammingError

from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.services.access import require_official
from bot.services.notes import tell_directly
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.unit_of_work import UnitOfWork
from bot.storage.walls import Purpose
from tests import cast
from tests.isolation.secrets_of import AUSTRALIA, JAPAN, KINDS, Secrets, Side
from tests.isolation.stage import Stage, a_stage, furnish
from tests.isolation.story import Story, tell
from tests.storage.databases import BEGINNING, fresh_url, opened

pytestmark = pytest.mark.postgres
STANDING = text("SELECT coalesce(current_setting('kakehashi.government', true), '')")

ITS_ACTIONS = "action_id IN (SELECT id FROM actions WHERE scope = :side)"
ITS_ADVISORIES = "advisory_id IN (SELECT id FROM advisories WHERE government = :side"
ITS_ADVISORIES += " AND state IN ('held', 'discarded'))"
OWN = "government = :side"
# Which rows of a table are internal to a side: said here once more, in words of its own.
INTERNAL = {
    "actions": "scope = :side",
    "action_owners": "scope = :side",
    "action_events": ITS_ACTIONS,
    "advisories": f"{OWN} AND state IN ('held', 'discarded')",
    "advisory_files": ITS_ADVISORIES,
    "advisory_revisions": ITS_ADVISORIES,
    "audit_checkpoints": OWN,
    "audit_events": OWN,
    "audit_heads": OWN,
    "capture_channels": "team IN (SELECT team FROM workspaces WHERE government = :side)",
    "capture_reactions": OWN,
    "captures": OWN,
    "escalation_pauses": OWN,
    "follow_ups": f"{OWN} AND for_government IS NULL",
    "motion_approvals": f"motion_id IN (SELECT id FROM motions WHERE {OWN})",
    "motions": OWN,
    "purge_approvals": f"code IN (SELECT code FROM purges WHERE {OWN})",
    "purges": OWN,
    "reminders": "follow_up_id IN"
    f" (SELECT id FROM follow_ups WHERE {OWN} AND for_government IS NULL)",
}
WALLED = [(metadata.tables[name], internal) for name, internal in INTERNAL.items()]
# A link's code is drawn by lot, and a picture's mark derived with the key of one installation.
DRAWN = re.compile(r"LNK-[0-9A-Z]{4}|\b[0-9a-f]{8}\b")
BOTS = "the bot's own work for both sides"
JOINT = "agreed, or shown to both"
# What has no wall, and why nothing internal stands there, or why an official's act needs it.
OPEN = {
    "advisory_routes": "states along a link, asked wherever it carries something either way",
    "agencies": JOINT,
    "agency_ceilings": JOINT,
    "agency_aliases": JOINT,
    "agenda_items": JOINT,
    "budgets": BOTS,
    "carried_actions": JOINT,
    "channel_readings": "both ends of a link are read before either side may confirm it",
    "clearings": JOINT,
    "decisions": JOINT,
    "delegates": JOINT,
    "dialogue_lines": JOINT,
    "dialogue_tasks": JOINT,
    "dialogues": JOINT,
    "file_uploads": BOTS,
    "fingerprints": "both ends of a link are compared whichever side confirms it",
    "found_posts": BOTS,
    "heard": BOTS,
    "holiday_changes": "working days of both sides are counted in common",
    "homes": "a joint change makes tabs of both sides stale",
    "installation": BOTS,
    "lanes": BOTS,
    "legal_holds": "a hold counts for whoever destroys, also on what came from the other side",
    "link_pairs": JOINT,
    "links": JOINT,
    "official_hours": "whoever reminds somebody of the other side keeps to their hours",
    "officials": "names stand under what is joint, and one person's accounts are on either side",
    "outbox": "a joint act says something on both sides",
    "receipts": JOINT,
    "requests": BOTS,
    "rereads": BOTS,
    "restores": BOTS,
    "schedule_slots": BOTS,
    "schedules": BOTS,
    "sequences": "numbers are drawn by whoever acts, joint ones by both sides",
    "silences": BOTS,
    "thread_replies": JOINT,
    "tokens": "sealed, and opened by the bot alone",
    "workspaces": "what is said on the other side has to be addressed",
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_url("postgresql", tmp_path) as url, opened(url, lambda: BEGINNING) as one:
        yield one


@pytest.fixture
def lived_in(database: Database) -> Database:
    """Both sides have internal things of every kind there is, and joint ones."""
    database.transact(lambda uow: furnish(uow, Label.AMBER))
    with database.engine.begin() as connection:
        stage = Stage(connection, BEGINNING)
        story = Story(stage, Random(1))
        for side in (JAPAN, AUSTRALIA):
            for step in (story.advisory, story.action, story.follow_up):
                step(side)
        for side in (JAPAN, AUSTRALIA):
            _live(stage, side)
        stage.wait(days=3)
    return database


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    database.transact(lambda uow: furnish(uow, Label.AMBER))
    with a_stage(Label.AMBER, database) as one:
        yield one


def _live(stage: Stage, side: Side) -> None:
    secrets = Secrets(stage, side, 3)
    for kind in sorted(KINDS) * 2:
        secrets.do(kind)
    for line in (
        "/kakehashi witness",
        "/followup pause ACT-2026-0001",
        "/action reaction :memo:",
        '/followup new "Own" when:2026-09-17',
    ):
        stage.types(side.admin, line)
    stage.says(side.member, "#advisory without a label")
    stage.says(side.member, "#advisory TLP:AMBER waits for two")
    connection, tag = stage.uow.connection, side.tag
    own = {"side": tag, "code": f"PRG-{tag}", "by": stage.person(side.admin).id}
    for statement in FILLING:
        connection.execute(text(statement), own)


# What a story has no time for.
FILLING = (
    "INSERT INTO purges (code, government, digest, days, rows, planned_at)"
    " VALUES (:code, :side, 'd', '{}', 0, now())",
    "INSERT INTO purge_approvals (code, official_id, at) VALUES (:code, :by, now())",
    "INSERT INTO audit_checkpoints (government, seq, hash, at, key, previous, signature)"
    " VALUES (:side, 1, 'h', now(), 'k', 'p', 's')",
    "INSERT INTO motion_approvals (motion_id, official_id, at) SELECT min(id), :by, now()"
    " FROM motions WHERE government = :side",
    "INSERT INTO advisory_files (advisory_id, position, team, file, url, name, size, added_in)"
    " SELECT min(id), 0, 'T', 'F', '', '', 0, 1 FROM advisories"
    " WHERE government = :side AND state = 'held'",
    "INSERT INTO advisory_revisions (advisory_id, revision, label, body, until)"
    " SELECT min(id), 9, 'TLP:GREEN', '', now() FROM advisories"
    " WHERE government = :side AND state = 'held'",
)


def test_every_table_has_a_wall_or_a_reason_to_have_none(database: Database) -> None:
    question = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND p.polcmd = '*'"
        " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    found = dict(database.transact(lambda uow: uow.connection.execute(question).all()))
    del found["alembic_version"]
    assert {name for name, has_wall in found.items() if has_wall} == set(INTERNAL)
    assert set(found) == set(INTERNAL) | set(OPEN)
    assert not set(INTERNAL) & set(OPEN)


def test_the_walls_are_proven_by_a_role_that_is_bound_by_them(database: Database) -> None:
    assert database.transact(lambda uow: uow.walls.bind_this_role())
    question = text(
        "SELECT DISTINCT tableowner = current_user FROM pg_tables WHERE schemaname = 'public'"
    )
    assert database.transact(lambda uow: uow.connection.execute(question).scalars().all()) == [True]


@pytest.mark.parametrize("side", Government)
def test_behind_a_wall_there_is_nothing_internal_to_the_other_side(
    lived_in: Database, side: Government
) -> None:
    for table, internal in WALLED:
        everything = _keys(lived_in, table, None)
        theirs = _keys(lived_in, table, None, internal, side.other)
        own = _keys(lived_in, table, None, internal, side)
        assert theirs, table
        assert own, table
        assert _keys(lived_in, table, side) == everything - theirs, table


@pytest.mark.parametrize("side", Government)
def test_behind_a_wall_nothing_of_the_other_side_is_changed_or_written(
    lived_in: Database, side: Government
) -> None:
    for table, internal in WALLED:
        first = next(iter(table.c))
        theirs = tuple_(*table.primary_key).in_(_keys(lived_in, table, None, internal, side.other))
        change = table.update().values({first: first}).where(theirs)
        with _behind(lived_in, side) as uow:
            for statement in (change, table.delete().where(theirs)):
                assert uow.connection.execute(statement).rowcount == 0, table
            uow.walls.leave()
            row = dict(uow.connection.execute(table.select().where(theirs)).mappings().first())
            uow.walls.take(side)
            with pytest.raises(ProgrammingError, match="row-level security"):
                uow.connection.execute(table.insert().values(row))


def test_whoever_acts_stands_behind_the_wall_of_their_side(lived_in: Database) -> None:
    for name, side in (("TANAKA", "JP"), ("NGUYEN", "AU")):
        team, user = cast.ROSTER[name][:2]

        def act(uow: UnitOfWork, team: str = team, user: str = user) -> str:
            require_official(uow, team, user)
            return _side_in_the_database(uow)

        assert lived_in.transact(act) == side


async def test_what_was_promised_behind_a_wall_is_claimed_without_one(lived_in: Database) -> None:
    class Follower:
        side = "nobody asked"

        def claim_within(self, uow: UnitOfWork) -> None:
            self.side = _side_in_the_database(uow)

        def expect(self, claimed: None) -> None: ...

        def settle(self, claimed: None, *, committed: bool) -> None: ...

    def promise(uow: UnitOfWork) -> str:
        tell_directly(uow, require_official(uow, cast.TOKYO, "U01SATO"), "audit.shown")
        return _side_in_the_database(uow)

    follower = Follower()
    lived_in.follow(follower)
    assert await lived_in.run(promise) == "JP"
    assert follower.side == ""


def test_a_wall_ends_with_its_transaction(lived_in: Database) -> None:
    table = metadata.tables["audit_events"]
    everything = _keys(lived_in, table, None)
    for _ in range(20):
        assert _keys(lived_in, table, Government.JP) < everything
        assert _keys(lived_in, table, None) == everything


def test_a_wall_stands_again_however_a_lifting_ends(lived_in: Database) -> None:
    def sides(uow: UnitOfWork) -> list[str]:
        found = uow.connection.execute(text("SELECT DISTINCT government FROM audit_events"))
        return sorted(found.scalars())

    with _behind(lived_in, Government.JP) as uow:
        with uow.walls.lifted(Purpose.OTHER_LOG):
            assert sides(uow) == ["AU", "JP"]
        assert sides(uow) == ["JP"]
        with pytest.raises(LookupError), uow.walls.lifted(Purpose.OTHER_LOG):
            raise LookupError
        assert sides(uow) == ["JP"]
        with (
            pytest.raises(ProgrammingError),
            uow.part(),
            uow.walls.lifted(Purpose.OTHER_LOG),
        ):
            uow.connection.execute(text("SELECT nonsense"))
        assert sides(uow) == ["JP"]
        with pytest.raises(LookupError):
            _fail_behind(uow, Government.AU)
        assert sides(uow) == ["JP"]


def test_what_concerns_both_is_written_into_both_logs(lived_in: Database) -> None:
    def act(uow: UnitOfWork) -> None:
        for side in Government:
            uow.audit.record(side, "link.test", "LNK-TEST")

    with _behind(lived_in, Government.JP) as uow:
        act(uow)
        assert uow.walls.side is Government.JP
        uow.walls.leave()
        assert uow.audit.first_bad() is None
        newest = [uow.audit.newest(side, None, 1)[0].action for side in Government]
        assert newest == ["link.test"] * 2


def test_both_heads_are_shown_when_one_side_asks(stage: Stage) -> None:
    assert "heads of the audit log go to" in stage.types("WALSH", "/kakehashi witness")
    slots = text("SELECT government FROM audit_heads ORDER BY government")
    assert stage.uow.connection.execute(slots).scalars().all() == ["AU", "JP"]


def test_what_the_other_side_set_can_be_handed_back_to_it(stage: Stage) -> None:
    stage.types("SATO", '/action new "Joint"')
    stage.types("SATO", '/followup new "Look" when:2026-09-17 for:ASD about:ACT-2026-0001')
    stage.wait(days=3)
    assert "goes back" in stage.presses("NGUYEN", "followup_not_mine", "FUP-2026-0001")
    follow_up = stage.uow.follow_ups.by_number("FUP-2026-0001")
    assert follow_up is not None
    assert follow_up.for_government is None


def test_a_tighter_label_voids_what_the_originators_releasers_were_asked(stage: Stage) -> None:
    stage.types("TANAKA", '/advisory new "News" label:GREEN tags:advisory text:"known to both"')
    stage.say_all()
    stage.types("SUZUKI", "/advisory relabel ADV-2026-0001 label:CLEAR")
    states = text("SELECT state FROM motions WHERE act = 'relax'")
    assert stage.uow.connection.execute(states).scalars().all() == ["open"]
    stage.types("BAKER", "/advisory relabel ADV-2026-0001 label:AMBER")
    assert stage.uow.connection.execute(states).scalars().all() == ["void"]
    assert stage.uow.audit.newest(Government.JP, None, 1)[0].action == "advisory.tightened"


@pytest.mark.parametrize("seed", range(6))
def test_a_story_behind_walls_is_the_same_to_the_last_character(seed: int, tmp_path: Path) -> None:
    side = (JAPAN, AUSTRALIA)[seed % 2]
    without = tell(seed, side, seed, files=False)

    with fresh_url("postgresql", tmp_path) as url, opened(url, lambda: BEGINNING) as database:

        def furnished(ceiling: Label) -> Database:
            database.transact(lambda uow: furnish(uow, ceiling))
            return database

        behind = tell(seed, side, seed, files=False, database_for=furnished)
    assert behind.secrets == without.secrets
    assert DRAWN.sub("LOT", behind.seen) == DRAWN.sub("LOT", without.seen)


def _side_in_the_database(uow: UnitOfWork) -> str:
    return str(uow.connection.execute(STANDING).scalar_one())


def _fail_behind(uow: UnitOfWork, side: Government) -> None:
    with uow.part():
        uow.walls.take(side)
        raise LookupError


@contextmanager
def _behind(database: Database, side: Government) -> Iterator[UnitOfWork]:
    """A transaction behind a side's wall, taken back at its end."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        uow = UnitOfWork(connection, BEGINNING)
        uow.walls.take(side)
        yield uow
        transaction.rollback()


def _keys(
    database: Database,
    table: Table,
    behind: Government | None,
    condition: str = "true",
    side: Government = Government.JP,
) -> set[tuple[object, ...]]:
    query = table.select().where(text(condition)).params(side=side.value)

    def read(uow: UnitOfWork) -> set[tuple[object, ...]]:
        if behind is not None:
            uow.walls.take(behind)
        rows = uow.connection.execute(query)
        return {tuple(row._mapping[key] for key in table.primary_key) for row in rows}

    return database.transact(read)
