"""Every refusal there is can be met: one way to provoke each, by its name.

A new refusal without a row here fails the first test.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot import custody, errors, operations, oversight
from bot.domain.actions import Owner
from bot.domain.calendars import CalendarName
from bot.domain.captures import Way
from bot.domain.dialogues import Dates
from bot.domain.fingerprints import Fingerprint
from bot.domain.labels import Label
from bot.domain.links import Mode
from bot.domain.officials import Government, Role
from bot.domain.retention import DataClass
from bot.domain.rights import Act
from bot.services import (
    access,
    actions,
    calendars,
    captures,
    capturing,
    ceilings,
    dialogue_session,
    dialogues,
    follow_ups,
    intake,
    issuing,
    links,
    narrowing,
    receipts,
    relabelling,
    releases,
    replies,
    restoring,
    retention,
    roster,
    withdrawals,
    witness,
)
from bot.services.action_exports import due_action
from bot.services.actions import ActionRequest
from bot.services.follow_ups import FollowUpRequest, When
from bot.services.owners import OwnersRead, owner_of, read_owners
from bot.services.roster import Person
from bot.settings import Keys, Settings, load_settings
from bot.storage.database import Database
from bot.storage.keyring import KeyRing
from bot.storage.tables_custody import tokens
from bot.storage.unit_of_work import UnitOfWork
from bot.texts.catalog import Language, load
from commands import action, advisory, followup, kakehashi, link
from commands.arguments import Arguments, parse
from commands.catalogue import Ask
from commands.quota import Quota
from integrations.slack.speech import Speech
from tests import cast
from tests.storage.databases import BEGINNING, fresh_url, opened

FIRST, SECOND = "ADV-2026-0001", "ADV-2026-0002"
GREEN, BARE = "#advisory [TLP:GREEN] x", "#advisory x"
HERE, THERE = cast.view(cast.TOKYO, cast.TOKYO_ADV), cast.view(cast.CANBERRA, cast.CANBERRA_ADV)


@dataclass
class Scene:
    """What a provocation may use."""

    uow: UnitOfWork
    database: Database
    folder: Path

    def the(self, name: str) -> Any:
        return cast.the(self.uow, name)

    def linked(self, **about: Any) -> Any:
        return cast.join(self.uow, **about)

    def posted(self, text: str = GREEN, by: str = "TANAKA", **about: Any) -> None:
        """A link, and a post on it."""
        self.linked(**about)
        cast.post(self.uow, by, text)

    def arrived(self) -> None:
        self.posted()
        cast.arrive(self.uow)

    def told(self, name: str) -> None:
        """Raises the refusal that was told privately instead of being raised."""
        key = cast.told(self.uow, name)[-1]
        for leaf in errors.leaves():
            refusal = leaf(**dict.fromkeys(leaf.names, ""))
            if refusal.key == key:
                raise refusal


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with (
        fresh_url("sqlite", tmp_path) as url,
        opened(url) as database,
        database.engine.connect() as connection,
        connection.begin(),
    ):
        uow = UnitOfWork(connection, BEGINNING)
        cast.assemble(uow)
        yield Scene(uow, database, tmp_path)


def typed(command: Any, line: str) -> Arguments:
    """`verb and words`, as they are parsed behind the name of a command."""
    verb, rest = command.COMMAND.split(line)
    return parse(verb.fields, rest, verb.usage(command.COMMAND.name))


def ask(scene: Scene, arguments: Arguments) -> Ask:
    return Ask(
        scene.uow,
        scene.the("SATO"),
        cast.TOKYO,
        cast.TOKYO_ADV,
        arguments,
        Speech(load(), Language.EN),
    )


def reply(scene: Scene, text: str) -> None:
    """Tanaka replies in the thread of an advisory that has arrived."""
    scene.arrived()
    head = cast.stamp(scene.uow.now)
    replies.take_reply(
        scene.uow, cast.said(scene.uow, "TANAKA", text, ts="2000000009.000000", thread_ts=head)
    )
    scene.told("TANAKA")


def refused_post(scene: Scene, text: str = GREEN, name: str = "TANAKA", **about: Any) -> None:
    scene.linked()
    intake.take_message(scene.uow, cast.said(scene.uow, name, text, **about))
    scene.told(name)


def enrol(scene: Scene, person: Person, agency: str, *roles: Role, by: str = "SATO") -> None:
    code = cast.agency(scene.uow, agency)
    roster.enrol_official(scene.uow, scene.the(by), person, code, roles)


def accept(scene: Scene, name: str, here: Any, code: str | None = None) -> None:
    found = code or cast.propose(scene.uow).code
    links.accept_link(scene.uow, scene.the(name), found, here)


def acknowledge(scene: Scene, name: str) -> None:
    receipts.acknowledge_advisory(scene.uow, scene.the(name), FIRST)


def label(scene: Scene, chosen: Label = Label.GREEN, name: str = "TANAKA") -> None:
    issuing.label_advisory(scene.uow, scene.the(name), FIRST, chosen)


def release(scene: Scene, name: str = "SUZUKI", revision: int | None = None) -> None:
    releases.release_advisory(scene.uow, scene.the(name), FIRST, revision)


def change(verb: Callable[..., Any], *names: str) -> Callable[[Scene], None]:
    """The same verb by one official after the other, on one link."""

    def run(scene: Scene) -> None:
        code = scene.linked().code
        for name in names:
            verb(scene.uow, scene.the(name), code)

    return run


def own_terms(scene: Scene) -> None:
    code = scene.linked().code
    links.amend_link(scene.uow, scene.the("SATO"), code, cast.terms("ioc"))
    accept(scene, "SATO", HERE, code)


def terms_twice(scene: Scene) -> None:
    code = scene.linked().code
    for name in ("SATO", "WALSH"):
        links.amend_link(scene.uow, scene.the(name), code, cast.terms("ioc"))


def withdrawn_twice(scene: Scene) -> None:
    scene.posted()
    for _ in range(2):
        withdrawals.withdraw_advisory(scene.uow, scene.the("TANAKA"), FIRST, "")


def asked_twice(quota: Quota) -> None:
    for key in ("one", "another"):
        quota.require(cast.TOKYO, "U01SATO", key)


def restore(scene: Scene) -> None:
    restoring.restore_advisory(scene.uow, scene.the("TANAKA"), FIRST)


def deleted_and_restored(scene: Scene) -> None:
    scene.posted()
    source = scene.uow.advisories.get(1).source_ts or ""
    intake.take_deletion(scene.uow, cast.TOKYO, cast.TOKYO_ADV, source)
    restore(scene)


def for_agencies(scene: Scene, names: str) -> None:
    narrowing.name_agencies(scene.uow, scene.the("TANAKA"), FIRST, names)


def superseded_by_itself(scene: Scene) -> None:
    scene.posted()
    withdrawals.supersede_advisory(scene.uow, scene.the("TANAKA"), FIRST, FIRST)


def released_by_its_author(scene: Scene) -> None:
    cast.enrol(scene.uow, "TANAKA", roles=["releaser", "member"])
    scene.posted(mode=Mode.MANUAL)
    release(scene, "TANAKA")


def released_unread(scene: Scene) -> None:
    scene.posted(mode=Mode.MANUAL)
    release(scene, revision=9)


def relabel(scene: Scene, chosen: Label) -> None:
    relabelling.relabel_advisory(scene.uow, scene.the("TANAKA"), FIRST, chosen)


def relaxed_while_an_earlier_text_stands(scene: Scene) -> None:
    scene.arrived()
    relabel(scene, Label.AMBER)
    edited = cast.said(scene.uow, "TANAKA", "#advisory another", edited_ts="1789600000.9")
    intake.take_edit(scene.uow, edited)
    relabel(scene, Label.GREEN)


def press(scene: Scene, value: str) -> None:
    releases.release_by_button(scene.uow, scene.the("SUZUKI"), value, cast.TOKYO)


def sealed_button(scene: Scene) -> str:
    """What the button of a card carries that asks about an advisory."""
    scene.posted(mode=Mode.MANUAL)
    found = scene.uow.advisories.by_number(FIRST)
    assert found is not None
    values = releases.button_values(scene.uow, found, cast.TOKYO)
    assert values is not None
    return values[0]


def pressed_too_late(scene: Scene) -> None:
    value = sealed_button(scene)
    later = UnitOfWork(scene.uow.connection, BEGINNING + timedelta(days=4))
    releases.release_by_button(later, cast.the(later, "SUZUKI"), value, cast.TOKYO)


def same_person(scene: Scene, *names: str) -> None:
    for name in names:
        cast.enrol(scene.uow, name, person="one and the same", roles=["liaison", "releaser"])


def released_by_two_accounts(scene: Scene) -> None:
    same_person(scene, "SUZUKI", "ITO")
    scene.posted(mode=Mode.MANUAL)
    release(scene)
    release(scene, "ITO")


def agreed_by_one_person(scene: Scene) -> None:
    same_person(scene, "SATO", "WALSH")
    scene.linked()


def proposer_left(scene: Scene) -> None:
    code = cast.propose(scene.uow).code
    cast.enrol(scene.uow, "SATO", roles=["admin"])
    accept(scene, "WALSH", THERE, code)


def acknowledged_twice(scene: Scene) -> None:
    scene.arrived()
    acknowledge(scene, "NGUYEN")
    acknowledge(scene, "NGUYEN")


def item(scene: Scene, by: str = "TANAKA", **about: Any) -> str:
    """The number of an action that Tanaka has opened."""
    request = ActionRequest("Share the format", **about)
    return str(actions.open_action(scene.uow, scene.the(by), request)[0].number)


SOON, FOLLOW_UP = "new x when:2026-09-18", "FUP-JP-2026-0001"


def follow_up(scene: Scene, by: str = "TANAKA") -> None:
    """Somebody in Tokyo wants to be reminded on Friday."""
    actor = scene.the(by)
    request = FollowUpRequest("Ask again", When(date(2026, 9, 18)), owner_of(actor))
    follow_ups.open_follow_up(scene.uow, actor, request)


def moved(scene: Scene, verb: Callable[..., Any], *names: str, **about: Any) -> None:
    """The same verb by one official after the other, on one action."""
    number = item(scene, **about)
    for name in names:
        verb(scene.uow, scene.the(name), number)


def merged(scene: Scene, into: str | None = None) -> None:
    number = item(scene)
    actions.merge_action(scene.uow, scene.the("TANAKA"), number, into or number)


def a_round(scene: Scene, *, agreed: bool = True) -> str:
    """The number of a round whose dates both sides have agreed to, in session."""
    days = Dates(date(2027, 2, 15), date(2027, 2, 16))
    dialogues.new_dialogue(scene.uow, scene.the("SATO"), Government.JP, days, "", 7)
    if agreed:
        scene.linked()
        dialogues.confirm_dates(scene.uow, scene.the("WALSH"), "7", None)
        dialogue_session.open_dialogue(
            scene.uow, scene.the("SATO"), "7", cast.TOKYO, cast.TOKYO_ADV
        )
        dialogues.put_decision(scene.uow, scene.the("SATO"), "7", "x", "")
    return "DLG-07"


def agree(scene: Scene, label: str, *names: str) -> None:
    number = a_round(scene)
    for name in names:
        dialogues.agree_decision(scene.uow, scene.the(name), number, label)


def notetaker(scene: Scene) -> Any:
    """Tanaka, who captures."""
    return cast.enrol(scene.uow, "TANAKA", roles=["notetaker"])


def pointed(scene: Scene, text: str = "ACTION: ASD to reply") -> str:
    """The number of the card of a message that Tanaka has pointed at."""
    said = cast.said(scene.uow, "TANAKA", text)
    found = capturing.capture_message(scene.uow, notetaker(scene), said, Way.SHORTCUT)
    return found.captures[0].number


ASD = OwnersRead((Owner(Government.AU, "ASD"),))


def busy(scene: Scene) -> None:
    with opened(f"sqlite:///{scene.folder}/no/such/folder.db") as away:
        away.ping()


def uncertain(scene: Scene) -> None:
    """The transaction began in time and had not ended when nobody could wait any longer."""
    ends = threading.Event()
    with fresh_url("sqlite", scene.folder) as url, opened(url) as database:
        try:
            asyncio.run(database.run(lambda _uow: ends.wait(20), 2))
        finally:
            ends.set()


def empty(scene: Scene) -> None:
    with opened(f"sqlite:///{scene.folder}/empty.db") as database:
        operations.backup(database, scene.folder / "copy.db")


def postgresql(scene: Scene) -> None:
    with opened("postgresql+psycopg://nobody@127.0.0.1:1/none") as database:
        operations.backup(database, scene.folder / "copy.db")


def keyed(scene: Scene) -> UnitOfWork:
    """With keys made just now."""
    return UnitOfWork(scene.uow.connection, BEGINNING, KeyRing.new())


def sealed(scene: Scene) -> UnitOfWork:
    uow = keyed(scene)
    uow.tokens.seal(cast.TOKYO, "bot_token", "xoxb-fake")
    return uow


def moved_seal(scene: Scene) -> UnitOfWork:
    """What was sealed as one token says it is another."""
    uow = sealed(scene)
    uow.connection.execute(update(tokens).values(name="app_token"))
    return uow


def proposed(scene: Scene) -> str:
    return retention.propose_purge(scene.uow, Government.JP, {DataClass.ADVISORY: 1})


def approve(scene: Scene, code: str, *names: str) -> None:
    for name in names:
        retention.approve_purge(scene.uow, scene.the(name), code)


def changed_purge(scene: Scene) -> None:
    """Something was put under a legal hold after it had been approved to be destroyed."""
    cast.enrol(scene.uow, "TANAKA", roles=["admin", "member"])
    scene.posted()
    later = UnitOfWork(scene.uow.connection, BEGINNING + timedelta(days=3))
    code = retention.propose_purge(later, Government.JP, {DataClass.ADVISORY: 1})
    approve(scene, code, "SATO", "TANAKA")
    retention.hold_advisory(scene.uow, FIRST)
    retention.carry_out_purge(scene.uow, code)


PROVOKED: dict[str, Callable[[Scene], Any]] = {
    "NotEnrolled": lambda s: access.require_official(s.uow, cast.TOKYO, "U77"),
    "GuestRefused": lambda s: enrol(s, cast.person("TANAKA", is_guest=True), "NCO"),
    "StrangerRefused": lambda s: enrol(s, cast.person("TANAKA", is_stranger=True), "NCO"),
    "RoleMissing": lambda s: enrol(s, cast.person("ITO"), "NCO", by="TANAKA"),
    "PolicyDenies": lambda s: access.require_right(s.uow, s.the("SATO"), Act.CUT_LINK),
    "OtherGovernment": lambda s: enrol(s, cast.person("NGUYEN"), "NCO"),
    "OwnSideOnly": own_terms,
    "ReleaseByAuthor": released_by_its_author,
    "ApprovedByYourOtherAccount": released_by_two_accounts,
    "LinkNeedsTwoPeople": agreed_by_one_person,
    "ButtonNotGenuine": lambda s: press(s, sealed_button(s).replace(":1:", ":2:")),
    "ButtonNotYours": lambda s: (s.posted(BARE), label(s, name="SATO")),
    "ActionNotYours": lambda s: moved(s, actions.start_action, "SUZUKI", owners=ASD),
    "FollowUpNotYours": lambda s: (
        follow_up(s, "SUZUKI"),
        follow_ups.cancel_follow_up(s.uow, s.the("TANAKA"), FOLLOW_UP),
    ),
    "UnknownVerb": lambda _: typed(link, "marry LNK-7Q3F"),
    "UnknownWord": lambda _: typed(link, "accept LNK-7Q3F colour:red"),
    "MissingWord": lambda _: typed(link, "propose to:ASD"),
    "TwiceGiven": lambda _: typed(link, "propose to:ASD to:AFP tags:x"),
    "UnclosedQuote": lambda _: typed(advisory, 'new "title'),
    "UnknownChoice": lambda _: typed(kakehashi, "language fr").choice("language", Role),
    "UnknownAgency": lambda s: ask(s, typed(link, "propose to:XYZ tags:x")).agency("to"),
    "AgencyOfOtherGovernment": lambda s: enrol(s, cast.person("TANAKA"), "ASD"),
    "NotAPerson": lambda _: typed(kakehashi, "remove sato").person("user"),
    "UnknownOwner": lambda s: read_owners(s.uow, s.the("TANAKA"), "somebody"),
    "BadRecurrence": lambda s: followup.new(ask(s, typed(followup, f"{SOON} every:often"))),
    "BadHours": lambda s: followup.hours(ask(s, typed(followup, "hours opens:17:00 closes:9:00"))),
    "BadDate": lambda s: kakehashi.add_holiday(
        ask(s, typed(kakehashi, 'holiday add tomorrow jp_gov name:"x"'))
    ),
    "DueNotUnderstood": lambda s: action.due(
        ask(s, typed(action, "due ACT-2026-0001 due:sometime"))
    ),
    "BadTags": lambda _: typed(link, "propose to:ASD tags:!!!").tags("tags"),
    "BadLabel": lambda _: typed(link, "propose to:ASD tags:x ceiling:PINK").label("ceiling"),
    "SeveralLabels": lambda s: (
        s.linked(),
        issuing.open_advisory(
            s.uow,
            s.the("TANAKA"),
            cast.TOKYO,
            cast.TOKYO_ADV,
            "Title",
            "[TLP:CLEAR]",
            ("advisory",),
            Label.GREEN,
        ),
    ),
    "TooLong": lambda _: typed(link, "test " + "x" * 11).short("text", 10),
    "BadRosterRow": lambda s: roster.import_roster(s.uow, "no,such,columns\n"),
    "BadHead": lambda s: oversight.verify_audit(s.database, ["128:zz"]),
    "KeysMissing": lambda _: custody.list_keys(None),
    "KeysExist": lambda s: (custody.make_keys(s.folder / "k"), custody.make_keys(s.folder / "k")),
    "KeysUnusable": lambda s: custody.read_keys(s.folder / "none.keys"),
    "KeysNotInAFile": lambda _: custody.key_file_of(Settings.model_construct(keys=Keys())),
    "TokenNotSealed": lambda s: keyed(s).tokens.open(cast.TOKYO, "bot_token"),
    "SealKeyUnknown": lambda s: (sealed(s), keyed(s).tokens.open(cast.TOKYO, "bot_token")),
    "SealBroken": lambda s: moved_seal(s).tokens.open(cast.TOKYO, "app_token"),
    "PurgeNotFound": lambda s: retention.carry_out_purge(s.uow, "PRG-0000"),
    "PurgeApprovedAlready": lambda s: approve(s, proposed(s), "SATO", "SATO"),
    "PurgeNotApproved": lambda s: retention.carry_out_purge(s.uow, proposed(s)),
    "PurgeChanged": changed_purge,
    "PurgeExpired": lambda s: retention.carry_out_purge(
        UnitOfWork(s.uow.connection, BEGINNING + timedelta(days=15)), proposed(s)
    ),
    "AlreadyHeld": lambda s: (s.posted(), *(retention.hold_advisory(s.uow, FIRST) for _ in "12")),
    "NotUnderHold": lambda s: (s.posted(), retention.release_hold(s.uow, FIRST)),
    "NoAuditChannel": lambda s: witness.show_heads_on_demand(s.uow, s.the("SATO")),
    "LinkNotFound": lambda s: links.find_link(s.uow, "LNK-0000"),
    "AdvisoryNotFound": lambda s: acknowledge(s, "NGUYEN"),
    "ActionNotFound": lambda s: actions.find_action(s.uow, s.the("WALSH"), item(s, internal=True)),
    "AboutUnknown": lambda s: followup.new(ask(s, typed(followup, f"{SOON} about:X-1"))),
    "FollowUpNotFound": lambda s: (
        follow_up(s),
        follow_ups.cancel_follow_up(s.uow, s.the("NGUYEN"), FOLLOW_UP),
    ),
    "DatesReversed": lambda _: Dates(date(2027, 2, 16), date(2027, 2, 15)),
    "DialogueNotFound": lambda s: dialogues.find_dialogue(s.uow, "DLG-99"),
    "AgendaItemNotFound": lambda s: dialogues.turn_to_item(s.uow, s.the("SATO"), a_round(s), 9),
    "DecisionNotFound": lambda s: agree(s, "D-9", "WALSH"),
    "DialogueNotInState": lambda s: dialogues.lock_agenda(s.uow, s.the("SATO"), a_round(s)),
    "DialogueExists": lambda s: (a_round(s), a_round(s)),
    "NoDatesProposed": lambda s: (
        a_round(s, agreed=False),
        dialogues.confirm_dates(s.uow, s.the("WALSH"), "7", None),
        dialogues.confirm_dates(s.uow, s.the("SATO"), "7", None),
    ),
    "DecisionAgreed": lambda s: agree(s, "D-1", "WALSH", "WALSH"),
    "OutcomeChanged": lambda s: dialogue_session.clear_outcome(
        s.uow, s.the("SATO"), a_round(s), "0" * 12
    ),
    "CaptureNotFound": lambda s: captures.take_up(s.uow, notetaker(s), "CAP-JP-0099"),
    "OfficialNotFound": lambda s: roster.remove_official(s.uow, s.the("SATO"), cast.TOKYO, "U77"),
    "LinkToItself": lambda s: accept(s, "SATO", HERE),
    "LinkToSameGovernment": lambda s: accept(s, "SATO", cast.view(cast.TOKYO, cast.TOKYO_DLG)),
    "LinkExists": lambda s: (s.linked(), s.linked()),
    "LinkNotProposed": lambda s: accept(s, "WALSH", THERE, s.linked().code),
    "LinkNotActive": change(links.pause_link, "WALSH", "WALSH"),
    "LinkNotPaused": change(links.resume_link, "WALSH"),
    "TermsPending": terms_twice,
    "LinkIsCut": change(links.cut_link, "WALSH", "WALSH"),
    "ChannelNotLinked": lambda s: issuing.open_advisory(
        s.uow, s.the("TANAKA"), cast.TOKYO, "C9", "Title", "Text", ("x",), Label.GREEN
    ),
    "ChannelIsPrivateTalk": lambda s: accept(
        s, "WALSH", cast.view(cast.CANBERRA, "D1", is_direct=True)
    ),
    "BotNotInChannel": lambda s: accept(
        s, "WALSH", cast.view(cast.CANBERRA, "C1", is_member=False)
    ),
    "ChannelArchived": lambda s: accept(
        s,
        "WALSH",
        cast.view(cast.CANBERRA, "C1", fingerprint=Fingerprint("c1", is_archived=True)),
    ),
    "ChannelDecides": lambda s: (
        s.uow.workspaces.put(cast.CANBERRA, "canberra", Government.AU, "", "C1"),
        accept(s, "WALSH", cast.view(cast.CANBERRA, "C1")),
    ),
    "ChannelShared": lambda s: accept(s, "WALSH", cast.view(cast.CANBERRA, "C1", is_shared=True)),
    "AdvisoryNotHeld": lambda s: (s.posted(), label(s)),
    "AdvisoryNotIssued": withdrawn_twice,
    "AdvisoryNotWithdrawn": lambda s: (s.posted(), restore(s)),
    "AdvisoryStaysWithdrawn": deleted_and_restored,
    "ReleasabilityUnchanged": lambda s: (s.posted(), for_agencies(s, "all")),
    "TextNamesFewer": lambda s: (
        s.posted(f"{GREEN}\nReleasability: ASD"),
        for_agencies(s, "ASD,DFAT"),
    ),
    "AdvisorySupersedesItself": superseded_by_itself,
    "AdvisoryChanged": released_unread,
    "AdvisoryNotAwaiting": lambda s: (s.posted(), release(s)),
    "ApprovedAlready": lambda s: (s.posted(mode=Mode.MANUAL), release(s), release(s)),
    "ApprovalExpired": pressed_too_late,
    "LabelUnchanged": lambda s: (s.posted(), relabel(s, Label.GREEN)),
    "EarlierTextStands": relaxed_while_an_earlier_text_stands,
    "ProposerMayNoLonger": proposer_left,
    "AdvisoryNotReceived": lambda s: (s.arrived(), acknowledge(s, "SATO")),
    "AlreadyAcknowledged": acknowledged_twice,
    "ActionNotInState": lambda s: moved(s, actions.start_action, "TANAKA", "TANAKA"),
    "ActionNeverDue": lambda s: due_action(s.uow, s.the("TANAKA"), item(s)),
    "ActionVerifiedByFinisher": lambda s: (
        number := item(s),
        actions.finish_action(s.uow, s.the("TANAKA"), number),
        actions.verify_action(s.uow, s.the("TANAKA"), number),
    ),
    "ActionMergedIntoItself": merged,
    "ActionCannotMerge": lambda s: merged(s, item(s, internal=True)),
    "CaptureDecided": lambda s: captures.take_up(s.uow, notetaker(s), pointed(s)),
    "NothingToCapture": lambda s: pointed(s, "  "),
    "InternalOwnerElsewhere": lambda s: item(s, internal=True, owners=ASD),
    "FollowUpClosed": lambda s: (
        follow_up(s),
        follow_ups.cancel_follow_up(s.uow, s.the("TANAKA"), FOLLOW_UP),
        follow_ups.finish_follow_up(s.uow, s.the("TANAKA"), FOLLOW_UP),
    ),
    "FollowUpInPast": lambda s: followup.new(ask(s, typed(followup, f"{SOON} until:2026-09-17"))),
    "FollowUpIsYours": lambda s: (
        follow_up(s),
        follow_ups.hand_back_follow_up(s.uow, s.the("TANAKA"), FOLLOW_UP),
    ),
    "FollowUpNotJoint": lambda s: followup.new(ask(s, typed(followup, f"{SOON} for:ASD"))),
    "LastAdmin": lambda s: roster.remove_official(s.uow, s.the("SATO"), cast.TOKYO, "U01SATO"),
    "DeliveryNotParked": lambda s: operations._parked(s.uow, 7),
    "SchemaNotCurrent": empty,
    "CeilingNotFound": lambda s: ceilings.lift_ceiling(
        s.uow, s.the("SATO"), cast.agency(s.uow, "ASD")
    ),
    "HolidayNotFound": lambda s: calendars.remove_holiday(
        s.uow, s.the("SATO"), CalendarName.JP_GOV, BEGINNING.date()
    ),
    "BadHolidayRow": lambda s: calendars.import_holidays(s.uow, "calendar\n"),
    "BackupUnusable": lambda s: operations.restore(s.database, s.folder / "none.db"),
    "NotAnSqliteDatabase": postgresql,
    "MarkingBlocks": lambda s: refused_post(s, "#advisory [TLP:GREEN]\nSECRET\n"),
    "MarkingAsks": lambda s: reply(s, "more\n取扱注意"),
    "LabelBelowText": lambda s: (
        s.posted("#advisory TLP:GREEN TLP:PURPLE", ceiling=Label.AMBER),
        label(s, Label.CLEAR),
    ),
    "LabelRefused": lambda s: refused_post(s, "#advisory [TLP:RED]"),
    "ReplyAboveLabel": lambda s: reply(s, "[TLP:AMBER] more"),
    "SlackUnreachable": lambda s: ask(s, typed(link, "list")).here,
    "TooManyRequests": lambda _: asked_twice(Quota(1)),
    "DatabaseBusy": busy,
    "OutcomeUncertain": uncertain,
    "BadConfiguration": lambda s: load_settings(s.folder / "none.toml", {}),
}


def test_every_refusal_has_a_row_and_every_row_a_refusal() -> None:
    assert set(PROVOKED) == {leaf.__name__ for leaf in errors.leaves()}


@pytest.mark.parametrize("name", PROVOKED)
def test_the_refusal_is_met(name: str, scene: Scene) -> None:
    with pytest.raises(getattr(errors, name)):
        PROVOKED[name](scene)
