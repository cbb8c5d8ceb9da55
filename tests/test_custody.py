"""Keys and tokens on the command line: nothing is shown, nothing is lost, everything is noted."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import errors
from bot.__main__ import cli
from bot.custody import make_keys, read_keys, with_open_tokens
from bot.settings import load_settings
from bot.setup import run_check
from bot.storage.database import Database
from bot.texts.catalog import Language
from tests.storage.databases import opened

SECRETS = ("xoxb-fake-tokyo-Zq81", "xapp-fake-tokyo-Zq82", "xoxb-fake-au-Zq83", "fakeSigningZq84")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings with four tokens in clear, and keys."""
    keys, file = tmp_path / "kakehashi.keys", tmp_path / "kakehashi.toml"
    make_keys(keys)
    file.write_text(
        f"""
        [database]
        url = "sqlite:///{tmp_path}/kakehashi.db"
        [keys]
        file = "{keys}"
        [[workspaces]]
        name = "tokyo"   # 東京
        government = "JP"
        team_id = "T0TOKYO"
        mode = "socket"
        bot_token = "{SECRETS[0]}"
        app_token = '{SECRETS[1]}'
        [[workspaces]]
        name = "canberra"
        government = "AU"
        team_id = "T0CANB"
        mode = "http"
        bot_token = "{SECRETS[2]}"
        signing_secret = "{SECRETS[3]}"
        [[admins]]
        workspace = "tokyo"
        user_id = "U01SATO"
        agency = "MOFA"
        [[admins]]
        workspace = "canberra"
        user_id = "U11WALSH"
        agency = "DFAT"
        """,
        encoding="utf-8",
    )
    return file


def kakehashi(config: Path, *words: str) -> str:
    """What a command prints; it must succeed and show no secret."""
    done = CliRunner().invoke(cli, [*words, "--config", str(config)], env={"LANG": "en"})
    assert done.exit_code == 0, done.output
    assert not any(secret in done.output for secret in SECRETS)
    return done.output


def opened_tokens(config: Path) -> list[str]:
    settings = load_settings(config, {})
    database = Database(settings.database.url.get_secret_value(), keys=settings.keys.ring())
    try:
        found = with_open_tokens(settings, database).workspaces
    finally:
        database.close()
    tokens = [(one.bot_token, one.app_token, one.signing_secret) for one in found]
    return [token.get_secret_value() for three in tokens for token in three]


def test_tokens_move_from_the_settings_into_the_database(config: Path) -> None:
    before = opened_tokens(config)
    assert kakehashi(config, "tokens", "import", "--rewrite").strip() == "4"
    text = config.read_text(encoding="utf-8")
    assert text.count('"sealed"') == 4
    assert not any(secret in text for secret in SECRETS)
    assert "# 東京" in text
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert opened_tokens(config) == before
    assert kakehashi(config, "tokens", "list").count(read_keys(keys_of(config)).sealing_id) == 4
    assert run_check(config, Language.EN, lambda _: None, {}) == 0


def test_without_rewriting_the_settings_stay_as_they_are(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    kakehashi(config, "tokens", "import")
    assert config.read_text(encoding="utf-8") == text


def test_new_keys_seal_everything_anew_and_the_old_one_is_gone(config: Path) -> None:
    kakehashi(config, "tokens", "import", "--rewrite")
    before, tokens = read_keys(keys_of(config)), opened_tokens(config)
    assert kakehashi(config, "keys", "rotate", "--signing").strip() == "4"
    after = read_keys(keys_of(config))
    assert before.sealing[0] not in after.sealing
    assert len(after.sealing) == 1
    assert before.signing_id in after.public.keys
    assert after.signing_id != before.signing_id
    assert opened_tokens(config) == tokens
    assert kakehashi(config, "audit", "verify").strip().endswith("ok")
    listed = kakehashi(config, "keys", "list").split()
    assert {after.sealing_id, after.signing_id, before.signing_id} <= set(listed)
    assert kakehashi(config, "keys", "public") == after.public.to_pem()


def test_what_is_done_with_keys_and_tokens_is_written_down_on_both_sides(config: Path) -> None:
    kakehashi(config, "tokens", "import")
    kakehashi(config, "keys", "rotate")
    for side in ("JP", "AU"):
        printed = kakehashi(config, "audit", "export", "--government", side).splitlines()
        actions = [json.loads(line)["action"] for line in printed]
        assert actions == ["token.seal", "token.seal", "keys.rotate"]


def test_a_rotation_that_fails_leaves_every_key_that_is_needed(config: Path) -> None:
    kakehashi(config, "tokens", "import", "--rewrite")
    with opened(f"sqlite:///{config.parent}/kakehashi.db") as database:
        database.keys = read_keys(keys_of(config))
        database.transact(
            lambda uow: uow.connection.exec_driver_sql(
                "UPDATE tokens SET sealed = x'00' WHERE name = 'signing_secret'"
            )
        )
    done = CliRunner().invoke(cli, ["keys", "rotate", "--config", str(config)])
    assert done.exit_code == 1
    assert len(read_keys(keys_of(config)).sealing) == 2
    with opened(f"sqlite:///{config.parent}/kakehashi.db") as database:
        database.keys = read_keys(keys_of(config))
        assert database.transact(lambda uow: uow.tokens.open("T0TOKYO", "bot_token")) == SECRETS[0]


@pytest.mark.parametrize("language", list(Language))
def test_a_token_that_is_not_there_is_named_by_check_and_stops_the_start(
    config: Path, language: Language
) -> None:
    text = config.read_text(encoding="utf-8").replace(SECRETS[0], "sealed")
    config.write_text(text, encoding="utf-8")
    lines: list[str] = []
    assert run_check(config, language, lines.append, {}) == 1
    assert "workspaces[1].bot_token" in lines[1]
    with pytest.raises(errors.TokenNotSealed):
        opened_tokens(config)
    assert run_check(config, language, lines.append, {}) == 1


def test_keys_are_never_written_over(config: Path) -> None:
    file = keys_of(config)
    before = file.read_text()
    done = CliRunner().invoke(cli, ["keys", "new", "--file", str(file)])
    assert done.exit_code == 1
    assert file.read_text() == before


def keys_of(config: Path) -> Path:
    return config.parent / "kakehashi.keys"


def test_the_schedule_and_a_dry_run_are_shown(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[keys]", "[retention]\nadvisory_days = 2557\n[keys]"), "utf-8")
    kakehashi(config, "db", "upgrade")
    shown = kakehashi(config, "retention", "show")
    assert "2557" in shown
    assert len(shown.splitlines()) == 4
    assert ": 0" in kakehashi(config, "retention", "plan", "--government", "JP")
    code = kakehashi(config, "retention", "propose", "--government", "JP").strip()
    done = CliRunner().invoke(cli, ["retention", "purge", code, "--config", str(config)])
    assert done.exit_code == 1
    assert code in done.output
