"""`kakehashi audit`, `keys` and what else guards the bridge, as commands of the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BotError
from bot.setup import operator_language
from bot.terminal import DEFAULT_CONFIG, ConfigPath, Lang, fail, operate, settings_of

audit = typer.Typer(no_args_is_help=True, help="The audit log.")
keys = typer.Typer(no_args_is_help=True, help="The keys outside the database.")

Side = Annotated[str, typer.Option("--government", help="JP or AU")]


@audit.command("verify")
def audit_verify(
    config: ConfigPath = DEFAULT_CONFIG,
    head: Annotated[
        list[str] | None,
        typer.Option(help="A head that was witnessed: SEQ:HASH, JP:SEQ:HASH or the hash alone."),
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="PEM file by `keys public`; else the settings' own keys.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Checks chains, checkpoints and witnessed heads; names the first bad row, exits non-zero."""
    from bot import operations, oversight

    language = operator_language(os.environ, lang)
    operate(
        config,
        lambda database: oversight.verify_audit(database, head or (), public_key, language),
        operations.required_current,
    )


@audit.command("export")
def audit_export(
    government: Side,
    config: ConfigPath = DEFAULT_CONFIG,
    form: Annotated[str, typer.Option("--format", help="jsonl or csv")] = "jsonl",
) -> None:
    """One government's events, and nothing of the other's: JSON lines, or CSV for a spreadsheet."""
    from bot import operations, oversight

    try:
        chosen = oversight.Format(form.lower())
    except ValueError:
        raise typer.BadParameter("jsonl, csv", param_hint="--format") from None
    operate(
        config,
        lambda database: oversight.export_audit(database, government, chosen),
        operations.required_current,
    )


@audit.command("checkpoints")
def audit_checkpoints(government: Side, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """One government's signed checkpoints, as JSON lines."""
    from bot import operations, oversight

    operate(
        config,
        lambda database: oversight.export_checkpoints(database, government),
        operations.required_current,
    )


@audit.command("head")
def audit_head(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Where each chain ends now, as `audit verify --head` takes it."""
    from bot import operations, oversight

    operate(config, oversight.print_heads, operations.required_current)


@keys.command("new")
def keys_new(
    file: Annotated[Path, typer.Option(help="Where to write them.")] = Path("kakehashi.keys"),
) -> None:
    """Makes a file of keys, readable by its owner alone; name it in the settings as keys.file."""
    from bot import custody

    try:
        sys.exit(custody.new_keys(file))
    except BotError as error:
        fail(error)


@keys.command("list")
def keys_list(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Every key by its id; never the key."""
    from bot import custody

    try:
        sys.exit(custody.list_keys(settings_of(config).keys.ring()))
    except BotError as error:
        fail(error)


@keys.command("public")
def keys_public(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """The public keys (PEM) with which anybody can check the audit log's checkpoints."""
    from bot import custody

    try:
        sys.exit(custody.print_public(settings_of(config).keys.ring()))
    except BotError as error:
        fail(error)
