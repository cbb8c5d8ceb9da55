"""Every way a request can be refused, as one tree; the class name is the reason.

The name is also the key of its words: `LinkNotFound` speaks `errors.link_not_found`.

BotError
├── NotAllowed              the person may not do this
│   ├── NotEnrolled             nobody has enrolled them
│   ├── GuestRefused            a guest account of the workspace
│   ├── StrangerRefused         a person of another workspace in a shared channel
│   ├── RoleMissing             enrolled, but without the role
│   ├── PolicyDenies            the table of rights lets nobody do it, as things are
│   ├── OtherGovernment         it belongs to the other side
│   ├── OwnSideOnly             their own side has to do it, the other side's answer is awaited
│   ├── ReleaseByAuthor         nobody releases their own advisory
│   ├── ApprovedByYourOtherAccount  two accounts of one person are one approval
│   ├── LinkNeedsTwoPeople      one person cannot agree for both sides
│   ├── ButtonNotGenuine        its value was not made for that act in that workspace
│   ├── ButtonNotYours          the button was made for somebody else, or is stale
│   ├── ActionNotYours          only who carries it, opened it or keeps the register moves it on
│   └── FollowUpNotYours        only who set it or is reminded of it answers it
├── NotUnderstood           the words typed do not say what to do
│   ├── UnknownVerb             no such subcommand
│   ├── UnknownWord             a key:value word the command does not know
│   ├── MissingWord             a required word is absent
│   ├── TwiceGiven              the same word twice
│   ├── UnclosedQuote           a quotation mark without its partner
│   ├── UnknownChoice           a value outside the allowed ones
│   ├── UnknownAgency           no agency of that name
│   ├── AgencyOfOtherGovernment an agency of the other side where one's own is meant
│   ├── NotAPerson              not a mention of a person
│   ├── UnknownOwner            no one person, agency or side of that name
│   ├── BadDate                 no day of the calendar
│   ├── BadRecurrence           no number of days, weeks or months
│   ├── BadHours                not two times of day, the first before the second
│   ├── DatesReversed           the last day before the first
│   ├── BadTags                 no usable tags
│   ├── BadLabel                not one of the five TLP labels
│   ├── SeveralLabels           more than one label where one is meant
│   ├── TooLong                 longer than the place it goes to
│   ├── DueNotUnderstood        no certain day, or several; it says which
│   ├── BadHolidayRow           a row of a file of holidays cannot be read
│   ├── BadHead                 not a head of the audit log
│   └── BadRosterRow            a row of a roster file cannot be read
├── NotFound                it does not exist, or not for this person
│   ├── LinkNotFound
│   ├── CeilingNotFound         that side has set none for the agency
│   ├── AdvisoryNotFound
│   ├── ActionNotFound
│   ├── DialogueNotFound
│   ├── AgendaItemNotFound
│   ├── DecisionNotFound
│   ├── HolidayNotFound         nothing to remove on that day
│   ├── AboutUnknown            no item of that number that can be followed up
│   ├── FollowUpNotFound
│   ├── PurgeNotFound           no such plan, or carried out already
│   ├── CaptureNotFound
│   └── OfficialNotFound
├── NotPossible             it exists, but not in that state
│   ├── LinkToItself            a channel joined to itself
│   ├── LinkToSameGovernment    both channels on one side
│   ├── LinkExists              the same ordered pair of channels is linked already
│   ├── LinkNotProposed         nothing to accept or decline
│   ├── LinkNotActive           pause needs an active link
│   ├── LinkNotPaused           resume needs a paused link
│   ├── TermsPending            new terms wait for an answer already
│   ├── LinkIsCut               a cut or declined link stays so
│   ├── ChannelNotLinked        no link carries anything out of this channel
│   ├── ChannelIsPrivateTalk    a direct message cannot be linked
│   ├── BotNotInChannel         the bot is not a member, so it would hear nothing
│   ├── ChannelArchived         the channel was closed in Slack
│   ├── ChannelShared           outside organisations are in the channel
│   ├── ChannelDecides          a side decides about releases there
│   ├── AdvisoryNotHeld         only a held advisory takes a label
│   ├── AdvisoryNotIssued       withdrawn already, or never issued
│   ├── AdvisoryNotWithdrawn    only what was withdrawn is restored
│   ├── AdvisoryStaysWithdrawn  its source is gone or may not leave, or a later one stands for it
│   ├── AdvisorySupersedesItself
│   ├── AdvisoryChanged         the text is no longer the one the decision was asked about
│   ├── AdvisoryNotAwaiting     nothing waits for release
│   ├── ApprovedAlready         the second approval has to be somebody else's
│   ├── ApprovalExpired         asked too long ago: it is asked anew
│   ├── LabelUnchanged          it bears that label already
│   ├── ReleasabilityUnchanged  it is for these agencies already
│   ├── TextNamesFewer          its own text names fewer agencies
│   ├── EarlierTextStands       readers have another text than the one to be relaxed
│   ├── ProposerMayNoLonger     who proposed it may not any more
│   ├── AdvisoryNotReceived     acknowledged only where it was delivered
│   ├── AlreadyAcknowledged     once per agency
│   ├── ActionNotInState        the verb needs another state
│   ├── ActionNeverDue          nothing to put into a calendar
│   ├── ActionVerifiedByFinisher  a second person has to look
│   ├── ActionMergedIntoItself
│   ├── ActionCannotMerge       closed, or seen by others than the first
│   ├── CaptureDecided          a notetaker has confirmed or refused it already
│   ├── NothingToCapture        the message has no words
│   ├── InternalOwnerElsewhere  an internal item is carried by its own side alone
│   ├── FollowUpClosed          done or cancelled already
│   ├── FollowUpInPast          its time has gone by
│   ├── FollowUpIsYours         whoever set it cannot hand it back to themselves
│   ├── FollowUpNotJoint        the other side is reminded only of what it knows
│   ├── DialogueNotInState      the verb needs another stage of the round
│   ├── DialogueExists          that round is there already
│   ├── NoDatesProposed         nothing for the other side to agree to
│   ├── DecisionAgreed          both sides have agreed already
│   ├── OutcomeChanged          the text named is not the one of the record
│   ├── LastAdmin               a government keeps at least one admin
│   ├── DeliveryNotParked       only a parked delivery is retried or dropped by hand
│   ├── SchemaNotCurrent        what only reads does not bring a database up to date
│   ├── BackupUnusable          no such file, or not a backup
│   ├── KeysMissing             the settings name no keys
│   ├── KeysExist               a file of keys is never written over
│   ├── KeysUnusable            no such file, or not keys
│   ├── KeysNotInAFile          only keys in a file can be changed by a command
│   ├── TokenNotSealed          the settings say sealed, and the database has none
│   ├── SealKeyUnknown          sealed by a key that is not among ours
│   ├── SealBroken              changed, or moved from another row
│   ├── PurgeApprovedAlready    the second approval has to be somebody else's
│   ├── PurgeNotApproved        two administrators of that side have to agree
│   ├── PurgeChanged            what would be destroyed is no longer what was approved
│   ├── PurgeExpired            planned too long ago
│   ├── AlreadyHeld             a legal hold is there already
│   ├── NotUnderHold            there is no legal hold to take back
│   ├── NoAuditChannel          the settings name no channel to show heads in
│   └── NotAnSqliteDatabase     backup and restore by file are for SQLite
├── NotReleased             the content may not leave
│   ├── MarkingBlocks           a protective marking of the block family
│   ├── MarkingAsks             a marking a person has to decide about, where nobody is asked
│   ├── LabelBelowText          the label chosen is looser than one in the text
│   ├── ReplyAboveLabel         a reply bears a tighter or unknown label than its advisory
│   └── LabelRefused            RED and AMBER+STRICT are never relayed
├── TryAgain                the same request may succeed later
│   ├── TooManyRequests         of one person within a minute; nothing was done
│   ├── SlackUnreachable        nothing was done
│   ├── DatabaseBusy            nothing was done
│   └── OutcomeUncertain        it had begun: it may or may not have been recorded
└── BadConfiguration        the settings cannot be used
"""

