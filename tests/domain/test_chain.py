"""Promise P6: every edit, deletion, reordering, insertion, truncation and rewriting is found."""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.chain import (
    CHECKPOINT_EVERY,
    GENESIS,
    Chain,
    Checkpoint,
    Entry,
    Fault,
    Finding,
    Head,
    hash_of,
    unwitnessed,
)
from bot.storage.keyring import KeyRing, PublicKeys

KEYS, STRANGER = KeyRing.new(), KeyRing.new()
TRIES = 834  # of each of the six ways: 5,004 in all
LENGTH = {"JP": 137, "AU": 45}
Log = dict[str, list[Entry]]


def entry(side: str, seq: int, previous: str, subject: str | None = None) -> Entry:
    bare = Entry(
        side,
        seq,
        f"2026-09-16 01:00:00.{seq:06}",
        "T0TOKYO/U01SATO" if seq % 3 else "bot",
        "advisory.issue",
        subject or f"ADV-2026-{seq:04}",
        f'{{"label":"TLP:GREEN","routes":{seq % 4}}}',
        previous,
        "",
    )
    return bare._replace(hash=hash_of(bare))


def chained(rows: list[Entry], start: int = 0) -> list[Entry]:
    """The same rows, numbered and chained anew from one on: what a forger without keys can do."""
    done = rows[:start]
    for row in rows[start:]:
        previous = done[-1].hash if done else GENESIS
        bare = row._replace(seq=len(done) + 1, previous=previous)
        done.append(bare._replace(hash=hash_of(bare)))
    return done


def signed(rows: list[Entry], keys: KeyRing = KEYS) -> list[Checkpoint]:
    marks: list[Checkpoint] = []
    for row in rows:
        if row.seq % CHECKPOINT_EVERY == 0:
            previous = marks[-1].digest if marks else GENESIS
            bare = Checkpoint(row.government, row.seq, row.hash, row.at, keys.signing_id, previous)
            marks.append(replace(bare, signature=keys.sign(bare.statement)))
    return marks


def log() -> Log:
    rows: Log = {}
    for side, length in LENGTH.items():
        rows[side] = []
        for seq in range(1, length + 1):
            rows[side].append(entry(side, seq, rows[side][-1].hash if seq > 1 else GENESIS))
    return rows


GOOD = log()
MARKS = {side: signed(rows) for side, rows in GOOD.items()}
# What the two governments hold: their own head by number, the other's by its hash alone.
HEADS = (
    Head(GOOD["JP"][-1].hash, LENGTH["JP"], "JP"),
    Head(GOOD["AU"][-1].hash),
)


def verified(
    rows: Log,
    marks: dict[str, list[Checkpoint]] = MARKS,
    heads: tuple[Head, ...] = HEADS,
    public: PublicKeys | None = KEYS.public,
) -> list[Finding]:
    verify = public.verify if public else None
    chains = [Chain(side, marks[side], heads, verify) for side in LENGTH]
    for chain in chains:
        chain.follow(rows[chain.government])
    findings = [finding for chain in chains for finding in chain.end()]
    return [*findings, *unwitnessed(chains, heads)]


def edit(rows: list[Entry], at: int, dice: random.Random) -> list[Entry]:
    field = dice.choice(Entry._fields[1:])
    value = getattr(rows[at], field)
    changed = value + dice.randint(1, 9) if field == "seq" else _disturbed(str(value), dice)
    return [*rows[:at], rows[at]._replace(**{field: changed}), *rows[at + 1 :]]


def delete(rows: list[Entry], at: int, dice: random.Random) -> list[Entry]:
    left = [*rows[:at], *rows[at + 1 :]]
    closed = dice.random() < 0.5
    return [row._replace(seq=n) for n, row in enumerate(left, start=1)] if closed else left


def reorder(rows: list[Entry], at: int, dice: random.Random) -> list[Entry]:
    other = dice.choice([n for n in range(len(rows)) if n != at])
    moved = list(rows)
    moved[at], moved[other] = (
        rows[other]._replace(seq=rows[at].seq),
        rows[at]._replace(seq=rows[other].seq),
    )
    return moved


def insertion(rows: list[Entry], at: int, dice: random.Random) -> list[Entry]:
    previous = rows[at - 1].hash if at else GENESIS
    forged = entry(rows[0].government, at + 1, previous, f"ADV-{dice.random()}")
    return [*rows[:at], forged, *(row._replace(seq=row.seq + 1) for row in rows[at:])]


def truncation(rows: list[Entry], at: int, _dice: random.Random) -> list[Entry]:
    return rows[:at]


def rewriting(rows: list[Entry], at: int, dice: random.Random) -> list[Entry]:
    """Any of the others, and then the chain made to hold again."""
    touched = dice.choice([edit, delete, reorder, insertion])(rows, at, dice)
    start = next(n for n, pair in enumerate(zip(touched, rows)) if pair[0] != pair[1])  # noqa: B905
    remade = chained(touched, start)
    # A hash or number that was edited is put right by the remaking: nothing was changed then.
    return remade if remade != rows else chained([*rows[:at], *rows[at + 1 :]], at)


