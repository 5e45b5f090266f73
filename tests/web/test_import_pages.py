"""The system administrator looks at what a workbook would do, confirms it, and takes it back."""

from __future__ import annotations

import datetime as dt
import io
import re
import stat

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.workbook import AS_OF, bureau, write, xlsx
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.imports.actions import bring_in
from zhibu.apps.imports.models import Import
from zhibu.apps.imports.plan import Options
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.accounts import open_accounts
from zhibu.apps.people.models import Employment, Person
from zhibu.domain.terms import Role
from zhibu.web.operator import waiting
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

LIST = "/administration/imports/"
NEW = f"{LIST}new/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def browser_of(role):
    account = world.account(login=str(role))
    world.grant(account, role)
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def system():
    return browser_of(Role.SYSTEM)


def upload(client, sheets, name="bureau.xlsx", **said):
    data = sheets if isinstance(sheets, bytes) else xlsx(sheets)
    file = SimpleUploadedFile(name, data)
    return client.post(NEW, {"file": file, "as_of": "2026-11-23"} | said)


def text_of(answer):
    return answer.content.decode()


def shown_in(page):
    return re.search(r'name="shown" value="([0-9a-f]{64})"', text_of(page))[1]


def kept():
    folder = waiting._folder()
    return sorted(folder.iterdir()) if folder.exists() else []


# --- Upload, preview, confirm -------------------------------------------------------------------------------------


def test_a_workbook_is_shown_first_and_applied_when_confirmed(system):
    answer = upload(system, bureau())
    assert (answer.status_code, Person.objects.count()) == (302, 0)
    preview = system.get(answer["Location"])
    assert preview.status_code == 200
    assert "人员花名册" in text_of(preview)
    assert not Person.objects.exists()
    assert not Event.objects.filter(type="workbook_imported").exists()
    done = system.post(answer["Location"], {"shown": shown_in(preview)})
    imported = Import.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"{LIST}{imported.pk}/")
    assert (imported.file_name, imported.as_of, imported.is_complete) == ("bureau.xlsx", AS_OF, False)
    assert imported.actor == str(system.session["_auth_user_id"])
    assert Person.objects.count() == 5
    assert kept() == []
    assert system.get(answer["Location"]).status_code == 404
    result = text_of(system.get(done["Location"]))
    assert "bureau.xlsx" in result
    assert imported.file_sha256 in result
    assert "bureau.xlsx" in text_of(system.get(LIST))


def test_what_was_said_of_it_counts(system):
    bring_in(xlsx(bureau()), file_name="a", options=Options(AS_OF), actor=OPERATOR, at=clock.now())
    sheets = bureau()
    sheets["人员花名册"] = [row for row in sheets["人员花名册"] if row[0] != "10005"]
    del sheets["排班"][0]
    answer = upload(system, sheets, as_of="2027-01-15", month="2027-11", complete="on")
    page = system.get(answer["Location"])
    system.post(answer["Location"], {"shown": shown_in(page)})
    assert Employment.objects.get(person__staff_number="10005").until == dt.date(2027, 1, 15)
    assert Import.objects.first().report["sheets"]["排班"]["created"] == 2


def test_errors_are_listed_and_nothing_can_be_confirmed(system):
    sheets = bureau()
    write(sheets, "任职", 2, "工号", "99999")
    write(sheets, "人员花名册", 3, "姓名", "<script>alert(1)</script>")
    answer = upload(system, sheets)
    page = system.get(answer["Location"])
    assert page.status_code == 200
    assert 'name="shown"' not in text_of(page)
    assert "任职 2 工号" in text_of(page)
    assert "99999" in text_of(page)
    assert "<script>alert(1)" not in text_of(page)
    forced = system.post(answer["Location"], {"shown": "0" * 64})
    assert forced.status_code == 409
    assert not Person.objects.exists()


def test_many_errors_are_filtered_and_paged(system):
    sheets = bureau()
    sheets["荣誉"] += [[str(number), "", "先进", "2025"] for number in range(30)]
    sheets["荣誉"].append(["10001", "林悦", "", "2025"])
    write(sheets, "任职", 2, "职务", "科长")
    write(sheets, "窗口岗位", 2, "最少在岗", "")
    answer = upload(system, sheets)
    page = system.get(answer["Location"])
    assert (page.context["errors"], page.context["warnings"], len(page.context["page"])) == (32, 1, 25)
    page = system.get(answer["Location"], {"page": "2"})
    assert [line.is_error for line in page.context["page"]] == [True] * 7 + [False]
    page = system.get(answer["Location"], {"sheet": "荣誉", "code": "missing"})
    assert [line.finding["row"] for line in page.context["page"]] == [33]
    page = system.get(answer["Location"], {"sheet": "班次"})
    assert list(page.context["page"]) == []
    assert system.get(answer["Location"], {"sheet": "nonsense", "page": "x"}).status_code == 200


