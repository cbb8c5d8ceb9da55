"""An advisory for one agency: read by its people, found by nobody else, widened by two."""

from __future__ import annotations

from tests.journeys.bridge import Bridge, number_in


async def test_an_advisory_is_for_the_agencies_it_names(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    tanaka, nguyen, baker = bridge.tanaka, bridge.nguyen, bridge.baker
    for who in ("<@U03SUZUKI>", "<@U04ITO>"):
        await bridge.sato.types(f"/kakehashi enrol {who} agency:NPA roles:releaser")
    source = await tanaka.says("#advisory [TLP:GREEN] 直ちに更新\n提供可能範囲：豪州通信電子局")
    copy = await nguyen.sees("直ちに更新", "Releasability: ASD", "提供可能範囲:ASD")
    number = number_in(str(copy))
    assert "that you can see" in await baker.types(f"/advisory show {number}")
    assert "that you can see" in await baker.hears_on_pressing(copy, "acknowledge")
    assert number in await nguyen.types(f"/advisory show {number}")
    assert "より狭い" in await tanaka.types(f"/advisory releasability {number} releasability:all")
    await tanaka.edits(source, "#advisory [TLP:GREEN] 直ちに更新")
    assert "あと2名分" in await tanaka.types(f"/advisory releasability {number} releasability:all")
    assert "あと1名分" in await bridge.suzuki.types(
        f"/advisory releasability {number} releasability:all"
    )
    await bridge.ito.types(f"/advisory releasability {number} releasability:all")

    await nguyen.sees(number, "直ちに更新", "Revision 3")
    assert number in await baker.types(f"/advisory show {number}")
    other = await tanaka.says("#advisory [TLP:GREEN] 別件\n提供可能範囲：外務貿易省")
    await tanaka.sees_on_card(other, "提供可能範囲に含まれないため")
    assert "別件" not in await nguyen.everything()


async def test_what_was_withdrawn_is_restored_by_two(bridge: Bridge) -> None:
    await bridge.enrol_everybody()
    await bridge.link()
    tanaka, nguyen, suzuki, ito = bridge.tanaka, bridge.nguyen, bridge.suzuki, bridge.ito
    for who in ("<@U03SUZUKI>", "<@U04ITO>"):
        await bridge.sato.types(f"/kakehashi enrol {who} agency:NPA roles:releaser")
    source = await tanaka.says("#advisory [TLP:GREEN] 直ちに更新")
    number = number_in(str(await nguyen.sees("直ちに更新")))
    assert "取り下げました" in await tanaka.types(f"/advisory withdraw {number} reason:誤り")
    await nguyen.sees(number, "was withdrawn by its originator")
    assert "あと2名分" in await tanaka.types(f"/advisory restore {number}")
    await suzuki.is_written("取り下げの取消しを求めています", number)
    assert "直ちに更新" in await suzuki.types(f"/advisory show {number}")
    assert "あと1名分" in await suzuki.types(f"/advisory restore {number}")
    assert "既に承認" in await suzuki.types(f"/advisory restore {number}")
    assert "取り下げを取り消しました" in await ito.types(f"/advisory restore {number}")
    await nguyen.sees(number, "直ちに更新", "Revision 2")
    assert "that you can see" in await nguyen.types(f"/advisory restore {number}")
    await tanaka.types(f"/advisory withdraw {number} reason:誤り")
    await nguyen.sees(number, "was withdrawn by its originator")
    await tanaka.workspace.delete(tanaka.channel, source, tanaka.user)
    assert "改めて投稿してください" in await ito.types(f"/advisory restore {number}")
