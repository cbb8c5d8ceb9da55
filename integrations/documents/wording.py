"""What a round's documents say, part by part, before it is known how a file shows it.

The texts of people stand as they were agreed, made inert; every other word is the catalogue's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain.dialogues import AgendaItem, Dates, DecisionTaken
from bot.domain.inert import inert
from bot.domain.officials import Government
from bot.services.action_facts import ActionFacts
from bot.services.dialogue_record import Record
from bot.texts.catalog import Language
from integrations.slack.shown_actions import owners_plain
from integrations.slack.speech import Speech


@dataclass(frozen=True)
class Part:
    """A heading, a paragraph, a list, or a table (its first row the heading)."""

    kind: str
    text: str = ""
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Document:
    """A document in one language and one order of the sides."""

    title: str
    language: Language
    parts: tuple[Part, ...]


Say = Callable[..., str]


def outcome_of(speech: Speech, record: Record, digest: str, first: Government) -> Document:
    """The outcome document: what was agreed, and what follows from it."""
    say = _plainly(speech)
    summary = record.summary.ja if speech.language is Language.JA else record.summary.en
    agreed = [one for one in record.decisions if one.agreed]
    parts = [
        _paragraph(say("documents.held", **_held(speech, record, first))),
        *_delegations(speech, record, first),
    ]
    if summary:
        parts.append(_paragraph(inert(summary)))
    parts += _listed(say("documents.decisions"), (_decision(speech, one) for one in agreed))
    parts += _actions(speech, say("documents.actions"), record.actions)
    if record.dialogue.next_venue:
        parts.append(_paragraph(say("documents.next", venue=inert(record.dialogue.next_venue))))
    title = say("documents.outcome_title", **_titled(speech, record, first))
    return Document(title, speech.language, (*parts, _seal(speech, record, digest)))


def minutes_of(speech: Speech, record: Record, digest: str, first: Government) -> Document:
    """The minutes: who was there, what was on the agenda, what was put and agreed, what is open."""
    say = _plainly(speech)
    parts = [
        _paragraph(say("documents.held", **_held(speech, record, first))),
        *_delegations(speech, record, first),
        *_listed(say("documents.agenda"), (_item(speech, one) for one in record.agenda)),
        *_listed(say("documents.decisions"), (_decision(speech, one) for one in record.decisions)),
        *_actions(speech, say("documents.actions"), record.actions),
        *_actions(speech, say("documents.carried"), record.carried),
    ]
    title = say("documents.minutes_title", **_titled(speech, record, first))
    return Document(title, speech.language, (*parts, _seal(speech, record, digest)))


def _plainly(speech: Speech) -> Say:
    """The catalogue's words for a file: nothing is escaped for Slack."""

    def say(key: str, **parameters: object) -> str:
        return speech.catalog.say(speech.language, key, **parameters)

    return say


def _titled(speech: Speech, record: Record, first: Government) -> dict[str, object]:
    say = _plainly(speech)
    return {
        "round": record.dialogue.round,
        "first": say(f"documents.country.{first.value}"),
        "second": say(f"documents.country.{first.other.value}"),
    }


def _held(speech: Speech, record: Record, first: Government) -> dict[str, object]:
    dialogue = record.dialogue
    return {
        **_titled(speech, record, first),
        "dates": _dates(speech, dialogue.dates),
        "venue": inert(dialogue.venue) or _plainly(speech)(f"documents.capital.{dialogue.host}"),
    }


def _dates(speech: Speech, dates: Dates | None) -> str:
    if dates is None:
        return "–"
    days = dict.fromkeys((speech.day(dates.start), speech.day(dates.end)))
    return " – ".join(days)


def _delegations(speech: Speech, record: Record, first: Government) -> list[Part]:
    say = _plainly(speech)
    parts: list[Part] = []
    for side in (first, first.other):
        lines = tuple(
            say(
                "documents.delegate",
                name=inert(one.name),
                agency=speech.agency(agency),
                role=say(f"forms.choice.role.{one.role}"),
            )
            for one, agency in record.delegation
            if one.government == side
        )
        heading = say("documents.delegation", side=say(f"actions.side.{side.value}"))
        parts += _listed(heading, lines)
    return parts


def _actions(speech: Speech, heading: str, items: tuple[ActionFacts, ...]) -> list[Part]:
    if not items:
        return []
    columns = ("number", "text", "owners", "due_on", "state")
    say = _plainly(speech)
    rows = [tuple(say(f"actions.column.{name}") for name in columns)]
    rows += [
        (
            item.action.number,
            inert("\n".join(filter(None, (item.action.text, item.action.rendering)))),
            inert(owners_plain(speech, item.owners)),
            item.action.due.on.isoformat() if item.action.due.on else "–",
            say(f"actions.state.{item.action.state.value}"),
        )
        for item in items
    ]
    return [Part("heading", heading), Part("table", rows=tuple(rows))]


def _listed(heading: str, lines: Iterable[str]) -> list[Part]:
    found = tuple(lines)
    return [Part("heading", heading), Part("list", lines=found)] if found else []


def _decision(speech: Speech, one: DecisionTaken) -> str:
    words = " / ".join(inert(text) for text in (one.text, one.rendering) if text)
    if one.agreed:
        return f"{one.label}: {words}"
    return _plainly(speech)("documents.not_agreed", decision=one.label, text=words)


def _item(speech: Speech, one: AgendaItem) -> str:
    words = " / ".join(inert(text) for text in (one.text, one.rendering) if text)
    said = f"{one.position}. {words}"
    return (
        f"{said} ({_plainly(speech)('dialogues.lead', lead=inert(one.lead))})" if one.lead else said
    )


def _seal(speech: Speech, record: Record, digest: str) -> Part:
    number = record.dialogue.number
    return _paragraph(_plainly(speech)("documents.seal", number=number, digest=digest))


def _paragraph(text: str) -> Part:
    return Part("paragraph", text)
