"""A digest in words and blocks; weekly in both languages, on demand in the reader's."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.digest import age
from bot.domain.inert import clip
from bot.services.action_facts import ActionFacts
from bot.services.digest_charts import ChartFacts
from bot.services.digests import MOST_SHOWN, DigestFacts
from bot.texts.catalog import Language
from integrations.slack.blocks import DIVIDER, Block
from integrations.slack.shown_actions import list_line
from integrations.slack.shown_dialogues import figures_said
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice, own_language


class DigestShapes:
    """Chooses words and blocks for digests."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {DigestFacts: self._digest, ChartFacts: self._chart}

    def _chart(self, facts: ChartFacts, _reader: Language) -> Shown:
        own = own_language(facts.side)
        texts = [chart_text(self._voice.speech(one), facts) for one in (own, own.other)]
        whole = Safe("\n".join(texts))
        return Shown(whole, self._voice.sections(whole))

    def _digest(self, facts: DigestFacts, reader: Language) -> Shown:
        own = own_language(facts.side)
        languages = (own, own.other) if facts.weekly else (reader,)
        texts = [digest_text(self._voice.speech(one), facts) for one in languages]
        blocks: list[Block] = []
        for text in texts:
            blocks += [*([DIVIDER] if blocks else []), *self._voice.sections(text)]
        return Shown(clip(Safe("\n\n".join(texts)), FALLBACK_LIMIT), blocks)


def chart_text(speech: Speech, facts: ChartFacts) -> Safe:
    """What the picture shows, in words and in one language."""
    weeks = []
    for one in facts.weeks:
        key = "digests.week_or_before" if one.is_first else "digests.week"
        day = speech.day(one.monday)
        weeks.append(speech.say(key, day=day, overdue=one.overdue, coming=one.coming))
    return speech.say("digests.chart", weeks=weeks, mark=facts.mark)


def digest_text(speech: Speech, facts: DigestFacts) -> Safe:
    """The whole digest in one language."""
    day = speech.day(facts.today)
    if facts.agency is None:
        lines = [speech.say("digests.joint", day=day)]
    else:
        lines = [speech.say("digests.agency", day=day, agency=facts.agency)]
    if facts.is_empty:
        return Safe("\n".join([*lines, speech.say("digests.nothing")]))
    if facts.overdue:
        lines.append(speech.say("digests.overdue", n=len(facts.overdue)))
        lines += _overdue(speech, facts)
    if facts.near:
        lines.append(speech.say("digests.near", n=len(facts.near)))
        lines += _cut(speech, [list_line(speech, one) for one in facts.near])
    if facts.receipts:
        lines.append(speech.say("digests.receipts", n=len(facts.receipts)))
        missing = [
            speech.say("digests.receipt", number=one.number, agencies=list(one.agencies))
            for one in facts.receipts
        ]
        lines += _cut(speech, missing)
    for number, figures in facts.rounds:
        lines.append(Safe(f"*{number}*"))
        lines += figures_said(speech, figures)
    if facts.parked:
        lines.append(speech.say("digests.parked", n=facts.parked))
    return Safe("\n".join(lines))


def _overdue(speech: Speech, facts: DigestFacts) -> list[Safe]:
    def line(item: ActionFacts) -> Safe:
        due_on = item.action.due.on or facts.today
        days = speech.say("digests.age", n=age(due_on, facts.today))
        return Safe(f"{list_line(speech, item)} {days}")

    return _cut(speech, [line(item) for item in facts.overdue])


def _cut(speech: Speech, lines: Sequence[Safe]) -> list[Safe]:
    more = len(lines) - MOST_SHOWN
    shown = list(lines[:MOST_SHOWN])
    return [*shown, speech.say("digests.more", n=more)] if more > 0 else shown
