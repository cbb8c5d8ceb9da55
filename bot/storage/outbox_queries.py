"""The statements of the outbox, built once: building one takes four times as long as running it.

What varies is a parameter; where it would be mistaken for a column to be set, its name says `its_`
or `wanted`.
"""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    FromClause,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.domain.budgets import OWN_LANES, Spending
from bot.domain.deliveries import FILE_LANE, WORKSPACE_LANE, DeliveryState
from bot.storage.tables import PARKED, UNDONE, lanes, outbox, workspaces
from bot.storage.tables_budgets import budgets


def _ready(row: FromClause = outbox) -> ColumnElement[bool]:
    """Whether what a delivery changes, or a file follows, stands in Slack already."""
    target, text_row = outbox.alias("target_row"), outbox.alias("text_row")
    posted = exists().where(target.c.id == row.c.target, target.c.slack_ts.is_not(None))
    said = exists().where(text_row.c.id == row.c.thread_of, text_row.c.slack_ts.is_not(None))
    is_file = row.c.lane.startswith(FILE_LANE)
    return or_(row.c.target.is_(None), posted) & or_(~is_file, said)


HAS_WORK = (
    exists()
    .where(outbox.c.team == lanes.c.team)
    .where(outbox.c.lane == lanes.c.name)
    .where(UNDONE)
    .correlate(lanes)
)
ITS_LANE = (lanes.c.team == bindparam("its_team")) & (lanes.c.name == bindparam("its_name"))
# Whoever died while sending may have left a lane both leased and put off.
LANE_DUE = case((lanes.c.lease_until > lanes.c.next_at, lanes.c.lease_until), else_=lanes.c.next_at)
# What a delivery along a lane counts as; `domain.budgets.spent_along` in SQL.
SPENT = case(
    *((lanes.c.name == f"{WORKSPACE_LANE}{name}", name) for name in OWN_LANES),
    (lanes.c.name.startswith(FILE_LANE), Spending.FILE.value),
    else_=Spending.POST.value,
)
ITS_BUDGET = (budgets.c.team == lanes.c.team) & (budgets.c.name == SPENT)

ADD = insert(outbox).returning(outbox.c.id)
GET = select(outbox).where(outbox.c.id == bindparam("wanted"))
SET = update(outbox).where(outbox.c.id == bindparam("wanted"))
WAITING_UPDATE = (
    select(outbox.c.id)
    .where(outbox.c.target == bindparam("wanted"))
    # A partial index is used only where its own condition stands, word for word.
    .where(UNDONE, outbox.c.state == DeliveryState.WAITING.value)
    .limit(1)
)
UNDONE_UPDATES = union_all(
    *(
        select(outbox).where(outbox.c.target == bindparam("wanted"), which)
        for which in (UNDONE, PARKED)
    )
).order_by("id")
POSTED_AT = (
    select(outbox)
    .where(outbox.c.team == bindparam("its_team"), outbox.c.slack_ts == bindparam("ts"))
    .where(outbox.c.kind.in_(bindparam("kinds", expanding=True)), outbox.c.target.is_(None))
)
OPEN = union_all(
    *(
        select(outbox.c.state, func.count()).where(which).group_by(outbox.c.state)
        for which in (UNDONE, PARKED)
    )
)
OF_ADVISORY = (
    select(outbox)
    .where(outbox.c.advisory_id == bindparam("wanted"))
    .where(outbox.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(outbox.c.target.is_(None))
    .order_by(outbox.c.id)
)
# One index answers each half: a count must not read what was delivered long ago.
OPEN_IN = union_all(
    *(
        select(outbox.c.state, func.count())
        .where(outbox.c.team == bindparam("wanted"), which)
        .group_by(outbox.c.state)
        for which in (UNDONE, PARKED)
    )
)
OF_SUBJECT = (
    select(outbox)
    .where(outbox.c.subject == bindparam("wanted"))
    .where(outbox.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(outbox.c.target.is_(None))
    .order_by(outbox.c.id)
)
HEAD = (
    select(outbox)
    .where(outbox.c.team == bindparam("its_team"), outbox.c.lane == bindparam("its_lane"))
    .where(UNDONE, _ready())
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(1)
)
IS_DUE = (
    (lanes.c.next_at <= bindparam("now"))
    & or_(lanes.c.lease_until.is_(None), lanes.c.lease_until <= bindparam("now"))
    & ~exists().where(ITS_BUDGET, budgets.c.open_at > bindparam("now")).correlate(lanes)
    & HAS_WORK
)
TEAMS = select(workspaces.c.team).order_by(workspaces.c.team)
DUE_LANES = (
    select(lanes)
    .where(IS_DUE)
    .order_by(lanes.c.next_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
DUE_LANES_IN = DUE_LANES.where(lanes.c.team == bindparam("its_team"))
DUE_LANE = DUE_LANES.where(ITS_LANE)
HEAD_OF_LANE = outbox.alias("head")
# The head of each of those lanes, in one statement.
HEADS = (
    select(outbox)
    .select_from(lanes)
    .join(
        outbox,
        outbox.c.id
        == select(HEAD_OF_LANE.c.id)
        .where(HEAD_OF_LANE.c.team == lanes.c.team, HEAD_OF_LANE.c.lane == lanes.c.name)
        .where(text("head.state IN ('waiting','sending')"), _ready(HEAD_OF_LANE))
        .order_by(HEAD_OF_LANE.c.priority, HEAD_OF_LANE.c.id)
        .limit(1)
        .correlate(lanes)
        .scalar_subquery(),
    )
    .where(tuple_(lanes.c.team, lanes.c.name).in_(bindparam("its_lanes", expanding=True)))
)
# A lane is due when it is free, and there is something left of its budget.
DUE = case((budgets.c.open_at > LANE_DUE, budgets.c.open_at), else_=LANE_DUE)
NEXT_DUE = (
    select(DUE.label("due"))
    .select_from(lanes)
    .outerjoin(budgets, ITS_BUDGET)
    .where(HAS_WORK)
    .order_by(DUE)
    .limit(1)
)
TO_SWEEP = (
    select(outbox)
    .where(outbox.c.sweep_at <= bindparam("now"))
    .order_by(outbox.c.sweep_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
SET_LANE = update(lanes).where(ITS_LANE)
FREE_LANE = update(lanes).where(ITS_LANE, lanes.c.fence == bindparam("its_fence"))
ENSURE_LANE = {
    "sqlite": sqlite_insert(lanes).on_conflict_do_nothing().returning(lanes.c.name),
    "postgresql": postgresql_insert(lanes).on_conflict_do_nothing().returning(lanes.c.name),
}
