"""The roster of a month on pages: seen, filled in, filled from a rotation, taken away, brought in, taken back."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.windows import DONE, TUESDAY, Windows
from zhibu.apps.archive.models import Event
from zhibu.apps.rosters.actions.shifts import keep_rotation
from zhibu.apps.rosters.models import LastChange, RosterDay, Rotation
from zhibu.apps.windows.actions.seating import seat
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: world.AT)


@pytest.fixture
def windows() -> Windows:
    return Windows()


@pytest.fixture
def wen(windows) -> Client:
    return client_of(windows.wen)


def at(windows, further: str = "/", month: str = "2026-11") -> str:
    return f"/rosters/{windows.unit.pk}/{month}{further}"


def codes(person) -> dict[int, str]:
    return dict(RosterDay.objects.filter(person=person).values_list("day__day", "shift__code"))


# --- Seen ----------------------------------------------------------------------------------------------------------


def test_the_month_shows_who_has_which_shift_and_which_hours_run_short(windows, wen):
    windows.rostered(windows.lin, "休休休窗")
    text = text_of(wen.get(at(windows)))
    assert "林悦 10001" in text
    assert "11月25日 星期三 · 报检C01窗口 08:30–12:00缺1人；13:30–17:30缺1人" in text
    assert "11月24日" not in text.split("缺人时段")[1]
    assert "最少在岗不清楚： 报检C02窗口" in text
    assert "窗 窗班 08:30–17:30" in text


def test_the_sums_beneath_count_those_at_work_and_the_posts_that_run_short(windows, wen):
    html = wen.get(at(windows)).content.decode()
    sums = re.findall(r'data-day="(\d+)">(\d+)</td>', html)
    half = len(sums) // 2
    assert ("24", "1") in sums[:half]
    assert ("24", "0") in sums[half:]
    assert ("23", "1") in sums[half:]


def test_a_section_shows_its_own_people_and_another_month_is_empty(windows, wen):
    windows.opened("C03", section="计费")
    section = windows.post.section_id
    assert "闻宁" in text_of(wen.get(at(windows)))
    assert "闻宁" not in text_of(wen.get(at(windows) + f"?section={section}"))
    assert wen.get(at(windows) + "?section=x").status_code == 404
    assert "2026-12" in text_of(wen.get(at(windows, month="2026-12")))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-12", "abcd-ef", "2026-11-01"])
def test_what_is_no_month_is_not_there(windows, wen, month):
    assert wen.get(at(windows, month=month)).status_code == 404


def test_those_above_see_the_roster_and_others_do_not(windows):
    fang = client_of(windows.house.fang)
    assert "林悦" in text_of(fang.get(at(windows)))
    for further in ("/edit/", "/fill/", "/undo/", "/bring-in/"):
        assert fang.get(at(windows, further)).status_code == 403
    for person in (windows.chen, windows.house.qiu):
        assert client_of(person).get(at(windows)).status_code == 404


def test_three_hundred_people_are_shown_page_by_page_in_eight_statements(windows, wen, django_assert_max_num_queries):
    for number in range(300):
        somebody = world.person(f"人{number:03}")
        world.employ(somebody, windows.unit)
        seat(somebody, post=windows.post if number % 2 else windows.second, on=world.LONG_AGO, **DONE)
        windows.rostered(somebody, "窗")
    wen.get(at(windows))
    with django_assert_max_num_queries(8):
        answer = wen.get(at(windows))
    assert "共 303 条" in text_of(answer)
    assert len(answer.content) < 400_000
    assert len(wen.get(at(windows, "/edit/")).content) < 400_000
    assert wen.get(at(windows, "/edit/") + "?size=50&page=2").content.count(b'<th scope="row">') == 50


# --- Filled in -----------------------------------------------------------------------------------------------------


def boxes(client, address: str) -> dict[str, str]:
    """All fields of the form as a browser would send them back."""
    html = client.get(address).content.decode()
    found = dict(re.findall(r'name="(d-[^"]+)" value="([^"]*)"', html))
    return found | {"seen": re.search(r'name="seen" value="([^"]*)"', html)[1]}


def test_days_are_filled_in_and_emptied_on_the_page(windows, wen):
    sent = boxes(wen, at(windows, "/edit/"))
    sent |= {f"d-{windows.chen.pk}-24": "", f"d-{windows.chen.pk}-30": " 夜 "}
    assert wen.post(at(windows, "/edit/"), sent)["Location"] == at(windows)
    assert codes(windows.chen) == {25: "休", 26: "窗", 27: "休", 30: "夜"}
    assert codes(windows.lin) == {24: "休", 25: "窗", 26: "休", 27: "窗"}


def test_a_box_that_does_not_come_with_the_form_leaves_its_day_alone(windows, wen):
    seen = boxes(wen, at(windows, "/edit/"))["seen"]
    wen.post(at(windows, "/edit/"), {"seen": seen, f"d-{windows.chen.pk}-30": "夜"})
    assert codes(windows.chen) == {24: "窗", 25: "休", 26: "窗", 27: "休", 30: "夜"}


def test_what_is_no_shift_is_named_by_person_and_day_and_nothing_is_kept(windows, wen):
    sent = boxes(wen, at(windows, "/edit/")) | {f"d-{windows.chen.pk}-24": "夜", f"d-{windows.lin.pk}-30": "<b>"}
    text = text_of(wen.post(at(windows, "/edit/"), sent), 422)
    assert "林悦，2026-11-30：没有班次“&lt;b&gt;”" in text
    assert codes(windows.chen)[24] == "窗"


def test_who_saves_after_somebody_else_is_told_and_overwrites_nothing(windows, wen):
    sent = boxes(wen, at(windows, "/edit/")) | {f"d-{windows.chen.pk}-24": "夜"}
    windows.rostered(windows.lin, "晚")
    assert "有人修改了" in text_of(wen.post(at(windows, "/edit/"), sent), 422)
    assert (codes(windows.chen)[24], codes(windows.lin)[24]) == ("窗", "晚")


def test_somebody_of_another_unit_can_not_be_slipped_into_the_form(windows, wen):
    sent = boxes(wen, at(windows, "/edit/")) | {f"d-{windows.house.qiu.pk}-24": "夜"}
    wen.post(at(windows, "/edit/"), sent)
    assert codes(windows.house.qiu) == {}


# --- Filled from a rotation ----------------------------------------------------------------------------------------


def rotation(windows, cycle: str = "窗 夜 休 -") -> Rotation:
    return keep_rotation(windows.unit, name="四天", cycle=cycle.split(), **DONE)


def test_a_month_is_filled_for_those_chosen_each_so_many_days_ahead(windows, wen):
    sent = {
        "rotation": str(rotation(windows).pk),
        "first": "23",
        "last": "30",
        "person": [str(windows.chen.pk), str(windows.lin.pk)],
        f"ahead-{windows.chen.pk}": "0",
        f"ahead-{windows.lin.pk}": "1",
    }
    assert wen.post(at(windows, "/fill/"), sent).status_code == 302
    chen, lin = codes(windows.chen), codes(windows.lin)
    assert [lin.get(day) for day in range(23, 30)] == [chen.get(day) for day in range(24, 31)]
    assert set(chen.values()) == {"窗", "夜", "休"}
    assert codes(windows.wen) == {}


def test_only_open_days_are_filled_where_that_is_asked(windows, wen):
    sent = {
        "rotation": str(rotation(windows, "夜").pk),
        "first": "23",
        "last": "30",
        "only_open": "on",
        "person": [str(windows.chen.pk)],
        f"ahead-{windows.chen.pk}": "0",
    }
    wen.post(at(windows, "/fill/"), sent)
    assert codes(windows.chen) == {23: "夜", 24: "窗", 25: "休", 26: "窗", 27: "休", 28: "夜", 29: "夜", 30: "夜"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"person": []}, "没有选择人员"),
        ({"last": "31"}, "30天"),
        ({"first": "30", "last": "1"}, "30天"),
        ({"rotation": "01900000-0000-7000-8000-000000000000"}, "轮班"),
        ({"ahead": "x"}, "陈星：“x”"),
        ({"ahead": "85"}, "陈星：“85”"),
        ({"ahead": "²"}, "陈星：“²”"),
    ],
)
def test_what_can_not_be_filled_is_refused_and_nothing_is_kept(windows, wen, changed, says):
    before = Event.objects.count()
    sent = {"rotation": str(rotation(windows).pk), "first": "1", "last": "30", "person": [str(windows.chen.pk)]}
    sent |= {f"ahead-{windows.chen.pk}": changed.pop("ahead", "0")} | changed
    assert says in text_of(wen.post(at(windows, "/fill/"), sent), 422)
    assert Event.objects.count() == before + 1  # the rotation


def test_crews_stand_evenly_apart_where_that_is_asked(windows, wen):
    rotation(windows)
    html = wen.get(at(windows, "/fill/") + "?crews=4").content.decode()
    assert re.findall(r'name="ahead-[^"]+" value="(\d+)"', html) == ["0", "1", "2"]
    html = wen.get(at(windows, "/fill/") + "?crews=2").content.decode()
    assert re.findall(r'name="ahead-[^"]+" value="(\d+)"', html) == ["0", "2", "0"]


def test_a_rotation_of_another_unit_is_not_offered(windows, wen):
    keep_rotation(windows.house.quay, name="别人的", cycle=["夜"], **DONE)
    assert "别人的" not in text_of(wen.get(at(windows, "/fill/")))
    assert "别人的" not in text_of(wen.get("/rotations/"))


# --- Taken back ----------------------------------------------------------------------------------------------------


def test_the_last_change_is_shown_and_taken_back(windows, wen):
    sent = boxes(wen, at(windows, "/edit/")) | {f"d-{windows.chen.pk}-24": "夜", f"d-{windows.chen.pk}-25": "夜"}
    wen.post(at(windows, "/edit/"), sent)
    assert "修改了2天（在网页上填写）" in text_of(wen.get(at(windows, "/undo/")))
    assert wen.post(at(windows, "/undo/")).status_code == 302
    assert codes(windows.chen) == {24: "窗", 25: "休", 26: "窗", 27: "休"}
    assert "没有可以撤销的修改" in text_of(wen.get(at(windows, "/undo/")))
    assert wen.post(at(windows, "/undo/")).status_code == 409


# --- Taken away and brought in -------------------------------------------------------------------------------------


def sheet_of(answer) -> list[list[object]]:
    assert answer.status_code == 200
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.content))["排班"].iter_rows()]


def file_of(rows: list[list[object]], *, name: str = "排班") -> SimpleUploadedFile:
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("roster.xlsx", content.getvalue())


HEADS = ["工号", "姓名", "11月24日", "11月25日"]


def brought(windows, client, *rows: list[object], heads=HEADS, **said):
    return client.post(at(windows, "/bring-in/"), {"file": file_of([heads, *rows], **said)})


def test_the_sheet_has_the_columns_of_the_workbook_and_comes_back_unchanged(windows, wen):
    answer = wen.get(at(windows, ".xlsx"))
    rows = sheet_of(answer)
    assert rows[0][0] == "2026年11月排班表"
    assert rows[1][:4] == ["工号", "姓名", "部门", "11月1日"]
    assert rows[2][:2] == ["10001", "林悦"]
    assert rows[2][3 + 24] == "窗"
    before = Event.objects.count()
    back = wen.post(at(windows, "/bring-in/"), {"file": SimpleUploadedFile("x.xlsx", answer.content)})
    assert back.status_code == 302
    assert Event.objects.count() == before


def test_a_sheet_changes_the_days_it_names_and_a_blank_cell_says_nothing(windows, wen):
    assert brought(windows, wen, ["10002", "陈星", "夜", ""]).status_code == 302
    assert codes(windows.chen) == {24: "夜", 25: "休", 26: "窗", 27: "休"}
    assert LastChange.objects.get().way == "workbook"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["99999", "某人", "夜", ""], "排班第2行“工号”"),
        (["10004", "邱禾", "夜", ""], "排班第2行“工号”"),
        (["10002", "林悦", "夜", ""], "排班第2行“姓名”"),
        (["10002", "陈星", "", "X"], "排班第2行“11月25日”"),
        (["", "陈星", "夜", ""], "排班第2行“工号”"),
    ],
)
def test_a_fault_is_named_by_row_and_column_and_nothing_is_kept(windows, wen, row, says):
    assert windows.house.qiu.staff_number == "10004"
    answer = brought(windows, wen, row, ["10001", "林悦", "夜", "夜"])
    text = text_of(answer, 422).replace(" ", "")
    assert says in text
    assert codes(windows.lin) == {24: "休", 25: "窗", 26: "休", 27: "窗"}


def test_somebody_twice_a_day_of_another_month_and_a_sheet_of_another_name_are_refused(windows, wen):
    twice = brought(windows, wen, ["10002", "陈星", "夜", ""], ["10002", "陈星", "", "夜"])
    assert "第3行" in text_of(twice, 422)
    other = brought(windows, wen, ["10002", "陈星", "夜", ""], heads=["工号", "姓名", "11月24日", "12月1日"])
    assert "12月1日" in text_of(other, 422)
    named = brought(windows, wen, ["10002", "陈星", "夜", ""], name="别的")
    assert named.status_code == 422
    junk = wen.post(at(windows, "/bring-in/"), {"file": SimpleUploadedFile("x.xlsx", b"PK no workbook")})
    assert junk.status_code == 422
    assert codes(windows.chen) == {24: "窗", 25: "休", 26: "窗", 27: "休"}


def test_a_sheet_holds_no_formula(windows, wen):
    windows.chen.name = "=1+1"
    windows.chen.save()
    book = load_workbook(io.BytesIO(wen.get(at(windows, ".xlsx")).content))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


# --- Rotations -----------------------------------------------------------------------------------------------------


def test_a_shipped_rotation_is_taken_over_altered_and_deleted(windows, wen):
    text = text_of(wen.get("/rotations/"))
    assert "四班三运转" in text
    begun = wen.get("/rotations/new/?from=three_shifts").content.decode()
    assert 'value="四班三运转"' in begun
    said = {"unit": windows.unit.code, "name": "三班", "cycle": "窗 夜 休"}
    assert wen.post("/rotations/new/", said).status_code == 302
    kept = Rotation.objects.get()
    assert wen.post(f"/rotations/{kept.pk}/", {"name": "三班", "cycle": "窗 D"}).status_code == 422
    assert wen.post(f"/rotations/{kept.pk}/", {"name": "三班", "cycle": "窗 休"}).status_code == 302
    assert wen.post("/rotations/new/", said).status_code == 422
    assert wen.post(f"/rotations/{kept.pk}/drop/").status_code == 302
    assert not Rotation.objects.exists()


def test_rotations_are_kept_by_managers_only(windows):
    kept = rotation(windows)
    for person in (windows.chen, windows.house.fang, windows.house.qiu):
        client = client_of(person)
        assert client.get("/rotations/").status_code == 403
        assert client.get("/rotations/new/").status_code == 403
        assert client.get(f"/rotations/{kept.pk}/").status_code == 404


# --- In a browser --------------------------------------------------------------------------------------------------


def test_rosters_can_be_used_on_a_phone_and_at_a_desk(phone: Opens, desk: Opens, windows: Windows) -> None:
    for number in range(8):
        somebody = world.person(f"人{number:03}")
        world.employ(somebody, windows.unit)
        seat(somebody, post=windows.second, on=world.LONG_AGO, **DONE)
        windows.rostered(somebody, "窗休夜-休窗假"[number % 3 :])
    rotation(windows)
    for opens in (phone, desk):
        page = opens(windows.manager)
        for address, name in (
            ("/rosters/", "rosters"),
            (at(windows), "roster"),
            (at(windows, "/edit/"), "edit"),
            (at(windows, "/fill/") + "?crews=4", "fill"),
            (at(windows, "/bring-in/"), "bring-in"),
            (at(windows, "/undo/"), "undo"),
            ("/rotations/", "rotations"),
            ("/rotations/new/?from=three_shifts", "rotation"),
        ):
            page.goto(address)
            assert_good(page, f"roster-{name}")


def test_a_day_is_filled_in_without_scripts_on_a_phone(phone: Opens, windows: Windows) -> None:
    page = phone(windows.manager, scripts=False)
    page.goto(at(windows, "/edit/"))
    page.get_by_label("陈星 11月30日").fill("夜")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已修改1天。").wait_for()
    assert codes(windows.chen)[30] == "夜"
    assert dt.date(2026, 11, 24) == TUESDAY
