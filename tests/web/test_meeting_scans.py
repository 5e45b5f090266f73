"""Files that come in, the scan of the signed sheet above all: what is in them is never believed or unpacked."""

from __future__ import annotations

import datetime as dt
import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.world import AT
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.files import LARGEST, MEDIA_TYPES, MOST_ENTRIES, kind_of
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.meetings.actions.convening import Hours
from zhibu.apps.meetings.models import Meeting, Paper
from zhibu.domain.terms import Audience, MeetingKind
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PDF = b"%PDF-1.7\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def office(part: str = "word/document.xml", *others: str, content: bytes = b"<x/>") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("[Content_Types].xml", part, *others):
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # without the time of the clock
    return made.getvalue()


def many_entries(count: int) -> bytes:
    """A list of contents of ``count`` files, and nothing else."""
    listed = (b"PK\x01\x02" + b"\0" * 42) * count
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, len(listed), 0, 0)
    return b"PK\x03\x04" + listed[4:] + end


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house() -> world.Bureau:
    return world.bureau()


@pytest.fixture
def lin(house: world.Bureau) -> Client:
    client = Client()
    client.force_login(world.account(house.lin))
    return client


@pytest.fixture
def meeting(house: world.Bureau) -> Meeting:
    """Filed: what comes now can only be the scan."""
    made = convening.convene(
        organization=house.inspection,
        kind=MeetingKind.LESSON,
        title="党课",
        hours=[Hours(AT - dt.timedelta(hours=2), AT - dt.timedelta(hours=1), "")],
        agenda=["学习条例"],
        audience=Audience.MEMBERS,
        made_by=None,
        chair=house.lin,
        recorder=house.lin,
        **DONE,
    )
    session = made.sessions.get()
    roll.open_session(session, **DONE)
    roll.mark_all_present(session, **DONE)
    roll.close_session(session, **DONE)
    made.refresh_from_db()
    minutes.hand_over(made, **DONE)
    minutes.approve(made, house.lin, **DONE)
    filing.file_meeting(made, **DONE)
    made.refresh_from_db()
    return made


def attach(client: Client, meeting: Meeting, name: str, content: bytes, **marks: str):
    return client.post(f"/meetings/{meeting.pk}/papers/", {"files": SimpleUploadedFile(name, content), **marks})


@pytest.mark.parametrize(("name", "content"), [("签到表.pdf", PDF), ("签到表.png", PNG), ("IMG_0001.JPEG", JPG)])
def test_the_scan_of_the_signed_sheet_joins_a_filed_record_and_is_handed_out_as_it_came(
    lin: Client, meeting: Meeting, name: str, content: bytes
) -> None:
    assert attach(lin, meeting, name, content, is_signed_sheet="on").status_code == 302
    paper = Paper.objects.get()
    assert (paper.is_signed_sheet, paper.size) == (True, len(content))
    answer = lin.get(f"/meetings/{meeting.pk}/papers/{paper.pk}/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == paper.media_type
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    page = lin.get(f"/meetings/{meeting.pk}/record/").content.decode()
    assert paper.name in page
    assert "签到表扫描件<" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.html", HTML),
        ("a.pdf", HTML),
        ("a.pdf", b"\n" + PDF),
        ("a.pdf", PNG),
        ("a.png", JPG),
        ("a.jpg", b"GIF89a" + b"\0" * 40),
        ("a.exe", b"MZ" + b"\0" * 40),
        ("a.png", b""),
        ("a", PNG),
        ("a.pdf.exe", PDF),
        ("a.docx", office("xl/workbook.xml")),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("a.docm", office()),
        ("a.zip", office("anything.xml")),
        ("a.docx", many_entries(MOST_ENTRIES + 1)),
        ("a.docx", b"PK\x03\x04" + b"\0" * 100),
        ("a.txt", b"\x00\x01\x02"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [{}, {"is_signed_sheet": "on"}], ids=["paper", "scan"])
def test_what_is_not_what_its_name_says_is_refused_and_leaves_nothing(
    lin: Client, house: world.Bureau, tmp_path: Path, name: str, content: bytes, mark: dict[str, str]
) -> None:
    drafted = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="党课", made_by=None, **DONE
    )
    refused = attach(lin, drafted, name, content, **mark)
    assert refused.status_code == 409
    assert not Paper.objects.exists()
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("name", "content"), [("表.docx", office()), ("表.xlsx", office("xl/workbook.xml")), ("表.txt", b"1")]
)
def test_a_scan_is_a_picture_or_a_pdf(lin: Client, meeting: Meeting, name: str, content: bytes) -> None:
    refused = attach(lin, meeting, name, content, is_signed_sheet="on")
    assert refused.status_code == 409
    assert "pdf、png、jpg" in refused.content.decode()
    assert not Paper.objects.exists()


def test_after_filing_nothing_but_the_scan_comes_in(lin: Client, meeting: Meeting) -> None:
    assert attach(lin, meeting, "学习材料.pdf", PDF).status_code == 409
    assert not Paper.objects.exists()


