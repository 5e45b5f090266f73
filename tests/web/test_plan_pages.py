"""The plan of a month on its pages: asked for, looked at, changed, accepted; one's own session and why."""

from __future__ import annotations

import datetime as dt
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils.timezone import localtime

from tests import world
from tests.planned import DONE, FIRST, MONTH, asked, hall, made, narrowed, planned
from tests.web.browser import assert_good
from tests.web.conftest import TURN
from tests.web.visits import client_of, text
from tests.world import AT, DAY
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.planning.actions import accepting, making
from zhibu.apps.planning.models import Hindered, Plan, PlanItem, PlanSeat, PlanSession, Room
from zhibu.domain.planning import PlanState, Way
from zhibu.domain.terms import MeetingKind
from zhibu.web.operator.planner import Planner
from zhibu.web.shell import clock

#: Each has a plan made by the solver.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def place(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    return hall()


@pytest.fixture
def proposal(place):
    plan = planned(place.branch)
    assert plan.state == PlanState.PROPOSED, plan.trouble
    return plan


@pytest.fixture
def lin(place):
    return client_of(place.house.lin)


def at(place):
    return f"/plan/?organization={place.branch.code}&month=2026-12"


def test_what_is_owed_is_listed_and_planned_with_one_press(place, lin):
    shown = text(lin.get(at(place)))
    assert "支部党员大会" in shown
    assert "党小组会 · 第一党小组" in shown
    answer = lin.post("/plan/ask/", {"organization": place.branch.code, "month": "2026-12"})
    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert plan.asked_by == place.house.lin.account
    assert "正在排定" in text(lin.get(answer["Location"]))
    made(narrowed(plan))
    assert "采用并通知" in text(lin.get(answer["Location"]))


def test_late_in_a_month_the_next_one_is_opened(place, lin):
    assert "2026-12 排会" in text(lin.get("/plan/"))


@pytest.mark.parametrize("month", ["2026-13", "abc", "2026-1", "20261-01"])
def test_a_month_that_is_none_is_told(place, lin, month):
    answer = lin.get(f"/plan/?month={month}")
    assert answer.status_code == 400
    assert "2026-12" in text(answer)
    assert lin.post("/plan/ask/", {"organization": place.branch.code, "month": month}).status_code == 400


def test_a_month_gone_by_and_one_without_anything_owed_say_so(place, lin):
    assert "这个月已经过去" in text(lin.get("/plan/?month=2026-10"))
    assert "没有需要排的" in text(lin.get("/plan/?month=2028-01"))
    answer = lin.post("/plan/ask/", {"organization": place.branch.code, "month": "2026-10"})
    assert answer.status_code == 409


def test_before_an_election_one_sees_on_which_days_enough_can_sit_together(place, lin):
    page = lin.get(f"/plan/election/?organization={place.branch.code}&month=2026-12")
    shown = text(page)
    assert "须有 10 人同时到会" in shown
    assert "12-31" in shown
    assert "按现有排班开不成" in shown  # a crew comes from the night and one is about to begin it
    assert "/plan/election/" in lin.get(at(place)).content.decode()
    assert lin.get("/plan/election/?month=2026-10").status_code == 409
    assert client_of(place.house.chen).get("/plan/election/").status_code == 403


def test_the_page_says_when_who_and_what_it_leaves_at_the_windows(place, proposal, lin):
    shown = text(lin.get(at(place)))
    sitting = PlanSession.objects.get(item__plan=proposal, item__kind=MeetingKind.GENERAL_MEETING.value)
    assert f"{localtime(sitting.starts_at):%H:%M}" in shown
    assert "建议，尚未通知" in shown
    page = text(lin.get(f"/plan-sessions/{sitting.pk}/"))
    for seat in sitting.seats.select_related("person"):
        assert seat.person.name in page
    for seat in PlanSeat.objects.filter(item=sitting.item, way=Way.MISSED.value).select_related("person"):
        assert seat.person.name in page
    if sitting.cover:
        assert sitting.cover[0]["at"] in page


def test_another_time_is_looked_at_before_anything_changes(place, proposal, lin):
    day = PlanSession.objects.filter(item__plan=proposal, item__kind=MeetingKind.THEME_DAY.value).first()
    way = f"/plan-sessions/{day.pk}/move/"
    night = text(lin.get(way, {"day": str(FIRST), "begins": "03:00"}))
    assert "会影响这些" in night
    assert "场地未开放" in night
    same = text(lin.get(way, {"day": f"{localtime(day.starts_at):%Y-%m-%d}"}))  # dragged: the hour stays
    assert "都符合要求" in same
    assert lin.get(way, {"day": "2026-11-20", "begins": "10:00"}).status_code == 422
    assert Plan.objects.count() == 1
    there = localtime(day.starts_at)
    answer = lin.post(way, {"day": f"{there:%Y-%m-%d}", "begins": f"{there:%H:%M}"})
    assert answer.status_code == 302
    again = made(Plan.objects.get(state=PlanState.WAITING.value))
    assert PlanSession.objects.filter(item__plan=again, is_pinned=True, starts_at=day.starts_at).exists()


