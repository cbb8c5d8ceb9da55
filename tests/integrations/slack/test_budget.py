"""Reading afresh leaves the greater part of Slack's limits to others."""

from __future__ import annotations

import asyncio

from integrations.slack.budget import Budget


async def test_calls_beyond_the_budget_wait_for_the_window_to_move_on() -> None:
    budget = Budget(calls=2, window=0.2)
    clock = asyncio.get_running_loop().time
    made = []
    for _ in range(5):
        await budget.turn("T0TOKYO", "conversations.replies")
        made.append(clock())
    assert all(later - earlier >= 0.2 for earlier, later in zip(made, made[2:], strict=False))


async def test_workspaces_and_methods_have_budgets_of_their_own() -> None:
    budget = Budget(calls=1, window=3600)
    async with asyncio.timeout(5):
        for team in ("T0TOKYO", "T0CANB"):
            for method in ("conversations.replies", "conversations.history"):
                await budget.turn(team, method)
