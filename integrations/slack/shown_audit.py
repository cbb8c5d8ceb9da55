"""The head of the audit log in a side's audit channel, and events of the log in words."""

from __future__ import annotations

from bot.domain.inert import clip
from bot.services.witness import HeadFacts
from bot.storage.audit import AuditEvent
from bot.texts.catalog import Language
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice

FACTS_LIMIT = 200


class AuditShapes:
    """Chooses words and blocks for what is shown of the audit log."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {HeadFacts: self._head}

    def _head(self, facts: HeadFacts, _reader: Language) -> Shown:
        text = self._voice.both(
            facts.side,
            "audit.head",
            own=facts.own,
            other=facts.other,
            government=facts.side.value,
        )
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))


def event_line(speech: Speech, event: AuditEvent, actor: str) -> Safe:
    """One event: number, both times, who, what in words, about what, with which facts."""
    key = f"audit.event.{event.action.replace('.', '_')}"
    what = speech.say(key) if speech.catalog.has(key) else event.action
    facts = ", ".join(f"{name}={_short(value)}" for name, value in event.facts.items())
    return speech.say(
        "audit.line",
        seq=event.seq,
        at=event.at,
        who=speech.say(f"audit.who.{actor}") if actor in ("bot", "operator") else actor,
        what=what,
        subject=event.subject,
        facts=clip(facts, FACTS_LIMIT) or "-",
    )


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