def test_a_session_is_held_to_and_let_go(place, proposal, lin):
    one = PlanSession.objects.filter(item__plan=proposal).first()
    lin.post(f"/plan-sessions/{one.pk}/pin/", {"pinned": "yes"})
    assert "已固定" in text(lin.get(at(place)))
    lin.post(f"/plan-sessions/{one.pk}/pin/")
    assert "已固定" not in text(lin.get(at(place)))


def test_wishes_are_asked_and_an_odd_one_is_told_at_its_field(place, proposal, lin):
    way = f"/plans/{proposal.pk}/again/"
    form = {}
    for item in proposal.items.all():
        name = item.pk.hex
        form |= {f"{name}_first": str(item.first), f"{name}_last": str(item.last), f"{name}_minutes": item.minutes}
        form |= {f"{name}_wanted": "on"} if item.is_wanted else {}
        form |= {f"{name}_turns": item.turns} if item.turns > 1 else {}
    assert "列入排定" in text(lin.get(way))
    item = proposal.items.get(kind=MeetingKind.THEME_DAY.value)
    odd = lin.post(way, form | {f"{item.pk.hex}_minutes": 3})
    assert Plan.objects.count() == 1
    assert "15" in text(odd)
    turned = lin.post(way, form | {f"{item.pk.hex}_last": "2026-12-01"})
    assert "最后一天早于第一天" in text(turned)
    assert lin.post(way, form | {f"{item.pk.hex}_minutes": 60}).status_code == 302
    assert PlanItem.objects.get(plan__state=PlanState.WAITING.value, kind=MeetingKind.THEME_DAY.value).minutes == 60


def test_accepted_it_is_announced_and_everybody_finds_their_own_session(place, proposal, lin):
    way = f"/plans/{proposal.pk}/accept/"
    assert not Meeting.objects.exists()
    assert "采用并通知" in text(lin.get(way))
    assert not Meeting.objects.exists()
    assert lin.post(way).status_code == 302
    assert lin.post(way).status_code == 409
    seat = PlanSeat.objects.filter(item__plan=proposal, session__isnull=False).exclude(person=place.house.lin).first()
    theirs = client_of(seat.person)
    meeting = Meeting.objects.get(pk=PlanItem.objects.get(pk=seat.item_id).meeting_id)
    assert f"/meetings/{meeting.pk}/my-session/" in text(theirs.get("/today/"))
    page = text(theirs.get(f"/meetings/{meeting.pk}/my-session/"))
    assert f"{localtime(seat.session.starts_at):%H:%M}" in page
    assert theirs.post(f"/meetings/{meeting.pk}/my-session/", {"reason": " "}).status_code == 422
    assert theirs.post(f"/meetings/{meeting.pk}/my-session/", {"reason": "孩子住院"}).status_code == 302
    assert "孩子住院" in text(theirs.get(f"/meetings/{meeting.pk}/my-session/"))
    assert "孩子住院" in text(lin.get(at(place)))
    making.look_again(DAY)
    shown = text(lin.get(at(place)))
    assert "给出最小的调整" in shown
    assert lin.post(f"/plans/{proposal.pk}/again/", {"as_is": "yes"}).status_code == 302
    again = made(Plan.objects.get(state=PlanState.WAITING.value))
    assert "尽量少改动" in text(lin.get(at(place)))
    assert again.keeps == proposal
    hindrance = Hindered.objects.get()
    assert lin.post(f"/me/hindered/{hindrance.pk}/take-back/").status_code == 404  # it is not hers
    assert theirs.post(f"/me/hindered/{hindrance.pk}/take-back/").status_code == 302
    assert "孩子住院" not in text(theirs.get(f"/meetings/{meeting.pk}/my-session/"))


def test_the_reason_why_somebody_can_not_come_is_for_who_plans_alone(place, proposal):
    accepting.accept(proposal, by=None, **DONE)
    Hindered.objects.create(
        person=place.house.chen, organization=place.branch, day=dt.date(2026, 12, 9), reason="孩子住院", said_at=AT
    )
    # The committee's own plan speaks by name: of its own meetings.
    own = Plan.objects.create(
        organization=place.house.office, month=MONTH, state=PlanState.PROPOSED.value, asked_at=AT
    )
    own.items.create(organization=place.house.office, kind="committee_meeting", first=FIRST, last=FIRST, minutes=60)
    chen, other, fang = (client_of(one) for one in (place.house.chen, place.people[6], place.house.fang))
    above = f"/plan/?organization={place.house.office.code}&month=2026-12"
    for address in (at(place), "/today/", f"/people/{place.house.chen.pk}/", above):
        assert "孩子住院" not in other.get(address).content.decode()
        assert "孩子住院" not in fang.get(address).content.decode()
    assert "孩子住院" in chen.get("/me.json").content.decode()


