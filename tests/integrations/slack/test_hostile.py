"""No word of anybody comes alive in anything the bot says, whatever noun it is about (P11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.domain.due.reading import Remark
from bot.domain.escalation import Subject
from bot.domain.inert import escape
from bot.domain.links import Link
from bot.domain.notes.opening import NoteKind
from bot.services import announcements  # noqa: F401  every noun's facts are known by now
from bot.services.capture_composers import CaptureFacts
from bot.services.dialogue_record import Figures, Record
from bot.services.digests import DigestFacts
from bot.services.facts import Facts, FileGoneFacts, NoteFacts, NothingFacts
from bot.texts.catalog import Language, load
from integrations.slack.render import Renderer
from integrations.slack.shown_captures import card_text
from integrations.slack.shown_dialogues import everything
from integrations.slack.shown_digests import digest_text
from integrations.slack.speech import Speech
from integrations.slack.voice import Shown
from tests.domain.hostile import CORPUS, live_in
from tests.integrations.slack.filled import Filler, kinds_of_facts

CATALOG = load()
RENDERER = Renderer(CATALOG)
# Said otherwise, or never: notes are covered by `test_no_words_of_the_catalogue_come_alive`.
ELSEWHERE = {NoteFacts, NothingFacts, FileGoneFacts}
KINDS = [kind for kind in kinds_of_facts() if kind not in ELSEWHERE]
# Of the catalogue's own signs, some carry the invisible selector that makes them colourful.
OWN_MARKS = re.compile("(?:⏸|⚠|▶|✂)\ufe0f")
PLACE = ("T0TOKYO", "C01ADV", "1789520400.000100")
ADDRESS = "https://tokyo.slack.com/archives/C01ADV/p1789520400000100"
CHANGES = ("revised", "withdrawn", "superseded", "recalled")
LATE = (Subject.ACTION, Subject.RECEIPT, Subject.FOLLOW_UP)
NOTED = tuple(kind for kind in NoteKind if kind is not NoteKind.NONE)
OURS: dict[str, Any] = {}
FILLER = Filler(CATALOG, OURS)


def remark(text: str, turn: int) -> Remark:
    """Why a date has to be asked about, with words of the person in it where there are any."""
    key = FILLER.keys("due.why")(text, turn)
    names = CATALOG.parameters(Language.EN, f"due.why.{key}")
    return Remark(key, dict.fromkeys(names, text))


# What the bot itself writes: numbers it counts, ids and addresses that Slack gives, and keys of the
# catalogue. Of some classes, of others by the name of the field alone.
OURS |= {
    "number": "ADV-2026-0001",
    "code": "LNK-7Q3F",
    "mark": "0123abcd",
    "superseded_by": "ADV-2026-0002",
    "message": PLACE,
    "link": ADDRESS,
    "team": "T0TOKYO",
    "channel": "C01ADV",
    "release_value": "sealed",
    "keep_back_value": "sealed",
    "url": "https://files.slack.com/files-pri/T0TOKYO-F1/download",
    "cause": FILLER.keys("deliveries.cause"),
    "FileStatus.cause": "attachments.why.kind",
    "FileStatus.outcome": FILLER.keys("attachments.outcome"),
    "FilesFacts.staying": (("kind", 1),),
    "RouteFacts.outcome": FILLER.keys("advisories.outcome"),
    "StatusFacts.state": FILLER.keys("advisories.state"),
    "TombstoneFacts.why": FILLER.keys("advisories.tombstone"),
    "ChangeFacts.change": lambda _text, turn: CHANGES[turn % len(CHANGES)],
    "LinkFacts.change": FILLER.keys("links.notice"),
    "LinkFacts.link": lambda text, turn: FILLER.fill(Link, text, turn),
    "ActionLineFacts.verb": FILLER.keys("actions.event"),
    "DialogueNewsFacts.what": FILLER.keys("dialogues.news"),
    # Every subject has this step; nothing is late of consultations yet.
    "EscalationFacts.step": "overdue1",
    "EscalationFacts.subject": lambda _text, turn: LATE[turn % len(LATE)],
    "Capture.kind": lambda _text, turn: NOTED[turn % len(NOTED)],
    "Delegate.role": FILLER.keys("forms.choice.role"),
    "ReminderFacts.names": "U11WALSH",
    "ReminderItem.moved_from": "2026-09-16",
    "DueReading.why": remark,
    "DueReading.warnings": (),
    "DigestFacts.rounds": lambda text, turn: (("DLG-07", FILLER.fill(Figures, text, turn)),),
    "HeadFacts.own": "JP:1:00",
    "HeadFacts.other": "00",
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_hostile_comes_alive_in_any_announcement(kind: type[Facts]) -> None:
    for turn, text in enumerate(CORPUS):
        facts = FILLER.fill(kind, text, turn)
        shown = RENDERER.show(facts, list(Language)[turn // 2 % 2])
        # What looks live to the bot's own last look is parked: a good text must not be.
        assert RENDERER.is_inert(shown), (text, shown)
        for words in mrkdwn_of(shown):
            assert live_in(OWN_MARKS.sub("", words)) == [], (text, words)
        assert set(addresses_in(shown.blocks)) <= {ADDRESS}
        for label in plain_texts_in(shown.blocks):
            assert live_in(escape(label)) == [], (text, label)


def mrkdwn_of(shown: Shown) -> Iterator[str]:
    """Every text that Slack formats, without whom the bot itself means to reach."""
    for words in (shown.text, *_found(shown.blocks, "mrkdwn")):
        for user in shown.reaches:
            words = words.replace(f"<@{user}>", "")
        yield words


def plain_texts_in(blocks: Any) -> list[str]:
    return list(_found(blocks, "plain_text"))


def _found(part: Any, kind: str) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _found(one, kind)
    elif isinstance(part, dict):
        if part.get("type") == kind:
            yield part["text"]
        yield from _found(list(part.values()), kind)


def addresses_in(part: Any) -> Iterator[str]:
    """Where buttons and pictures lead."""
    if isinstance(part, list):
        for one in part:
            yield from addresses_in(one)
    elif isinstance(part, dict):
        yield from (part[key] for key in ("url", "image_url") if key in part)
        yield from addresses_in(list(part.values()))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("at", range(6))
def test_no_words_of_the_catalogue_come_alive(language: Language, at: int) -> None:
    """Every private answer, note and refusal is one of these, filled with what was typed."""
    speech = Speech(CATALOG, language)
    keys = [key for key in sorted(CATALOG.keys(language)) if CATALOG.parameters(language, key)]
    heads = sorted({key.removesuffix(".one").removesuffix(".other") for key in keys})
    for turn, text in enumerate(CORPUS[at::6]):
        for head in heads[turn % 5 :: 5]:
            words = head if CATALOG.has(head) else f"{head}.other"
            names = CATALOG.parameters(language, words)
            given: dict[str, object] = dict.fromkeys(names, text)
            given |= {"n": 1 + turn % 3} if words != head else {}
            said = OWN_MARKS.sub("", speech.say(head, **given))
            assert live_in(said) == [], (head, text, said)


def test_nothing_hostile_comes_alive_in_private_answers_of_several_lines() -> None:
    for turn, text in enumerate(CORPUS):
        speech = Speech(CATALOG, list(Language)[turn // 2 % 2])
        figures = FILLER.fill(Figures, text, turn)
        for said in (
            card_text(speech, FILLER.fill(CaptureFacts, text, turn)),
            digest_text(speech, FILLER.fill(DigestFacts, text, turn)),
            everything(speech, FILLER.fill(Record, text, turn), figures),
        ):
            assert live_in(OWN_MARKS.sub("", said)) == [], (text, said)
