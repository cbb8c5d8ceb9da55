"""The `kakehashi` command line; each command loads what it needs, so that small ones are quick."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import guarding
from bot.errors import BotError
from bot.terminal import DEFAULT_CONFIG, ConfigPath, Lang, operator_language
from bot.terminal import fail as _fail
from bot.terminal import operate as _operate
from bot.terminal import settings_of as _settings

# Typer's own tracebacks would print local variables, and so secrets.
cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
db = typer.Typer(no_args_is_help=True, help="The database.")
roster = typer.Typer(no_args_is_help=True, help="Officials.")
holidays = typer.Typer(no_args_is_help=True, help="Days on which offices are closed.")
deliveries = typer.Typer(no_args_is_help=True, help="What the bot has promised to say.")
explain = typer.Typer(no_args_is_help=True, help="How a text would be read.")
for name, group in (
    ("db", db),
    ("roster", roster),
    ("holidays", holidays),
    ("audit", guarding.audit),
    ("keys", guarding.keys),
    ("tokens", guarding.tokens),
    ("retention", guarding.retention),
    ("deliveries", deliveries),
    ("explain", explain),
):
    cli.add_typer(group, name=name)


@cli.command()
def serve(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Connects to every workspace and serves until it is told to stop."""
    from bot import logs
    from bot.app import build

    settings = _settings(config)
    logs.set_up(settings.log_level)

    async def run() -> None:
        await build(settings).run()

    asyncio.run(run())


@cli.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Tell the story and exit.")] = False,
    lang: Lang = None,
    picture: Annotated[Path | None, typer.Option(help="Take a picture of the page.")] = None,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Use the built-in workspaces.")
    ] = False,
) -> None:
    """Two workspaces, the bot between them, and a story told in the terminal."""
    from bot import logs
    from bot.demo import run_demo

    logs.set_up("ERROR")
    language = operator_language(os.environ, lang)
    sys.exit(run_demo(language, once=once, picture=picture, stand_in=stand_in))


@cli.command()
def init(
    config: ConfigPath = DEFAULT_CONFIG,
    lang: Lang = None,
    force: Annotated[bool, typer.Option(help="Overwrite an existing file.")] = False,
) -> None:
    """Writes a commented settings file by asking."""
    from bot import setup

    language = operator_language(os.environ, lang)
    sys.exit(setup.run_init(config, language, setup.ask_in_terminal, force))


@cli.command()
def check(config: ConfigPath = DEFAULT_CONFIG, lang: Lang = None) -> None:
    """Names every fault of the configuration; exits non-zero if there is one."""
    from bot import setup

    language = operator_language(os.environ, lang)
    sys.exit(setup.run_check(config, language, typer.echo))


@cli.command()
def manifest(
    http: Annotated[
        bool, typer.Option("--http", help="For HTTP mode instead of Socket Mode.")
    ] = False,
    request_url: Annotated[str | None, typer.Option(help="Where Slack reaches the bot.")] = None,
    prefix: Annotated[str, typer.Option(help="Prefix of the slash commands.")] = "",
) -> None:
    """Prints the Slack app manifest."""
    from bot.documents import app_manifest

    try:
        shown = app_manifest("http" if http else "socket", request_url, prefix)
    except BotError as error:
        _fail(error)
    typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@cli.command()
def docs(
    check_only: Annotated[bool, typer.Option("--check", help="Only say what is stale.")] = False,
) -> None:
    """Writes the documents that are generated from the code (for developers)."""
    from bot.documents import write_documents

    stale = write_documents(Path.cwd(), check_only=check_only)
    for path in stale:
        typer.echo(f"{'stale' if check_only else 'written'}: {path}")
    sys.exit(1 if stale and check_only else 0)


