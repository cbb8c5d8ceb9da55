"""Promise P10: a bad configuration refuses to start, names every fault, prints no secret."""

import copy
import json
import re
import traceback
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.domain.officials import Government
from bot.errors import BadConfiguration
from bot.faults import Fault
from bot.settings import Mode, Settings, faults_of_value, known_settings, load_settings
from bot.setup import explain
from bot.storage.keyring import KeyRing
from bot.texts.catalog import Language, load

CATALOG = load()
SECRETS = (
    "xoxb-fake-tokyo-Zq81",
    "xapp-fake-tokyo-Zq82",
    "xoxb-fake-canberra-Zq83",
    "fakeSigningZq84",
    "fakePasswordZq85",
)
ABSENT = object()
GOOD = {
    "command_prefix": "test-",
    "log_level": "INFO",
    "database": {"url": "postgresql+psycopg://bridge:fakePasswordZq85@127.0.0.1/kakehashi"},
    "http": {"host": "127.0.0.1", "port": 8080},
    "bridge": {"allowed_hosts": ["www.cyber.gov.au"]},
    "files": {"relay": True},
    "keys": {},
    "retention": {"held_days": 30},
    "workspaces": [
        {
            "name": "tokyo",
            "government": "JP",
            "team_id": "T0TOKYO",
            "mode": "socket",
            "bot_token": SECRETS[0],
            "app_token": SECRETS[1],
            "api_url": "http://127.0.0.1:3001/api",
        },
        {
            "name": "canberra-main",
            "government": "AU",
            "team_id": "T0CANB",
            "mode": "http",
            "bot_token": SECRETS[2],
            "signing_secret": SECRETS[3],
        },
    ],
    "admins": [
        {"workspace": "tokyo", "user_id": "U01SATO", "agency": "MOFA"},
        {"workspace": "canberra-main", "user_id": "U11WALSH", "agency": "DFAT"},
    ],
}

MUTATIONS = {
    "command_prefix": ["Test", "x" * 17, 5, "a b", ["a"]],
    "log_level": ["LOUD", "", 5, ["INFO"], "情報"],
    "database": [ABSENT, "sqlite://", 5, []],
    "database.url": [
        ABSENT,
        "",
        7,
        "mysql://root:fakePasswordZq85@127.0.0.1/x",
        "postgresql://bridge:fakePasswordZq85@127.0.0.1/x",
        "fakePasswordZq85",
        "sqlite+aiosqlite:///x.db",
        "postgresql+psycopg://bridge@127.0.0.1:fakePasswordZq85/x",
    ],
    "http": ["127.0.0.1:8080", 8080, [], True],
    "http.host": ["", "a b", "http://127.0.0.1", 5, ["127.0.0.1"], "ホスト"],
    "http.port": [0, 65536, -1, "eighty", True, 80.5, [8080]],
    "bridge": ["x", 5, [], False],
    "bridge.allowed_hosts": ["x", ["https://x.example/"], [5], ["a b"], [""], 5],
    "bridge.requests_per_minute": [10_001, -1, "many", True, 1.5],
    "files": ["pdf", 5, [], True],
    "files.relay": ["yes", 1, 0, [], ""],
    "files.most_megabytes": [0, 1_001, "many", True, 1.5, [5]],
    "files.types": ["pdf", 5, [""], ["a b"], ["../x"], ["x" * 17], [5]],
    "keys": ["kakehashi.keys", 5, [], True],
    "keys.file": [5, [], "no/such/file.keys", ".", "pyproject.toml", "\0"],
    "keys.value": [5, [], "fakePasswordZq85", "{}", '{"sealing": [], "signing": []}', "[1]"],
    "retention": ["x", 5, [], True],
    "retention.held_days": [-1, 36_526, "a year", True, 1.5, [5]],
    "retention.advisory_days": [-1, 36_526, "a year", True, 1.5, [5]],
    "retention.delivery_days": [-1, 36_526, "a year", True, 1.5, [5]],
    "retention.person_days": [-1, 36_526, "a year", True, 1.5, [5]],
    "workspaces": [ABSENT, [], "tokyo", {"tokyo": {}}, ["tokyo"], 5],
    "workspaces[1].name": [ABSENT, "", "Tokyo", "東京", 5, "canberra-main"],
    "workspaces[1].government": [ABSENT, "NZ", "jp", 5, ["JP"]],
    "workspaces[1].team_id": [ABSENT, "", "C0TOKYO", "t0tokyo", 5],
    "workspaces[2].team_id": ["T0TOKYO", "T", "T0 CANB", "Ｔ０ＣＡＮＢ"],
    "workspaces[1].mode": [ABSENT, "rtm", "SOCKET", 5, ["socket"]],
    "workspaces[1].bot_token": [ABSENT, "", SECRETS[1], "fakePasswordZq85", 5, [SECRETS[0]]],
    "workspaces[2].bot_token": [SECRETS[0], "xoxb-", "xoxb-...", {"token": SECRETS[2]}],
    "workspaces[1].app_token": [ABSENT, "", SECRETS[0], "fakePasswordZq85", 5, [SECRETS[1]]],
    "workspaces[2].signing_secret": [ABSENT, "", "short", "two words here", 5, [SECRETS[3]]],
    "workspaces[1].api_url": [
        "",
        "http://slack.com/api/",
        "https://user:fakePasswordZq85@slack.com/api/",
        "https://slack.com/api/?token=fakePasswordZq85",
        "ftp://slack.com/",
        5,
        "https://[bad/",
    ],
    "workspaces[1].audit_channel": ["audit", "#audit", "D01TALK", "c01audit", 5, ["C01"]],
    "workspaces[1].admin_channel": ["admin", "#admin", "D01TALK", "c01admin", 5, ["C01"]],
    "workspaces[1].approval_hours": [0, 721, -1, "soon", True, 1.5],
    "workspaces[1].silent_days": [367, -1, "soon", True, 1.5],
    "workspaces[1].feed_per_hour": [10_001, -1, "many", True, 1.5],
    "admins": ["tokyo", 5, {"tokyo": "U01SATO"}, ["U01SATO"], [], ABSENT],
    "admins[1].workspace": [ABSENT, "osaka", 5, "", ["tokyo"]],
    "admins[1].user_id": [ABSENT, "", "sato", 5, "C01SATO"],
    "admins[1].agency": [ABSENT, "DFAT", "mofa", 5, "", "XYZ"],
}


