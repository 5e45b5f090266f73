"""The papers of a meeting from its one entry: who gets which, what they say, and as what they are handed out."""

from __future__ import annotations

import datetime as dt
import io
from urllib.parse import unquote

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.documents.printed import HOSTILE, glyphs_of, letters, pages_of, text_of_docx
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, decisions, filing, minutes, roll, tasks
from zhibu.apps.meetings.actions.convening import Hours
from zhibu.apps.meetings.models import Meeting, MinutesText
from zhibu.apps.organizations.actions import rename
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.domain.assembly import Presence, Votes
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, Standing, VotingWay
from zhibu.web.shell import clock, forms
from zhibu.web.shell.downloads import KINDS

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}
TODAY = Hours(AT - dt.timedelta(hours=1), AT + dt.timedelta(hours=1), "三楼会议室")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> world.Bureau:
    made = world.bureau()
    for i in range(6):
        world.member(f"党员{i}", made.inspection, group=made.first_group)
    world.member("新人", made.inspection, standing=Standing.PROBATIONARY, group=made.first_group)
    return made


def client_of(person: Person) -> Client:
    """Somebody logged in; they get an account the first time."""
    client = Client()
    client.force_login(Account.objects.filter(person=person).first() or world.account(person))
    return client


@pytest.fixture
def lin(house: world.Bureau) -> Client:
    return client_of(house.lin)


def convened(house: world.Bureau, *, of: Organization | None = None, **facts) -> Meeting:
    given = {
        "kind": MeetingKind.GENERAL_MEETING,
        "title": "2026年11月支部党员大会",
        "hours": [TODAY],
        "agenda": ["传达学习", "讨论年度计划"],
        "audience": Audience.MEMBERS,
        "chair": house.lin,
        "recorder": house.lin,
        "convener": house.lin,
    } | facts
    return convening.convene(organization=of or house.inspection, made_by=None, **given, **DONE)


def held(meeting: Meeting, away: dict[Person, AbsenceReason] | None = None) -> None:
    """Every session opens, somebody is away, the others are here, and it is over."""
    for session in meeting.sessions.all():
        roll.open_session(session, **DONE)
        for person, reason in (away or {}).items():
            roll.mark(session, [person], status=Presence.ABSENT, reason=reason, **DONE)
        roll.mark_all_present(session, **DONE)
        roll.close_session(session, **DONE)
    meeting.refresh_from_db()


def filed(meeting: Meeting) -> Meeting:
    meeting.refresh_from_db()
    minutes.hand_over(meeting, **DONE)
    minutes.approve(meeting, meeting.chair, **DONE)
    filing.file_meeting(meeting, **DONE)
    meeting.refresh_from_db()
    return meeting


def said(meeting: Meeting, text: str, field: MinutesText.Field = MinutesText.Field.DISCUSSION) -> None:
    item = meeting.agenda.last() if field == MinutesText.Field.DISCUSSION else None
    minutes.save_text(meeting, field=field, item=item, text=text, based_on=0, by=None, **DONE)


