"""Short texts that leave beside an advisory: nobody is asked about them, so they must fit."""

from __future__ import annotations

from bot import errors
from bot.domain import policy
from bot.domain.advisories import Advisory
from bot.domain.inert import plain
from bot.domain.labels import Label, most_restrictive, read_label
from bot.domain.markings import Decision, screen_post
from bot.storage.unit_of_work import UnitOfWork


def unfit(
    advisory: Advisory, text: str, limit: int, file_names: tuple[str, ...] = ()
) -> errors.BotError | None:
    """Why a text, with files, may not travel under the advisory's label; None when it may."""
    said = plain(text)
    screening, reading = screen_post(said, *file_names), read_label(said, *file_names)
    rules = ", ".join(sorted({finding.rule for finding in screening.findings}))
    if screening.decision is Decision.BLOCK:
        return errors.MarkingBlocks(rules=rules)
    if screening.decision is not Decision.ALLOW:
        return errors.MarkingAsks(rules=rules)
    ceiling = advisory.label.rank if advisory.label else -1
    if reading.unknown or any(found.rank > ceiling for found in reading.found):
        return errors.ReplyAboveLabel(number=advisory.number)
    return errors.TooLong(word="text", limit=limit) if len(text) > limit else None


def require_not_below(uow: UnitOfWork, advisory: Advisory, label: Label) -> None:
    """Raises LabelBelowText when the text or a file's name bears a label tighter than that one."""
    files = uow.attachments.of(advisory.id) if advisory.files else ()
    names = (one.name for one in files if one.removed_in is None)
    found = read_label(plain(advisory.title), plain(advisory.body), *names).found
    tightest = most_restrictive(found)
    if tightest is not None and tightest.rank > label.rank:
        raise errors.LabelBelowText(number=advisory.number, label=tightest.value)


def require_fit(text: str) -> None:
    """Raises a NotReleased unless a text may be read by both sides, nobody being asked."""
    screening, reading = screen_post(text), read_label(text)
    rules = ", ".join(sorted({finding.rule for finding in screening.findings}))
    if screening.decision is Decision.BLOCK:
        raise errors.MarkingBlocks(rules=rules)
    if screening.decision is not Decision.ALLOW:
        raise errors.MarkingAsks(rules=rules)
    for label in reading.found:
        policy.require_relayable(label)