from __future__ import annotations

from bot.errors.families import (
    BotError as BotError,
)
from bot.errors.families import (
    NotAllowed as NotAllowed,
)
from bot.errors.families import (
    NotFound as NotFound,
)
from bot.errors.families import (
    NotPossible as NotPossible,
)
from bot.errors.families import (
    NotReleased as NotReleased,
)
from bot.errors.families import (
    NotUnderstood as NotUnderstood,
)
from bot.errors.families import (
    TryAgain as TryAgain,
)
from bot.errors.of_actions import *  # noqa: F403  (each named in its __all__)
from bot.errors.of_approvals import *  # noqa: F403
from bot.errors.of_custody import *  # noqa: F403
from bot.errors.of_dates import *  # noqa: F403
from bot.errors.of_dialogues import *  # noqa: F403
from bot.errors.of_follow_ups import *  # noqa: F403
from bot.errors.of_links import *  # noqa: F403
from bot.errors.of_retention import *  # noqa: F403


class NotEnrolled(NotAllowed):
    names = ("contact",)


class GuestRefused(NotAllowed):
    pass


class StrangerRefused(NotAllowed):
    pass


class RoleMissing(NotAllowed):
    names = ("role", "contact")


class PolicyDenies(NotAllowed):
    pass


class OtherGovernment(NotAllowed):
    pass