def text_of(client: Client, path: str) -> str:
    """The letters on a paper, without white space."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    ending = path.split("?", maxsplit=1)[0].rpartition(".")[2]
    assert answer["Content-Type"] == KINDS[ending]
    assert answer["Content-Disposition"].startswith("attachment; filename")
    return letters(
        "".join(pages_of(answer.content, below=10_000)) if ending == "pdf" else text_of_docx(answer.content)
    )


def sheets_of(client: Client, path: str) -> dict[str, list[list[str]]]:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, KINDS["xlsx"])
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert all(cell.data_type in {"s", "n"} for sheet in book for row in sheet for cell in row)
    return {
        sheet.title: [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] for sheet in book
    }


def name_of(client: Client, path: str) -> str:
    return unquote(client.get(path)["Content-Disposition"].partition("filename*=utf-8''")[2])


BOTH = pytest.mark.parametrize("form", ["docx", "pdf"])

# --- Before the meeting ---------------------------------------------------------------------------------------------


@BOTH
def test_the_notice_says_when_where_what_about_and_who(lin: Client, house: world.Bureau, form: str) -> None:
    here = f"/meetings/{convened(house).pk}/"
    told = text_of(lin, f"{here}notice.{form}")
    for words in ("2026年11月23日（星期一）08:30至10:30", "三楼会议室", "讨论年度计划", "全体党员（9人）", "林悦"):
        assert words in told
    assert name_of(lin, f"{here}notice.{form}") == f"检务处党支部2026年11月支部党员大会通知.{form}"
    assert text_of(client_of(house.chen), f"{here}notice.{form}") == told


@BOTH
def test_the_sheet_to_sign_has_the_roll_in_its_order_and_why_somebody_is_on_leave_stays_off_it(
    lin: Client, house: world.Bureau, form: str
) -> None:
    meeting = convened(house, recorder=house.wen)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.HEALTH, note="去医院复查", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    path = f"/meetings/sessions/{meeting.sessions.get().pk}/sheet.{form}"
    told = text_of(lin, path)
    assert "应到：9人" in told
    for words in ("陈星请假", "闻宁列席", "新人预备党员"):
        assert words in told
    assert told.index("林悦") < told.index("陈星") < told.index("闻宁") < told.index("党员0")
    assert "身体原因" not in told
    assert "医院" not in told
    for person, status in ((house.chen, 403), (house.qiu, 404)):
        assert client_of(person).get(path).status_code == status


def test_each_turn_of_a_lesson_has_its_own_sheet(lin: Client, house: world.Bureau) -> None:
    day = dt.timedelta(days=1)
    turns = [TODAY, Hours(TODAY.starts_at + day, TODAY.ends_at + day, "夜班休息室")]
    lesson = convened(house, kind=MeetingKind.LESSON, title="廉政党课", hours=turns)
    first, second = (f"/meetings/sessions/{session.pk}/sheet.pdf" for session in lesson.sessions.all())
    assert "三楼会议室" in text_of(lin, first)
    assert "夜班休息室" in text_of(lin, second)
    page = lin.get(f"/meetings/{lesson.pk}/").content.decode()
    for words in (first, second, "签到表（11月23日 08:30）", "签到表（11月24日 08:30）"):
        assert words in page


def test_a_paper_that_can_not_be_had_yet_says_what_to_do_first(lin: Client, house: world.Bureau) -> None:
    bare = convened(house, hours=[], announced=False)
    drafted = convened(house, announced=False)
    postponed = convened(house)
    convening.postpone(postponed.pk, reason="通关高峰", **DONE)
    off = convened(house)
    convening.not_held(off.pk, reason="全员在岗", **DONE)
    late = convened(
        house, late_reason="口岸无网络", hours=[Hours(AT - dt.timedelta(days=9), AT - dt.timedelta(days=8.9), "")]
    )
    for path, says in (
        (f"{bare.pk}/notice.pdf", "还没有定时间和地点"),
        (f"{bare.pk}/register.docx", "还没有定时间和地点"),
        (f"{bare.pk}/summary.docx", "还没有定时间和地点"),
        (f"sessions/{drafted.sessions.get().pk}/sheet.pdf", "请先发通知"),
        (f"{postponed.pk}/notice.pdf", "会议已延期"),
        (f"sessions/{postponed.sessions.get().pk}/sheet.pdf", "请先发通知"),
        (f"{off.pk}/notice.pdf", "会议没有召开"),
        (f"{late.pk}/notice.pdf", "没有发过通知"),
    ):
        answer = lin.get(f"/meetings/{path}")
        assert answer.status_code == 409, path
        assert says in answer.content.decode(), path


def test_what_is_copied_for_the_group_chat_is_ordinary_text_with_the_address(
    lin: Client, house: world.Bureau
) -> None:
    also = {MeetingKind.THEME_DAY: "参观口岸史馆"}
    meeting = convened(house, also=also, announced=False)
    assert "会议通知】" not in lin.get(f"/meetings/{meeting.pk}/").content.decode()
    convening.announce(meeting.pk, **DONE)
    page = lin.get(f"/meetings/{meeting.pk}/").content.decode()
    text = page.partition('id="chat-text"')[2].partition(">")[2].partition("</textarea>")[0]
    assert text.splitlines() == [
        "【会议通知】2026年11月支部党员大会",
        "时间：2026年11月23日（星期一）08:30至10:30",
        "地点：三楼会议室",
        "议题：",
        "1. 传达学习",
        "2. 讨论年度计划",
        "参加人员：全体党员（9人）",
        "有关事项：同时进行：2026年11月主题党日。",
        "联系人：林悦",
        "检务处党支部",
        f"链接：http://localhost:8000/meetings/{meeting.pk}/",
    ]
    assert "【会议通知】" not in client_of(house.chen).get(f"/meetings/{meeting.pk}/").content.decode()


# --- After the meeting ----------------------------------------------------------------------------------------------


@BOTH
def test_the_register_sheet_is_a_draft_for_those_who_run_it_until_it_is_filed(
    lin: Client, house: world.Bureau, form: str
) -> None:
    meeting = convened(house)
    held(meeting, {house.chen: AbsenceReason.SHIFT})
    said(meeting, "林悦：同意。")
    vote = Votes(7, 0, 0)
    decisions.take_vote(
        meeting.agenda.last(),
        kind=Decision.RESOLUTION,
        text="同意年度计划。",
        way=VotingWay.HANDS,
        votes=vote,
        **DONE,
    )
    tasks.take_on(meeting, text="印发计划", holder=house.chen, due=DAY, **DONE)
    register, summary = (f"/meetings/{meeting.pk}/{paper}.{form}" for paper in ("register", "summary"))
    chen = client_of(house.chen)
    for path in (register, summary):
        assert "（草稿）" in text_of(lin, path)
        assert name_of(lin, path).endswith(f"（草稿）.{form}")
        assert chen.get(path).status_code == 403
        assert client_of(house.fang).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    filed(meeting)
    told = text_of(lin, register)
    for words in (
        "支部党员大会记录",
        "应到9人实到8人",
        "有表决权应到8人有表决权实到7人",
        "缺席1人：陈星（当班）",
        "林悦：同意。",
        "赞成7票",
        "同意年度计划。",
        "印发计划（陈星，2026年11月23日前）",
        "主持人签名：",
    ):
        assert words in told, words
    assert "草稿" not in told
    summed = text_of(chen, summary)
    for words in (
        "检务处党支部会议纪要",
        "现将会议情况纪要如下",
        "同意年度计划。",
        "缺席：陈星",
        "2026年11月23日印发",
    ):
        assert words in summed, words
    assert name_of(lin, register) == f"检务处党支部2026年11月支部党员大会会议记录.{form}"
    assert name_of(lin, summary) == f"检务处党支部2026年11月支部党员大会纪要.{form}"


@BOTH
def test_why_somebody_was_away_is_on_the_paper_of_those_who_run_the_meeting_only(
    lin: Client, house: world.Bureau, form: str
) -> None:
    meeting = convened(house)
    leave = roll.ask_leave(meeting, house.chen, reason=AbsenceReason.HEALTH, note="去医院复查", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    held(meeting)
    filed(meeting)
    path = f"/meetings/{meeting.pk}/register.{form}"
    assert "请假1人：陈星（身体原因）" in text_of(lin, path)
    assert "医院" not in text_of(lin, path)
    member = Person.objects.get(name="党员0")
    for client in (client_of(member), client_of(house.fang)):
        told = text_of(client, path)
        assert "请假1人：陈星" in told
        assert "身体原因" not in told
        assert "身体原因" not in client.get(f"/meetings/{meeting.pk}/record/").content.decode()


@BOTH
def test_a_correction_stands_on_the_paper_beside_what_was_filed(lin: Client, house: world.Bureau, form: str) -> None:
    meeting = convened(house)
    held(meeting)
    filing.correct(filed(meeting).filing, text="列席人员漏记一人。", by=None, **DONE)
    told = text_of(lin, f"/meetings/{meeting.pk}/register.{form}")
    assert "更正2026年11月23日：列席人员漏记一人。" in told
    assert told.index("记录人签名") < told.index("更正")


@BOTH
def test_a_record_entered_afterwards_says_so_with_its_day(lin: Client, house: world.Bureau, form: str) -> None:
    nine_days_ago = Hours(TODAY.starts_at - dt.timedelta(days=9), TODAY.ends_at - dt.timedelta(days=9), "三楼会议室")
    meeting = convened(house, hours=[nine_days_ago], late_reason="口岸无网络")
    roll.mark_all_present(meeting.sessions.get(), **DONE)
    filed(meeting)
    told = text_of(lin, f"/meetings/{meeting.pk}/register.{form}")
    assert "时间2026年11月14日（星期六）08:30至10:30补录说明2026年11月23日补录：口岸无网络" in told
    assert "会议记录于2026年11月23日补录。" in text_of(lin, f"/meetings/{meeting.pk}/summary.{form}")


@BOTH
def test_several_kinds_of_one_afternoon_have_one_roll_and_each_its_own_record(
    lin: Client, house: world.Bureau, form: str
) -> None:
    also = {MeetingKind.THEME_DAY: "参观口岸史馆", MeetingKind.LESSON: "学习条例"}
    host = convened(house, also=also)
    held(host, {house.chen: AbsenceReason.SHIFT})
    together = [host, *host.guests.order_by("made_at", "pk")]
    for one in together:
        filed(one)
    for one in together:
        told = text_of(lin, f"/meetings/{one.pk}/register.{form}")
        others = "、".join(other.title for other in together if other != one)
        assert f"同场会议{others}（同一签到，分别记录）" in told
        assert f"{one.word.zh}记录" in told
        assert "应到9人实到8人" in told
        assert f"{one.word.zh}（与{others}同场）" in text_of(lin, f"/meetings/{one.pk}/summary.{form}")
    sheet = text_of(lin, f"/meetings/sessions/{host.sessions.get().pk}/sheet.{form}")
    assert "、".join(one.title for one in together) in sheet


def test_a_guest_that_was_not_held_is_not_said_to_have_shared_the_afternoon(lin: Client, house: world.Bureau) -> None:
    host = convened(house, also={MeetingKind.THEME_DAY: ""})
    convening.not_held(host.guests.get().pk, reason="讲解员生病", **DONE)
    held(host)
    filed(host)
    assert "同场" not in text_of(lin, f"/meetings/{host.pk}/register.pdf")


@BOTH
@pytest.mark.parametrize("paper", ["notice", "register", "summary"])
def test_hostile_text_and_rare_characters_are_printed_as_they_are(
    lin: Client, house: world.Bureau, paper: str, form: str
) -> None:
    rare = world.member("堃喆旻镕玥犇", house.inspection)
    title = f'../{HOSTILE[:60]}"\r\nX: 堃喆旻镕玥犇'
    meeting = convened(house, title=title, agenda=["堃喆旻镕玥犇", f"审议{HOSTILE}"])
    assert meeting.roll.filter(person=rare).exists()
    held(meeting)
    said(meeting, f"堃喆旻镕玥犇：{HOSTILE}")
    filed(meeting)
    path = f"/meetings/{meeting.pk}/{paper}.{form}"
    told = text_of(lin, path)
    assert letters(HOSTILE[:60]) in told
    assert "堃喆旻镕玥犇" in told
    if form == "pdf":
        glyphs = {letter: glyph for letter, _font, glyph in glyphs_of(lin.get(path).content)}
        assert all(glyphs[letter] > 0 for letter in "堃喆旻镕玥犇")
    name = name_of(lin, path)
    assert not set(name) & set('\\/:*?"<>|\r\n')
    assert len(name.encode()) <= 255


def test_the_sheet_to_sign_prints_the_rare_characters_of_a_name(lin: Client, house: world.Bureau) -> None:
    world.member("堃喆旻镕玥犇", house.inspection)
    path = f"/meetings/sessions/{convened(house).sessions.get().pk}/sheet.pdf"
    printed = {letter: (font, glyph) for letter, font, glyph in glyphs_of(lin.get(path).content)}
    assert all(printed[letter][1] > 0 for letter in "堃喆旻镕玥犇")
    assert "堃喆旻镕玥犇" in text_of(lin, path)


# --- Where they are found -------------------------------------------------------------------------------------------


def test_the_page_of_a_meeting_offers_what_may_be_had_and_every_offer_is_kept(
    lin: Client, house: world.Bureau
) -> None:
    meeting = convened(house)
    here, session = f"/meetings/{meeting.pk}/", meeting.sessions.get()
    before = [f"{here}notice.", f"/meetings/sessions/{session.pk}/sheet."]
    after = [f"{here}register.", f"{here}summary."]

    def offered(client: Client, page: str) -> list[str]:
        content = client.get(page).content.decode()
        found = [
            path for path in before + after if f'href="{path}docx"' in content and f'href="{path}pdf"' in content
        ]
        for path in found:
            assert client.get(f"{path}docx").status_code == client.get(f"{path}pdf").status_code == 200
        return found

    chen = client_of(house.chen)
    assert (offered(lin, here), offered(chen, here)) == (before, before[:1])
    held(meeting)
    assert (offered(lin, here), offered(chen, here)) == (before + after, before[:1])
    assert offered(lin, f"{here}record/") == after
    filed(meeting)
    assert (offered(lin, here), offered(chen, here)) == (before + after, [before[0], *after])
    assert offered(chen, f"{here}record/") == after


# --- The books of a year --------------------------------------------------------------------------------------------


@pytest.fixture
def year(house: world.Bureau) -> world.Bureau:
    """A filed meeting with leave, a late lesson, a group's meeting, one postponed, one not held, one under way."""
    meeting = convened(house)
    held(meeting, {house.chen: AbsenceReason.HEALTH})
    filed(meeting)
    march = AT.replace(month=3)
    lesson = convened(
        house, kind=MeetingKind.LESSON, title="三月党课", hours=[Hours(march, march + dt.timedelta(hours=1), "")],
        late_reason="口岸无网络",
    )  # fmt: skip
    roll.mark_all_present(lesson.sessions.get(), **DONE)
    filed(lesson)
    group = convened(house, of=house.first_group, kind=MeetingKind.GROUP_MEETING, title="十一月党小组会")
    held(group)
    filed(group)
    convening.postpone(convened(house, kind=MeetingKind.THEME_DAY, title="主题党日").pk, reason="台风防御", **DONE)
    off = convened(house, kind=MeetingKind.GENERAL_MEETING, title="临时大会", hours=[], announced=False)
    convening.not_held(off.pk, reason="改为书面征求意见", **DONE)
    held(convened(house, title="还没有归档的会"))
    convened(house, title="还是草稿的会", announced=False)
    return house