def toml(values: dict[str, object]) -> str:
    """Enough TOML for these tests: JSON values, inline tables."""

    def one(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key} = {one(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(one, value)) + "]"
        return json.dumps(value, ensure_ascii=False)

    return "".join(f"{key} = {one(value)}\n" for key, value in values.items())


def changed(setting: str, value: object) -> dict[str, object]:
    values = copy.deepcopy(GOOD)
    *way, last = re.findall(r"\w+", setting)
    target: object = values
    for part in way:
        target = target[int(part) - 1 if part.isdigit() else part]
    if value is ABSENT:
        del target[last]
    else:
        target[last] = value
    return values


def written(path: Path, values: dict[str, object]) -> Path:
    file = path / "kakehashi.toml"
    file.write_text(toml(values), encoding="utf-8")
    return file


def refused(file: Path, environ: dict[str, str] | None = None) -> list[Fault]:
    """The faults, after proving that nothing printable of the refusal holds a secret."""
    with pytest.raises(BadConfiguration) as caught:
        load_settings(file, environ or {})
    faults = caught.value.parameters["faults"]
    shown = [
        str(caught.value),
        repr(caught.value),
        repr(faults),
        *traceback.format_exception(caught.value),
        *(words for language in Language for words in explain(faults, language, CATALOG)),
    ]
    for secret in SECRETS:
        assert not any(secret in text for text in shown)
    return faults


def names(faults: list[Fault]) -> list[str]:
    return [fault.setting for fault in faults]


def test_good_settings_load_with_their_defaults(tmp_path):
    settings = load_settings(written(tmp_path, GOOD), {})
    assert settings.database.url.get_secret_value().startswith("postgresql+psycopg://")
    assert settings.command_prefix == "test-"
    tokyo, canberra = settings.workspaces
    assert (tokyo.government, tokyo.mode) == (Government.JP, Mode.SOCKET)
    assert tokyo.bot_token.get_secret_value() == SECRETS[0]
    assert tokyo.api_url == "http://127.0.0.1:3001/api/"
    assert canberra.api_url == "https://slack.com/api/"
    assert canberra.app_token.get_secret_value() == ""
    assert settings.admins[0].agency == "MOFA"


def test_settings_do_not_show_their_secrets(tmp_path):
    settings = load_settings(written(tmp_path, GOOD), {})
    shown = repr(settings) + str(settings) + settings.model_dump_json()
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param(setting, value, id=f"{setting}-{number}")
        for setting, values in MUTATIONS.items()
        for number, value in enumerate(values)
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_setting(tmp_path, setting, value):
    faults = refused(written(tmp_path, changed(setting, value)))
    # A repeated value is reported where it stands for the second time.
    others = [str(fault.parameters.get("other")) for fault in faults]
    assert any(name == setting or name.startswith(f"{setting}[") for name in names(faults) + others)


def test_keys_come_from_a_file_or_from_the_settings_and_never_show(tmp_path):
    ring = KeyRing.new()
    file = tmp_path / "kakehashi.keys"
    file.write_text(ring.write())
    for given in ({"file": str(file)}, {"value": ring.write()}):
        settings = load_settings(written(tmp_path, GOOD | {"keys": given}), {})
        assert settings.keys.ring() == ring
        shown = repr(settings) + repr(ring) + settings.model_dump_json()
        assert not any(secret in shown for secret in re.findall('"key": "([^"]+)"', ring.write()))
    both = written(tmp_path, GOOD | {"keys": {"file": str(file), "value": ring.write()}})
    assert names(refused(both)) == ["keys.value"]
    assert load_settings(written(tmp_path, GOOD), {}).keys.ring() is None


def test_a_sealed_token_needs_keys_to_open_it(tmp_path):
    values = changed("workspaces[1].bot_token", "sealed")
    values["workspaces"][1]["bot_token"] = "sealed"
    values["workspaces"][1]["signing_secret"] = "sealed"
    assert names(refused(written(tmp_path, values))) == [
        "workspaces[1].bot_token",
        "workspaces[2].bot_token",
        "workspaces[2].signing_secret",
    ]
    values["keys"] = {"value": KeyRing.new().write()}
    assert load_settings(written(tmp_path, values), {}).workspaces[0].team_id == "T0TOKYO"


def test_every_setting_has_at_least_four_mutations():
    tried = {re.sub(r"\[\d+\]", "[]", setting) for setting in MUTATIONS}
    assert tried == set(known_settings())
    assert all(len(values) >= 4 for values in MUTATIONS.values())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAKEHASHI_DATABASE__URL", "mysql://u:fakePasswordZq85@127.0.0.1/x"),
        ("KAKEHASHI_DATABSE__URL", "sqlite:///x.db"),
        ("KAKEHASHI_HTTP__PORT__X", "1"),
        ("KAKEHASHI_WORKSPACES", "[{fakePasswordZq85"),
        ("KAKEHASHI_WORKSPACES__OSAKA__BOT_TOKEN", SECRETS[0]),
        ("KAKEHASHI_WORKSPACES__TOKYO__BOT_TOKN", SECRETS[0]),
        ("KAKEHASHI_BRIDGE__ALLOWED_HOSTS", "www.cyber.gov.au"),
        ("KAKEHASHI_", "x"),
    ],
)
def test_a_bad_variable_is_refused_by_its_own_name_or_its_settings(tmp_path, variable, value):
    found = names(refused(written(tmp_path, GOOD), {variable: value}))
    assert found in ([variable], ["database.url"])