def test_a_hostile_file_is_shown_as_refused(system):
    answer = upload(system, b"PK\x03\x04")
    page = system.get(answer["Location"])
    assert (page.status_code, page.context["errors"], page.context["may_confirm"]) == (200, 1, False)


def test_a_file_beyond_the_size_is_refused_and_not_kept(system, monkeypatch):
    from dataclasses import replace

    from zhibu.web.operator import imports

    monkeypatch.setattr(imports, "DEFAULT", replace(imports.DEFAULT, packed=1000))
    answer = upload(system, bureau())
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"file"}
    assert kept() == []


@pytest.mark.parametrize("said", [{"as_of": ""}, {"as_of": "gestern"}, {"month": "11"}, {"file": ""}])
def test_a_form_that_is_not_filled_in_is_shown_again(system, said):
    answer = system.post(NEW, {"file": SimpleUploadedFile("a.xlsx", xlsx(bureau())), "as_of": "2026-11-23"} | said)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == said.keys()
    assert kept() == []


def test_the_form_offers_today(system):
    assert f'value="{clock.today():%Y-%m-%d}"' in text_of(system.get(NEW))


def test_a_workbook_that_says_nothing_new_has_nothing_to_confirm(system):
    bring_in(xlsx(bureau()), file_name="a", options=Options(AS_OF), actor=OPERATOR, at=clock.now())
    page = system.get(upload(system, bureau())["Location"])
    assert page.context["may_confirm"] is False
    assert 'name="shown"' not in text_of(page)
    assert Import.objects.count() == 1


def test_what_changed_since_the_preview_is_shown_before_it_happens(system):
    answer = upload(system, bureau())
    shown = shown_in(system.get(answer["Location"]))
    bring_in(xlsx({"班次": bureau()["班次"]}), file_name="a", options=Options(AS_OF), actor=OPERATOR, at=clock.now())
    again = system.post(answer["Location"], {"shown": shown})
    assert again.status_code == 409
    assert not Person.objects.exists()
    done = system.post(answer["Location"], {"shown": shown_in(again)})
    assert (done.status_code, Person.objects.count()) == (302, 5)


# --- The file that waits ------------------------------------------------------------------------------------------


