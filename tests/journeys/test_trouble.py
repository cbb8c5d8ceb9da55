"""Slack repeats itself, fails and falls silent: readers see each advisory exactly once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from integrations.slack.stand_in import StandIn
from tests.journeys.bridge import Bridge, code_in, number_in
from tests.journeys.hands import eventually

# "before" leaves no trace in the workspace; "after" keeps the post and loses the answer.
TROUBLES = {
    "tokyo": ("5xx_before", "cut_after"),
    "canberra": ("429", "5xx_after", "cut_before"),
}


async def test_an_event_delivered_again_and_again_is_taken_in_once(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    events = strict.stand_ins["tokyo"].faults
    events.disturb_events(duplicates=4, window=6, hold=0.05, fresh_ids=True, seed=7)
    for number in range(3):
        await strict.suzuki.says(f"#advisory TLP:GREEN repeated {number}")
    await strict.suzuki.says("#advisory held and repeated")
    await strict.suzuki.says("<@U0TOKYOBOT> help")
    events.clear()
    await strict.order(strict.tokyo, "redeliver", n=10, fresh_ids=True)
    await strict.suzuki.says("#advisory TLP:GREEN the sentinel")
    await strict.nguyen.sees("the sentinel")
    for number in range(3):
        assert len(await strict.nguyen.posts_with(f"repeated {number}")) == 1
    assert len(await strict.suzuki.is_told_times(1, "を保留しました")) == 1
    assert len(await strict.suzuki.is_told_times(1, "タグと取扱区分を付けて")) == 1
    assert "アドバイザリ5件" in await strict.suzuki.types("/advisory list")


async def test_a_command_a_press_or_a_form_delivered_twice_acts_once(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    tokyo, canberra = strict.stand_ins["tokyo"], strict.stand_ins["canberra"]
    answer = await strict.suzuki.types(
        '/advisory new "Once" label:GREEN tags:advisory text:"only once"'
    )
    assert "発出しました" in answer
    # Whoever repeats the question because the answer was lost is given the same answer.
    assert await _again(tokyo, "slash_commands") == {"text": answer, "response_type": "ephemeral"}
    await strict.tanaka.opens("/link propose")
    await strict.tanaka.sends(to="DFAT", tags="worm")
    code = code_in(await strict.tanaka.reads_the_form())
    await _again(tokyo, "interactive")
    copy = await strict.nguyen.sees("only once")
    assert "Receipt of" in await strict.nguyen.hears_on_pressing(copy, "acknowledge")
    await _again(canberra, "interactive")

    assert "アドバイザリ1件" in await strict.suzuki.types("/advisory list")
    listed = await strict.tanaka.types("/link list")
    assert "連携2件" in listed
    assert code in listed
    await strict.suzuki.says("#advisory TLP:GREEN the sentinel")
    await strict.nguyen.sees("the sentinel")
    assert len(await strict.nguyen.posts_with("only once")) == 1
    assert len(set(await strict.nguyen.is_told_times(1, "Receipt of"))) == 1
    await strict.nguyen.sees("only once", "✅", "1 of 3 agencies")


async def test_every_trouble_on_the_way_ends_in_exactly_one_post_in_order(
    strict: Bridge,
) -> None:
    await strict.enrol_everybody()
    await strict.link()
    ways = {"tokyo": (strict.nguyen, strict.suzuki), "canberra": (strict.suzuki, strict.nguyen)}
    for name, kinds in TROUBLES.items():
        channel = ways[name][1].channel
        for kind in kinds:
            strict.stand_ins[name].faults.add(kind, "chat.postMessage", channel=channel)
    for number in range(3):
        for writer, _ in ways.values():
            await writer.says(f"#advisory TLP:GREEN through trouble {number}")
    for name, (_, reader) in ways.items():
        await reader.sees("through trouble 2")
        assert dict(strict.stand_ins[name].faults.injected) == dict.fromkeys(TROUBLES[name], 1)
        arrived = [one["text"] for one in await reader.posts_with("through trouble")]
        assert len(arrived) == 3
        assert [f"through trouble {n}" in text for n, text in enumerate(arrived)] == [True] * 3


@pytest.mark.parametrize("trouble", ["429", "5xx_after"])
async def test_an_advisory_queued_before_a_restart_is_posted_once_after_it(
    strict: Bridge, trouble: str
) -> None:
    await strict.enrol_everybody()
    await strict.link()
    faults = strict.stand_ins["canberra"].faults
    faults.add(trouble, "chat.postMessage", channel="C11ADV")
    ts = await strict.suzuki.says("#advisory TLP:GREEN across a restart")

    async def struck() -> bool | None:
        return faults.injected[trouble] == 1 or None

    await eventually(struck, f"the {trouble} fault")
    await strict.restart()
    await strict.suzuki.says("#advisory TLP:GREEN after the restart")
    await strict.nguyen.sees("after the restart")
    assert len(await strict.nguyen.posts_with("across a restart")) == 1
    await strict.suzuki.sees_on_card(ts, "転送済み")


async def test_a_workspace_that_is_away_gets_everything_when_it_is_back(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    canberra = strict.stand_ins["canberra"]
    await canberra.stop()
    await strict.suzuki.says("#advisory TLP:GREEN said meanwhile 1")
    await strict.suzuki.says("#advisory TLP:GREEN said meanwhile 2")
    await canberra.start()
    await strict.nguyen.sees("said meanwhile 2")
    arrived = [one["text"] for one in await strict.nguyen.posts_with("said meanwhile")]
    assert ["meanwhile 1" in text for text in arrived] == [True, False]


async def test_what_waits_when_its_link_is_paused_is_never_sent(strict: Bridge) -> None:
    await strict.enrol_everybody()
    code = await strict.link()
    faults = strict.stand_ins["canberra"].faults
    faults.add("429", "chat.postMessage", channel="C11ADV", retry_after=2)
    ts = await strict.suzuki.says("#advisory TLP:GREEN overtaken by the pause")
    await strict.nguyen.types(f"/link pause {code}")
    await strict.suzuki.sees_on_card(ts, "送信前に条件が変わった")
    await strict.nguyen.types(f"/link resume {code}")
    await strict.suzuki.says("#advisory TLP:GREEN the sentinel")
    await strict.nguyen.sees("the sentinel")
    assert await strict.nguyen.posts_with("overtaken by the pause") == []


async def test_what_slack_refuses_for_good_is_parked_and_told(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.link()
    await strict.nguyen.sees("this channel is now linked")
    faults = strict.stand_ins["canberra"].state.faults
    faults.add("error:not_in_channel", "chat.postMessage", channel="C11ADV", times=1)
    ts = await strict.suzuki.says("#advisory TLP:GREEN cannot be delivered")
    await strict.suzuki.sees_on_card(ts, "Slackが受け付けませんでした", "Slack refused delivery")
    await strict.walsh.is_written("is parked", "not_in_channel", "deliveries retry")
    number = number_in((await strict.suzuki.is_written("管理者に通知しました"))["text"])
    told = await strict.suzuki.types(f"/advisory status {number}")
    assert "参加していないか" in told
    assert "試行1回" in told
    assert "you can see" in await strict.walsh.types(f"/advisory status {number}")


async def test_two_hands_of_one_agency_pressing_at_once_acknowledge_once(strict: Bridge) -> None:
    await strict.enrol_everybody()
    await strict.walsh.types("/kakehashi enrol <@U14KHAN> agency:AFP")
    await strict.link()
    ts = await strict.suzuki.says("#advisory TLP:GREEN pressed at once")
    copy = await strict.nguyen.sees("pressed at once")
    answers = await asyncio.gather(
        *(hand.hears_on_pressing(copy, "acknowledge") for hand in (strict.baker, strict.khan))
    )
    assert sorted(answer.split()[0] for answer in answers) == ["AFP", "Receipt"]
    card = await strict.suzuki.sees_on_card(ts, "✅")
    assert card["text"].count("✅") == 1


async def _again(stand_in: StandIn, kind: str) -> Any:
    """Deliver the last command or gesture once more, byte for byte; the bot's answer to it."""
    sent = [one for one in stand_in.state.log if one["kind"] == kind and "detail" in one]
    (app,) = stand_in.state.apps.values()
    last = next(one for one in reversed(sent) if one["direction"] == "to_bot")
    reply = await stand_in.deliveries.ask(app, kind, last["detail"])
    assert reply is not None
    return reply.payload