def test_the_environment_overrides_the_file(tmp_path):
    environ = {
        "KAKEHASHI_DATABASE__URL": "sqlite:///other.db",
        "KAKEHASHI_HTTP__PORT": "9090",
        "KAKEHASHI_LOG_LEVEL": "debug",
        "KAKEHASHI_BRIDGE__ALLOWED_HOSTS": '["jvn.jp", "cisa.gov"]',
        "KAKEHASHI_WORKSPACES__CANBERRA_MAIN__BOT_TOKEN": "xoxb-fake-rotated",
        "KAKEHASHI_CONFIG": "elsewhere.toml",
        "PATH": "/bin",
    }
    settings = load_settings(written(tmp_path, GOOD), environ)
    assert settings.database.url.get_secret_value() == "sqlite:///other.db"
    assert (settings.http.port, settings.log_level) == (9090, "DEBUG")
    assert settings.bridge.allowed_hosts == ("jvn.jp", "cisa.gov")
    assert settings.workspaces[1].bot_token.get_secret_value() == "xoxb-fake-rotated"


def test_whole_lists_come_from_the_environment_as_json(tmp_path):
    bare = {"database": {"url": "sqlite:///kakehashi.db"}}
    environ = {
        "KAKEHASHI_WORKSPACES": json.dumps(GOOD["workspaces"]),
        "KAKEHASHI_ADMINS": json.dumps(GOOD["admins"]),
        "KAKEHASHI_WORKSPACES__TOKYO__TEAM_ID": "T0OTHER",
    }
    settings = load_settings(written(tmp_path, bare), environ)
    assert [one.team_id for one in settings.workspaces] == ["T0OTHER", "T0CANB"]


