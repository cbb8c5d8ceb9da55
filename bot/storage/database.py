"""One database, synchronous underneath: `await database.run(fn)` is one transaction in a thread.

SQLite has one connection in one thread and every transaction begins IMMEDIATE, so that nothing is
ever read under a lock that cannot be written under. PostgreSQL has a small pool.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from bot import errors
from bot.domain.budgets import BUDGETS, Budget, Spending
from bot.storage.keyring import KeyRing
from bot.storage.listening import NOTIFY, listen
from bot.storage.turns import Turns
from bot.storage.unit_of_work import UnitOfWork

T = TypeVar("T")
POOL_SIZE = 8
BUSY_SECONDS = 10
# How long work that has begun may take beyond its time to begin: a transaction takes milliseconds.
GRACE_SECONDS = 0.5
# Where nobody else holds the database, who waits for it begins long before this.
STILL_SECONDS = 0.6


def wall_clock() -> datetime:
    """The process's clock, as an aware UTC instant."""
    return datetime.now(UTC)


class Follower(Protocol):
    """Who goes on with what a transaction promised, as soon as it is committed."""

    def claim_within(self, uow: UnitOfWork) -> Any:
        """Called at the end of a transaction that promised something, in the database's thread."""
        ...

    def expect(self, claimed: Any) -> None:
        """Called in the event loop when what was claimed is about to be committed."""
        ...

    def settle(self, claimed: Any, *, committed: bool) -> None:
        """Called in the event loop when it is known what became of the transaction."""
        ...


class Progress:
    """How far a transaction has come, for who may not wait for it to the end."""

    def __init__(self, until: float | None = None) -> None:
        self._until = until
        self.has_begun = False
        self.has_to_commit = False

    def begin(self) -> None:
        """From here on it is carried out; raises DatabaseBusy when it is too late for that."""
        # Set first: whoever looks at this very moment must not be told that nothing will be done.
        self.has_begun = True
        self.require_time()

    def require_time(self) -> None:
        """Raises DatabaseBusy when it is too late to begin."""
        if self._until is not None and time.monotonic() > self._until:
            raise errors.DatabaseBusy

    def give_up(self) -> bool:
        """Whether it has not begun, and so never will."""
        self._until = 0.0
        return not self.has_begun


