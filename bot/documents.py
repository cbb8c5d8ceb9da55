"""Documents generated from the code: the app manifest and the page of commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from bot.texts import catalog
from bot.texts.catalog import Catalog, Language
from commands import COMMANDS, SHORTCUTS
from commands.capture import SHORTCUT
from commands.catalogue import Command
from integrations.slack.manifest import CommandEntry, ShortcutEntry, build_manifest

HTTP_EXAMPLE = "https://kakehashi.example/slack/events"


def app_manifest(
    mode: Literal["socket", "http"], request_url: str | None = None, prefix: str = ""
) -> dict[str, Any]:
    """The Slack app manifest for the commands that are registered."""
    words = catalog.load()
    entries = [_entry(words, command) for command in COMMANDS]
    shortcuts = [_shortcut(words, name) for name in (*SHORTCUTS, SHORTCUT)]
    return build_manifest(entries, shortcuts, mode=mode, prefix=prefix, request_url=request_url)


def write_documents(root: Path, *, check_only: bool) -> list[str]:
    """Writes what is stale below `root`, or only lists it; returns the paths concerned."""
    stale = []
    for name, text in _documents().items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check_only:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return stale


def _documents() -> dict[str, str]:
    manifest = json.dumps(app_manifest("socket"), indent=2, ensure_ascii=False) + "\n"
    return {"manifest.json": manifest, "docs/commands.md": _commands_page(catalog.load())}


def _shortcut(words: Catalog, name: str) -> ShortcutEntry:
    about = f"commands.shortcut.{name}"
    title = words.say(Language.EN, f"{about}.title")
    return ShortcutEntry(title, name, words.say(Language.EN, f"{about}.description"))


def _entry(words: Catalog, command: Command) -> CommandEntry:
    key = command.name.removeprefix("/")
    summary = words.say(Language.EN, f"commands.{key}.summary")
    verbs = " | ".join(verb.name for verb in command.verbs)
    return CommandEntry(command.name, summary, verbs)


def _commands_page(words: Catalog) -> str:
    lines = [
        "# Commands / コマンド一覧",
        "",
        "Generated from the argument schemas by `python -m bot docs`; do not edit.",
        "",
        "Words are `key:value`, in any order, with quotation marks for spaces; full-width",
        "characters are accepted. A command without its words opens a form with the same fields.",
        "",
    ]
    for command in COMMANDS:
        key = command.name.removeprefix("/")
        lines += [
            f"## `{command.name}`",
            "",
            words.say(Language.EN, f"commands.{key}.summary")
            + " / "
            + words.say(Language.JA, f"commands.{key}.summary"),
            "",
            "| Usage | What it does | 説明 |",
            "|---|---|---|",
        ]
        for verb in command.verbs:
            usage = verb.usage(command.name).replace("|", "\\|")
            about = f"commands.{key}.{verb.key}.description"
            english = words.say(Language.EN, about)
            japanese = words.say(Language.JA, about)
            lines.append(f"| `{usage}` | {english} | {japanese} |")
        lines.append("")
    return "\n".join(lines)
