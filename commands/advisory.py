"""`/advisory`: posting, finding, labelling, releasing and acknowledging advisories by command."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.advisories import Advisory
from bot.domain.deliveries import DeliveryState
from bot.domain.inert import clip, plain
from bot.domain.labels import Label
from bot.services import (
    advisories,
    issuing,
    narrowing,
    receipts,
    relabelling,
    releases,
    restoring,
    whereabouts,
    withdrawals,
)
from bot.services.whereabouts import DeliveryView
from commands.arguments import Field, Kind
from commands.catalogue import Ask, Command, Reply, Verb
from integrations.slack.shown_cards import LABEL_CHOICES, route_line
from integrations.slack.speech import Safe
from integrations.slack.voice import releasability_line

NUMBER = Field("number", Kind.CODE, positional=True)
LABEL = Field("label", Kind.LABEL)
# By whether it is a file, and whether something that stands is changed.
STATUS_LINES = {
    (False, False): "deliveries.status.copy",
    (False, True): "deliveries.status.update",
    (True, False): "deliveries.status.file",
    (True, True): "deliveries.status.file_update",
}
TITLE_LIMIT, TEXT_LIMIT, REASON_LIMIT = 200, 30_000, 500
# How much of a text is shown by command.
SHOWN_LIMIT = 2_000


def new(ask: Ask) -> Reply:
    advisory = issuing.open_advisory(
        ask.uow,
        ask.official,
        ask.team,
        ask.channel,
        ask.arguments.short("title", TITLE_LIMIT),
        ask.arguments.short("text", TEXT_LIMIT),
        ask.arguments.tags("tags"),
        ask.arguments.label("label"),
        ask.arguments.text("releasability"),
    )
    return Reply(ask.say("advisories.opened", number=advisory.number, label=advisory.label))


def acknowledge(ask: Ask) -> Reply:
    number = ask.value or ask.arguments.text("number")
    receipt = receipts.acknowledge_advisory(ask.uow, ask.official, number)
    return Reply(
        ask.say(
            "advisories.acknowledged",
            number=number.upper(),
            agency=receipt.agency,
            time=receipt.at,
        )
    )


def label(ask: Ask) -> Reply:
    return _label(ask, ask.arguments.text("number"), ask.arguments.label("label"))


def label_by_button(chosen: Label) -> Callable[[Ask], Reply]:
    """The handler of one label's button on a held post's card."""
    return lambda ask: _label(ask, ask.value, chosen)


def relabel(ask: Ask) -> Reply:
    chosen = ask.arguments.label("label")
    number = ask.arguments.text("number")
    done = relabelling.relabel_advisory(ask.uow, ask.official, number, chosen)
    about = {"number": done.number, "label": done.label, "names": list(done.by) or Safe("–")}
    key = "approvals.relaxing" if done.lacking else "advisories.relabelled"
    return Reply(ask.say(key, **about, n=done.lacking))


def releasability(ask: Ask) -> Reply:
    number, names = ask.arguments.text("number"), ask.arguments.text("releasability")
    done = narrowing.name_agencies(ask.uow, ask.official, number, names)
    about = {"number": done.number, "names": list(done.by) or Safe("–")}
    key = "approvals.widening" if done.lacking else "advisories.named"
    wanted = releasability_line(ask.speech, done.named)
    return Reply(ask.say(key, **about, n=done.lacking, wanted=wanted))


def discard(ask: Ask) -> Reply:
    number = ask.value or ask.arguments.text("number")
    discarded = issuing.discard_advisory(ask.uow, ask.official, number)
    return Reply(ask.say("advisories.discarded", number=discarded.number))


def release(ask: Ask) -> Reply:
    if ask.value:
        given = releases.release_by_button(ask.uow, ask.official, ask.value, ask.team)
    else:
        number = ask.arguments.text("number")
        given = releases.release_advisory(ask.uow, ask.official, number)
    key = "approvals.lacking" if given.lacking else "advisories.released"
    return Reply(ask.say(key, number=given.number, names=list(given.by), n=given.lacking))


def keep(ask: Ask) -> Reply:
    if ask.value:
        kept = releases.keep_back_by_button(ask.uow, ask.official, ask.value, ask.team)
    else:
        number = ask.arguments.text("number")
        kept = releases.keep_back_advisory(ask.uow, ask.official, number)
    return Reply(ask.say("advisories.kept_back", number=kept.number))


def withdraw(ask: Ask) -> Reply:
    number = ask.arguments.text("number")
    reason = ask.arguments.short("reason", REASON_LIMIT)
    withdrawn = withdrawals.withdraw_advisory(ask.uow, ask.official, number, reason)
    return Reply(ask.say("advisories.withdrawn", number=withdrawn.number))


def restore(ask: Ask) -> Reply:
    done = restoring.restore_advisory(ask.uow, ask.official, ask.arguments.text("number"))
    key = "approvals.restoring" if done.lacking else "advisories.restored"
    names = list(done.by) or Safe("–")
    return Reply(ask.say(key, number=done.number, names=names, n=done.lacking))


def supersede(ask: Ask) -> Reply:
    number, by = ask.arguments.text("number"), ask.arguments.text("by")
    done = withdrawals.supersede_advisory(ask.uow, ask.official, number, by)
    return Reply(ask.say("advisories.superseded_done", number=done.number, by=done.superseded_by))


def list_(ask: Ask) -> Reply:
    found = advisories.list_advisories(ask.uow, ask.official)
    if not found:
        return Reply(ask.say("advisories.none"))
    lines = [ask.say("advisories.list", n=len(found)), *(_line(ask, one) for one in found)]
    return Reply(Safe("\n".join(lines)))


def show(ask: Ask) -> Reply:
    view = advisories.show_advisory(ask.uow, ask.official, ask.arguments.text("number"))
    lines = [_line(ask, view.advisory), ask.say("advisories.posted", time=view.advisory.posted_at)]
    lines += [route_line(ask.speech, route) for route in view.routes]
    lines += [
        ask.say("advisories.receipt", agency=one.agency, name=one.name, time=one.at)
        for one in view.receipts
    ]
    if not view.receipts:
        lines.append(ask.say("advisories.no_receipts"))
    if view.text:
        lines.append(ask.say("advisories.text", text=clip(plain(view.text), SHOWN_LIMIT)))
    return Reply(Safe("\n".join(lines)))


def status(ask: Ask) -> Reply:
    found = whereabouts.find_out(ask.uow, ask.official, ask.arguments.text("number"))
    lines = [ask.say("deliveries.status.heading", number=found.advisory.number)]
    lines += [route_line(ask.speech, route) for route in found.routes]
    lines += [_delivery_line(ask, one) for one in found.deliveries]
    if not found.deliveries:
        lines.append(ask.say("deliveries.status.none"))
    lines += [
        ask.say("advisories.receipt", agency=one.agency, name=one.name, time=one.at)
        for one in found.receipts
    ]
    return Reply(Safe("\n".join(lines)))


def _delivery_line(ask: Ask, one: DeliveryView) -> Safe:
    head = ask.say(
        STATUS_LINES[one.is_file, one.is_update],
        agency=one.agency,
        code=one.code,
        part=one.part,
        state=ask.say(f"deliveries.state.{one.state.value}"),
    )
    more = [ask.say("deliveries.status.attempts", n=one.attempts)]
    if one.state is DeliveryState.WAITING and one.at is not None:
        more.append(ask.say("deliveries.status.next", time=one.at))
    if one.state is DeliveryState.DELIVERED and one.at is not None:
        more.append(ask.say("deliveries.status.delivered_at", time=one.at))
    if one.cause is not None:
        more.append(ask.say(f"deliveries.cause.{one.cause}"))
    return Safe(" · ".join([head, *more]))


def _label(ask: Ask, number: str, chosen: Label) -> Reply:
    labelled = issuing.label_advisory(ask.uow, ask.official, number, chosen)
    return Reply(ask.say("advisories.labelled", number=labelled.number, label=labelled.label))


def _line(ask: Ask, advisory: Advisory) -> Safe:
    agency = ask.uow.agencies.get(advisory.agency) or advisory.agency
    return ask.say(
        "advisories.line",
        number=advisory.number,
        label=advisory.label or ask.say("advisories.unlabelled"),
        agency=agency,
        state=ask.say(f"advisories.state.{advisory.state.value}"),
        tags=[f"#{tag}" for tag in advisory.tags],
    )


COMMAND = Command(
    "/advisory",
    (
        Verb(
            "new",
            new,
            (
                Field("title", Kind.TEXT, positional=True),
                LABEL,
                Field("tags", Kind.TAGS),
                Field("text", Kind.LONG),
                Field("releasability", Kind.TEXT, required=False),
            ),
        ),
        Verb("list", list_),
        Verb("show", show, (NUMBER,)),
        Verb("status", status, (NUMBER,)),
        Verb("ack", acknowledge, (NUMBER,)),
        Verb("label", label, (NUMBER, LABEL)),
        Verb("relabel", relabel, (NUMBER, LABEL)),
        Verb("releasability", releasability, (NUMBER, Field("releasability", Kind.TEXT))),
        Verb("discard", discard, (NUMBER,)),
        Verb("release", release, (NUMBER,)),
        Verb("keep", keep, (NUMBER,)),
        Verb("withdraw", withdraw, (NUMBER, Field("reason", Kind.TEXT))),
        Verb("restore", restore, (NUMBER,)),
        Verb("supersede", supersede, (NUMBER, Field("by", Kind.CODE))),
    ),
)

# Action ids as the renderer writes them: the handler, and whether the answer takes its place.
BUTTONS: dict[str, tuple[Callable[[Ask], Reply], bool]] = {
    "acknowledge": (acknowledge, False),
    "release": (release, False),
    "keep_back": (keep, False),
    "discard": (discard, True),
    **{f"label:{one.value}": (label_by_button(one), True) for one in LABEL_CHOICES},
}
