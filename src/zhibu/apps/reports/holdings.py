"""All that is held about a person: which rows, which of their fields, what for and for how long.

One registry for every room. A model that points at a person or an account and is not named here fails a test: a
field exists only with a purpose and a retention time. The record page and its export are read off this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhibu.apps.people.models import Person


class Retention(Enum):
    """For how long something is kept."""

    WITH_THE_PERSON = _("as long as the person belongs to the house, and then as long as a record names them")
    WITH_THE_RECORDS = _("as long as the records of the organization are kept: papers of past days refer to it")
    WITH_THE_ACCOUNT = _("until the account is closed")
    UNTIL_USED = _("until used, and for a few days at most")
    UNTIL_LOGGED_OUT = _("until logged out, and for 14 days at most")
    HALF_A_YEAR = _("for half a year")
    UNTIL_TAKEN_AWAY = _("until its writer takes it away")
    UNTIL_ENDED = _("until its end, which is set when it is made")
    FOR_GOOD = _("for good; what it seals may be deleted where the law asks")


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one model about a person.

    ``pointers``: how they lead to the person; ``fields``: what of a row is held about the person, each with the
    lookup under which it is shown ("" for a secret, of which only the holder's own device knows the text).
    ``is_own``: only the person sees it, not those who may open the record; ``own``: fields of which the same holds.
    """

    model: str
    pointers: tuple[str, ...]
    what: Promise
    purpose: Promise
    retention: Retention
    fields: Mapping[str, str]
    is_own: bool = False
    own: frozenset[str] = frozenset()

    @property
    def labels(self) -> tuple[Promise, ...]:
        """What its fields are called."""
        return tuple(LABELS[name] for name in self.fields)

    def for_others(self) -> Holding:
        """The same without what only the person sees of it."""
        return replace(self, fields={name: text for name, text in self.fields.items() if name not in self.own})

    @property
    def rows(self) -> type[Model]:
        return apps.get_model(self.model)

    def of(self, person: Person) -> QuerySet[Model]:
        """Each pointer a condition that an index leads to: the rows of years are many, and joined none is used."""
        rows = self.rows._default_manager
        condition = Q()
        for pointer in self.pointers:
            found = Q(**{pointer: person.pk})
            condition |= Q(pk__in=rows.filter(found).values("pk")) if "__" in pointer else found
        return rows.filter(condition)


def _fields(plain: str, **shown: str) -> dict[str, str]:
    """Fields shown as they are, and those shown under another lookup, or not at all."""
    return {name: name for name in plain.split()} | shown


_SPAN = "since until"

