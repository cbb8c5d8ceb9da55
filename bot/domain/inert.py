"""Text from people and feeds, made harmless.

Promise: what leaves `inert` notifies nobody, links nowhere and hides nothing, whichever sink shows
it, and making it harmless twice changes nothing. The order is `plain` (Slack's markup becomes
words), then `inert` (NFKC first: it turns full-width text into live text), then `escape`.

The convention, which a reader undoes by hand: `hxxp` and `hxxps` stand for `http` and `https`;
`[.]`, `[@]` and `[:]` for the bare characters in addresses (`hxxps://evil[.]example`,
`192.0.2[.]7`, `a[@]b[.]example`, `ftp[:]//evil[.]example`); `＠` for every other at sign; `‹` for
the `<` of a control sequence.

Sources: Slack's message formatting reference; Unicode UAX #9, UAX #15.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.characters import (
    STREAM_SAFE_MARKS,
    Plainly,
    is_invisible,
    is_mark,
    unify_line_ends,
)
from bot.domain.top_level_domains import TOP_LEVEL_DOMAINS

NOBODY: Mapping[str, str] = MappingProxyType({})

_CONTROL = re.compile(
    r"<(?P<kind>[@#!]?)(?P<what>[^<>|\n]{1,3000})(?:\|(?P<label>[^<>\n]{0,3000}))?>"
)
_DATE = re.compile(r"<!date\^\d{1,12}\^[^<>^|\n]{1,200}\|[^<>|\n]{1,200}>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_RAW_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")

# Without one of these nothing below finds anything.
_SUSPECT = re.compile(r"[.:@/<。\ue000\ue001]")

_SLOT_OPEN, _SLOT_CLOSE = "\ue000", "\ue001"
_SLOT = re.compile(f"{_SLOT_OPEN}(\\d+){_SLOT_CLOSE}")
_SAFE_URL = re.compile(
    r"(?<![A-Za-z0-9+.\-])https?://(?P<host>[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*)(?::\d{1,5})?"
    r"(?:(?P<path>[/?#][A-Za-z0-9/_.~%+=&?#,:;!*()'\-]*)|(?!\.?[\w@:\\%\-]))",
    re.I,
)
_NESTED = re.compile(r"[A-Za-z0-9+.\-]{0,31}:(?://|%2f)|//", re.I)
_SCHEME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9+.\-]{0,30}):(?=//)")
_LAX_HTTP = re.compile(
    r"(?<![A-Za-z0-9])http(?P<s>s?)(?P<gap>\s{0,3}):(?=[/\\]|[\w\-]{1,63}\.)", re.I
)
_SCRIPT = re.compile(r"(?<![A-Za-z0-9])(?P<name>(?:java|vb|live)script)(?P<gap>\s{0,3}):", re.I)
_OTHER_SCHEME = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?=mailto))(?P<name>mailto|tel|smsto|sms|callto|slack|skype"
    r"|facetime(?:-audio)?|magnet|sips?|xmpp|blob"
    r"|filesystem|view-source|ms-[a-z\-]{1,40}|search-ms|vscode|zoommtg|msteams|webcal|whatsapp"
    r"|bitcoin"
    r"|data(?=:(?:[\w.+\-]{1,60}/|[;,]))|(?:file|feed|about|resource|jar|intent|geo|irc)(?=:[/\\]))"
    r":(?=\S)",
    re.I,
)
# A dot behind it ends a sentence.
_AUTHORITY = re.compile(r"(?<=//)(?:[\w\-%]|\.+(?=[\w\-%])|\[\.\])+")
_EMAIL = re.compile(r"(?<=[\w.+%'\"\-])@(?P<host>[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_][\w\-]*)")
_IPV4 = re.compile(r"(?<![A-Za-z0-9.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})(?![A-Za-z0-9]|\.\d)")
_LATIN_HOST = re.compile(r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)+")
_ANY_HOST = re.compile(r"(?<![\w\-])[\w\-]+(?:\.[\w\-]+)+")
_WIDE_DOT = re.compile(r"(?<=[A-Za-z0-9])。(?=([a-z]{2,24})(?![\w\-]))")
_BROKEN = re.compile(r"(?:(?<![A-Za-z0-9])hxxps?\s{0,3}:|\[:\])//")
# An address without a scheme, where words of ours that end in a colon would lend it one.
_HEADLESS = re.compile(r"\A//(?=\S*\[\.\])")
_BARE_DOT = re.compile(r"(?<!\[)\.(?!\])")
_BARE_AT = re.compile(r"(?<!\[)@|@(?!\])")
_LEADING_LATIN = re.compile(r"[A-Za-z]+(?![A-Za-z0-9])")
_LONGEST_TOKEN = 400
_SENTENCE = re.compile(r"[。！？!?]+|[.]\s")


def plain(slack_text: str, names: Mapping[str, str] = NOBODY) -> str:
    """Turn a Slack message's text into what a person reads on the screen.

    `names` maps user ids to display names; an unknown user is a "member". Unknown control sequences
    stay as text.
    """
    words = _CONTROL.sub(lambda match: _spoken(match, names), slack_text)
    return _unescape(words)


def inert(text: str, allowed_hosts: frozenset[str] = frozenset()) -> str:
    """Make a plain text harmless; addresses of `allowed_hosts` and their subdomains stay whole."""
    seen = normalise(text)
    if _SUSPECT.search(seen) is None:
        return seen
    seen = _WIDE_DOT.sub(lambda m: "." if m[1] in TOP_LEVEL_DOMAINS else "。", seen)
    slots: list[str] = []
    seen = _SAFE_URL.sub(lambda match: _kept(match, allowed_hosts, slots), seen)
    seen = _break_schemes(seen)
    seen = _AUTHORITY.sub(lambda match: _bracketed_authority(match[0]), seen)
    seen = _EMAIL.sub(lambda match: "[@]" + _bracketed(match["host"]), seen)
    seen = _IPV4.sub(_bracketed_ipv4, seen)
    for pattern in (_LATIN_HOST, _ANY_HOST):
        seen = pattern.sub(lambda match: _bracketed_host(match[0], allowed_hosts), seen)
    seen = _BARE_AT.sub("＠", seen)
    seen = _HEADLESS.sub("[//]", re.sub(r"<(?=[!＠#])", "‹", seen))
    return _SLOT.sub(lambda match: slots[int(match[1])], seen)


def normalise(text: str) -> str:
    """Apply NFKC and remove what cannot be seen; line feeds and tabs stay."""
    visible = _visible(unify_line_ends(text))
    if visible.isascii():
        return visible
    return _visible(unicodedata.normalize("NFKC", visible))


def escape(text: str) -> str:
    """Write &, < and > as Slack wants them, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_inert(slack_mrkdwn: str, allowed_hosts: frozenset[str] = frozenset()) -> bool:
    """Check an escaped payload before it is posted: nothing in it may notify, link or hide.

    The only control sequence permitted is `<!date^...>`; the only live addresses are those of
    `allowed_hosts`.
    """
    text = _DATE.sub(" ", slack_mrkdwn)
    if "<" in text or _RAW_AMPERSAND.search(text) or not _HIDDEN.clear_of(text):
        return False
    text = _unescape(text)
    if _BARE_AT.search(text):
        return False
    # What follows a broken scheme is judged by itself: our own words may stand right behind it.
    # The letter in its place keeps what it is glued to from ending as a host does.
    shown = _BROKEN.sub("x·", normalise(text.replace("＠", " ")))
    return inert(shown, allowed_hosts) == shown


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """Cut a text into pieces of at most `limit` characters that join to the same text again.

    Cuts after a paragraph, else a line, else a sentence, else a blank, else anywhere but inside a
    letter with its marks, an entity or a control sequence. Raises ValueError for a limit below 8.
    """
    if limit < 8:
        raise ValueError(limit)
    pieces: list[str] = []
    start = 0
    while len(text) - start > limit:
        end = start + _cut(text[start : start + limit + _LONGEST_TOKEN], limit)
        pieces.append(text[start:end])
        start = end
    return (*pieces, text[start:]) if start < len(text) or not pieces else tuple(pieces)


