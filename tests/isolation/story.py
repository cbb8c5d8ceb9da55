"""A story both sides take part in, told twice with other secrets, and all that one side sees of it.

The joint story is drawn by lot from one seed, so that it is the same both times; what one side does
by itself is drawn from another.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.domain.actions import Filter
from bot.domain.labels import Label
from bot.domain.officials import Government
from bot.services import dialogues
from bot.services.action_exports import rows_after
from bot.services.dialogue_record import digest_of_record, record_of
from bot.services.incoming import Message
from bot.services.kinds import ACTION_CARD, COPY, DIALOGUE_CARD
from bot.storage.actions import BEGINNING as FIRST
from bot.storage.database import Database
from bot.texts.catalog import Language
from integrations.documents import write_documents
from integrations.registers import Format, writer_for
from integrations.slack.speech import Speech
from tests.isolation.secrets_of import Secrets, Side
from tests.isolation.stage import WORDS, Stage, a_stage


@dataclass(frozen=True)
class Told:
    """What the other side saw of a run, what was done apart from it, and how many words it had."""

    seen: str
    secrets: tuple[str, ...]
    words: int


class Story:
    """The joint story, step by step; `said` are the advisories of both sides, in order."""

    def __init__(self, stage: Stage, lot: Random) -> None:
        self.stage = stage
        self.lot = lot
        self.said: list[tuple[Side, Message, str]] = []
        self.actions = 0

    def advisory(self, side: Side) -> None:
        text = f"#advisory TLP:GREEN report {len(self.said) + 1} 共有"
        said = self.stage.says(side.member, text)
        self.stage.say_all()
        found = self.stage.uow.advisories.by_source(said.team, said.channel, said.ts)
        assert found is not None
        self.said.append((side, said, found.number))

    def receipt(self, side: Side) -> None:
        for _, _, number in self._of(side.other)[:1]:
            self.stage.types(side.member, f"/advisory ack {number}")

    def reply(self, side: Side) -> None:
        for _, said, _ in self._of(side)[:1]:
            self.stage.says(side.member, "We have seen it too.", thread_ts=said.ts)
        thread = self.stage.thread(side.team, COPY)
        if thread:
            self.stage.says(side.member, "Thank you.", thread_ts=thread)

    def revision(self, side: Side) -> None:
        for _, said, _ in self._of(side)[:1]:
            self.stage.edits(side.member, said, f"{said.text} revised")

    def withdrawal(self, side: Side) -> None:
        for _, _, number in self._of(side)[:1]:
            self.stage.types(side.member, f"/advisory withdraw {number} reason:mistaken")

    def action(self, side: Side) -> None:
        self.actions += 1
        due = self.lot.choice(["", " due:2026-09-25", " due:2026-09-18"])
        owner = self.lot.choice([side.agency, side.other.agency, "both sides"])
        line = f'/action new "Share format {self.actions}" owner:"{owner}"{due} pillar:a'
        self.stage.types(side.admin, line)

    def many_actions(self, side: Side) -> None:
        for _ in range(11):
            self.action(side)

    def progress(self, side: Side) -> None:
        number = f"ACT-2026-{self.lot.randint(1, 2):04}"
        verb = self.lot.choice(["start", "done", "note", "drop"])
        more = {"note": " text:checked", "drop": " reason:moot"}.get(verb, "")
        self.stage.types(side.admin, f"/action {verb} {number}{more}")

    def follow_up(self, side: Side) -> None:
        line = '/followup new "Have you seen it?" when:2026-09-18'
        self.stage.types(side.member, f"{line} for:{side.other.own} about:ACT-2026-0001")
        self.stage.types(side.member, f"{line} about:ACT-2026-0001")

    def talks(self, side: Side) -> None:
        self.stage.types(side.admin, "/dialogue agenda DLG-07 text:Threats pillar:a minutes:30")
        self.stage.types(side.admin, "/dialogue open DLG-07")
        self.stage.say_all()
        thread = self.stage.thread(side.team, DIALOGUE_CARD)
        if thread:
            self.stage.says(side.member, "Let us begin.", thread_ts=thread)
            self.stage.says(side.member, "ACTION: DFAT joint words", thread_ts=thread)
        self.stage.types(side.admin, '/dialogue decision DLG-07 text:"Share weekly"')
        self.stage.types(side.other.admin, "/dialogue decision DLG-07 agree:D-1")

    def trouble(self, side: Side) -> None:
        """Slack refuses for good what is to be said in that side's workspace."""
        self.stage.types(side.other.admin, '/action new "In trouble"')
        self.stage.park(side.team, ACTION_CARD)

    def time(self, _side: Side) -> None:
        self.stage.wait(days=self.lot.choice([1, 3, 6]))

    def _of(self, side: Side) -> list[tuple[Side, Message, str]]:
        return [one for one in self.said if one[0] is side]