HOLDINGS: tuple[Holding, ...] = (
    # --- Who somebody is -------------------------------------------------------------------------------------------
    Holding(
        "people.Person",
        ("pk",),
        _("Name and staff number"),
        _("to know who is meant; the spelling in Latin letters is made from the name, so that it can be found"),
        Retention.WITH_THE_PERSON,
        _fields("staff_number name initials pinyin"),
    ),
    Holding(
        "people.Person",
        ("pk",),
        _("Gender and date of birth"),
        _("for the statistics that superiors ask of the organization, in sums only"),
        Retention.WITH_THE_PERSON,
        _fields("gender born"),
    ),
    Holding(
        "people.Person",
        ("pk",),
        _("Phone number"),
        _("so that the secretary can reach somebody; it is never shown in lists"),
        Retention.WITH_THE_PERSON,
        _fields("phone"),
    ),
    Holding(
        "people.Person",
        ("pk",),
        _("Beginning of work and political affiliation"),
        _("for the years of work at the windows, and to know who is a member"),
        Retention.WITH_THE_PERSON,
        _fields("work_began affiliation"),
    ),
    # --- Where somebody belongs ------------------------------------------------------------------------------------
    Holding(
        "people.Employment",
        ("person",),
        _("Unit and department"),
        _("to plan meetings and learning around the work, and for the figures of the unit"),
        Retention.WITH_THE_RECORDS,
        _fields(f"{_SPAN} department", organization="organization__name"),
    ),
    Holding(
        "people.Membership",
        ("person",),
        _("Membership"),
        _("to know who is called to which meeting and who has a vote"),
        Retention.WITH_THE_RECORDS,
        _fields(f"{_SPAN} standing", organization="organization__name", group="group__name"),
    ),
    Holding(
        "people.Appointment",
        ("person",),
        _("Posts held"),
        _("to know who has which duties, and whose signature stands under a record"),
        Retention.WITH_THE_RECORDS,
        _fields(f"{_SPAN} post", organization="organization__name", term="term__since"),
    ),
    Holding(
        "windows.Seat",
        ("person",),
        _("Window post"),
        _("to keep the windows staffed while others meet"),
        Retention.WITH_THE_RECORDS,
        _fields(_SPAN, window_post="window_post__name"),
    ),
    Holding(
        "rosters.RosterDay",
        ("person",),
        _("Shifts"),
        _("to find times at which people can come, and to tell why somebody could not"),
        Retention.WITH_THE_RECORDS,
        _fields("day", shift="shift__name"),
    ),
    Holding(
        "rosters.SwapRequest",
        ("asker", "other"),
        _("Shifts to be exchanged"),
        _("to answer the request; the two people and the window managers of the unit see it"),
        Retention.WITH_THE_RECORDS,
        _fields("first_day state note reason asked_at answered_at decided_at", unit="unit__name"),
        is_own=True,
    ),
    Holding(
        "honors.Honor",
        ("person",),
        _("Honors"),
        _("to remember them"),
        Retention.WITH_THE_RECORDS,
        _fields(
            "kind title year conferred_by reason withdrawn_at withdrawn_for",
            organization="organization__name",
            corrects="corrects__title",
        ),
    ),
    Holding(
        "honors.PioneerPost",
        ("person",),
        _("Pioneer posts"),
        _("to show who holds one and what they commit to, while they hold it, and to remember it after"),
        Retention.WITH_THE_RECORDS,
        _fields(
            f"{_SPAN} place commitments criteria ended_for",
            organization="organization__name",
            window_post="window_post__name",
        ),
    ),
    # --- Ballots ---------------------------------------------------------------------------------------------------
    Holding(
        "ballots.Voter",
        ("person",),
        _("Rolls of ballots"),
        _("so that everybody who is called votes once; neither when nor what is held"),
        Retention.WITH_THE_RECORDS,
        _fields("has_voted", ballot="ballot__question"),
        own=frozenset({"ballot", "has_voted"}),  # a ballot concerns those who are called
    ),
    Holding(
        "ballots.Teller",
        ("person",),
        _("Ballots told"),
        _("to know whose keys a ballot is sealed to"),
        Retention.WITH_THE_RECORDS,
        _fields("key_made_at", ballot="ballot__question", public_key=""),
        own=frozenset({"ballot"}),
    ),
    Holding(
        "ballots.Ballot",
        ("made_by",),
        _("Ballots prepared"),
        _("to know who answers for it"),
        Retention.WITH_THE_RECORDS,
        _fields("made_at question"),
        own=frozenset({"question"}),
    ),
    Holding(
        "honors.Candidate",
        ("person", "found_by"),
        _("Selections stood in"),
        _("to choose the exemplars of a year; whoever runs the selection reads it, and others the short list"),
        Retention.WITH_THE_RECORDS,
        _fields("place agreed_at is_fit finding withdrew_at is_chosen", selection="selection__title"),
        is_own=True,
    ),
    Holding(
        "honors.Nomination",
        ("by",),
        _("Nominations made"),
        _("a reason has somebody who gave it"),
        Retention.WITH_THE_RECORDS,
        _fields("reason made_at", candidate="candidate__selection__title", organization="organization__name"),
        is_own=True,
    ),
    Holding(
        "honors.Recusal",
        ("person",),
        _("Decisions left to others"),
        _("to know who does not decide about whom in a selection"),
        Retention.WITH_THE_RECORDS,
        _fields("reason declared_at", candidate="candidate__selection__title"),
        is_own=True,
    ),
    Holding(
        "honors.Objection",
        ("by", "answered_by"),
        _("Objections raised"),
        _("to answer them; nobody but whoever answers reads who raised one"),
        Retention.WITH_THE_RECORDS,
        _fields("text raised_at is_upheld outcome answered_at", candidate="candidate__selection__title"),
        is_own=True,
    ),
    Holding(
        "elections.Nominee",
        ("person",),
        _("Candidacies in elections"),
        _("to know who stands for a post, and who left before the end; read by office holders there and above"),
        Retention.WITH_THE_RECORDS,
        _fields("contest left_on left_for", term_election="term_election__organization__name"),
        is_own=True,
    ),
    Holding(
        "elections.ElectionTeller",
        ("person",),
        _("Tellers of elections"),
        _("to know who oversaw and counted the ballots"),
        Retention.WITH_THE_RECORDS,
        _fields("body role", term_election="term_election__organization__name"),
        is_own=True,
    ),
    # --- Meetings --------------------------------------------------------------------------------------------------
    Holding(
        "meetings.RollEntry",
        ("person",),
        _("Rolls of meetings"),
        _("to know who was called, and to count the quorum"),
        Retention.WITH_THE_RECORDS,
        _fields("standing votes observes", meeting="meeting__title"),
    ),
    Holding(
        "meetings.Meeting_chosen",
        ("person",),
        _("Meetings to which one was called by name"),
        _("to know who was called"),
        Retention.WITH_THE_RECORDS,
        _fields("", meeting="meeting__title"),
    ),
    Holding(
        "meetings.Attendance",
        ("person",),
        _("Attendance"),
        _("for the line of attendance in the record, and to offer what was missed again"),
        Retention.WITH_THE_RECORDS,
        _fields("status reason recorded_at", session="session__meeting__title", nonce=""),
        own=frozenset({"reason"}),  # as with leave
    ),
    Holding(
        "meetings.EarlierAnswer",
        ("person",),
        _("Answers to a repeated sign-in"),
        _("whoever sends the same sign-in again is answered the same"),
        Retention.WITH_THE_RECORDS,
        _fields("already recorded_at", session="session__meeting__title", nonce=""),
    ),
    Holding(
        "meetings.Turn",
        ("person",),
        _("Sessions meant for you"),
        _("to tell you of your own session alone, where a lesson is held in turns"),
        Retention.WITH_THE_RECORDS,
        _fields("", session="session__starts_at"),
    ),
    Holding(
        "guides.GuideVersion",
        ("writer", "reviewer"),
        _("Guides written or reviewed"),
        _("to know who wrote a guide and who reviewed it; the public reads the section, not the name"),
        Retention.WITH_THE_RECORDS,
        _fields("number title written_at reviewed_at"),
        own=frozenset({"title"}),  # of a draft nobody beyond the section reads it
    ),
    Holding(
        "guides.Question",
        ("answered_by",),
        _("Questions answered"),
        _("to know who answered, should somebody ask again; whoever asked does not read it"),
        Retention.WITH_THE_RECORDS,
        _fields("answered_at"),
    ),
    Holding(
        "feedback.Feedback",
        ("closed_by",),
        _("Feedback closed"),
        _("to know who closed it; neither the public nor whoever sits at the window reads it"),
        Retention.WITH_THE_RECORDS,
        _fields("closed_at"),
    ),
    Holding(
        "planning.PlanSeat",
        ("person",),
        _("Places in plans"),
        _("to plan meetings around the shifts, and to tell you why you have this session"),
        Retention.WITH_THE_RECORDS,
        _fields("way", item="item__kind", session="session__starts_at"),
        is_own=True,
    ),
    Holding(
        "planning.Hindered",
        ("person",),
        _("Days on which you can not come"),
        _("to plan around them"),
        Retention.WITH_THE_RECORDS,
        _fields("day reason said_at taken_back_at"),
        is_own=True,
    ),
    Holding(
        "planning.Plan",
        ("asked_by__person",),
        _("Plans asked for"),
        _("to know who asked"),
        Retention.WITH_THE_RECORDS,
        _fields("month asked_at", organization="organization__name"),
    ),
    Holding(
        "meetings.Leave",
        ("person",),
        _("Leave asked for"),
        _("to answer it, and to tell why somebody was away"),
        Retention.WITH_THE_RECORDS,
        _fields("reason note asked_at answered_at granted", meeting="meeting__title"),
        is_own=True,  # those who run the meeting read it there; nobody else does (meetings.access.may_see_reasons)
    ),
    Holding(
        "meetings.Meeting",
        ("convener", "chair", "recorder", "lecturer", "made_by__person"),
        _("Meetings convened, chaired, recorded, taught or entered"),
        _("for the heading and the signatures of the record"),
        Retention.WITH_THE_RECORDS,
        _fields("title held_on"),
    ),
    Holding(
        "meetings.LedgerName",
        ("person",),
        _("Named in a ledger kept before"),
        _("a record taken over from a ledger names who was away or observed"),
        Retention.WITH_THE_RECORDS,
        _fields("named", meeting="line__meeting__title"),
    ),
    Holding(
        "meetings.Decision",
        ("about",),
        _("Decisions about admission"),
        _("the branch decides who becomes a member; the record says about whom"),
        Retention.WITH_THE_RECORDS,
        _fields("kind outcome counted_at", agenda_item="agenda_item__meeting__title"),
    ),
    Holding(
        "meetings.Candidate",
        ("person",),
        _("Elections stood for"),
        _("the result of an election is part of its record"),
        Retention.WITH_THE_RECORDS,
        _fields("position votes elected tied", election="election__agenda_item__meeting__title"),
    ),
    Holding(
        "meetings.MinutesText",
        ("saved_by__person",),
        _("Minutes written"),
        _("so that two people who write at once lose nothing"),
        Retention.WITH_THE_RECORDS,
        _fields("field saved_at", meeting="meeting__title"),
    ),
    Holding(
        "meetings.SetAside",
        ("saved_by__person",),
        _("Minutes set aside"),
        _("so that two people who write at once lose nothing"),
        Retention.WITH_THE_RECORDS,
        _fields("saved_at", beside="beside__meeting__title"),
    ),
    Holding(
        "meetings.Approval",
        ("person",),
        _("Minutes approved"),
        _("to know who has approved the record"),
        Retention.WITH_THE_RECORDS,
        _fields("approved_at", meeting="meeting__title"),
    ),
    Holding(
        "meetings.Correction",
        ("made_by__person",),
        _("Corrections made"),
        _("a correction stands beside the record, with who made it"),
        Retention.WITH_THE_RECORDS,
        _fields("made_at", filing="filing__meeting__title"),
    ),
    Holding(
        "meetings.Comment",
        ("by",),
        _("Comments on records"),
        _("so that a branch knows who asks"),
        Retention.WITH_THE_RECORDS,
        _fields("text due made_at closed_at", filing="filing__meeting__title"),
    ),
    Holding(
        "meetings.Task",
        ("holder",),
        _("Tasks taken on"),
        _("to report on them at the next meeting"),
        Retention.WITH_THE_RECORDS,
        _fields("text post due done_on report", meeting="meeting__title"),
    ),
    Holding(
        "meetings.Talk",
        ("one", "other", "recorded_by__person"),
        _("Talks"),
        _("that two people talked, and when; never about what"),
        Retention.WITH_THE_RECORDS,
        _fields("organization held_on recorded_at"),
        is_own=True,  # the secretary reads it on the page of talks (meetings.access.may_note_talks)
    ),
    Holding(
        "oversight.Waiver",
        ("asked_by__person", "answered_by__person"),
        _("Reasons given or answered for an organization"),
        _("an obligation that was not met is explained by somebody and accepted by somebody"),
        Retention.WITH_THE_RECORDS,
        _fields("organization requirement first reason asked_at answer answered_at"),
    ),
    Holding(
        "meetings.CalendarFeed",
        ("account__person",),
        _("Calendar subscriptions"),
        _("so that a calendar finds the meetings under an address only its owner knows"),
        Retention.WITH_THE_ACCOUNT,
        _fields("made_at", organization="organization__name", digest=""),
        is_own=True,
    ),
    # --- Campaigns -------------------------------------------------------------------------------------------------
    Holding(
        "learning.StudyNote",
        ("person",),
        _("Study notes"),
        _("for their writer, and for the branch where the writer chose so; nobody counts them"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("text written_at", campaign="campaign__title", shared_with="shared_with__name"),
        is_own=True,  # whom they are shared with reads them on the campaign's page (learning.access.may_see_note)
    ),
    Holding(
        "learning.Campaign",
        ("by",),
        _("Campaigns drafted for an organization"),
        _("to know for which organization something was asked, and by whom"),
        Retention.WITH_THE_RECORDS,
        _fields("title made_at", office="office__name"),
    ),
    Holding(
        "learning.Part",
        ("by",),
        _("Parts of campaigns added for an organization"),
        _("to know for which organization something was asked, and by whom"),
        Retention.WITH_THE_RECORDS,
        _fields("title made_at", campaign="campaign__title", organization="organization__name"),
    ),
    # --- The forum -------------------------------------------------------------------------------------------------
    Holding(
        "forum.Post",
        ("writer",),
        _("Posts in the forum"),
        _("for those who enter the room; nobody counts them"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("title text state written_at edited_at", thread="thread__first__title", number="number"),
        is_own=True,  # whoever enters the room reads it there (forum.access.may_read_post)
    ),
    Holding(
        "forum.EarlierText",
        ("post__writer",),
        _("Earlier texts of posts"),
        _("so that what was answered can still be understood; the moderators read it"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("title text written_at", post="post__number"),
        is_own=True,
    ),
    Holding(
        "forum.Opinion",
        ("person",),
        _("Views before meetings"),
        _("so that who is away is heard; what the minutes have taken stays there"),
        Retention.WITH_THE_RECORDS,
        _fields("text given_at taken_at", agenda_item="agenda_item__meeting__title"),
        is_own=True,  # those who are called read it on the page of the meeting (forum.access.may_read_opinions)
    ),
    Holding(
        "forum.Hiding",
        ("post__writer", "by", "decided_by"),
        _("Posts hidden, and appeals"),
        _("so that a post is not hidden without a reason, and by whom is known"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("because hidden_at appeal appealed_at outcome said decided_at lifted_at", post="post__number"),
        is_own=True,
    ),
    Holding(
        "forum.Following",
        ("person",),
        _("Threads and rooms followed"),
        _("to tell somebody once a day of something new; nobody else sees it"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("", thread="thread__first__title", room="room__key"),
        is_own=True,
    ),
    Holding(
        "forum.Confirmation",
        ("person",),
        _("Said to have read"),
        _("whoever asked for it sees the name, as long as it is not taken back; when is not kept"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("", thread="thread__first__title"),
        is_own=True,
    ),
    Holding(
        "forum.Thread",
        ("locked_by",),
        _("Threads locked"),
        _("to know who locked a thread, and why"),
        Retention.WITH_THE_RECORDS,
        _fields("locked_at locked_because"),
    ),
    Holding(
        "learning.MakeUp",
        ("person",),
        _("Lessons made up"),
        _("so that whom a shift kept away has learned the same, with equal standing"),
        Retention.WITH_THE_RECORDS,
        _fields("studied_on state because declared_at answered_at", meeting="meeting__title"),
        own=frozenset({"because"}),
    ),
    Holding(
        "learning.MakeUp",
        ("answered_by",),
        _("Make-ups answered"),
        _("to know who answers for what was confirmed"),
        Retention.WITH_THE_RECORDS,
        _fields("answered_at state", meeting="meeting__title"),
    ),
    Holding(
        "learning.SelfStudy",
        ("person",),
        _("Self-study"),
        _("for its owner alone, who finds again what they learned and answered; nobody counts it"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("title day answers kept_at"),
        is_own=True,
    ),
    Holding(
        "learning.TakenPack",
        ("by",),
        _("Study packs taken in for a branch"),
        _("to know who answers for what a unit says"),
        Retention.WITH_THE_RECORDS,
        _fields("title", received_at="taken_at", organization="organization__name"),
    ),
    Holding(
        "learning.Recommendation",
        ("person",),
        _("Units recommended to the branch"),
        _("so that colleagues find what helped one of them; nobody counts them"),
        Retention.UNTIL_TAKEN_AWAY,
        _fields("sentence said_at", unit="unit__title", branch="branch__name"),
        is_own=True,  # the branch reads it on the page of the unit (learning.access.may_see_recommendation)
    ),
    Holding(
        "learning.Receipt",
        ("person",),
        _("That a form sent from a phone was received"),
        _("so that what is sent twice over a bad network is received once"),
        Retention.HALF_A_YEAR,
        _fields("received_at already", nonce=""),
        is_own=True,
    ),
    Holding(
        "learning.UnitVersion",
        ("writer",),
        _("Units written for an organization"),
        _("to know who answers for what a unit says"),
        Retention.WITH_THE_RECORDS,
        _fields("title written_at", organization="unit__organization__name"),
    ),
    Holding(
        "lists.Statement",
        ("person",),
        _("Statements on duties"),
        _("to say of a duty that it is done, where nothing else shows it"),
        Retention.WITH_THE_RECORDS,
        _fields("text said_at", organization="organization__name", article=""),
    ),
    Holding(
        "lists.Understanding",
        ("person",),
        _("Compendium read and understood"),
        _("to be asked once, and not again"),
        Retention.WITH_THE_RECORDS,
        _fields("said_at", edition="edition__number"),
        is_own=True,  # the secretary reads it on the page of the edition (lists.access.may_see_who_understood)
    ),
    # --- What somebody is told -------------------------------------------------------------------------------------
    Holding(
        "notices.Notice",
        ("person",),
        _("Notices"),
        _("to tell somebody what concerns them; whether they read it is not kept"),
        Retention.HALF_A_YEAR,
        _fields(
            "occasion title text last_day made_at overtaken mail_at mailed_at tries "
            "account_at account_state account_tries",
            key="",
            about="",
        ),
        is_own=True,
    ),
    Holding(
        "notices.Circular",
        ("by",),
        _("Notices written for an office"),
        _("to know for which office something was written, and by whom"),
        Retention.WITH_THE_RECORDS,
        _fields("title sent_at", office="office__name"),
    ),
    Holding(
        "notices.Wishes",
        ("person",),
        _("When and how somebody is told"),
        _("to write to somebody only when and how they want it"),
        Retention.WITH_THE_ACCOUNT,
        _fields("starts ends by_mail email by_account"),
        is_own=True,
    ),
    # --- How somebody comes in -------------------------------------------------------------------------------------
    Holding(
        "people.Account",
        ("person",),
        _("Account"),
        _("to come in"),
        Retention.WITH_THE_ACCOUNT,
        _fields("login name is_active", password=""),
        is_own=True,
    ),
    Holding(
        "people.Grant",
        ("account__person",),
        _("Roles"),
        _("to know who administers what"),
        Retention.WITH_THE_RECORDS,
        _fields(f"{_SPAN} role", organization="organization__name"),
    ),
    Holding(
        "people.OneTimeCode",
        ("account__person",),
        _("One-time code"),
        _("to come in for the first time"),
        Retention.UNTIL_USED,
        _fields("made_at expires_at", digest=""),
        is_own=True,
    ),
    Holding(
        "account_content.Binding",
        ("account__person",),
        _("Bound phone"),
        _("to answer and to tell somebody by the official account, if they want it"),
        Retention.WITH_THE_ACCOUNT,
        _fields("app since", sender=""),
        is_own=True,
    ),
    Holding(
        "account_content.BindingCode",
        ("account__person",),
        _("Code for a phone"),
        _("to bind a phone"),
        Retention.UNTIL_USED,
        _fields("made_at expires_at", digest=""),
        is_own=True,
    ),
    Holding(
        "account_content.Article",
        ("writer", "reviewer"),
        _("Articles of the official account"),
        _("to know who wrote and who approved what was published"),
        Retention.WITH_THE_RECORDS,
        _fields("title state remark correction changed_at published_at", organization="organization__name"),
    ),
    Holding(
        "people.ApiToken",
        ("account__person",),
        _("Tokens for programs"),
        _("so that a program may act for its owner"),
        Retention.UNTIL_ENDED,
        _fields("label made_at expires_at", digest=""),
        is_own=True,
    ),
    Holding(
        "mfa.Authenticator",
        ("user__person",),
        _("Passkeys and second factors"),
        _("to come in without a password, and to show their owner which of them was used last"),
        Retention.WITH_THE_ACCOUNT,
        _fields("type created_at last_used_at", data=""),
        is_own=True,
    ),
    Holding(
        "usersessions.UserSession",
        ("user__person",),
        _("Devices logged in"),
        _("so that their owner can end them; nobody else sees them, and nobody counts them"),
        Retention.UNTIL_LOGGED_OUT,
        _fields("created_at last_seen_at ip user_agent", session_key="", data=""),
        is_own=True,
    ),
    Holding(
        "account.EmailAddress",
        ("user__person",),
        _("E-mail address"),
        _("not asked for: the log-in library has a place for it, which stays empty"),
        Retention.WITH_THE_ACCOUNT,
        _fields("email verified primary"),
        is_own=True,
    ),
    # --- What was done ---------------------------------------------------------------------------------------------
    Holding(
        "archive.Event",
        ("subject",),
        _("Entries of the archive"),
        _("so that nobody changes what was recorded unseen; they hold no names"),
        Retention.FOR_GOOD,
        _fields("type event_at recorded_at"),
    ),
    Holding(
        "archive.Former",
        ("about",),
        _("What memberships and posts said before they were changed"),
        _("so that a day gone by is judged by what was known on it"),
        Retention.WITH_THE_RECORDS,
        _fields("said recorded_at"),
    ),
)

#: What each field is called.
LABELS: Mapping[str, Promise] = {
    "about": _("what it opens"),
    "account_at": _("to be told by the account at"),
    "account_state": _("told by the account"),
    "account_tries": _("tries to tell it"),
    "affiliation": _("political affiliation"),
    "agenda_item": _("meeting"),
    "agreed_at": _("agreed at"),
    "already": _("done before"),
    "answer": _("answer"),
    "answered_at": _("answered at"),
    "answers": _("answers chosen"),
    "app": _("platform"),
    "appeal": _("appeal"),
    "appealed_at": _("appealed at"),
    "approved_at": _("approved at"),
    "article": _("article"),
    "asked_at": _("asked at"),
    "ballot": _("ballot"),
    "because": _("reason"),
    "beside": _("meeting"),
    "born": _("date of birth"),
    "body": _("who votes"),
    "branch": _("branch"),
    "by_account": _("by the official account as well"),
    "by_mail": _("by mail as well"),
    "campaign": _("campaign"),
    "candidate": _("selection"),
    "changed_at": _("changed at"),
    "closed_at": _("closed at"),
    "commitments": _("commitments"),
    "conferred_by": _("conferred by"),
    "correction": _("what was put right"),
    "contest": _("what is elected"),
    "corrects": _("in place of"),
    "counted_at": _("counted at"),
    "created_at": _("made at"),
    "criteria": _("criteria"),
    "data": _("a secret, or what the program notes with it"),
    "day": _("day"),
    "decided_at": _("decided at"),
    "declared_at": _("declared at"),
    "department": _("department"),
    "digest": _("the trace of a secret, not the secret"),
    "done_on": _("done on"),
    "due": _("due"),
    "edited_at": _("edited at"),
    "edition": _("edition"),
    "elected": _("elected"),
    "election": _("meeting"),
    "email": _("e-mail address"),
    "ended_for": _("why it ended"),
    "ends": _("not after"),
    "event_at": _("happened at"),
    "expires_at": _("ends at"),
    "field": _("part of the minutes"),
    "filing": _("meeting"),
    "finding": _("what was found"),
    "first": _("period from"),
    "first_day": _("first day"),
    "gender": _("gender"),
    "given_at": _("given at"),
    "granted": _("granted"),
    "group": _("group"),
    "has_voted": _("has voted"),
    "held_on": _("held on"),
    "hidden_at": _("hidden at"),
    "initials": _("initials in pinyin"),
    "ip": _("place for an address, kept empty"),
    "is_active": _("open"),
    "is_chosen": _("chosen"),
    "is_fit": _("found fit"),
    "is_upheld": _("upheld"),
    "item": _("meeting"),
    "kept_at": _("kept at"),
    "key": _("mark of the occasion"),
    "key_made_at": _("key made at"),
    "kind": _("kind"),
    "label": _("label"),
    "last_day": _("last day on which it matters"),
    "last_seen_at": _("day of last use"),
    "last_used_at": _("day of last use"),
    "left_for": _("why left"),
    "left_on": _("left on"),
    "lifted_at": _("shown again at"),
    "locked_at": _("locked at"),
    "locked_because": _("why it was locked"),
    "login": _("log-in name"),
    "made_at": _("made at"),
    "mail_at": _("to be mailed at"),
    "mailed_at": _("mailed at"),
    "meeting": _("meeting"),
    "month": _("month"),
    "name": _("name"),
    "named": _("named as"),
    "nonce": _("mark of what is sent again"),
    "note": _("note"),
    "number": _("number"),
    "observes": _("observes"),
    "occasion": _("occasion"),
    "office": _("office"),
    "organization": _("organization"),
    "outcome": _("outcome"),
    "overtaken": _("settled or said anew"),
    "password": _("the trace of the password, not the password"),
    "phone": _("phone number"),
    "pinyin": _("pinyin"),
    "place": _("place"),
    "position": _("position on the ballot"),
    "post": _("post"),
    "primary": _("main address"),
    "public_key": _("key that seals"),
    "published_at": _("published at"),
    "question": _("what is asked"),
    "raised_at": _("raised at"),
    "reason": _("reason"),
    "received_at": _("received at"),
    "recorded_at": _("recorded at"),
    "remark": _("remark"),
    "report": _("report"),
    "requirement": _("requirement"),
    "reviewed_at": _("reviewed at"),
    "role": _("role"),
    "room": _("room"),
    "said": _("said until then"),
    "said_at": _("said at"),
    "saved_at": _("saved at"),
    "selection": _("selection"),
    "sender": _("number given by the platform"),
    "sent_at": _("sent at"),
    "sentence": _("sentence"),
    "session": _("meeting"),
    "session_key": _("mark of the log-in"),
    "shared_with": _("shared with"),
    "shift": _("shift"),
    "since": _("since"),
    "staff_number": _("staff number"),
    "standing": _("standing"),
    "starts": _("not before"),
    "state": _("state"),
    "status": _("status"),
    "studied_on": _("learned on"),
    "taken_at": _("taken into the minutes at"),
    "taken_back_at": _("taken back at"),
    "term": _("term from"),
    "term_election": _("election of a term"),
    "text": _("text"),
    "thread": _("thread"),
    "tied": _("tied"),
    "title": _("title"),
    "tries": _("tries to mail it"),
    "type": _("type"),
    "unit": _("unit"),
    "until": _("first day without"),
    "user_agent": _("kind of device"),
    "verified": _("verified"),
    "votes": _("votes"),
    "way": _("way of taking part"),
    "window_post": _("window post"),
    "withdrawn_at": _("withdrawn at"),
    "withdrawn_for": _("why withdrawn"),
    "withdrew_at": _("withdrew at"),
    "work_began": _("beginning of work"),
    "written_at": _("written at"),
    "year": _("year"),
}
