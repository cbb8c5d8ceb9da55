"""First steps of an operator, in their language: `kakehashi init` asks, `kakehashi check` judges.

Both are plain functions over what they are given (a way to ask, a way to say), so that a test can
be the operator. Neither ever shows a token.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import typer
from pydantic.fields import FieldInfo
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.custody import (
    KEY_FILE,
    make_keys,
    sealed_settings,
    unopened_tokens,
    write_private,
)
from bot.domain.officials import Government
from bot.errors import BadConfiguration, DatabaseBusy
from bot.faults import Fault, inconsistencies
from bot.settings import Mode, Settings, faults_of_value, known_settings, load_settings
from bot.storage.database import Database
from bot.storage.schema import is_current
from bot.texts.catalog import Catalog, Language, load

CONNECT_SECONDS = "3"
FIRST_NAMES = {Government.JP: "tokyo", Government.AU: "canberra"}
FIRST_AGENCIES = {Government.JP: "MOFA", Government.AU: "DFAT"}
DEFAULT_DATABASE = "sqlite:///kakehashi.db"
SLACK_API = "https://slack.com/api/"

NO_BOT_TOKEN, NO_APP_TOKEN = "xoxb-...", "xapp-..."

# The official and workspaces are those of the local demonstration; "..." is no token.
EXAMPLE: Mapping[str, Any] = {
    "database": {"url": DEFAULT_DATABASE},
    "http": {"host": "127.0.0.1", "port": 8080},
    "workspaces": [
        {
            "name": name,
            "government": government.value,
            "team_id": team,
            "mode": Mode.SOCKET.value,
            "bot_token": NO_BOT_TOKEN,
            "app_token": NO_APP_TOKEN,
            "api_url": SLACK_API,
        }
        for name, government, team in (
            ("tokyo", Government.JP, "T0TOKYO"),
            ("canberra", Government.AU, "T0CANB"),
        )
    ],
    "admins": [
        {"workspace": "tokyo", "user_id": "U01SATO", "agency": "MOFA"},
        {"workspace": "canberra", "user_id": "U11WALSH", "agency": "DFAT"},
    ],
}

Say = Callable[[str], None]


class Ask(Protocol):
    """Asks the operator one question; `secret` answers are not shown as they are typed."""

    def __call__(self, question: str, *, default: str = "", secret: bool = False) -> str: ...


def ask_in_terminal(question: str, *, default: str = "", secret: bool = False) -> str:
    """Asks on the terminal; Ctrl-C and the end of input raise typer.Abort."""
    answer = typer.prompt(
        question, default=default, hide_input=secret, show_default=bool(default) and not secret
    )
    return str(answer).strip()


def explain(faults: Iterable[Fault], lang: Language, catalog: Catalog) -> list[str]:
    """Each fault in words: the setting, the reason, the remedy."""
    return [
        catalog.say(
            lang,
            "setup.check.fault",
            setting=fault.setting,
            reason=catalog.say(lang, fault.reason, **fault.parameters),
            remedy=catalog.say(lang, fault.remedy, **fault.parameters),
        )
        for fault in faults
    ]


def run_check(
    path: Path, lang: Language, out: Say, environ: Mapping[str, str] | None = None
) -> int:
    """Judges the settings, then the database; 0 when `serve` can start, 1 with every fault told."""
    catalog = load()
    notes = [catalog.say(lang, "setup.check.settings_good", file=path.name)]
    try:
        settings = load_settings(path, os.environ if environ is None else environ)
        url = settings.database.url.get_secret_value()
        state, is_bound = _state_of_database(url)
        _require_tokens(settings, state)
        notes.append(catalog.say(lang, f"setup.check.{state}"))
        if not is_bound:
            notes.append(catalog.say(lang, "setup.check.database_superuser"))
    except BadConfiguration as refusal:
        faults: Sequence[Fault] = refusal.parameters["faults"]  # type: ignore[assignment]
        out(catalog.say(lang, "setup.check.faults", file=path.name, n=len(faults)))
        for words in explain(faults, lang, catalog):
            out(words)
        return 1
    for note in notes:
        out(note)
    return 0


def _require_tokens(settings: Settings, state: str) -> None:
    """Raises BadConfiguration naming every token that is said to be sealed and does not open."""
    sealed = [Fault(name, "not_sealed") for name in sealed_settings(settings)]
    if state == "database_good":
        url = settings.database.url.get_secret_value()
        database = Database(url, keys=settings.keys.ring())
        try:
            sealed = [Fault(name, "not_sealed") for name in unopened_tokens(settings, database)]
        finally:
            database.close()
    if sealed:
        raise BadConfiguration(faults=sealed)


def _state_of_database(url: str) -> tuple[str, bool]:
    """How the database is, without creating one, and whether walls bind the role.

    Raises BadConfiguration when it cannot be used.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or ":memory:")
        if not file.parent.is_dir():
            raise BadConfiguration(faults=[Fault("database.url", "database_folder")])
        if not file.exists():
            return "database_new", True
    else:
        parsed = parsed.update_query_dict({"connect_timeout": CONNECT_SECONDS})
    database = Database(parsed.render_as_string(hide_password=False))
    try:
        is_bound = database.transact(lambda uow: uow.walls.bind_this_role())
        return "database_good" if is_current(database) else "database_behind", is_bound
    except (DatabaseBusy, SQLAlchemyError):
        raise BadConfiguration(faults=[Fault("database.url", "database_unreachable")]) from None
    finally:
        database.close()


