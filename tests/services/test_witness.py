"""Both governments hold both heads of the log, and neither learns what the other does (P5, P6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import errors
from bot.domain.chain import Chain, Head, unwitnessed
from bot.domain.officials import Government
from bot.services import access, witness
from bot.services.witness import AUDIT_HEAD, PAGE, HeadFacts
from bot.storage.audit import BEFORE_ALL
from bot.storage.keyring import KeyRing
from bot.storage.unit_of_work import UnitOfWork
from tests import cast
from tests.services.desk import Desk

JP, AU = Government.JP, Government.AU
KEYS = KeyRing.new()


@pytest.fixture
def desk(uow: UnitOfWork) -> Desk:
    """An audit channel on each side."""
    uow.workspaces.put(cast.TOKYO, "tokyo", JP, "C0AUDITJP")
    uow.workspaces.put(cast.CANBERRA, "canberra", AU, "C0AUDITAU")
    return Desk(uow)


def heads(desk: Desk, team: str) -> list[HeadFacts]:
    found = desk.shows(AUDIT_HEAD, team)
    assert all(isinstance(one, HeadFacts) for one in found)
    return found  # type: ignore[return-value]


def test_each_side_is_shown_its_own_head_by_number_and_the_others_by_hash(
    uow: UnitOfWork, desk: Desk
) -> None:
    cast.join(uow)
    for _ in range(40):
        uow.audit.record(AU, "test", "subject")
    assert witness.show_heads(uow, "2026-09-16")
    desk.say_all()
    (tokyo,), (canberra,) = heads(desk, cast.TOKYO), heads(desk, cast.CANBERRA)
    own, other = uow.audit.head(JP), uow.audit.head(AU)
    assert (tokyo.own, tokyo.other) == (f"JP:{own[0]}:{own[1]}", other[1])
    assert (canberra.own, canberra.other) == (f"AU:{other[0]}:{other[1]}", own[1])


def test_a_head_is_shown_once_for_a_slot_whoever_ticks(uow: UnitOfWork, desk: Desk) -> None:
    assert [witness.show_heads(uow, "2026-09-16") for _ in range(3)] == [True, False, False]
    assert witness.show_heads(uow, "2026-09-17")
    desk.say_all()
    assert len(heads(desk, cast.TOKYO)) == len(heads(desk, cast.CANBERRA)) == 2


def test_a_days_hash_changes_even_when_nothing_happened(uow: UnitOfWork, desk: Desk) -> None:
    """Otherwise the other side could tell a quiet day from a busy one."""
    for slot in ("1", "2", "3"):
        witness.show_heads(uow, slot)
    desk.say_all()
    assert len({one.other for one in heads(desk, cast.TOKYO)}) == 3
    shown = [event.facts["salt"] for event in uow.audit.events(AU)]
    assert len(set(shown)) == 3
    assert all(len(str(salt)) == 32 for salt in shown)


def test_what_was_shown_finds_a_log_that_was_cut_off_or_written_anew(
    uow: UnitOfWork, desk: Desk
) -> None:
    signing = UnitOfWork(uow.connection, uow.now, KEYS)
    witness.show_heads(signing, "2026-09-16")
    desk.say_all()
    (tokyo,) = heads(desk, cast.TOKYO)
    witnessed = [Head.read(tokyo.own), Head.read(tokyo.other)]
    assert None not in witnessed
    for cut in (0, 1):
        chains = []
        for side in ("JP", "AU"):
            chain = Chain(side, uow.audit.checkpoints(side), witnessed, KEYS.public.verify)  # type: ignore[arg-type]
            rows = uow.audit.entries(side, BEFORE_ALL, 1000)
            chain.follow(rows[: len(rows) - cut])
            chains.append(chain)
        found = list(unwitnessed(chains, witnessed))  # type: ignore[arg-type]
        assert len(found) == 2 * cut
    assert [len(uow.audit.checkpoints(side)) for side in ("JP", "AU")] == [1, 1]


def test_nothing_is_shown_where_there_is_no_channel(uow: UnitOfWork) -> None:
    assert not witness.show_heads(uow, "2026-09-16")
    assert cast.decisions(uow) == []
    uow.workspaces.put(cast.CANBERRA, "canberra", AU, "C0AUDITAU")
    with pytest.raises(errors.NoAuditChannel):
        witness.show_heads_on_demand(uow, cast.the(uow, "SATO"))
    assert witness.show_heads_on_demand(uow, cast.the(uow, "WALSH"))
    desk = Desk(uow)
    desk.say_all()
    assert heads(desk, cast.TOKYO) == []
    assert len(heads(desk, cast.CANBERRA)) == 1


def test_an_admin_may_ask_for_it_once_a_minute_and_nobody_else(uow: UnitOfWork, desk: Desk) -> None:
    with pytest.raises(errors.RoleMissing):
        witness.show_heads_on_demand(uow, cast.the(uow, "TANAKA"))
    assert witness.show_heads_on_demand(uow, cast.the(uow, "SATO"))
    assert not witness.show_heads_on_demand(uow, cast.the(uow, "WALSH"))
    later = UnitOfWork(uow.connection, uow.now + timedelta(minutes=1))
    assert witness.show_heads_on_demand(later, cast.the(uow, "WALSH"))


def test_an_admin_reads_their_own_sides_log_and_nothing_of_the_others(uow: UnitOfWork) -> None:
    for number in range(25):
        uow.audit.record(AU, "test", f"secret {number}")
        uow.audit.record(JP, "test", f"ours {number}")
    sato = cast.the(uow, "SATO")
    first = witness.list_events(uow, sato, None)
    assert [event.seq for event in first] == list(range(25, 25 - PAGE, -1))
    second = witness.list_events(uow, sato, first[-1].seq)
    assert [event.seq for event in second] == list(range(15, 5, -1))
    assert {event.government for event in [*first, *second]} == {JP}
    with pytest.raises(errors.RoleMissing):
        witness.list_events(uow, cast.the(uow, "TANAKA"), None)


def test_a_refusal_is_written_down_without_what_was_typed(uow: UnitOfWork) -> None:
    canary = "canary ＜!channel＞"
    refusals = [
        errors.LinkNotFound(code="LNK-7Q3F"),
        errors.AdvisoryNotFound(number=canary),
        errors.RoleMissing(role="admin", contact=canary),
    ]
    for refusal in refusals:
        access.note_refusal(uow, cast.TOKYO, "U01SATO", "link.accept", refusal)
    events = list(uow.audit.events())
    assert [(one.subject, one.facts["reason"]) for one in events] == [
        ("LNK-7Q3F", "errors.link_not_found"),
        ("link.accept", "errors.advisory_not_found"),
        ("link.accept", "errors.role_missing"),
    ]
    assert "canary" not in repr(events)


def test_strangers_are_written_down_and_misunderstandings_are_not(uow: UnitOfWork) -> None:
    for refusal in (errors.MissingWord(word="x", usage="y"), errors.DatabaseBusy()):
        access.note_refusal(uow, cast.TOKYO, "U01SATO", "link.accept", refusal)
    access.note_refusal(uow, "T9NOWHERE", "U9", "link.accept", errors.GuestRefused())
    assert cast.decisions(uow) == []
    refusal = errors.NotEnrolled(contact="-")
    access.note_refusal(uow, cast.CANBERRA, "U77", "link.accept", refusal)
    (event,) = uow.audit.events()
    assert (event.government, event.actor) == (AU, f"{cast.CANBERRA}/U77")


def test_facts_of_a_head_hold_nothing_but_hashes_and_ones_own_number(
    uow: UnitOfWork, desk: Desk
) -> None:
    """Two logs that differ on the other side alone look the same but for the hash."""
    witness.show_heads(uow, "a")
    for _ in range(17):
        uow.audit.record(AU, "test", "more of the other side")
    witness.show_heads(uow, "b")
    desk.say_all()
    first, second = heads(desk, cast.TOKYO)
    assert replace(first, own="", other="") == replace(second, own="", other="")
    assert [one.own.split(":")[1] for one in (first, second)] == ["1", "2"]
