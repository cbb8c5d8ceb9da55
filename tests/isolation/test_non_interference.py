"""One government's internal things leave no trace for the other (promise P5): the same story, told
with other secrets, looks the same to the last character.

Each story is told once without secrets and again with ten different lots of them, other texts,
other kinds and other numbers of things; whatever the other side was given or could ask for is
compared. Left out: what is drawn by lot in each run (keys, seals, hashes, and the numbers of
advisories that waited). Those that left at once are counted, and bear the very same numbers.
What a government lets the other know on purpose is no secret here: which of its agencies are
represented (receipts are expected of them), its holidays, and that a head of its log was shown.
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from bot.domain.labels import Label
from bot.services import issuing
from bot.services.numbers import ALPHABET, number_advisory
from tests.isolation.secrets_of import AUSTRALIA, CANARY, JAPAN, KINDS, Secrets, Side
from tests.isolation.stage import a_stage
from tests.isolation.story import STEPS, Story, look, tell

CHUNKS, STORIES, LOTS = 10, 5, 10
LOT = re.compile(rf"ADV-2026-(?!\d{{4}})[{ALPHABET}]{{4}}")


def in_order(seen: str) -> str:
    """The same text with the numbers that were drawn replaced by the order they appear in."""
    known: dict[str, str] = {}
    return LOT.sub(lambda found: known.setdefault(found[0], f"ADV #{len(known)}"), seen)


@pytest.fixture(autouse=True)
def by_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it matters what numbers tell."""
    monkeypatch.setattr(issuing, "number_advisory", number_advisory)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_other_secrets_change_nothing_the_other_side_sees(chunk: int) -> None:
    pairs, kinds, words = 0, Counter[str](), 0
    for seed in range(chunk * STORIES, (chunk + 1) * STORIES):
        side, files = (JAPAN, AUSTRALIA)[seed % 2], seed % STORIES == 0
        without = in_order(tell(seed, side, None, files=files).seen)
        for lot in range(LOTS):
            told = tell(seed, side, seed * LOTS + lot, files=files)
            assert CANARY not in told.seen, (seed, lot, told.secrets)
            assert in_order(told.seen) == without, (seed, lot, told.secrets)
            pairs += 1
            words += told.words
            kinds.update(told.secrets)
    print(f"{pairs} pairs, {kinds.total()} secrets with {words} canaries, 0 seen: {dict(kinds)}")
    assert pairs == STORIES * LOTS  # 500 in all
    assert kinds.total() >= 200  # 2,000 in all
    assert set(kinds) == set(KINDS)


@pytest.mark.parametrize("side", [JAPAN, AUSTRALIA], ids=lambda one: one.tag)
def test_what_is_said_openly_is_seen(side: Side) -> None:
    """The comparison is worth something: the same words, said jointly, do arrive."""
    with a_stage(Label.GREEN) as stage:
        story = Story(stage, Random(1))
        secrets = Secrets(stage, side, 1)
        words = [secrets.word() for _ in range(3)]
        stage.types(side.admin, f'/action new "{words[0]}"')
        stage.says(side.member, f"#advisory TLP:GREEN {words[1]}")
        stage.types(side.admin, f"/dialogue agenda DLG-07 text:{words[2]}")
        stage.say_all()
        look(story, side.other, files=True)
        seen = stage.text_seen_in(side.other.team)
    assert all(word in seen for word in words)


def test_every_step_of_a_joint_story_is_seen_by_both() -> None:
    for step in dict.fromkeys(STEPS):
        with a_stage(Label.GREEN) as stage:
            story = Story(stage, Random(2))
            for first in (Story.advisory, Story.action, Story.advisory):
                first(story, AUSTRALIA)
            before = {team: len(seen) for team, seen in stage.seen.items()}
            step(story, AUSTRALIA)
            step(story, JAPAN)
            stage.wait(days=3)
            for team, seen in stage.seen.items():
                assert len(seen) > before[team], (step.__name__, team)
