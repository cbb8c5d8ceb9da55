"""Notes taken in a thread: which lines are actions, decisions, questions."""

from bot.domain.notes.opening import NoteKind
from bot.domain.notes.reading import NoteReading, read_note, read_notes

__all__ = ["NoteKind", "NoteReading", "read_note", "read_notes"]
