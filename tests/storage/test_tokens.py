"""A stolen database opens no token, and a tampered one is found out."""

import pytest
from sqlalchemy import select, update

from bot import errors
from bot.storage.database import Database
from bot.storage.keyring import KeyRing, PublicKeys, UnusableKeys, id_of
from bot.storage.tables_custody import tokens
from bot.storage.unit_of_work import UnitOfWork
from tests.cast import CANBERRA, TOKYO
from tests.storage.databases import BEGINNING

RING = KeyRing.new()
VALUE = "xoxb-fake-tokyo-Zq81"


@pytest.fixture
def sealed(database: Database) -> Database:
    database.keys = RING
    database.transact(lambda uow: uow.tokens.seal(TOKYO, "bot_token", VALUE))
    database.transact(lambda uow: uow.tokens.seal(TOKYO, "app_token", "xapp-fake"))
    database.transact(lambda uow: uow.tokens.seal(CANBERRA, "bot_token", "xoxb-fake-canberra"))
    return database


def opened(database: Database, team: str = TOKYO, name: str = "bot_token") -> str:
    return database.transact(lambda uow: uow.tokens.open(team, name))


def test_a_token_opens_as_it_was_sealed_and_does_not_stand_in_the_database(
    sealed: Database,
) -> None:
    assert opened(sealed) == VALUE
    assert opened(sealed, CANBERRA) == "xoxb-fake-canberra"
    rows = sealed.transact(
        lambda uow: [tuple(row) for row in uow.connection.execute(tokens.select())]
    )
    assert VALUE not in repr(rows)
    assert VALUE.encode() not in b"".join(row[3] + row[4] for row in rows)
    assert [one.key for one in sealed.transact(lambda uow: uow.tokens.all())] == [
        RING.sealing_id
    ] * 3


def test_every_bit_of_a_sealed_token_counts(sealed: Database) -> None:
    with sealed.engine.connect() as connection, connection.begin() as transaction:
        uow = UnitOfWork(connection, BEGINNING, RING)
        here = (tokens.c.team == TOKYO) & (tokens.c.name == "bot_token")
        row = connection.execute(select(tokens).where(here)).one()
        for column in ("nonce", "sealed"):
            whole = bytes(getattr(row, column))
            for bit in range(len(whole) * 8):
                flipped = bytearray(whole)
                flipped[bit // 8] ^= 1 << bit % 8
                connection.execute(update(tokens).where(here).values({column: bytes(flipped)}))
                with pytest.raises(errors.SealBroken):
                    uow.tokens.open(TOKYO, "bot_token")
            for cut in (b"", whole[:-1], whole + b"\0"):
                connection.execute(update(tokens).where(here).values({column: cut}))
                with pytest.raises(errors.SealBroken):
                    uow.tokens.open(TOKYO, "bot_token")
            connection.execute(update(tokens).where(here).values({column: whole}))
        assert uow.tokens.open(TOKYO, "bot_token") == VALUE
        transaction.rollback()


@pytest.mark.parametrize(
    ("team", "name"), [(CANBERRA, "bot_token"), (TOKYO, "app_token"), ("T9", "bot_token")]
)
def test_a_token_in_another_row_does_not_open(sealed: Database, team: str, name: str) -> None:
    with sealed.engine.connect() as connection, connection.begin() as transaction:
        here = (tokens.c.team == TOKYO) & (tokens.c.name == "bot_token")
        row = connection.execute(select(tokens).where(here)).one()
        connection.execute(tokens.delete().where(tokens.c.team == team, tokens.c.name == name))
        moved = dict(row._mapping) | {"team": team, "name": name}
        connection.execute(tokens.insert().values(moved))
        with pytest.raises(errors.SealBroken):
            UnitOfWork(connection, BEGINNING, RING).tokens.open(team, name)
        transaction.rollback()


def test_another_key_opens_nothing_and_says_which_is_missing(sealed: Database) -> None:
    other = KeyRing.new()
    sealed.keys = other
    with pytest.raises(
        errors.SealKeyUnknown, check=lambda e: e.parameters["sealed_by"] == RING.sealing_id
    ):
        opened(sealed)
    renamed = update(tokens).values(key=other.sealing_id)
    sealed.transact(lambda uow: uow.connection.execute(renamed))
    with pytest.raises(errors.SealBroken):
        opened(sealed)
    sealed.keys = None
    with pytest.raises(errors.KeysMissing):
        opened(sealed)


def test_everything_is_sealed_anew_or_nothing_is(sealed: Database) -> None:
    both = RING.with_new_sealing_key()
    sealed.keys = both
    assert sealed.transact(lambda uow: uow.tokens.reseal()) == 3
    sealed.keys = both.with_newest_sealing_key_alone()
    assert opened(sealed) == VALUE
    broken = update(tokens).where(tokens.c.team == TOKYO, tokens.c.name == "bot_token")
    sealed.transact(lambda uow: uow.connection.execute(broken.values(sealed=b"no token at all")))
    sealed.keys = sealed.keys.with_new_sealing_key()
    with pytest.raises(errors.SealBroken):
        sealed.transact(lambda uow: uow.tokens.reseal())
    sealed.keys = both.with_newest_sealing_key_alone()
    assert opened(sealed, CANBERRA) == "xoxb-fake-canberra"


def test_no_error_shows_what_was_sealed(sealed: Database) -> None:
    sealed.transact(lambda uow: uow.connection.execute(update(tokens).values(sealed=b"x" * 40)))
    with pytest.raises(errors.SealBroken) as caught:
        opened(sealed)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_ring_is_read_as_it_was_written_and_never_shown() -> None:
    ring = RING.with_new_sealing_key().with_new_signing_key()
    assert KeyRing.read(ring.write()) == ring
    assert ring.sealing_key(RING.sealing_id) == RING.sealing[0]
    assert RING.signing_id in ring.public.keys
    assert len(ring.public.keys) == 2
    assert len({ring.sealing_id, RING.sealing_id, ring.signing_id, RING.signing_id}) == 4
    assert repr(ring) == "KeyRing()"
    assert id_of(ring.sealing[0]) == ring.sealing_id


NO_RINGS = [
    *("", "{", "[]", "5", '{"sealing": 5, "signing": 5}', '{"sealing": [], "signing": []}'),
    RING.write().replace("signing", "singing"),
    RING.write().replace('"key": "', '"key": "='),
]


@pytest.mark.parametrize("text", NO_RINGS)
def test_what_is_no_ring_is_refused(text: str) -> None:
    with pytest.raises(UnusableKeys):
        KeyRing.read(text)


def test_public_keys_are_exchanged_as_pem() -> None:
    ring = RING.with_new_signing_key()
    public = PublicKeys.from_pem(ring.public.to_pem().encode())
    assert public == ring.public
    assert public.to_pem().count("BEGIN PUBLIC KEY") == 2
    statement = b"statement"
    assert public.verify(ring.signing_id, statement, ring.sign(statement)) is True
    assert public.verify(RING.signing_id, statement, RING.sign(statement)) is True
    assert public.verify(RING.signing_id, statement, ring.sign(statement)) is False
    assert public.verify("00000000", statement, ring.sign(statement)) is None
    for text in (b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"):
        with pytest.raises(UnusableKeys):
            PublicKeys.from_pem(text)
