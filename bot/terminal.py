"""What the commands of the command line share: options, one operation, words of a refusal.

Settings and the database are loaded by the commands that use them: the others start at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.errors import BadConfiguration, BotError
from bot.texts import catalog
from bot.texts.catalog import Language

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.database import Database

DEFAULT_CONFIG = Path("kakehashi.toml")

ConfigPath = Annotated[
    Path, typer.Option("--config", envvar="KAKEHASHI_CONFIG", help="The settings file.")
]
Lang = Annotated[
    str | None, typer.Option("--lang", envvar="KAKEHASHI_LANG", help="en or ja; else from LANG.")
]


def operator_language(environ: Mapping[str, str], chosen: str | None = None) -> Language:
    """The language chosen, or that of LC_ALL, LC_MESSAGES and LANG in this order, or English."""
    for value in (chosen, *(environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if value:
            return Language.JA if value.lower().startswith("ja") else Language.EN
    return Language.EN


def operate(
    config: Path,
    operation: Callable[[Database], int],
    prepare: Callable[[Database, Settings], None] | None = None,
) -> None:
    """Runs one operation on the database of the settings, and exits with its code."""
    from bot import operations

    try:
        prepared = prepare or operations.brought_up_to_date
        ended = operations.run(settings_of(config), operation, prepared)
    except BotError as error:
        fail(error)
    sys.exit(ended)


def settings_of(path: Path) -> Settings:
    """The settings; when they cannot be used, every fault is told and the program ends."""
    from bot.settings import load_settings
    from bot.setup import explain

    try:
        return load_settings(path, os.environ)
    except BadConfiguration as error:
        faults = error.parameters["faults"]
        language = operator_language(os.environ)
        for line in explain(faults, language, catalog.load()):  # type: ignore[arg-type]
            typer.echo(line, err=True)
        sys.exit(2)


def fail(error: BotError) -> NoReturn:
    """Says a refusal in the operator's language, and ends the program."""
    language = operator_language(os.environ)
    typer.echo(catalog.load().say(language, error.key, **error.parameters), err=True)
    sys.exit(1)
