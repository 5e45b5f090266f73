"""Who may do what around a meeting: the question about one thing and the queryset never differ."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.gatherings import DONE, STARTS, announced, opened
from tests.world import DAY
from zhibu.apps.meetings import access
from zhibu.apps.meetings.actions import convening, roll, tasks
from zhibu.apps.meetings.models import Meeting, Task
from zhibu.apps.people.access import Asker, stranger
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import MeetingKind, PostKind

pytestmark = pytest.mark.django_db

MEETING_TWINS = [
    (access.may_run, access.meetings_run_by),
    (access.may_see_meeting, access.meetings_seen_by),
    (access.may_attend, access.meetings_attended_by),
    (access.may_comment, access.meetings_commented_by),
]
TASK_TWINS = [(access.may_report, access.tasks_reported_by)]


@pytest.fixture
def askers() -> dict[str, Asker]:
    """Everybody of the bureau, a leader, an observer and a stranger, with meetings of every kind of roll."""
    house = world.bureau()
    leader = world.member("组长", house.inspection, group=house.first_group)
    world.appoint(leader, house.first_group, PostKind.GROUP_LEADER)
    host = announced(house, title="大会")
    convening.announce(
        convening.draft(
            organization=house.inspection,
            kind=MeetingKind.THEME_DAY,
            title="同一个下午",
            made_by=None,
            agenda=["学习"],
            host=host,
            chair=house.chen,
            **DONE,
        ).pk,
        **DONE,
    )
    announced(house, title="委员会", kind=MeetingKind.BRANCH_COMMITTEE_MEETING)
    announced(house, organization=house.first_group, title="小组会", kind=MeetingKind.GROUP_MEETING)
    announced(house, STARTS, STARTS + dt.timedelta(days=1), title="党课", kind=MeetingKind.LESSON)
    convening.draft(
        organization=house.inspection,
        kind=MeetingKind.LESSON,
        title="草稿",
        made_by=None,
        agenda=[],
        recorder=leader,
        **DONE,
    )
    session = opened(house, title="有任务的会")
    roll.change_roll(session.meeting_id, house.qiu, observes=True, reason="列席", **DONE)
    for holder in (house.chen, house.qiu):
        tasks.take_on(session.meeting, text=f"任务：{holder.name}", holder=holder, due=None, **DONE)
    people = (house.lin, house.chen, house.fang, house.qiu, house.wen, leader)
    return {one.name: asker_of(world.account(one), DAY) for one in people} | {"": stranger(DAY)}


def test_the_question_and_the_queryset_agree_for_everybody(askers):
    for name, asker in askers.items():
        for twins, things in ((MEETING_TWINS, Meeting.objects.all()), (TASK_TWINS, Task.objects.all())):
            for may_x, x_by in twins:
                asked = {str(thing) for thing in things if may_x(asker, thing)}
                assert asked == {str(thing) for thing in x_by(asker)}, (name, may_x.__name__)


def test_who_attends_is_who_stands_on_the_roll_own_or_shared(askers):
    attended = {name: {str(one) for one in access.meetings_attended_by(asker)} for name, asker in askers.items()}
    whole_branch = {"大会", "同一个下午", "党课", "有任务的会"}
    assert attended == {
        "林悦": whole_branch | {"委员会", "小组会"},
        "陈星": whole_branch,
        "组长": whole_branch | {"小组会"},
        "邱禾": {"有任务的会"},
        "方澄": set(),
        "闻宁": set(),
        "": set(),
    }


@pytest.mark.sqlite_only
def test_the_database_goes_to_the_meetings_one_sees_and_does_not_look_through_all():
    made = world.bureau()
    for somebody in (made.lin, made.chen):
        seen = access.meetings_seen_by(asker_of(world.account(somebody), DAY))
        plan = seen.order_by("-held_on").explain()
        assert "SCAN meetings_meeting" not in plan, plan
