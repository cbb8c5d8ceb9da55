"""Keys on the command line: made once, listed by their ids, changed without losing anything."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bot import errors
from bot.storage.keyring import KeyRing, UnusableKeys, id_of

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


def _require(ring: KeyRing | None) -> KeyRing:
    if ring is None:
        raise errors.KeysMissing
    return ring
