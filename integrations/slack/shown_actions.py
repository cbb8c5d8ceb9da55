"""Action items in words and blocks: the card, what happened to it, a line of a list."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.actions import ActionState
from bot.domain.inert import clip, escape, inert
from bot.services.action_facts import (
    ActionCardFacts,
    ActionFacts,
    ActionLineFacts,
    ActionNewsFacts,
    OwnerFacts,
)
from bot.texts.catalog import Language
from integrations.slack.blocks import Block, actions, button, section
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import (
    FALLBACK_LIMIT,
    Shapes,
    Shown,
    Voice,
    own_language,
    pieces,
    quoted_sections,
)

LINE_TEXT = 200


class ActionShapes:
    """Chooses words and blocks for action items."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {ActionCardFacts: self._card, ActionNewsFacts: self._news}

    def _card(self, facts: ActionCardFacts, _reader: Language) -> Shown:
        first = self._voice.speech(own_language(facts.side))
        other = first.in_(first.language.other)
        item = facts.item
        heads = Safe("\n".join(head_line(speech, item) for speech in (first, other)))
        body = self._voice.quoted(_both_texts(item), {})
        about = Safe("\n".join(_distinct(particulars(one, item) for one in (first, other))))
        blocks = [section(heads), *quoted_sections(body), section(about)]
        pressed = self._buttons(first, other, item)
        if pressed:
            blocks.append(actions(*pressed))
        return Shown(clip(f"{heads}\n{body}\n{about}", FALLBACK_LIMIT), blocks)

    def _buttons(self, first: Speech, other: Speech, item: ActionFacts) -> list[Block]:
        def words(name: str) -> str:
            return f"{first.say(name)} / {other.say(name)}"

        number = item.action.number
        if item.action.state is ActionState.DONE:
            return [
                button(words("actions.button.verify"), "action_verify", number, "primary"),
                button(words("actions.button.reopen"), "action_reopen", number),
            ]
        if not item.action.is_open:
            return []
        return [
            button(words("actions.button.take"), "action_take", number),
            button(words("actions.button.done"), "action_done", number, "primary"),
        ]

    def _news(self, facts: ActionNewsFacts, reader: Language) -> Shown:
        if facts.in_person:
            text = self._personal_news(self._voice.speech(reader), facts)
        else:
            first = self._voice.speech(own_language(facts.side))
            text = Safe("\n".join((self._lines(first, facts), self._lines(_other(first), facts))))
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _personal_news(self, speech: Speech, facts: ActionNewsFacts) -> Safe:
        body = self._voice.quoted(_both_texts(facts.item), {})
        about = "\n".join(particulars(speech, facts.item))
        head = head_line(speech, facts.item)
        return Safe("\n".join((head, body, about, *_events(speech, facts.lines))))

    def _lines(self, speech: Speech, facts: ActionNewsFacts) -> Safe:
        news = speech.say("actions.news", number=facts.item.action.number)
        return Safe("\n".join((news, *_events(speech, facts.lines))))


def head_line(speech: Speech, item: ActionFacts) -> Safe:
    """Number, state, priority, and what else decides who looks."""
    action = item.action
    parts = [
        speech.say(
            "actions.head",
            number=action.number,
            state=speech.say(f"actions.state.{action.state.value}"),
            priority=speech.say(f"actions.priority.{action.priority.value}"),
        )
    ]
    if action.pillar is not None:
        pillar = speech.say(f"actions.pillar.{action.pillar.value}")
        parts.append(speech.say("actions.pillar_of", letter=action.pillar.value, pillar=pillar))
    if not action.is_joint:
        parts.append(speech.say("actions.internal"))
    return Safe(" · ".join(parts))


def particulars(speech: Speech, item: ActionFacts) -> list[Safe]:
    """Who carries it, until when, and why it stands as it does; a line each."""
    action = item.action
    owners = owners_named(speech, item.owners)
    lines = [speech.say("actions.owners", owners=owners), _due(speech, item)]
    if action.is_overdue(item.today) and action.due.on:
        lines.append(speech.say("actions.overdue", day=speech.day(action.due.on)))
    if action.reason:
        lines.append(speech.say("actions.reason", reason=action.reason))
    if action.superseded_by:
        lines.append(speech.say("actions.merged", number=action.superseded_by))
    return lines


