"""The demonstration tells its whole story, says so truthfully, and leaves nothing behind."""

import io
import shutil
from contextlib import AsyncExitStack

import aiohttp
import pytest
from rich.console import Console

from bot.demo import bot_on, run_demo, tell
from bot.narrator import WIDEST, Narrator
from bot.story import Story, sides_of
from bot.texts.catalog import Language, load
from integrations.slack.driver import Workspace
from integrations.slack.local.picture import browser
from integrations.slack.local.side_by_side import serve_page
from integrations.slack.stand_in import CANBERRA, TOKYO, StandIn

STEPS = [name for name, _ in Story(load(), *sides_of({"tokyo": None, "canberra": None})).steps()]


@pytest.fixture
def heard():
    """A terminal that remembers what it was told, without colours."""
    return Console(file=io.StringIO(), width=WIDEST, highlight=False, emoji=False)


@pytest.fixture
async def play(heard):
    """Tell the story on two stand-ins, one of them disturbed first."""
    async with AsyncExitStack() as ending:
        session = await ending.enter_async_context(aiohttp.ClientSession())

        async def run(disturb):
            tokyo = await ending.enter_async_context(StandIn(TOKYO))
            canberra = await ending.enter_async_context(StandIn(CANBERRA))
            urls = {"tokyo": tokyo.url, "canberra": canberra.url}
            await ending.enter_async_context(bot_on(urls))
            disturb(tokyo, canberra)
            hands = {name: Workspace(url, session) for name, url in urls.items()}
            story = Story(load(), *sides_of(hands, patience=3))
            return await tell(Narrator(load(), Language.EN, heard), story)

        yield run


def marks(words):
    """The tick, cross or dash before each step that was told, in order."""
    return [line[0] for line in words.splitlines() if line[:2] in {"✓ ", "✗ ", "– "}]


def check_the_whole_story(told, language):
    """Every step ticked, and shown as it stands in the workspaces."""
    assert marks(told) == ["✓"] * (len(STEPS) + 2)
    assert load().say(language, "demo.ending.told") in told
    assert "│ TLP:GREEN — End of ADV-2026-0001 / ADV-2026-0001 ここまで" in told
    for words in ("NPA-26-041", "Tom Baker (AFP)", "au.protected", "login[.]evil[.]example"):
        assert words in told
    assert "<!channel>" not in told


def test_the_story_on_the_stand_in_is_told_to_its_end(capsys):
    assert run_demo(Language.JA, once=True, picture=None, stand_in=True) == 0
    check_the_whole_story(capsys.readouterr().out, Language.JA)


def test_where_npm_is_missing_the_same_story_is_told_and_why(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_demo(Language.EN, once=False, picture=None, stand_in=False) == 0
    told = capsys.readouterr().out
    check_the_whole_story(told, Language.EN)
    assert "npm is not installed" in told
    assert "http://" not in told


def test_without_the_page_there_is_no_picture_and_no_success(tmp_path, capsys):
    target = tmp_path / "picture.png"
    assert run_demo(Language.EN, once=True, picture=target, stand_in=True) == 1
    assert not target.exists()
    assert load().say(Language.EN, "demo.ending.failed") in capsys.readouterr().out


async def test_a_workspace_that_takes_no_posts_breaks_the_story_where_it_breaks(play, heard):
    def refuse_posts(_tokyo, canberra):
        canberra.faults.add("error:is_archived", "chat.postMessage", probability=1.0)

    assert await play(refuse_posts) is False
    told = marks(heard.file.getvalue())
    assert told == ["✓", "✓", "✗", *["–"] * (len(STEPS) - 3)]


def test_every_step_and_every_shown_message_has_words():
    words = load()
    for step in ("workspaces", "connected", *STEPS):
        assert words.has(f"demo.step.{step}")
    assert {key for key in words.keys(Language.EN) if key.startswith("demo.shown.")} == {
        f"demo.shown.{step}" for step in STEPS if step not in {"enrolled", "nothing_else"}
    }


def test_japanese_is_folded_at_the_edge_and_never_before_closing_punctuation():
    narrow = Console(file=io.StringIO(), width=30, highlight=False, emoji=False)
    narrator = Narrator(load(), Language.JA, narrow)
    for step in STEPS:
        narrator.missed(step)
    lines = narrow.file.getvalue().splitlines()
    assert all(line[:2] in {"– ", "  "} for line in lines)
    assert not any(line.strip()[0] in "、。」)" for line in lines)


async def test_the_close_view_shows_the_threads_alone():
    page = await serve_page("http://127.0.0.1:1", "http://127.0.0.1:2")
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(page.url) as answer:
                usual = await answer.text()
            async with session.get(f"{page.url}?close") as answer:
                close = await answer.text()
    finally:
        await page.close()
    assert '<body class="">' in usual
    assert '<body class="close">' in close


@pytest.mark.third_party
def test_the_story_is_told_between_third_party_workspaces_and_pictured(tmp_path, capsys):
    if shutil.which("npm") is None or not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("npm or a C compiler is not installed: no third-party workspaces")
    picture = tmp_path / "picture.png" if browser() else None
    result = run_demo(Language.JA, once=True, picture=picture, stand_in=False)
    told = capsys.readouterr().out
    if load().say(Language.JA, "demo.opening.unavailable", reason="|").split("|")[0] in told:
        pytest.skip("the third-party workspaces are not available here")
    assert result == 0
    check_the_whole_story(told, Language.JA)
    assert picture is None or picture.read_bytes().startswith(b"\x89PNG")
