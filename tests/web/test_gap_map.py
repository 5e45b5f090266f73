"""The gap map: organizations in tree order × periods, each box in a word, with sums and never a rank."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests import world
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.organizations.actions import dissolve
from zhibu.apps.oversight import live
from zhibu.apps.oversight.access import cells_seen_by, may_see_cell
from zhibu.apps.oversight.actions import answer_reason, explain
from zhibu.apps.oversight.gaps import Wanted, columns_of, duties_within, organizations_on_map, rows_of
from zhibu.apps.oversight.models import Cell
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.people.queries import asker_of
from zhibu.domain.compliance import Status, WhyNot
from zhibu.domain.requirements import Subject
from zhibu.domain.terms import Audience, MeetingKind, PostKind, ReasonState
from zhibu.web.shell import clock
from zhibu.web.shell.owed import cell_url

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
THEME_DAYS = "/obligations/?requirement=theme_day"
YEAR = Wanted(dt.date(2026, 1, 1), dt.date(2026, 11, 30), requirement="theme_day")


@pytest.fixture
def house(monkeypatch):
    """September is explained, October was filed after its due date, November is done; of the rest is no record."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    made = world.bureau()
    live.rebuild(DAY)
    hold(made, dt.date(2026, 10, 20))
    hold(made, dt.date(2026, 11, 20))
    september = Cell.objects.get(organization=made.inspection, rule="theme_day", first=dt.date(2026, 9, 1))
    answer_reason(explain(september, reason="台风停航", by=None, **DONE), accepted=True, by=None, **DONE)
    return made


def hold(house, day):
    """A theme day of the inspection branch, from nothing to its filed record."""
    starts = dt.datetime.combine(day, dt.time(8), AT.tzinfo)
    meeting = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.THEME_DAY,
        title="主题党日",
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=1))],
        agenda=["学习"],
        audience=Audience.MEMBERS,
        convener=house.lin,
        chair=house.lin,
        recorder=house.lin,
        made_by=None,
        late_reason="码头没有信号",
        **DONE,
    )
    roll.mark_all_present(meeting.sessions.get(), **DONE)
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, house.lin, **DONE)
    filing.file_meeting(meeting, **DONE)


def account_of(person):
    return getattr(person, "account", None) or world.account(person)