class OwnSideOnly(NotAllowed):
    names = ("code",)


class ReleaseByAuthor(NotAllowed):
    names = ("number",)


class ButtonNotYours(NotAllowed):
    pass


class UnknownVerb(NotUnderstood):
    names = ("verb", "command", "verbs")


class UnknownWord(NotUnderstood):
    names = ("word", "usage")


class MissingWord(NotUnderstood):
    names = ("word", "usage")


class TwiceGiven(NotUnderstood):
    names = ("word",)


class UnclosedQuote(NotUnderstood):
    pass


class UnknownChoice(NotUnderstood):
    names = ("word", "value", "choices")


class UnknownAgency(NotUnderstood):
    names = ("value",)


class AgencyOfOtherGovernment(NotUnderstood):
    names = ("agency",)


class NotAPerson(NotUnderstood):
    names = ("value",)


class BadTags(NotUnderstood):
    names = ("value",)


class BadLabel(NotUnderstood):
    names = ("value",)


class SeveralLabels(NotUnderstood):
    names = ("labels",)


class TooLong(NotUnderstood):
    names = ("word", "limit")


class BadRosterRow(NotUnderstood):
    names = ("row", "reason")


class AdvisoryNotFound(NotFound):
    names = ("number",)


class OfficialNotFound(NotFound):
    names = ("user",)


class AdvisoryNotHeld(NotPossible):
    names = ("number",)


class AdvisoryNotIssued(NotPossible):
    names = ("number",)


class AdvisoryNotWithdrawn(NotPossible):
    names = ("number",)


class AdvisoryStaysWithdrawn(NotPossible):
    names = ("number",)


class AdvisorySupersedesItself(NotPossible):
    names = ("number",)


class ReleasabilityUnchanged(NotPossible):
    names = ("number",)


class TextNamesFewer(NotPossible):
    names = ("number",)


class AdvisoryChanged(NotPossible):
    names = ("number",)


class AdvisoryNotAwaiting(NotPossible):
    names = ("number",)


class AdvisoryNotReceived(NotPossible):
    names = ("number",)


class AlreadyAcknowledged(NotPossible):
    names = ("number", "agency", "name", "time")


class LastAdmin(NotPossible):
    pass


class DeliveryNotParked(NotPossible):
    names = ("id",)


class SchemaNotCurrent(NotPossible):
    pass


class BackupUnusable(NotPossible):
    names = ("path",)


class NotAnSqliteDatabase(NotPossible):
    pass


class MarkingBlocks(NotReleased):
    names = ("rules",)


class MarkingAsks(NotReleased):
    names = ("rules",)


class LabelBelowText(NotReleased):
    names = ("number", "label")


class LabelRefused(NotReleased):
    names = ("label",)


class ReplyAboveLabel(NotReleased):
    names = ("number",)


class TooManyRequests(TryAgain):
    names = ("seconds",)


class SlackUnreachable(TryAgain):
    pass


class DatabaseBusy(TryAgain):
    pass


class OutcomeUncertain(TryAgain):
    pass


class BadConfiguration(BotError):
    """The settings cannot be used."""

    names = ("faults",)


def leaves(root: type[BotError] = BotError) -> list[type[BotError]]:
    """Every refusal that is actually raised: the classes nothing derives from."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for child in below for leaf in leaves(child)]
