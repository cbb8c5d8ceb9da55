"""Advisories as their readers see them: copies, changes, replies, tombstones, receipts."""

from __future__ import annotations

from bot.domain.officials import Government
from bot.services.facts import ChangeFacts, CopyFacts, ReceiptFacts, ReplyFacts, TombstoneFacts
from bot.texts.catalog import Language
from integrations.slack.blocks import Block, actions, button, context, section
from integrations.slack.shown_files import files_lines
from integrations.slack.speech import Safe
from integrations.slack.voice import Shapes, Shown, Voice, own_language, pieces, quoted_sections


class AdvisoryShapes:
    """Chooses words and blocks for what readers are shown of an advisory."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {
            CopyFacts: self._copy,
            TombstoneFacts: self._tombstone,
            ChangeFacts: self._change,
            ReplyFacts: self._reply,
        }

    def _copy(self, facts: CopyFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts, facts.releasable)
        heading = self._voice.both(
            facts.side,
            "advisories.heading",
            number=facts.number,
            agency=facts.agency,
            author=facts.author,
        )
        body = self._voice.quoted(facts.body, facts.names)
        blocks = [section(top), section(heading), context(*self._particulars(facts))]
        if facts.superseded_by:
            pointer = self._voice.both(facts.side, "advisories.superseded", by=facts.superseded_by)
            heading = Safe(f"{heading}\n{pointer}")
            blocks.append(section(pointer))
        if facts.title:
            blocks.append(section(Safe(f"*{self._voice.inert(facts.title, facts.names)}*")))
        blocks += quoted_sections(body)
        attached = files_lines(self._voice, facts.side, facts.files)
        if attached:
            blocks += self._voice.sections(Safe("\n".join(attached)))
        if facts.acknowledgeable:
            blocks += self._acknowledgement(facts)
        blocks.append(section(bottom))
        title = f"{self._voice.inert(facts.title, facts.names)}\n" if facts.title else ""
        words = "\n".join((f"{heading}\n\n{title}{body}", *attached))
        return Shown(self._voice.framed(top, words, bottom), blocks)

    def _particulars(self, facts: CopyFacts) -> list[Safe]:
        speech = self._voice.speech(own_language(facts.side))
        found = [
            speech.say("advisories.posted", time=facts.posted_at),
            speech.say("advisories.tags", tags=[f"#{tag}" for tag in facts.tags]),
        ]
        if facts.parts > 1:
            found.append(speech.say("advisories.part", part=facts.part, parts=facts.parts))
        if facts.revision > 1 and facts.changed_at is not None:
            key = "advisories.revision"
            found.append(speech.say(key, revision=facts.revision, time=facts.changed_at))
        if facts.is_late:
            found.append(self._voice.both(facts.side, "advisories.late"))
        return found

    def _tombstone(self, facts: TombstoneFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts)
        said = self._voice.both(
            facts.side,
            f"advisories.tombstone.{facts.why}",
            number=facts.number,
            agency=facts.agency,
            time=facts.at,
        )
        lines = [said]
        if facts.reason:
            lines.append(self._voice.both(facts.side, "advisories.reason", reason=facts.reason))
        text = Safe("\n".join(lines))
        blocks = [section(top), *self._voice.sections(text), section(bottom)]
        return Shown(self._voice.framed(top, text, bottom), blocks)

    def _change(self, facts: ChangeFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts, facts.releasable)
        key = f"advisories.change.{facts.change}"
        lines = [
            self._voice.both_detailed(
                facts.side, key, facts.detail, number=facts.number, revision=facts.revision
            )
        ]
        lines += [Safe(f"− {self._voice.inert(line, {})}") for line in facts.removed]
        lines += [Safe(f"＋ {self._voice.inert(line, {})}") for line in facts.added]
        if facts.more:
            lines.append(self._voice.both(facts.side, "advisories.change.more", n=facts.more))
        if facts.acknowledged_by:
            again = "advisories.change.acknowledged"
            lines.append(self._voice.both(facts.side, again, agencies=list(facts.acknowledged_by)))
        text = Safe("\n".join(lines))
        blocks = [section(top), *self._voice.sections(text), section(bottom)]
        return Shown(self._voice.framed(top, text, bottom), blocks)

    def _reply(self, facts: ReplyFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts, facts.releasable)
        first = self._voice.speech(own_language(facts.side))
        who = first.say("advisories.reply", author=facts.author, agency=facts.agency)
        body = self._voice.quoted(facts.body, facts.names)
        attached = Safe("\n".join(files_lines(self._voice, facts.side, facts.files)))
        said = [*quoted_sections(body), *self._voice.sections(attached)]
        blocks = [section(top), section(who), *said, section(bottom)]
        words = f"{who}\n{body}\n{attached}".rstrip()
        return Shown(self._voice.framed(top, words, bottom), blocks)

    def _acknowledgement(self, facts: CopyFacts) -> list[Block]:
        lines = receipt_lines(self._voice, facts.side, facts.receipts, facts.agencies_expected)
        pressed = button(
            self._voice.both_words(facts.side, "advisories.button.acknowledge"),
            "acknowledge",
            facts.number,
            "primary",
        )
        return [context(*pieces(lines)), actions(pressed)]


def receipt_lines(
    voice: Voice, side: Government, receipts: tuple[ReceiptFacts, ...], expected: int
) -> Safe:
    """Who acknowledged, and how many of how many agencies."""
    speech = voice.speech(own_language(side))
    done = len(receipts)
    lines = [voice.both(side, "advisories.receipts", done=done, expected=max(expected, done))]
    lines += [
        speech.say("advisories.receipt", agency=one.agency, name=one.name, time=one.at)
        for one in receipts
    ]
    return Safe("\n".join(lines))