def caller(person):
    client = Client()
    client.force_login(account_of(person))
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def boxes(answer):
    """Of each organization on the page, by name, what its boxes say without their signs' explanations."""
    rows = re.findall(
        r'<th scope="row"[^>]*>(?:<input[^>]*>)?<a [^>]*>([^<]+)</a></th>(.*?)</tr>',
        answer.content.decode(),
        re.DOTALL,
    )
    return {
        name: [re.sub(r"<[^>]+>", " ", box).split() for box in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for name, row in rows
    }


def mapped(person, wanted=YEAR):
    duties = duties_within(calendar_kept(DAY), wanted)
    asker = asker_of(account_of(person), DAY)
    return rows_of(list(organizations_on_map(asker, wanted, duties, DAY)), wanted, duties, asker, DAY)


# --- Rows, columns and sums


def test_months_come_first_then_quarters_and_the_year_each_in_time():
    everything = Wanted(dt.date(2026, 5, 1), dt.date(2026, 7, 31))
    columns = columns_of(duties_within(calendar_kept(DAY), everything))
    assert [(column.months, column.first) for column in columns] == [
        (1, dt.date(2026, 5, 1)),
        (1, dt.date(2026, 6, 1)),
        (1, dt.date(2026, 7, 1)),
        (3, dt.date(2026, 4, 1)),
        (3, dt.date(2026, 7, 1)),
        (12, dt.date(2026, 1, 1)),
    ]


def test_what_people_owe_themselves_and_terms_have_no_place_on_the_map():
    duties = duties_within(calendar_kept(DAY), Wanted(dt.date(2025, 1, 1), dt.date(2026, 12, 31)))
    assert {duty.rule.binding.subject for duty in duties} == {Subject.ORGANIZATION, Subject.POST}
    assert not {"talks", "learning_hours", "term_election"} & {duty.rule.requirement for duty in duties}


def test_what_a_post_owes_is_seen_by_its_holder_and_the_secretary_only(house):
    """Contracts, obligations: ``subject`` is an organization, a post or a person, the last two seen by those two."""
    world.appoint(house.wen, house.office, PostKind.COMMITTEE_MEMBER)
    world.appoint(house.chen, house.root, PostKind.COMMITTEE_MEMBER)
    live.refresh({house.office.pk}, DAY)
    cell = Cell.objects.get(organization=house.office, rule="leader_lesson", first=dt.date(2026, 1, 1))
    for person, sees in ((house.fang, True), (house.wen, False), (house.chen, False)):
        asker = asker_of(account_of(person), DAY)
        assert may_see_cell(asker, cell) == cells_seen_by(asker).filter(pk=cell.pk).exists() == sees
        shown = {
            part.duty.rule.id
            for row in mapped(person, replace(YEAR, requirement=""))
            for box in row.boxes
            for part in box
        }
        assert ("leader_lesson" in shown) == sees
        assert (caller(person).get(cell_url(cell)).status_code == 200) == sees
        listed = caller(person).get(f"/obligations/{house.office.pk}/?first=2026-01-01&last=2026-12-31")
        assert ("党委书记讲党课" in listed.content.decode()) == sees
    root = asker_of(account_of(house.chen), DAY)
    explain(cell, reason="离任", by=None, **DONE)
    assert may_see_cell(root, cell)
    assert cells_seen_by(root).filter(pk=cell.pk).exists()
    assert caller(house.wen).get(cell_url(cell)).status_code == 404


def test_a_committee_counts_all_below_it_and_a_branch_shows_its_one_cell(house):
    committee, branch, other = mapped(house.fang)
    assert [row.organization for row in (committee, branch, other)] == [
        house.office,
        house.inspection,
        house.archive_branch,
    ]
    counted = [(box[0].standing.done, box[0].standing.owed) for box in committee.boxes]
    assert counted == [(0, 2)] * 9 + [(1, 2)] * 2
    assert [box[0].standing.status(DAY) for box in branch.boxes] == [Status.MISSING] * 8 + [
        Status.EXPLAINED,
        Status.LATE,
        Status.MET,
    ]
    october = branch.boxes[9][0].single
    assert (october.held, october.completed_on) == ([dt.date(2026, 10, 20)], DAY)
    assert committee.boxes[9][0].single is None


def test_the_groups_of_a_branch_are_one_box_and_have_a_row_only_for_their_leader(house):
    world.appoint(house.chen, house.second_group, PostKind.GROUP_LEADER)
    wanted = Wanted(dt.date(2026, 11, 1), dt.date(2026, 11, 30), requirement="group_meeting")
    (branch,) = mapped(house.lin, wanted)
    assert [(box[0].standing.owed, box[0].single) for box in branch.boxes] == [(2, None)]
    (group,) = mapped(house.chen, wanted)
    assert group.organization == house.second_group
    assert group.boxes[0][0].standing.owed == 1


def test_what_was_dissolved_stays_on_the_map_of_its_time_and_says_why_it_owes_nothing(house):
    dissolve(house.archive_branch, on=dt.date(2026, 6, 10), **DONE)
    rows = {row.organization: row for row in mapped(house.fang)}
    june = rows[house.archive_branch].boxes[5][0]
    assert june.standing is None
    assert june.single.why_not is WhyNot.DISSOLVED
    later = Wanted(dt.date(2026, 7, 1), dt.date(2026, 11, 30))
    assert house.archive_branch not in {row.organization for row in mapped(house.fang, later)}


def test_only_where_something_is_missing_is_asked_of_the_database_and_keeps_those_above(house):
    november = Wanted(dt.date(2026, 9, 1), dt.date(2026, 10, 31), requirement="theme_day", only_missing=True)
    assert [row.organization for row in mapped(house.fang, november)] == [house.office, house.archive_branch]


def test_what_is_still_open_is_not_missing(house):
    november = Wanted(dt.date(2026, 11, 1), dt.date(2026, 11, 30), requirement="theme_day", only_missing=True)
    assert mapped(house.fang, november) == []


def test_a_sum_is_late_only_where_all_of_it_was(house):
    october = mapped(house.fang)[0].boxes[9][0].standing
    assert replace(october, owed=1, missing=0).status(DAY) is Status.LATE
    assert replace(october, met=1, missing=0).status(DAY) is Status.MET


# --- The page


def test_each_box_says_its_state_by_sign_and_word_and_a_sum_how_many(house):
    found = boxes(caller(house.fang).get(THEME_DAYS))
    assert list(found) == ["局本部机关党委", "检务处党支部", "档案室党支部"]
    assert found["检务处党支部"] == [["△", "未见"]] * 8 + [["※", "说明"], ["＋", "期后"], ["✓", "完成"]]
    assert found["局本部机关党委"] == [["△", "未见", "0/2"]] * 9 + [["△", "未见", "1/2"], ["○", "待办", "1/2"]]
    assert found["档案室党支部"][-1] == ["○", "待办"]


def test_the_signs_of_all_states_differ_and_are_explained(house):
    shown = text(caller(house.fang).get(THEME_DAYS))
    legend = re.search(r'<ul class="map-legend".*?</ul>', shown)[0]
    signs = re.findall(r"<b>(.)</b>", legend)
    assert len(signs) == len(set(signs)) == len(Status) + len(ReasonState)
    for said in (*Status, *ReasonState):
        assert said.zh in legend


def test_a_box_explains_itself_with_its_days_and_opens_to_its_cell(house):
    shown = text(caller(house.lin).get(THEME_DAYS))
    page = f"/obligations/{house.inspection.pk}/theme_day"
    late = f'href="{page}/2026-10-01/" title="主题党日：已完成（期后归档），2026-10-20 召开，2026-11-23 归档齐全"'
    assert late in shown
    assert f'href="{page}/2026-03-01/" title="主题党日：未见记录，应于 2026-04-07 前归档"' in shown
    assert "《中国共产党支部工作条例（试行）》第十六条" in shown
    assert caller(house.fang).get(f"{page}/2026-10-01/").status_code == 200


def test_a_sum_opens_to_the_cells_it_counts(house):
    fang = caller(house.fang)
    way = f"/obligations/{house.office.pk}/?first=2026-03-01&amp;last=2026-03-31&amp;requirement=theme_day"
    assert f'href="{way}&amp;missing=on"' in text(fang.get(THEME_DAYS))
    listed = text(fang.get(f"{way}&missing=on".replace("&amp;", "&")))
    for branch in (house.inspection, house.archive_branch):
        assert f"/obligations/{branch.pk}/theme_day/2026-03-01/" in listed
    assert "2026-04-07" in listed
    assert "第 1–2 条，共 2 条" in listed
    done = text(
        fang.get(way.replace("2026-03-01", "2026-11-01").replace("2026-03-31", "2026-11-30").replace("amp;", ""))
    )
    assert "2026-11-20" in done


def test_the_order_is_that_of_the_tree_and_there_is_no_other(house):
    page = caller(house.fang).get(THEME_DAYS).content.decode()
    assert "sort=" not in page
    assert "aria-sort" not in page
    assert list(boxes(caller(house.fang).get(f"{THEME_DAYS}&sort=missing"))) == [
        "局本部机关党委",
        "检务处党支部",
        "档案室党支部",
    ]


def test_nothing_is_said_of_anybody_by_name_and_nothing_is_judged(house):
    shown = text(caller(house.fang).get("/obligations/"))
    for person in (house.lin, house.chen, house.qiu):
        assert person.name not in shown
    for said in ("违规", "落后", "逾期", "排名", "得分", "%"):
        assert said not in re.sub(r"%[0-9A-F]{2}", "", re.search(r"<main.*</main>", shown)[0])


def test_the_map_is_narrowed_by_part_of_the_tree_kind_name_year_and_months(house):
    fang = caller(house.fang)
    assert list(boxes(fang.get(f"{THEME_DAYS}&organization=GZ-A-01"))) == ["检务处党支部"]
    assert list(boxes(fang.get(f"{THEME_DAYS}&kind=committee"))) == ["局本部机关党委"]
    assert list(boxes(fang.get(f"{THEME_DAYS}&q=档案"))) == ["档案室党支部"]
    assert list(boxes(fang.get(f"{THEME_DAYS}&q=gz-a-02"))) == ["档案室党支部"]
    assert len(boxes(fang.get(f"{THEME_DAYS}&year=2025"))["档案室党支部"]) == 12
    assert len(boxes(fang.get(f"{THEME_DAYS}&since=2025-11&until=2026-02"))["档案室党支部"]) == 4
    assert len(boxes(fang.get(f"{THEME_DAYS}&since=2026-02&until=2025-11"))["档案室党支部"]) == 4
    assert "没有符合条件的组织" in text(fang.get(f"{THEME_DAYS}&q=没有这个"))


@pytest.mark.parametrize(
    "query", ["requirement=nothing", "year=1900", "since=2026-13", "until=x", "kind=x", "since=1999-01&until=2001-02"]
)
def test_a_filter_that_can_not_be_read_leaves_everything_in(house, query):
    answer = caller(house.fang).get(f"/obligations/?{query}")
    assert answer.status_code == 200
    assert list(boxes(answer)) == ["局本部机关党委", "检务处党支部", "档案室党支部"]


# --- Writing to those chosen


def ticks(answer):
    """By name, whether the box of an organization is ticked."""
    rows = re.findall(r'<input type="checkbox"[^>]*name="to"[^>]*aria-label="([^"]+)"([^>]*)>', text(answer))
    return {name.split()[-1]: "checked" in more for name, more in rows}


def test_a_committee_ticks_those_below_it_or_all_branches_with_something_missing(house):
    fang = caller(house.fang)
    october = f"{THEME_DAYS}&since=2026-10&until=2026-10"
    assert [*ticks(fang.get(october)).values()] == [False, False]
    assert [*ticks(fang.get(f"{october}&choose=missing")).values()] == [False, True]
    shown = text(fang.get(october))
    assert 'action="/notices/new/"' in shown
    assert 'name="asked" value="theme_day|2026-10-01"' in shown
    assert 'name="asked"' not in text(fang.get(THEME_DAYS))
    written = text(fang.get(f"/notices/new/?to={house.archive_branch.pk}&asked=theme_day|2026-10-01"))
    assert re.search(rf'value="{house.archive_branch.pk}"[^>]* checked', written)
    assert re.search(r'value="theme_day\|2026-10-01" selected', written)


def test_who_has_nothing_below_to_write_to_is_offered_no_boxes(house):
    world.appoint(house.chen, house.second_group, PostKind.GROUP_LEADER)
    for person in (house.lin, house.chen):
        shown = text(caller(person).get(THEME_DAYS))
        assert "/notices/new/" not in shown
        assert 'type="checkbox" class="form-check-input no-print"' not in shown


# --- Who sees it


def test_nobody_sees_what_stands_outside_of_their_part_of_the_tree(house):
    for person, seen in (
        (house.lin, ["检务处党支部"]),
        (house.fang, ["局本部机关党委", "检务处党支部", "档案室党支部"]),
        (house.qiu, ["码头查验党支部"]),
    ):
        assert list(boxes(caller(person).get("/obligations/"))) == seen
    for person in (house.chen, house.wen):
        assert caller(person).get("/obligations/").status_code == 403
        assert caller(person).get("/obligations.xlsx").status_code == 403


def test_what_may_not_be_seen_answers_like_what_is_not_there(house):
    lin = caller(house.lin)
    for address in ("/obligations/?organization=GZ-B", "/obligations/?organization=nothing"):
        assert lin.get(address).status_code == 404
    for organization in (house.quay, house.office):
        assert lin.get(f"/obligations/{organization.pk}/").status_code == 404
    assert lin.get(f"/obligations/{house.inspection.pk}/").status_code == 200


def test_the_menu_has_it_for_those_it_serves(house):
    assert 'href="/obligations/"' in text(caller(house.lin).get("/menu/"))
    assert 'href="/obligations/"' not in text(caller(house.chen).get("/menu/"))


# --- How much it asks, and what is taken along


def test_the_page_asks_eight_times_at_most_however_many_rows_it_has(house, django_assert_max_num_queries):
    client = caller(house.fang)
    client.get("/obligations/")
    with django_assert_max_num_queries(8):
        client.get("/obligations/")
    for i in range(30):
        world.organization(f"GZ-A-1{i:02}", under=house.office)
    with django_assert_max_num_queries(8):
        assert len(boxes(client.get("/obligations/"))) == 33
    with django_assert_max_num_queries(8):
        client.get("/obligations/?missing=on&q=GZ&kind=branch&size=25&page=2")
    with django_assert_max_num_queries(8):
        client.get(f"/obligations/{house.office.pk}/")


def test_the_workbook_holds_the_whole_year_in_words_and_the_articles(house):
    answer = caller(house.fang).get("/obligations.xlsx?requirement=theme_day&year=2026&kind=branch")
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["落实情况"].iter_rows(values_only=True))
    assert rows[0] == ("党组织", "编码", "类型", *(f"{month}月" for month in range(1, 13)))
    assert [row[0] for row in rows[1:]] == ["检务处党支部", "档案室党支部"]
    assert rows[1][3 + 8 : 3 + 11] == (
        "主题党日：已说明",
        "主题党日：已完成（期后归档），2026-10-20 召开，2026-11-23 归档齐全",
        "主题党日：已完成，2026-11-20 召开，2026-11-23 归档齐全",
    )
    assert rows[1][-1] == "主题党日：未开始"
    articles = list(book["依据条款"].iter_rows(values_only=True))
    assert articles[1][:3] == ("主题党日", "每月不少于 1 次", "《中国共产党支部工作条例（试行）》第十六条 应当")


# --- In a browser


def test_the_map_fits_phone_and_desk_and_is_walked_with_the_arrow_keys(phone, desk, house):
    account = world.account(house.fang)
    for opens, name in ((phone, "phone"), (desk, "desk")):
        page = opens(account)
        page.goto("/obligations/")
        assert_good(page, f"gap-map-{name}")
        page.goto(f"/obligations/{house.office.pk}/?missing=on")
        assert_good(page, f"gap-cells-{name}")
    page.goto(THEME_DAYS)
    page.locator("table.map tbody a").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/obligations/{house.inspection.pk}/theme_day/2026-02-01/")


def test_the_map_works_without_script_and_is_printed_on_its_side(desk, house):
    page = desk(world.account(house.fang), scripts=False)
    page.goto(THEME_DAYS)
    assert page.get_by_role("button", name="打印").count() == 0
    page.get_by_role("link", name="△ 未见").first.click()
    assert "/obligations/" in page.url
    page.goto(THEME_DAYS)
    assert b"/MediaBox [0 0 841.9" in page.pdf(prefer_css_page_size=True)
