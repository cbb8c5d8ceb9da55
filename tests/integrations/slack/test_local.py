"""The third-party workspaces: on loopback alone, shown side by side, and gone when we are gone."""

import asyncio
import shutil
import signal
import socket
import struct
import subprocess
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import aiohttp
import pytest

from integrations.slack.driver import Workspace
from integrations.slack.local.install import install
from integrations.slack.local.picture import NoPicture, browser, take_picture
from integrations.slack.local.side_by_side import serve_page
from integrations.slack.local.sockets import Listener, listeners_in, listeners_of
from integrations.slack.local.workspaces import LocalWorkspaces, LocalWorkspacesUnavailable
from tests.integrations.slack.driven import check_every_gesture, check_refusals_are_named
from tests.integrations.slack.scripted_bot import answering

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".demo"

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
ROW = "\n   0: {local} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 {inode}"

STARTS_BOTH_AND_WAITS = """
import asyncio, sys
from pathlib import Path
from integrations.slack.local.workspaces import LocalWorkspaces, LocalWorkspacesUnavailable

async def main():
    try:
        async with LocalWorkspaces(Path(sys.argv[1])) as running:
            print(*running.pids.values(), flush=True)
            await asyncio.Event().wait()
    except LocalWorkspacesUnavailable as refusal:
        print("refused:", refusal.reason)

asyncio.run(main())
"""


