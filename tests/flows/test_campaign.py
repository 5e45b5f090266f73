"""A campaign, end to end: opened by the committee, served by a branch, whom it has not reached, and its wrap-up."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import world
from tests.gatherings import announced, file_session, shift, works
from tests.world import AT, DAY
from zhibu.apps.learning.models import Campaign, Part, WrapUp
from zhibu.domain.terms import AbsenceReason, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


def client_of(person):
    client = Client()
    client.force_login(world.account(person))
    return client


def test_a_theme_day_is_held_for_a_campaign_and_chen_who_worked_that_night_is_named_to_lin_only():
    house = world.bureau()
    works(house.chen, DAY, shift())
    fang, lin, chen = (client_of(person) for person in (house.fang, house.lin, house.chen))

    facts = {"office": house.office.pk, "title": "“两学一做”学习教育", "text": "学做结合。", "since": "2026-11-01"}
    here = fang.post("/campaigns/new/", facts)["Location"]
    asked = {"kind": "theme_day", "first": "2026-11-01", "last": "2026-12-31", "text": ""}
    campaign = Campaign.objects.get()
    fang.post(f"{here}at/{house.office.pk}/parts/new/", asked | {"title": "开展一次主题党日"})
    fang.post(f"{here}open/")
    assert f'href="{here}"' in lin.get("/today/").content.decode()

    work = f"{here}at/{house.inspection.pk}/"
    lin.post(f"{work}parts/new/", asked | {"title": "岗位讲述", "kind": ""})
    meeting = announced(house, AT.replace(hour=19, minute=30), kind=MeetingKind.THEME_DAY, title="参观展室")
    for part in Part.objects.all():
        lin.post(f"{work}parts/{part.pk}/link/", {"meeting": meeting.pk})
    lin.get(work)  # what the deeds were answered with has been read
    page = lin.get(work).content.decode()
    assert (page.count("进行中"), page.count("已开展")) == (2, 0)
    assert "党员2人，参加过已归档的集中活动的0人" in page

    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    page = lin.get(work).content.decode()
    assert (page.count("进行中"), page.count("已开展")) == (0, 2)
    assert "党员2人，参加过已归档的集中活动的1人" in page
    assert "<li>陈星</li>" in page
    assert "已开展" in chen.get(here).content.decode()
    for path in (f"{here}below/", work):
        above = fang.get(path).content.decode()
        assert "已开展" in above
        assert "陈星" not in above

    chen.post(f"{here}note/", {"text": "交接班的五分钟也能学。"})
    assert "交接班的五分钟" not in lin.get(here).content.decode()
    chen.post(f"{here}note/share/", {"share": "yes"})
    assert "交接班的五分钟" in lin.get(here).content.decode()
    assert "交接班的五分钟" not in fang.get(here).content.decode()
    assert "交接班的五分钟" in chen.get("/me.json").content.decode()
    chen.post(f"{here}note/take-away/")
    assert "交接班的五分钟" not in lin.get(here).content.decode() + chen.get(here).content.decode()

    fang.post(f"{here}close/", {"until": DAY.isoformat()})
    wrap_up = f"{work}wrap-up/"
    assert "应到2人，实到1人" in lin.get(wrap_up).content.decode()
    lin.post(wrap_up, {"text": "一、做法\n夜班同志另行安排。", "then": "file"})
    lin.post(f"{wrap_up}file/")
    kept = WrapUp.objects.get()
    assert (kept.campaign, kept.sealed_text) == (campaign, "一、做法\n夜班同志另行安排。")
    assert "夜班同志另行安排" in fang.get(wrap_up).content.decode()
    assert lin.post(wrap_up, {"text": "改一改"}).status_code == 409
