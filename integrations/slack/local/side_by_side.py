"""One page on loopback that shows Tokyo and Canberra next to each other, to watch or to use.

`?focus=LEFT,RIGHT` opens those channels; `CHANNEL/TS` opens the thread of that message. Without it
both sides open in their advisory channel, each as the first official of its workspace. `&close`
shows the two threads alone, larger.
"""

from __future__ import annotations

import html
import re
import string
from dataclasses import dataclass
from importlib import resources
from urllib.parse import urlsplit

from aiohttp import web

from bot.texts.catalog import Catalog, Language, load

_ADVISORIES = "C01ADV,C11ADV"
"""#au-advisories of `tokyo.yaml` and #jp-advisories of `canberra.yaml`."""

_PLACE = re.compile(r"(?P<channel>[A-Z0-9]{1,32})(?:/(?P<thread>\d{1,16}\.\d{1,16}))?")
_WORDS = ("name", "title", "left", "right", "caption")


@dataclass(frozen=True)
class Page:
    """The page while it is served."""

    url: str
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop serving it."""
        await self._runner.cleanup()


async def serve_page(left_url: str, right_url: str, port: int = 0) -> Page:
    """Serve the page for the two workspaces on 127.0.0.1; port 0 lets the kernel choose.

    OSError when the port is taken.
    """
    template = string.Template(_template())
    words = _words(load())

    async def show(request: web.Request) -> web.Response:
        left, right = _focus(request.query.get("focus", ""))
        addresses = {"left_url": _at(left_url, left), "right_url": _at(right_url, right)}
        view = {"view": "close" if "close" in request.query else ""}
        filled = {key: html.escape(text) for key, text in (words | addresses | view).items()}
        return web.Response(
            text=template.substitute(filled),
            content_type="text/html",
            headers=_headers(left_url, right_url),
        )

    application = web.Application()
    application.router.add_get("/", show)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    return Page(f"http://127.0.0.1:{runner.addresses[0][1]}/", runner)


def _template() -> str:
    return (resources.files(__package__) / "page.html").read_text(encoding="utf-8")


def _words(catalog: Catalog) -> dict[str, str]:
    return {
        f"{word}_{language.value}": catalog.say(language, f"demo.page.{word}")
        for word in _WORDS
        for language in Language
    }


def _focus(asked: str) -> tuple[str, str]:
    """The two paths inside local-slack; anything but two places means the advisory channels."""
    places = [_PLACE.fullmatch(part) for part in asked.split(",")]
    if len(places) != 2 or not all(places):
        places = [_PLACE.fullmatch(part) for part in _ADVISORIES.split(",")]
    left, right = (_path(place) for place in places if place)
    return left, right


def _path(place: re.Match[str]) -> str:
    thread = f"?thread_ts={place['thread']}" if place["thread"] else ""
    return f"/archives/{place['channel']}{thread}"


def _at(url: str, path: str) -> str:
    return url.rstrip("/") + path


def _headers(*urls: str) -> dict[str, str]:
    frames = " ".join(f"{part.scheme}://{part.netloc}" for part in map(urlsplit, urls))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-src {frames}"
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
