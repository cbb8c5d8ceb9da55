"""Numbers that both sides see count what both see; what waits or stays is drawn by lot."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.services import issuing
from bot.services.numbers import ALPHABET, draw, number_advisory
from bot.storage.unit_of_work import UnitOfWork
from tests import cast

GREEN = "#advisory [TLP:GREEN] patch now"
COUNTED, DRAWN = re.compile(r"ADV-2026-\d{4}"), re.compile(rf"ADV-2026-[{ALPHABET}]{{4}}")


@pytest.fixture(autouse=True)
def by_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "number_advisory", number_advisory)


def post(uow: UnitOfWork, text: str = GREEN) -> str:
    """The number of what somebody posts."""
    count = len(uow.advisories.latest(100))
    cast.post(uow, "TANAKA", text, ts=f"17896{count:05}.000001")
    return uow.advisories.latest(1)[0].number


# What one side keeps to itself between two advisories that leave.
BETWEEN: dict[str, Callable[[UnitOfWork], object]] = {
    "held": lambda uow: post(uow, "#advisory no label"),
    "too restricted": lambda uow: post(uow, f"{GREEN}\nReleasability: DFAT"),
    "waits": lambda uow: post(uow, "#advisory [TLP:GREEN]\n取扱注意\npatch"),
    "discarded": lambda uow: issuing.discard_advisory(
        uow, cast.the(uow, "TANAKA"), post(uow, "#advisory no label")
    ),
    "refused": lambda uow: cast.post(uow, "TANAKA", "#advisory TLP:RED x", ts="1789699999.000001"),
}


@pytest.mark.parametrize("times", [0, 1, 3])
@pytest.mark.parametrize("what", BETWEEN)
def test_what_stays_leaves_no_gap_in_the_numbers_the_other_side_sees(
    uow: UnitOfWork, what: str, times: int
) -> None:
    cast.join(uow)
    before = post(uow)
    for _ in range(times if what != "refused" else min(times, 1)):
        BETWEEN[what](uow)
    assert [before, post(uow)] == ["ADV-2026-0001", "ADV-2026-0002"]


def test_what_waited_keeps_its_number_when_it_leaves(uow: UnitOfWork) -> None:
    cast.join(uow, mode=Mode.MANUAL)
    number = post(uow)
    assert DRAWN.fullmatch(number)
    assert not COUNTED.fullmatch(number)
    cast.release(uow, number)
    assert cast.routes(uow, number) == ["queued"]


def test_a_held_one_keeps_its_number_when_it_is_labelled(uow: UnitOfWork) -> None:
    cast.join(uow)
    number = post(uow, "#advisory no label")
    issuing.label_advisory(uow, cast.the(uow, "TANAKA"), number, Label.GREEN)
    assert uow.advisories.latest(1)[0].number == number


def test_what_is_typed_is_numbered_in_the_same_way(uow: UnitOfWork) -> None:
    cast.join(uow, ceiling=Label.AMBER)
    place = (cast.TOKYO, cast.TOKYO_ADV, "title", "text", ("advisory",))
    tanaka = cast.the(uow, "TANAKA")
    first = issuing.open_advisory(uow, tanaka, *place, Label.GREEN)
    second = issuing.open_advisory(uow, tanaka, *place, Label.AMBER)
    assert COUNTED.fullmatch(first.number)
    assert DRAWN.fullmatch(second.number)


def test_a_code_that_is_drawn_is_free_and_no_number() -> None:
    taken: set[str] = set()
    for _ in range(2_000):
        code = draw("ADV-2026", taken.__contains__)
        assert code not in taken
        assert DRAWN.fullmatch(code)
        assert not COUNTED.fullmatch(code)
        taken.add(code)
