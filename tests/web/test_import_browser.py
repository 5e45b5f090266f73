"""The pages of imports in a real browser: on a phone and at a desk, and accessible on both."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import world
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.workbook import bureau, write, xlsx
from zhibu.apps.people.models import Account, Person
from zhibu.domain.terms import Role

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/administration/imports/"


@pytest.fixture
def system(settings, tmp_path: Path) -> Account:
    settings.MEDIA_ROOT = tmp_path
    account = world.account(login="system")
    world.grant(account, Role.SYSTEM)
    return account


def _file(folder: Path, *, faulty: bool) -> Path:
    sheets = bureau()
    if faulty:
        sheets["荣誉"] += [[str(number), "", "先进", "2025"] for number in range(30)]
        write(sheets, "人员花名册", 3, "转正时间", "去年夏天")
    path = folder / ("faulty.xlsx" if faulty else "bureau.xlsx")
    path.write_bytes(xlsx(sheets))
    return path


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_workbook_is_uploaded_looked_at_imported_and_undone(
    device: str, phone: Opens, desk: Opens, system: Account, tmp_path: Path
) -> None:
    page = {"phone": phone, "desk": desk}[device](system)
    page.goto(LIST)
    assert_good(page, "imports-empty")
    page.goto(f"{LIST}new/")
    assert_good(page, "imports-new")
    page.set_input_files("input[type=file]", _file(tmp_path, faulty=True))
    page.get_by_role("button", name="先看结果").click()
    assert_good(page, "imports-errors")
    expect(page.get_by_text("有 31 处要改")).to_be_visible()
    page.goto(f"{LIST}new/")
    page.set_input_files("input[type=file]", _file(tmp_path, faulty=False))
    page.get_by_role("button", name="先看结果").click()
    assert_good(page, "imports-preview")
    page.get_by_role("button", name="确认导入").click()
    assert_good(page, "imports-done")
    assert Person.objects.count() == 5
    page.goto(LIST)
    assert_good(page, "imports-list")
    page.get_by_role("link", name="bureau.xlsx").click()
    page.get_by_role("link", name="撤销这次导入").click()
    assert_good(page, "imports-undo")
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("已撤销这次导入").first).to_be_visible()
    assert not Person.objects.exists()
