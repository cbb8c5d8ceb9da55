"""`kakehashi audit`, `keys` and what else guards the bridge, as commands of the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BotError
from bot.terminal import (
    DEFAULT_CONFIG,
    ConfigPath,
    Lang,
    fail,
    operate,
    operator_language,
    settings_of,
)

audit = typer.Typer(no_args_is_help=True, help="The audit log.")
keys = typer.Typer(no_args_is_help=True, help="The keys outside the database.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens sealed in the database.")
retention = typer.Typer(no_args_is_help=True, help="How long content is kept.")

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


@keys.command("rotate")
def keys_rotate(
    config: ConfigPath = DEFAULT_CONFIG,
    signing: Annotated[
        bool, typer.Option("--signing", help="A new signing key as well; restart the bot after.")
    ] = False,
) -> None:
    """Makes a new sealing key, seals every token anew, and drops the old key last."""
    from bot import custody

    try:
        file = custody.key_file_of(settings_of(config))
    except BotError as error:
        fail(error)
    operate(config, lambda database: custody.rotate_keys(database, file, signing=signing))


@tokens.command("import")
def tokens_import(
    config: ConfigPath = DEFAULT_CONFIG,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Write `sealed` in their place in the file.")
    ] = False,
) -> None:
    """Seals every token that stands in clear in the settings."""
    from bot import custody

    settings = settings_of(config)
    file = config if rewrite else None
    operate(config, lambda database: custody.import_tokens(database, settings, file))


@tokens.command("list")
def tokens_list(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Every sealed token by its name; never the token."""
    from bot import custody, operations

    operate(config, custody.list_tokens, operations.required_current)


@retention.command("show")
def retention_show(config: ConfigPath = DEFAULT_CONFIG, lang: Lang = None) -> None:
    """How long each class of content is kept, and what is under legal hold."""
    from bot import keeping, operations

    days, language = settings_of(config).retention.schedule, operator_language(os.environ, lang)
    operate(
        config,
        lambda database: keeping.show_schedule(database, days, language),
        operations.required_current,
    )


@retention.command("plan")
def retention_plan(
    government: Side, config: ConfigPath = DEFAULT_CONFIG, lang: Lang = None
) -> None:
    """What would be destroyed of one side now; nothing is changed."""
    from bot import keeping, operations

    days, language = settings_of(config).retention.schedule, operator_language(os.environ, lang)
    operate(
        config,
        lambda database: keeping.show_plan(database, government, days, language),
        operations.required_current,
    )


@retention.command("propose")
def retention_propose(government: Side, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Puts a plan up for two administrators of that side to approve in Slack; prints its code."""
    from bot import keeping

    days = settings_of(config).retention.schedule
    operate(config, lambda database: keeping.propose(database, government, days))


@retention.command("purge")
def retention_purge(
    code: str,
    config: ConfigPath = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    lang: Lang = None,
) -> None:
    """Destroys what two administrators approved."""
    from bot import keeping

    language = operator_language(os.environ, lang)
    operate(config, lambda database: keeping.purge(database, code, language, dry_run=dry_run))


@retention.command("hold")
def retention_hold(number: str, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """A legal hold: the advisory is not destroyed, whatever was approved."""
    from bot import keeping

    operate(config, lambda database: keeping.hold(database, number))


@retention.command("release")
def retention_release(number: str, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Takes a legal hold back."""
    from bot import keeping

    operate(config, lambda database: keeping.release(database, number))