def test_a_file_that_is_two_things_at_once_is_handed_out_as_the_one_it_was_taken_for(
    lin: Client, meeting: Meeting
) -> None:
    for name, content, media_type in (
        ("两样.pdf", PDF + HTML + office(), "application/pdf"),
        ("两样.png", PNG + SVG + HTML, "image/png"),
        ("两样.jpg", JPG + office("word/document.xml"), "image/jpeg"),
    ):
        attach(lin, meeting, name, content, is_signed_sheet="on")
        paper = Paper.objects.get(name=name)
        answer = lin.get(f"/meetings/{meeting.pk}/papers/{paper.pk}/")
        assert b"".join(answer.streaming_content) == content
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (media_type, "nosniff")
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.slow
def test_a_file_that_bursts_is_kept_packed_and_costs_nothing(
    lin: Client, house: world.Bureau, tmp_path: Path
) -> None:
    drafted = convening.draft(
        organization=house.inspection, kind=MeetingKind.LESSON, title="党课", made_by=None, **DONE
    )
    bomb = office(content=zlib.decompress(zlib.compress(b"\0" * 200_000_000)))
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    assert attach(lin, drafted, "大.docx", bomb).status_code == 302
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024
    assert [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()] == [bomb]


def test_a_list_of_contents_that_never_ends_is_refused_before_it_is_read() -> None:
    endless = many_entries(400_000)
    assert len(endless) < LARGEST
    tracemalloc.start()
    assert kind_of(endless) is None
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_a_file_that_is_too_large_is_refused_before_it_is_read(lin: Client, meeting: Meeting) -> None:
    refused = attach(lin, meeting, "大.pdf", PDF + b"\0" * LARGEST, is_signed_sheet="on")
    assert refused.status_code == 409
    assert "20 MB" in refused.content.decode()
    assert not Paper.objects.exists()
    assert attach(lin, meeting, "大.pdf", (PDF + b"\0" * LARGEST)[:LARGEST], is_signed_sheet="on").status_code == 302


def test_names_are_names_and_no_paths(lin: Client, meeting: Meeting, tmp_path: Path) -> None:
    for given, kept in (
        ("..\\..\\etc\\签到表.pdf", "签到表.pdf"),
        ("签\u202e到\x07表.pdf", "签到表.pdf"),
        (f"{'长' * 200}.pdf", f"{'长' * 116}.pdf"),
        ('"><script>.pdf', '"><script>.pdf'),
        (".pdf", "zhibu.pdf"),
    ):
        attach(lin, meeting, given, PDF, is_signed_sheet="on")
        assert Paper.objects.latest("pk").name == kept
        assert "<script>" not in lin.get(f"/meetings/{meeting.pk}/record/").content.decode()
    assert {file.parent.parent.name for file in tmp_path.rglob("*") if file.is_file()} == {"papers"}


def test_a_paper_stands_with_its_item_of_the_agenda_and_stays_when_the_item_goes(
    lin: Client, house: world.Bureau
) -> None:
    meeting = convening.draft(
        organization=house.inspection,
        kind=MeetingKind.GENERAL_MEETING,
        title="大会",
        agenda=["学习", "表决"],
        made_by=None,
        **DONE,
    )
    item = meeting.agenda.get(title="表决")
    assert attach(lin, meeting, "草案.pdf", PDF, item=str(item.pk)).status_code == 302
    page = lin.get(f"/meetings/{meeting.pk}/").content.decode()
    agenda = page.split('class="agenda"')[1].split("</ol>")[0]
    assert agenda.index("学习") < agenda.index("表决") < agenda.index("草案.pdf")
    assert "第2项议题：表决" in page
    convening.set_agenda(meeting.pk, ["学习"], **DONE)
    assert Paper.objects.get().agenda_item is None
    refused = attach(lin, meeting, "新稿.pdf", PDF, item=str(item.pk))
    assert refused.status_code == 409
    assert "已不在议程" in refused.content.decode()
    assert Paper.objects.count() == 1


def test_an_item_of_another_meeting_takes_no_paper_of_this_one(lin: Client, house: world.Bureau) -> None:
    one, other = (
        convening.draft(
            organization=house.inspection,
            kind=MeetingKind.GENERAL_MEETING,
            title=title,
            agenda=[title],
            made_by=None,
            **DONE,
        )
        for title in ("上月", "本月")
    )
    assert attach(lin, one, "草案.pdf", PDF, item=str(other.agenda.get().pk)).status_code == 409
    assert attach(lin, one, "草案.pdf", PDF, item="x").status_code == 409
    assert not Paper.objects.exists()


def test_who_may_not_run_the_meeting_attaches_nothing(house: world.Bureau, meeting: Meeting) -> None:
    for person, status in ((house.chen, 403), (house.qiu, 404)):
        client = Client()
        client.force_login(world.account(person))
        assert attach(client, meeting, "a.pdf", PDF, is_signed_sheet="on").status_code == status
    assert not Paper.objects.exists()


def test_no_kind_is_one_that_a_browser_runs() -> None:
    assert not {"svg", "html", "htm", "xml", "js"} & MEDIA_TYPES.keys()
    assert not [kind for kind in MEDIA_TYPES.values() if "svg" in kind or "html" in kind or "javascript" in kind]
