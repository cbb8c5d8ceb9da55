"""Notices about links, in the channels they join."""

from __future__ import annotations

from bot.domain.inert import clip, escape
from bot.domain.links import Terms
from bot.domain.officials import Government
from bot.services.facts import LinkFacts
from bot.texts.catalog import Language
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice, own_language


class LinkShapes:
    """Chooses words and blocks for notices about links."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {LinkFacts: self._link}

    def _link(self, facts: LinkFacts, _reader: Language) -> Shown:
        lines = [
            self._voice.both(
                facts.side,
                f"links.notice.{facts.change}",
                code=facts.link.code,
                near=facts.near,
                far=facts.far,
                by=facts.by,
                by_agency=facts.by_agency,
            )
        ]
        terms = facts.link.pending or facts.terms
        lines += [self._both_terms(facts.side, terms, facts)]
        if facts.readers:
            lines.append(self._readers(facts))
        text = Safe("\n".join(lines))
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _both_terms(self, side: Government, terms: Terms, facts: LinkFacts) -> Safe:
        first = own_language(side)
        return Safe(
            "\n".join(
                terms_line(self._voice.speech(language), terms, facts.near.code, facts.far.code)
                for language in (first, first.other)
            )
        )

    def _readers(self, facts: LinkFacts) -> Safe:
        return self._voice.both(
            facts.side,
            "links.readers",
            count=len(facts.readers) + facts.more_readers,
            names=list(facts.readers),
            more=facts.more_readers,
            guests=facts.guests,
            unchecked=facts.unchecked,
        )


def terms_line(speech: Speech, terms: Terms, near: str, far: str) -> Safe:
    """A link's terms in one line: what flows, up to which label, which way, and how."""
    arrow = {"both": "⇄", "out": "→", "in": "←"}[terms.direction.value]
    return speech.say(
        "links.terms",
        tags=[f"#{tag}" for tag in terms.tags],
        ceiling=terms.ceiling,
        direction=Safe(f"{escape(near)} {arrow} {escape(far)}"),
        mode=speech.say(f"links.mode.{terms.mode.value}"),
    )
