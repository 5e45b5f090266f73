"""The papers at the terminal: ``zhibu ledger`` and ``zhibu minutes``, as outside programs drive them."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from typer.testing import CliRunner

from tests import world
from tests.documents.printed import letters, pages_of, text_of_docx
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.meetings.actions.convening import Hours
from zhibu.apps.meetings.models import Meeting
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind
from zhibu.web.operator.main import app
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": world.AT}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: world.AT)


@pytest.fixture
def meeting() -> Meeting:
    """Over, with Chen away, and not filed."""
    house = world.bureau()
    made = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="2026年11月支部党员大会",
        hours=[Hours(world.AT.replace(hour=8), world.AT.replace(hour=9), "三楼会议室")],
        agenda=["讨论年度计划"],
        audience=Audience.MEMBERS,
        made_by=None,
        chair=house.lin,
        recorder=house.lin,
        **DONE,
    )
    session = made.sessions.get()
    roll.open_session(session, **DONE)
    roll.mark(session, [house.chen], status=Presence.ABSENT, reason=AbsenceReason.SHIFT, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    made.refresh_from_db()
    return made


def filed(meeting: Meeting) -> Meeting:
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, meeting.chair, **DONE)
    filing.file_meeting(meeting, **DONE)
    return meeting


def zhibu(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_ledger_of_a_year_is_written_as_a_workbook(meeting: Meeting, tmp_path: Path) -> None:
    filed(meeting)
    out = tmp_path / "台账.xlsx"
    done = zhibu("ledger", "GZ-A-01", 2026, "-o", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1" in done.stderr
    (_head, line), *_notes = (list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(out))
    assert (line[0], line[1], line[2], line[5], line[11]) == (
        "GZ-A-01",
        "支部党员大会",
        "2026-11-23",
        "2026年11月支部党员大会",
        "缺席1人：陈星（当班）",
    )
    assert [file.name for file in tmp_path.iterdir()] == ["台账.xlsx"]


def test_the_ledger_of_an_empty_year_is_empty_and_says_so(meeting: Meeting, tmp_path: Path) -> None:
    done = zhibu("ledger", "GZ-A-01", 2019, "-o", tmp_path / "l.xlsx")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "2019年没有归档的会议记录。" in done.stderr
    assert openpyxl.load_workbook(tmp_path / "l.xlsx").worksheets[0].max_row == 1


@pytest.mark.parametrize("paper_format", ["docx", "pdf"])
@pytest.mark.parametrize(
    ("form", "says"),
    [((), "支部党员大会记录"), (("--form", "register"), "陈星（当班）"), (("--form", "summary"), "会议纪要")],
)
def test_the_minutes_are_written_in_either_form_and_format(
    meeting: Meeting, tmp_path: Path, paper_format: str, form: tuple[str, ...], says: str
) -> None:
    filed(meeting)
    out = tmp_path / f"m.{paper_format}"
    done = zhibu("minutes", meeting.pk, "--format", paper_format, *form, "-o", out)
    assert (done.exit_code, done.stdout) == (0, "")
    content = out.read_bytes()
    told = letters("".join(pages_of(content)) if paper_format == "pdf" else text_of_docx(content))
    assert says in told
    assert "草稿" not in told


def test_minutes_that_are_not_filed_are_a_draft_and_say_so(meeting: Meeting, tmp_path: Path) -> None:
    done = zhibu("minutes", meeting.pk, "--format", "docx", "-o", tmp_path / "m.docx")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "还没有归档" in done.stderr
    assert "支部党员大会记录（草稿）" in text_of_docx((tmp_path / "m.docx").read_bytes())


def test_what_is_refused_writes_nothing_and_ends_with_one(meeting: Meeting, tmp_path: Path) -> None:
    bare = convening.draft(
        organization=meeting.organization, kind=MeetingKind.LESSON, title="党课", made_by=None, **DONE
    )
    old = tmp_path / "old.pdf"
    old.write_text("old")
    for words, says in (
        (("ledger", "GZ-X", 2026, "-o", old), "GZ-X"),
        (("ledger", "GZ-A-01", 2026, "-o", tmp_path / "no" / "l.xlsx"), "l.xlsx"),
        (("minutes", uuid4(), "--format", "pdf", "-o", old), "没有会议"),
        (("minutes", bare.pk, "--format", "pdf", "-o", old), "时间和地点"),
        (("minutes", meeting.pk, "--format", "pdf", "-o", tmp_path / "no" / "m.pdf"), "m.pdf"),
    ):
        refused = zhibu(*words)
        assert (refused.exit_code, refused.stdout) == (1, ""), words
        assert says in refused.stderr, words
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("old.pdf", "old")]


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "GZ-A-01"),
        ("ledger", "GZ-A-01", "26x", "-o", "x.xlsx"),
        ("ledger", "GZ-A-01", "99999", "-o", "x.xlsx"),
        ("ledger", "GZ-A-01", "2026"),
        ("minutes", "no-uuid", "--format", "pdf", "-o", "x.pdf"),
        ("minutes", "01900000-0000-7000-8000-000000000000", "-o", "x.pdf"),
        ("minutes", "01900000-0000-7000-8000-000000000000", "--format", "odt", "-o", "x.odt"),
        ("minutes", "01900000-0000-7000-8000-000000000000", "--format", "pdf", "--form", "poem", "-o", "x.pdf"),
    ],
)
def test_wrong_usage_ends_with_two(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert zhibu(*words).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_both_commands_are_in_the_help() -> None:
    told = zhibu("--help").stdout
    assert "ledger" in told
    assert "minutes" in told
    for command in ("ledger", "minutes"):
        assert zhibu(command, "--help").exit_code == 0
