"""From facts to what Slack shows: the only place where announcements become words and blocks.

Each noun brings the shapes of its own facts; here they meet, and here the last look is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain.inert import clip, is_inert
from bot.services.facts import Facts, NoteFacts
from bot.texts.catalog import Catalog, Language
from integrations.slack.shown_actions import ActionShapes
from integrations.slack.shown_advisories import AdvisoryShapes
from integrations.slack.shown_audit import AuditShapes
from integrations.slack.shown_captures import CaptureShapes
from integrations.slack.shown_cards import CardShapes
from integrations.slack.shown_dialogues import DialogueShapes
from integrations.slack.shown_digests import DigestShapes
from integrations.slack.shown_escalations import EscalationShapes
from integrations.slack.shown_files import FileShapes
from integrations.slack.shown_links import LinkShapes
from integrations.slack.shown_reminders import ReminderShapes
from integrations.slack.voice import FALLBACK_LIMIT, Shape, Shown, Voice

NOUNS = (
    ActionShapes,
    AdvisoryShapes,
    AuditShapes,
    CaptureShapes,
    CardShapes,
    DialogueShapes,
    DigestShapes,
    EscalationShapes,
    FileShapes,
    LinkShapes,
    ReminderShapes,
)


class Renderer:
    """Chooses words and blocks for facts."""

    def __init__(self, catalog: Catalog, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._allowed_hosts = allowed_hosts
        self._voice = Voice(catalog, allowed_hosts)
        self._shapes: dict[type, Shape] = {NoteFacts: self._note}
        for noun in NOUNS:
            self._shapes.update(noun(self._voice).shapes)

    def show(self, facts: Facts, reader: Language) -> Shown:
        """The message for these facts; `reader` matters for private messages only."""
        return self._shapes[type(facts)](facts, reader)

    def is_inert(self, shown: Shown) -> bool:
        """The last look before something is said: nothing in it notifies, links or hides."""
        texts = [shown.text, *_mrkdwn_in(shown.blocks)]
        # Most lines stand in the fallback text and in a block: each is looked at once.
        lines = dict.fromkeys(line for text in texts for line in text.split("\n"))
        # Whom the bot itself means to reach; nobody's words can name them, since those are escaped.
        for user in shown.reaches:
            lines = dict.fromkeys(line.replace(f"<@{user}>", "") for line in lines)
        return all(is_inert(line, self._allowed_hosts) for line in lines)

    def _note(self, facts: NoteFacts, reader: Language) -> Shown:
        text = self._voice.speech(reader).say(facts.key, **facts.parameters)
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))


def _mrkdwn_in(part: Any) -> Iterator[str]:
    """Every text of a payload that Slack would interpret."""
    if isinstance(part, list):
        for one in part:
            yield from _mrkdwn_in(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield str(part["text"])
        yield from _mrkdwn_in(list(part.values()))
