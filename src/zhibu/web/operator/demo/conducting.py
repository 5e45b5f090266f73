"""The deeds around meetings, done through the actions of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import singledispatchmethod
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from zhibu.apps.archive.actions import Actor
from zhibu.apps.forum.actions.opinions import give_opinion
from zhibu.apps.learning.actions import (
    campaigns,
    make_ups,
    parts,
    recommending,
    study_notes,
    unit_files,
    units,
    wrap_ups,
)
from zhibu.apps.learning.models import Campaign, Part, Unit
from zhibu.apps.learning.queries import wrap_up_from_records
from zhibu.apps.lists.actions import drafting, editions, writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Draft, Edition, Section, Wording
from zhibu.apps.meetings.actions import convening, decisions, filing, minutes, roll, tasks
from zhibu.apps.meetings.models import Comment, Filing, Leave, Meeting, MinutesText, Session, Task
from zhibu.apps.notices.actions import circulars
from zhibu.apps.notices.models import Circular
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.apps.showcases.actions import adopting, marking, publishing
from zhibu.apps.showcases.actions.publishing import Gathering
from zhibu.apps.showcases.models import PlaybookEdition
from zhibu.apps.showcases.queries import gathered, known_people, offer
from zhibu.domain.assembly import Ballots, Presence, Votes
from zhibu.domain.questions import read_questions
from zhibu.domain.terms import MeetingKind, OrganizationKind
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.deeds import MeetingDeed
from zhibu.web.operator.demo.forum import GiveOpinion
from zhibu.web.operator.demo.packs import TakePack, take_pack
from zhibu.web.operator.demo.selecting import Selecting
from zhibu.web.operator.demo.units import brought_with
from zhibu.web.shell.signing import Signed


class Conducting:
    """Keeps by the story's own word which meeting, session and task is which. Whoever does a deed has an account."""

    def __init__(self, organizations: Mapping[str, Organization], people: Mapping[str, Person]) -> None:
        self._zone = ZoneInfo(settings.TIME_ZONE)
        self._organizations = organizations
        self._people = people
        self._accounts: dict[str, Account] = {}
        self._meetings: dict[str, Meeting] = {}
        self._sessions: dict[str, list[Session]] = {}
        self._tasks: dict[tuple[str, str], Task] = {}
        self._comments: dict[str, Comment] = {}
        self._circulars: dict[str, Circular] = {}
        self._sections: dict[str, Section] = {}
        self._editions: dict[str, Edition] = {}
        self._playbooks: dict[str, PlaybookEdition] = {}
        self._campaigns: dict[str, Campaign] = {}
        self._parts: dict[tuple[str, str], Part] = {}
        self._units: dict[str, Unit] = {}
        self._selecting = Selecting(organizations, people)

    def know_accounts(self) -> None:
        self._accounts = {account.login: account for account in Account.objects.all()}

    def _account(self, deed: MeetingDeed) -> Account:
        return self._accounts[deed.by]

    def _actor(self, deed: MeetingDeed) -> Actor:
        return self._accounts[deed.by].actor

    def _meeting(self, deed: MeetingDeed) -> Meeting:
        """As it was when it was convened: every deed looks at it anew."""
        return self._meetings[deed.meeting]

    def _hours(self, hours: deeds.Hours) -> convening.Hours:
        return convening.Hours(
            hours.starts.replace(tzinfo=self._zone), hours.ends.replace(tzinfo=self._zone), hours.place
        )

    @singledispatchmethod
    def do(self, deed: MeetingDeed, at: dt.datetime) -> None:
        raise NotImplementedError(type(deed).__name__)

    # --- Called ----------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.Convene, at: dt.datetime) -> None:
        chair = self._people[deed.chair]
        first = convening.convene(
            organization=self._organizations[deed.organization],
            kind=deed.kind,
            title=deed.title,
            hours=[self._hours(hours) for hours in deed.hours],
            agenda=deed.agenda,
            audience=deed.audience,
            made_by=self._account(deed),
            actor=self._actor(deed),
            at=at,
            convener=chair,
            chair=chair,
            recorder=self._people[deed.recorder],
            lecturer=self._people[deed.lecturer] if deed.lecturer else None,
            joint_with=[self._organizations[code] for code in deed.joint_with],
            also=dict(deed.also),
            announced=deed.announced,
            late_reason=deed.late_reason,
        )
        self._meetings[deed.meeting] = first
        self._sessions[deed.meeting] = list(first.sessions.all())
        if deed.also:
            for guest in first.guests.all():
                self._meetings[f"{deed.meeting}/{guest.kind}"] = guest

    @do.register
    def _(self, deed: deeds.Postpone, at: dt.datetime) -> None:
        convening.postpone(self._meetings[deed.meeting].pk, reason=deed.reason, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.SetAnew, at: dt.datetime) -> None:
        session, hours = self._sessions[deed.meeting][0], self._hours(deed.hours)
        convening.change_session(
            session,
            starts_at=hours.starts_at,
            ends_at=hours.ends_at,
            place=hours.place,
            actor=self._actor(deed),
            at=at,
        )
        convening.announce(self._meetings[deed.meeting].pk, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.NotHeld, at: dt.datetime) -> None:
        convening.not_held(self._meetings[deed.meeting].pk, reason=deed.reason, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.AskLeave, at: dt.datetime) -> None:
        person = self._people[deed.by]
        roll.ask_leave(
            self._meeting(deed), person, reason=deed.reason, note=deed.note, actor=self._actor(deed), at=at
        )

    @do.register
    def _(self, deed: deeds.AnswerLeave, at: dt.datetime) -> None:
        leave = Leave.objects.get(meeting=self._meetings[deed.meeting], person=self._people[deed.number])
        roll.answer_leave(leave, granted=deed.granted, actor=self._actor(deed), at=at)

    # --- Held ------------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.CallRoll, at: dt.datetime) -> None:
        session, actor = self._sessions[deed.meeting][deed.session], self._actor(deed)
        if deed.present is None:
            away = {reason: [self._people[number] for number in numbers] for reason, numbers in deed.away}
            roll.call_roll(session, away=away, actor=actor, at=at)
        else:
            here = [self._people[number] for number in deed.present]
            roll.open_session(session, actor=actor, at=at)
            roll.mark(session, here, status=Presence.PRESENT, actor=actor, at=at)
        if deed.heads is not None:
            roll.count_heads(session, heads=deed.heads, actor=actor, at=at)

    @do.register
    def _(self, deed: deeds.CloseSession, at: dt.datetime) -> None:
        session = self._sessions[deed.meeting][deed.session]
        roll.close_session(session, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.TakeVote, at: dt.datetime) -> None:
        decisions.take_vote(
            self._meeting(deed).agenda.get(title=deed.item),
            kind=deed.kind,
            text=deed.text,
            way=deed.way,
            votes=Votes(deed.in_favour, deed.against, deed.abstained),
            about=self._people[deed.about] if deed.about else None,
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.CountElection, at: dt.datetime) -> None:
        decisions.count_election(
            self._meeting(deed).agenda.get(title=deed.item),
            what=deed.what,
            seats=deed.seats,
            ballots=Ballots(issued=deed.issued, returned=deed.issued),
            votes={self._people[number]: votes for number, votes in deed.votes},
            actor=self._actor(deed),
            at=at,
        )

    # --- Written down ----------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.WriteMinutes, at: dt.datetime) -> None:
        meeting, field = self._meeting(deed), MinutesText.Field
        items = {item.title: item for item in meeting.agenda.all()}
        written = [
            minutes.Written(field.CONVEYED, None, deed.conveyed),
            *(minutes.Written(field.DISCUSSION, items[title], text) for title, text in deed.discussed),
            minutes.Written(field.SUMMARY, None, deed.summary),
        ]
        minutes.save_texts(
            meeting,
            [one for one in written if one.text],
            by=self._account(deed),
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.KeepOpen, at: dt.datetime) -> None:
        meeting = self._meeting(deed)
        goes_on = {item.pk: item.title in deed.items for item in meeting.agenda.all()}
        minutes.keep_open(meeting, goes_on, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.TakeOn, at: dt.datetime) -> None:
        self._tasks[deed.meeting, deed.text] = tasks.take_on(
            self._meeting(deed),
            text=deed.text,
            holder=self._people[deed.holder],
            due=deed.due,
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.ReportTask, at: dt.datetime) -> None:
        task = self._tasks[deed.meeting, deed.text]
        tasks.report_task(task, report=deed.report, done_on=deed.done_on, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.HandOver, at: dt.datetime) -> None:
        minutes.hand_over(self._meeting(deed), actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.Finish, at: dt.datetime) -> None:
        filing.finish(self._meeting(deed), self._people[deed.by], actor=self._actor(deed), at=at)

    # --- What stands beside it -------------------------------------------------------------------------------------

    def _filing(self, deed: MeetingDeed) -> Filing:
        return Filing.objects.get(meeting=self._meetings[deed.meeting])

    @do.register
    def _(self, deed: deeds.CommentOn, at: dt.datetime) -> None:
        self._comments[deed.meeting] = filing.comment(
            self._filing(deed),
            by=self._people[deed.by],
            office=self._organizations[deed.office],
            text=deed.text,
            due=deed.due,
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.Correct, at: dt.datetime) -> None:
        filing.correct(
            self._filing(deed),
            text=deed.text,
            by=self._account(deed),
            answers=self._comments[deed.meeting] if deed.answers else None,
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.CloseComment, at: dt.datetime) -> None:
        filing.close_comment(self._comments[deed.meeting], actor=self._actor(deed), at=at)

    # --- What a committee writes -----------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.SendCircular, at: dt.datetime) -> None:
        office = self._organizations[deed.office]
        branches = Organization.objects.filter(
            path__startswith=office.path, kind=OrganizationKind.BRANCH.value, dissolved__isnull=True
        )
        self._circulars[deed.meeting] = circulars.send(
            office=office,
            by=self._people[deed.by],
            to=list(branches.order_by("path")),
            title=deed.title,
            text=deed.text,
            until=deed.until,
            asked=circulars.Asked(deed.rule, deed.first) if deed.first else None,
            attached=[(name, text.encode()) for name, text in deed.attached],
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.WithdrawCircular, at: dt.datetime) -> None:
        circulars.withdraw(self._circulars[deed.meeting].pk, reason=deed.reason, actor=self._actor(deed), at=at)

    # --- Campaigns -------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.OpenCampaign, at: dt.datetime) -> None:
        campaign = campaigns.draft(
            office=self._organizations[deed.organization],
            by=self._people[deed.by],
            said=campaigns.Said(
                title=deed.title,
                text=deed.text,
                since=deed.since,
                until=deed.until,
                issuer=deed.issuer,
                document=deed.document,
            ),
            attached=[(name, text.encode()) for name, text in deed.attached],
            actor=self._actor(deed),
            at=at,
        )
        self._campaigns[deed.meeting] = campaign
        for part in deed.parts:
            self._ask(deed, deed.organization, part, at)
        campaigns.open_campaign(campaign, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.AddPart, at: dt.datetime) -> None:
        self._ask(deed, deed.organization, deed.part, at)

    def _ask(self, deed: MeetingDeed, organization: str, part: deeds.PartAsked, at: dt.datetime) -> None:
        self._parts[deed.meeting, part.title] = parts.add_part(
            self._campaigns[deed.meeting],
            self._organizations[organization],
            by=self._people[deed.by],
            asked=parts.Asked(part.title, part.first, part.last, part.kind, part.text),
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.LinkMeeting, at: dt.datetime) -> None:
        part, branch = self._parts[deed.campaign, deed.part], self._organizations[deed.organization]
        parts.link(part, branch, self._meeting(deed), actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.CloseCampaign, at: dt.datetime) -> None:
        campaigns.close(self._campaigns[deed.meeting], until=deed.until, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.FileWrapUp, at: dt.datetime) -> None:
        campaign = Campaign.objects.select_related("office").get(pk=self._campaigns[deed.meeting].pk)
        place = self._organizations[deed.organization]
        text = f"{wrap_up_from_records(campaign, place, deed.on)}\n{deed.text}"
        wrap_ups.file_wrap_up(campaign, place, text=text, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.ShareNote, at: dt.datetime) -> None:
        campaign, writer = self._campaigns[deed.meeting], self._people[deed.by]
        note = study_notes.write_note(campaign, writer, text=deed.text, at=at)
        study_notes.share_note(note, on=deed.on)

    @do.register
    def _(self, deed: GiveOpinion, at: dt.datetime) -> None:
        item = self._meeting(deed).agenda.order_by("position")[0]
        give_opinion(item, deed.text, person=self._people[deed.by], actor=self._actor(deed), at=at)

    # --- Units and make-up -----------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.PublishUnit, at: dt.datetime) -> None:
        done: Signed = {"actor": self._actor(deed), "at": at}
        words = units.UnitWords(
            title=deed.title,
            text=deed.text,
            questions=read_questions(deed.questions),
            topic=deed.topic,
            reach=deed.reach,
            part=self._parts[deed.part] if deed.part else None,
        )
        organization, writer = self._organizations[deed.organization], self._people[deed.by]
        draft = units.begin_unit(organization=organization, words=words, writer=writer, **done)
        for brought in brought_with(deed):
            unit_files.attach(draft, brought=brought, **done)
        draft.refresh_from_db()
        self._units[deed.meeting] = units.publish_unit(draft, revision=draft.revision, **done)

    @do.register
    def _(self, deed: deeds.SetEqual, at: dt.datetime) -> None:
        lesson = self._lesson(deed)
        make_ups.set_equal(lesson, self._units[deed.unit], actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.DeclareMakeUp, at: dt.datetime) -> None:
        lesson, who = self._lesson(deed), self._people[deed.by]
        nonce = f"{deed.meeting} {deed.by}"
        make_ups.declare(lesson, who, studied_on=deed.on, nonce=nonce, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.ConfirmMakeUps, at: dt.datetime) -> None:
        people = {self._people[number].pk for number in deed.numbers}
        by = self._people[deed.by]
        make_ups.confirm(self._lesson(deed), people, by=by, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.RecommendUnit, at: dt.datetime) -> None:
        recommending.recommend(self._units[deed.meeting], self._people[deed.by], sentence=deed.sentence, at=at)

    @do.register
    def _(self, deed: TakePack, at: dt.datetime) -> None:
        organization, by = self._organizations[deed.organization], self._people[deed.by]
        done: Signed = {"actor": self._actor(deed), "at": at}
        take_pack(organization, self._hours(deed.hours), by=by, account=self._account(deed), done=done)

    def _lesson(self, deed: MeetingDeed) -> Meeting:
        """The meeting itself, or the lesson of the same afternoon."""
        first = self._meeting(deed)
        kept = Meeting.objects.filter(Q(pk=first.pk) | Q(host=first), kind=MeetingKind.LESSON.value)
        return kept.select_related("organization").get()

    # --- Lists -----------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.WriteSection, at: dt.datetime) -> None:
        section = self._sections[deed.meeting] = writing.write_section(
            organization=self._organizations[deed.organization],
            kind=deed.kind,
            title=deed.title,
            reach=deed.reach,
            actor=self._actor(deed),
            at=at,
        )
        for article in deed.articles:
            self._add(deed, section, article, at)

    @do.register
    def _(self, deed: deeds.AddArticle, at: dt.datetime) -> None:
        self._add(deed, self._sections[deed.meeting], deed.article, at)

    def _add(self, deed: MeetingDeed, section: Section, said: deeds.ArticleSaid, at: dt.datetime) -> None:
        words = Words(**asdict(said))
        writing.write_article(section=section, words=words, since=deed.on, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.AmendArticle, at: dt.datetime) -> None:
        section = self._sections[deed.meeting]
        wording = Wording.objects.on(deed.on).get(article__section=section, number=deed.article)
        words = replace(writing.words_of(wording), text=deed.text)
        writing.amend(article=wording.article, words=words, since=deed.on, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.PublishCompendium, at: dt.datetime) -> None:
        self._editions[deed.meeting] = editions.publish(
            organization=self._organizations[deed.organization],
            readership=deed.readership,
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.SelectionDeed, at: dt.datetime) -> None:
        self._selecting.do(deed, self._account(deed), at)

    # --- Playbooks -------------------------------------------------------------------------------------------------

    @do.register
    def _(self, deed: deeds.PublishPlaybook, at: dt.datetime) -> None:
        organization = self._organizations[deed.organization]
        every = gathered(organization, known_people(), deed.on)
        gathering = Gathering(
            title=deed.title,
            story=deed.story,
            keys=[one.item.key for one in every if not one.findings],
            looked_at=True,  # a word of the story may be somebody's name
        )
        edition = publishing.publish(organization, gathering, actor=self._actor(deed), at=at)
        self._playbooks[deed.meeting] = edition

    @do.register
    def _(self, deed: deeds.MarkPlaybook, at: dt.datetime) -> None:
        marking.mark(
            self._playbooks[deed.meeting].playbook,
            self._organizations[deed.organization],
            reasons=deed.reasons,
            until=deed.on + dt.timedelta(days=deed.lasts),
            actor=self._actor(deed),
            at=at,
        )

    @do.register
    def _(self, deed: deeds.AdoptPlaybook, at: dt.datetime) -> None:
        organization, edition = self._organizations[deed.organization], self._playbooks[deed.meeting]
        besides = offer(organization, edition, deed.on).besides
        keys = [one.item.key for one in besides if one.may_be_taken and one.item.says.section in deed.sections]
        adopting.adopt(organization, edition, keys, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.PutDraftsInForce, at: dt.datetime) -> None:
        of = self._organizations[deed.organization]
        drafts = Draft.objects.filter(organization=of, section__in=deed.sections).order_by("written_at", "pk")
        drafting.put_in_force(list(drafts), since=deed.on, actor=self._actor(deed), at=at)

    @do.register
    def _(self, deed: deeds.SayUnderstood, at: dt.datetime) -> None:
        editions.say_understood(
            edition=self._editions[deed.meeting], person=self._people[deed.by], actor=self._actor(deed), at=at
        )