def test_every_fault_is_named_at_once(tmp_path):
    values = changed("http.port", "eighty")
    values["workspaces"][0]["bot_token"] = "wrong"
    values["workspaces"][1]["mode"] = "socket"
    values["admins"][1]["workspace"] = "perth"
    values["admins"][0]["agency"] = "ASD"
    values["colour"] = "red"
    assert set(names(refused(written(tmp_path, values)))) == {
        "http.port",
        "workspaces[1].bot_token",
        "workspaces[2].app_token",
        "admins[2].workspace",
        "admins[1].agency",
        "admins",
        "colour",
    }


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        ("http.prot", "http.port"),
        ("database.ulr", "database.url"),
        ("http.command_prefix", "command_prefix"),
        ("workspaces[1].bot_tokens", "workspaces[].bot_token"),
        ("log_levle", "log_level"),
    ],
)
def test_a_misspelt_setting_is_answered_with_the_nearest_one(tmp_path, place, meant):
    (fault,) = refused(written(tmp_path, changed(place, "x")))
    assert (fault.setting, fault.parameters) == (place, {"suggestion": meant})


def test_a_token_in_the_place_of_a_key_is_not_repeated(tmp_path):
    file = written(tmp_path, GOOD)
    file.write_text(f'"{SECRETS[0]}" = 1\n_env_file = "x"\n' + file.read_text())
    assert names(refused(file)) == ["_env_file", "?"]


def test_a_government_needs_an_admin_of_its_own(tmp_path):
    values = copy.deepcopy(GOOD)
    del values["admins"][1]
    (fault,) = refused(written(tmp_path, values))
    assert (fault.setting, fault.parameters) == ("admins", {"government": "AU"})


def test_the_file_itself_may_be_at_fault(tmp_path):
    file = tmp_path / "kakehashi.toml"
    assert [fault.kind for fault in refused(file)] == ["missing_file"]
    file.mkdir()
    assert [fault.kind for fault in refused(file)] == ["unreadable_file"]
    file.rmdir()
    file.write_bytes("名前 = '東京'".encode("shift_jis"))
    assert [fault.kind for fault in refused(file)] == ["not_utf8"]
    file.write_text(f'[database]\nurl = "sqlite:///x"\nbot_token = {SECRETS[0]}\n')
    assert refused(file) == [Fault("kakehashi.toml", "not_toml", {"line": 3})]
    file.write_text('a = """\nb')
    assert refused(file) == [Fault("kakehashi.toml", "not_toml", {"line": 2})]


def test_a_byte_order_mark_is_no_fault(tmp_path):
    file = written(tmp_path, GOOD)
    file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert isinstance(load_settings(file, {}), Settings)


def test_settings_never_read_the_process_environment_by_themselves(tmp_path, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "nonsense")
    monkeypatch.setenv("KAKEHASHI_LOG_LEVEL", "nonsense")
    assert load_settings(written(tmp_path, GOOD), {}).log_level == "INFO"


def test_one_value_can_be_judged_alone():
    assert faults_of_value("workspaces[].team_id", "T0TOKYO") == []
    (fault,) = faults_of_value("workspaces[].bot_token", SECRETS[1])
    assert (fault.setting, fault.kind) == ("workspaces[].bot_token", "bot_token")


def test_every_kind_of_fault_has_words_in_both_languages():
    faults = [key.rpartition(".")[2] for key in CATALOG.keys(Language.EN) if ".reasons." in key]
    for kind in faults:
        for key in (Fault("x", kind).reason, Fault("x", kind).remedy):
            assert CATALOG.parameters(Language.EN, key) == CATALOG.parameters(Language.JA, key)


@pytest.mark.parametrize("command", [["check"], ["serve"], ["db", "upgrade"], ["tokens", "list"]])
@pytest.mark.parametrize("setting", MUTATIONS)
def test_no_command_starts_with_bad_settings_or_shows_a_secret(tmp_path, command, setting):
    for value in MUTATIONS[setting][:1] if command != ["check"] else MUTATIONS[setting][:4]:
        file = written(tmp_path, changed(setting, value))
        done = CliRunner().invoke(cli, [*command, "--config", str(file)], env={"LANG": "ja_JP"})
        assert done.exit_code in (1, 2)
        assert not isinstance(done.exception, Exception)
        assert re.sub(r"\[\d+\]$", "", setting).split("[")[0].split(".")[0] in done.output
        assert not any(secret in done.output for secret in SECRETS)
        assert not list(tmp_path.glob("*.db"))
