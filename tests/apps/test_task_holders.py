"""Whoever takes up a post takes over what is open of it, on the day of appointment and without a word."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.apps.stages import DONE, closed
from tests.world import DAY
from zhibu.apps.meetings import access
from zhibu.apps.meetings.actions import tasks
from zhibu.apps.meetings.mine import tasks_held_by
from zhibu.apps.people.models import Appointment
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import PostKind

pytestmark = pytest.mark.django_db

TOMORROW, LATER = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def task(house):
    meeting, _session = closed(house)
    return tasks.take_on(meeting, text="报送换届材料", holder=house.lin, due=LATER, **DONE)


def succeeded(house, *, since=TOMORROW):
    """Chen becomes secretary in the place of Lin."""
    Appointment.objects.filter(person=house.lin, organization=house.inspection).update(until=since)
    world.appoint(house.chen, house.inspection, PostKind.SECRETARY, since=since)


def held(person, on=LATER):
    return list(tasks_held_by(person.pk, on).values_list("text", flat=True))


def test_a_task_of_an_officer_belongs_to_the_post_and_that_of_a_member_to_the_person(house, task):
    own = tasks.take_on(task.meeting, text="整理书柜", holder=house.chen, due=None, **DONE)
    assert (task.post, own.post) == (PostKind.SECRETARY, "")


def test_the_successor_holds_it_from_the_day_of_appointment_and_not_before(house, task):
    succeeded(house)
    assert (held(house.lin, DAY), held(house.chen, DAY)) == ([task.text], [])
    assert (held(house.lin, TOMORROW), held(house.chen, TOMORROW)) == ([], [task.text])


def test_what_is_done_stays_with_the_one_who_did_it(house, task):
    tasks.report_task(task, report="已报送", done_on=DAY, **DONE)
    succeeded(house)
    assert (held(house.lin), held(house.chen)) == ([task.text], [])


def test_while_the_post_is_vacant_the_one_who_left_it_still_holds_the_task(house, task):
    Appointment.objects.filter(person=house.lin, organization=house.inspection).update(until=TOMORROW)
    assert held(house.lin) == [task.text]


def test_somebody_who_held_the_same_post_beside_them_is_no_successor(house):
    other = world.member("周委员", house.inspection)
    for person in (house.chen, other):
        world.appoint(person, house.inspection, PostKind.COMMITTEE_MEMBER)
    meeting, _session = closed(house)
    task = tasks.take_on(meeting, text="走访班组", holder=house.chen, due=None, **DONE)
    Appointment.objects.filter(person=house.chen, organization=house.inspection).update(until=TOMORROW)
    assert (held(house.chen), held(other)) == ([task.text], [])


def test_a_task_of_the_person_does_not_go_with_a_post(house):
    meeting, _session = closed(house)
    task = tasks.take_on(meeting, text="整理书柜", holder=house.chen, due=None, **DONE)
    succeeded(house)
    assert (held(house.lin), held(house.chen)) == ([], [task.text])


def test_the_same_post_elsewhere_takes_nothing_over(house, task):
    Appointment.objects.filter(person=house.lin, organization=house.inspection).update(until=TOMORROW)
    world.appoint(house.chen, house.archive_branch, PostKind.SECRETARY, since=TOMORROW)
    assert (held(house.lin), held(house.chen)) == ([task.text], [])


@pytest.mark.parametrize("on", [DAY, LATER])
def test_who_may_report_agrees_in_both_forms_before_and_after(house, task, on):
    succeeded(house)
    for person in (house.lin, house.chen, house.qiu, house.wen):
        asker = asker_of(world.account(person), on)
        assert access.may_report(asker, task) == access.tasks_reported_by(asker).filter(pk=task.pk).exists()
    assert access.may_report(asker_of(house.chen.account, LATER), task)
