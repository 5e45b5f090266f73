"""What can happen in the story, one fact each. Organizations go by code, people by staff number.

``on`` is the day on which it is recorded. Where something held before the bureau began with zhibu, ``since``
says from when, as far as known; everything else holds from ``on``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhibu.domain.learning import UnitReach
from zhibu.domain.requirements import Decision
from zhibu.domain.staffing import Demand
from zhibu.domain.terms import (
    AbsenceReason,
    Affiliation,
    Audience,
    Bearer,
    EvaluationKind,
    FeedbackKind,
    Gender,
    GuideAudience,
    HonorKind,
    ListKind,
    MeetingKind,
    OrganizationKind,
    PostKind,
    Proof,
    Reach,
    Readership,
    Role,
    Standing,
    VotingWay,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    on: dt.date


# --- Organizations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Deed):
    code: str
    name: str
    kind: OrganizationKind
    parent: str | None
    since: dt.date
    began: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename(Deed):
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Deed):
    code: str
    under: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve(Deed):
    code: str
    into: str


# --- People --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Employ(Deed):
    number: str
    since: dt.date
    name: str
    gender: Gender
    born: dt.date
    phone: str
    affiliation: Affiliation
    unit: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWork(Deed):
    number: str
    to: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Deed):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit(Deed):
    number: str
    since: dt.date
    to: str
    group: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStanding(Deed):
    number: str
    to: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferMembership(Deed):
    number: str
    to: str
    group: str | None


# --- Posts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTerm(Deed):
    code: str
    since: dt.date
    ends: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint(Deed):
    number: str
    post: PostKind
    of: str
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAppointment(Deed):
    number: str
    post: PostKind
    of: str


# --- Windows, rosters, honors --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWindowPost(Deed):
    code: str
    name: str
    site: str
    section: str
    organization: str
    since: dt.date
    opening_hours: str
    weekdays: str
    serving: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStaffing(Deed):
    """From ``on`` the post needs so many in these hours."""

    post: str
    demands: tuple[Demand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Deed):
    number: str
    post: str
    since: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseat(Deed):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameShift(Deed):
    code: str
    name: str
    starts: dt.time | None
    ends: dt.time | None
    ends_next_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRoster(Deed):
    """``rows``: staff number → the codes of the shifts from the first day of the month to the last."""

    unit: str
    month: dt.date
    rows: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRotation(Deed):
    unit: str
    name: str
    cycle: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSwap(Deed):
    """``asker`` wants the shifts of ``other`` on these days; the deeds below know the request by its asker."""

    asker: str
    other: str
    days: tuple[dt.date, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToSwap(Deed):
    asker: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSwap(Deed):
    """Approved where ``reason`` is "", else not, because of it."""

    asker: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bestow(Deed):
    """On a person, by staff number."""

    number: str
    title: str
    year: int
    kind: HonorKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BestowOnOrganization(Deed):
    code: str
    title: str
    year: int
    conferred_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCriteria(Deed):
    """By what pioneer posts are chosen at and below an organization."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePioneer(Deed):
    """A member, by staff number, holds a pioneer post of the branch at the window post where they sit."""

    number: str
    code: str
    place: str
    since: dt.date
    until: dt.date
    commitments: str


# --- Who comes in --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAdministrator(Deed):
    role: Role
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount(Deed):
    """A one-time code handed out by the branch, and redeemed for the password."""

    number: str
    branch: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole(Deed):
    number: str
    role: Role
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccounts(Deed):
    """Accounts for these people; nobody comes in by one before a code is redeemed."""

    numbers: tuple[str, ...]