def test_others_find_no_plan_and_a_member_is_not_let_in(place, proposal):
    qiu, chen = client_of(place.house.qiu), client_of(place.house.chen)
    one = PlanSession.objects.filter(item__plan=proposal).first()
    plan, session = f"/plans/{proposal.pk}/", f"/plan-sessions/{one.pk}/"
    for address in (at(place), f"{plan}accept/", f"{plan}again/", session, f"{session}move/"):
        assert qiu.get(address).status_code == 404
        assert chen.get(address).status_code in {403, 404}
    for address in (f"{plan}accept/", f"{plan}give-up/", f"{session}pin/"):
        assert qiu.post(address).status_code == 404
        assert chen.post(address).status_code == 404
    assert not Meeting.objects.exists()


def test_upward_there_are_sums_and_no_names(place):
    fang = client_of(place.house.fang)
    answer = fang.post("/plan/ask/", {"organization": place.house.office.code, "month": "2026-12"})
    plan = made(narrowed(Plan.objects.get(), MeetingKind.THEME_DAY))
    assert plan.is_whole
    shown = fang.get(answer["Location"]).content.decode()
    assert place.branch.name in shown
    for person in place.people:
        assert person.name not in shown
    one = PlanSession.objects.filter(item__plan=plan).first()
    assert fang.get(f"/plan-sessions/{one.pk}/").status_code == 404
    assert fang.get(f"/plan-sessions/{one.pk}/move/").status_code == 404


def test_given_up_nothing_is_announced(place, proposal, lin):
    lin.post(f"/plans/{proposal.pk}/give-up/")
    assert "排这个月" in text(lin.get(at(place)))
    assert lin.post(f"/plans/{proposal.pk}/give-up/").status_code == 409
    assert not Meeting.objects.exists()


def test_a_planner_that_is_missing_is_told_on_the_page(place, lin):
    plan = asked(place.branch)
    making.begin_next(AT, DAY)
    making.fail(plan.pk, "没有安装排会程序", at=AT)
    shown = text(lin.get(at(place)))
    assert "没有安装排会程序" in shown
    assert "改动要排的会" in shown


def test_the_page_asks_eight_times_at_most_however_much_is_planned(place, lin, django_assert_max_num_queries):
    plan = planned(place.branch)
    sessions = list(PlanSession.objects.filter(item__plan=plan))
    for number in range(60):
        item = PlanItem.objects.create(
            plan=plan, organization=place.branch, kind="theme_day", first=FIRST, last=FIRST, minutes=60, audience=12
        )
        held = PlanSession.objects.create(
            item=item,
            starts_at=sessions[0].starts_at + dt.timedelta(hours=number),
            ends_at=sessions[0].ends_at + dt.timedelta(hours=number),
            cover=sessions[0].cover,
        )
        PlanSeat.objects.bulk_create(
            PlanSeat(item=item, session=held, person=person, way=Way.DUTY.value) for person in place.people
        )
    lin.get(at(place))
    with django_assert_max_num_queries(8):
        lin.get(at(place))


# --- Rooms ---------------------------------------------------------------------------------------------------------


def room_form(**other):
    return {"name": "三楼会议室", "site": "", "capacity": 12, "opens": "09:00", "closes": "17:00"} | other


def test_a_secretary_keeps_the_rooms_of_the_branch_and_a_committee_the_shared_ones(place, lin):
    assert "还没有登记场地" in text(lin.get("/rooms/"))
    assert lin.post("/rooms/new/", room_form()).status_code == 422  # whose it is has to be said
    assert lin.post("/rooms/new/", room_form(organization=str(place.branch.pk))).status_code == 302
    room = Room.objects.get()
    again = lin.post("/rooms/new/", room_form(organization=str(place.branch.pk)))
    assert "三楼会议室" in text(again)
    assert again.status_code == 422
    fang = client_of(place.house.fang)
    assert fang.post("/rooms/new/", room_form(name="礼堂", organization="")).status_code == 302
    shared = Room.objects.get(organization=None)
    assert "礼堂" in text(lin.get("/rooms/"))
    assert lin.get(f"/rooms/{shared.pk}/").status_code == 403
    assert client_of(place.house.qiu).get(f"/rooms/{room.pk}/").status_code == 404
    one, other = place.posts[0].site, world_site("车站")
    assert lin.post("/rooms/", {"one": str(one.pk), "other": str(other.pk), "minutes": 30}).status_code == 403
    assert fang.post("/rooms/", {"one": str(one.pk), "other": str(other.pk), "minutes": 30}).status_code == 302
    assert "30 分钟" in text(fang.get("/rooms/"))
    assert lin.post(f"/rooms/{room.pk}/close/").status_code == 302
    assert "三楼会议室" not in text(lin.get("/rooms/"))


