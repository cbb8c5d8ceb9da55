"""A ceiling for one agency: set from Slack, seen by both sides, kept to at once."""

from __future__ import annotations

from tests.journeys.bridge import Bridge

LIMIT = "/kakehashi ceiling set 豪州通信電子局 label:CLEAR"


async def test_an_admin_limits_what_passes_to_an_agency(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    code = await bridge.link()
    sato, tanaka, nguyen = bridge.sato, bridge.tanaka, bridge.nguyen
    assert "各連携の条件に従います" in await sato.types("/kakehashi ceiling list")
    assert "role administrator" in await nguyen.types("/kakehashi ceiling set ASD label:CLEAR")
    assert "RED" in await sato.types("/kakehashi ceiling set ASD label:RED")
    assert "上限をTLP:CLEARに設定しました" in await sato.types(LIMIT)
    await nguyen.sees("set a ceiling for an agency", "ASD: up to TLP:CLEAR (set by Japan)")
    assert "ASD: up to TLP:CLEAR (set by Japan)" in await nguyen.types(f"/link show {code}")
    source = await tanaka.says("#advisory [TLP:GREEN] patch now")
    await tanaka.sees_on_card(source, "上限を超えるため")
    await tanaka.says("#advisory [TLP:CLEAR] reboot then")
    await nguyen.sees("reboot then")
    assert "patch now" not in await nguyen.everything()
    assert "set no ceiling" in await bridge.walsh.types("/kakehashi ceiling lift ASD")
    assert "解除しました" in await sato.types("/kakehashi ceiling lift ASD")
    assert "各連携の条件に従います" in await sato.types("/kakehashi ceiling list")
