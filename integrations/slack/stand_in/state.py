"""One workspace in memory: people, channels, messages, views, files and the log. No I/O.

Objects are kept and handed out by reference: nobody but this package may change them.
"""

from asyncio import Future
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import uuid4
from zlib import crc32

from integrations.slack.stand_in.faults import Faults
from integrations.slack.stand_in.model import AppSpec, ChannelSpec, Mode, UserSpec, WorkspaceSpec
from integrations.slack.stand_in.pacing import Pacing
from integrations.slack.stand_in.refusals import Payload, SlackError

TRIGGER_LIFE = 3.0
HOOK_LIFE = 1800.0
HOOK_USES = 5
_REMEMBERED = 20_000

Outcomes = list["Future[bool]"]
Notify = Callable[[Payload], None]


@dataclass(slots=True)
class App:
    """An installed app at run time; mode and request_url may be changed while it runs."""

    spec: AppSpec
    mode: Mode
    request_url: str

    @property
    def id(self) -> str:
        """The A-number."""
        return self.spec.app_id


def micros(ts: str | float) -> int:
    """A Slack timestamp as whole microseconds, exactly; SlackError when it is not one."""
    whole, _, part = str(ts).partition(".")
    try:
        return int(whole or "0") * 1_000_000 + int((part + "000000")[:6])
    except ValueError:
        raise SlackError("invalid_arguments", detail="timestamp") from None


