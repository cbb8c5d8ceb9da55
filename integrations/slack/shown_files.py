"""Files in words: what is said with one that comes, and of those that are late or stay."""

from __future__ import annotations

from bot.domain.officials import Government
from bot.services.facts import FileFacts, FilesFacts, FileStatus, LateFile
from bot.texts.catalog import Language
from integrations.slack.blocks import section
from integrations.slack.speech import Safe, Speech
from integrations.slack.voice import Shapes, Shown, Voice, own_language


class FileShapes:
    """Chooses the words that stand beside a file."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def shapes(self) -> Shapes:
        return {FileFacts: self._file}

    def _file(self, facts: FileFacts, _reader: Language) -> Shown:
        top, bottom = self._voice.label_lines(facts, facts.releasable)
        said = self._voice.both(
            facts.side,
            "attachments.comment",
            number=facts.number,
            position=facts.position,
            mark=facts.mark,
        )
        return Shown(
            self._voice.framed(top, said, bottom), [section(top), section(said), section(bottom)]
        )


def files_lines(voice: Voice, side: Government, files: FilesFacts | None) -> list[Safe]:
    """What readers are told of the files of a text; names are said of those that travel alone."""
    if files is None:
        return []
    first = own_language(side)
    lines = [voice.both(side, "attachments.coming", n=files.coming)] if files.coming else []
    for late in files.late:
        both = [_late(voice.speech(language), late) for language in (first, first.other)]
        lines.append(Safe("\n".join(both)))
    for why, count in files.staying:
        both = [_staying(voice.speech(language), why, count) for language in (first, first.other)]
        lines.append(Safe("\n".join(both)))
    return lines


def status_line(speech: Speech, file: FileStatus) -> Safe:
    """What became of a file, for its own side."""
    return speech.say(
        f"attachments.outcome.{file.outcome}",
        name=file.name,
        code=file.code,
        agency=file.agency or Safe(""),
        cause=speech.say(file.cause) if file.cause else Safe("–"),
    )


def _late(speech: Speech, late: LateFile) -> Safe:
    cause = speech.say(f"deliveries.cause.{late.cause}")
    key = "attachments.retried" if late.is_retried else "attachments.given_up"
    return speech.say(key, position=late.position, name=late.name, cause=cause)


def _staying(speech: Speech, why: str, count: int) -> Safe:
    return speech.say("attachments.staying", n=count, cause=speech.say(f"attachments.why.{why}"))
