"""Notices about links, in the channels they join."""

from __future__ import annotations

from bot.domain.fingerprints import Finding
from bot.domain.inert import clip, escape
from bot.domain.links import AgencyCeiling, Link, LinkState, Terms
from bot.domain.officials import Government
from bot.services.facts import LinkFacts, SilenceFacts, SuspensionFacts
from bot.texts.catalog import Language
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import FALLBACK_LIMIT, Shapes, Shown, Voice, own_language


class LinkShapes:
    """Chooses words and blocks for notices about links."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {
            LinkFacts: self._link,
            SuspensionFacts: self._suspended,
            SilenceFacts: self._silent,
        }

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
        lines += self._both_ceilings(facts.side, facts.link)
        if facts.readers:
            lines.append(self._readers(facts))
        text = Safe("\n".join(lines))
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _suspended(self, facts: SuspensionFacts, reader: Language) -> Shown:
        """In a channel in both languages, its side's own first; to an admin in theirs."""
        first = own_language(facts.side)
        languages = (reader,) if facts.in_person else (first, first.other)
        lines: list[Safe] = []
        for language in languages:
            speech = self._voice.speech(language)
            about = {"code": facts.code, "near": facts.near, "far": facts.far}
            lines.append(speech.say("links.notice.suspended", **about))
            lines += [change_line(speech, one) for one in facts.findings]
        text = Safe("\n".join(lines))
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _silent(self, facts: SilenceFacts, reader: Language) -> Shown:
        text = self._voice.speech(reader).say(
            "links.silent", code=facts.code, near=facts.near, far=facts.far, days=facts.days
        )
        return Shown(clip(text, FALLBACK_LIMIT), self._voice.sections(text))

    def _both_terms(self, side: Government, terms: Terms, facts: LinkFacts) -> Safe:
        first = own_language(side)
        return Safe(
            "\n".join(
                terms_line(self._voice.speech(language), terms, facts.near.code, facts.far.code)
                for language in (first, first.other)
            )
        )

    def _both_ceilings(self, side: Government, link: Link) -> list[Safe]:
        first = own_language(side)
        spoken = [self._voice.speech(language) for language in (first, first.other)]
        return [line for speech in spoken for line in ceiling_lines(speech, link)]

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


def state_word(speech: Speech, link: Link) -> Safe:
    """What a link's state is called; suspended is more than paused."""
    is_suspended = link.state is LinkState.PAUSED and link.suspension is not None
    return speech.say(f"links.state.{'suspended' if is_suspended else link.state.value}")


def change_line(speech: Speech, finding: Finding) -> Safe:
    """What has become of whose channel; never who or what exactly."""
    side, change = finding
    return speech.say(f"links.change.{change.value}", side=speech.say(f"links.side.{side.value}"))


def suspension_lines(speech: Speech, link: Link) -> list[Safe]:
    """Why a link is suspended and who has still to confirm; nothing where it is not."""
    if link.suspension is None:
        return []
    waiting = [speech.say(f"links.side.{one.value}") for one in sorted(link.suspension.waits_for)]
    changes = [change_line(speech, one) for one in sorted(link.suspension.findings)]
    return [*changes, speech.say("links.waits_for", code=link.code, sides=waiting)]


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


def ceiling_lines(speech: Speech, link: Link) -> list[Safe]:
    """What was set for the agencies that a link joins; nothing where nothing was."""
    return [ceiling_line(speech, one) for one in link.ceilings]


def ceiling_line(speech: Speech, ceiling: AgencyCeiling) -> Safe:
    """How restricted what passes to and from an agency's channels may be, and who set that."""
    side = speech.say(f"links.side.{ceiling.government.value}")
    return speech.say("ceilings.line", agency=ceiling.agency, label=ceiling.label, side=side)
