"""Something that is late, in words and blocks, for one person in their language."""

from __future__ import annotations

from bot.domain.inert import clip
from bot.services.escalation_facts import EscalationFacts
from bot.texts.catalog import Language
from integrations.slack.blocks import Block, actions, link_button
from integrations.slack.speech import Safe
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice


class EscalationShapes:
    """Chooses words and blocks for steps of escalation."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {EscalationFacts: self._step}

    def _step(self, facts: EscalationFacts, reader: Language) -> Shown:
        speech = self._voice.speech(reader)
        lines = [
            speech.say(
                f"escalations.{facts.subject.value}.{facts.step}",
                number=facts.number,
                day=speech.day(facts.due_on),
            )
        ]
        if facts.text:
            lines.append(self._voice.quoted(facts.text, {}))
        if facts.agencies:
            lines.append(speech.say("escalations.agencies", agencies=list(facts.agencies)))
        lines.append(speech.say(f"escalations.why.{facts.rung.value}"))
        lines.append(speech.say("escalations.pause", number=facts.number))
        text = Safe("\n".join(lines))
        blocks: list[Block] = self._voice.sections(text)
        if facts.link:
            blocks.append(actions(link_button(speech.say("followups.button.open"), facts.link)))
        return Shown(clip(text, FALLBACK_LIMIT), blocks)
