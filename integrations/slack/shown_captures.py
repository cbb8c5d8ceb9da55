"""A captured line in words and blocks: the card in its thread, the private suggestion."""

from __future__ import annotations

from bot.domain.captures import CaptureState, SourceState
from bot.domain.inert import clip, escape, inert
from bot.domain.notes import NoteKind
from bot.services.capture_composers import CaptureFacts
from bot.texts.catalog import Language
from integrations.slack.blocks import Block, actions, button, section
from integrations.slack.due import due_lines
from integrations.slack.shown_actions import owners_named
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import (
    FALLBACK_LIMIT,
    Shapes,
    Shown,
    Voice,
    own_language,
    quoted_sections,
)


class CaptureShapes:
    """Chooses words and blocks for captured lines."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {CaptureFacts: self._capture}

    def _capture(self, facts: CaptureFacts, reader: Language) -> Shown:
        first = self._voice.speech(reader if facts.in_private else own_language(facts.side))
        voices = (first,) if facts.in_private else (first, first.in_(first.language.other))
        heads = Safe("\n".join(dict.fromkeys(_head(one, facts) for one in voices)))
        body = self._voice.quoted(facts.capture.text, {})
        about = Safe("\n".join(dict.fromkeys("\n".join(_about(one, facts)) for one in voices)))
        blocks = [section(heads), *quoted_sections(body)]
        if about:
            blocks.append(section(about))
        pressed = _buttons(voices, facts)
        if pressed:
            blocks.append(actions(*pressed))
        return Shown(clip(f"{heads}\n{body}\n{about}", FALLBACK_LIMIT), blocks)


def card_text(speech: Speech, facts: CaptureFacts) -> Safe:
    """A captured line in one language, for private answers."""
    body = escape(inert(facts.capture.text))
    return Safe("\n".join((_head(speech, facts), body, *_about(speech, facts))))


def _head(speech: Speech, facts: CaptureFacts) -> Safe:
    capture = facts.capture
    state = capture.state.value
    if capture.state is CaptureState.PROPOSED and capture.source is not SourceState.STANDING:
        state = capture.source.value if facts.items else f"{capture.source.value}_before"
    if capture.state is CaptureState.CONFIRMED and not facts.items:
        state = "recorded"
    kind = speech.say(f"captures.kind.{capture.kind.value}")
    return speech.say(
        f"captures.head.{state}", kind=kind, number=capture.number, items=list(facts.items)
    )


def _about(speech: Speech, facts: CaptureFacts) -> list[Safe]:
    """Owner and due as they were understood, or that they were not; nothing once decided."""
    capture = facts.capture
    if capture.kind is not NoteKind.ACTION or capture.is_decided:
        return []
    lines = [_owners(speech, facts), *_due(speech, facts)]
    if capture.internal:
        lines.append(speech.say("captures.internal"))
    return lines


def _owners(speech: Speech, facts: CaptureFacts) -> Safe:
    if facts.owners is None:
        return speech.say("captures.owner_unclear", words=facts.capture.owners)
    if facts.each_side:
        return speech.say("captures.each_side")
    if not facts.owners:
        return speech.say("captures.owner_missing")
    return speech.say("actions.owners", owners=owners_named(speech, facts.owners))


def _due(speech: Speech, facts: CaptureFacts) -> list[Safe]:
    if facts.due is None:
        return [speech.say("captures.due_missing")]
    lines = due_lines(speech, facts.due)
    if facts.due.why is not None:
        return [*lines, speech.say("captures.due_unclear")]
    return [speech.say("captures.due", echo=lines[0], phrase=facts.capture.due), *lines[1:]]


def _buttons(voices: tuple[Speech, ...], facts: CaptureFacts) -> list[Block]:
    capture = facts.capture

    def one(name: str, action_id: str, style: str | None = None) -> Block:
        words = " / ".join(voice.say(f"captures.button.{name}") for voice in voices)
        return button(words, action_id, capture.number, style)

    if capture.state is CaptureState.SUGGESTED:
        return [
            one("take_up", "capture_take_up", "primary"),
            one("decline", "capture_decline"),
        ]
    if capture.state is not CaptureState.PROPOSED:
        return []
    is_gone = capture.source is SourceState.DELETED
    if is_gone and facts.items:
        return [one("keep", "capture_refuse", "primary"), one("drop", "capture_drop", "danger")]
    no = "leave" if facts.items else "refuse"
    return [
        one("confirm", "capture_confirm", "primary"),
        one("edit", "capture_edit"),
        one(no if capture.kind is NoteKind.ACTION else "refuse_other", "capture_refuse"),
    ]
