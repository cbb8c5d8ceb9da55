"""What happens to a linked channel in Slack stops its link, in both languages, until both agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.bridge import Bridge

GREEN = "#advisory TLP:GREEN"


async def test_an_outsider_in_the_other_channel_stops_the_link_until_both_sides_confirm(
    strict: Bridge,
) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    await strict.suzuki.says(f"{GREEN} before")
    await strict.nguyen.sees("before")
    await strict.order(strict.canberra, "join", channel="C11ADV", user="U18GUEST")
    await strict.suzuki.says(f"{GREEN} CANARY")
    await strict.sato.is_written(code, "豪側チャンネル:ゲストまたは外部組織の方が参加しました")
    await strict.walsh.is_written(
        code, "Channel of Australia", "guests or people of other organisations have joined"
    )
    await strict.suzuki.sees(code, "運用を停止しました", "is suspended")
    await strict.nguyen.sees(code, "is suspended", "運用を停止しました")
    shown = await strict.tanaka.types(f"/link show {code}")
    assert "運用停止中(要確認)" in shown
    assert "確認待ち:豪側、日本側" in shown
    assert "suspended" in await strict.khan.types("/link list")
    assert "Guest" not in shown
    assert "U18GUEST" not in await strict.sato.everything()

    confirmed = await strict.tanaka.types(f"/link resume {code}")
    assert "自国側として確認しました" in confirmed
    assert "確認待ち:豪側" in confirmed
    assert "is active again" in await strict.nguyen.types(f"/link resume {code}")
    await strict.suzuki.says(f"{GREEN} after")
    await strict.nguyen.sees("after")
    assert await strict.nguyen.posts_with("CANARY") == []


CHANGES = {
    "renamed": ("rename", {"name": "general"}, "renamed", "名称が変更されました"),
    "shared": ("share", {"teams": ["T0OTHER"]}, "shared with another", "他の組織と共有されました"),
    "archived": ("archive", {}, "archived", "アーカイブされました"),
    "left": ("leave", {"user": "U0CANBBOT"}, "the bot was removed", "ボットが外されたか"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_slack_reports_is_told_to_both_sides_admins_in_their_language(
    strict: Bridge, change: str
) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    order, about, english, japanese = CHANGES[change]
    await strict.order(strict.canberra, order, channel="C11ADV", **about)
    await strict.sato.is_written(code, japanese)
    await strict.walsh.is_written(code, english)
    await strict.suzuki.says(f"{GREEN} CANARY")
    await strict.suzuki.says(f"{GREEN} sentinel")
    assert len(await strict.sato.letters_with(code, japanese)) == 1
    assert await strict.nguyen.posts_with("CANARY") == []


async def test_a_channel_that_is_still_shared_cannot_be_confirmed(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    await strict.order(strict.canberra, "share", channel="C11ADV", teams=["T0OTHER"])
    await strict.sato.is_written(code, "共有")
    assert "外部組織が参加している" in await strict.tanaka.types(f"/link resume {code}")
    await strict.order(strict.canberra, "share", channel="C11ADV", teams=[])
    assert "自国側として確認" in await strict.tanaka.types(f"/link resume {code}")
    assert "is active again" in await strict.nguyen.types(f"/link resume {code}")


REVOKED = {
    "uninstalled": {"type": "app_uninstalled"},
    "revoked": {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0CANBBOT"]}},
}


@pytest.mark.parametrize("how", REVOKED)
async def test_an_app_that_was_uninstalled_stops_its_links(strict: Bridge, how: str) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    await strict.order(strict.canberra, "event", event=REVOKED[how])
    await strict.sato.is_written(code, "アプリが削除されたか、トークンが無効になりました")
    await strict.suzuki.sees(code, "the app was uninstalled")


async def test_a_users_revoked_token_is_no_concern_of_the_bots(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U11WALSH"], "bot": []}}
    await strict.order(strict.canberra, "event", event=event)
    assert "State: active" in await strict.khan.types(f"/link show {code}")


async def test_what_no_event_told_is_seen_when_the_channel_is_read_again(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    await strict.suzuki.says(f"{GREEN} before")
    await strict.nguyen.sees("before")
    strict.stand_ins["canberra"].state.channel("C11ADV").is_private = True
    strict.clock.advance(timedelta(minutes=2))
    await strict.suzuki.says(f"{GREEN} CANARY")
    await strict.sato.is_written(code, "公開・非公開の別が変更されました")
    await strict.walsh.is_written(code, "turned from private to public")
    assert await strict.nguyen.posts_with("CANARY") == []
