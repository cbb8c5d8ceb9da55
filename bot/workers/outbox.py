"""Says what the outbox promises: one lane at a time each, once, in order, until Slack has it.

A transaction that promises something claims the lanes it can in the same breath (`claim_within`):
what it promised leaves as soon as it is committed. Each turn of the loop settles the attempts that
ended and claims the lanes that are due, in one transaction; what is claimed is sent outside it. An
attempt whose outcome is unknown is looked for before it is repeated.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from bot import errors, failpoints
from bot.domain.budgets import Spending, spent_along
from bot.domain.deliveries import BACKGROUND, UNREAD, DeliveryState, retry_delay
from bot.services.announcements import compose, look_up
from bot.services.attachments import note_put_off
from bot.services.facts import NothingFacts
from bot.services.kinds import Withheld
from bot.services.outcomes import note_delivered, note_parked, note_tried, note_withheld
from bot.services.ports import NotSent, OutcomeUnknown, Outgoing, Posted, Postman, Refused
from bot.storage.database import Database
from bot.storage.outbox_rows import Arrival, Claim
from bot.storage.unit_of_work import UnitOfWork
from bot.workers.attempts import Attempt, Batch, Ended
from bot.workers.lookout import Lookout
from bot.workers.sweeper import LOOK_BACK, SWEEP_AFTER, Sweeper

log = structlog.get_logger()

# For each workspace, so that neither waits for the other's Slack.
LANES_AT_ONCE = 50
# A transaction somebody waits for claims a few lanes; the loop claims the others right after.
LANES_WITHIN = 4
LEASE = timedelta(seconds=10)
# An attempt ends well before its lease does.
PATIENCE = timedelta(seconds=8)
HOLD_OFF = timedelta(seconds=10)
# How long a dispatcher that is told to stop waits for what it is sending.
DRAIN = timedelta(seconds=5)
FAULTS_BORNE = 3
POLL = timedelta(seconds=1)
# Leaves the event loop to others between two turns that follow at once.
SHORTEST_PAUSE = 0.001


class Dispatcher:
    """The loop over the outbox; any number may run on one PostgreSQL database."""

    def __init__(
        self,
        database: Database,
        postman: Postman,
        *,
        hold_off: timedelta = HOLD_OFF,
        patience: timedelta = PATIENCE,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._postman = postman
        self._hold_off = hold_off
        self._lease = lease
        # Whatever the lease, an attempt ends before it does.
        self._patience = min(patience, lease * (PATIENCE / LEASE)).total_seconds()
        self.lookout = Lookout(database, postman)
        self._wake = asyncio.Event()
        self._ended: list[Ended] = []
        self._sending: set[asyncio.Task[None]] = set()
        # How many of them are on their way to each workspace.
        self._busy: Counter[str] = Counter()
        # Claimed within transactions: until it is known whether they were committed, and after.
        self._open: set[Batch] = set()
        self._at_once: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """A hint that something may be due; the loop would find it by itself a little later.

        While something leaves that was claimed as it was promised, its end is the hint: what
        follows from it, such as a status card, does not get in its way.
        """
        if not self._at_once:
            self._wake.set()

    async def run(self) -> None:
        """Runs until cancelled; then lets what is being sent end and writes it down."""
        self._database.follow(self)
        beside = [
            asyncio.create_task(self._database.listen(self._wake.set)),
            asyncio.create_task(Sweeper(self._database, self._postman).run()),
            asyncio.create_task(self.lookout.run()),
        ]
        try:
            while True:
                await self._wait(await self._whole_turn())
        finally:
            self._database.follow(None)
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await self._end_sending()
            await self.lookout.stop()
            with suppress(errors.TryAgain):
                await self._turn(claim=False)

    async def _whole_turn(self) -> timedelta:
        """Cancelled, the turn still comes to its end: what it claims must not be left lying."""
        turn = asyncio.create_task(self._turn_or_pause())
        try:
            return await asyncio.shield(turn)
        except asyncio.CancelledError:
            await asyncio.wait((turn,))
            raise

    async def _end_sending(self) -> None:
        """What does not end in time is given up: its outcome is unknown, it will be looked for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(DRAIN, self._lease / 3).total_seconds()):
                # A transaction that has claimed and not ended yet is waited for, too.
                while self._sending or self._open:
                    await asyncio.wait({*self._sending, asyncio.create_task(asyncio.sleep(0.01))})
        for task in self._sending:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending)

    def claim_within(self, uow: UnitOfWork) -> Batch:
        """Claims what the transaction promised, where the lane is due and free; see `Follower`.

        Nothing that goes wrong here undoes the promise: then the loop finds it, as it always would.
        """
        batch = Batch()
        try:
            with uow.part():
                batch.claims = self._claim_promised(uow)
        except OperationalError:
            raise
        except Exception:
            log.exception("outbox.claim_within_fault")
        self._open.add(batch)
        return batch

    def _claim_promised(self, uow: UnitOfWork) -> list[tuple[Claim, Outgoing]]:
        told = uow.outbox.take_news(above=BACKGROUND)
        lanes = [lane for lane in told if self._busy[lane[0]] < LANES_AT_ONCE][:LANES_WITHIN]
        if not lanes:
            return []
        claims = uow.outbox.claim(LANES_WITHIN, self._lease, lanes)
        composed = [(claim, self._compose_or_withhold(uow, claim)) for claim in claims]
        going = [(claim, outgoing) for claim, outgoing in composed if outgoing is not None]
        failpoints.reached("claiming", *(claim.subject for claim, _ in going))
        return going

    def expect(self, claimed: Batch) -> None:
        """Puts into words what is about to be committed; see `Follower`."""
        claimed.committed = asyncio.get_running_loop().create_future()
        for claim, outgoing in claimed.claims:
            attempt = self._attempt_once_committed(claim, outgoing, claimed.committed)
            task = self._send(attempt, claim.delivery.team)
            self._at_once.add(task)
            task.add_done_callback(self._at_once.discard)

    def settle(self, claimed: Batch, *, committed: bool) -> None:
        """Lets it go, or forgets it; see `Follower`."""
        self._open.discard(claimed)
        if claimed.committed is not None and not claimed.committed.done():
            claimed.committed.set_result(committed)
        # Whatever else was promised is found by the loop.
        if len(claimed.claims) in (0, LANES_WITHIN):
            self._wake.set()

    async def drain(self) -> None:
        """Sends until nothing is due any more; for scripts and tests."""
        while True:
            await self._turn()
            if not self._sending and not self._ended:
                return
            if self._sending:
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)

    async def _turn_or_pause(self) -> timedelta:
        try:
            return await self._turn()
        except errors.TryAgain:
            log.warning("outbox.database_busy", unsettled=len(self._ended))
        except Exception:
            log.exception("outbox.turn_fault", unsettled=len(self._ended))
        return POLL

    async def _turn(self, *, claim: bool = True) -> timedelta:
        """Settles and claims once; returns how long nothing more will be due."""
        ended, moment = list(self._ended), self._database.moment()
        busy = self._busy.copy() if claim else None
        outgoing, pause = await self._database.run(
            lambda uow: self._settle(uow, ended, busy, moment)
        )
        failpoints.reached("noted", *(one.claim.subject for one in ended))
        failpoints.reached("claimed", *(held.subject for held, _ in outgoing))
        # Only what was written down is forgotten; more may have ended meanwhile.
        del self._ended[: len(ended)]
        for held, what in outgoing:
            self._send(self._attempt(held, what), held.delivery.team)
        return timedelta() if self._ended else pause

    def _send(self, attempt: Coroutine[Any, Any, None], team: str) -> asyncio.Task[None]:
        task = asyncio.create_task(attempt)
        self._sending.add(task)
        self._busy[team] += 1

        def end(task: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            self._busy[team] -= 1

        task.add_done_callback(end)
        return task

    def _settle(
        self, uow: UnitOfWork, ended: list[Ended], busy: Counter[str] | None, moment: datetime
    ) -> tuple[list[tuple[Claim, Outgoing]], timedelta]:
        # Always in the same order: two dispatchers never wait for each other's advisories.
        ended = sorted(ended, key=lambda one: one.claim.delivery.advisory_id or 0)
        uow.outbox.delivered_all(
            [arrival for one in ended if (arrival := self._arrival(uow, one, moment)) is not None]
        )
        for one in ended:
            self._write_down(uow, one)
        claims = [] if busy is None else uow.outbox.claim(LANES_AT_ONCE, self._lease, busy=busy)
        outgoing = self._composed_together(uow, claims)
        for claim, _ in outgoing:
            failpoints.reached("claiming", claim.subject)
        uow.outbox.take_news()
        due = uow.outbox.next_due()
        return outgoing, POLL if due is None else min(POLL, due - uow.now)

    def _composed_together(
        self, uow: UnitOfWork, claims: list[Claim]
    ) -> list[tuple[Claim, Outgoing]]:
        """What is to be said of all; when one of them is at fault, each is tried by itself."""
        try:
            with uow.part():
                composed = [(claim, self._compose_or_withhold(uow, claim)) for claim in claims]
        except OperationalError:
            raise
        except Exception:
            log.exception("outbox.composed_apart", count=len(claims))
            composed = [(claim, self._composed(uow, claim)) for claim in claims]
        return [(claim, outgoing) for claim, outgoing in composed if outgoing is not None]

    def _composed(self, uow: UnitOfWork, claim: Claim) -> Outgoing | None:
        """What is to be said; None when it may not be, or when nobody could make sense of it."""
        try:
            with uow.part():
                return self._compose_or_withhold(uow, claim)
        except OperationalError:
            raise
        except Exception:
            # One delivery that cannot be composed must not hold up all the others.
            log.exception("outbox.compose_fault", key=claim.delivery.key)
            self._park(uow, claim, "fault")
            return None

    def _compose_or_withhold(self, uow: UnitOfWork, claim: Claim) -> Outgoing | None:
        try:
            return compose(uow, claim.delivery)
        except Withheld as withheld:
            if claim.was_unknown and claim.delivery.is_findable:
                return look_up(uow, claim.delivery, withheld.reason)
            self._withhold(uow, claim, withheld.reason)
            return None

    def _withhold(self, uow: UnitOfWork, claim: Claim, reason: str) -> None:
        if uow.outbox.close(claim, DeliveryState.WITHHELD, reason):
            note_withheld(uow, claim.delivery, reason)

    def _park(self, uow: UnitOfWork, claim: Claim, reason: str) -> None:
        if uow.outbox.close(claim, DeliveryState.PARKED, reason):
            note_parked(uow, claim.delivery, reason)

    def _write_down(self, uow: UnitOfWork, one: Ended) -> None:
        claim, attempt = one.claim, one.attempt
        delay = retry_delay(claim.delivery.attempts)
        match attempt:
            case Posted():
                failpoints.reached("noting", claim.subject)
                note_delivered(uow, one.outgoing, attempt)
            case NotSent():
                at = uow.now + (attempt.after or delay)
                if attempt.after:
                    spent = Spending.SEARCH if attempt.was_search else None
                    spent = spent or spent_along(claim.delivery.lane)
                    uow.budgets.close(attempt.team or claim.delivery.team, spent, at)
                uow.outbox.retry(claim, at, attempt.reason, unknown=claim.was_unknown)
                note_put_off(uow, one.outgoing)
            case OutcomeUnknown():
                at = uow.now + max(self._hold_off, delay)
                uow.outbox.retry(claim, at, attempt.reason, unknown=True)
                note_tried(uow, one.outgoing)
            case Withheld():
                self._withhold(uow, claim, attempt.reason)
            case Refused():
                self._park(uow, claim, attempt.reason)

    def _arrival(self, uow: UnitOfWork, one: Ended, moment: datetime) -> Arrival | None:
        claim, posted = one.claim, one.attempt
        if not isinstance(posted, Posted):
            return None
        again = claim.was_unknown and not posted.was_found and claim.delivery.is_findable
        sweep_at = uow.now + SWEEP_AFTER if again else None
        return Arrival(claim, posted.ts, posted.channel, one.since(moment), sweep_at)

    async def _attempt_once_committed(
        self, claim: Claim, outgoing: Outgoing, committed: asyncio.Future[bool]
    ) -> None:
        if not claim.was_unknown:
            # Whatever is wrong with it comes to light again when it is attempted.
            with suppress(Exception):
                outgoing = await self._postman.prepare(outgoing)
        if await committed:
            failpoints.reached("claimed", claim.subject)
            await self._attempt(claim, outgoing)

    async def _attempt(self, claim: Claim, outgoing: Outgoing) -> None:
        may_be_said = claim.was_unknown
        try:
            # Nothing is said along a lane any more once its lease is over: the lease began with the
            # transaction that claimed it, however long that took.
            async with asyncio.timeout_at(claim.since + self._patience * claim.stretch):
                attempt: Attempt | None = await self._standing(claim, outgoing)
                if attempt is None:
                    outgoing = await self._permitted(claim, outgoing)
                    may_be_said = True
                    attempt = await self._say(claim, outgoing)
        except (NotSent, OutcomeUnknown, Refused, Withheld) as failure:
            attempt = failure
            log.info(
                "outbox.attempt_failed",
                key=claim.delivery.key,
                outcome=type(failure).__name__,
                reason=failure.reason,
            )
        except TimeoutError:
            log.warning("outbox.attempt_too_long", key=claim.delivery.key)
            attempt = OutcomeUnknown("too_long") if may_be_said else NotSent(UNREAD)
        except asyncio.CancelledError:
            self._end(claim, outgoing, OutcomeUnknown("stopped"))
            raise
        except Exception:
            log.exception("outbox.attempt_fault", key=claim.delivery.key)
            # A fault of ours that comes back at every attempt must not hold up the lane for ever.
            tired = claim.delivery.attempts >= FAULTS_BORNE
            attempt = Refused("fault") if tired else OutcomeUnknown("fault")
        self._end(claim, outgoing, attempt)
        self._wake.set()

    def _end(self, claim: Claim, outgoing: Outgoing, attempt: Attempt) -> None:
        self._ended.append(Ended(claim, outgoing, attempt, self._database.moment()))

    async def _standing(self, claim: Claim, outgoing: Outgoing) -> Posted | None:
        """Where it stands already, should an earlier attempt have arrived after all."""
        first_attempt_at = claim.delivery.first_attempt_at
        if claim.was_unknown and claim.delivery.is_findable and first_attempt_at is not None:
            found = await self._find(outgoing, first_attempt_at - LOOK_BACK)
            if found is not None:
                failpoints.reached("found", claim.subject)
                return replace(found, was_found=True)
        return None

    async def _permitted(self, claim: Claim, outgoing: Outgoing) -> Outgoing:
        """What may be said, once its channel has been read; raises Withheld where nothing may."""
        if isinstance(outgoing.facts, NothingFacts):
            raise Withheld(outgoing.facts.reason)
        return await self.lookout.renew(claim.delivery) if outgoing.is_unread else outgoing

    async def _say(self, claim: Claim, outgoing: Outgoing) -> Posted:
        failpoints.reached("sending", claim.subject)
        posted = await self._postman.deliver(outgoing)
        failpoints.reached("sent", claim.subject)
        return posted

    async def _find(self, outgoing: Outgoing, since: datetime) -> Posted | None:
        try:
            return await self._postman.find(outgoing, since)
        except NotSent as failure:
            # It is the search that has to wait, not the posting.
            failure.was_search = True
            raise

    async def _wait(self, pause: timedelta) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(pause.total_seconds(), SHORTEST_PAUSE)):
                await self._wake.wait()
        self._wake.clear()