@pytest.fixture
async def cache():
    """A folder that keeps the installed server between runs; skips where it cannot be had."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the third-party workspaces cannot be fetched")
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        pytest.skip("no C compiler: the third-party workspaces cannot be kept to loopback")
    try:
        await install(CACHE)
    except LocalWorkspacesUnavailable as refusal:
        pytest.skip(f"the third-party workspaces are not available: {refusal.reason}")
    return CACHE


@pytest.fixture
async def both(cache):
    async with LocalWorkspaces(cache) as running:
        yield running


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def packed():
    """An address as the kernel writes it on this machine."""

    def write(address):
        words = struct.unpack(f"={len(address.packed) // 4}I", address.packed)
        return "".join(f"{word:08X}" for word in words)

    return write


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        (IPv4Address("127.0.0.1"), True),
        (IPv4Address("127.8.8.8"), True),
        (IPv4Address("0.0.0.0"), False),
        (IPv4Address("192.0.2.7"), False),
        (IPv6Address("::1"), True),
        (IPv6Address("::ffff:127.0.0.1"), True),
        (IPv6Address("::"), False),
        (IPv6Address("::ffff:0.0.0.0"), False),
        (IPv6Address("2001:db8::1"), False),
    ],
)
def test_only_loopback_counts_as_loopback(packed, address, is_loopback):
    row = ROW.format(local=f"{packed(address)}:0BB9", state="0A", inode=42)
    (listener,) = listeners_in(HEADER + row)
    assert listener == Listener(address, 3001, 42)
    assert listener.is_loopback is is_loopback


def test_connections_are_not_taken_for_listeners(packed):
    connected = ROW.format(local=f"{packed(IPv4Address('0.0.0.0'))}:0BB9", state="01", inode=42)
    assert listeners_in(HEADER + connected) == []


def test_a_listener_is_known_by_the_session_that_holds_it():
    with socket.create_server(("127.0.0.1", 0)) as server:
        session = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[3])
        ports = {listener.port for listener in listeners_of(session)}
        assert server.getsockname()[1] in ports
    assert listeners_of(2**30) == []


async def test_the_page_shows_both_workspaces_in_both_languages(session):
    page = await serve_page("http://127.0.0.1:1", "http://127.0.0.1:2")
    try:
        async with session.get(page.url) as answer:
            text, headers = await answer.text(), answer.headers
        async with session.get(page.url, params={"focus": "C02DLG/17.5,C12DLG"}) as answer:
            focused = await answer.text()
        async with session.get(page.url, params={"focus": '"><script>,x'}) as answer:
            hostile = await answer.text()
    finally:
        await page.close()
    assert "東京" in text
    assert "Canberra" in text
    assert 'src="http://127.0.0.1:1/archives/C01ADV"' in text
    assert 'src="http://127.0.0.1:2/archives/C11ADV"' in text
    assert "frame-src http://127.0.0.1:1 http://127.0.0.1:2" in headers["Content-Security-Policy"]
    assert 'src="http://127.0.0.1:1/archives/C02DLG?thread_ts=17.5"' in focused
    assert hostile == text


async def test_a_picture_of_another_machine_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"example\.org"):
        await take_picture("http://example.org/", tmp_path / "picture.png", 1600, 900)


async def test_without_a_browser_the_reason_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPicture, match="chromium"):
        await take_picture("http://127.0.0.1:1/", tmp_path / "picture.png", 1600, 900)


async def test_without_npm_the_reason_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalWorkspacesUnavailable, match="npm"):
        await LocalWorkspaces(tmp_path).start()


@pytest.mark.third_party
async def test_both_workspaces_answer_and_listen_on_loopback_alone(both, session):
    assert set(both.urls) == {"tokyo", "canberra"}
    for name, team in (("tokyo", "T0TOKYO"), ("canberra", "T0CANB")):
        state = await Workspace(both.urls[name], session).state()
        assert state["workspace"]["teamId"] == team
        assert [one.is_loopback for one in listeners_of(both.pids[name])] == [True]


@pytest.mark.third_party
async def test_stopping_leaves_no_process_behind(cache):
    running = LocalWorkspaces(cache)
    await running.start()
    pids = list(running.pids.values())
    await running.stop()
    assert len(pids) == 2
    assert [pid for pid in pids if _runs(pid)] == []
    assert running.urls == {}
    await running.stop()


@pytest.mark.third_party
async def test_a_cancelled_start_leaves_no_process_behind(cache):
    before = _servers()
    starting = asyncio.create_task(LocalWorkspaces(cache).start())
    await _until(lambda: _servers() - before)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert _servers() - before == set()


@pytest.mark.third_party
async def test_a_taken_port_is_refused_and_the_other_server_ended(cache):
    before = _servers()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalWorkspacesUnavailable, match="canberra"):
            await LocalWorkspaces(cache, canberra_port=port).start()
    assert _servers() - before == set()


@pytest.mark.third_party
async def test_servers_die_with_the_program_that_started_them(cache):
    owner = await _python(cache)
    pids = [int(word) for word in (await owner.stdout.readline()).split()]
    assert [_runs(pid) for pid in pids] == [True, True]
    owner.send_signal(signal.SIGKILL)
    await owner.communicate()
    await _until(lambda: not any(_runs(pid) for pid in pids))


@pytest.mark.third_party
async def test_a_server_that_leaves_loopback_is_ended_and_refused(cache, tmp_path):
    alone = ("unshare", "--user", "--map-root-user", "--net")
    if not _succeeds(*alone, "true"):
        pytest.skip("no network namespace may be made here, and none is opened to the world")
    shutil.copytree(cache, tmp_path / "copy", symlinks=True)
    (shim,) = (tmp_path / "copy").glob("*.so")
    assert _succeeds("cc", "-shared", "-x", "c", "/dev/null", "-o", str(shim))
    run = await _python(tmp_path / "copy", *alone)
    said, _ = await run.communicate()
    assert said.decode().startswith("refused: tokyo listens on")
    assert run.returncode == 0


@pytest.mark.third_party
async def test_every_gesture_reaches_the_bot_in_the_third_party_workspace(both, session):
    async with answering(both.urls["tokyo"], "xoxb-tokyo", "xapp-tokyo"):
        await check_every_gesture(Workspace(both.urls["tokyo"], session))


@pytest.mark.third_party
async def test_refusals_of_the_third_party_workspace_are_named(both, session):
    async with answering(both.urls["tokyo"], "xoxb-tokyo", "xapp-tokyo"):
        await check_refusals_are_named(Workspace(both.urls["tokyo"], session))


@pytest.mark.third_party
async def test_a_picture_of_both_workspaces_has_the_asked_size(both, tmp_path):
    if browser() is None:
        pytest.skip("no Chromium is installed")
    page = await serve_page(both.urls["tokyo"], both.urls["canberra"])
    try:
        await take_picture(page.url, tmp_path / "new" / "picture.png", 1600, 900)
    finally:
        await page.close()
    header = (tmp_path / "new" / "picture.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert struct.unpack(">II", header[16:24]) == (1600, 900)


async def _python(folder, *prefix):
    command = [*prefix, sys.executable, "-c", STARTS_BOTH_AND_WAITS, str(folder)]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)


def _succeeds(*command):
    """Whether a short program can be run, and likes what it is asked."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


async def _until(predicate):
    """Look at the kernel's tables again and again: they announce nothing."""
    async with asyncio.timeout(30):
        while True:
            if predicate():
                return
            await asyncio.sleep(0)


def _runs(pid):
    """Whether a process is alive: not gone, not waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _servers():
    """The ids of the local-slack processes that our own process has started."""
    children = Path("/proc/self/task").glob("*/children")
    pids = {int(word) for file in children for word in file.read_text().split()}
    return {pid for pid in pids if _runs(pid) and b"local-slack" in _command(pid)}


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