def world_site(name):
    from zhibu.apps.windows.models import Site

    return Site.objects.create(name=name)


# --- The worker ----------------------------------------------------------------------------------------------------


def test_the_worker_makes_a_plan_in_a_process_of_its_own(place):
    plan = narrowed(asked(place.branch))
    planner = Planner()
    until = time.monotonic() + 90
    try:
        planner.step(lambda: AT)
        while planner.is_busy and time.monotonic() < until:
            time.sleep(0.1)
            planner.step(lambda: AT)
    finally:
        planner.close()
    plan.refresh_from_db()
    assert plan.state == PlanState.PROPOSED, plan.trouble


def test_a_worker_that_is_stopped_leaves_the_plan_to_the_next(place):
    plan = narrowed(asked(place.branch))
    first = Planner()
    first.step(lambda: AT)
    first.close()
    plan.refresh_from_db()
    assert plan.state == PlanState.RUNNING
    making.resume()
    assert made(plan).state == PlanState.PROPOSED


def read(path):
    """Of a process that may end meanwhile."""
    with suppress(OSError):
        return Path(path).read_text()
    return ""


def children(pid):
    """Those of all its threads, and theirs."""
    tasks = [pid] if pid != os.getpid() else [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    own = [int(child) for task in tasks for child in read(f"/proc/{pid}/task/{task}/children").split()]
    return [*own, *(below for child in own for below in children(child))]


def is_there(pid):
    stat = read(f"/proc/{pid}/stat")
    return bool(stat) and stat.rsplit(")", 1)[1].split()[0] != "Z"


def until(is_so, seconds=30.0):
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.1)
    return is_so()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux which processes there are")
def test_a_worker_that_is_stopped_leaves_no_process_behind(place):
    before = set(children(os.getpid()))
    asked(place.house.office, is_whole=True)  # of several branches: planned in processes of its own

    def begun():
        return [
            pid for pid in children(os.getpid()) if pid not in before and "spawn_main" in read(f"/proc/{pid}/cmdline")
        ]

    planner = Planner()
    planner.step(lambda: AT)
    assert until(lambda: len(begun()) > 1)
    processes = begun()
    planner.close()
    assert until(lambda: not any(map(is_there, processes)))


# --- In a browser --------------------------------------------------------------------------------------------------


def test_the_plan_fits_phone_and_desk(place, proposal, phone, desk):
    lin = world.account(place.house.lin)
    for opens in (phone, desk):
        page = opens(lin)
        page.goto(at(place))
        assert_good(page, "plan")
        page.click("text=人员和原因 >> nth=0")
        page.wait_for_load_state()
        assert_good(page, "plan session")
        page.goto(f"/plans/{proposal.pk}/again/")
        assert_good(page, "plan wishes")
        one = PlanSession.objects.filter(item__plan=proposal).first()
        page.goto(f"/plan-sessions/{one.pk}/move/?day={FIRST}&begins=03:00")
        assert_good(page, "plan move")
        page.goto("/rooms/")
        assert_good(page, "rooms")
        page.goto("/rooms/new/")
        assert_good(page, "room")
        page.goto("/plan/?month=2027-01")
        assert_good(page, "plan ask")


def test_a_session_is_dragged_to_another_day(place, proposal, desk):
    page = desk(world.account(place.house.lin))
    page.goto(at(place))
    other = page.locator(".calendar td[data-day='2026-12-15']")
    page.locator(".calendar .held").first.drag_to(other)
    page.wait_for_url("**/move/?day=2026-12-15")
    assert page.locator("#id_day").input_value() == "2026-12-15"


def test_the_waiting_page_becomes_the_plan_by_itself(place, desk):
    plan = narrowed(asked(place.branch))
    page = desk(world.account(place.house.lin))
    page.goto(at(place))
    assert_good(page, "plan waiting")
    with TURN:  # the page asks every second
        made(plan)
    page.wait_for_selector("text=采用并通知", timeout=20_000)


def test_ones_own_session_fits_a_phone(place, proposal, phone):
    accepting.accept(proposal, by=None, **DONE)
    seat = PlanSeat.objects.filter(item__plan=proposal, session__isnull=False).exclude(person=place.house.lin).first()
    page = phone(world.account(seat.person))
    page.goto("/today/")
    assert_good(page, "today planned")
    page.click("text=您的场次和原因 >> nth=0")
    page.wait_for_load_state()
    assert_good(page, "my session")