WAYS: list[Callable[[list[Entry], int, random.Random], list[Entry]]] = [
    edit,
    delete,
    reorder,
    insertion,
    truncation,
    rewriting,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whatever_is_done_to_one_chain_is_found(way) -> None:
    dice = random.Random(way.__name__)
    for _ in range(TRIES):
        side = dice.choice(list(LENGTH))
        at = dice.randrange(LENGTH[side] - 1 if way is rewriting else LENGTH[side])
        rows = way(GOOD[side], at, dice)
        assert rows != GOOD[side]
        assert verified(GOOD | {side: rows}), (side, at)


@pytest.mark.parametrize("way", [edit, delete, reorder, insertion], ids=lambda way: way.__name__)
def test_without_key_or_witness_the_first_bad_row_is_named(way) -> None:
    dice = random.Random(way.__name__)
    for _ in range(200):
        side = dice.choice(list(LENGTH))
        rows = way(GOOD[side], dice.randrange(LENGTH[side] - 1), dice)
        (finding,) = verified(GOOD | {side: rows}, {"JP": [], "AU": []}, (), None)
        first = next(n for n, row in enumerate(rows) if row != GOOD[side][n])
        # Whoever keeps numbers consistent is found where the next row does not follow.
        assert finding.fault is Fault.ROW
        assert finding.seq in (rows[first].seq, rows[first].seq + 1)


def test_a_hash_covers_the_canonical_json_of_a_row() -> None:
    row = entry("JP", 7, "f" * 64, 'quote " back\\slash 言葉 \n\x00')
    text = json.dumps(list(row[:8]), separators=(",", ":")).encode()
    assert row.hash == hashlib.sha256(text).hexdigest()


def test_the_log_as_written_holds() -> None:
    assert verified(GOOD) == []


def test_a_chain_written_anew_is_found_by_its_checkpoint_alone() -> None:
    rows = chained(edit(GOOD["JP"], 50, random.Random(1)), 50)
    rows = chained([*GOOD["JP"][:50], entry("JP", 51, "", "forged"), *GOOD["JP"][51:]], 50)
    (finding,) = verified(GOOD | {"JP": rows}, heads=())
    assert (finding.fault, finding.seq) == (Fault.REWRITTEN, CHECKPOINT_EVERY)


def test_a_tail_cut_off_before_the_checkpoint_is_found_by_it_and_after_it_by_a_witness() -> None:
    for end, fault in ((80, Fault.CUT_OFF), (120, Fault.HEAD)):
        rows = GOOD | {"JP": GOOD["JP"][:end]}
        assert verified(rows, heads=HEADS[:1])[0].fault is fault
    assert verified(GOOD | {"JP": GOOD["JP"][:120]}, heads=()) == []


def test_checkpoints_that_are_gone_are_missed() -> None:
    """Whoever rewrites the chain and throws its checkpoints away leaves too much unsigned."""
    (finding,) = verified(GOOD, {"JP": [], "AU": []}, heads=())
    assert (finding.fault, finding.seq) == (Fault.UNSIGNED, 1)


def test_checkpoints_by_a_stranger_and_edited_ones_are_refused() -> None:
    forged = signed(chained([*GOOD["JP"][:9], *GOOD["JP"][10:]], 9), STRANGER)
    assert Fault.CHECKPOINT in {one.fault for one in verified(GOOD, MARKS | {"JP": forged})}
    (mark,) = MARKS["JP"]
    for change in (
        {"at": "2026-09-17 01:00:00.000000"},
        {"hash": "f" * 64},
        {"previous": "f" * 64},
        {"signature": "00" * 64},
        {"signature": "no"},
        {"key": STRANGER.signing_id},
    ):
        found = verified(GOOD, MARKS | {"JP": [replace(mark, **change)]})
        assert Fault.CHECKPOINT in {one.fault for one in found}, change


def test_a_lost_checkpoint_between_others_is_missed() -> None:
    rows = chained([entry("JP", n, "") for n in range(1, 301)])
    marks = {"JP": signed(rows), "AU": MARKS["AU"]}
    assert verified(GOOD | {"JP": rows}, marks, ()) == []
    found = verified(GOOD | {"JP": rows}, marks | {"JP": [marks["JP"][0], marks["JP"][2]]}, ())
    assert [(one.fault, one.seq) for one in found] == [(Fault.CHECKPOINT, 300)]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("JP:128:" + "a" * 64, Head("a" * 64, 128, "JP")),
        (" 128:" + "a" * 64, Head("a" * 64, 128)),
        ("JP 128:" + "a" * 64, Head("a" * 64, 128, "JP")),
        ("a" * 64, Head("a" * 64)),
        ("128:" + "a" * 63, None),
        ("NZ:128:" + "a" * 64, None),
        ("-1:" + "a" * 64, None),
        ("", None),
    ],
)
def test_a_head_is_read_as_it_was_posted(typed: str, read: Head | None) -> None:
    assert Head.read(typed) == read
    assert read is None or Head.read(str(read)) == read


def test_a_row_that_is_no_text_does_not_hold() -> None:
    rows = [*GOOD["AU"][:3], GOOD["AU"][3]._replace(facts=b"{}"), *GOOD["AU"][4:]]  # type: ignore[arg-type]
    assert verified(GOOD | {"AU": rows})[0][:3] == (Fault.ROW, "AU", 4)


def _disturbed(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    other = dice.choice([c for c in "0123456789abcdefXYZ " if c != text[at]])
    return text[:at] + other + text[at + 1 :]
