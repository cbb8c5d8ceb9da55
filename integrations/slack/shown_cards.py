"""The originating side's cards about its own advisory: status, release, held."""

from __future__ import annotations

from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.services.facts import FileStatus, HeldFacts, ReleaseFacts, RouteFacts, StatusFacts
from bot.texts.catalog import Language
from integrations.slack.blocks import actions, button, context, section
from integrations.slack.shown_advisories import receipt_lines
from integrations.slack.shown_files import status_line
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import Shapes, Shown, Voice, own_language, pieces, quoted_sections

LABEL_CHOICES = (Label.CLEAR, Label.GREEN, Label.AMBER)


class CardShapes:
    """Chooses words and blocks for what the originating side is shown."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {
            StatusFacts: self._status,
            ReleaseFacts: self._release,
            HeldFacts: self._held,
        }

    def _status(self, facts: StatusFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts)
        lines = [self._voice.both(facts.side, "advisories.status", number=facts.number)]
        lines += [self._route_line(facts.side, route) for route in facts.routes]
        if facts.revision > 1 and facts.state == "issued":
            lines.append(self._voice.both(facts.side, "advisories.now_at", revision=facts.revision))
        if facts.state != "issued":
            key = f"advisories.standing.{facts.state}"
            detail = facts.reason or facts.superseded_by
            lines.append(self._voice.both_detailed(facts.side, key, detail))
        lines += [self._file_line(facts.side, file) for file in facts.files]
        where = Safe("\n".join(lines))
        receipts = receipt_lines(self._voice, facts.side, facts.receipts, facts.agencies_expected)
        blocks = [
            section(top),
            *self._voice.sections(where),
            context(*pieces(receipts)),
            section(bottom),
        ]
        return Shown(self._voice.framed(top, f"{where}\n{receipts}", bottom), blocks)

    def _route_line(self, side: Government, route: RouteFacts) -> Safe:
        first = own_language(side)
        lines = [route_line(self._voice.speech(lang), route) for lang in (first, first.other)]
        return Safe("\n".join(lines))

    def _file_line(self, side: Government, file: FileStatus) -> Safe:
        first = own_language(side)
        lines = [status_line(self._voice.speech(lang), file) for lang in (first, first.other)]
        return Safe("\n".join(lines))

    def _release(self, facts: ReleaseFacts, reader: Language) -> Shown:
        # In a channel several people of the side read: it speaks their side's own language.
        speech = self._voice.speech(own_language(facts.side) if facts.in_channel else reader)
        top, bottom = self._voice.label_lines(facts, facts.releasable)
        heading = speech.say(
            "advisories.release_asked" if not facts.decided else "advisories.release_decided",
            number=facts.number,
            agency=facts.agency,
            author=facts.author,
            time=facts.posted_at,
        )
        lines = [route_line(speech, one) for one in facts.destinations]
        lines += [status_line(speech, one) for one in facts.files]
        if not facts.decided:
            lines.append(_approvals_line(speech, facts))
        where = Safe("\n".join(lines))
        body = self._voice.quoted(facts.body, facts.names)
        blocks = [section(top), section(heading)]
        if facts.title:
            blocks.append(section(Safe(f"*{self._voice.inert(facts.title, facts.names)}*")))
        blocks += [*quoted_sections(body), *self._voice.sections(where)]
        if facts.parts > 1:
            part = speech.say("advisories.part", part=facts.part, parts=facts.parts)
            blocks.append(context(part))
        if not facts.decided and facts.part == facts.parts:
            release = speech.say("advisories.button.release")
            keep_back = speech.say("advisories.button.keep_back")
            blocks.append(
                actions(
                    button(release, "release", facts.release_value, "primary"),
                    button(keep_back, "keep_back", facts.keep_back_value),
                )
            )
        blocks.append(section(bottom))
        return Shown(self._voice.framed(top, f"{heading}\n{where}", bottom), blocks)

    def _held(self, facts: HeldFacts, reader: Language) -> Shown:
        speech = self._voice.speech(reader)
        key = "advisories.held_unknown" if facts.unknown_label else "advisories.held"
        text = speech.say(key, number=facts.number)
        choices = [
            button(label.value, f"label:{label.value}", facts.number) for label in LABEL_CHOICES
        ]
        let_go = button(speech.say("advisories.button.discard"), "discard", facts.number)
        return Shown(text, [section(text), actions(*choices, let_go)])


def _approvals_line(speech: Speech, facts: ReleaseFacts) -> Safe:
    """Who has approved so far, how many it takes, and until when."""
    return speech.say(
        "approvals.standing",
        names=list(facts.approved_by) or Safe("–"),
        n=len(facts.approved_by),
        needed=facts.needed,
        time=facts.expires_at or Safe("–"),
    )


def route_line(speech: Speech, route: RouteFacts) -> Safe:
    """What became of an advisory at one destination, in one language."""
    return speech.say(
        f"advisories.outcome.{route.outcome}",
        code=route.code,
        agency=route.agency,
        time=route.at or Safe("–"),
        by=route.by or Safe("–"),
    )
