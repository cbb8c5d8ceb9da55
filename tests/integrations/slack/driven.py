"""The promises of the driver, the same for our stand-in and for the third-party workspaces."""

import pytest

from integrations.slack.driver import ControlRefused, NothingToPress, Workspace, button, text_of


async def check_every_gesture(tokyo: Workspace) -> None:
    """Walk through everything the driver can do in both kinds of workspace."""
    await _check_talking(tokyo)
    await _check_pressing(tokyo)
    await _check_private_words(tokyo)
    await _check_a_modal(tokyo)
    await tokyo.open_home("U01SATO")
    home = await tokyo.home("U01SATO")
    assert home is not None
    assert text_of(home) == "カード"
    assert await tokyo.log()


async def _check_talking(tokyo):
    ts = await tokyo.say("C01ADV", "U01SATO", "こんにちは")
    reply = await tokyo.say("C01ADV", "U02TANAKA", "in the thread", thread_ts=ts)
    await tokyo.react("C01ADV", ts, "U02TANAKA", "eyes")
    await tokyo.edit("C01ADV", ts, "U01SATO", "こんばんは")
    first, second = await tokyo.messages("C01ADV")
    assert (first["text"], first["reactions"][0]["name"]) == ("こんばんは", "eyes")
    assert (second["ts"], second["thread_ts"]) == (reply, ts)
    await tokyo.delete("C01ADV", reply, "U02TANAKA")
    assert [m["ts"] for m in await tokyo.messages("C01ADV")] == [ts]


async def _check_pressing(tokyo):
    await tokyo.say("C02DLG", "U03SUZUKI", "card please")
    card = await tokyo.wait_for("C02DLG", lambda message: button(message, "choose") is not None)
    await tokyo.press("C02DLG", card["ts"], "U03SUZUKI", "choose")
    await tokyo.wait_for("C02DLG", lambda m: m["text"] == "U03SUZUKI chose first")
    await tokyo.press("C02DLG", card["ts"], "U01SATO", "choose", value="second")
    await tokyo.wait_for("C02DLG", lambda m: m["text"] == "U01SATO chose second")
    await tokyo.press("C02DLG", card["ts"], "U02TANAKA", "choose", block_id="second row")
    await tokyo.wait_for("C02DLG", lambda m: m["text"] == "U02TANAKA chose second")
    with pytest.raises(NothingToPress, match="approve"):
        await tokyo.press("C02DLG", card["ts"], "U01SATO", "approve")
    with pytest.raises(NothingToPress, match="no message"):
        await tokyo.press("C02DLG", "1.000000", "U01SATO", "choose")


async def _check_private_words(tokyo):
    await tokyo.command("C01ADV", "U01SATO", "/whisper", "期限は明日")
    (whispered,) = await tokyo.private_replies("C01ADV", "U01SATO")
    assert text_of(whispered) == "only you: 期限は明日"
    assert await tokyo.private_replies("C01ADV", "U02TANAKA") == []
    assert await tokyo.direct_messages("U04ITO") == []
    await tokyo.command("C01ADV", "U04ITO", "/tell")
    assert [text_of(m) for m in await tokyo.direct_messages("U04ITO")] == ["in private"]


async def _check_a_modal(tokyo):
    assert await tokyo.modal() is None
    with pytest.raises(NothingToPress, match="no modal"):
        await tokyo.submit("U02TANAKA", _due("30 Sep"))
    await tokyo.command("C01ADV", "U02TANAKA", "/form")
    opened = await tokyo.modal()
    assert opened is not None
    assert opened["callback_id"] == "form"
    assert await tokyo.submit("U02TANAKA", _due("someday")) == {"due": "a real date, please"}
    assert await tokyo.submit("U02TANAKA", _due("30 Sep")) is None
    assert await tokyo.modal() is None
    assert [text_of(m) for m in await tokyo.direct_messages("U02TANAKA")] == ["due 30 Sep"]


async def check_refusals_are_named(tokyo: Workspace) -> None:
    """A wrong gesture and a message that never comes are told in words."""
    with pytest.raises(ControlRefused, match="edit-message"):
        await tokyo.edit("C01ADV", "1.000000", "U01SATO", "nothing there")
    await tokyo.say("C01ADV", "U01SATO", "the only message")
    with pytest.raises(TimeoutError, match=r"C01ADV[\s\S]*the only message"):
        await tokyo.wait_for("C01ADV", lambda _: False, seconds=0.1)


def _due(text):
    return {"due": {"due": {"type": "plain_text_input", "value": text}}}