def owners_named(speech: Speech, owners: tuple[OwnerFacts, ...]) -> Safe:
    """Everybody who carries an item, in one line."""
    named = [_owner(speech, owner) for owner in owners]
    if not named:
        return speech.say("actions.nobody")
    return Safe(", ".join(named) if speech.language is Language.EN else "、".join(named))


def owners_plain(speech: Speech, owners: tuple[OwnerFacts, ...]) -> str:
    """The same for a file: plain text, nothing escaped for Slack."""
    named = []
    for owner in owners:
        if owner.agency is None:
            named.append(str(speech.say(f"actions.side.{owner.government.value}")))
        else:
            agency = owner.agency.code if owner.name else speech.agency(owner.agency)
            named.append(f"{owner.name} ({agency})" if owner.name else agency)
    return ", ".join(named)


def list_line(speech: Speech, item: ActionFacts) -> Safe:
    """An item in a list: number, state, owners, due, and the beginning of its text."""
    action = item.action
    due = speech.say("actions.no_short_due")
    if action.due.on is not None:
        due = speech.say("actions.short_due", day=speech.day(action.due.on))
    if action.is_overdue(item.today):
        due = Safe(f"⚠ {due}")
    return speech.say(
        "actions.line",
        number=action.number,
        state=speech.say(f"actions.state.{action.state.value}"),
        owners=owners_named(speech, item.owners),
        due=due,
        text=clip(" ".join(action.text.split()), LINE_TEXT),
    )


def list_blocks(
    speech: Speech, text: Safe, first: str | None, following: str | None
) -> tuple[Block, ...]:
    """A page of a list with its way on and back; nothing when there is only one page."""
    pressed = []
    if first:
        pressed.append(button(speech.say("actions.button.first"), "action_first", first))
    if following:
        words = speech.say("actions.button.more")
        pressed.append(button(words, "action_more", following, "primary"))
    if not pressed:
        return ()
    return (*(section(piece) for piece in pieces(text)), actions(*pressed))


def details(speech: Speech, item: ActionFacts, lines: tuple[ActionLineFacts, ...]) -> Safe:
    """Everything about one item, its history last."""
    texts = [Safe(escape(inert(text))) for text in _both_texts(item).split("\n")]
    history = speech.say("actions.history")
    about = particulars(speech, item)
    return Safe(
        "\n".join((head_line(speech, item), *texts, *about, history, *_dated(speech, lines)))
    )


def _events(speech: Speech, lines: tuple[ActionLineFacts, ...]) -> list[Safe]:
    return [Safe(f"• {_event(speech, line)}") for line in lines]


def _dated(speech: Speech, lines: tuple[ActionLineFacts, ...]) -> list[Safe]:
    return [Safe(f"• {speech.moment(line.at)} {_event(speech, line)}") for line in lines]


def _event(speech: Speech, line: ActionLineFacts) -> Safe:
    return speech.say(
        f"actions.event.{line.verb}", by=line.by, agency=line.agency.code, detail=line.detail
    )


def _due(speech: Speech, item: ActionFacts) -> Safe:
    due = item.action.due
    if due.on is None:
        return speech.say("actions.no_due")
    day, iso = speech.day(due.on), Safe(due.on.isoformat())
    if due.phrase and due.phrase != iso:
        return speech.say("actions.due", day=day, iso=iso, phrase=due.phrase)
    return speech.say("actions.due_plain", day=day, iso=iso)


def _owner(speech: Speech, owner: OwnerFacts) -> Safe:
    if owner.agency is None:
        return speech.say(f"actions.side.{owner.government.value}")
    if not owner.name:
        return Safe(escape(speech.agency(owner.agency)))
    return speech.say("actions.owner.person", name=owner.name, agency=owner.agency.code)


def _both_texts(item: ActionFacts) -> str:
    """The words used, and a person's rendering beneath them if there is one."""
    return "\n".join(text for text in (item.action.text, item.action.rendering) if text)


def _distinct(groups: Iterable[list[Safe]]) -> list[Safe]:
    return list(dict.fromkeys(line for group in groups for line in group))


def _other(speech: Speech) -> Speech:
    return speech.in_(speech.language.other)
