"""From facts to what Slack shows: the only place where announcements become words and blocks.

In a channel both languages stand side by side, the side's own first; a private message speaks the
reader's language. An advisory begins and ends with its label (FIRST, TLP 2.0: messaging).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.inert import clip, escape, inert, is_inert, plain, split_text
from bot.domain.labels import GLOSS_JA, Label
from bot.domain.links import Terms
from bot.domain.officials import Government
from bot.services.facts import (
    ChangeFacts,
    CopyFacts,
    Facts,
    HeldFacts,
    LinkFacts,
    NoteFacts,
    ReceiptFacts,
    ReleaseFacts,
    ReplyFacts,
    RouteFacts,
    StatusFacts,
    TombstoneFacts,
)
from bot.texts.catalog import Catalog, Language
from integrations.slack.blocks import (
    SECTION_LIMIT,
    Block,
    actions,
    button,
    context,
    section,
)
from integrations.slack.speech import Safe, Speech

# chat.update takes 4,000 characters of fallback text where chat.postMessage takes 40,000.
FALLBACK_LIMIT = 3_800
# Slack's mark of a quoted line (docs: formatting text, block quotes); only < begins a control.
QUOTE = "> "
LABEL_CHOICES = (Label.CLEAR, Label.GREEN, Label.AMBER)


@dataclass(frozen=True)
class Shown:
    """What Slack is given: blocks, and the fallback text for notifications and screen readers."""

    text: str
    blocks: list[Block]


class Renderer:
    """Chooses words and blocks for facts."""

    def __init__(self, catalog: Catalog, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._catalog = catalog
        self._allowed_hosts = allowed_hosts
        self._shapes: dict[type, Callable[[Any, Language], Shown]] = {
            CopyFacts: self._copy,
            TombstoneFacts: self._tombstone,
            ChangeFacts: self._change,
            ReplyFacts: self._reply,
            StatusFacts: self._status,
            ReleaseFacts: self._release,
            HeldFacts: self._held,
            NoteFacts: self._note,
            LinkFacts: self._link,
        }

    def show(self, facts: Facts, reader: Language) -> Shown:
        """The message for these facts; `reader` matters for private messages only."""
        return self._shapes[type(facts)](facts, reader)

    def is_inert(self, shown: Shown) -> bool:
        """The last look before something is said: nothing in it notifies, links or hides."""
        texts = [shown.text, *_mrkdwn_in(shown.blocks)]
        # Most lines stand in the fallback text and in a block: each is looked at once.
        lines = dict.fromkeys(line for text in texts for line in text.split("\n"))
        return all(is_inert(line, self._allowed_hosts) for line in lines)

    def speech(self, language: Language) -> Speech:
        return Speech(self._catalog, language)

    def _both(self, side: Government, key: str, **parameters: object) -> Safe:
        first = own_language(side)
        lines = [self.speech(lang).say(key, **parameters) for lang in (first, first.other)]
        return Safe("\n".join(dict.fromkeys(lines)))

    def _both_detailed(self, side: Government, key: str, detail: str, **parameters: object) -> Safe:
        """Both languages, each saying in its own words when no detail was given."""
        first = own_language(side)
        lines = []
        for language in (first, first.other):
            speech = self.speech(language)
            shown = detail or speech.say("advisories.standing.no_reason")
            lines.append(speech.say(key, detail=shown, **parameters))
        return Safe("\n".join(lines))

    def _copy(self, facts: CopyFacts, _reader: Language) -> Shown:
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        heading = self._both(
            facts.side,
            "advisories.heading",
            number=facts.number,
            agency=facts.agency,
            author=facts.author,
        )
        body = self._quoted(facts.body, facts.names)
        blocks = [section(top), section(heading), context(*self._particulars(facts))]
        if facts.superseded_by:
            pointer = self._both(facts.side, "advisories.superseded", by=facts.superseded_by)
            heading = Safe(f"{heading}\n{pointer}")
            blocks.append(section(pointer))
        if facts.title:
            blocks.append(section(Safe(f"*{self._inert(facts.title, facts.names)}*")))
        blocks += _quoted_sections(body)
        if facts.acknowledgeable:
            blocks += self._acknowledgement(facts)
        blocks.append(section(bottom))
        title = f"{self._inert(facts.title, facts.names)}\n" if facts.title else ""
        return Shown(self._framed(top, f"{heading}\n\n{title}{body}", bottom), blocks)

    def _particulars(self, facts: CopyFacts) -> list[Safe]:
        speech = self.speech(own_language(facts.side))
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
            found.append(self._both(facts.side, "advisories.late"))
        return found

    def _tombstone(self, facts: TombstoneFacts, _reader: Language) -> Shown:
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        said = self._both(
            facts.side,
            f"advisories.tombstone.{facts.why}",
            number=facts.number,
            agency=facts.agency,
            time=facts.at,
        )
        lines = [said]
        if facts.reason:
            lines.append(self._both(facts.side, "advisories.reason", reason=facts.reason))
        text = Safe("\n".join(lines))
        blocks = [section(top), *self._sections(text), section(bottom)]
        return Shown(self._framed(top, text, bottom), blocks)

    def _change(self, facts: ChangeFacts, _reader: Language) -> Shown:
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        key = f"advisories.change.{facts.change}"
        lines = [
            self._both_detailed(
                facts.side, key, facts.detail, number=facts.number, revision=facts.revision
            )
        ]
        lines += [Safe(f"− {self._inert(line, {})}") for line in facts.removed]
        lines += [Safe(f"＋ {self._inert(line, {})}") for line in facts.added]
        if facts.more:
            lines.append(self._both(facts.side, "advisories.change.more", n=facts.more))
        if facts.acknowledged_by:
            again = "advisories.change.acknowledged"
            lines.append(self._both(facts.side, again, agencies=list(facts.acknowledged_by)))
        text = Safe("\n".join(lines))
        blocks = [section(top), *self._sections(text), section(bottom)]
        return Shown(self._framed(top, text, bottom), blocks)

    def _reply(self, facts: ReplyFacts, _reader: Language) -> Shown:
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        first = self.speech(own_language(facts.side))
        who = first.say("advisories.reply", author=facts.author, agency=facts.agency)
        body = self._quoted(facts.body, facts.names)
        blocks = [section(top), section(who), *_quoted_sections(body), section(bottom)]
        return Shown(self._framed(top, f"{who}\n{body}", bottom), blocks)

    def _acknowledgement(self, facts: CopyFacts) -> list[Block]:
        lines = self._receipt_lines(facts.side, facts.receipts, facts.agencies_expected)
        pressed = button(
            self._both_words(facts.side, "advisories.button.acknowledge"),
            "acknowledge",
            facts.number,
            "primary",
        )
        return [context(*_pieces(lines)), actions(pressed)]

    def _receipt_lines(
        self, side: Government, receipts: tuple[ReceiptFacts, ...], expected: int
    ) -> Safe:
        speech = self.speech(own_language(side))
        done = len(receipts)
        lines = [self._both(side, "advisories.receipts", done=done, expected=max(expected, done))]
        lines += [
            speech.say("advisories.receipt", agency=one.agency, name=one.name, time=one.at)
            for one in receipts
        ]
        return Safe("\n".join(lines))

    def _status(self, facts: StatusFacts, _reader: Language) -> Shown:
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        lines = [self._both(facts.side, "advisories.status", number=facts.number)]
        lines += [self._route_line(facts.side, route) for route in facts.routes]
        if facts.revision > 1 and facts.state == "issued":
            lines.append(self._both(facts.side, "advisories.now_at", revision=facts.revision))
        if facts.state != "issued":
            key = f"advisories.standing.{facts.state}"
            detail = facts.reason or facts.superseded_by
            lines.append(self._both_detailed(facts.side, key, detail))
        if facts.files:
            lines.append(self._both(facts.side, "advisories.files_stay", n=facts.files))
        where = Safe("\n".join(lines))
        receipts = self._receipt_lines(facts.side, facts.receipts, facts.agencies_expected)
        blocks = [
            section(top),
            *self._sections(where),
            context(*_pieces(receipts)),
            section(bottom),
        ]
        return Shown(self._framed(top, f"{where}\n{receipts}", bottom), blocks)

    def _route_line(self, side: Government, route: RouteFacts) -> Safe:
        first = own_language(side)
        lines = [route_line(self.speech(lang), route) for lang in (first, first.other)]
        return Safe("\n".join(lines))

    def _release(self, facts: ReleaseFacts, reader: Language) -> Shown:
        speech = self.speech(reader)
        top, bottom = self._label_lines(facts.label, facts.side, facts.number)
        heading = speech.say(
            "advisories.release_asked" if not facts.decided else "advisories.release_decided",
            number=facts.number,
            agency=facts.agency,
            author=facts.author,
            time=facts.posted_at,
        )
        where = Safe("\n".join(route_line(speech, one) for one in facts.destinations))
        body = self._quoted(facts.body, facts.names)
        blocks = [section(top), section(heading)]
        if facts.title:
            blocks.append(section(Safe(f"*{self._inert(facts.title, facts.names)}*")))
        blocks += [*_quoted_sections(body), *self._sections(where)]
        if facts.parts > 1:
            part = speech.say("advisories.part", part=facts.part, parts=facts.parts)
            blocks.append(context(part))
        if not facts.decided and facts.part == facts.parts:
            value = f"{facts.number}:{facts.revision}"
            blocks.append(
                actions(
                    button(speech.say("advisories.button.release"), "release", value, "primary"),
                    button(speech.say("advisories.button.keep_back"), "keep_back", facts.number),
                )
            )
        blocks.append(section(bottom))
        return Shown(self._framed(top, f"{heading}\n{where}", bottom), blocks)

    def _held(self, facts: HeldFacts, reader: Language) -> Shown:
        speech = self.speech(reader)
        key = "advisories.held_unknown" if facts.unknown_label else "advisories.held"
        text = speech.say(key, number=facts.number)
        choices = [
            button(label.value, f"label:{label.value}", facts.number) for label in LABEL_CHOICES
        ]
        let_go = button(speech.say("advisories.button.discard"), "discard", facts.number)
        return Shown(text, [section(text), actions(*choices, let_go)])

    def _note(self, facts: NoteFacts, reader: Language) -> Shown:
        text = self.speech(reader).say(facts.key, **facts.parameters)
        return Shown(clip(text, FALLBACK_LIMIT), self._sections(text))

    def _link(self, facts: LinkFacts, _reader: Language) -> Shown:
        lines = [
            self._both(
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
        return Shown(clip(text, FALLBACK_LIMIT), self._sections(text))

    def _both_terms(self, side: Government, terms: Terms, facts: LinkFacts) -> Safe:
        first = own_language(side)
        return Safe(
            "\n".join(
                terms_line(self.speech(language), terms, facts.near.code, facts.far.code)
                for language in (first, first.other)
            )
        )

    def _readers(self, facts: LinkFacts) -> Safe:
        return self._both(
            facts.side,
            "links.readers",
            count=len(facts.readers) + facts.more_readers,
            names=list(facts.readers),
            more=facts.more_readers,
            guests=facts.guests,
            unchecked=facts.unchecked,
        )

    def _label_lines(self, label: Label, side: Government, number: str) -> tuple[Safe, Safe]:
        end = self._both_words(side, "advisories.end", number=number)
        return Safe(f"*{label.value}* ({GLOSS_JA[label]})"), Safe(f"*{label.value}* — {end}")

    def _both_words(self, side: Government, key: str, **parameters: object) -> Safe:
        first = own_language(side)
        words = [self.speech(lang).say(key, **parameters) for lang in (first, first.other)]
        return Safe(" / ".join(dict.fromkeys(words)))

    def _inert(self, text: str, names: Any) -> Safe:
        return Safe(escape(inert(plain(text, names), self._allowed_hosts)))

    def _quoted(self, text: str, names: Any) -> Safe:
        """Somebody's words behind a quotation bar, so that no line of theirs passes for ours.

        A code fence would end the quotation; three apostrophes stand in its place.
        """
        inert_text = self._inert(text, names).replace("```", "'''")
        return Safe("\n".join(f"{QUOTE}{line}" for line in inert_text.split("\n")))

    def _sections(self, text: Safe) -> list[Block]:
        return [section(piece) for piece in _pieces(text)]

    def _framed(self, top: Safe, body: str, bottom: Safe) -> str:
        return f"{top}\n{clip(body, FALLBACK_LIMIT - len(top) - len(bottom) - 2)}\n{bottom}"


def _pieces(text: Safe) -> list[Safe]:
    """A text in pieces that each fit into a block; Slack takes none that is blank."""
    return [Safe(piece) for piece in split_text(text, SECTION_LIMIT) if piece.strip()]


def route_line(speech: Speech, route: RouteFacts) -> Safe:
    """What became of an advisory at one destination, in one language."""
    return speech.say(
        f"advisories.outcome.{route.outcome}",
        code=route.code,
        agency=route.agency,
        time=route.at or Safe("–"),
        by=route.by or Safe("–"),
    )


def _mrkdwn_in(part: Any) -> Iterator[str]:
    """Every text of a payload that Slack would interpret."""
    if isinstance(part, list):
        for one in part:
            yield from _mrkdwn_in(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield str(part["text"])
        yield from _mrkdwn_in(list(part.values()))


def _quoted_sections(quoted: Safe) -> list[Block]:
    """Sections of a quotation; a line too long for one goes on behind the bar in the next."""
    pieces = split_text(quoted, SECTION_LIMIT - len(QUOTE))
    return [
        section(Safe(piece if piece.startswith(QUOTE) else QUOTE + piece))
        for piece in pieces
        if piece.removeprefix(QUOTE).strip()
    ]


def own_language(side: Government) -> Language:
    """The language that stands first in a side's channels."""
    return Language.JA if side is Government.JP else Language.EN


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