@db.command("upgrade")
def db_upgrade(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Brings the database to the newest schema."""
    from bot import operations

    _operate(config, operations.upgrade_database)


@db.command("backup")
def db_backup(target: Path, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Writes a consistent copy of an SQLite database while the bot runs."""
    from bot import operations

    _operate(config, lambda database: operations.backup(database, target), operations.left_alone)


@db.command("restore")
def db_restore(source: Path, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Puts a copy back; the bot must not be running."""
    from bot import operations

    _operate(config, lambda database: operations.restore(database, source), operations.left_alone)


@db.command("restored")
def db_restored(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Says that PostgreSQL was put back by other means: Slack is read before the bot speaks."""
    from bot import operations

    _operate(config, operations.note_restored)


@roster.command("import")
def roster_import(file: Path, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Enrols everybody in a CSV file: workspace,user_id,name,agency,roles. All rows or none."""
    from bot import operations

    _operate(config, lambda database: operations.import_roster_file(database, file))


@roster.command("list")
def roster_list(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Every enrolled official, as CSV."""
    from bot import operations

    _operate(config, operations.roster_as_csv, operations.required_current)


@holidays.command("import")
def holidays_import(file: Path, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Adds the days of a CSV file: calendar,date,name_en,name_ja[,closed]. All rows or none."""
    from bot import operations

    _operate(config, lambda database: operations.import_holidays_file(database, file))


@deliveries.command("list")
def deliveries_list(
    state: Annotated[str, typer.Option(help="waiting, sending, parked ...")] = "parked",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Deliveries in one state."""
    from bot import operations

    _operate(
        config,
        lambda database: operations.list_deliveries(database, state, as_json=as_json),
        operations.required_current,
    )


@deliveries.command("forgotten")
def deliveries_forgotten(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Posts of the bot that a restored database found in Slack and knows nothing about."""
    from bot import operations

    _operate(config, operations.list_forgotten, operations.required_current)


@deliveries.command("retry")
def deliveries_retry(number: int, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Tries a parked delivery again."""
    from bot import operations

    _operate(config, lambda database: operations.retry_delivery(database, number))


@deliveries.command("drop")
def deliveries_drop(number: int, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Lets a parked delivery go."""
    from bot import operations

    _operate(config, lambda database: operations.drop_delivery(database, number))


@explain.command("marking")
def explain_marking(
    file: Annotated[Path | None, typer.Argument(help="A file; else standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
    whole: Annotated[bool, typer.Option(help="The whole input is one text.")] = False,
) -> None:
    """How labels and protective markings in a text would be read, a record a line."""
    from bot.explaining.markings import explain_markings

    text = file.read_text(encoding="utf-8") if file else sys.stdin.read()
    for line in explain_markings(text, whole=whole, as_json=as_json):
        typer.echo(line)


@explain.command("note")
def explain_note(
    file: Annotated[Path | None, typer.Argument(help="A file; else standard input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
) -> None:
    """Which lines of notes would be read as actions, decisions or questions, a record a line."""
    from bot.explaining.notes import explain_notes

    text = file.read_text(encoding="utf-8") if file else sys.stdin.read()
    for line in explain_notes(text, as_json=as_json):
        typer.echo(line)


@explain.command("due")
def explain_due(
    file: Annotated[Path | None, typer.Argument(help="A file; else standard input.")] = None,
    now: Annotated[str | None, typer.Option(help="As if it were then; ISO 8601, aware.")] = None,
    calendar: Annotated[str, typer.Option(help="JOINT, JP_GOV, AU_ACT or AU_DFAT.")] = "JOINT",
    lang: Annotated[str | None, typer.Option("--lang", help="en or ja; else by letters.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
) -> None:
    """What each due phrase means, one a line, or why it has to be asked about."""
    from bot.explaining import due

    text = file.read_bytes() if file else sys.stdin.buffer.read()
    try:
        told = due.explain_due(text, now, calendar, lang, as_json=as_json)
        sys.stdout.writelines(f"{line}\n" for line in told)
    except BotError as error:
        _fail(error)


def main() -> None:
    """The console script."""
    cli()


if __name__ == "__main__":
    main()
