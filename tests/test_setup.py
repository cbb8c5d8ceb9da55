"""The operator's first steps: `init` writes a file that `check` accepts, in their language."""

import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.settings import known_settings, load_settings
from bot.setup import ask_in_terminal, example_settings, run_check, run_init
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.texts.catalog import Language, load

CATALOG = load()
SECRETS = ("xoxb-fake-tokyo-Zq81", "xapp-fake-tokyo-Zq82", "xoxb-fake-au-Zq83", "fakeSigningZq84")
ANSWERS = {
    "first_government": ["JP"],
    "name": ["tokyo", "canberra"],
    "team_id": ["T0TOKYO", "T0CANB"],
    "mode": ["socket", "http"],
    "bot_token": [SECRETS[0], SECRETS[2]],
    "app_token": [SECRETS[1]],
    "signing_secret": [SECRETS[3]],
    "api_url": ["", ""],
    "user_id": ["U01SATO", "U11WALSH"],
    "agency": ["", ""],
    "database_url": [""],
    "port": [""],
}


class Operator:
    """Answers `init` from a list (empty takes the suggestion); remembers what was shown."""

    def __init__(
        self, language: Language, answers: dict[str, list[str]], more: str = "yes"
    ) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.more = more
        self.hidden: list[str] = []
        self.seen: list[str] = []
        self.questions = {
            CATALOG.say(language, f"setup.questions.{name}", government=government): name
            for name in answers
            for government in ("JP", "AU", "")
        }

    def ask(self, question: str, *, default: str = "", secret: bool = False) -> str:
        self.seen.append(question)
        if question not in self.questions:
            return self.more
        name = self.questions[question]
        if secret:
            self.hidden.append(name)
        return self.answers[name].pop(0) or default


def interview(path: Path, language=Language.EN, force=False, **changed) -> tuple[int, Operator]:
    more = changed.pop("more", "yes")
    operator = Operator(language, {**ANSWERS, **changed}, more)
    return run_init(path, language, operator.ask, force, operator.seen.append), operator


@pytest.mark.parametrize("language", list(Language))
def test_init_writes_a_file_that_loads(tmp_path, language):
    file = tmp_path / "kakehashi.toml"
    code, operator = interview(file, language)
    assert code == 0
    settings = load_settings(file, {})
    assert [one.name for one in settings.workspaces] == ["tokyo", "canberra"]
    assert [one.agency for one in settings.admins] == ["MOFA", "DFAT"]
    assert settings.workspaces[1].signing_secret.get_secret_value() == SECRETS[3]
    assert not any(operator.answers.values())


def test_init_leaves_the_file_to_its_owner_alone(tmp_path):
    file = tmp_path / "kakehashi.toml"
    interview(file)
    keys = tmp_path / "kakehashi.keys"
    assert sorted(tmp_path.iterdir()) == [keys, file]
    assert [stat.S_IMODE(one.stat().st_mode) for one in (keys, file)] == [0o600, 0o600]


def test_init_makes_keys_once_and_never_over_others(tmp_path):
    file, keys = tmp_path / "kakehashi.toml", tmp_path / "kakehashi.keys"
    interview(file)
    made = keys.read_text()
    ring = load_settings(file, {}).keys.ring()
    assert ring is not None
    assert ring.write() == made
    interview(file, force=True)
    assert keys.read_text() == made


def test_init_asks_for_secrets_hidden_and_never_repeats_them(tmp_path):
    _, operator = interview(tmp_path / "kakehashi.toml")
    assert operator.hidden == ["bot_token", "app_token", "bot_token", "signing_secret"]
    assert not any(secret in shown for shown in operator.seen for secret in SECRETS)


def test_init_never_overwrites_without_force(tmp_path):
    file = tmp_path / "kakehashi.toml"
    file.write_text("mine")
    code, operator = interview(file)
    assert (code, file.read_text()) == (1, "mine")
    assert len(operator.seen) == 1
    code, _ = interview(file, force=True)
    assert code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_settings(file, {}).http.port == 8080


def test_init_says_so_when_the_folder_is_not_there(tmp_path):
    code, operator = interview(tmp_path / "nowhere" / "kakehashi.toml")
    assert code == 1
    assert "kakehashi.toml" in operator.seen[-1]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("first_government", ["NZ", "JP"]),
        ("name", ["東京", "tokyo", "canberra"]),
        ("team_id", ["", "C1", "T0TOKYO", "T0CANB"]),
        ("mode", ["rtm", "socket", "http"]),
        ("bot_token", [SECRETS[1], SECRETS[0], SECRETS[2]]),
        ("app_token", ["", SECRETS[0], SECRETS[1]]),
        ("signing_secret", ["short", SECRETS[3]]),
        ("api_url", ["http://slack.com/api/", "", ""]),
        ("user_id", ["sato", "U01SATO", "U11WALSH"]),
        ("agency", ["DFAT", "XYZ", "MOFA", "DFAT"]),
        ("database_url", ["mysql://x", ""]),
        ("port", ["eighty", "0", "8080"]),
    ],
)
def test_init_asks_again_until_an_answer_can_be_used(tmp_path, name, given):
    file = tmp_path / "kakehashi.toml"
    code, operator = interview(file, **{name: given})
    assert code == 0
    assert not operator.answers[name]
    assert load_settings(file, {})
    assert not any(secret in shown for shown in operator.seen for secret in SECRETS)