def run_init(path: Path, lang: Language, ask: Ask, force: bool, out: Say = typer.echo) -> int:
    """Asks what has to be known and writes the file, readable by its owner alone.

    An existing file stays unless `force`; 0 when written, 1 when not.
    """
    catalog = load()
    if path.exists() and not force:
        out(catalog.say(lang, "setup.init.exists", file=path.name))
        return 1
    out(catalog.say(lang, "setup.init.welcome"))
    answers = _Interview(catalog, lang, ask, out).settings()
    keys = path.parent / KEY_FILE
    answers["keys"] = {"file": str(keys)}
    try:
        if not keys.exists():
            make_keys(keys)
            out(catalog.say(lang, "setup.init.keys_made", file=keys.name))
        write_private(path, write_settings(answers, [lang], catalog))
    except OSError:
        out(catalog.say(lang, "setup.init.no_folder", file=path.name))
        return 1
    out(catalog.say(lang, "setup.init.written", file=path.name))
    return 0


class _Interview:
    """The questions of `init`, each asked again until its answer could be used."""

    def __init__(self, catalog: Catalog, lang: Language, ask: Ask, out: Say) -> None:
        self._catalog, self._lang, self._ask, self._out = catalog, lang, ask, out

    def settings(self) -> dict[str, Any]:
        first = Government(self._answer("workspaces[].government", "first_government", "JP"))
        governments = [first]
        if self._agrees("other_government", first.other):
            governments.append(first.other)
        workspaces: list[dict[str, Any]] = []
        for government in governments:
            workspaces.append(self._distinct_workspace(government, workspaces))
        admins = [self._admin(one) for one in workspaces]
        return {
            "database": {"url": self._answer("database.url", "database_url", DEFAULT_DATABASE)},
            "http": {"port": int(self._answer("http.port", "port", "8080"))},
            "workspaces": workspaces,
            "admins": admins,
        }

    def _distinct_workspace(
        self, government: Government, others: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        while True:
            workspace = self._workspace(government)
            faults = inconsistencies({"workspaces": [*others, workspace]})
            if not self._object([fault for fault in faults if fault.kind == "repeated"]):
                return workspace

    def _workspace(self, government: Government) -> dict[str, Any]:
        def answer(name: str, default: str = "", secret: bool = False) -> str:
            return self._answer(f"workspaces[].{name}", name, default, secret, government)

        workspace = {
            "name": answer("name", FIRST_NAMES[government]),
            "government": government.value,
        }
        workspace["team_id"] = answer("team_id")
        workspace["mode"] = answer("mode", Mode.SOCKET)
        workspace["bot_token"] = answer("bot_token", secret=True)
        key = "app_token" if workspace["mode"] == Mode.SOCKET else "signing_secret"
        workspace[key] = answer(key, secret=True)
        workspace["api_url"] = answer("api_url", SLACK_API)
        return workspace

    def _admin(self, workspace: Mapping[str, Any]) -> dict[str, Any]:
        government = Government(workspace["government"])
        user = self._answer("admins[].user_id", "user_id", government=government)
        while True:
            agency = self._once("agency", FIRST_AGENCIES[government], False, government)
            admin = {"workspace": workspace["name"], "user_id": user, "agency": agency}
            faults = list(inconsistencies({"workspaces": [workspace], "admins": [admin]}))
            if not self._object(faults):
                return admin

    def _answer(
        self,
        setting: str,
        question: str,
        default: str = "",
        secret: bool = False,
        government: Government | None = None,
    ) -> str:
        while True:
            answer = self._once(question, default, secret, government)
            faults = faults_of_value(setting, answer) if answer else [Fault(setting, "missing")]
            if not self._object(faults):
                return answer

    def _once(
        self, question: str, default: str, secret: bool, government: Government | None
    ) -> str:
        words = self._catalog.say(
            self._lang, f"setup.questions.{question}", government=government or ""
        )
        return self._ask(words, default=default, secret=secret).strip()

    def _object(self, faults: Sequence[Fault]) -> bool:
        for fault in faults:
            say, filled = self._catalog.say, fault.parameters
            reason, remedy = (
                say(self._lang, key, **filled) for key in (fault.reason, fault.remedy)
            )
            self._out(say(self._lang, "setup.init.again", reason=reason, remedy=remedy))
        return bool(faults)

    def _agrees(self, question: str, government: Government) -> bool:
        words = self._catalog.say(self._lang, f"setup.init.{question}", government=government)
        answer = self._ask(words, default="yes").strip().lower()
        return answer in self._catalog.say(self._lang, "setup.init.yes_words").split()


def example_settings(catalog: Catalog) -> str:
    """The text of `kakehashi.example.toml`: every setting, in both languages, tokens left open."""
    return write_settings(EXAMPLE, list(Language), catalog)


def write_settings(
    values: Mapping[str, Any], languages: Sequence[Language], catalog: Catalog
) -> str:
    """A settings file with every setting there is, each under its comment in each language.

    What `values` leave out stands commented out with its default.
    """
    lines = [*_comment("title", languages, catalog), *_comment("environment", languages, catalog)]
    for path, info in known_settings().items():
        if "." not in path:
            lines += ["", *_block(path, info, values.get(path), languages, catalog)]
    return "\n".join(lines) + "\n"


def _block(
    path: str, info: FieldInfo, value: Any, languages: Sequence[Language], catalog: Catalog
) -> Iterator[str]:
    inner = {
        known.rpartition(".")[2]: one
        for known, one in known_settings().items()
        if known.startswith((f"{path}.", f"{path}[]."))
    }
    if not inner:
        yield from _comment(path, languages, catalog)
        yield _line(path, info, {} if value is None else {path: value})
        return
    yield from _comment(f"{path}.section", languages, catalog)
    entries = value if isinstance(value, list) else [value or {}]
    for entry in entries:
        if entry is not entries[0]:
            yield ""
        yield f"[[{path}]]" if isinstance(value, list) else f"[{path}]"
        for name, one in inner.items():
            if entry is entries[0]:
                yield from _comment(f"{path}.{name}", languages, catalog)
            yield _line(name, one, entry)


def _line(name: str, info: FieldInfo, values: Mapping[str, Any]) -> str:
    # A JSON string, number or list of strings is also one of TOML.
    if name in values:
        return f"{name} = {json.dumps(values[name], ensure_ascii=False)}"
    default = "" if info.is_required() else info.get_default()
    shown = default if isinstance(default, int | str | tuple) else ""
    return f"# {name} = {json.dumps(shown, ensure_ascii=False)}"


def _comment(key: str, languages: Sequence[Language], catalog: Catalog) -> Iterator[str]:
    for language in languages:
        for line in catalog.say(language, f"setup.comments.{key}").splitlines():
            yield f"# {line}"
