"""Rounds of the Dialogue in words and blocks: the card of a thread, mirrored lines, a list."""

from __future__ import annotations

from bot.domain.dialogues import AgendaItem, Dates, DecisionTaken, Dialogue
from bot.domain.inert import clip, escape, inert
from bot.services.dialogue_facts import DialogueCardFacts, DialogueLineFacts, DialogueNewsFacts
from bot.services.dialogue_record import Figures, Record
from bot.texts.catalog import Language
from integrations.slack.blocks import section
from integrations.slack.shown_actions import list_line
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import (
    FALLBACK_LIMIT,
    Shapes,
    Shown,
    Voice,
    own_language,
    quoted_sections,
)

# On the card; everything else is in the register and the documents.
MOST_SHOWN = 15


class DialogueShapes:
    """Chooses words and blocks for rounds."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {
            DialogueCardFacts: self._card,
            DialogueLineFacts: self._line,
            DialogueNewsFacts: self._news,
        }

    def _card(self, facts: DialogueCardFacts, _reader: Language) -> Shown:
        first = self._voice.speech(own_language(facts.side))
        parts = [card_text(speech, facts.record) for speech in (first, first.in_(_other(first)))]
        text = Safe("\n\n".join(parts))
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _line(self, facts: DialogueLineFacts, _reader: Language) -> Shown:
        who = self._voice.speech(own_language(facts.side)).say(
            "dialogues.line_by", author=facts.author, agency=facts.agency
        )
        if not facts.body:
            gone = self._voice.both(facts.side, "dialogues.line_gone", author=facts.author)
            return Shown(gone, [section(gone)])
        body = self._voice.quoted(facts.body, facts.names)
        return Shown(clip(f"{who}\n{body}", FALLBACK_LIMIT), [section(who), *quoted_sections(body)])

    def _news(self, facts: DialogueNewsFacts, _reader: Language) -> Shown:
        label = facts.decision.label if facts.decision else ""
        said = self._voice.both(
            facts.side,
            f"dialogues.news.{facts.what}",
            number=facts.number,
            by=facts.by,
            agency=facts.agency.code,
            decision=label,
        )
        if facts.decision is None:
            return Shown(said, [section(said)])
        body = self._voice.quoted(_both_texts(facts.decision), {})
        return Shown(
            clip(f"{said}\n{body}", FALLBACK_LIMIT), [section(said), *quoted_sections(body)]
        )


def card_text(speech: Speech, record: Record) -> Safe:
    """How a round stands: the item now, decisions, actions; in one language."""
    dialogue = record.dialogue
    lines = [head_line(speech, dialogue)]
    now = next((one for one in record.agenda if one.position == dialogue.agenda_now), None)
    if now is not None:
        lines.append(speech.say("dialogues.now", item=now.position, text=now.text))
    lines.append(speech.say("dialogues.decisions", n=len(record.decisions)))
    lines += [_decision_line(speech, one) for one in record.decisions[-MOST_SHOWN:]]
    lines.append(speech.say("dialogues.actions", n=len(record.actions)))
    lines += [list_line(speech, one) for one in record.actions[-MOST_SHOWN:]]
    return Safe("\n".join(lines))


def head_line(speech: Speech, dialogue: Dialogue) -> Safe:
    """Number, round, host, dates and state in one line."""
    return speech.say(
        "dialogues.head",
        number=dialogue.number,
        round=dialogue.round,
        host=speech.say(f"actions.side.{dialogue.host.value}"),
        dates=dates_said(speech, dialogue.dates or dialogue.pending),
        state=speech.say(f"dialogues.state.{dialogue.state.value}"),
    )


def dates_said(speech: Speech, dates: Dates | None) -> Safe:
    if dates is None:
        return speech.say("dialogues.no_dates")
    if dates.start == dates.end:
        return speech.day(dates.start)
    return Safe(f"{speech.day(dates.start)} – {speech.day(dates.end)}")


def everything(speech: Speech, record: Record, figures: Figures) -> Safe:
    """A round for who asks: agenda, delegations, decisions, carried items and the figures."""
    dialogue = record.dialogue
    lines = [head_line(speech, dialogue)]
    if dialogue.pending is not None and dialogue.dates is not None:
        lines.append(speech.say("dialogues.pending", dates=dates_said(speech, dialogue.pending)))
    if dialogue.venue:
        lines.append(speech.say("dialogues.venue", venue=dialogue.venue))
    lines += [item_line(speech, one) for one in record.agenda]
    lines += [
        speech.say(
            "dialogues.delegate",
            name=one.name,
            agency=agency.code,
            role=speech.say(f"forms.choice.role.{one.role}"),
        )
        for one, agency in record.delegation
    ]
    lines += [_decision_line(speech, one) for one in record.decisions]
    if record.carried:
        lines.append(speech.say("dialogues.carried", n=len(record.carried)))
        lines += [list_line(speech, one) for one in record.carried[:MOST_SHOWN]]
    lines.append(speech.say("dialogues.actions", n=len(record.actions)))
    lines += [list_line(speech, one) for one in record.actions[:MOST_SHOWN]]
    return Safe("\n".join([*lines, *figures_said(speech, figures)]))


def figures_said(speech: Speech, figures: Figures) -> list[Safe]:
    """The co-chairs' figures, a line each."""
    lines = [
        speech.say(
            "dialogues.figures",
            total=figures.total,
            open=figures.open,
            finished=figures.finished,
            on_time=figures.on_time,
            age=figures.mean_age,
            carried=figures.carried_forward,
        )
    ]
    for key, counts in (
        ("dialogues.overdue_by_agency", figures.overdue_by_agency),
        ("dialogues.overdue_by_pillar", figures.overdue_by_pillar),
    ):
        if counts:
            lines.append(speech.say(key, counts=[f"{name} {count}" for name, count in counts]))
    return lines


def item_line(speech: Speech, item: AgendaItem) -> Safe:
    """An item of the agenda in a list."""
    parts = [speech.say("dialogues.item", item=item.position, text=item.text)]
    if item.rendering:
        parts.append(Safe(escape(inert(item.rendering))))
    if item.pillar:
        parts.append(Safe(f"({item.pillar.value})"))
    if item.lead:
        parts.append(speech.say("dialogues.lead", lead=item.lead))
    if item.minutes:
        parts.append(speech.say("dialogues.minutes", n=item.minutes))
    return Safe(" · ".join(parts))


def _decision_line(speech: Speech, one: DecisionTaken) -> Safe:
    key = "dialogues.decision_agreed" if one.agreed else "dialogues.decision_put"
    side = speech.say(f"actions.side.{one.by.value}")
    return speech.say(key, decision=one.label, text=one.text, side=side)


def _both_texts(one: DecisionTaken) -> str:
    return "\n".join(text for text in (one.text, one.rendering) if text)


def _other(speech: Speech) -> Language:
    return speech.language.other
