"""The story of the demonstration: what officials do, and the proof that it happened.

Every step drives people's hands in two workspaces and then reads back what really stands there.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain import moments
from bot.domain.labels import Label
from bot.texts.catalog import Catalog, Language
from integrations.slack.driver import Message, Workspace, button, text_of
from integrations.slack.speech import Speech

# The people and channels that the local workspaces and the stand-in have in common.
SATO, TANAKA, SUZUKI = "U01SATO", "U02TANAKA", "U03SUZUKI"
WALSH, NGUYEN, BAKER = "U11WALSH", "U12NGUYEN", "U13BAKER"
TOKYO_CHANNEL, CANBERRA_CHANNEL = "C01ADV", "C11ADV"

TERMS = "to:ASD tags:advisory,ransomware ceiling:AMBER direction:both mode:auto"
ENROLMENTS = (
    ("tokyo", SATO, TANAKA, "NCO", "liaison,releaser,notetaker"),
    ("tokyo", SATO, SUZUKI, "NPA", "member"),
    ("canberra", WALSH, NGUYEN, "ASD", "liaison,releaser,member"),
    ("canberra", WALSH, BAKER, "AFP", "member"),
)
HOSTILE = (
    "<!channel> ＜!here＞ <@U12NGUYEN> <https://login.evil.example/|https://www.cyber.example>"
)
# Tokyo writes its own language first.
LANGUAGES = (Language.JA, Language.EN)
LIVE = ("<!", "<@", "<#", "<http", "http://", "https://", "＜")

# Everything one demonstration waits for takes about a second; a loaded machine may need longer.
PATIENCE = 60.0
LOOK_AGAIN = 0.1


class NotSo(Exception):
    """The story says one thing and the workspaces another; the text is what stands there."""


@dataclass(frozen=True)
class Side:
    """One government's workspace and its advisory channel."""

    workspace: Workspace
    channel: str
    language: Language
    patience: float = PATIENCE

    async def say(self, user: str, text: str) -> str:
        """Post in the advisory channel; the message's `ts`."""
        return await self.workspace.say(self.channel, user, text)

    async def type(self, user: str, command: str, text: str) -> Message:
        """Type a command there; the private answer to it."""
        known = await self._private(user)
        await self.workspace.command(self.channel, user, command, text)
        return await self.told(user, known)

    async def told(self, user: str, known: frozenset[str]) -> Message:
        """What that person is told privately beyond the messages already `known` by their `ts`."""
        return await self.see(
            lambda m: m.get("ephemeral_to") == user and m["ts"] not in known,
        )

    async def say_and_be_told(self, user: str, text: str) -> Message:
        """Post, and be answered privately."""
        known = await self._private(user)
        await self.say(user, text)
        return await self.told(user, known)

    async def press(self, message: Message, user: str, action_id: str) -> None:
        """Press a button of a message in the advisory channel."""
        await self.workspace.press(self.channel, message["ts"], user, action_id)

    async def see(self, accepted: Callable[[Message], bool]) -> Message:
        """The first such message in the advisory channel."""
        return await self.workspace.wait_for(self.channel, accepted, self.patience)

    async def copy(self, reference: str) -> Message:
        """The bot's own message, for all to read, that carries a reference."""
        return await self.see(lambda m: _is_for_all(m) and reference in text_of(m))

    async def card(self, user: str, action_id: str) -> tuple[str, Message]:
        """A direct message with that button, and the channel it stands in."""
        async with asyncio.timeout(self.patience):
            while True:
                async for channel, message in self._direct(user):
                    if button(message, action_id) is not None:
                        return channel, message
                await asyncio.sleep(LOOK_AGAIN)

    async def everything(self) -> str:
        """All words in all channels of the workspace."""
        channels = (await self.workspace.state())["channels"]
        found = [await self.workspace.messages(channel["id"]) for channel in channels]
        return "\n".join(text_of(message) for messages in found for message in messages)

    async def _private(self, user: str) -> frozenset[str]:
        replies = await self.workspace.private_replies(self.channel, user)
        return frozenset(reply["ts"] for reply in replies)

    async def _direct(self, user: str) -> AsyncIterator[tuple[str, Message]]:
        for channel in (await self.workspace.state())["channels"]:
            if channel.get("is_im") and user in channel.get("members", ()):
                for message in await self.workspace.messages(channel["id"]):
                    yield channel["id"], message


Step = Callable[[], Awaitable[Message | None]]