# --- Meetings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDeed(Deed):
    """Done at ``time`` by the staff number ``by``. ``meeting`` is what the story calls it, which is not shown."""

    meeting: str
    time: dt.time
    by: str


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when in local time, and where."""

    starts: dt.datetime
    ends: dt.datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Convene(MeetingDeed):
    """``also``: other kinds on the same afternoon, each with its items; the story calls them ``meeting/kind``."""

    organization: str
    kind: MeetingKind
    title: str
    hours: tuple[Hours, ...]
    agenda: tuple[str, ...]
    audience: Audience
    chair: str
    recorder: str
    lecturer: str | None = None
    joint_with: tuple[str, ...] = ()
    also: tuple[tuple[MeetingKind, str], ...] = ()
    announced: bool = True
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postpone(MeetingDeed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAnew(MeetingDeed):
    """A postponed meeting gets another time and is announced again."""

    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHeld(MeetingDeed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLeave(MeetingDeed):
    reason: AbsenceReason
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLeave(MeetingDeed):
    number: str
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRoll(MeetingDeed):
    """``away``: who is marked with a reason. The rest is present, or, with ``present`` given, these only."""

    session: int
    away: tuple[tuple[AbsenceReason, tuple[str, ...]], ...]
    present: tuple[str, ...] | None = None
    heads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSession(MeetingDeed):
    session: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeVote(MeetingDeed):
    item: str
    kind: Decision
    text: str
    way: VotingWay
    in_favour: int
    against: int = 0
    abstained: int = 0
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountElection(MeetingDeed):
    """``votes``: staff number → marks, in the order of the ballot."""

    item: str
    what: str
    seats: int
    issued: int
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMinutes(MeetingDeed):
    """``discussed``: item → what was said on it. Empty texts are not written."""

    conveyed: str = ""
    discussed: tuple[tuple[str, str], ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOpen(MeetingDeed):
    """Items that go on at the next meeting."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOn(MeetingDeed):
    text: str
    holder: str
    due: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTask(MeetingDeed):
    """Of the task with this text, taken on at ``meeting``."""

    text: str
    report: str
    done_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(MeetingDeed):
    """The minutes wait for the chair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(MeetingDeed):
    """What is left of handing over, approving and filing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOn(MeetingDeed):
    """``office``: the committee in whose name."""

    office: str
    text: str
    due: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(MeetingDeed):
    """``answers``: it is what the latest comment asked for."""

    text: str
    answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseComment(MeetingDeed):
    """The latest comment is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCircular(MeetingDeed):
    """To all branches that stand below ``office`` on the day; ``attached``: names and texts of files."""

    office: str
    title: str
    text: str
    until: dt.date | None = None
    rule: str = ""
    first: dt.date | None = None
    attached: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCircular(MeetingDeed):
    reason: str


@dataclass(frozen=True, slots=True)
class PartAsked:
    """``kind``: of the meeting that serves it; ``None`` for a text to be read."""

    title: str
    first: dt.date
    last: dt.date
    kind: MeetingKind | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCampaign(MeetingDeed):
    """Drafted with its parts and files, and opened; ``meeting`` is what the story calls it."""

    organization: str
    title: str
    text: str
    issuer: str
    document: str
    since: dt.date
    until: dt.date | None = None
    parts: tuple[PartAsked, ...] = ()
    attached: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPart(MeetingDeed):
    """To the campaign that the story calls ``meeting``."""

    organization: str
    part: PartAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMeeting(MeetingDeed):
    """The meeting serves the part of this title, for the branch ``organization``."""

    campaign: str
    part: str
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCampaign(MeetingDeed):
    """The campaign that the story calls ``meeting`` is over with ``until``."""

    until: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWrapUp(MeetingDeed):
    """What the records say of the campaign that the story calls ``meeting``, and ``text`` after it; filed."""

    organization: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareNote(MeetingDeed):
    """Written by ``by`` on the campaign that the story calls ``meeting``, and shared with their branch."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishUnit(MeetingDeed):
    """Written, with a picture and a recording where they are said, and published; the story calls it ``meeting``.

    ``part``: what the story calls the campaign, and the title of the part to which it belongs.
    """

    organization: str
    title: str
    text: str
    reach: UnitReach
    topic: str
    questions: str = ""
    part: tuple[str, str] | None = None
    picture: str = ""
    transcript: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEqual(MeetingDeed):
    """The unit that the story calls ``unit`` stands for the lesson."""

    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareMakeUp(MeetingDeed):
    """``by`` made the lesson up on the day of the deed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMakeUps(MeetingDeed):
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendUnit(MeetingDeed):
    """The unit that the story calls ``meeting``."""

    sentence: str


@dataclass(frozen=True, slots=True)
class ArticleSaid:
    text: str
    bearer: Bearer | None = None
    is_right: bool = False
    proof: Proof = Proof.NONE
    requirement: str = ""
    source: str = ""
    consequence: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSection(MeetingDeed):
    """A section of a list with its articles; ``meeting`` is what the story calls it."""

    organization: str
    kind: ListKind
    title: str
    articles: tuple[ArticleSaid, ...]
    reach: Reach = Reach.OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendArticle(MeetingDeed):
    """The article of this number, of the section that the story calls ``meeting``."""

    article: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddArticle(MeetingDeed):
    article: ArticleSaid


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishCompendium(MeetingDeed):
    organization: str
    readership: Readership


@dataclass(frozen=True, slots=True, kw_only=True)
class SayUnderstood(MeetingDeed):
    """``by`` of the edition that the story calls ``meeting``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlaybook(MeetingDeed):
    """What stands in the lists of an organization and holds nothing personal; ``meeting`` is the playbook's name."""

    organization: str
    title: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPlaybook(MeetingDeed):
    """``organization`` holds it up for so many days."""

    organization: str
    reasons: str
    lasts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptPlaybook(MeetingDeed):
    """``organization`` takes the sections of these titles from the newest edition."""

    organization: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDraftsInForce(MeetingDeed):
    """The drafts of these sections."""

    organization: str
    sections: tuple[str, ...]