class Database:
    """Runs functions over a unit of work, each in a transaction of its own.

    A function's exception rolls everything back; leaving it commits everything together. Raises
    DatabaseBusy when the database is locked or away for longer than it waits, OutcomeUncertain when
    it may or may not have been written.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] | None = None,
        keys: KeyRing | None = None,
        limits: Mapping[Spending, Budget] = BUDGETS,
    ) -> None:
        self.engine = _engine(url)
        self.keys = keys
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.clock = clock
        self._lanes: set[tuple[str, str]] = set()
        self._limits = limits
        # When a transaction of this process ended last, and the threads that are in one now.
        self._moved_at = 0.0
        self._at_work: set[int] = set()
        self._follower: tuple[Follower, asyncio.AbstractEventLoop] | None = None
        # SQLite's one connection is in one transaction at a time, whoever asks for it.
        self._turn: AbstractContextManager[Any] = (
            threading.RLock() if self.is_sqlite else nullcontext()
        )
        self._turns: Turns[tuple[Future[Any], Callable[[], Any]]] = Turns()
        self._threads = ThreadPoolExecutor(
            max_workers=1 if self.is_sqlite else POOL_SIZE, thread_name_prefix="database"
        )

    def follow(self, follower: Follower | None) -> None:
        """From now on this one hears of every promise, in the event loop that is running."""
        loop = asyncio.get_running_loop()
        self._follower = None if follower is None else (follower, loop)

    async def run(
        self, work: Callable[[UnitOfWork], T], within: float | None = None, asker: str = ""
    ) -> T:
        """Runs `work` in one transaction, in a thread of the database's own.

        Where several wait, they are served in turn by `asker`: the workspace a request came from,
        nothing for the bot's own work.

        With `within` (seconds), work that has not begun by then never begins: DatabaseBusy is
        raised, and nothing was or will be done; sooner where meanwhile no transaction of this
        process is at work, for then the database is locked or away. Work that has begun and goes on
        for longer than that and a moment more is not waited for: OutcomeUncertain.
        """
        progress = Progress(None if within is None else time.monotonic() + within)
        running = self._begin(asker, partial(self._followed, work, progress))
        if within is None:
            return await running
        try:
            if not await self._has_ended(running, progress, within + GRACE_SECONDS):
                raise errors.OutcomeUncertain if progress.has_begun else errors.DatabaseBusy
        finally:
            # Whatever it still raises has been answered for.
            running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return running.result()

    def _begin(self, asker: str, what: Callable[[], T]) -> asyncio.Future[T]:
        """Whoever's turn it is has the next thread that is free; there are as many turns as wait.

        So the thread asked for here may serve somebody else, and somebody else's this one.
        """
        wanted: Future[T] = Future()
        self._turns.put(asker, (wanted, what))
        served: list[Future[Any]] = []

        def serve() -> Any:
            future, work = self._turns.take()
            if not future.set_running_or_notify_cancel():
                return None
            served.append(future)
            return work()

        self._threads.submit(serve).add_done_callback(partial(_hand_on, served))
        return asyncio.wrap_future(wanted)

    async def _has_ended(
        self, running: asyncio.Future[T], progress: Progress, seconds: float
    ) -> bool:
        """Waits no longer than that; raises DatabaseBusy where nothing moves."""
        asked_at = time.monotonic()
        until = asked_at + seconds
        while not running.done() and (now := time.monotonic()) < until:
            look_at = max(self._moved_at, asked_at) + STILL_SECONDS
            if self._at_work:
                look_at = now + STILL_SECONDS
            elif now >= look_at and progress.give_up():
                raise errors.DatabaseBusy
            pause = (until if progress.has_begun else min(until, look_at)) - now
            await asyncio.wait((running,), timeout=max(pause, 0.001))
        return running.done()

    def _followed(self, work: Callable[[UnitOfWork], T], progress: Progress) -> T:
        """One transaction; what it promised is claimed in it, and handed on once committed."""
        if self._follower is None:
            return self.transact(work, progress)
        follower, loop = self._follower
        claimed: list[Any] = []

        def work_and_claim(uow: UnitOfWork) -> T:
            done = work(uow)
            if uow.has_promised:
                # Whoever acted, what is said of it is the bot's to say.
                uow.walls.leave()
                claimed.append(follower.claim_within(uow))
                # What is to be said is put into words while the disk is waited for.
                loop.call_soon_threadsafe(follower.expect, claimed[0])
            return done

        committed = False
        try:
            done = self.transact(work_and_claim, progress)
            committed = True
        finally:
            if claimed:
                settle = partial(follower.settle, claimed[0], committed=committed)
                loop.call_soon_threadsafe(settle)
        return done

    def transact(self, work: Callable[[UnitOfWork], T], progress: Progress | None = None) -> T:
        """The same for callers without an event loop; on SQLite threads wait for their turn."""
        progress = progress or Progress()
        # Nobody waits any more: the lock is not waited for either.
        progress.require_time()
        try:
            with (
                self._turn,
                self.engine.connect() as connection,
                connection.begin(),
                self._working(),
            ):
                progress.begin()
                now = self._now(connection)
                uow = UnitOfWork(connection, now, self.keys, self._lanes, self._limits)
                done = work(uow)
                # Nobody here claims it: whoever listens is told, once it is committed.
                if uow.has_promised and not self.is_sqlite:
                    connection.execute(NOTIFY)
                progress.has_to_commit = True
        except OperationalError as error:
            # A connection lost while it was committing: the other end may have heard of it.
            if progress.has_to_commit and not self.is_sqlite and error.connection_invalidated:
                raise errors.OutcomeUncertain from error
            raise errors.DatabaseBusy from error
        return done

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Whoever waits meanwhile waits for work, not for a lock of somebody else's."""
        thread = threading.get_ident()
        self._at_work.add(thread)
        try:
            yield
        finally:
            self._at_work.discard(thread)
            self._moved_at = time.monotonic()

    async def listen(self, heard: Callable[[], None]) -> None:
        """Until cancelled, hears of what other processes promised; on SQLite there is no hint."""
        if not self.is_sqlite:
            await listen(self.engine.url, heard)

    def ping(self) -> None:
        """Raises DatabaseBusy when the database does not answer."""
        self.transact(lambda uow: uow.connection.execute(text("SELECT 1")))

    def close(self) -> None:
        """Lets running transactions end, then closes every connection."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()

    def moment(self) -> datetime:
        """The process's own clock; only the difference of two readings means anything."""
        return self.clock() if self.clock is not None else wall_clock()

    def _now(self, connection: Connection) -> datetime:
        # Replicas must agree on what is due: PostgreSQL's clock is theirs, unless a test sets one.
        if self.clock is not None:
            return self.clock()
        if self.is_sqlite:
            return wall_clock()
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)


def _hand_on(served: list[Future[Any]], ended: Future[Any]) -> None:
    """What came of it is for whoever was served; nobody was, who no longer waited.

    Whatever the work raises is caught by the pool of threads, which is there for that.
    """
    for future in served:
        if (error := ended.exception()) is not None:
            future.set_exception(error)
        else:
            future.set_result(ended.result())


def _engine(url: str) -> Engine:
    # Parameters are what people wrote: no error may carry them into a log.
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed, pool_size=POOL_SIZE, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(engine, "handle_error", _without_detail)
        return engine
    engine = create_engine(
        parsed,
        poolclass=StaticPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _without_detail(context: ExceptionContext) -> None:
    """PostgreSQL repeats the whole row in its DETAIL, whatever SQLAlchemy hides."""
    for fault in (context.original_exception, context.sqlalchemy_exception):
        if fault is not None and fault.args:
            fault.args = (str(fault.args[0]).partition("\nDETAIL:")[0], *fault.args[1:])


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # pysqlite must not begin transactions by itself: its deferred BEGIN loses updates.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
