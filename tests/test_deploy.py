"""The compose file starts what the manual says, closed as far as it can be."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.storage.database import Database

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
REPLICAS = [name for name in COMPOSE["services"] if name.startswith("kakehashi-")]


def test_there_are_two_replicas_on_one_postgresql() -> None:
    assert len(REPLICAS) == 2
    for name in REPLICAS:
        waits = COMPOSE["services"][name]["depends_on"]
        assert waits == {"postgres": {"condition": "service_healthy"}}
    ports = [port for name in REPLICAS for port in COMPOSE["services"][name]["ports"]]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_every_service_is_read_only_healthy_and_gains_no_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_nothing_is_published_beyond_this_machine_and_the_database_not_at_all() -> None:
    for service in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert "ports" not in COMPOSE["services"]["postgres"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["postgres"]["networks"] == ["inside"]


def test_secrets_come_from_files_that_are_never_committed() -> None:
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
        assert secret["file"].startswith("./secrets/")
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text("utf-8").split("\n")
    variables = COMPOSE["services"]["postgres"]["environment"]
    assert "POSTGRES_PASSWORD" not in variables
    for name in REPLICAS:
        assert "environment" not in COMPOSE["services"][name]


def test_the_health_check_is_a_program_and_its_address_is_served() -> None:
    for name in REPLICAS:
        program = COMPOSE["services"][name]["healthcheck"]["test"][-1]
        compile(program, name, "exec")
        assert "/healthz" in program


def test_the_address_the_file_asks_for_is_one_the_bot_takes() -> None:
    head = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    (url,) = [line.split('"')[1] for line in head.splitlines() if "postgresql+psycopg://" in line]
    database = Database(url)
    assert not database.is_sqlite
    database.close()
