"""A ledger kept before, from the upload to the books: what its records say to whom, on every page that shows them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from typer.testing import CliRunner

from tests import world
from tests.apps.test_imports_ledger import HEADS, LESSON, MEETING, SHEET, ledger
from tests.web.test_import_pages import browser_of, shown_in, text_of, upload
from tests.workbook import AS_OF, xlsx
from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.imports.actions import bring_in
from zhibu.apps.imports.plan import Options
from zhibu.apps.meetings.models import LedgerLine, Meeting
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Role
from zhibu.web.operator.main import app
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

LINES = (MEETING, LESSON)


@pytest.fixture(autouse=True)
def _here(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def taken_over():
    bring_in(xlsx(ledger(*LINES)), file_name="台账.xlsx", options=Options(AS_OF), actor=OPERATOR, at=AT)
    return Meeting.objects.get(held_on__month=3)


def of(number):
    client = Client()
    client.force_login(world.account(Person.objects.get(staff_number=number)))
    return client


# --- In -------------------------------------------------------------------------------------------------------------


def test_the_administrator_sees_the_ledger_in_the_preview_and_confirms_it():
    system = browser_of(Role.SYSTEM)
    page = system.get(upload(system, ledger(*LINES))["Location"])
    assert page.context["report"]["sheets"][SHEET] == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0}
    assert not Meeting.objects.exists()
    done = system.post(page.request["PATH_INFO"], {"shown": shown_in(page)})
    assert SHEET in text_of(system.get(done["Location"]))
    assert Meeting.objects.count() == 2


def test_a_meeting_to_come_is_refused_by_row_and_column():
    system = browser_of(Role.SYSTEM)
    later = [*MEETING[:2], "2026-11-24", *MEETING[3:]]
    page = system.get(upload(system, ledger(later), as_of="2027-01-15")["Location"])
    assert 'name="shown"' not in text_of(page)
    found = [line.finding for line in page.context["page"]]
    assert [(each["row"], each["column"], each["code"]) for each in found] == [(2, "日期", "in_future")]


def test_the_command_says_what_it_did_with_the_ledger(tmp_path):
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(xlsx(ledger(*LINES)))
    for dry_run, count in ((["--dry-run"], 0), ([], 2)):
        done = CliRunner().invoke(app, ["import", str(file), "--as-of", "2026-11-23", "--json", *dry_run])
        assert (done.exit_code, json.loads(done.stdout)["sheets"][SHEET]["created"]) == (0, 2)
        assert Meeting.objects.count() == count


# --- On the pages ---------------------------------------------------------------------------------------------------


def test_the_secretary_finds_the_records_with_their_day_and_that_they_were_entered_afterwards(taken_over):
    lin = of("10001")
    listed = text_of(lin.get("/meetings/"))
    for word in ("讨论发展党员", "2025年3月20日（星期四）15:00至16:30", "2025年6月12日（星期四）下午", "补录"):
        assert word in listed
    here = text_of(lin.get(f"/meetings/{taken_over.pk}/"))
    for word in ("据台账补录", "三楼会议室", "陈星（当班）", "同意接收一名预备党员。", "<strong>11</strong>"):
        assert word in here
    record = text_of(lin.get(f"/meetings/{taken_over.pk}/record/"))
    assert record.count("台账未载") == 7
    assert "2026年11月23日补录：据台账补录" in record


def test_who_only_reads_it_reads_how_many_were_away_and_no_reason(taken_over):
    # Chen wrote down the first one, and runs it therefore; the second was Lin's alone.
    line = dict(zip(HEADS, MEETING, strict=True)) | {"日期": "2025-04-03", "记录人": "林悦"}
    bring_in(xlsx({SHEET: [HEADS, list(line.values())]}), file_name="", options=Options(AS_OF), actor=OPERATOR, at=AT)
    meeting, chen = Meeting.objects.get(held_on__month=4), of("10002")
    for page in ("", "record/"):
        assert "当班" not in text_of(chen.get(f"/meetings/{meeting.pk}/{page}")), page
    assert "1人" in text_of(chen.get(f"/meetings/{meeting.pk}/record/"))
    assert "当班" in text_of(of("10001").get(f"/meetings/{meeting.pk}/record/"))
    assert of("10005").get(f"/meetings/{taken_over.pk}/").status_code == 404


def test_the_committee_above_reads_it_among_the_filed_records(taken_over):
    fang = of("10003")
    assert "讨论发展党员" in text_of(fang.get("/records/"))
    page = text_of(fang.get(f"/records/{taken_over.pk}/"))
    assert "台账未载" in page
    assert "当班" not in page
    assert "当班" in text_of(of("10001").get(f"/records/{taken_over.pk}/"))


@pytest.mark.parametrize("form", ["docx", "pdf"])
@pytest.mark.parametrize("paper", ["register", "summary"])
def test_its_papers_are_made_of_what_the_ledger_says(taken_over, paper, form):
    answer = of("10001").get(f"/meetings/{taken_over.pk}/{paper}.{form}")
    assert answer.status_code == 200
    assert answer.content[:4] in {b"PK\x03\x04", b"%PDF"}


def test_the_books_of_that_year_hold_it_and_can_be_read_back(taken_over, tmp_path):
    lin = of("10001")
    query = "?organization=GZ-A-01&year=2025"
    assert lin.get(f"/meetings/books/yearbook.pdf{query}").status_code == 200
    file = tmp_path / "2025.xlsx"
    file.write_bytes(lin.get(f"/meetings/books/ledger.xlsx{query}").content)
    heads, *lines = (
        row for row in openpyxl.load_workbook(file)[SHEET].iter_rows(values_only=True) if row[0] is not None
    )
    told = [dict(zip(heads, line, strict=True)) for line in lines if str(line[0]).startswith("GZ")]
    assert [(line["日期"], line["时间"], line["应到"], line["实到"], line["缺席及原因"]) for line in told] == [
        ("2025-03-20", "15:00-16:30", "12", "11", "陈星（当班）"),
        ("2025-06-12", "下午", "12", "12", "无"),
    ]
    before = list(LedgerLine.objects.order_by("pk").values("hours", "absent", "resolutions", "chair", "lecturer"))
    report, imported = bring_in(
        xlsx({SHEET: [heads, *([line[head] or "" for head in heads] for line in told)]}),
        file_name="2025.xlsx",
        options=Options(AS_OF),
        actor=OPERATOR,
        at=AT,
    )
    after = list(LedgerLine.objects.order_by("pk").values("hours", "absent", "resolutions", "chair", "lecturer"))
    assert (after, imported, report.errors) == (before, None, ())
    assert report.sheets[SHEET].unchanged == 2


def test_ten_times_as_many_records_ask_no_more_of_the_database(taken_over, django_assert_max_num_queries):
    lin = of("10001")
    more = [[*MEETING[:2], f"2024-{month:02}-{day:02}", *MEETING[3:]] for month in range(1, 13) for day in (5, 15)]
    bring_in(xlsx({SHEET: [HEADS, *more]}), file_name="2024", options=Options(AS_OF), actor=OPERATOR, at=AT)
    for url in ("/meetings/", f"/meetings/{taken_over.pk}/", f"/meetings/{taken_over.pk}/record/"):
        lin.get(url)
        with django_assert_max_num_queries(8 + 4):  # and four of session and account
            assert lin.get(url).status_code == 200


def test_the_day_an_organization_began_with_zhibu_is_that_of_its_first_workbook(taken_over):
    assert Organization.objects.get(code="GZ-A-01").began == AS_OF
    assert taken_over.held_on < AS_OF


def test_the_template_offers_the_ledger_with_its_kinds(tmp_path: Path):
    file = tmp_path / "template.xlsx"
    file.write_bytes(browser_of(Role.SYSTEM).get("/administration/imports/template.xlsx").content)
    book = openpyxl.load_workbook(file)
    assert [cell.value for cell in book[SHEET][1]] == [*HEADS, "补录说明"]
    offered = [each.formula1 for each in book[SHEET].data_validations.dataValidation]
    assert any("支部党员大会" in formula and "民主评议党员" in formula for formula in offered)
