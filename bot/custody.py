"""Keys and tokens: made once, listed by their names, sealed, changed without losing anything."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot import errors
from bot.domain.officials import Government
from bot.faults import SEALED, TOKENS
from bot.settings import Settings, Workspace
from bot.storage.audit import Operator
from bot.storage.database import Database
from bot.storage.keyring import KeyRing, UnusableKeys, id_of
from bot.storage.schema import upgrade
from bot.storage.unit_of_work import UnitOfWork

KEY_FILE = "kakehashi.keys"


def new_keys(file: Path) -> int:
    """Makes a file with a key of each kind and says where it is."""
    make_keys(file)
    print(file)  # noqa: T201  the command line's own output
    return 0


def make_keys(file: Path) -> None:
    """Makes a file with a key of each kind, readable by its owner alone; never over another."""
    if file.exists():
        raise errors.KeysExist(path=file)
    write_private(file, KeyRing.new().write())


def read_keys(file: Path) -> KeyRing:
    """The ring in a file; raises KeysUnusable."""
    try:
        return KeyRing.read(file.read_text(encoding="utf-8"))
    except (OSError, UnusableKeys, UnicodeDecodeError) as error:
        raise errors.KeysUnusable(path=file) from error


def list_keys(ring: KeyRing | None) -> int:
    """One line a key: what it is for, its id, whether it is the one in use. Never the key."""
    keys = _require(ring)
    for number, one in enumerate(keys.sealing):
        print("sealing", id_of(one), "in use" if number == 0 else "old")  # noqa: T201
    for name in keys.public.keys:
        print("signing", name, "in use" if name == keys.signing_id else "old")  # noqa: T201
    return 0


def print_public(ring: KeyRing | None) -> int:
    """The public halves of the signing keys as PEM: with them anybody can check the log."""
    print(_require(ring).public.to_pem(), end="")  # noqa: T201
    return 0


def key_file_of(settings: Settings) -> Path:
    """Where the keys stand; raises KeysNotInAFile."""
    if not settings.keys.file:
        raise errors.KeysNotInAFile
    return Path(settings.keys.file)


def rotate_keys(database: Database, file: Path, *, signing: bool) -> int:
    """A new sealing key (and signing key), everything sealed anew; the old one goes last.

    Whatever happens in between, every key that something is sealed by stands in the file.
    """
    ring = read_keys(file)
    both = ring.with_new_sealing_key()
    both = both.with_new_signing_key() if signing else both
    write_private(file, both.write())
    database.keys = both
    count = database.transact(partial(_sealed_anew, old=ring, new=both))
    write_private(file, both.with_newest_sealing_key_alone().write())
    print(count)  # noqa: T201
    return 0


def import_tokens(database: Database, settings: Settings, file: Path | None = None) -> int:
    """Seals every token that stands in clear in the settings; in the file, `sealed` replaces it."""
    clear = list(_in_clear(settings))
    database.transact(partial(_seal, clear=clear))
    if file is not None:
        text = file.read_text(encoding="utf-8")
        for _, _, value in clear:
            text = text.replace(f'"{value}"', f'"{SEALED}"').replace(f"'{value}'", f'"{SEALED}"')
        write_private(file, text)
    print(len(clear))  # noqa: T201
    return 0


def list_tokens(database: Database) -> int:
    """One line a sealed token: workspace, kind, key, since when. Never the token."""
    for one in database.transact(lambda uow: uow.tokens.all()):
        print(one.team, one.name, one.key, one.sealed_at.isoformat())  # noqa: T201
    return 0


def with_open_tokens(settings: Settings, database: Database) -> Settings:
    """The settings with every sealed token opened; the schema is brought up to date before."""
    if not any(_sealed(one) for one in settings.workspaces):
        return settings
    upgrade(database)

    def opened(uow: UnitOfWork) -> tuple[Workspace, ...]:
        found = []
        for one in settings.workspaces:
            values = {name: SecretStr(uow.tokens.open(one.team_id, name)) for name in _sealed(one)}
            found.append(one.model_copy(update=values))
        return tuple(found)

    return settings.model_copy(update={"workspaces": database.transact(opened)})


def secrets_of(settings: Settings) -> Iterator[str]:
    """Everything in the settings that nobody may read in a log."""
    yield from (value for _, _, value in _in_clear(settings))
    url = make_url(settings.database.url.get_secret_value())
    yield from [str(url.password)] if url.password else []
    ring = settings.keys.ring()
    yield from re.findall('"key": "([^"]+)"', ring.write()) if ring else []


def sealed_settings(settings: Settings) -> Iterator[str]:
    """The settings that are said to be sealed, by their paths."""
    for number, one in enumerate(settings.workspaces, start=1):
        yield from (f"workspaces[{number}].{name}" for name in _sealed(one))


def unopened_tokens(settings: Settings, database: Database) -> Iterator[str]:
    """The settings said to be sealed that the database has nothing for that opens."""
    for number, one in enumerate(settings.workspaces, start=1):
        for name in _sealed(one):
            try:
                database.transact(partial(_open, team=one.team_id, name=name))
            except errors.NotPossible:
                yield f"workspaces[{number}].{name}"


def write_private(path: Path, text: str) -> None:
    """Writes a file that its owner alone can read; never half of it under the final name."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def _sealed(workspace: Workspace) -> tuple[str, ...]:
    return tuple(name for name in TOKENS if _token(workspace, name) == SEALED)


def _token(workspace: Workspace, name: str) -> str:
    token: SecretStr = getattr(workspace, name)
    return token.get_secret_value()


def _in_clear(settings: Settings) -> Iterator[tuple[Workspace, str, str]]:
    for one in settings.workspaces:
        for name in TOKENS:
            if _token(one, name) not in ("", SEALED):
                yield one, name, _token(one, name)


def _seal(uow: UnitOfWork, clear: Sequence[tuple[Workspace, str, str]]) -> None:
    for workspace, name, value in clear:
        uow.tokens.seal(workspace.team_id, name, value)
        who = Operator(workspace.government)
        uow.audit.record(who, "token.seal", f"{workspace.team_id}/{name}")


def _open(uow: UnitOfWork, team: str, name: str) -> None:
    uow.tokens.open(team, name)


def _sealed_anew(uow: UnitOfWork, old: KeyRing, new: KeyRing) -> int:
    count = uow.tokens.reseal()
    keys = {"sealing": new.sealing_id, "signing": new.signing_id}
    before = {"sealing_before": old.sealing_id, "signing_before": old.signing_id}
    for side in Government:
        uow.audit.record(Operator(side), "keys.rotate", "keys", **keys, **before)
    return count


def _require(ring: KeyRing | None) -> KeyRing:
    if ring is None:
        raise errors.KeysMissing
    return ring