# --- Guides, by their titles; questions, by their texts. ``by``: the staff number of who does it --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDeed(Deed):
    """Around guides, questions and what the public says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideUnit(GuideDeed):
    name: str
    section: str
    contact: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginGuide(GuideDeed):
    section: str
    title: str
    text: str
    keywords: str
    audience: GuideAudience
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverGuide(GuideDeed):
    title: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishGuide(GuideDeed):
    """From ``on``."""

    title: str
    read_again_by: dt.date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayItHelped(GuideDeed):
    """So many people said on the day that the guide was the answer."""

    title: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeQuestion(GuideDeed):
    text: str
    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion(GuideDeed):
    """By the public, or by the guided ``unit``. ``section`` is ``None`` where the asker does not know it."""

    text: str
    section: str | None
    unit: str | None = None
    looked_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion(GuideDeed):
    text: str
    answer: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseQuestion(GuideDeed):
    text: str
    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLater(GuideDeed):
    text: str
    to: dt.date
    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGuideOf(GuideDeed):
    """A draft."""

    text: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayFeedback(GuideDeed):
    """About a post, by its code."""

    post: str
    kind: FeedbackKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseFeedback(GuideDeed):
    text: str
    answer: str
    is_public: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvaluation(GuideDeed):
    """Of the windows of a unit, with what is done about it: what, by when, and what was done already, or ""."""

    organization: str
    kind: EvaluationKind
    title: str
    body: str
    findings: str
    paper: tuple[str, str]
    follow_ups: tuple[tuple[str, dt.date, str], ...]
    by: str


# --- Articles of the account ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDeed(Deed):
    """Around what an organization tells everybody."""

    title: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTold(ToldDeed):
    organization: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectTold(ToldDeed):
    """A draft that is to take its place."""

    text: str
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInTold(ToldDeed):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTold(ToldDeed):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTold(ToldDeed):
    because: str


# --- Ballots --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotDeed(Deed):
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBallot(BallotDeed):
    """Prepared, its keys made, begun, and voted in by some of the roll, by staff number: which options each marks."""

    organization: str
    text: str
    options: tuple[str, ...]
    are_names: bool
    most: int
    places: int
    lasts: dt.timedelta
    tellers: tuple[str, ...]
    votes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBallot(BallotDeed):
    """By its tellers, after its end."""


# --- Yearly selections ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionDeed(MeetingDeed):
    """Around the selection that the story calls ``meeting``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSelection(SelectionDeed):
    organization: str
    title: str
    year: int
    text: str
    places: int
    nominate_until: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominate(SelectionDeed):
    """``by`` puts the staff number forward; with ``organization`` it is the organization's word."""

    number: str
    reason: str
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToStand(SelectionDeed):
    """``by`` is the one who was nominated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSelection(SelectionDeed):
    """Nominations end, everybody is found fit, and the public notice begins."""

    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTo(SelectionDeed):
    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerObjections(SelectionDeed):
    """None is upheld."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSelection(SelectionDeed):
    """The vote is opened and counted on one day. ``votes``: by staff number."""

    voters: int
    issued: int
    returned: int
    void: int
    tellers: str
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSelection(SelectionDeed):
    """The result is published."""


#: What is done first on a day on which much happens; within a kind the order of the story holds. Deeds around
#: meetings come last, by their times.
ORDER: tuple[type[Deed], ...] = (
    MakeAdministrator,
    NameShift,
    Found,
    Rename,
    Move,
    Employ,
    TransferWork,
    Admit,
    ChangeStanding,
    EndAppointment,
    TransferMembership,
    BeginTerm,
    Appoint,
    OpenWindowPost,
    SetStaffing,
    Seat,
    Unseat,
    Leave,
    Dissolve,
    KeepRotation,
    KeepRoster,
    Bestow,
    BestowOnOrganization,
    WriteCriteria,
    NamePioneer,
    CountBallot,
    HoldBallot,
    OpenAccount,
    GrantRole,
    OpenAccounts,
    AskSwap,
    AgreeToSwap,
    DecideSwap,
    GuideUnit,
    BeginGuide,
    HandOverGuide,
    PublishGuide,
    SayItHelped,
    AskQuestion,
    AnswerQuestion,
    CloseQuestion,
    StrikeQuestion,
    PromiseLater,
    MakeGuideOf,
    SayFeedback,
    CloseFeedback,
    RecordEvaluation,
    WriteTold,
    CorrectTold,
    HandInTold,
    PublishTold,
    WithdrawTold,
)


def in_order(story: Iterable[Deed]) -> list[Deed]:
    """The deeds as they are done: by day, within a day by kind, those around meetings by time."""
    rank = {kind: place for place, kind in enumerate(ORDER)}

    def place(deed: Deed) -> tuple[dt.date, int, dt.time]:
        if isinstance(deed, MeetingDeed):
            return deed.on, len(ORDER), deed.time
        return deed.on, rank[type(deed)], dt.time.min

    return sorted(story, key=place)
