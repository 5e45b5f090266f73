"""The pages of a selection: the whole year by its pages, what is refused where, who reads whom, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from tests import world
from tests.apps.test_selections import AFTER, Year
from tests.demo import Demo
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.honors.actions import candidates
from zhibu.apps.honors.models import Candidate, Honor, Objection, Selection
from zhibu.apps.people.models import Person
from zhibu.domain.terms import PostKind, SelectionStage
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return monkeypatch


@pytest.fixture
def year() -> Year:
    return Year()


def at(year: Year) -> str:
    return f"/selections/{year.selection.pk}/"


def said(**other: Any) -> dict[str, Any]:
    return {
        "organization": "B1",
        "title": "岗位能手",
        "year": "2026",
        "text": "推荐身边的人。",
        "places": "2",
        "nominate_until": DAY.isoformat(),
        "service_years": "0",
        "not_within": "0",
        "notice_days": "5",
    } | other


def test_a_whole_year_by_its_pages(year: Year, now: pytest.MonkeyPatch) -> None:
    lin, chen, here = client_of(year.lin), client_of(year.chen), at(year)
    made = lin.post("/selections/new/", said(organization=year.branch.code))
    assert Selection.objects.get(title="岗位能手").places == 2, text_of(made, 422)
    for person in year.people:
        chen.post(f"{here}nominate/", {"person": person.staff_number, "reason": f"{person.name}不断岗"})
    assert "丁一不断岗" in text_of(lin.get(here))
    lin.post(f"{here}review/")
    for person in year.people:
        client_of(person).post(f"{here}agree/")
        one = Candidate.objects.get(person=person)
        assert "丁一不断岗" in text_of(lin.get(f"{here}candidates/{one.pk}/")) or person.name != "丁一"
        lin.post(f"{here}candidates/{one.pk}/", {"is_fit": "yes", "reason": "符合条件"})
    assert "2026-11-30" in text_of(lin.get(f"{here}notice/"))
    lin.post(f"{here}notice/")
    ding = Candidate.objects.get(person=year.people[0])
    chen.post(f"{here}candidates/{ding.pk}/object/", {"text": "那天不在岗"})
    assert "那天不在岗" in text_of(lin.get(here))
    assert "等待答复" in text_of(chen.get(here))
    lin.post(f"{here}objections/{Objection.objects.get().pk}/", {"is_upheld": "no", "outcome": "查无此事"})
    assert "查无此事" in text_of(chen.get(here))
    now.setattr(clock, "now", lambda: AFTER)
    lin.post(f"{here}vote/", {"voters": "9"})
    counted = {
        "held_on": AFTER.date().isoformat(),
        "issued": "9",
        "returned": "9",
        "void": "0",
        "tellers": "甲某、乙某",
    }
    votes = {f"votes-{one.pk}": number for one, number in zip(Candidate.objects.order_by("pk"), "817", strict=True)}
    lin.post(f"{here}count/", counted | votes)
    lin.post(f"{here}close/", {"remark": ""})
    page = text_of(chen.get(here))
    assert "丁一" in page
    assert "马二" not in page.split("投票")[0]  # not among those chosen
    assert Honor.objects.filter(title="十大“三好”", year=2026).count() == 2
    assert "丁一" in text_of(chen.get("/honors/?q=十大"))
    for form, magic in (("docx", b"PK"), ("pdf", b"%PDF")):
        assert lin.get(f"{here}volume.{form}").content.startswith(magic)


def test_what_is_refused_is_told_where_it_was_asked(year: Year) -> None:
    lin, chen, here = client_of(year.lin), client_of(year.chen), at(year)
    assert "不能推荐自己" in text_of(
        chen.post(f"{here}nominate/", {"person": year.chen.staff_number, "reason": "x"}), 422
    )
    assert "没有叫" in text_of(chen.post(f"{here}nominate/", {"person": "无此人", "reason": "x"}), 422)
    assert "请填写这一项" in text_of(chen.post(f"{here}nominate/", {"person": "丁一", "reason": ""}), 422)
    lin.post(f"{here}review/")
    assert "没有候选人" in text_of(lin.post(f"{here}notice/"), 422)
    assert "“审查”" in text_of(lin.post(f"{here}vote/", {"voters": "9"}), 422)
    assert "公示期" in text_of(
        lin.post("/selections/new/", said(organization=year.branch.code, notice_days="1")), 422
    )
    assert Selection.objects.get().at_stage is SelectionStage.REVIEWING


def test_who_does_not_run_it_is_let_into_none_of_its_deeds(year: Year) -> None:
    ding = year.nominated(year.people[0])
    chen, qiu, here = client_of(year.chen), client_of(year.house.qiu), at(year)
    deeds = ["review", "notice", "vote", "count", "close", "call-off", f"candidates/{ding.pk}"]
    for deed in deeds:
        assert chen.post(f"{here}{deed}/", {"reason": "x", "is_fit": "no", "voters": "1"}).status_code == 403, deed
        assert qiu.post(f"{here}{deed}/", {"reason": "x"}).status_code == 404, deed
    assert chen.get(f"{here}volume.pdf").status_code == 403
    assert chen.post("/selections/new/", said()).status_code == 403
    assert Selection.objects.get().at_stage is SelectionStage.NOMINATING
    assert "丁一" not in text_of(chen.get(here)).split("您的推荐")[0]


def test_who_is_nominated_agrees_or_does_not_and_nobody_else_answers_for_them(year: Year) -> None:
    ding = year.nominated(year.people[0])
    own, here = client_of(year.people[0]), at(year)
    assert "您被推荐了" in text_of(own.get(here))
    assert client_of(year.chen).post(f"{here}agree/").status_code == 403
    own.post(f"{here}agree/")
    assert Candidate.objects.get(pk=ding.pk).agreed_at is not None
    assert "不能撤回" in text_of(own.get(f"{here}leave/"))
    own.post(f"{here}leave/")
    assert Candidate.objects.get(pk=ding.pk).withdrew_at is not None
    assert "退出本次评选" in text_of(own.post(f"{here}agree/", follow=True))


def test_one_takes_back_ones_own_nomination_only(year: Year) -> None:
    ding = year.nominated(year.people[0])
    nomination, here = ding.nominations.get(), at(year)
    assert client_of(year.wen).post(f"{here}nominations/{nomination.pk}/take-back/").status_code == 404
    client_of(year.chen).post(f"{here}nominations/{nomination.pk}/take-back/")
    assert not Candidate.objects.exists()


def test_an_objection_is_read_by_those_who_answer_it_and_by_nobody_else(year: Year) -> None:
    [ding, ma, _wang] = year.shown()
    candidates.object_to(ding, by=year.wen, text="那天不在岗", at=AT)
    here = at(year)
    assert "那天不在岗" in text_of(client_of(year.lin).get(here))
    assert "那天不在岗" in text_of(client_of(year.wen).get(here))
    for other in (year.chen, ding.person, ma.person):
        assert "那天不在岗" not in text_of(client_of(other).get(here))
    candidates_of_lin = client_of(year.lin)
    candidates_of_lin.post(f"{here}candidates/{ding.pk}/recuse/", {"reason": "亲属"})
    assert "那天不在岗" not in text_of(candidates_of_lin.get(here))


def test_a_notice_in_a_year_whose_calendar_is_not_published_says_so(now: pytest.MonkeyPatch) -> None:
    late = AT.replace(month=12, day=28)
    now.setattr(clock, "now", lambda: late)
    year = Year(nominate_until=late.date())
    lin, here = client_of(year.lin), at(year)
    lin.post(f"{here}review/")
    assert "2027年的官方放假安排尚未公布" in text_of(lin.get(f"{here}notice/"))


def test_hostile_words_stay_words(year: Year) -> None:
    hostile = "<script>window.run=1</script>"
    candidates.nominate(year.selection, year.people[0], by=year.chen, reason=hostile, actor=OPERATOR, at=AT)
    page = client_of(year.lin).get(at(year)).content.decode()
    assert hostile not in page
    assert "&lt;script&gt;" in page


def asked(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_more_candidates_cost_no_more_statements(year: Year) -> None:
    year.nominated(year.people[0])
    lin = client_of(year.lin)
    few = asked(lin, at(year))
    for number in range(12):
        year.nominated(world.member(f"众{number}", year.branch))
    assert asked(lin, at(year)) == few <= 12
    assert asked(lin, "/selections/") <= 8


def test_the_pages_are_good_on_a_phone_and_at_a_desk(year: Year, phone: Opens, desk: Opens) -> None:
    deputy = world.member("副书记", year.branch)
    world.appoint(deputy, year.branch, PostKind.DEPUTY_SECRETARY)
    [ding, *_others] = year.shown()
    candidates.object_to(ding, by=year.wen, text="那天不在岗", at=AT)
    for opens, who in ((phone, year.chen), (phone, year.lin), (desk, year.lin)):
        page = opens(getattr(who, "account", None) or world.account(who))
        for path in ("/selections/", at(year)):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert_good(page, f"selection-{who.staff_number}-{opens is desk}-{len(path)}")
    page.goto(f"{at(year)}objections/{Objection.objects.get().pk}/")
    assert_good(page, "selection-objection")


def pressed(page: Page, selection: str, link: str, **fields: str) -> None:
    """The page of the selection, one of its links, and the form behind it."""
    page.goto(selection)
    page.get_by_role("link", name=link, exact=True).first.click()
    sent(page, **fields)


def sent(page: Page, **fields: str) -> None:
    """Fills the form of a page and sends it."""
    form = page.locator("main form").last
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("one => one.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button[type=submit]").click()
    page.wait_for_load_state()
    expect(page.locator(".alert-danger, .invalid-feedback")).to_have_count(0)


def test_the_yearly_selection_of_the_demo_is_walked_from_nominations_to_honors(
    demo: Demo, phone: Opens, desk: Opens, now: pytest.MonkeyPatch
) -> None:
    selection = Selection.objects.get(stage=SelectionStage.NOMINATING)
    here = f"/selections/{selection.pk}/"
    known = {one.person for one in selection.candidates.all()}
    manager = demo.account("window_manager")
    put_forward = next(
        one
        for one in Person.objects.filter(account__isnull=False, memberships__organization__code="GZ-101").order_by(
            "pk"
        )
        if one not in known and one != manager.person
    )
    on_phone = phone(manager)
    pressed(on_phone, here, "推荐", person=put_forward.staff_number, reason="交接写得最清楚。")
    for one in Candidate.objects.filter(selection=selection, agreed_at=None).select_related("person"):
        own = phone(getattr(one.person, "account", None) or world.account(one.person))
        own.goto(here)
        own.get_by_role("button", name="我同意参加").click()
        expect(own.get_by_role("button", name="我同意参加")).to_have_count(0)
    committee = desk(demo.account("committee"))
    pressed(committee, here, "结束推荐")
    for one in Candidate.objects.filter(selection=selection):
        committee.goto(f"{here}candidates/{one.pk}/")
        sent(committee, is_fit="yes", reason="符合条件。")
    pressed(committee, here, "发布公示")
    selection.refresh_from_db()
    on_phone.goto(here)
    expect(on_phone.get_by_text(put_forward.name, exact=True)).to_be_visible()
    over = dt.datetime.combine(selection.notice_last + dt.timedelta(days=1), dt.time(10), AT.tzinfo)
    now.setattr(clock, "now", lambda: over)
    pressed(committee, here, "进入投票", voters="30")
    votes = {
        f"votes-{one.pk}": str(20 - place)
        for place, one in enumerate(Candidate.objects.filter(selection=selection).order_by("pk"))
    }
    paper = {
        "held_on": over.date().isoformat(),
        "issued": "28",
        "returned": "28",
        "void": "0",
        "tellers": "甲某、乙某",
    }
    pressed(committee, here, "登记计票", **paper, **votes)
    pressed(committee, here, "公布结果", remark="本年度只有四人参加。")
    on_phone.goto(here)
    expect(on_phone.get_by_role("heading", name="入选名单")).to_be_visible()
    assert_good(on_phone, "selection-demo-result")
    chosen = Honor.objects.filter(title=selection.title, year=selection.year)
    assert chosen.count() == len(votes) == len(known) + 1
    on_phone.goto(f"/honors/?q={put_forward.name}")
    expect(on_phone.get_by_text(selection.title).first).to_be_visible()
