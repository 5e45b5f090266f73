"""The pages of honors and pioneer posts: read by whoever belongs there, kept by office holders, never by oneself."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.windows import DONE, Windows
from tests.world import AT, DAY
from zhibu.apps.feedback.actions.saying import say
from zhibu.apps.honors.actions.bestowing import Conferred, bestow
from zhibu.apps.honors.actions.pioneers import Term, name_pioneer, write_criteria
from zhibu.apps.honors.models import Honor, PioneerPost
from zhibu.apps.lists.actions import writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.domain.terms import FeedbackKind, ListKind, Reach
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db
CRITERIA = "正式党员\n责任清单逐项做到"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Windows:
    return Windows()


def named(house: Windows) -> PioneerPost:
    write_criteria(house.house.office, CRITERIA, since=DAY, **DONE)
    term = Term(
        place="",
        since=DAY,
        until=DAY + dt.timedelta(days=365),
        commitments="一次说清\n不让人跑第二趟",
        met=CRITERIA.split("\n"),
        window_post=house.post,
    )
    return name_pioneer(house.chen, house.unit, term, **DONE)


def said(**other: Any) -> dict[str, Any]:
    return {
        "title": "文明窗口",
        "year": "2014",
        "kind": "title",
        "conferred_by": "市里",
        "reason": "午间不断岗",
    } | other


# --- Honors --------------------------------------------------------------------------------------------------------


def test_lin_puts_an_honor_of_the_branch_on_record_with_its_certificate(house: Windows) -> None:
    lin, chen = client_of(house.lin), client_of(house.chen)
    paper = SimpleUploadedFile("证书.pdf", b"%PDF-1")
    answer = lin.post("/honors/new/", said(organization=house.unit.code, papers=paper))
    honor = Honor.objects.get()
    assert answer["Location"] == f"/honors/{honor.pk}/"
    assert "文明窗口" in text_of(chen.get("/honors/"))
    page = text_of(chen.get(f"/honors/{honor.pk}/"))
    assert "午间不断岗" in page
    assert "更正" not in page
    got = chen.get(reverse("honor_paper", args=[honor.pk, honor.papers.get().pk]))
    assert b"".join(got.streaming_content) == b"%PDF-1"
    assert "attachment" in got["Content-Disposition"]


def test_whoever_has_no_office_is_not_let_in_and_who_is_elsewhere_finds_nothing(house: Windows) -> None:
    honor = bestow(house.unit, Conferred(title="文明窗口", year=2014), **DONE)
    chen, qiu = client_of(house.chen), client_of(house.house.qiu)
    assert chen.get("/honors/new/").status_code == 403
    assert chen.post(f"/honors/{honor.pk}/withdraw/", {"why": "x"}).status_code == 403
    assert qiu.get(f"/honors/{honor.pk}/").status_code == 404
    assert qiu.post(f"/honors/{honor.pk}/correct/", said(why="x")).status_code == 404
    assert "文明窗口" not in text_of(qiu.get("/honors/"))
    assert Honor.objects.get().withdrawn_at is None


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, "只填一项"),
        ({"person": "陈星", "organization": "B1"}, "只填一项"),
        ({"person": "林致远"}, "由他人登记"),
        ({"person": "没有的人"}, "由他人登记"),
        ({"person": "陈星", "year": "2099"}, "今年之间"),
        ({"person": "陈星", "year": "二〇一五"}, "整数"),
        ({"person": "陈星", "title": ""}, "请填写这一项"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    house: Windows, other: dict[str, str], told: str
) -> None:
    names = {"陈星": house.chen.name, "林致远": house.lin.name, "B1": house.unit.code}
    typed = {name: names.get(value, value) for name, value in other.items()}
    answer = client_of(house.lin).post("/honors/new/", said(**typed))
    assert told in text_of(answer, 422)
    assert not Honor.objects.exists()


def test_a_correction_and_a_withdrawal_with_reasons(house: Windows) -> None:
    lin, colleague = client_of(house.lin), client_of(world.member("同支部的", house.unit))
    honor = bestow(house.chen, Conferred(title="援外抗役", year=2015), **DONE)
    assert (
        lin.post(f"/honors/{honor.pk}/correct/", said(title="援外抗疫", year="2015")).status_code == 422
    )  # no reason
    lin.post(f"/honors/{honor.pk}/correct/", said(title="援外抗疫", year="2015", why="错字"))
    right = Honor.objects.get(title="援外抗疫")
    assert "更正前" in text_of(lin.get(f"/honors/{right.pk}/"))
    assert "错字" in text_of(lin.get(f"/honors/{honor.pk}/"))
    assert colleague.get(f"/honors/{honor.pk}/").status_code == 404
    assert "更正前" not in text_of(colleague.get(f"/honors/{right.pk}/"))
    assert lin.get(f"/honors/{right.pk}/withdraw/").status_code == 200
    assert Honor.objects.get(pk=right.pk).withdrawn_at is None
    lin.post(f"/honors/{right.pk}/withdraw/", {"why": "记在别人名下"})
    assert "援外抗疫" not in text_of(colleague.get("/honors/"))


def test_the_list_is_narrowed_and_taken_along(house: Windows) -> None:
    bestow(house.unit, Conferred(title="文明窗口", year=2014), **DONE)
    bestow(house.chen, Conferred(title="援外抗疫", year=2015), **DONE)
    bestow(house.house.root, Conferred(title="全国文明单位", year=2015), **DONE)
    chen = client_of(house.chen)

    def found(query: str) -> list[str]:
        book = load_workbook(io.BytesIO(chen.get(f"/honors.xlsx?{query}").content))
        page = text_of(chen.get(f"/honors/?{query}"))
        rows = [row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        assert all(title in page for title in rows)
        return rows

    assert found("") == ["全国文明单位", "援外抗疫", "文明窗口"]
    assert found("of=mine") == ["援外抗疫"]
    assert found("of=organizations&year=2014") == ["文明窗口"]
    assert found("q=文明") == ["全国文明单位", "文明窗口"]
    assert found("kind=support") == []
    assert found("year=abc&of=none") == ["全国文明单位", "援外抗疫", "文明窗口"]


def test_the_list_asks_as_often_for_one_as_for_three_hundred(house: Windows) -> None:
    chen = client_of(house.chen)

    def asked() -> int:
        chen.get("/honors/")
        with CaptureQueriesContext(connection) as statements:
            assert chen.get("/honors/").status_code == 200
        return len(statements)

    bestow(house.chen, Conferred(title="荣誉", year=2015), **DONE)
    few = asked()
    for number in range(300):
        Honor.objects.create(organization=house.unit, title=f"荣誉{number}", year=2015)
    assert (asked(), few <= 8) == (few, True)


def test_ones_own_record_has_the_honor_and_forgets_a_withdrawn_one(house: Windows) -> None:
    honor = bestow(house.chen, Conferred(title="援外抗疫", year=2015), **DONE)
    chen = client_of(house.chen)
    assert "援外抗疫" in text_of(chen.get("/me/"))
    client_of(house.lin).post(f"/honors/{honor.pk}/withdraw/", {"why": "误记"})
    assert "援外抗疫" not in text_of(chen.get("/me/"))


# --- Pioneer posts -------------------------------------------------------------------------------------------------


def test_the_criteria_come_first_then_somebody_is_named_and_the_post_shows_it(house: Windows) -> None:
    lin, manager = client_of(house.lin), client_of(house.wen)
    assert "还没有评选标准" in text_of(lin.get("/pioneer-posts/new/"))
    lin.post("/pioneer-posts/criteria/", {"text": CRITERIA, "since": DAY.isoformat()})
    form = text_of(lin.get("/pioneer-posts/new/"))
    assert "责任清单逐项做到" in form
    sent = {
        "person": house.chen.pk,
        "window_post": house.post.pk,
        "since": DAY.isoformat(),
        "until": "2027-11-20",
        "commitments": "一次说清",
        "met": CRITERIA.split("\n"),
    }
    refused = lin.post("/pioneer-posts/new/", sent | {"met": CRITERIA.split("\n")[:1]})
    assert "还有标准未达到" in text_of(refused, 422)
    assert lin.post("/pioneer-posts/new/", sent | {"person": house.lin.pk}).status_code == 422  # nobody themself
    answer = lin.post("/pioneer-posts/new/", sent)
    held = PioneerPost.objects.get()
    assert answer["Location"] == f"/pioneer-posts/{held.pk}/"
    page = text_of(manager.get(reverse("window_post", args=[house.post.pk])))
    assert re.search(rf"{house.chen.name}[^林]*党员先锋岗", page)


def test_beside_a_named_holder_stands_no_word_of_the_public(house: Windows) -> None:
    held = named(house)
    say("匿名的话", kind=FeedbackKind.OTHER, site=house.post.site, post=house.post, at=AT)
    manager = client_of(house.wen)
    assert "匿名的话" in text_of(manager.get("/feedback/"))
    for address in (f"/pioneer-posts/{held.pk}/", "/pioneer-posts/", reverse("window_post", args=[house.post.pk])):
        assert "匿名的话" not in text_of(manager.get(address)), address
    asked = Client().get(reverse("public_feedback_post", args=[house.post.code])).content.decode()
    assert house.post.name in asked
    assert house.chen.name not in asked
    assert "先锋岗" not in asked


def test_the_standard_of_the_unit_stands_beside_the_commitments(house: Windows) -> None:
    held = named(house)
    section = writing.write_section(
        organization=house.house.root, kind=ListKind.STANDARD, title="三好标准", reach=Reach.BRANCHES, **DONE
    )
    writing.write_article(section=section, words=Words(text="履行好职责"), since=DAY, **DONE)
    page = text_of(client_of(house.chen).get(f"/pioneer-posts/{held.pk}/"))
    assert page.index("不让人跑第二趟") < page.index("履行好职责")


def test_it_ends_early_by_an_office_holder_alone_and_then_says_so(house: Windows) -> None:
    held = named(house)
    chen, lin = client_of(house.chen), client_of(house.lin)
    tomorrow = (DAY + dt.timedelta(days=1)).isoformat()
    assert chen.post(f"/pioneer-posts/{held.pk}/end/", {"on": tomorrow, "reason": "x"}).status_code == 403
    assert lin.post(f"/pioneer-posts/{held.pk}/end/", {"on": tomorrow, "reason": ""}).status_code == 422
    lin.post(f"/pioneer-posts/{held.pk}/end/", {"on": tomorrow, "reason": "调离窗口"})
    held.refresh_from_db()
    assert held.until == DAY + dt.timedelta(days=1)


def test_the_pages_are_good_on_a_phone_and_at_a_desk(house: Windows, phone: Opens, desk: Opens) -> None:
    held = named(house)
    honor = bestow(house.chen, Conferred(title="援外抗疫", year=2015, papers=[("证书.pdf", b"%PDF-1")]), **DONE)
    lin = world.account(house.lin)
    for opens in (phone, desk):
        page = opens(lin)
        for address, name in (
            ("/honors/", "honors"),
            (f"/honors/{honor.pk}/", "honor"),
            ("/honors/new/", "honor-new"),
            (f"/honors/{honor.pk}/correct/", "honor-correct"),
            ("/pioneer-posts/", "pioneers"),
            (f"/pioneer-posts/{held.pk}/", "pioneer"),
            ("/pioneer-posts/new/", "pioneer-new"),
            ("/pioneer-posts/criteria/", "pioneer-criteria"),
        ):
            page.goto(address)
            assert_good(page, name)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
