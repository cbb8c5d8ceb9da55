"""The files of a message as Slack reports them: which are there, and which of them stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.attachments import FilePolicy, Staying
from bot.services.incoming import SentFile

# What Slack leaves standing of a deleted file; and of a deleted message that has a thread, which it
# reports as a change.
REMAINS = "tombstone"
# Files that Slack shows a part of or keeps elsewhere, and those whose content its author may change
# in place after it was approved (docs: file object, `mode`, `file_access`, `editable`).
ELSEWHERE = frozenset({"external", "hidden_by_limit", "snippet", "post", "space", "canvas", "list"})
# What the database counts in, whatever a message declares.
COUNTED_MOST = (1 << 31) - 1
LONGEST_ADDRESS = 2_000


def present_files(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files of a message that are still there."""
    return [one for one in event.get("files") or () if one.get("mode") != REMAINS]


def file_words(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Every word people wrote on the files of a message: names and titles."""
    found = [str(one.get(key) or "") for one in present_files(event) for key in ("name", "title")]
    return tuple(dict.fromkeys(words for words in found if words))


def sent_files(event: Mapping[str, Any], policy: FilePolicy) -> tuple[SentFile, ...]:
    """The files of a message, each judged by what Slack says of it."""
    return tuple(_sent(one, policy) for one in present_files(event) if one.get("id"))


def _sent(file: Mapping[str, Any], policy: FilePolicy) -> SentFile:
    name, size = str(file.get("name") or ""), file.get("size")
    size = min(max(size, 0), COUNTED_MOST) if isinstance(size, int) else 0
    url = str(file.get("url_private_download") or "")
    is_here = file.get("mode") not in ELSEWHERE and not file.get("is_external")
    is_here = is_here and not file.get("editable")
    reachable = is_here and bool(url) and len(url) <= LONGEST_ADDRESS
    staying = policy.judge(name, size) or (None if reachable else Staying.HIDDEN)
    return SentFile(str(file["id"])[:32], name, size, url if reachable else "", staying)
