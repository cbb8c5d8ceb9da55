"""What the commands of the command line share: options, one operation, words of a refusal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import setup
from bot.errors import BadConfiguration, BotError
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.texts import catalog

DEFAULT_CONFIG = Path("kakehashi.toml")

ConfigPath = Annotated[
    Path, typer.Option("--config", envvar="KAKEHASHI_CONFIG", help="The settings file.")
]
Lang = Annotated[
    str | None, typer.Option("--lang", envvar="KAKEHASHI_LANG", help="en or ja; else from LANG.")
]


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
    try:
        return load_settings(path, os.environ)
    except BadConfiguration as error:
        faults = error.parameters["faults"]
        language = setup.operator_language(os.environ)
        for line in setup.explain(faults, language, catalog.load()):  # type: ignore[arg-type]
            typer.echo(line, err=True)
        sys.exit(2)


def fail(error: BotError) -> NoReturn:
    """Says a refusal in the operator's language, and ends the program."""
    language = setup.operator_language(os.environ)
    typer.echo(catalog.load().say(language, error.key, **error.parameters), err=True)
    sys.exit(1)