# The commonest ones more often; a register of several pages seldom.
STEPS: tuple[Callable[[Story, Side], None], ...] = (
    *(Story.advisory, Story.receipt, Story.reply, Story.revision, Story.withdrawal) * 2,
    *(Story.action, Story.progress, Story.follow_up, Story.talks, Story.time) * 2,
    *(Story.many_actions, Story.trouble),
)


def tell(
    seed: int,
    secretive: Side,
    secrets_seed: int | None,
    *,
    files: bool,
    database_for: Callable[[Label], Database] | None = None,
) -> Told:
    """One run of the story of that seed; without another seed the one side keeps no secrets."""
    lot = Random(seed)
    ceiling = lot.choice((Label.GREEN, Label.AMBER))
    with a_stage(ceiling, database_for(ceiling) if database_for else None) as stage:
        story = Story(stage, lot)
        secrets = Secrets(stage, secretive, secrets_seed)
        stage.say_all()
        for _ in range(lot.randint(1, 3)):
            secrets.do_some()
            # Time passes in the joint story alone.
            stage.wait(seconds=1)
            step, side = lot.choice(STEPS), lot.choice((secretive, secretive.other))
            step(story, side)
            stage.say_all()
        secrets.do_some()
        stage.wait(days=lot.choice([1, 6]))
        secrets.do_some()
        stage.wait(seconds=1)
        look(story, secretive.other, files=files)
        return Told(stage.text_seen_in(secretive.other.team), tuple(secrets.done), secrets.words)


def look(story: Story, side: Side, *, files: bool) -> None:
    """Somebody of that side asks for everything there is to ask for."""
    stage = story.stage
    for line in story.lot.sample(QUESTIONS, 5):
        stage.types(side.member, line.format(own=side.tag, other=side.other.tag))
    for _, _, number in story.said[:2]:
        for verb in ("show", "status"):
            stage.types(side.member, f"/advisory {verb} {number}")
    for line in ("/kakehashi audit", "/kakehashi roster", "/link list", "/action list"):
        stage.types(side.admin, line)
    for name in (side.member, story.lot.choice((side.admin, side.releaser))):
        stage.home_of(name)
    chain = stage.uow.audit.events(Government(side.tag))
    stage.seen[side.team].append([vars(one) for one in chain])
    stage.seen[side.team].append(_register(stage, side, (Format.CSV, Format.ICS, Format.JSON)))
    if files:
        stage.seen[side.team] += [_register(stage, side, (Format.XLSX,)), _documents(stage)]
    # What comes next bears the next number, whatever was numbered in between.
    stage.types(side.admin, '/action new "The next one"')
    stage.says(side.member, "#advisory TLP:GREEN the next one")
    stage.types(side.member, '/followup new "The next one" when:2026-10-30')
    stage.say_all()


QUESTIONS = (
    "/advisory list",
    "/link list",
    "/link test #advisory TLP:GREEN what would become of it",
    "/action list",
    "/action list overdue",
    "/action list side:{other}",
    "/action list dialogue:DLG-07",
    "/action show ACT-2026-0001",
    "/action show ACT-{other}-2026-0001",
    "/action note ACT-{other}-2026-0001 text:there",
    "/action merge ACT-2026-0001 into:ACT-{other}-2026-0001",
    "/followup list",
    "/followup done FUP-{other}-2026-0001",
    "/followup new there when:2026-10-30 about:ACT-{other}-2026-0001",
    "/action correct CAP-{other}-0001 text:there",
    "/dialogue list",
    "/dialogue show DLG-07",
    "/kakehashi digest",
    "/kakehashi audit",
    "/kakehashi holiday list joint",
)


def _register(stage: Stage, side: Side, forms: tuple[Format, ...]) -> list[object]:
    """The register as files of each form; of a workbook, what is in its cells."""
    official, speech = stage.person(side.member), Speech(WORDS, Language.EN)
    rows, more = rows_after(stage.uow, official, Filter(), FIRST)
    found: list[object] = [more is None]
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            path = Path(folder) / form.value
            writer = writer_for(form, path, speech)
            writer.add(rows)
            writer.close()
            found.append(_read(path))
    return found


def _documents(stage: Stage) -> list[object]:
    record = record_of(stage.uow, dialogues.find_dialogue(stage.uow, "7"))
    with tempfile.TemporaryDirectory() as folder:
        found = write_documents(WORDS, "minutes", record, digest_of_record(record), Path(folder))
        return [[name, _read(path)] for path, name in found]


def _read(path: Path) -> object:
    if not zipfile.is_zipfile(path):
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as parts:
        return [
            [one, parts.read(one).decode("utf-8", "replace")]
            for one in sorted(parts.namelist())
            if not one.endswith("core.xml")
        ]
