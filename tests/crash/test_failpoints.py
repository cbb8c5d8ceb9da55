"""P1: the process dies at every named point of every operation, and each effect stands once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.failpoints import POINTS
from tests.crash.conftest import rig_on
from tests.crash.operations import OPERATIONS, Operation, Scene
from tests.crash.process import Nursery
from tests.crash.rig import LOOK_AGAIN, Layout, Rig, far, near
from tests.storage.databases import KINDS, fresh_url

# Whatever is heard is news or not: there the first operation of each kind stands for its others.
OF_HEARING = ("storing", "stored")
SAME_WHEN_HEARD = ("card", "change note")
# Long, for a machine that is busy with other things.
GONE_SECONDS, DRAINED_SECONDS = 120.0, 300.0
SIDE_BY_SIDE = 4


@pytest.fixture(params=KINDS)
async def rigs(
    request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery
) -> AsyncIterator[dict[str, Rig]]:
    """One rig for each point: they are told side by side."""
    async with AsyncExitStack() as standing:
        rigs = {}
        for point in POINTS:
            folder = tmp_path / point
            folder.mkdir()
            url = standing.enter_context(fresh_url(str(request.param), folder))
            layout = Layout(groups=len(OPERATIONS))
            rigs[point] = await standing.enter_async_context(rig_on(url, folder, layout, nursery))
        yield rigs


@pytest.mark.timeout(1_800)
async def test_a_process_that_dies_at_any_point_of_anything_loses_and_doubles_nothing(
    rigs: dict[str, Rig],
) -> None:
    free = asyncio.Semaphore(SIDE_BY_SIDE)

    async def tell(point: str, rig: Rig) -> list[str]:
        async with free:
            return await _tell(point, rig)

    told = await asyncio.gather(*(tell(point, rig) for point, rig in rigs.items()))
    kills = sum(len(one) for one in told)
    wrong = [words for one in told for words in one if words]
    print(f"failpoints: {len(rigs)} points, {kills} kills, {len(wrong)} wrong")
    assert wrong == [], "\n".join(wrong)
    assert kills == sum(len(_operations_at(point)) for point in POINTS)


def _operations_at(point: str) -> list[tuple[int, Operation]]:
    """The operations whose delivery comes by there, each with the number of its channels."""
    numbered = enumerate(OPERATIONS)
    if point in OF_HEARING:
        return [
            (at, replace(one, subject="news"))
            for at, one in numbered
            if one.name not in SAME_WHEN_HEARD
        ]
    if point == "found":
        return [(at, one) for at, one in numbered if one.subject.endswith("/post")]
    return list(numbered)


async def _tell(point: str, rig: Rig) -> list[str]:
    await asyncio.to_thread(rig.prepare)
    rig.unlimited()
    operations = [(one, Scene(rig, at)) for at, one in _operations_at(point)]
    first = await rig.serve()
    for one, scene in operations:
        if one.needs_source:
            scene.source = await scene.posts()
    assert await rig.drained(DRAINED_SECONDS)
    await first.kill()
    return [await _die_once(point, one, scene) for one, scene in operations]


async def _die_once(point: str, operation: Operation, scene: Scene) -> str:
    """Empty when all is well, else what is wrong."""
    rig = scene.rig
    doomed = rig.bot(point=f"{point} {operation.subject}")
    await doomed.start()
    await doomed.is_ready(rig.session)
    if point == "found":
        place = rig.canberra if operation.is_far else rig.tokyo
        channel = (far if operation.is_far else near)(scene.at)
        place.faults.add("cut_after", operation.method, channel=channel, times=1)
    await operation.act(scene)
    name = f"{operation.name} killed at {point}"
    try:
        assert await doomed.ends(GONE_SECONDS) == -signal.SIGKILL, doomed.last_words()
    except TimeoutError:
        return f"{name}: never got there"
    heir = await rig.serve()
    if not operation.is_event:
        await operation.act(scene)
    await _stands(operation, scene)
    drained = await rig.drained(DRAINED_SECONDS)
    await heir.kill()
    stands = operation.stands(scene)
    fits = all(1 <= count <= operation.most for count in stands)
    return "" if fits and drained else f"{name}: {stands}"


async def _stands(operation: Operation, scene: Scene) -> None:
    """Waits for every effect; what is still missing after that is for the count to find."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_SECONDS):
            while True:
                if all(operation.stands(scene)):
                    return
                await asyncio.sleep(LOOK_AGAIN)
