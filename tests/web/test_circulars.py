"""A notice from a committee: written on one page, found by secretaries, done as seen from records only."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import closing
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import announced, file_session
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.notices.actions.circulars import Asked, send
from zhibu.apps.notices.models import Circular, Enclosure, Notice
from zhibu.apps.oversight.actions import explain
from zhibu.apps.oversight.live import rebuild
from zhibu.apps.oversight.models import Cell, Counter
from zhibu.domain.terms import MeetingKind
from zhibu.web.shell import clock
from zhibu.web.supervision import circulars

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
MONTH = DAY.replace(day=1)


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    made = world.bureau()
    rebuild(DAY)
    return made


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def main_of(client, path):
    page = client.get(path).content.decode()
    return page[page.index('<main id="main"') : page.index("</main>")]


def words_of(client, path):
    return " ".join(re.sub(r"<[^>]+>", " ", main_of(client, path)).split())


def asked(house, **facts):
    return {"to": [house.inspection.pk], "title": "开展主题党日", "text": "请于本月内开展。"} | facts


def written(house, **facts):
    given = {
        "office": house.office,
        "by": house.fang,
        "to": [house.inspection, house.archive_branch],
        "title": "开展主题党日",
        "text": "请于本月内开展。",
        "asked": Asked("theme_day", MONTH),
    }
    return send(**given | facts, actor=OPERATOR, at=AT)


# --- Writing -------------------------------------------------------------------------------------------------------


def test_a_committee_writes_to_a_branch_with_a_file_and_the_secretary_finds_it(house):
    fang, lin = client_of(house.fang), client_of(house.lin)
    file = SimpleUploadedFile("安排.pdf", PDF)
    answer = fang.post("/notices/new/", asked(house, files=[file], until="2026-11-30", asked="theme_day|2026-11-01"))
    circular = Circular.objects.get()
    assert answer["Location"] == f"/notices/{circular.pk}/"
    assert (circular.office, circular.by, circular.until) == (house.office, house.fang, dt.date(2026, 11, 30))
    for path in ("/today/", "/notices/"):
        assert f'<a href="/notices/{circular.pk}/">开展主题党日</a>' in main_of(lin, path)
    page = words_of(lin, f"/notices/{circular.pk}/")
    assert "请于本月内开展。" in page
    assert "主题党日 · 2026年11月" in page
    download = lin.get(f"/notices/{circular.pk}/files/{Enclosure.objects.get().pk}/")
    assert b"".join(download.streaming_content) == PDF
    assert download["Content-Disposition"].startswith("attachment")
    assert download["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"to": []}, "至少选择一个"),
        ({"title": ""}, "请填写这一项"),
        ({"title": "长" * 121}, "120"),
        ({"text": "长" * 4001}, "4000"),
        ({"until": "2026-11-22"}, "有效期已过"),
        ({"until": "soon"}, "有效"),
        ({"asked": "no_such_rule|2026-11-01"}, "有效"),
        ({"files": [SimpleUploadedFile("x.exe", b"MZ\x00")]}, "只能上传"),
        ({"files": [SimpleUploadedFile("x.docx", PDF)]}, "内容与文件名不符"),
    ],
)
def test_bad_input_is_refused_by_name_and_what_was_written_stays(house, change, says):
    answer = client_of(house.fang).post("/notices/new/", asked(house) | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    if change.get("to") != []:
        assert f'value="{house.inspection.pk}" checked' in page
    assert not Circular.objects.exists()


def test_a_file_larger_than_may_be_is_refused_before_it_is_read(house, monkeypatch):
    monkeypatch.setattr("zhibu.apps.archive.files.LARGEST", 10)
    answer = client_of(house.fang).post("/notices/new/", asked(house, files=[SimpleUploadedFile("x.pdf", PDF)]))
    assert (answer.status_code, "20 MB" in answer.content.decode()) == (422, True)


def test_what_stands_elsewhere_is_passed_over_like_what_is_missing(house):
    fang = client_of(house.fang)
    for stray in (house.quay.pk, house.office.pk, uuid4(), "nonsense"):
        answer = fang.post("/notices/new/", asked(house, to=[stray]))
        assert answer.status_code == 422
        assert "至少选择一个" in answer.content.decode()
        assert "checked" not in main_of(fang, f"/notices/new/?to={stray}")
    assert not Circular.objects.exists()


def test_an_address_chooses_organizations_kinds_and_what_is_asked(house):
    fang = client_of(house.fang)
    page = main_of(fang, f"/notices/new/?to={house.inspection.pk}&asked=theme_day|2026-11-01")
    assert re.findall(r'name="to" value="([^"]+)" checked', page) == [str(house.inspection.pk)]
    assert '<option value="theme_day|2026-11-01" selected>' in page
    page = main_of(fang, "/notices/new/?kind=branch")
    assert page.count("checked") == 2
    assert house.quay.name not in page


def test_who_has_nobody_below_writes_to_nobody(house):
    assert client_of(house.qiu).get("/notices/new/").status_code == 403
    assert client_of(house.chen).get("/notices/new/").status_code == 403
    assert client_of(house.chen).get("/notices/sent/").status_code == 403
    assert "/notices/sent/" not in main_of(client_of(house.chen), "/notices/")
    assert "/notices/sent/" in main_of(client_of(house.fang), "/notices/")


def test_of_a_large_tree_one_part_is_shown_and_the_chosen_stay(house, monkeypatch):
    monkeypatch.setattr(circulars, "MOST_TO_CHOOSE", 1)
    world.appoint(house.wen, house.root)
    wen = client_of(house.wen)
    page = main_of(wen, f"/notices/new/?to={house.quay.pk}")
    assert house.office.name in page
    assert house.inspection.name not in page
    assert f'value="{house.quay.pk}" checked' in page
    below = main_of(wen, f"/notices/new/?to={house.quay.pk}&under={house.office.pk}")
    assert house.inspection.name in below
    assert f'value="{house.quay.pk}" checked' in below


def pressed(house, **facts):
    """What stands on the page after one of its buttons, none of which sends."""
    answer = client_of(house.fang).post("/notices/new/", asked(house, **facts))
    page = answer.content.decode()
    assert (answer.status_code, Circular.objects.exists()) == (200, False)
    return page[page.index('<main id="main"') : page.index("</main>")]


def test_a_button_for_a_kind_keeps_what_was_written_and_chosen(house):
    written_so_far = {"until": "2026-11-30", "asked": "theme_day|2026-11-01", "title": "半句", "text": "还没写完"}
    group = house.first_group
    page = pressed(house, **written_so_far, to=[group.pk], all="branch")
    assert f'value="{group.pk}" checked' in page
    assert page.count(" checked") == 3
    for said in ('value="半句"', "还没写完</textarea>", 'value="2026-11-30"', '"theme_day|2026-11-01" selected'):
        assert said in page
    assert 'name="none" value="branch" formnovalidate' in page
    assert "请重新选择文件" in page
    fewer = pressed(house, to=[group.pk, house.inspection.pk, house.archive_branch.pk], none="branch")
    assert re.findall(r'value="([^"]+)" checked', fewer) == [str(group.pk)]


def test_what_is_not_yet_written_is_no_fault_while_one_chooses(house):
    page = pressed(house, title="", text="", until="soon", asked="nothing", all="branch")
    assert "请填写这一项" not in page
    assert 'value="soon"' in page


def test_a_part_of_a_large_tree_is_opened_with_what_was_written(house, monkeypatch):
    monkeypatch.setattr(circulars, "MOST_TO_CHOOSE", 1)
    world.appoint(house.fang, house.root)
    page = pressed(house, to=[house.quay.pk], show=house.office.pk)
    assert house.archive_branch.name in page
    assert f'name="under" value="{house.office.pk}"' in page
    assert 'value="开展主题党日"' in page
    assert f'value="{house.quay.pk}" checked' in page
    assert house.archive_branch.name in pressed(house, to=[], under=house.office.pk, all="committee")
    assert house.archive_branch.name not in pressed(house, to=[], under=house.office.pk, show="")


def test_the_first_button_sends_so_that_enter_does(house):
    page = main_of(client_of(house.fang), "/notices/new/")
    assert re.search(r'<button type="submit"([^>]*)>', page)[1] == " hidden"


@pytest.mark.parametrize(
    ("first", "is_offered"),
    [("2026-01-01", True), ("2026-01-02", False), ("2026-13-01", False), ("x", False), ("", False)],
)
def test_a_period_in_the_address_is_offered_however_long_ago_it_was(house, first, is_offered):
    fang = client_of(house.fang)
    assert "theme_day|2026-01-01" not in main_of(fang, "/notices/new/")
    page = main_of(fang, f"/notices/new/?asked=theme_day|{first}")
    assert ('value="theme_day|2026-01-01" selected' in page) is is_offered
    sent = fang.post("/notices/new/", asked(house, asked=f"theme_day|{first}"))
    assert sent.status_code == (302 if is_offered else 422)


def test_what_a_post_owes_is_not_asked_for_as_nobody_above_sees_how_it_stands(house):
    assert Counter.objects.filter(organization=house.office, rule="leader_lesson", first=dt.date(2026, 1, 1)).exists()
    page = main_of(client_of(house.fang), "/notices/new/?asked=leader_lesson|2026-01-01")
    assert "leader_lesson" not in page
    assert 'value="general_meeting|2026-10-01"' in page


# --- Done, as seen from records ------------------------------------------------------------------------------------


def test_done_and_not_yet_are_seen_from_the_record_on_file_and_never_from_opening_it(house):
    fang, lin = client_of(house.fang), client_of(house.lin)
    address = f"/notices/{written(house).pk}/"
    before = [list(model.objects.order_by("pk").values()) for model in (Notice, Event, Circular)]
    for path in (address, "/notices/", "/today/"):
        assert lin.get(path).status_code == 200
    assert [list(model.objects.order_by("pk").values()) for model in (Notice, Event, Circular)] == before
    assert "2个中已有0个归档" in words_of(fang, address)
    assert words_of(fang, address).count("尚未完成") == 2
    meeting = announced(house, AT - dt.timedelta(hours=2), kind=MeetingKind.THEME_DAY)
    file_session(meeting.sessions.get(), chair=house.lin)
    page = words_of(fang, address)
    assert "2个中已有1个归档" in page
    assert (page.count("已完成"), page.count("尚未完成")) == (1, 1)
    assert page.index(house.inspection.name) < page.index(house.archive_branch.name)  # in the order of the tree


def test_a_reason_and_what_is_not_owed_are_told_apart(house):
    circular = written(house)
    cell = Cell.objects.get(organization=house.inspection, rule="theme_day", first=MONTH)
    explain(cell, reason="执勤", by=None, actor=OPERATOR, at=AT)
    for kept in (Cell, Counter):
        kept.objects.filter(organization=house.archive_branch, rule="theme_day", first=MONTH).delete()
    page = words_of(client_of(house.fang), f"/notices/{circular.pk}/")
    assert "不适用" in page
    assert "1个中已有0个归档" in page


def test_what_groups_owe_is_told_of_their_branch_by_number(house):
    circular = written(house, asked=Asked("group_meeting", MONTH))
    fang, lin = client_of(house.fang), client_of(house.lin)
    address = f"/notices/{circular.pk}/"
    page = words_of(fang, address)
    assert "党小组会 · 2026年11月" in page
    assert "1个中已有0个归档" in page
    assert f"{house.inspection.name} 下级已完成 0/2" in page
    assert f"{house.archive_branch.name} 不适用" in page
    way = f"/obligations/{house.inspection.pk}/?first=2026-11-01&last=2026-11-30&requirement=group_meeting"
    assert f'href="{way.replace("&", "&amp;")}"' in main_of(lin, address)
    assert lin.get(way).status_code == 200
    Counter.objects.filter(organization=house.inspection, rule="group_meeting", first=MONTH).update(met=1)
    assert "下级已完成 1/2" in words_of(fang, address)
    Counter.objects.filter(organization=house.inspection, rule="group_meeting", first=MONTH).update(met=1, late=1)
    assert f"{house.inspection.name} 已完成" in words_of(fang, address)


def test_what_was_asked_is_said_in_words_even_where_nobody_owes_it(house):
    Cell.objects.all().delete()
    Counter.objects.all().delete()
    fang = client_of(house.fang)
    for rule, said in (("group_meeting", "党小组会 · 2026年3月"), ("gone", "现行制度已不再要求的事项")):
        circular = written(house, asked=Asked(rule, dt.date(2026, 3, 1)))
        page = words_of(fang, f"/notices/{circular.pk}/")
        assert said in page
        assert rule not in page
        assert page.count("不适用") == 2


def test_a_receiver_sees_their_own_organization_only_and_no_sum(house):
    page = words_of(client_of(house.lin), f"/notices/{written(house).pk}/")
    assert house.archive_branch.name not in page
    assert "归档" not in page
    assert "尚未完成" in page


# --- Withdrawn -----------------------------------------------------------------------------------------------------


def test_withdrawn_with_a_reason_it_stands_where_it_stood(house):
    circular = written(house)
    fang, lin = client_of(house.fang), client_of(house.lin)
    address = f"/notices/{circular.pk}/"
    assert fang.post(f"{address}withdraw/", {"reason": ""}).status_code == 422
    assert fang.post(f"{address}withdraw/", {"reason": "时间有误"})["Location"] == address
    for client in (fang, lin):
        page = words_of(client, address)
        assert "撤回：时间有误" in page
        assert "请于本月内开展。" in page
    assert "通知撤回：开展主题党日" in words_of(lin, "/today/")
    assert fang.post(f"{address}withdraw/", {"reason": "再"}).status_code == 409


@pytest.mark.parametrize("rest", ["", "withdraw/", "files/{file}/"])
def test_a_neighbor_gets_the_same_answer_as_for_what_is_missing_and_a_receiver_may_not_withdraw(house, rest):
    circular = written(house, attached=[("x.pdf", PDF)])
    rest = rest.format(file=Enclosure.objects.get().pk)
    qiu, lin = client_of(house.qiu), client_of(house.lin)
    assert qiu.get(f"/notices/{circular.pk}/{rest}").status_code == 404
    assert qiu.get(f"/notices/{uuid4()}/{rest}").status_code == 404
    with closing(lin.get(f"/notices/{circular.pk}/{rest}")) as answer:  # an answer with a file holds it open
        assert answer.status_code == (403 if rest == "withdraw/" else 200)


def test_a_file_is_found_under_its_own_notice_only(house):
    one, other = written(house, attached=[("x.pdf", PDF)]), written(house)
    file = one.enclosures.get()
    assert client_of(house.fang).get(f"/notices/{other.pk}/files/{file.pk}/").status_code == 404


@pytest.mark.slow
def test_many_cost_no_more_than_few(house):
    fang, counts = client_of(house.fang), []
    circular = written(house)
    for turn in range(2):
        for path in ("/notices/new/", "/notices/sent/", f"/notices/{circular.pk}/"):
            fang.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert fang.get(path).status_code == 200
            counts.append(len(queries))
        for number in range(30):
            world.organization(f"GZ-A-{turn}{number + 10}", under=house.office)
        rebuild(DAY)
        for _copy in range(3):
            written(house)
    assert counts[:3] == counts[3:]
    assert max(counts) <= 8


@pytest.mark.parametrize("scripts", [True, False])
def test_in_a_browser_what_was_typed_outlives_the_buttons_and_enter_sends(house, desk, scripts):
    page = desk(world.account(house.fang), scripts=scripts)
    page.goto("/notices/new/")
    page.get_by_label("标题").fill("开展主题党日")
    page.get_by_label("正文").fill("请于本月内开展。")
    page.locator("button[name=all][value=branch]").click()
    page.locator("button[name=none][value=branch]").wait_for()
    assert page.get_by_label("正文").input_value() == "请于本月内开展。"
    page.get_by_label("标题").press("Enter")
    page.wait_for_url(re.compile(r"/notices/[0-9a-f-]{36}/$"))
    assert Circular.objects.get().addressees.count() == 2


def test_the_pages_are_good_on_both_screens(house, phone, desk):
    circular = written(house, attached=[("活动安排.pdf", PDF)], until=dt.date(2026, 11, 30))
    withdrawn = written(house, title="已撤回的通知")
    fang, lin = client_of(house.fang), world.account(house.lin)
    fang.post(f"/notices/{withdrawn.pk}/withdraw/", {"reason": "时间有误"})
    for opens in (phone, desk):
        for who, path, name in (
            (house.fang.account, "/notices/new/?kind=branch", "circular-new"),
            (house.fang.account, "/notices/new/", "circular-new-none"),
            (house.fang.account, "/notices/sent/", "circulars"),
            (house.fang.account, f"/notices/{circular.pk}/", "circular-sender"),
            (house.fang.account, f"/notices/{circular.pk}/withdraw/", "circular-withdraw"),
            (lin, f"/notices/{withdrawn.pk}/", "circular-withdrawn"),
        ):
            page = opens(who)
            page.goto(path)
            assert_good(page, name)
