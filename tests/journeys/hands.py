"""One person at one keyboard: what they type and press, and what they come to see.

Nothing here waits for a time to pass: everything waits for what is promised to be there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.texts.catalog import Language, load
from integrations.slack.driver import Message, Workspace, text_of

T = TypeVar("T")

SECONDS = 40.0
"""How long a promise may take on a machine that is busy with other things."""

LOOK_AGAIN = 0.03

TRIES = 5
"""How often a person types or presses the same before they give up on a machine that is busy."""

TRY_AGAIN = frozenset(
    load().say(language, f"errors.{error}")
    for language in Language
    for error in ("slack_unreachable", "database_busy")
)
"""The refusals that say that nothing was done and that the person should try again."""

OUR_BOTS = frozenset({"U0TOKYOBOT", "U0CANBBOT"})


async def eventually(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """What `look` finds, as soon as it finds anything; AssertionError naming `what` otherwise."""
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                found = await look()
                if found is not None:
                    return found
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        raise AssertionError(f"never came: {what}") from None


@dataclass(frozen=True)
class Hand:
    """A person of one workspace, sitting in one of its channels."""

    workspace: Workspace
    user: str
    channel: str

    def at(self, channel: str) -> Hand:
        """The same person in another channel."""
        return replace(self, channel=channel)

    async def says(self, text: str, thread_ts: str | None = None) -> str:
        """Post; the `ts` of the message, once the bot has stored what it makes of it."""
        return await self.workspace.say(self.channel, self.user, text, thread_ts)

    async def edits(self, ts: str, text: str) -> None:
        """Change one's post."""
        await self.workspace.edit(self.channel, ts, self.user, text)

    async def types(self, command: str) -> str:
        """Type a whole slash command, again when told to; the private answer, every word of it."""
        name, _, words = command.partition(" ")
        for _ in range(TRIES):
            asked = self.workspace.command(self.channel, self.user, name, words)
            answer = await self._answer(asked, repr(command))
            if not any(refusal in answer for refusal in TRY_AGAIN):
                break
        return answer

    async def opens(self, command: str) -> dict[str, Any]:
        """Type a slash command that opens a form; the form."""
        name, _, words = command.partition(" ")
        await self.workspace.command(self.channel, self.user, name, words)
        view = await self.workspace.modal()
        assert view is not None, f"{command!r} opened no form for {self.user}"
        return view

    async def sends(self, **typed: str) -> dict[str, str] | None:
        """Fill in and send the open form; the faults by field if it stays open with them."""
        view = await self.workspace.modal()
        assert view is not None
        return await self.workspace.submit(self.user, filled_in(view, typed))

    async def reads_the_form(self) -> str:
        """Every word of what stands in the form's window now."""
        return text_of(await self.workspace.modal() or {})

    async def presses(self, message: Message, action: str, value: str | None = None) -> None:
        """Press a button on a message, wherever the message stands."""
        place = str(message.get("channel") or self.channel)
        await self.workspace.press(place, str(message["ts"]), self.user, action, value=value)

    async def hears_on_pressing(self, message: Message, action: str) -> str:
        """Press a button, again when told to; the private answer, every word of it."""
        for _ in range(TRIES):
            answer = await self._answer(self.presses(message, action), action)
            if not any(refusal in answer for refusal in TRY_AGAIN):
                break
        return answer

    async def sees(self, *words: str) -> Message:
        """The bot's message with all those words in the channel itself, as soon as it is there."""
        return await self._awaited(self._posts, words, "a post")

    async def sees_on_card(self, ts: str, *words: str) -> Message:
        """The card in the thread of one's post, once it bears all those words."""

        async def cards() -> list[Message]:
            return [one for one in await self._public() if one.get("thread_ts") == ts]

        return await self._awaited(cards, words, "a card")

    async def is_told(self, *words: str) -> Message:
        """What only this person sees in the channel, with all those words."""
        return await self._awaited(self._private, words, "a private note")

    async def is_told_times(self, count: int, *words: str) -> list[str]:
        """That many private notes with all those words, once they are there."""

        async def enough() -> list[str] | None:
            told = [text_of(one) for one in await self._private() if _has(one, words)]
            return told if len(told) >= count else None

        return await eventually(enough, f"{count} private notes for {self.user} with {words}")

    async def is_written(self, *words: str) -> Message:
        """A direct message of the bot with all those words."""

        async def letters() -> list[Message]:
            return await self.workspace.direct_messages(self.user)

        return await self._awaited(letters, words, "a direct message")

    async def letters_with(self, *words: str) -> list[Message]:
        """The bot's direct messages that bear all those words now, oldest first."""
        letters = await self.workspace.direct_messages(self.user)
        return sorted((one for one in letters if _has(one, words)), key=lambda one: one["ts"])

    async def presses_at_home(self, action: str, value: str) -> None:
        """Press the button of that value on one's Home tab."""
        await self.workspace.press_at_home(self.user, action, value)

    async def posts_with(self, *words: str) -> list[Message]:
        """The bot's messages that stand in the channel now with all those words."""
        return [one for one in await self._posts() if _has(one, words)]

    async def everything(self) -> str:
        """Every word of the channel that this person could read now, threads included."""
        spoken = await self.workspace.messages(self.channel)
        mine = [one for one in spoken if one.get("ephemeral_to") in (None, self.user)]
        return "\n".join(text_of(one) for one in mine)

    async def _answer(self, asked: Awaitable[None], what: str) -> str:
        before = {str(one["ts"]) for one in await self._private()}
        await asked

        async def answer() -> Message | None:
            new = [one for one in await self._private() if str(one["ts"]) not in before]
            return new[-1] if new else None

        return text_of(await eventually(answer, f"the answer to {what} of {self.user}"))

    async def _awaited(
        self,
        look: Callable[[], Awaitable[list[Message]]],
        words: tuple[str, ...],
        kind: str,
    ) -> Message:
        async def first() -> Message | None:
            return next((one for one in await look() if _has(one, words)), None)

        try:
            return await eventually(first, f"{kind} for {self.user} with {words}")
        except AssertionError as never:
            seen = "\n---\n".join(text_of(one) for one in await look())
            raise AssertionError(f"{never}; there is:\n{seen}") from None

    async def _public(self) -> list[Message]:
        spoken = await self.workspace.messages(self.channel)
        ours = [one for one in spoken if one.get("user") in OUR_BOTS]
        return [one for one in ours if one.get("subtype") != "ephemeral"]

    async def _posts(self) -> list[Message]:
        return [one for one in await self._public() if one.get("thread_ts") in (None, one["ts"])]

    async def _private(self) -> list[Message]:
        return await self.workspace.private_replies(self.channel, self.user)


def words_in_blocks(message: Message) -> str:
    """Every word of a message's blocks, without its fallback text."""
    return text_of({"blocks": message.get("blocks") or []})


def filled_in(view: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The state of a form as a person leaves it: their words, else what it was opened with."""
    return {
        block["block_id"]: {
            block["element"]["action_id"]: _state(
                block["element"], typed.get(block["block_id"], "")
            )
        }
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _state(element: Mapping[str, Any], typed: str) -> dict[str, Any]:
    kind = element["type"]
    options = {one["value"]: one for one in element.get("options") or ()}
    match kind:
        case "users_select":
            return {"type": kind, "selected_user": typed or element.get("initial_user")}
        case "static_select":
            chosen = options[typed] if typed else element.get("initial_option")
            return {"type": kind, "selected_option": chosen}
        case "multi_static_select":
            chosen = [options[one] for one in typed.split()] or element.get("initial_options", [])
            return {"type": kind, "selected_options": chosen}
        case "datepicker":
            return {"type": kind, "selected_date": typed or element.get("initial_date")}
        case _:
            return {"type": kind, "value": typed or element.get("initial_value")}


def _has(message: Message, words: tuple[str, ...]) -> bool:
    text = text_of(message)
    return all(word in text for word in words)
