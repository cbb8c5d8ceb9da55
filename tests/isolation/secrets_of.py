"""What one side does by itself: every kind of thing that is internal to it, in its own words.

`Secrets` puts a word that is nowhere else into every field; how often it does what is drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.domain.advisories import Advisory, AdvisoryState, RouteState
from bot.services.kinds import COPY
from tests import cast
from tests.isolation.stage import Stage


@dataclass(frozen=True)
class Side:
    """One side's people, places and words."""

    team: str
    admin: str
    member: str
    releaser: str
    second: str
    agency: str
    own: str  # an agency that is on its roster already
    tag: str

    @property
    def other(self) -> Side:
        return AUSTRALIA if self is JAPAN else JAPAN


JAPAN = Side(cast.TOKYO, "SATO", "TANAKA", "SUZUKI", "MORI", "NPA", "NCO", "JP")
AUSTRALIA = Side(cast.CANBERRA, "WALSH", "NGUYEN", "BAKER", "REID", "AFP", "ASD", "AU")


CANARY = "CANARY"


class Secrets:
    """Internal things of one side, each bearing a canary and a number of its own."""

    def __init__(self, stage: Stage, side: Side, seed: int | None) -> None:
        self._stage = stage
        self._side = side
        self._lot = Random(seed)
        self._is_open = seed is None
        self.words = 0
        self.done: list[str] = []

    def do_some(self) -> None:
        """None, one or several things, whichever the lot falls on; nothing without a seed."""
        for _ in range(0 if self._is_open else self._lot.randint(0, 3)):
            self.do(self._lot.choice(sorted(KINDS)))

    def do(self, kind: str) -> None:
        KINDS[kind](self)
        self.done.append(kind)
        if self._lot.random() < 0.5:
            self._stage.say_all()

    def word(self) -> str:
        """A word that is nowhere else."""
        self.words += 1
        return f"{CANARY}{self._lot.randrange(10 ** self._lot.randint(3, 9))}x{self.words}"

    # Actions ------------------------------------------------------------------------------

    def action(self) -> None:
        stage, side = self._stage, self._side
        due = self._lot.choice(["", " due:2026-09-25", " due:2026-10-30"])
        owner = self._lot.choice(["", f" owner:{side.agency}", " owner:me"])
        line = (
            f'/action new "{self.word()}" visibility:internal{due}{owner} rendering:{self.word()}'
        )
        stage.types(side.admin, line + self._lot.choice(["", " dialogue:DLG-07", " pillar:a"]))
        number = f"ACT-{side.tag}-2026-{self._lot.randint(1, 3):04}"
        for verb in self._lot.sample(ACTION_VERBS, 3):
            stage.types(side.admin, f"/action {verb.format(number=number, word=self.word())}")

    def look(self) -> None:
        verbs = ("list mine", f"list agency:{self._side.agency}", "export format:csv")
        self._stage.types(self._side.member, f"/action {self._lot.choice(verbs)}")
        self._stage.home_of(self._side.member)

    # Advisories ---------------------------------------------------------------------------

    def held(self) -> None:
        """A post without a label, which is then let go, taken away or changed."""
        stage, side = self._stage, self._side
        said = stage.says(side.member, f"#advisory without a label {self.word()}")
        then = self._lot.choice(["stay", "discard", "edit", "delete", "button"])
        if then == "delete":
            stage.deletes(said)
        elif then == "edit":
            stage.edits(side.member, said, f"#advisory still without {self.word()}")
        elif then != "stay":
            self._discard(said.ts, by_button=then == "button")

    def refused(self) -> None:
        """A text that must not leave, and is stored nowhere."""
        words = self._lot.choice(
            ["TLP:RED", "TLP:GREEN\\nTOP SECRET\\n", "TLP:GREEN\\n【極秘】\\n"]
        )
        text = f"#advisory {words} {self.word()}".replace("\\n", "\n")
        self._stage.says(self._side.member, text)

    def kept_back(self) -> None:
        """What waits for two releasers, and may be kept back after one of them has agreed."""
        stage, side = self._stage, self._side
        said = stage.says(side.member, f"#advisory TLP:AMBER {self.word()}")
        stage.say_all()
        waiting = self._waiting()
        if self._lot.random() < 0.5 and waiting:
            stage.types(side.releaser, f"/advisory release {waiting[-1].number}")
        if self._lot.random() < 0.5:
            stage.edits(side.member, said, f"#advisory TLP:AMBER {self.word()} changed")
        if self._lot.random() < 0.5 and waiting:
            stage.types(side.releaser, f"/advisory keep {waiting[-1].number}")
        elif self._lot.random() < 0.3:
            stage.deletes(said)

    def typed(self) -> None:
        """An advisory by command that waits, and one that is refused."""
        words = f'"{self.word()}" label:AMBER tags:advisory text:"{self.word()}"'
        self._stage.types(self._side.member, f"/advisory new {words}")
        words = f'"{self.word()}" label:GREEN tags:advisory text:"TLP:RED {self.word()}"'
        self._stage.types(self._side.member, f"/advisory new {words}")

    def relaxing(self) -> None:
        """One releaser asks for a wider label of what is out: nothing is decided yet."""
        stage, side = self._stage, self._side
        for one in self._own(AdvisoryState.ISSUED):
            if any(copy.slack_ts for copy in stage.uow.outbox.of_advisory(one.id, COPY)):
                stage.types(side.releaser, f"/advisory relabel {one.number} label:CLEAR")
                return

    def ask(self) -> None:
        """Looking things up, things of the other side among them."""
        number = f"ADV-2026-{self._lot.randint(1, 6):04}"
        lines = (
            "list",
            f"status {number}",
            f"show {number}",
            f"withdraw ADV-2026-0999 reason:{self.word()}",
        )
        self._stage.types(self._side.member, f"/advisory {self._lot.choice(lines)}")
        self._stage.types(self._side.member, f"/link test #advisory TLP:AMBER {self.word()}")

    # Thread notes ---------------------------------------------------------------------------

    def capture(self) -> None:
        """A line that is captured and not confirmed, or refused."""
        stage, side = self._stage, self._side
        stage.types(side.admin, "/action capture on", channel=self._room)
        bare = self._lot.random() < 0.5
        word = self.word()
        text = (
            f"{side.agency} to circulate {word} by 30 Sep"
            if bare
            else f"ACTION: {side.agency} {word}"
        )
        said = stage.says(side.member, text, channel=self._room)
        found = stage.uow.captures.at(said.team, said.channel, said.ts)
        stage.say_all()
        then = self._lot.choice(["stay", "refuse", "correct", "edit", "delete"])
        if then == "edit":
            stage.edits(side.member, said, f"ACTION: {side.agency} {self.word()}")
        elif then == "delete":
            stage.deletes(said)
        elif found and then == "refuse":
            stage.presses(side.member, "capture_refuse", found[0].number)
        elif found and then == "correct":
            stage.types(
                side.member,
                f'/action correct {found[0].number} text:"{self.word()}" visibility:internal',
            )
            stage.presses(side.member, "capture_confirm", found[0].number)

    def talk(self) -> None:
        """Words in channels that are not linked, and words that are no advisory."""
        self._stage.says(self._side.member, f"{self.word()} by tomorrow", channel=self._room)
        self._stage.says(self._side.member, f"{self.word()} without any tag")

    # People and their settings -----------------------------------------------------------------

    def enrol(self) -> None:
        """Somebody joins an agency that is represented already, changes roles or leaves."""
        user = f"U0{self._side.tag}{self._lot.randint(1, 3)}"
        roles = self._lot.choice(["member", "observer", "releaser", "admin,member"])
        line = f"/kakehashi enrol {user} agency:{self._side.own} roles:{roles} person:{self.word()}"
        self._stage.types(self._side.admin, line)
        if self._lot.random() < 0.5:
            self._stage.types(self._side.admin, f"/kakehashi remove {user}")

    def settings(self) -> None:
        lines = (
            "/kakehashi language en",
            "/kakehashi language ja",
            "/followup hours opens:09:00 closes:12:30",
            f"/action reaction :{self.word().casefold()}:",
            "/kakehashi audit",
            "/kakehashi roster",
            "/kakehashi digest",
        )
        self._stage.types(self._side.admin, self._lot.choice(lines))

    def duty(self) -> None:
        user = cast.ROSTER[self._side.member][1]
        self._stage.types(self._side.admin, f"/kakehashi duty {user}")

    def refused_request(self) -> None:
        """Requests that are not carried out: they are in this side's log and nowhere else."""
        lines = (
            "/link cut LNK-0000",
            f"/action done ACT-{self._side.other.tag}-2026-0001",
            f"/action show {self.word()}",
            "/kakehashi audit",
        )
        self._stage.types(self._side.member, self._lot.choice(lines))

    # Reminders ------------------------------------------------------------------------------------

    def follow_up(self) -> None:
        """Set for oneself, a colleague or a channel; put off, done or cancelled."""
        stage, side = self._stage, self._side
        who = self._lot.choice(["", f" for:{side.own}", " for:here"])
        channel = self._room if who == " for:here" else ""
        when = self._lot.choice(["2026-09-17", "2026-09-28"])
        about = self._lot.choice(["", " about:ACT-2026-0001", f" about:ACT-{side.tag}-2026-0001"])
        stage.types(
            side.member, f'/followup new "{self.word()}" when:{when}{who}{about}', channel=channel
        )
        number = f"FUP-{side.tag}-2026-{self._lot.randint(1, 2):04}"
        verb = self._lot.choice(["done", "snooze", "cancel", "list"])
        stage.types(side.member, f"/followup {verb}" + ("" if verb == "list" else f" {number}"))

    def pause(self) -> None:
        verb = self._lot.choice(["pause", "resume"])
        number = self._lot.choice(["ACT-2026-0001", "ADV-2026-0001"])
        self._stage.types(self._side.member, f"/followup {verb} {number}")

    # What it looks up for that ------------------------------------------------------------

    @property
    def _room(self) -> str:
        """A channel of this side that is linked with nothing."""
        return f"C0{self._side.tag}OWN"

    def _own(self, *states: AdvisoryState) -> list[Advisory]:
        team = self._side.team
        latest = self._stage.uow.advisories.latest(50)
        return [one for one in latest if one.team == team and one.state in states]

    def _waiting(self) -> list[Advisory]:
        routes = self._stage.uow.advisories.routes
        return [
            one
            for one in self._own(AdvisoryState.ISSUED)
            if any(route.state is RouteState.AWAITING for route in routes(one.id))
            and CANARY in one.body
        ]

    def _discard(self, ts: str, *, by_button: bool) -> None:
        for one in self._own(AdvisoryState.HELD):
            if one.source_ts == ts and by_button:
                self._stage.presses(self._side.member, "discard", one.number)
            elif one.source_ts == ts:
                self._stage.types(self._side.member, f"/advisory discard {one.number}")


ACTION_VERBS = [
    "note {number} text:{word}",
    "block {number} reason:{word}",
    "drop {number} reason:{word}",
    "render {number} text:{word}",
    "done {number}",
    "start {number}",
    "show {number}",
    "calendar {number}",
    "due {number} due:2026-10-02",
    "reopen {number} reason:{word}",
    "merge {number} into:{number}",
]
KINDS: dict[str, Callable[[Secrets], None]] = {
    one.__name__: one
    for one in (
        Secrets.action,
        Secrets.look,
        Secrets.held,
        Secrets.refused,
        Secrets.kept_back,
        Secrets.typed,
        Secrets.relaxing,
        Secrets.ask,
        Secrets.capture,
        Secrets.talk,
        Secrets.enrol,
        Secrets.settings,
        Secrets.duty,
        Secrets.refused_request,
        Secrets.follow_up,
        Secrets.pause,
    )
}
