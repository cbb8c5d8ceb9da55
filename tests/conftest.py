"""What holds for every test: no packet leaves this machine, all workers give it one name."""

import pytest

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test connect to loopback alone, unless it says otherwise itself."""
    for item in items:
        if item.get_closest_marker("allow_hosts") is None:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: made from their content, a name may bear the time."""
    return argname if isinstance(val, bytes) else None
