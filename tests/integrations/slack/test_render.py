"""Whatever the facts say, Slack is given text that is labelled, inert and within its limits."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.agencies import SEED, Agency
from bot.domain.attachments import Staying
from bot.domain.fingerprints import Change
from bot.domain.labels import GLOSS_JA, Label
from bot.domain.links import Direction, End, Link, LinkState, Mode, Terms
from bot.domain.officials import Government
from bot.services import facts
from bot.services.whereabouts import CAUSES
from bot.texts.catalog import Language, load
from integrations.slack.render import Renderer
from integrations.slack.voice import Shown, own_language

CATALOG = load()
RENDERER = Renderer(CATALOG)
WHEN = datetime(2026, 10, 3, 14, 30, tzinfo=UTC)
AGENCIES = {one.code: one for one in SEED}
ASD, MOFA = AGENCIES["ASD"], AGENCIES["MOFA"]
ROUTES = tuple(
    name.removeprefix("advisories.outcome.")
    for name in sorted(CATALOG.keys(Language.EN))
    if name.startswith("advisories.outcome.")
)
# Of the catalogue's own signs, four carry the invisible selector that makes them colourful.
OWN_MARKS = re.compile("(?:⏸|⚠|▶|✂)\ufe0f")
CHANGES = ("revised", "withdrawn", "superseded", "recalled")


def copy(text: str = "body", **changed: Any) -> facts.CopyFacts:
    values: dict[str, Any] = {
        "side": Government.AU,
        "number": "ADV-2026-0001",
        "label": Label.GREEN,
        "agency": MOFA,
        "author": text,
        "posted_at": WHEN,
        "tags": (text,),
        "title": text,
        "body": text,
        "names": {"U01SATO": text},
        "part": 1,
        "parts": 2,
        "receipts": receipts(text, 1),
        "agencies_expected": 4,
        "acknowledgeable": True,
    }
    return facts.CopyFacts(**(values | changed))


def receipts(text: str, number: int) -> tuple[facts.ReceiptFacts, ...]:
    return (facts.ReceiptFacts(ASD, text, WHEN),) * number


def routes(text: str) -> tuple[facts.RouteFacts, ...]:
    return tuple(facts.RouteFacts("LNK-7Q3F", ASD, one, WHEN, text) for one in ROUTES)


def labelled(text: str, side: Government, label: Label) -> list[facts.Facts]:
    """One of each announcement that carries an advisory, with the text wherever people write."""
    number = "ADV-2026-0001"
    about: dict[str, Any] = {"side": side, "number": number, "label": label}
    return [
        copy(text, side=side, label=label),
        copy(text, side=side, label=label, title="", revision=3, changed_at=WHEN, is_late=True),
        copy(text, side=side, label=label, superseded_by="ADV-2026-0009", acknowledgeable=False),
        *(
            facts.TombstoneFacts(**about, why=why, agency=MOFA, at=WHEN, reason=text)
            for why in ("withdrawn", "recalled", "reply_deleted")
        ),
        *(
            facts.ChangeFacts(
                **about,
                change=change,
                revision=2,
                removed=(text,) * 8,
                added=(text,) * 8,
                more=3,
                acknowledged_by=(ASD, MOFA),
                # What stands in its place is named by number; everything else people wrote.
                detail="ADV-2026-0009" if change == "superseded" else text,
            )
            for change in CHANGES
        ),
        *(
            facts.ReplyFacts(
                **about,
                agency=MOFA,
                author=text,
                body=text,
                names={"U01SATO": text},
                files=files,
            )
            for files in (None, attached(text))
        ),
        facts.FileFacts(
            **about, position=2, name=text, size=7, team="T0TOKYO", url=text, mark="0123abcd"
        ),
        facts.StatusFacts(
            **about,
            routes=routes(text),
            receipts=receipts(text, 2),
            agencies_expected=4,
            files=statuses(text),
            revision=2,
        ),
        facts.StatusFacts(
            **about,
            routes=(),
            receipts=(),
            agencies_expected=0,
            state="withdrawn",
            reason=text,
        ),
        *(
            facts.ReleaseFacts(
                **about,
                agency=MOFA,
                author=text,
                posted_at=WHEN,
                title=text,
                body=text,
                names={"U01SATO": text},
                destinations=routes(text),
                decided=decided,
                files=statuses(text),
            )
            for decided in (False, True)
        ),
    ]


def attached(name: str) -> facts.FilesFacts:
    """Files that come, that are late for each cause, and that stay for each reason."""
    late = [
        facts.LateFile(position, name, cause, is_retried=retried)
        for position, cause in enumerate((*CAUSES, "download", "unclear"))
        for retried in (True, False)
    ]
    return facts.FilesFacts(2, tuple(late), tuple((why.value, 1) for why in Staying))


def statuses(name: str) -> tuple[facts.FileStatus, ...]:
    """A file with each outcome there is."""
    gone = [facts.FileStatus(name, "stays", cause=f"attachments.why.{why}") for why in Staying]
    sent = [
        facts.FileStatus(name, outcome, "LNK-7Q3F", ASD, "deliveries.cause.busy")
        for outcome in (
            *("queued", "late", "delivered", "parked", "withheld", "taking_back", "taken_back"),
            "goes_along",
        )
    ]
    return (*gone, *sent)


FINDINGS = tuple((side, change) for side in Government for change in Change)


def unlabelled(text: str, side: Government) -> list[facts.Facts]:
    """One of each other announcement."""
    terms = Terms((text,), Label.AMBER, Direction.BOTH, Mode.MANUAL)
    near = End("T0TOKYO", "C01ADV", Government.JP, "MOFA", text)
    far = End("T0CANB", "C11ADV", Government.AU, "ASD", text)
    link = Link(1, "LNK-7Q3F", LinkState.ACTIVE, terms, near, "ASD", far, 1, WHEN, pending=terms)
    notice = facts.LinkFacts(
        side=side,
        change="active",
        link=link,
        terms=terms,
        near=MOFA,
        far=ASD,
        by=text,
        by_agency=MOFA,
        here=near,
        there=far,
        readers=(text, text),
        more_readers=3,
        guests=1,
    )
    parked = {"id": 7, "channel": "C01ADV", "reason": "not_in_channel"}
    return [
        notice,
        facts.SuspensionFacts(side, "LNK-7Q3F", MOFA, ASD, FINDINGS, in_person=False),
        facts.SilenceFacts("LNK-7Q3F", MOFA, ASD, 30),
        facts.HeldFacts("ADV-2026-0001", unknown_label=True),
        facts.NoteFacts("deliveries.parked", parked),
        facts.NoteFacts("errors.unknown_agency", {"value": text}),
        facts.NoteFacts("errors.not_enrolled", {"contact": text}),
    ]


def shown(announcements: list[facts.Facts]) -> Iterator[Shown]:
    for one in announcements:
        for reader in Language:
            yield RENDERER.show(one, reader)


def mrkdwn_of(part: Any) -> Iterator[str]:
    """Every text of a payload that Slack formats."""
    if isinstance(part, list):
        for one in part:
            yield from mrkdwn_of(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            assert part["verbatim"] is True
            yield part["text"]
        for one in part.values():
            yield from mrkdwn_of(one)


def check_limits(message: Shown) -> None:
    """Block Kit reference; 4,000 characters of text are what chat.update takes."""
    assert 0 < len(message.text) <= 4_000
    assert 0 < len(message.blocks) <= 50
    for text in mrkdwn_of(message.blocks):
        assert 0 < len(text) <= 3_000
        assert text.strip()
    for block in message.blocks:
        elements = block.get("elements", [])
        assert len(elements) <= (10 if block["type"] == "context" else 25)
        for element in elements:
            if element["type"] == "button":
                assert 0 < len(element["text"]["text"]) <= 75
                assert len(element["value"]) <= 2_000


@pytest.mark.parametrize("side", Government)
@pytest.mark.parametrize("label", Label)
def test_the_label_stands_first_and_last_in_text_and_blocks(label: Label, side: Government) -> None:
    for message in shown(labelled("body", side, label)):
        first, last = f"*{label.value}* ({GLOSS_JA[label]})", f"*{label.value}* — "
        lines = message.text.splitlines()
        assert lines[0] == first
        assert lines[-1].startswith(last)
        assert message.blocks[0]["text"]["text"] == first
        assert message.blocks[-1]["text"]["text"].startswith(last)


EXTREMES = {
    "empty": "",
    "blank": " \n\u3000\n ",
    "long": "word " * 1_790,
    "one-long-word": "x" * 8_990,
    "escapes": "<" * 8_990,
    "ampersands": "&" * 8_990,
    "lines": "\n" * 8_990,
    "japanese": "長い文。" * 2_200,
    "addresses": "https://evil.example/ " * 400,
    "emoji": "👩‍👩‍👧‍👦" * 1_200,
    "combining": "e" + "\u0301" * 8_000,
}


@pytest.mark.parametrize("side", Government)
@pytest.mark.parametrize("name", EXTREMES)
def test_a_body_of_the_longest_part_keeps_slacks_limits(name: str, side: Government) -> None:
    body = EXTREMES[name]
    about: dict[str, Any] = {"side": side, "number": "ADV-2026-0001", "label": Label.AMBER}
    reply = facts.ReplyFacts(**about, agency=MOFA, author="Sato", body=body, names={})
    release = replace(
        next(
            one for one in labelled("x", side, Label.AMBER) if isinstance(one, facts.ReleaseFacts)
        ),
        body=body,
    )
    for message in shown([copy("Sato", side=side, body=body), reply, release]):
        check_limits(message)


@pytest.mark.parametrize("side", Government)
def test_long_names_reasons_and_many_agencies_keep_slacks_limits(side: Government) -> None:
    name = "Ａ" * 80
    many = tuple(facts.ReceiptFacts(one, name, WHEN) for one in SEED)
    links = tuple(facts.RouteFacts(f"LNK-{n:04}", ASD, "delivered", WHEN, name) for n in range(40))
    status = next(
        one for one in labelled(name, side, Label.GREEN) if isinstance(one, facts.StatusFacts)
    )
    announcements: list[facts.Facts] = [
        *labelled(name, side, Label.GREEN),
        *unlabelled(name, side),
        copy(name, side=side, receipts=many, tags=("t" * 50,) * 20, title="題" * 200),
        replace(status, receipts=many, routes=links),
        facts.TombstoneFacts(
            side, "withdrawn", "ADV-2026-0001", Label.GREEN, MOFA, WHEN, "理由 " * 700
        ),
    ]
    for message in shown(announcements):
        check_limits(message)


def test_every_announcement_is_known_to_the_renderer() -> None:
    seen = {type(one) for side in Government for one in labelled("x", side, Label.GREEN)}
    seen |= {type(one) for one in unlabelled("x", Government.JP)}
    wanted = {one for one in vars(facts).values() if isinstance(one, type)}
    # Parts of others, and what is never said at all.
    parts = {facts.Facts, facts.ReceiptFacts, facts.RouteFacts, facts.FilesFacts}
    parts |= {facts.NothingFacts, facts.FileGoneFacts}
    assert {one for one in wanted if one.__name__.endswith("Facts")} - parts == seen


@pytest.mark.parametrize("side", Government)
def test_a_channel_reads_its_own_language_first_and_then_the_other(side: Government) -> None:
    message = RENDERER.show(copy(side=side), Language.EN)
    words = [CATALOG.say(one, "advisories.receipts", done=1, expected=4) for one in Language]
    if side is Government.JP:
        words.reverse()
    assert message.text.startswith("*TLP:GREEN*")
    texts = "\n".join(mrkdwn_of(message.blocks))
    assert texts.index(words[0]) < texts.index(words[1])
    assert own_language(side) is (Language.JA if side is Government.JP else Language.EN)


@pytest.mark.parametrize("agency", SEED, ids=lambda one: one.code)
def test_every_agency_is_named_in_both_languages(agency: Agency) -> None:
    for side in Government:
        message = RENDERER.show(copy(side=side, agency=agency), Language.EN)
        assert agency.code.replace("&", "&amp;") in message.text
