"""What people do with an advisory, and what has to stand once for it; each in channels of its own.

Sato and Suzuki sit in Tokyo, Walsh in Canberra. What is no event but a command or a press is done
again by whoever did it when no answer came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.slack.driver import Message, text_of
from tests.crash.rig import Rig, far, near

SUZUKI, SATO, WALSH = "U03SUZUKI", "U01SATO", "U11WALSH"
GREEN = "#advisory TLP:GREEN"


@dataclass
class Scene:
    """One pair of channels; `source` is the advisory's message in Tokyo, if it is posted yet."""

    rig: Rig
    at: int
    source: str = ""

    async def posts(self, text: str = f"{GREEN}\nversion 13", thread_ts: str | None = None) -> str:
        """Suzuki says something."""
        said = await self.rig.tokyo.people.message(near(self.at), SUZUKI, text, thread_ts=thread_ts)
        return str(said["message"]["ts"])

    def copies(self, *words: str) -> list[Message]:
        """The bot's messages in the far channel itself."""
        return _of_bot(self.rig.canberra.messages(far(self.at)), words, threaded=False)

    def beneath(self, *words: str) -> list[Message]:
        """The bot's messages in a thread of the far channel."""
        return _of_bot(self.rig.canberra.messages(far(self.at)), words, threaded=True)

    def cards(self, *words: str) -> list[Message]:
        """The bot's messages in the thread of the source."""
        return _of_bot(self.rig.tokyo.messages(near(self.at)), words, threaded=True)

    def whispers(self, *words: str) -> list[Message]:
        """What only one person was shown in the near channel."""
        spoken = self.rig.tokyo.messages(near(self.at))
        private = [one for one in spoken if one.get("subtype") == "ephemeral"]
        return [one for one in private if all(word in text_of(one) for word in words)]


def _of_bot(spoken: list[Message], words: tuple[str, ...], *, threaded: bool) -> list[Message]:
    return [
        one
        for one in spoken
        if "app_id" in one
        and one.get("subtype") != "ephemeral"
        and (one.get("thread_ts") not in (None, one["ts"])) is threaded
        and all(word in text_of(one) for word in words)
    ]


@dataclass(frozen=True)
class Operation:
    """Something people do: how often each of its effects stands, and at most may stand.

    `subject`: the delivery at which the process dies; `is_far`: it is posted in Canberra.
    """

    name: str
    subject: str
    act: Callable[[Scene], Any]
    stands: Callable[[Scene], tuple[int, ...]]
    most: int = 1
    needs_source: bool = True
    is_event: bool = True
    is_far: bool = True
    method: str = "chat.postMessage"  # by which Slack is given it


async def _post(scene: Scene) -> None:
    scene.source = await scene.posts()


async def _post_a_file(scene: Scene) -> None:
    file = {"name": "ioc.csv", "content": "indicator,kind"}
    people = scene.rig.tokyo.people
    said = await people.message(near(scene.at), SUZUKI, f"{GREEN}\nversion 13", attached=[file])
    scene.source = str(said["message"]["ts"])


async def _post_unlabelled(scene: Scene) -> None:
    scene.source = await scene.posts("#advisory without a label")


async def _edit(scene: Scene) -> None:
    text = f"{GREEN}\nversion 14"
    await scene.rig.tokyo.people.edit(near(scene.at), scene.source, SUZUKI, text)


async def _delete(scene: Scene) -> None:
    await scene.rig.tokyo.people.erase(near(scene.at), scene.source)


async def _reply(scene: Scene) -> None:
    await scene.posts("thank you for reading", thread_ts=scene.source)


async def _acknowledge(scene: Scene) -> None:
    (copy,) = scene.copies()
    buttons = [one for block in copy["blocks"] for one in block.get("elements", ())]
    (button,) = [one for one in buttons if one.get("action_id") == "acknowledge"]
    await scene.rig.canberra.people.interact(
        WALSH, button, channel=far(scene.at), message_ts=copy["ts"]
    )


async def _pause(scene: Scene) -> None:
    words = f"pause {scene.rig.codes[near(scene.at), far(scene.at)]}"
    await scene.rig.tokyo.people.command(near(scene.at), SATO, "/link", words)


def _relayed(scene: Scene) -> tuple[int, ...]:
    return len(scene.copies("version 13")), len(scene.cards())


def _enclosed(scene: Scene) -> tuple[int, ...]:
    files = [one for one in scene.beneath() if one.get("files")]
    return len(files), len(scene.copies("version 13")), len(scene.cards())


def _revised(scene: Scene) -> tuple[int, ...]:
    shown = len(scene.copies("version 14"))
    return shown, len(scene.beneath("revision 2")), len(scene.copies()), len(scene.cards())


def _withdrawn(scene: Scene) -> tuple[int, ...]:
    stones = len(scene.copies("was withdrawn by its originator"))
    return stones, len(scene.beneath("was withdrawn")), len(scene.copies()), len(scene.cards())


def _replied(scene: Scene) -> tuple[int, ...]:
    return len(scene.beneath("thank you for reading")), len(scene.copies())


def _receipted(scene: Scene) -> tuple[int, ...]:
    return len(scene.copies("✅")), len(scene.cards("✅")), len(scene.copies()), len(scene.cards())


def _paused(scene: Scene) -> tuple[int, ...]:
    return (len(scene.copies("was paused by")),)


def _held(scene: Scene) -> tuple[int, ...]:
    return (len(scene.whispers("を保留しました")),)


OPERATIONS = (
    Operation("copy", "advisory.copy/post", _post, _relayed, needs_source=False),
    Operation("card", "advisory.status/post", _post, _relayed, needs_source=False, is_far=False),
    Operation("revision", "advisory.copy/update", _edit, _revised),
    Operation("change note", "advisory.change/post", _edit, _revised),
    Operation("withdrawal", "advisory.copy/update", _delete, _withdrawn),
    Operation("reply", "reply.copy/post", _reply, _replied),
    Operation("receipt", "advisory.copy/update", _acknowledge, _receipted, is_event=False),
    Operation(
        "file",
        "advisory.file/post",
        _post_a_file,
        _enclosed,
        needs_source=False,
        method="files.completeUploadExternal",
    ),
    Operation("link notice", "link.notice/post", _pause, _paused, is_event=False),
    # A private note cannot be looked for in history: a process that dies after it says it again.
    Operation(
        "private note", "advisory.held/private", _post_unlabelled, _held, most=2, needs_source=False
    ),
)
