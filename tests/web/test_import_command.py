"""``zhibu import`` at the terminal: outside programs drive it."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import pytest
from typer.testing import CliRunner

from tests.workbook import bureau, write, xlsx
from zhibu.apps.archive.models import Event
from zhibu.apps.imports.models import Import
from zhibu.apps.people.models import Employment, Person
from zhibu.documents.workbooks.limits import DEFAULT
from zhibu.web.operator.main import app
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


def zhibu(*words):
    return CliRunner().invoke(app, ["import", *map(str, words)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "bureau.xlsx"
    path.write_bytes(xlsx(bureau()))
    return path


@pytest.fixture
def faulty(tmp_path):
    sheets = bureau()
    write(sheets, "任职", 2, "工号", "99999")
    write(sheets, "任职", 3, "任职日期", "[red]去年[/red]\x1b[2J")
    path = tmp_path / "faulty.xlsx"
    path.write_bytes(xlsx(sheets))
    return path


def test_it_imports_and_ends_with_zero(file):
    done = zhibu(file, "--as-of", "2026-11-23")
    assert done.exit_code == 0, done.output
    assert "人员花名册" in done.stdout
    assert "人员花名册" not in done.stderr
    imported = Import.objects.get()
    assert (imported.file_name, imported.as_of, imported.actor) == ("bureau.xlsx", dt.date(2026, 11, 23), "operator")
    assert Event.objects.get().recorded_at == imported.recorded_at


def test_json_is_one_document_and_nothing_else(file):
    done = zhibu(file, "--json", "--as-of", "2026-11-23")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "applied": True,
        "sheets": {
            name: {"rows": rows, "created": rows, "updated": 0, "unchanged": 0}
            for name, rows in [
                *[("组织机构", 5), ("人员花名册", 5), ("任职", 3), ("窗口岗位", 2), ("班次", 3)],
                *[("排班", 2), ("荣誉", 1)],
            ]
        },
        "errors": [],
        "warnings": [],
    }


def test_a_dry_run_says_the_same_and_writes_nothing(file):
    tried = json.loads(zhibu(file, "--json", "--dry-run", "--as-of", "2026-11-23").stdout)
    assert tried["applied"] is False
    assert not Person.objects.exists()
    assert not Import.objects.exists()
    done = json.loads(zhibu(file, "--json", "--as-of", "2026-11-23").stdout)
    assert done == tried | {"applied": True}


def test_errors_end_with_one_and_the_whole_report(faulty):
    done = zhibu(faulty, "--json", "--as-of", "2026-11-23")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["applied"] is False
    assert [{**each, "message": bool(each["message"])} for each in report["errors"]] == [
        {
            "sheet": "任职",
            "row": 2,
            "column": "工号",
            "value": "99999",
            "code": "unknown",
            "message": True,
            "because": None,
        },
        {
            "sheet": "任职",
            "row": 3,
            "column": "任职日期",
            "code": "bad_date",
            "value": "[red]去年[/red][2J",
            "message": True,
            "because": None,
        },
    ]
    assert not Person.objects.exists()


def test_what_stands_in_a_cell_does_nothing_to_the_terminal(faulty):
    done = zhibu(faulty, "--as-of", "2026-11-23")
    assert done.exit_code == 1
    assert "99999" in done.stderr
    assert "“[red]去年[/red][2J”" in done.stderr
    assert "\x1b[2J" not in done.output


def test_a_dry_run_with_errors_ends_with_one(faulty):
    assert zhibu(faulty, "--dry-run").exit_code == 1


def test_without_a_day_it_is_today(file):
    assert zhibu(file, "--json").exit_code == 0
    assert Import.objects.get().as_of == clock.today()


def test_complete_and_month_are_handed_on(file, tmp_path):
    zhibu(file, "--as-of", "2026-11-23")
    sheets = bureau()
    del sheets["排班"][0]
    sheets["人员花名册"] = [row for row in sheets["人员花名册"] if row[0] != "10005"]
    later = tmp_path / "later.xlsx"
    later.write_bytes(xlsx(sheets))
    done = zhibu(later, "--complete", "--month", "2027-11", "--as-of", "2027-01-15", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["sheets"]["排班"] == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0}
    assert Employment.objects.get(person__staff_number="10005").until == dt.date(2027, 1, 15)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "bad_value"), (b"PK\x03\x04", "bad_value"), (b"a" * (DEFAULT.packed + 1), "too_big")],
)
def test_a_hostile_file_ends_with_one_and_a_report(tmp_path, content, code):
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(content)
    done = zhibu(path, "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["applied"], report["sheets"], report["warnings"]) == (False, {}, [])
    assert [(each["sheet"], each["row"], each["code"]) for each in report["errors"]] == [("", None, code)]


def test_a_zip_bomb_is_too_big(tmp_path, file):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb, zipfile.ZipFile(file) as good:
        for name in good.namelist():
            bomb.writestr(name, good.read(name))
        bomb.writestr("xl/media/a.bin", b"\0" * (30 * 1024 * 1024))
    done = zhibu(path, "--json")
    assert (done.exit_code, json.loads(done.stdout)["errors"][0]["code"]) == (1, "too_big")


@pytest.mark.parametrize(
    "words",
    [
        ["nothing-here.xlsx"],
        ["FILE", "--as-of", "yesterday"],
        ["FILE", "--as-of", "2026-02-30"],
        ["FILE", "--month", "November"],
        ["FILE", "--month", "2026-13"],
        ["FILE", "--forget"],
        [],
    ],
)
def test_wrong_usage_ends_with_two(file, words):
    done = zhibu(*[file if word == "FILE" else word for word in words])
    assert done.exit_code == 2
    assert not Person.objects.exists()