@dataclass(slots=True)
class Channel:
    """A conversation and its messages in order of time."""

    id: str
    name: str
    members: list[str]
    topic: str = ""
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    shared_team_ids: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    messages: list[Payload] = field(default_factory=list)
    by_ts: dict[str, Payload] = field(default_factory=dict)
    threads: dict[str, list[Payload]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The `channel_type` that message events carry."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    def add(self, message: Payload) -> None:
        """Append a message (its ts is the newest) and keep its thread's parent up to date."""
        ts = str(message["ts"])
        self.keys.append(micros(ts))
        self.messages.append(message)
        self.by_ts[ts] = message
        thread_ts = message.get("thread_ts")
        if thread_ts and message.get("subtype") != "ephemeral":
            self.threads.setdefault(thread_ts, []).append(message)
            self._count_replies(thread_ts)

    def remove(self, ts: str) -> Payload:
        """Take a message out; SlackError message_not_found."""
        message = self.find(ts)
        index = bisect_left(self.keys, micros(ts))
        del self.keys[index], self.messages[index], self.by_ts[ts]
        thread_ts = message.get("thread_ts")
        if thread_ts and thread_ts != ts and message in self.threads.get(thread_ts, ()):
            self.threads[thread_ts].remove(message)
            self._count_replies(thread_ts)
        return message

    def find(self, ts: str) -> Payload:
        """The message with that ts; SlackError message_not_found."""
        if ts not in self.by_ts:
            raise SlackError("message_not_found")
        return self.by_ts[ts]

    def _count_replies(self, thread_ts: str) -> None:
        parent = self.by_ts.get(thread_ts)
        replies = self.threads[thread_ts]
        if parent is None:
            return
        parent["reply_count"] = len(replies)
        if replies:
            parent["thread_ts"] = thread_ts
            parent["latest_reply"] = replies[-1]["ts"]
            users = list(dict.fromkeys(reply["user"] for reply in replies))
            parent["reply_users"], parent["reply_users_count"] = users[:5], len(users)
        else:
            parent.pop("thread_ts", None)
            for name in ("latest_reply", "reply_users", "reply_users_count"):
                parent.pop(name, None)


class Emit(Protocol):
    """How an event sets out to the apps; the futures tell, per app, whether it was acked."""

    def __call__(
        self, event: Payload, channel: Channel | None, only: str | None = None
    ) -> Outcomes: ...


def _nowhere(event: Payload, channel: Channel | None, only: str | None = None) -> Outcomes:  # noqa: ARG001
    return []


@dataclass(slots=True)
class Trigger:
    """A `trigger_id`: lives 3 s and works once."""

    app_id: str
    user: str
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class Hook:
    """A `response_url`: five uses within 30 minutes."""

    app: App
    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    expires_at: float
    uses_left: int = HOOK_USES


@dataclass(slots=True)
class StoredFile:
    """A file: what Slack says about it, and its bytes once uploaded."""

    info: Payload
    declared: int
    content: bytes | None = None
    is_complete: bool = False


class Workspace:
    """Everything a workspace knows; `emit` and `notify` are filled in by deliveries and page.

    `overhear` is given each entry of the log at once: of a call, before its answer goes out.
    """

    def __init__(
        self, spec: WorkspaceSpec, clock: Callable[[], float], *, pace: bool, log_limit: int
    ) -> None:
        self.spec = spec
        self.clock = clock
        self.url = ""
        self.pacing = Pacing(clock, enabled=pace)
        self.faults = Faults()
        self.emit: Emit = _nowhere
        self.notify: Notify = lambda _news: None
        self.overhear: Notify = lambda _entry: None
        self.apps = {a.app_id: App(a, a.mode, a.request_url) for a in spec.apps}
        self.bot_tokens = {app.spec.bot_token: app for app in self.apps.values()}
        self.app_tokens = {app.spec.app_token: app for app in self.apps.values()}
        self.log: deque[Payload] = deque(maxlen=log_limit)
        self._last_ts = 0
        self._serial = 0
        self._run = uuid4().hex[:10].upper()
        self.reset()

    def reset(self) -> None:
        """Back to the specification: no messages, views, files, faults or counts."""
        bots = [
            UserSpec(a.bot_user_id, a.bot_name, a.bot_name, is_bot=True) for a in self.spec.apps
        ]
        self.users = {user.id: user for user in (*bots, *self.spec.users)}
        self.channels = {c.id: _channel(c) for c in self.spec.channels}
        self.directs: dict[tuple[str, ...], Channel] = {}
        self.foreign_bots: dict[str, Payload] = {}
        self.views: dict[str, Payload] = {}
        self.stacks: dict[str, list[Payload]] = {}
        self.homes: dict[tuple[str, str], Payload] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: OrderedDict[str, Trigger] = OrderedDict()
        self.hooks: OrderedDict[str, Hook] = OrderedDict()
        self.log.clear()
        self.faults.clear()
        self.faults.injected.clear()
        self.pacing.reset()

    @property
    def team_id(self) -> str:
        """The T-number."""
        return self.spec.team_id

    def next_ts(self) -> str:
        """A timestamp never given before in this workspace, like `1795385986.000123`."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        whole, part = divmod(self._last_ts, 1_000_000)
        return f"{whole}.{part:06d}"

    def serial(self, prefix: str) -> str:
        """A fresh id such as `V0TOKYO000012`; the same in every run that does the same."""
        self._serial += 1
        return f"{prefix}{self.team_id[1:]}{self._serial:06d}"

    def unique(self, prefix: str) -> str:
        """A fresh id that no other run and no other workspace gives, as Slack's event ids are."""
        return f"{prefix}{self._run}{self.serial('')}"

    def record(self, direction: str, kind: str, summary: str, detail: Any = None) -> None:
        """One line of the log, in the third-party stand-in's form (`time` in milliseconds)."""
        entry: Payload = {
            "id": self.serial("L"),
            "time": int(self.clock() * 1000),
            "direction": direction,
            "kind": kind,
            "summary": summary,
        }
        if detail is not None:
            entry["detail"] = detail
        self.log.append(entry)
        self.overhear(entry)

    def user(self, user_id: str) -> UserSpec:
        """That user; SlackError user_not_found."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def change_user(self, user_id: str, **changes: Any) -> UserSpec:
        """Alter an account (for example `deleted=True`); SlackError user_not_found."""
        self.users[user_id] = replace(self.user(user_id), **changes)
        return self.users[user_id]

    def team_of(self, user: UserSpec) -> str:
        """The team an account belongs to."""
        return user.team_id or self.team_id

    def channel(self, channel_id: str) -> Channel:
        """That conversation; SlackError channel_not_found."""
        if channel_id not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel_id]

    def direct(self, members: Iterable[str]) -> Channel:
        """The direct conversation of exactly these people, opened if need be."""
        key = tuple(sorted(set(members)))
        if key not in self.directs:
            group = len(key) > 2
            channel_id = f"{'G' if group else 'D'}{crc32('-'.join(key).encode()):08X}"
            people = [m for m in key if not self.user(m).is_bot]
            name = f"mpdm-{'-'.join(key)}" if group else f"dm-{(people or key)[0]}"
            self.directs[key] = Channel(
                channel_id, name, list(key), is_private=True, is_im=not group, is_mpim=group
            )
            self.channels[channel_id] = self.directs[key]
            self.notify({"t": "channel", "channel": channel_summary(self.directs[key])})
        return self.directs[key]

    def store(self, channel: Channel, message: Payload) -> Payload:
        """Keep a message and show it to onlookers; no event."""
        channel.add(message)
        self.notify({"t": "message", "message": message})
        return message

    def new_trigger(self, app: App, user: str) -> str:
        """A fresh `trigger_id` for that user's gesture."""
        trigger_id = self.unique(f"{self._last_ts}.")
        self.triggers[trigger_id] = Trigger(app.id, user, self.clock() + TRIGGER_LIFE)
        _forget(self.triggers)
        return trigger_id

    def use_trigger(self, app: App, trigger_id: str) -> Trigger:
        """Spend a trigger; SlackError invalid_, exchanged_ or expired_trigger_id."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None or trigger.app_id != app.id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_hook(
        self, app: App, user: str, channel: str, message_ts: str | None, thread_ts: str | None
    ) -> str:
        """A fresh `response_url`."""
        hook_id = self.unique("H")
        expires_at = self.clock() + HOOK_LIFE
        self.hooks[hook_id] = Hook(app, user, channel, message_ts, thread_ts, expires_at)
        _forget(self.hooks)
        return f"{self.url}/_hooks/response/{hook_id}"


def _forget(memory: OrderedDict[str, Any]) -> None:
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _channel(spec: ChannelSpec) -> Channel:
    return Channel(
        spec.id,
        spec.name,
        list(spec.members),
        topic=spec.topic,
        is_private=spec.is_private,
        is_archived=spec.is_archived,
        is_ext_shared=spec.is_ext_shared,
        is_pending_ext_shared=spec.is_pending_ext_shared,
        shared_team_ids=list(spec.shared_team_ids),
    )


def channel_summary(channel: Channel) -> Payload:
    """A conversation in the form of `/_control/state`."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not (channel.is_im or channel.is_mpim),
        "is_private": channel.is_private,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "shared_team_ids": list(channel.shared_team_ids),
        "topic": channel.topic,
        "purpose": "",
        "members": list(channel.members),
    }