def test_the_file_waits_under_a_name_of_ours_readable_by_nobody_else(system):
    upload(system, bureau(), name="../../evil.xlsx")
    (path,) = kept()
    assert re.fullmatch(r"\d+-[0-9a-f]{32}", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert path.read_bytes().startswith(b"PK")


def test_it_is_put_away_when_asked(system):
    answer = upload(system, bureau())
    assert system.get(f"{answer['Location']}discard/").status_code == 405
    assert system.post(f"{answer['Location']}discard/").status_code == 302
    assert kept() == []
    assert system.get(answer["Location"]).status_code == 404
    assert system.post(f"{answer['Location']}discard/").status_code == 404


def test_after_its_hour_it_is_gone_and_the_next_upload_sweeps_it_away(system, monkeypatch):
    answer = upload(system, bureau())
    (path,) = kept()
    late = clock.now() + waiting.LASTS + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert system.get(answer["Location"]).status_code == 404
    assert path.exists()
    upload(system, bureau())
    assert len(kept()) == 1
    assert not path.exists()
    assert len(system.session["waiting_workbooks"]) == 1


def test_it_belongs_to_the_one_who_uploaded_it(system):
    address = upload(system, bureau())["Location"]
    other = Client()
    account = world.account(login="second")
    world.grant(account, Role.SYSTEM)
    other.force_login(account)
    assert other.get(address).status_code == 404
    assert other.post(address, {"shown": "x"}).status_code == 404
    assert other.post(f"{address}discard/").status_code == 404
    assert len(kept()) == 1


def test_names_that_are_none_of_ours_lead_to_no_file(system, tmp_path):
    (tmp_path / "secret").write_text("x")
    at = clock.now()
    for name in ("..", "../secret", "secret", "", "1-" + "0" * 32, f"{int(at.timestamp())}-{'0' * 32}"):
        assert waiting.content_of(name, at) is None
        waiting.discard(name)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


# --- Undo ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def imported():
    return bring_in(xlsx(bureau()), file_name="bureau.xlsx", options=Options(AS_OF), actor=OPERATOR, at=clock.now())[
        1
    ]


def test_an_import_is_undone_after_a_question(system, imported):
    page = system.get(f"{LIST}{imported.pk}/")
    assert f"{LIST}{imported.pk}/undo/" in text_of(page)
    assert system.get(f"{LIST}{imported.pk}/undo/").status_code == 200
    assert Person.objects.exists()
    assert system.post(f"{LIST}{imported.pk}/undo/").status_code == 302
    assert not Person.objects.exists()
    page = system.get(f"{LIST}{imported.pk}/")
    assert f"{LIST}{imported.pk}/undo/" not in text_of(page)
    assert page.context["imported"].undone_at is not None


def test_an_import_on_which_something_rests_stays_and_the_page_says_why(system, imported):
    open_accounts([Person.objects.get(staff_number="10001")], actor=OPERATOR, at=clock.now())
    refused = system.post(f"{LIST}{imported.pk}/undo/")
    assert refused.status_code == 409
    assert "林悦" in text_of(refused)
    assert Person.objects.count() == 5


# --- The template -------------------------------------------------------------------------------------------------


def test_the_empty_template_has_nothing_to_import(system):
    template = system.get(f"{LIST}template.xlsx")
    assert "attachment" in template["Content-Disposition"]
    page = system.get(upload(system, template.content)["Location"])
    assert [line.finding["code"] for line in page.context["page"]] == ["missing"]


def test_a_template_that_was_filled_in_goes_in(system):
    book = openpyxl.load_workbook(io.BytesIO(system.get(f"{LIST}template.xlsx").content))
    for name, rows in bureau().items():
        sheet = book[name]
        header = 2 if name == "排班" else 1
        for number, row in enumerate(rows[header:], header + 1):
            for index, value in enumerate(row[: 3 if name == "排班" else None], 1):
                sheet.cell(number, index, value or None)
        if name == "排班":
            sheet.cell(3, 4, "夜")
    buffer = io.BytesIO()
    book.save(buffer)
    page = system.get(upload(system, buffer.getvalue())["Location"])
    assert [line.finding["message"] for line in page.context["page"]] == []
    assert {name: counts["created"] for name, counts in page.context["report"]["sheets"].items()} == {
        "组织机构": 5,
        "人员花名册": 5,
        "任职": 3,
        "窗口岗位": 2,
        "班次": 3,
        "排班": 1,
        "荣誉": 1,
        "三会一课台账": 0,
    }


# --- Who may ------------------------------------------------------------------------------------------------------


def test_nobody_else_finds_any_of_it(imported):
    address = upload(browser_of(Role.SYSTEM), bureau() | {"班次": [*bureau()["班次"], ["早", "08:00", "16:00"]]})[
        "Location"
    ]
    pages = [LIST, NEW, f"{LIST}template.xlsx", address, f"{LIST}{imported.pk}/", f"{LIST}{imported.pk}/undo/"]
    lin = Client()
    lin.force_login(world.account(Person.objects.get(staff_number="10001")))
    for client in (lin, browser_of(Role.SECURITY), browser_of(Role.AUDIT)):
        assert {client.get(page).status_code for page in pages} == {404}
        for page in (NEW, address, f"{address}discard/", f"{LIST}{imported.pk}/undo/"):
            assert client.post(page, {"shown": "x"}).status_code == 404
    stranger = Client()
    for page in pages:
        answer = stranger.get(page)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert Person.objects.count() == 5
    assert Organization.objects.count() == 5


def test_a_form_without_its_token_changes_nothing(imported):
    client = Client(enforce_csrf_checks=True)
    account = world.account(login="system")
    world.grant(account, Role.SYSTEM)
    client.force_login(account)
    assert upload(client, bureau()).status_code == 403
    assert client.post(f"{LIST}{imported.pk}/undo/").status_code == 403
    assert kept() == []


def test_the_list_costs_the_same_at_one_and_three_imports(system, imported, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    system.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as one:
        system.get(LIST)
    for number in range(2):
        sheets = bureau()
        write(sheets, "人员花名册", 5, "手机号", f"1000000010{number}")
        bring_in(xlsx(sheets), file_name="b", options=Options(AS_OF), actor=OPERATOR, at=clock.now())
    with django_assert_num_queries(len(one)):
        system.get(LIST)
    assert Import.objects.count() == 3
    assert len(one) <= 8
