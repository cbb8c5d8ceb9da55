"""Traces of one side's internal things that were once found, each by itself."""

from __future__ import annotations

import json

from bot.domain.labels import Label
from bot.services.kinds import ACTION_CARD
from tests import cast
from tests.isolation.secrets_of import JAPAN, Secrets
from tests.isolation.stage import Stage, a_stage


def test_a_button_to_the_next_page_does_not_count_rows_one_may_not_see() -> None:
    def pages(stage: Stage) -> list[object]:
        for number in range(12):
            stage.types("WALSH", f'/action new "Item {number}" owner:me')
        stage.types("WALSH", "/action list mine")
        (*_, (_, _, first, blocks)) = stage.seen[cast.CANBERRA]  # type: ignore[misc]
        value = blocks[-1]["elements"][-1]["value"]
        stage.presses("WALSH", "action_more", value)
        (*_, (_, _, second, _)) = stage.seen[cast.CANBERRA]  # type: ignore[misc]
        assert json.loads(value)[2] == "ACT-2026-0016"
        assert "Item 9" in first
        assert "Item 11" in second
        return [first, value, second]

    with a_stage(Label.GREEN) as stage:
        expected = pages(stage)
    with a_stage(Label.GREEN) as stage:
        Secrets(stage, JAPAN, 1).do("action")
        Secrets(stage, JAPAN, 2).do("enrol")
        assert pages(stage) == expected


def test_the_note_about_a_parked_delivery_does_not_count_deliveries() -> None:
    def note(stage: Stage) -> object:
        stage.say_all()
        stage.types("SATO", '/action new "In trouble"')
        stage.park(cast.CANBERRA, ACTION_CARD)
        stage.say_all()
        (found,) = [one for one in stage.seen[cast.CANBERRA] if "is parked" in str(one)]
        return found

    with a_stage(Label.GREEN) as stage:
        expected = note(stage)
    with a_stage(Label.GREEN) as stage:
        for seed in range(3):
            Secrets(stage, JAPAN, seed).do("kept_back")
        assert note(stage) == expected
