"""Records of a ledger, and a meeting entered afterwards, on a phone and at a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import world
from tests.apps.test_imports_ledger import ledger
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.workbook import AS_OF, xlsx
from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.imports.actions import bring_in
from zhibu.apps.imports.plan import Options
from zhibu.apps.meetings.models import Meeting
from zhibu.apps.people.models import Person
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_what_the_ledger_says_is_read_and_a_past_meeting_is_entered_in_few_taps(
    device: str, phone: Opens, desk: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)
    bring_in(xlsx(ledger()), file_name="台账.xlsx", options=Options(AS_OF), actor=OPERATOR, at=AT)
    page = {"phone": phone, "desk": desk}[device](world.account(Person.objects.get(staff_number="10001")))
    page.goto("/meetings/")
    assert_good(page, "ledger-list")
    page.get_by_role("link", name="讨论发展党员").click()
    assert_good(page, "ledger-meeting")
    page.get_by_role("link", name="查看归档记录").click()
    expect(page.get_by_text("台账未载").first).to_be_visible()
    assert_good(page, "ledger-record")
    # Three taps and what only the secretary knows: the day and the reason.
    page.goto("/meetings/")
    page.get_by_role("link", name="补录会议").click()
    page.get_by_role("link", name="支部党员大会", exact=True).click()
    page.get_by_label("日期").first.fill("2026-11-12")
    page.get_by_label("补录原因").fill("码头没有信号")
    assert_good(page, "late-entry")
    page.get_by_role("button", name="补录").click()
    assert_good(page, "late-roll")
    late = Meeting.objects.get(held_on="2026-11-12")
    page.goto(f"/meetings/{late.pk}/")
    expect(page.get_by_text("补录", exact=True).first).to_be_visible()
    assert_good(page, "late-meeting")