QUERY = "?organization=GZ-A-01&year=2026"


def test_the_ledger_has_what_is_filed_and_beside_it_what_was_not_held_with_its_reason(
    year: world.Bureau, lin: Client
) -> None:
    sheets = sheets_of(lin, f"/meetings/books/ledger.xlsx{QUERY}")
    _head, *lines = sheets["三会一课台账"]
    assert [[line[0], line[1], line[2], line[5], line[11], line[14]] for line in lines] == [
        ["GZ-A-01", "党课", "2026-03-23", "三月党课", "", "2026年11月23日补录：口岸无网络"],
        ["GZ-A-01", "支部党员大会", "2026-11-23", "2026年11月支部党员大会", "缺席1人：陈星（身体原因）", ""],
        ["GZ-A-01-1", "党小组会", "2026-11-23", "十一月党小组会", "", ""],
    ]
    assert sheets["延期和未召开"][1:] == [
        ["主题党日", "2026年11月23日", "主题党日", "延期", "台风防御"],
        ["支部党员大会", "未定", "临时大会", "未召开", "改为书面征求意见"],
    ]
    assert name_of(lin, f"/meetings/books/ledger.xlsx{QUERY}") == "检务处党支部2026年三会一课台账.xlsx"
    printed = text_of(lin, f"/meetings/books/ledger.pdf{QUERY}")
    for words in ("三月党课（2026年11月23日补录）", "党小组会（第一党小组）", "台风防御", "改为书面征求意见"):
        assert words in printed
    assert "还没有归档的会" not in printed
    assert "还是草稿的会" not in printed