def test_init_asks_for_a_workspace_again_that_repeats_the_other(tmp_path):
    twice = {
        "name": ["tokyo", "canberra", "canberra"],
        "team_id": ["T0TOKYO", "T0TOKYO", "T0CANB"],
        "mode": ["socket", "http", "http"],
        "bot_token": [SECRETS[0], SECRETS[2], SECRETS[2]],
        "signing_secret": [SECRETS[3], SECRETS[3]],
        "api_url": ["", "", ""],
    }
    code, _ = interview(tmp_path / "kakehashi.toml", **twice)
    assert code == 0
    assert load_settings(tmp_path / "kakehashi.toml", {}).workspaces[1].team_id == "T0CANB"


@pytest.mark.parametrize("more", ["no", "いいえ", "n"])
def test_one_workspace_alone_can_be_described(tmp_path, more):
    interview(tmp_path / "kakehashi.toml", more=more)
    assert len(load_settings(tmp_path / "kakehashi.toml", {}).workspaces) == 1


def test_questions_on_a_terminal_suggest_defaults_and_hide_tokens():
    app = typer.Typer()
    heard: list[str] = []

    @app.command()
    def three_questions() -> None:
        heard.append(ask_in_terminal("Name", default="tokyo"))
        heard.append(ask_in_terminal("Token", secret=True))
        heard.append(ask_in_terminal("Nothing"))

    shown = CliRunner().invoke(app, input=f"\n {SECRETS[0]} \n\n").output
    assert heard == ["tokyo", SECRETS[0], ""]
    assert "[tokyo]" in shown
    assert SECRETS[0] not in shown


@pytest.fixture
def configured(tmp_path):
    file = tmp_path / "kakehashi.toml"
    interview(file, database_url=[f"sqlite:///{tmp_path}/bridge.db"])
    return file


@pytest.mark.parametrize("language", list(Language))
def test_check_accepts_good_settings_and_creates_no_database(configured, language):
    lines: list[str] = []
    assert run_check(configured, language, lines.append, {}) == 0
    assert lines[1] == CATALOG.say(language, "setup.check.database_new")
    assert not (configured.parent / "bridge.db").exists()


def test_check_tells_whether_the_tables_are_up_to_date(configured):
    url = f"sqlite:///{configured.parent}/bridge.db"
    database = Database(url)
    database.ping()
    lines: list[str] = []
    assert run_check(configured, Language.EN, lines.append, {}) == 0
    assert lines[1] == CATALOG.say(Language.EN, "setup.check.database_behind")
    upgrade(database)
    database.close()
    assert run_check(configured, Language.EN, lines.append, {}) == 0
    assert lines[3] == CATALOG.say(Language.EN, "setup.check.database_good")


@pytest.mark.parametrize("language", list(Language))
def test_check_names_each_fault_with_its_reason_and_remedy(configured, language):
    lines: list[str] = []
    environ = {"KAKEHASHI_HTTP__PORT": "0", "KAKEHASHI_WORKSPACES__TOKYO__BOT_TOKEN": SECRETS[1]}
    assert run_check(configured, language, lines.append, environ) == 1
    told = "\n".join(lines)
    for setting, kind in (("http.port", "port"), ("workspaces[1].bot_token", "bot_token")):
        assert setting in told
        assert CATALOG.say(language, f"setup.reasons.{kind}") in told
        assert CATALOG.say(language, f"setup.remedies.{kind}") in told
    assert not any(secret in told for secret in SECRETS)


def test_check_names_a_database_that_cannot_be_used(configured):
    folder = configured.parent
    (folder / "letter.txt").write_text("Dear colleague, this is not a database at all." * 100)
    for url in (
        f"sqlite:///{folder}/nowhere/bridge.db",
        f"sqlite:///{folder}/letter.txt",
        "postgresql+psycopg://bridge:fakePasswordZq85@127.0.0.1:1/bridge",
    ):
        lines: list[str] = []
        environ = {"KAKEHASHI_DATABASE__URL": url}
        assert run_check(configured, Language.EN, lines.append, environ) == 1
        assert "database.url" in lines[1]
        assert "fakePasswordZq85" not in "".join(lines)


def test_the_example_is_current_and_documents_every_setting():
    example = Path(__file__).parent.parent / "kakehashi.example.toml"
    assert example.read_text(encoding="utf-8") == example_settings(CATALOG)
    for path in known_settings():
        key = path.replace("[]", "")
        section = CATALOG.has(f"setup.comments.{key}.section")
        assert section or CATALOG.has(f"setup.comments.{key}")


def test_the_example_loads_once_the_tokens_are_filled_in(tmp_path):
    text = example_settings(CATALOG)
    assert text.count('"xoxb-..."') == text.count('"xapp-..."') == 2
    for number in range(4):
        text = text.replace('-..."', f'-fake-{number}"', 1)
    file = tmp_path / "kakehashi.toml"
    file.write_text(text, encoding="utf-8")
    assert [one.name for one in load_settings(file, {}).workspaces] == ["tokyo", "canberra"]


def test_the_example_does_not_load_as_it_is(tmp_path):
    file = tmp_path / "kakehashi.toml"
    file.write_text(example_settings(CATALOG), encoding="utf-8")
    lines: list[str] = []
    assert run_check(file, Language.EN, lines.append, {}) == 1
    assert len(lines) == 1 + 4