def clip(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` characters, ending in … when something was left out."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    return text[: _whole(text, limit - 1)].rstrip() + "…"


def _spoken(match: re.Match[str], names: Mapping[str, str]) -> str:
    kind, what, label = match["kind"], match["what"], match["label"]
    if kind == "@":
        return "＠" + (names.get(what) or label or "member").lstrip("@＠")
    if kind == "#":
        return "＃" + (label or "channel").lstrip("#＃")
    if kind == "!":
        return _announced(what, label, match[0])
    if ":" not in what:
        return match[0]
    target = what.removeprefix("mailto:").removeprefix("tel:")
    return target if label in {None, "", what, target} else f"{label} ({target})"


def _announced(what: str, label: str | None, whole: str) -> str:
    if what in {"here", "channel", "everyone"}:
        return "＠" + what
    if what.startswith("subteam^"):
        return "＠" + (label or "group").lstrip("@＠")
    if what.startswith("date^"):
        return label or what
    return label or whole


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _is_hidden(char: str) -> bool:
    return is_invisible(char) or char in {_SLOT_OPEN, _SLOT_CLOSE}


_HIDDEN = Plainly(_is_hidden)


def _visible(text: str) -> str:
    """Drop hidden characters and the marks piled on one letter beyond the stream-safe number."""
    if (text.isascii() and text.isprintable()) or _VISIBLE.clear_of(text):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if is_mark(char) else 0
        if marks <= STREAM_SAFE_MARKS and not _is_hidden(char):
            kept.append(char)
    return "".join(kept)


# Letters that are shown as they are; neither hidden nor marks on the letter before.
_VISIBLE = Plainly(lambda char: is_mark(char) or _is_hidden(char))


def _is_allowed(host: str, allowed: frozenset[str]) -> bool:
    name = host.lower()
    return any(name == known or name.endswith("." + known) for known in allowed)


def _kept(match: re.Match[str], allowed: frozenset[str], slots: list[str]) -> str:
    """Put an allowed address out of reach of what follows; another address inside it is not."""
    if not _is_allowed(match["host"], allowed):
        return match[0]
    whole, rest = match[0], ""
    nested = _NESTED.search(match["path"] or "")
    if nested is not None:
        at = match.start("path") - match.start() + nested.start()
        whole, rest = whole[:at], whole[at:]
    slots.append(whole)
    return f"{_SLOT_OPEN}{len(slots) - 1}{_SLOT_CLOSE}{rest}"


def _break_schemes(text: str) -> str:
    text = _SCHEME.sub(lambda match: _broken(match["name"]), text)
    text = _LAX_HTTP.sub(r"hxxp\g<s>\g<gap>:", text)
    text = _SCRIPT.sub(r"\g<name>\g<gap>[:]", text)
    return _OTHER_SCHEME.sub(r"\g<name>[:]", text)


def _broken(scheme: str) -> str:
    name = scheme.lower()
    if name in {"http", "https", "hxxp", "hxxps"}:
        return name.replace("tt", "xx") + ":"
    return f"{scheme}[:]"


def _bracketed(host: str) -> str:
    return _BARE_DOT.sub("[.]", host)


def _bracketed_authority(authority: str) -> str:
    """Bracket what follows //, whatever it is: a whole allowed address is out of reach by now."""
    name = authority.replace("[.]", ".")
    if _IPV4.fullmatch(name):
        return _IPV4.sub(_bracketed_ipv4, name)
    return _bracketed(authority)


def _bracketed_ipv4(match: re.Match[str]) -> str:
    octets = [*match[1].split("."), match[2]]
    return f"{match[1]}[.]{match[2]}" if all(int(octet) < 256 for octet in octets) else match[0]


def _bracketed_host(run: str, allowed: frozenset[str]) -> str:
    """Bracket the dots of a bare name that ends in a top-level domain; leave files and versions."""
    if _is_allowed(run, allowed):
        return run
    last = run.rpartition(".")[2].lower()
    latin = _LEADING_LATIN.match(last)
    is_domain = (
        last in TOP_LEVEL_DOMAINS
        or last.startswith("xn--")
        or (latin is not None and latin[0] in TOP_LEVEL_DOMAINS)
    )
    return _bracketed(run) if is_domain else run


def _cut(window: str, limit: int) -> int:
    """Where to end a piece: as late as possible at the best kind of seam in the later part."""
    least = limit // 4
    for seam in ("\n\n", "\n"):
        at = window.rfind(seam, 0, limit)
        if at >= 0 and least < at + len(seam) <= limit:
            return at + len(seam)
    ends = [match.end() for match in _SENTENCE.finditer(window[:limit])]
    if ends and ends[-1] > least:
        return _whole(window, ends[-1]) or ends[-1]
    at = window.rfind(" ", 0, limit)
    return _whole(window, at + 1 if at >= least else limit) or limit


def _whole(text: str, end: int) -> int:
    """Move an end back so that it cuts no letter, no entity and no control sequence in two."""
    at = end
    opened = text.rfind("<", max(0, at - _LONGEST_TOKEN), at)
    if opened >= 0 and ">" not in text[opened:at] and ">" in text[at : at + _LONGEST_TOKEN]:
        at = opened or at
    ampersand = text.rfind("&", max(0, at - 4), at)
    if ampersand >= 0 and _ENTITY.match(text, ampersand) and ";" not in text[ampersand:at]:
        at = ampersand
    while 0 < at < len(text) and _continues(text[at - 1], text[at]):
        at -= 1
    return at or end


def _continues(before: str, char: str) -> bool:
    return (
        is_mark(char)
        or char in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= char <= "\udfff")
    )