def test_the_year_book_has_the_branch_its_people_and_every_record(year: world.Bureau, lin: Client) -> None:
    sheets = sheets_of(lin, f"/meetings/books/yearbook.xlsx{QUERY}")
    facts = dict(sheets["基本情况"])
    assert {
        "党支部名称": "检务处党支部",
        "上级党组织": "局本部机关党委",
        "党员总数": "9人",
        "名册日期": "2026年11月23日",
        "全年会议": "3次",
    }.items() <= facts.items()
    assert sheets["支部委员会"][1:] == [["书记", "林悦", "2024年6月30日至今"]]
    assert ["1", "林悦", "正式党员", "第一党小组", "2005年1月1日"] in sheets["党员名册"]
    assert ["9", "陈星", "正式党员", "第二党小组", "2005年1月1日"] in sheets["党员名册"]
    assert sheets["延期和未召开"][1][4] == "台风防御"
    assert {row[2] for row in sheets["会议记录"][1:]} == {"三月党课", "2026年11月支部党员大会", "十一月党小组会"}
    printed = text_of(lin, f"/meetings/books/yearbook.pdf{QUERY}")
    assert printed.count("主持人签名：") == 3
    for words in ("2026年11月23日补录：口岸无网络", "台风防御", "缺席1人：陈星（身体原因）"):
        assert words in printed
    assert name_of(lin, f"/meetings/books/yearbook.pdf{QUERY}") == "检务处党支部2026年工作手册.pdf"


