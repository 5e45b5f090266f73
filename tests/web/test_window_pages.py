"""The pages of the service windows: posts, who is there now, sites and sections, and who may open which."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.windows import DONE, TUESDAY, Windows
from zhibu.apps.archive.models import Event
from zhibu.apps.rosters.actions.shifts import name_shift
from zhibu.apps.windows.actions.posts import close_window_post, set_staffing
from zhibu.apps.windows.actions.seating import unseat
from zhibu.apps.windows.models import Seat, Site, Staffing, WindowPost
from zhibu.domain.staffing import Demand
from zhibu.domain.terms import PostKind, Role
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

TODAY = world.DAY.isoformat()
NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: world.AT + dt.timedelta(days=1))  # Tuesday, half past nine


@pytest.fixture
def windows() -> Windows:
    return Windows()


@pytest.fixture
def wen(windows) -> Client:
    return client_of(windows.wen)


def at(post: WindowPost, further: str = "") -> str:
    return f"/windows/posts/{post.pk}/{further}"


# --- Seen ----------------------------------------------------------------------------------------------------------


def test_the_manager_sees_who_is_there_now_and_who_comes_next(windows, wen):
    text = text_of(wen.get("/windows/now/"))
    assert "报检C01窗口 大厅 陈星 窗班 人员到位" in text
    assert "次日 08:30 林悦" in text
    assert "报检C02窗口 大厅 无人 最少在岗不清楚" in text


def test_where_too_few_are_there_it_says_how_many(windows, wen):
    windows.rostered(windows.chen, "休")
    assert "报检C01窗口 大厅 无人 缺1人" in text_of(wen.get("/windows/now/"))


def test_outside_its_hours_a_post_is_not_open(windows, wen, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: world.AT + dt.timedelta(days=1, hours=3))  # half past twelve
    assert "此刻不开放" in text_of(wen.get("/windows/now/"))


def test_the_page_of_a_post_tells_the_day_hour_by_hour(windows, wen):
    windows.rostered(windows.lin, "晚")
    windows.rostered(windows.chen, "休")
    text = text_of(wen.get(at(windows.post)))
    assert "08:30–12:00 1 无人 缺1人" in text
    assert "13:30–14:00 1 无人 缺1人" in text
    assert "14:00–17:30 1 林悦 人员到位" in text
    assert "17:30–22:00 0 林悦" in text
    assert "陈星 10002" in text


def test_a_post_whose_staffing_is_unknown_is_never_short(windows, wen):
    text = text_of(wen.get(at(windows.second)))
    assert "不清楚" in text
    assert "缺" not in text.replace("是否缺人", "")


def test_only_shifts_in_which_people_sit_at_the_post_count_there(windows, wen):
    WindowPost.objects.filter(pk=windows.post.pk).update(serving="晚")
    assert "08:30–12:00 1 无人 缺1人" in text_of(wen.get(at(windows.post)))


def test_a_list_shows_posts_that_are_closed_only_when_asked(windows, wen):
    close_window_post(windows.second, on=world.DAY, **DONE)
    assert "C02" not in text_of(wen.get("/windows/posts/"))
    assert "C02" in text_of(wen.get("/windows/posts/?closed=yes"))


@pytest.mark.parametrize(
    "address",
    ["/windows/posts/", "/windows/now/", "{post}", "/windows/sites/{site}/", "/windows/sections/{section}/"],
)
def test_a_page_asks_eight_times_at_most_however_many_posts_there_are(
    windows, wen, django_assert_max_num_queries, address
):
    for number in range(10, 40):
        windows.opened(f"C{number}", least_staffing=1)
    there = address.format(post=at(windows.post), site=windows.post.site_id, section=windows.post.section_id)
    wen.get(there)
    with django_assert_max_num_queries(8):
        text_of(wen.get(there))


# --- Who may -------------------------------------------------------------------------------------------------------


def test_those_above_see_the_posts_and_change_nothing(windows):
    fang = client_of(windows.house.fang)
    assert "报检C01窗口" in text_of(fang.get(at(windows.post)))
    assert fang.get(at(windows.post, "edit/")).status_code == 403
    assert fang.get("/windows/posts/new/").status_code == 403


def test_others_find_nothing(windows):
    for person in (windows.chen, windows.house.qiu):
        client = client_of(person)
        assert client.get(at(windows.post)).status_code == 404
        assert client.get(f"/windows/sites/{windows.post.site_id}/").status_code == 404
        assert "C01" not in text_of(client.get("/windows/posts/"))


def test_a_site_shared_with_another_unit_is_renamed_by_nobody_alone(windows, wen):
    windows.opened("X01", organization=windows.house.quay)
    address = f"/windows/sites/{windows.post.site_id}/edit/"
    assert wen.post(address, {"do": "rename", "name": "新厅"}).status_code == 403
    text = text_of(wen.get(f"/windows/sites/{windows.post.site_id}/"))
    assert "C01" in text
    assert "X01" not in text


# --- Kept up -------------------------------------------------------------------------------------------------------

SAID = {
    "name": "报检一号",
    "site": "东厅",
    "section": "报检",
    "opening_hours": "8:30～12:00；13:30-17:00",
    "weekdays": ["1", "2", "3"],
    "least_staffing": "2",
    "serving": ["窗"],
}


def test_a_post_is_opened_with_its_unit(windows, wen):
    answer = wen.post(
        "/windows/posts/new/", SAID | {"code": "C03", "organization": windows.unit.code, "since": TODAY}
    )
    made = WindowPost.objects.get(code="C03")
    assert answer["Location"] == at(made)
    assert (made.opening_hours, made.weekdays, made.serving, made.least_staffing, made.organization) == (
        "08:30-12:00;13:30-17:00",
        "123",
        "窗",
        2,
        windows.unit,
    )


def test_a_post_of_another_unit_a_taken_code_and_unreadable_hours_are_refused_beside_the_field(windows, wen):
    new = SAID | {"code": "C03", "organization": windows.house.quay.code, "since": TODAY}
    assert wen.post("/windows/posts/new/", new).status_code == 422
    taken = new | {"code": "C01", "organization": windows.unit.code}
    assert "C01已经有了" in text_of(wen.post("/windows/posts/new/", taken), 422).replace(" ", "")
    odd = taken | {"code": "C03", "opening_hours": "早上"}
    assert "08:30-12:00;13:30-17:30" in text_of(wen.post("/windows/posts/new/", odd), 422)
    assert WindowPost.objects.count() == 2


def test_a_post_is_altered_and_closed(windows, wen):
    assert wen.post(at(windows.second, "edit/"), SAID).status_code == 302
    windows.second.refresh_from_db()
    assert (windows.second.name, windows.second.site.name) == ("报检一号", "东厅")
    assert wen.post(at(windows.second, "close/"), {"on": TUESDAY.isoformat()}).status_code == 302
    assert "陈星" in wen.post(at(windows.post, "close/"), {"on": TUESDAY.isoformat()}).content.decode()
    assert wen.post(at(windows.post, "close/"), {"on": TUESDAY.isoformat()}).status_code == 409


def test_more_shifts_at_the_post_than_can_be_kept_are_refused(windows, wen):
    codes = [f"班次{number:06}" for number in range(12)]
    for code in codes:
        name_shift(code=code, name=code, starts=dt.time(8), ends=dt.time(9), **DONE)
    assert "所有班次" in text_of(wen.post(at(windows.post, "edit/"), SAID | {"serving": codes}), 422)


def lines(*rows: tuple[str, str, str, str]) -> dict[str, object]:
    said: dict[str, object] = {"line-TOTAL_FORMS": len(rows), "line-INITIAL_FORMS": 0, "on": TUESDAY.isoformat()}
    for number, (days, starts, ends, least) in enumerate(rows):
        said |= {
            f"line-{number}-weekdays": list(days),
            f"line-{number}-starts": starts,
            f"line-{number}-ends": ends,
            f"line-{number}-least": least,
        }
    return said


def test_least_staffing_is_said_line_by_line(windows, wen):
    wen.post(
        at(windows.post, "staffing/"),
        lines(("12345", "08:30", "24:00", "1"), ("67", "20:00", "8:00", "1"), ("", "", "", "")),
    )
    assert list(Staffing.objects.values_list("weekdays", "starts", "ends", "least")) == [
        ("12345", 510, 1440, 1),
        ("67", 1200, 480, 1),
    ]
    page = text_of(wen.get(at(windows.post)))
    assert "星期一至星期五 08:30–24:00: 1" in page


def test_more_than_belong_to_the_post_is_a_warning_and_no_refusal(windows, wen):
    answer = wen.post(at(windows.post, "staffing/"), lines(("1", "08:30", "12:00", "3")), follow=True)
    assert "最少需要3人，而属于该岗位的有2人" in text_of(answer)
    assert Staffing.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("1", "08:30", "", "1"), "一行需要"),
        (("", "08:30", "12:00", "1"), "一行需要"),
        (("1", "25:00", "12:00", "1"), "08:30"),
        (("1", "24:00", "12:00", "1"), "08:30"),
        (("1", "08:30", "12:00", "0"), "1"),
        (("1", "08:30", "次日01:00", "1"), "24:00"),
    ],
)
def test_a_line_that_says_half_of_it_is_refused_and_what_was_typed_stays(windows, wen, row, says):
    text = text_of(wen.post(at(windows.post, "staffing/"), lines(row)), 422)
    assert says in text
    assert not Staffing.objects.exists()


def test_lines_that_ask_for_the_same_hours_are_refused_by_name(windows, wen):
    answer = wen.post(
        at(windows.post, "staffing/"), lines(("1", "08:30", "12:00", "1"), ("12", "11:00", "13:00", "2"))
    )
    assert "一 08:30–12:00" in text_of(answer, 422)


def test_somebody_of_the_manager_s_unit_gets_a_place_and_gives_it_up(windows, wen):
    answer = wen.post(at(windows.second, "seat/"), {"person": "闻宁", "on": TUESDAY.isoformat()})
    assert answer["Location"] == at(windows.second)
    ended = wen.post(
        at(windows.second, f"unseat/{windows.wen.pk}/"), {"on": (TUESDAY + dt.timedelta(days=1)).isoformat()}
    )
    assert ended.status_code == 302
    assert not Seat.objects.filter(person=windows.wen, until__isnull=True).exists()


def test_nobody_of_another_unit_can_be_taken_or_guessed(windows, wen):
    for typed in ("邱禾", windows.house.qiu.staff_number, "没有的人"):
        text = text_of(wen.post(at(windows.second, "seat/"), {"person": typed, "on": TODAY}), 422)
        assert "请填写工号" in text


def test_a_place_held_at_a_post_of_another_unit_is_not_taken_from_there(windows, wen):
    there = windows.opened("X01", organization=windows.house.quay)
    Seat.objects.filter(person=windows.lin).update(window_post=there)
    text = text_of(wen.post(at(windows.second, "seat/"), {"person": "林悦", "on": TODAY}), 422)
    assert "其他单位" in text
    assert Seat.objects.get(person=windows.lin).window_post == there


def test_a_site_is_renamed_and_joined(windows, wen):
    old = windows.post.site
    new = windows.opened("C03", site="东厅").site
    assert wen.post(f"/windows/sites/{old.pk}/edit/", {"do": "rename", "name": "东厅"}).status_code == 422
    assert wen.post(f"/windows/sites/{old.pk}/edit/", {"do": "join", "into": NOBODY}).status_code == 422
    answer = wen.post(f"/windows/sites/{old.pk}/edit/", {"do": "join", "into": str(new.pk)})
    assert answer["Location"] == f"/windows/sites/{new.pk}/"
    assert list(Site.objects.values_list("name", flat=True)) == ["东厅"]


def test_looking_changes_nothing(windows, wen):
    before = Event.objects.count()
    for address in (
        "/windows/posts/new/",
        at(windows.post, "edit/"),
        at(windows.post, "close/"),
        at(windows.post, "staffing/"),
        at(windows.post, "seat/"),
        at(windows.post, f"unseat/{windows.chen.pk}/"),
        f"/windows/sites/{windows.post.site_id}/edit/",
        f"/windows/sections/{windows.post.section_id}/edit/",
    ):
        text_of(wen.get(address))
    assert Event.objects.count() == before


def test_without_windows_the_pages_say_so(windows):
    unseat(windows.chen, on=world.DAY, **DONE)
    unseat(windows.lin, on=world.DAY, **DONE)
    WindowPost.objects.all().update(until=world.DAY)
    client = client_of(windows.wen)
    assert "还没有窗口岗位" in text_of(client.get("/windows/posts/"))
    assert "今天没有窗口岗位" in text_of(client.get("/windows/now/"))
    assert "没有窗口岗位" in text_of(client.get("/rosters/"))


# --- In a browser --------------------------------------------------------------------------------------------------


def test_the_windows_can_be_used_on_a_phone_and_at_a_desk(phone: Opens, desk: Opens, windows: Windows) -> None:
    set_staffing(windows.second, [Demand("1234567", 0, 1440, 1)], on=world.DAY, **DONE)
    world.appoint(windows.wen, windows.house.first_group, PostKind.GROUP_LEADER)
    for opens in (phone, desk):
        page = opens(windows.manager)
        for address, name in (
            ("/windows/now/", "now"),
            ("/windows/posts/", "posts"),
            (at(windows.post), "post"),
            (at(windows.post, "edit/"), "post-edit"),
            (at(windows.post, "staffing/"), "staffing"),
            (at(windows.post, "seat/"), "seat"),
            (f"/windows/sites/{windows.post.site_id}/", "site"),
            (f"/windows/sections/{windows.post.section_id}/edit/", "section-edit"),
        ):
            page.goto(address)
            assert_good(page, f"windows-{name}")
    assert Role.WINDOW_MANAGER.zh == "窗口管理员"
