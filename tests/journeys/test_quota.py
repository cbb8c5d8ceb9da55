"""Whoever asks too often is told when to try again, privately, and nothing is done."""

from __future__ import annotations

from tests.journeys.bridge import Bridge


async def test_too_many_requests_of_one_person_are_refused_in_their_language(
    bridge: Bridge,
) -> None:
    await bridge.enrol_everybody()
    bridge.allow(2)
    await bridge.restart()
    for _ in range(2):
        assert "権限" in await bridge.sato.types("/kakehashi whoami")
    assert "秒後に再度お試しください" in await bridge.sato.types("/kakehashi whoami")
    assert "Erin Walsh" in await bridge.walsh.types("/kakehashi whoami")