class Story:
    """One telling; `steps` in their order, each with the message that proves it, if one does.

    A step raises NotSo or TimeoutError when it did not happen, and what the driver raises.
    """

    def __init__(self, catalog: Catalog, tokyo: Side, canberra: Side) -> None:
        self._catalog = catalog
        self._sides = {"tokyo": tokyo, "canberra": canberra}
        self._tokyo, self._canberra = tokyo, canberra
        self._code = ""
        self._held: Message = {}
        self._card: tuple[str, Message] = ("", {})
        self._source_ts = ""
        self._copy_ts = ""
        self._note: Message = {}

    @property
    def focus(self) -> str:
        """The places that show one advisory and its acknowledgement on both sides, once told."""
        return f"{TOKYO_CHANNEL}/{self._source_ts},{CANBERRA_CHANNEL}/{self._copy_ts}"

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Each step's name, which is the key of its words, and what happens in it."""
        for step in (
            self.enrolled,
            self.proposed,
            self.accepted,
            self.relayed,
            self.acknowledged,
            self.noted,
            self.registered,
            self.held,
            self.labelled,
            self.refused_label,
            self.refused_marking,
            self.awaiting,
            self.approved,
            self.released,
            self.returned,
            self.inert,
            self.nothing_else,
        ):
            yield step.__name__, step

    async def enrolled(self) -> None:
        for place, admin, user, agency, roles in ENROLMENTS:
            words = f"enrol <@{user}> agency:{agency} roles:{roles}"
            await self._sides[place].type(admin, "/kakehashi", words)
        for place, admin in (("tokyo", SATO), ("canberra", WALSH)):
            roster = await self._sides[place].type(admin, "/kakehashi", "roster")
            expected = [f"({row[3]})" for row in ENROLMENTS if row[0] == place]
            _must(all(agency in text_of(roster) for agency in expected), roster)

    async def proposed(self) -> Message:
        answer = await self._tokyo.type(TANAKA, "/link", f"propose {TERMS}")
        found = re.search(r"LNK-[0-9A-Z]{4}", text_of(answer))
        if found is None:
            raise NotSo(text_of(answer))
        self._code = found[0]
        return answer

    async def accepted(self) -> Message:
        await self._canberra.type(NGUYEN, "/link", f"accept {self._code}")
        await self._tokyo.copy(self._code)
        return await self._canberra.copy(self._code)

    async def relayed(self) -> Message:
        self._source_ts = await self._tokyo.say(SUZUKI, self._bilingual("NPA-26-041", "advisory"))
        copy = await self._canberra.copy("NPA-26-041")
        self._copy_ts = copy["ts"]
        self._must_be_a_copy(copy, Label.GREEN, ("(NPA)", "鈴木 健"), self._source_ts)
        return copy

    async def acknowledged(self) -> Message:
        copy = await self._canberra.copy("NPA-26-041")
        await self._canberra.press(copy, BAKER, "acknowledge")
        await self._canberra.see(lambda m: m["ts"] == copy["ts"] and _names_baker(m))
        return await self._tokyo.see(
            lambda m: m.get("thread_ts") == self._source_ts != m["ts"] and _names_baker(m)
        )

    async def noted(self) -> Message:
        await self._tokyo.type(TANAKA, "/action", "capture on")
        due = _a_wednesday()
        line = f"対応:DFAT、{due.month}/{due.day}(水)までにIOCを共有"
        await self._tokyo.workspace.say(TOKYO_CHANNEL, TANAKA, line, self._source_ts)
        self._note = await self._tokyo.see(
            lambda m: (
                m.get("thread_ts") == self._source_ts and button(m, "capture_confirm") is not None
            )
        )
        shown = text_of(self._note)
        day = f"{due.year}年{due.month}月{due.day}日(水)"
        _must(all(one in shown for one in ("(DFAT)", "IOC", day, "17:00")), self._note)
        return self._note

    async def registered(self) -> Message:
        await self._tokyo.press(self._note, TANAKA, "capture_confirm")
        return await self._canberra.see(lambda m: _is_for_all(m) and "ACT-" in text_of(m))

    async def held(self) -> Message:
        text = self._bilingual("NPA-26-042", "unlabelled", label="")
        self._held = await self._tokyo.say_and_be_told(SUZUKI, text)
        _must(button(self._held, _by_button(Label.GREEN)) is not None, self._held)
        return self._held

    async def labelled(self) -> Message:
        await self._tokyo.press(self._held, SUZUKI, _by_button(Label.GREEN))
        copy = await self._canberra.copy("NPA-26-042")
        self._must_be_a_copy(copy, Label.GREEN, ("(NPA)", "鈴木 健"))
        return copy

    async def refused_label(self) -> Message:
        text = self._bilingual("NPA-26-043", "red", label="[TLP:RED]")
        return _must_have_no_button(await self._tokyo.say_and_be_told(SUZUKI, text))

    async def refused_marking(self) -> Message:
        words = self._said(Language.EN, "marked")
        text = f"#advisory [TLP:GREEN] ASD-26-017\nPROTECTED\n{words}"
        return _must_have_no_button(await self._canberra.say_and_be_told(NGUYEN, text))

    async def awaiting(self) -> Message:
        await self._tokyo.say(SUZUKI, self._bilingual("NPA-26-044", "amber", label="[TLP:AMBER]"))
        self._card = await self._tokyo.card(TANAKA, "release")
        card = self._card[1]
        _must("NPA-26-044" in text_of(card), card)
        if "NPA-26-044" in await self._canberra.everything():
            raise NotSo(text_of(card))
        return card

    async def approved(self) -> Message:
        channel, card = self._card
        await self._tokyo.workspace.press(channel, card["ts"], TANAKA, "release")
        once = await self._tokyo.workspace.wait_for(
            channel,
            lambda m: m["ts"] == card["ts"] and text_of(m) != text_of(card),
            self._tokyo.patience,
        )
        if "NPA-26-044" in await self._canberra.everything():
            raise NotSo(text_of(once))
        return once

    async def released(self) -> Message:
        channel, card = await self._tokyo.card(SATO, "release")
        await self._tokyo.workspace.press(channel, card["ts"], SATO, "release")
        copy = await self._canberra.copy("NPA-26-044")
        self._must_be_a_copy(copy, Label.AMBER, ("(NPA)", "鈴木 健"))
        return copy

    async def returned(self) -> Message:
        words = self._said(Language.JA, "returned")
        text = f"＃ａｄｖｉｓｏｒｙ 【ＴＬＰ：ＧＲＥＥＮ】 ASD-26-018\n{words}"
        ts = await self._canberra.say(NGUYEN, text)
        copy = await self._tokyo.copy("ASD-26-018")
        self._must_be_a_copy(copy, Label.GREEN, ("(ASD)", "Minh Nguyen"), ts, self._tokyo)
        return copy

    async def inert(self) -> Message:
        await self._tokyo.say(SUZUKI, f"#advisory [TLP:GREEN] NPA-26-045\n{HOSTILE}")
        copy = await self._canberra.copy("NPA-26-045")
        self._must_be_a_copy(copy, Label.GREEN, ("login[.]evil[.]example",))
        return copy

    async def nothing_else(self) -> None:
        # Later advisories of both directions have arrived by now, and lanes keep their order.
        for side, reference in ((self._canberra, "NPA-26-043"), (self._tokyo, "ASD-26-017")):
            found = await side.everything()
            if reference in found:
                raise NotSo(found)

    def _said(self, language: Language, name: str) -> str:
        return self._catalog.say(language, f"demo.said.{name}")

    def _bilingual(self, reference: str, name: str, label: str = "[TLP:GREEN]") -> str:
        head = " ".join(part for part in ("#advisory #ransomware", label, reference) if part)
        return "\n".join((head, *(self._said(language, name) for language in LANGUAGES)))

    def _must_be_a_copy(
        self,
        copy: Message,
        label: Label,
        named: tuple[str, ...],
        posted_ts: str | None = None,
        reader: Side | None = None,
    ) -> None:
        lines = copy["text"].splitlines()
        framed = all(line.startswith(f"*{label.value}*") for line in (lines[0], lines[-1]))
        _must(framed and all(name in text_of(copy) for name in named), copy)
        raw = json.dumps([copy["text"], copy.get("blocks")], ensure_ascii=False)
        _must(not any(live in raw for live in LIVE), copy)
        if posted_ts is not None:
            side = reader or self._canberra
            posted_at = datetime.fromtimestamp(float(posted_ts), UTC)
            moment = Speech(self._catalog, side.language).moment(posted_at)
            _must(moment in text_of(copy), copy)


def sides_of(workspaces: Mapping[str, Workspace], patience: float = PATIENCE) -> tuple[Side, Side]:
    """Tokyo's and Canberra's side of two workspaces named so; `patience` in seconds."""
    return (
        Side(workspaces["tokyo"], TOKYO_CHANNEL, Language.JA, patience),
        Side(workspaces["canberra"], CANBERRA_CHANNEL, Language.EN, patience),
    )


def _must(condition: bool, message: Message) -> None:
    if not condition:
        raise NotSo(text_of(message))


def _must_have_no_button(message: Message) -> Message:
    _must(not any(block["type"] == "actions" for block in message.get("blocks") or ()), message)
    return message


def _a_wednesday() -> date:
    """Two or three weeks from now in Tokyo."""
    day = datetime.now(moments.TOKYO).date() + timedelta(days=14)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def _by_button(label: Label) -> str:
    return f"label:{label.value}"


def _is_for_all(message: Message) -> bool:
    return bool(message.get("bot_id")) and message.get("ephemeral_to") is None


def _names_baker(message: Message) -> bool:
    return "Tom Baker" in text_of(message) and "(AFP)" in text_of(message)