def test_a_committee_reads_the_books_below_it_without_why_somebody_was_away(year: world.Bureau) -> None:
    fang = client_of(year.fang)
    lines = sheets_of(fang, f"/meetings/books/ledger.xlsx{QUERY}")["三会一课台账"]
    assert "缺席1人：陈星" in [line[11] for line in lines]
    for path in ("ledger.pdf", "yearbook.pdf"):
        assert "身体原因" not in text_of(fang, f"/meetings/books/{path}{QUERY}")
    assert not any(
        "身体原因" in row[4] for row in sheets_of(fang, f"/meetings/books/yearbook.xlsx{QUERY}")["会议记录"]
    )


def test_who_does_not_run_or_oversee_an_organization_reads_none_of_its_books(year: world.Bureau) -> None:
    for path in ("", "ledger.xlsx", "ledger.pdf", "yearbook.xlsx", "yearbook.pdf"):
        for person, status in ((year.chen, 403), (year.wen, 403), (year.qiu, 404)):
            answer = client_of(person).get(f"/meetings/books/{path}{QUERY}")
            assert answer.status_code == status, (path, person)


def test_the_leader_of_a_group_reads_its_ledger_and_a_year_book_is_a_branchs(year: world.Bureau, lin: Client) -> None:
    group = "?organization=GZ-A-01-1&year=2026"
    _head, *lines = sheets_of(lin, f"/meetings/books/ledger.xlsx{group}")["三会一课台账"]
    assert [line[5] for line in lines] == ["十一月党小组会"]
    refused = lin.get(f"/meetings/books/yearbook.pdf{group}")
    assert refused.status_code == 409
    assert "工作手册由党支部建立" in refused.content.decode()


