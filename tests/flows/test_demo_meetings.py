"""The demo's year of meetings: held by the rules, most in time, and what was not says why."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict

import pytest
from django.db.models import Count, F, Q

from tests.demo import TODAY
from zhibu.apps.archive.models import Event
from zhibu.apps.learning.actions.packs import take_in
from zhibu.apps.learning.making_up import equals_of
from zhibu.apps.learning.models import Campaign, Link, StudyNote, TakenPack, WrapUp
from zhibu.apps.learning.queries import wrap_up_from_records
from zhibu.apps.meetings.models import Comment, Decision, Election, Filing, Leave, Meeting, MinutesText, Session, Task
from zhibu.apps.notices.models import Circular, Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.models import Cell
from zhibu.apps.people.models import Appointment, Person
from zhibu.domain.minutes import points
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.deeds import MeetingDeed, in_order
from zhibu.web.operator.demo.history import bureau
from zhibu.web.operator.demo.house import BY_CODE
from zhibu.web.operator.demo.replay import timed
from zhibu.web.operator.demo.standing import Standings
from zhibu.web.operator.demo.year import IN_TURNS, TOO_FEW, Outcome, planned

pytestmark = pytest.mark.slow

DAYS = Days(TODAY)


@pytest.fixture(scope="module")
def told():
    return bureau(TODAY)


def plan_of(told):
    office = in_order(deed for deed in told.story if not isinstance(deed, MeetingDeed))
    return list(planned(Days(told.today), Standings(office), office))


# --- The story -----------------------------------------------------------------------------------------------------


def test_most_are_held_in_time_some_entered_after_some_postponed_or_not_held_some_missing(told):
    past = [one for one in plan_of(told) if one.month < TODAY.replace(day=1)]
    went = Counter(one.outcome for one in past)
    share = {outcome: round(100 * number / len(past), 1) for outcome, number in went.items()}
    assert len(past) > 2000
    assert share[Outcome.IN_TIME] >= 85
    assert 4.5 <= share[Outcome.LATE_ENTRY] <= 7
    assert 2 <= share[Outcome.POSTPONED] + share[Outcome.NOT_HELD] <= 4
    assert 2 <= share[Outcome.MISSING] <= 4
    assert went[Outcome.TOO_FEW] == 2


@pytest.mark.parametrize("today", [TODAY, dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2026, 8, 31)])
def test_meetings_take_place_on_working_days_and_two_deeds_never_at_one_instant(today, settings):
    story = bureau(today).story
    for deed in story:
        if isinstance(deed, deeds.Convene):
            assert all(workday(hours.starts.date()) == hours.starts.date() for hours in deed.hours), deed
    instants = [at for _deed, at in timed(story)]
    assert sorted(set(instants)) == instants


@pytest.mark.parametrize("today", [TODAY, dt.date(2027, 1, 4), dt.date(2028, 2, 29)])
def test_whoever_looks_in_as_secretary_finds_one_drafted_and_one_announced_for_the_coming_days(today):
    convened = [
        deed for deed in bureau(today).story if isinstance(deed, deeds.Convene) and deed.organization == "GZ-101"
    ]
    assert [deed.kind for deed in convened if not deed.announced] == [MeetingKind.BRANCH_COMMITTEE_MEETING]
    coming = [deed for deed in convened if deed.hours and today < deed.hours[-1].starts.date()]
    assert MeetingKind.THEME_DAY in {deed.kind for deed in coming}
    assert all((deed.hours[0].starts.date() - today).days <= 12 for deed in coming)


# --- The records ---------------------------------------------------------------------------------------------------


def test_every_kind_of_meeting_was_held_and_filed(demo):
    filed = Meeting.objects.filter(stage=MeetingStage.FILED)
    assert set(filed.values_list("kind", flat=True)) == {kind.value for kind in MeetingKind}
    assert 2100 <= filed.count() <= 2600
    assert filed.filter(held_on__gte=TODAY).count() == 0
    assert 100 <= filed.exclude(late_reason="").count() <= 180
    assert Meeting.objects.filter(stage=MeetingStage.NOT_HELD, reason="").count() == 0
    postponed = Event.objects.filter(type="meeting_postponed").values("subject")
    assert Meeting.objects.filter(pk__in=postponed, stage=MeetingStage.FILED).count() >= 15


def test_the_two_without_a_quorum_decided_nothing_and_one_was_held_again(demo):
    few = Filing.objects.filter(
        meeting__kind=MeetingKind.GENERAL_MEETING, voters_present__lt=F("voters") / 2.0
    ).select_related("meeting__organization")
    assert {one.meeting.organization.code for one in few} == set(TOO_FEW)
    assert not Decision.objects.filter(agenda_item__meeting__filing__in=few).exists()
    assert all(one.meeting.agenda.filter(is_open=True).exists() for one in few)
    for code, (_quarters, is_again) in TOO_FEW.items():
        first = next(one.meeting for one in few if one.meeting.organization.code == code)
        soon = first.held_on + dt.timedelta(days=14)
        later = Meeting.objects.filter(
            organization=first.organization, kind=first.kind, held_on__gt=first.held_on, held_on__lte=soon
        )
        assert later.exists() == is_again


def test_crews_hear_a_lesson_in_turns_and_nobody_twice(demo):
    lessons = Meeting.objects.filter(kind=MeetingKind.LESSON, stage=MeetingStage.FILED, repeated=True)
    assert set(IN_TURNS) <= set(lessons.values_list("organization__code", flat=True))
    for lesson in lessons.filter(organization__code__in=["GZ-302", "GZ-306", "GZ-405"]):
        came = Session.objects.filter(meeting=lesson, attendances__status="present").values("attendances__person")
        assert lesson.late_reason or lesson.sessions.count() == IN_TURNS[lesson.organization.code]
        assert came.count() == came.distinct().count()


def test_in_every_quarter_some_afternoon_holds_theme_day_general_meeting_and_lesson(demo):
    shared = defaultdict(set)
    for guest in Meeting.objects.filter(host__isnull=False, stage=MeetingStage.FILED).select_related("host"):
        shared[guest.host] |= {guest.kind, guest.host.kind}
    three = {MeetingKind.THEME_DAY.value, MeetingKind.GENERAL_MEETING.value, MeetingKind.LESSON.value}
    quarters = {
        (host.held_on.year, (host.held_on.month + 2) // 3) for host, kinds in shared.items() if kinds == three
    }
    assert quarters >= {(2025, 4), (2026, 1), (2026, 2), (2026, 3)}


def test_admissions_confirmations_and_elections_of_the_year_were_voted_on_by_their_day(demo):
    votes = Counter(Decision.objects.values_list("kind", "outcome"))
    assert set(votes) == {("resolution", "passed"), ("admission", "passed"), ("confirmation", "passed")}
    assert votes["admission", "passed"] >= 14
    assert {one.agenda_item.meeting.organization.code for one in Election.objects.all()} == {"GZ-303", "GZ-404"}
    for vote in Decision.objects.exclude(about=None).select_related("about", "agenda_item__meeting"):
        assert vote.about.memberships.filter(since=vote.agenda_item.meeting.held_on).exists()


def test_those_who_speak_in_the_minutes_were_there(demo):
    for filing in Filing.objects.select_related("document").order_by("pk")[::40]:
        record = json.loads(filing.document.text)
        present = [line["name"] for line in record["roll"] if line["status"] == "present"]
        for item in record["agenda"]:
            assert all(point.speaker in present for point in points(item["discussion"], present))


def test_the_branch_at_the_windows_has_something_to_do_this_week(demo):
    own = Meeting.objects.filter(organization__code="GZ-101")
    assert own.filter(stage=MeetingStage.DRAFT).count() == 1
    assert own.filter(stage=MeetingStage.ANNOUNCED, held_on__gt=TODAY).exists()
    assert Leave.objects.filter(meeting__in=own, granted__isnull=True).count() == 1
    asked = Comment.objects.get(filing__meeting__in=own, due__gte=TODAY, closed_at__isnull=True)
    assert asked.office.code == "GZ-1"
    assert Task.objects.filter(meeting__organization__code__startswith="GZ-101", done_on__isnull=True).exists()
    assert own.exclude(late_reason="").exists()
    assert Event.objects.filter(type="meeting_postponed", subject__in=own.values("pk")).exists()
    due = Cell.objects.filter(organization__code="GZ-101", why_not="", completed_on__isnull=True, first__lte=TODAY)
    assert "branch_committee_meeting" in set(due.filter(last__gte=TODAY).values_list("requirement", flat=True))


def test_committees_commented_asked_and_settled(demo):
    comments = Comment.objects.annotate(given=Count("answers"))
    assert comments.filter(due__isnull=True).exists()
    settled = comments.filter(due__isnull=False, closed_at__isnull=False)
    assert settled.filter(given=1).count() == settled.count() >= 5
    assert all(one.office.code == BY_CODE[one.filing.meeting.organization.code].parent for one in comments)


def test_what_is_owed_is_met_late_or_missing_but_mostly_met(demo):
    owed = Cell.objects.filter(why_not="", due__lt=TODAY)
    counts = owed.aggregate(
        all=Count("pk"),
        met=Count("pk", filter=Q(completed_on__lte=F("due"))),
        late=Count("pk", filter=Q(completed_on__gt=F("due"))),
        missing=Count("pk", filter=Q(completed_on__isnull=True)),
    )
    lessons = owed.filter(requirement="unit.lesson")
    assert 0.8 <= lessons.filter(completed_on__isnull=False).count() / lessons.count() < 1
    assert counts["all"] > 2000
    assert 0.88 <= counts["met"] / counts["all"] <= 0.95
    assert 0.02 <= counts["late"] / counts["all"] <= 0.07
    assert 0.02 <= counts["missing"] / counts["all"] <= 0.07
    assert set(owed.values_list("requirement", flat=True)) >= {
        *("general_meeting", "branch_committee_meeting", "group_meeting", "theme_day"),
        *("organization_life_meeting", "appraisal", "leader_lesson", "unit.lesson"),
    }


def test_a_campaign_runs_with_parts_of_three_levels_and_two_of_before_are_texts_and_days_only(demo):
    running, over, *before = Campaign.objects.order_by("-since")
    assert [one.title for one in before] == ["“三严三实”专题教育", "党的群众路线教育实践活动"]
    assert all(one.was_before and not one.parts.exists() for one in before)
    assert (running.is_running, over.is_running, over.was_before) == (True, False, False)
    asked = {part.organization.code: part for part in running.parts.select_related("organization")}
    assert set(asked) == {"GZ", "GZ-1", "GZ-101"}
    served = Counter(Link.objects.values_list("part__title", flat=True))
    groups = Organization.objects.filter(code__startswith="GZ-101-").count()
    assert served[asked["GZ-101"].title] == served["各党小组对照条例找不足"] == groups == 4
    assert served["以“做合格党员”为主题上一次党课"] > 40
    assert served["讲一次支部工作条例专题党课"] >= 40
    assert not Link.objects.exclude(meeting__stage="filed").exists()
    shared = StudyNote.objects.values_list("shared_with__code", flat=True)
    assert list(shared) == ["GZ-101", "GZ-101"]


def test_what_is_over_was_wrapped_up_from_records_by_the_windows_and_in_sums_above_them(demo):
    over = Campaign.objects.get(title="“学条例、用条例”专题学习")
    told = {kept.organization.code: kept for kept in WrapUp.objects.select_related("organization", "sealed")}
    assert set(told) == {"GZ", "GZ-1", "GZ-101"}
    assert all(kept.campaign_id == over.pk and kept.filed_at for kept in told.values())
    mine = told["GZ-101"].sealed_text
    begun = wrap_up_from_records(over, told["GZ-101"].organization, TODAY)
    assert mine.split("\n四、")[0].splitlines()[1:-1] == begun.splitlines()[1:-1]
    assert mine.count("召开党小组会") == 4
    for code in ("GZ", "GZ-1"):
        assert "已有归档记录的" in told[code].sealed_text
        names = Organization.objects.filter(kind="branch").values_list("name", flat=True)
        assert not any(name in told[code].sealed_text for name in names)
    people = Person.objects.values_list("name", flat=True)
    assert not any(name in kept.sealed_text for kept in told.values() for name in people)


def test_the_committee_wrote_to_all_its_branches_and_took_one_back_and_some_are_reminded_of_the_month(demo):
    committee = Organization.objects.get(code="GZ-1")
    branches = Organization.objects.filter(path__startswith=committee.path, kind="branch", dissolved__isnull=True)
    asked, before = Circular.objects.order_by("-sent_at")
    assert (bool(asked.rule), asked.enclosures.count(), bool(before.withdrawn_at)) == (True, 1, True)
    assert asked.addressees.count() == branches.count() > 5
    told = Notice.objects.filter(about=f"circular:{asked.pk}").values_list("person", flat=True)
    assert set(told) <= set(Appointment.objects.filter(organization__in=branches).values_list("person", flat=True))
    reminders = Notice.objects.filter(occasion="owed")
    assert 0 < reminders.count() < 200
    assert not Notice.objects.filter(mail_at__isnull=False).exists()


def test_one_branch_called_the_lesson_of_the_committees_pack_and_the_windows_have_it_still_to_take(demo):
    taken = TakenPack.objects.get()
    lesson = taken.meeting
    assert (taken.organization.code, lesson.stage, taken.brought.count()) == ("GZ-104", MeetingStage.ANNOUNCED, 0)
    assert [unit.organization.code for unit in equals_of(lesson)] == ["GZ-1"]
    assert list(lesson.papers.values_list("name", flat=True)) == ["讲课提纲.txt"]
    assert lesson.texts.get(field=MinutesText.Field.CONVEYED).text.startswith("局机关党委下发本课")
    windows, account = Organization.objects.get(code="GZ-101"), demo.account("secretary")
    content, at = (demo.folder / "study-pack.zip").read_bytes(), taken.taken_at + dt.timedelta(days=1)
    own = take_in(windows, content, by=account.person, account=account, actor=account.actor, at=at)
    assert (own.title, own.meeting.stage, own.meeting.agenda.count()) == (taken.title, MeetingStage.DRAFT, 3)
