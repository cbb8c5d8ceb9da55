"""Reminders in words and blocks: what is due, for whom, about what, and the buttons to answer."""

from __future__ import annotations

from datetime import date, datetime

from bot.domain.follow_ups import FollowUp
from bot.domain.inert import clip, escape, inert
from bot.services.follow_up_facts import ReminderFacts, ReminderItem
from bot.texts.catalog import Language
from integrations.slack.blocks import DIVIDER, Block, actions, button, link_button
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice, own_language

LINE_TEXT = 200
# Two blocks each, and Slack takes 50 in a message.
MOST_ITEMS = 20


class ReminderShapes:
    """Chooses words and blocks for reminders."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {ReminderFacts: self._reminder}

    def _reminder(self, facts: ReminderFacts, reader: Language) -> Shown:
        own = own_language(facts.side)
        languages = (own, own.other) if facts.in_channel else (reader,)
        speeches = [self._voice.speech(one) for one in languages]
        count = len(facts.items)
        head = Safe("\n".join(one.say("followups.reminder", n=count) for one in speeches))
        if facts.names:
            head = Safe(f"<@{facts.names}> {head}")
        lines, blocks = [head], self._voice.sections(head)
        for item in facts.items[:MOST_ITEMS]:
            text = Safe("\n".join(_item(self._voice, speeches, item)))
            lines.append(text)
            blocks += [*self._voice.sections(text), *_buttons(speeches, item)]
        if count > MOST_ITEMS:
            more = Safe(
                "\n".join(one.say("followups.more", n=count - MOST_ITEMS) for one in speeches)
            )
            blocks += [DIVIDER, *self._voice.sections(more)]
        return Shown(
            clip(Safe("\n".join(lines)), FALLBACK_LIMIT),
            blocks,
            frozenset({facts.names} if facts.names else ()),
        )


def _item(voice: Voice, speeches: list[Speech], item: ReminderItem) -> list[Safe]:
    """The words of whoever set it once, and what the bot says about them in each language."""
    body = voice.quoted(item.text, {})
    lines = [Safe(f"*{item.number}*\n{body}")]
    for speech in speeches:
        lines.append(speech.say("followups.set_by", name=item.setter, agency=item.setter_agency))
        if item.about:
            lines.append(speech.say("followups.about", number=item.about))
        lines.append(speech.say("followups.due", time=item.due_at))
        lines += _remarks(speech, item)
    return lines


def _remarks(speech: Speech, item: ReminderItem) -> list[Safe]:
    found = []
    if item.moved_from:
        day = speech.day(date.fromisoformat(item.moved_from))
        found.append(speech.say("followups.moved_from", day=day))
    if item.is_late:
        found.append(speech.say("followups.late", n=item.merged))
    if item.answer is not None:
        key = f"followups.answer.{item.answer.value}"
        found.append(speech.say(key, name=item.answered_by))
    return found


def _buttons(speeches: list[Speech], item: ReminderItem) -> list[Block]:
    def words(key: str) -> str:
        return " / ".join(dict.fromkeys(one.say(key) for one in speeches))

    pressed = []
    if item.answer is None:
        pressed = [
            button(words("followups.button.done"), "followup_done", item.number, "primary"),
            button(words("followups.button.snooze"), "followup_snooze", item.number),
            button(words("followups.button.move"), "followup_move", item.number),
        ]
        if item.may_hand_back:
            pressed.append(
                button(words("followups.button.not_mine"), "followup_not_mine", item.number)
            )
        pressed.append(button(words("followups.button.cancel"), "followup_cancel", item.number))
    if item.link:
        pressed.append(link_button(words("followups.button.open"), item.link))
    return [actions(*pressed)] if pressed else []


def follow_up_line(speech: Speech, follow_up: FollowUp, at: datetime | None) -> Safe:
    """One follow-up of a list, with its next time."""
    text = Safe(escape(inert(clip(follow_up.text, LINE_TEXT))))
    return speech.say(
        "followups.line",
        number=follow_up.number,
        text=text,
        about=follow_up.about or Safe("–"),
        time=at or Safe("–"),
    )
