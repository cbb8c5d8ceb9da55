"""What holds for every test: no packet leaves this machine, all workers give it one name.

Files of tests lie in memory where there is plenty: a database of PostgreSQL is made of a thousand
files, and a disk takes ten times as long for them.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.services import issuing
from bot.services.numbers import number_advisory
from bot.storage.unit_of_work import UnitOfWork

LOOPBACK = ["127.0.0.1", "::1", "localhost"]
MEMORY = Path("/dev/shm")
PLENTY = 4 << 30


def pytest_configure() -> None:
    """Whoever asks for a temporary folder from here on, in workers and children as well."""
    if "TMPDIR" not in os.environ and _has_plenty():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _has_plenty() -> bool:
    """Whether files in memory may grow to PLENTY bytes and leave as many for programs."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)):
        return False
    room = os.statvfs(MEMORY)
    return min(room.f_bavail * room.f_frsize, _free_memory() // 2) >= PLENTY


def _free_memory() -> int:
    """Bytes that programs could still be given; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = next((one.split() for one in lines if one.startswith("MemAvailable:")), None)
    return int(found[1]) << 10 if found else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may connect to loopback alone, unless it says otherwise; long ones come first."""
    for item in items:
        if item.get_closest_marker("allow_hosts") is None:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
    # Begun last, one of them would keep one core at work while the others have nothing left to do.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True, scope="session")
def numbers_in_order() -> Iterator[None]:
    """Stories are told with numbers that follow each other; a lot is drawn only where it is tried.

    Programs that tests start draw lots as they always do.
    """

    def counted(uow: UnitOfWork, *, leaves: bool) -> str:
        del leaves
        return number_advisory(uow, leaves=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing, "number_advisory", counted)
        yield


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: made from their content, a name may bear the time."""
    return argname if isinstance(val, bytes) else None
