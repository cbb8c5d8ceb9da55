"""The token goes to Slack's hosts for files alone, and nothing is read beyond what may travel."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import BinaryIO

import aiohttp
import pytest
from aiohttp import web

from bot.domain.attachments import Staying
from bot.domain.officials import Government
from bot.services.kinds import Withheld
from bot.services.ports import NotSent, Refused
from integrations.slack.connections import Connection
from integrations.slack.contents import judge_file
from integrations.slack.downloads import Downloads
from integrations.slack.hosts import keeps_files

TEAM, TOKEN, MOST = "T0TOKYO", "xoxb-fake-tokyo", 1_000
SLACK = "https://slack.com/api/"


class Server:
    """Answers as it is told, and remembers what it was asked with."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []
        self.url = ""
        self.status, self.body = 200, b"abc"
        self.headers: dict[str, str] = {}
        self.cut = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization"))
        if self.cut:
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            await response.write(b"abc")
            assert request.transport is not None
            request.transport.abort()
            return response
        return web.Response(status=self.status, body=self.body, headers=self.headers)


async def _serving() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async for one in _serving():
        yield one


@pytest.fixture
async def foreign() -> AsyncIterator[Server]:
    async for one in _serving():
        yield one


@pytest.fixture
async def downloads(server: Server) -> AsyncIterator[Downloads]:
    place = Connection("tokyo", Government.JP, TEAM, "socket", f"{server.url}/api/", TOKEN)
    async with aiohttp.ClientSession() as session:
        yield Downloads((place,), session)


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    """Where the bytes go."""
    with tempfile.TemporaryFile() as one:
        yield one


@pytest.mark.parametrize(
    "address",
    [
        "https://files.slack.com/files-pri/T1-F1/download/a.pdf",
        "https://files.slack.com:443/files-pri/T1-F1/download/a.pdf",
        "https://files.slack-gov.com/files-pri/T1-F1/download/a.pdf",
        "https://slack.com/files/a.pdf",
    ],
)
def test_slacks_own_places_for_files_are_known(address: str) -> None:
    assert keeps_files(address, SLACK)


@pytest.mark.parametrize(
    "address",
    [
        "http://files.slack.com/a.pdf",
        "https://files.slack.com:8443/a.pdf",
        "https://files.slack.com.evil.example/a.pdf",
        "https://evil.example/files.slack.com/a.pdf",
        "https://files.slack.com@evil.example/a.pdf",
        "https://evil.example#@files.slack.com/a.pdf",
        "https://evil.example\\@files.slack.com/a.pdf",
        "https://files.slack.com\\.evil.example/a.pdf",
        "https://files.slack.com\t.evil.example/a.pdf",
        "https://slack.com.evil.example/api/",
        "https://xslack.com/a.pdf",
        "https://127.0.0.1/a.pdf",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//files.slack.com/a.pdf",
        "https://files.slack.com:99999/a.pdf",
        "https://[files.slack.com/a.pdf",
        "",
    ],
)
def test_every_other_place_is_foreign(address: str) -> None:
    assert not keeps_files(address, SLACK)


async def test_the_token_is_never_sent_to_another_host(
    downloads: Downloads, server: Server, foreign: Server, file: BinaryIO
) -> None:
    with pytest.raises(Refused, match="download_foreign_host"):
        await downloads.fetch(TEAM, f"{foreign.url}/a.pdf", file, MOST)
    assert foreign.tokens == []
    for status in (301, 302, 303, 307, 308):
        server.status, server.headers = status, {"Location": f"{foreign.url}/a.pdf"}
        with pytest.raises(Refused, match="download_not_let_in"):
            await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)
    assert foreign.tokens == []
    assert server.tokens == [f"Bearer {TOKEN}"] * 5


async def test_a_file_is_written_to_disk_byte_for_byte(
    downloads: Downloads, server: Server, file: BinaryIO
) -> None:
    server.body = bytes(range(250)) * 4
    await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)
    file.seek(0)
    assert file.read() == server.body


async def test_more_than_may_travel_is_not_read_whatever_was_declared(
    downloads: Downloads, server: Server, file: BinaryIO
) -> None:
    server.body = b"x" * (MOST + 1)
    with pytest.raises(Withheld, match="size"):
        await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)
    assert file.tell() <= MOST


@pytest.mark.parametrize(
    ("status", "headers", "failure", "word"),
    [
        (404, {}, Withheld, "gone"),
        (410, {}, Withheld, "gone"),
        (403, {}, Refused, "download_not_let_in"),
        (200, {"Content-Type": "text/html"}, Refused, "download_not_let_in"),
        (503, {}, NotSent, "download_broken"),
    ],
)
async def test_each_answer_says_what_becomes_of_the_file(
    downloads: Downloads,
    server: Server,
    file: BinaryIO,
    status: int,
    headers: dict[str, str],
    failure: type[Exception],
    word: str,
) -> None:
    server.status, server.headers = status, headers
    with pytest.raises(failure, match=word):
        await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)


async def test_a_workspace_that_asks_for_rest_gets_it(
    downloads: Downloads, server: Server, file: BinaryIO
) -> None:
    server.status, server.headers = 429, {"Retry-After": "17"}
    with pytest.raises(NotSent) as asked:
        await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)
    assert (asked.value.after, asked.value.team) == (timedelta(seconds=17), TEAM)
    server.status = 200
    with pytest.raises(NotSent):
        await downloads.fetch(TEAM, f"{server.url}/b.pdf", file, MOST)
    assert len(server.tokens) == 1


async def test_what_is_cut_short_is_fetched_again(
    downloads: Downloads, server: Server, file: BinaryIO
) -> None:
    server.cut = True
    with pytest.raises(NotSent, match="download_"):
        await downloads.fetch(TEAM, f"{server.url}/a.pdf", file, MOST)


def _archive(*parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in parts:
            archive.writestr(zipfile.ZipInfo(part), "x")
    return held.getvalue()


DOCUMENT = _archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (DOCUMENT, None),
        (_archive("word/document.xml", "word/vbaProject.bin"), Staying.MACRO),
        (_archive("payload.exe"), Staying.KIND),
        (_archive("word/document.xml", *(f"p{n}" for n in range(5_001))), Staying.KIND),
        (DOCUMENT[:-4], Staying.KIND),
        (DOCUMENT[:40], Staying.KIND),
        (b"PK\x03\x04", Staying.KIND),
        (b"", Staying.EMPTY),
    ],
)
def test_a_document_is_what_its_parts_say(content: bytes, why: Staying | None) -> None:
    assert judge_file(io.BytesIO(content), "a.docx") is why