def test_a_meeting_that_two_branches_hold_together_stands_in_the_books_of_both(house: world.Bureau) -> None:
    world.appoint(house.fang, house.archive_branch)
    meeting = convened(house, kind=MeetingKind.LESSON, title="联合党课", joint_with=[house.archive_branch])
    assert "检务处党支部、档案室党支部定于" in text_of(client_of(house.fang), f"/meetings/{meeting.pk}/notice.pdf")
    held(meeting, {house.chen: AbsenceReason.HEALTH})
    filed(meeting)
    for person, code, away in (
        (house.lin, "GZ-A-01", "缺席1人：陈星（身体原因）"),
        (house.fang, "GZ-A-02", "缺席1人：陈星"),
    ):
        path = f"/meetings/books/ledger.xlsx?organization={code}&year=2026"
        _head, *lines = sheets_of(client_of(person), path)["三会一课台账"]
        assert [(line[0], line[5], line[11]) for line in lines] == [(code, "联合党课", away)]


def test_an_empty_year_says_so_on_the_page_and_in_the_files(year: world.Bureau, lin: Client) -> None:
    query = "?organization=GZ-A-01&year=2019"
    assert "2019年还没有归档的会议记录。" in lin.get(f"/meetings/books/{query}").content.decode()
    assert "2019年没有归档的会议记录。" in text_of(lin, f"/meetings/books/ledger.pdf{query}")
    assert "2019年没有归档的会议记录。" in text_of(lin, f"/meetings/books/yearbook.pdf{query}")
    assert sheets_of(lin, f"/meetings/books/ledger.xlsx{query}")["三会一课台账"][1:] == []
    assert "没有归档的会议记录" not in lin.get(f"/meetings/books/{QUERY}").content.decode()


@pytest.mark.parametrize("given", ["abc", "26", "0000", "9999", "２０２６", "-202"])
def test_what_is_no_year_is_refused_with_how_to_write_it(lin: Client, given: str) -> None:
    answer = lin.get("/meetings/books/", {"organization": "GZ-A-01", "year": given})
    assert answer.status_code == 400
    assert "四位数字" in answer.content.decode()


def test_the_list_of_meetings_leads_to_the_books_of_the_year_one_looks_at(year: world.Bureau, lin: Client) -> None:
    content = lin.get("/meetings/", {"organization": "GZ-A-01", "month": "2025-03"}).content.decode()
    for path in ("books/ledger.xlsx", "books/ledger.pdf", "books/yearbook.pdf", "books/yearbook.xlsx", "books/"):
        assert f"/meetings/{path}?organization=GZ-A-01&amp;year=2025" in content
    assert "books/ledger.xlsx?organization=GZ-A-01&amp;year=2026" in lin.get("/meetings/").content.decode()
    assert (
        "/meetings/books/" not in client_of(year.chen).get("/meetings/", {"organization": "GZ-A-01"}).content.decode()
    )


def test_among_more_organizations_than_a_list_can_offer_one_types_which(
    year: world.Bureau, lin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_OFFERED", 1)
    listed = lin.get("/meetings/", {"organization": "检务"}).content.decode()
    assert '<select name="organization"' not in listed
    assert "三月党课" in listed
    assert "十一月党小组会" not in listed
    assert "books/ledger.xlsx?organization=GZ-A-01&amp;year=2026" in listed
    assert "三月党课" not in lin.get("/meetings/", {"organization": "第一党小组"}).content.decode()
    assert lin.get("/meetings/books/", {"organization": "检务"}).status_code == 200
    assert lin.get("/meetings/books/", {"organization": "码头查验"}).status_code == 404


def test_the_books_of_a_year_bear_the_name_of_that_year(year: world.Bureau, lin: Client) -> None:
    rename(year.inspection, name="查验处党支部", on=dt.date(2026, 12, 1), **DONE)
    assert name_of(lin, f"/meetings/books/ledger.xlsx{QUERY}") == "检务处党支部2026年三会一课台账.xlsx"


def test_many_records_cost_no_more_queries_than_one(year: world.Bureau, lin: Client) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert lin.get(path).status_code == 200
        return len(asked)

    paths = ("/meetings/books/", f"/meetings/books/ledger.xlsx{QUERY}", f"/meetings/books/yearbook.xlsx{QUERY}")
    few = [cost(path) for path in paths]
    for number in range(3):
        more = convened(year, kind=MeetingKind.LESSON, title=f"党课{number}")
        held(more)
        filed(more)
    assert [cost(path) for path in paths] == few
    assert max(few) <= 12
    assert few[0] <= 8
