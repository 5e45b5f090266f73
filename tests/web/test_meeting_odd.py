"""A secretary's meetings with what nobody expects: hostile text, impossible counts, long rolls, no data at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page

from tests import meetings, world
from tests.meetings import DONE
from tests.web.browser import assert_accessible, assert_fits
from tests.web.conftest import Opens
from tests.web.strict import faults_of
from tests.world import AT, Bureau
from zhibu.apps.meetings.actions import convening, filing, minutes, papers, roll, tasks
from zhibu.apps.meetings.models import Decision, Election, Meeting, MinutesText
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import Presence
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage
from zhibu.web.shell import clock

#: Text that would run where it is not taken for text.
CORPUS = (
    "<script>window.run=1</script>",
    '"><img src=x onerror=window.run=1>',
    "'><svg onload=window.run=1>",
    "</textarea><script>window.run=1</script>",
    "<a href='javascript:window.run=1' autofocus onfocus=window.run=1>x</a>",
    "{{ 7|add:7 }}{% debug %}${7*7}",
    "<b hx-get=/leak hx-trigger=load data-hx-get=/leak>x</b>",
)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house(db: None) -> Bureau:
    return meetings.branch()


@pytest.fixture
def lin(house: Bureau) -> Client:
    client = Client()
    client.force_login(world.account(house.lin))
    return client


def of(meeting: Meeting) -> str:
    return f"/meetings/{meeting.pk}/"


def pages_of(meeting: Meeting) -> list[str]:
    """Every page of a meeting at its stage, as its secretary opens them."""
    here, session, item = of(meeting), meeting.roll_of.sessions.first(), meeting.agenda.first()
    found = ["/meetings/", "/meetings/new/", here, f"{here}edit/", f"{here}minutes/", f"{here}record/"]
    found.append(f"/meetings/new/?organization={meeting.organization.code}&kind={meeting.kind}")
    if session is not None:
        found += [f"/meetings/sessions/{session.pk}/{rest}" for rest in ("roll/", "roll/count/", "code/")]
    if item is not None:
        found += [f"{here}items/{item.pk}/{rest}" for rest in ("vote/", "election/")]
    return found


# --- Hostile text ---------------------------------------------------------------------------------------------------


def planted(house: Bureau, hostile: str) -> Meeting:
    """A filed meeting every text of which is hostile, and that carries on from another of the kind."""
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30), agenda=[hostile], title=hostile)
    tasks.take_on(before, text=hostile, holder=house.chen, due=None, **DONE)
    meeting = meetings.announced(
        house,
        title=hostile,
        agenda=[hostile],
        hours=[convening.Hours(AT - dt.timedelta(hours=1), AT + dt.timedelta(hours=1), hostile[:80])],
        also={MeetingKind.LESSON: hostile},
    )
    session, item = meeting.sessions.get(), meeting.agenda.get()
    roll.ask_leave(meeting, house.chen, reason=AbsenceReason.OTHER, note=hostile[:120], **DONE)
    roll.call_roll(session, **DONE)
    papers.add_paper(meeting, name="x.txt", content=hostile.encode(), **DONE)
    for field in MinutesText.Field:
        where = item if field is MinutesText.Field.DISCUSSION else None
        minutes.save_text(meeting, field=field, item=where, text=hostile, based_on=0, by=None, **DONE)
        minutes.save_text(meeting, field=field, item=where, text=f"别的{hostile}", based_on=0, by=None, **DONE)
    return meeting


def posted(lin: Client, meeting: Meeting, hostile: str) -> Iterator[str]:
    """What each form of the pages answers to hostile text in every one of its fields."""
    item = meeting.agenda.get()
    sent = {
        "title": hostile,
        "agenda": hostile,
        "place_0": hostile,
        "chosen": hostile,
        "chair": hostile,
        "reason": hostile,
        "text": hostile,
        "about": hostile,
        "kind": hostile,
        "way": hostile,
        "what": hostile,
        "in_favour": hostile,
        "task-text": hostile,
        "task-holder": hostile,
        "correction": hostile,
        f"text-discussion-{item.pk}": hostile,
        f"base-discussion-{item.pk}": "0",
        "day_0": hostile,
        "starts_0": hostile,
    }
    for path in pages_of(meeting):
        answer = lin.post(path, sent)
        if answer.status_code not in {302, 405}:
            yield answer.content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("hostile", CORPUS)
def test_hostile_text_stays_text_on_every_page_and_in_every_refusal(lin: Client, house: Bureau, hostile: str) -> None:
    meeting = planted(house, hostile)
    lesson = meeting.guests.get()
    texts = [lin.get(path).content.decode() for one in (meeting, lesson) for path in pages_of(one)]
    texts += posted(lin, meeting, hostile)
    aside = MinutesText.objects.filter(meeting=meeting).first()
    assert aside is not None
    texts += [lin.get(f"{of(meeting)}minutes/versions/{one.pk}/").content.decode() for one in aside.set_aside.all()]
    assert any("window.run" in text or "7*7" in text or "/leak" in text for text in texts)
    faults = [fault for text in texts for fault in faults_of(text)]
    assert faults == []
    assert not any(tag in text for text in texts for tag in ("<script>window", "<b hx-get", "<svg onload"))


@pytest.mark.django_db(transaction=True)
def test_no_hostile_text_runs_in_a_browser(desk: Opens) -> None:
    house = meetings.branch()
    meeting = planted(house, "".join(CORPUS)[:200])
    page = desk(world.account(house.lin))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/leak" in request.url else None)
    for path in pages_of(meeting):
        page.goto(path)
        assert page.evaluate("window.run") is None, path
    assert asked == []


# --- Impossible counts and people -----------------------------------------------------------------------------------


def test_more_hands_than_voters_are_refused_and_what_was_typed_stands(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house)
    path = f"{of(meeting)}items/{meeting.agenda.get().pk}/vote/"
    votes = {"kind": "resolution", "way": "hands", "text": "同意接收。", "in_favour": "10"}
    answer = lin.post(path, votes | {"against": "1"})
    assert (answer.status_code, Decision.objects.count()) == (409, 0)
    assert "同意接收。" in answer.content.decode()
    assert lin.post(path, votes).status_code == 302
    assert Decision.objects.get().in_favour == 10


def test_a_chair_who_is_not_on_the_roll_is_refused_with_the_form_as_it_was_typed(lin: Client, house: Bureau) -> None:
    facts = {
        "day_0": "2026-11-26",
        "starts_0": "15:00",
        "ends_0": "16:30",
        "place_0": "五号泊位值班室",
        "agenda": "讨论发展党员",
        "audience": "chosen",
        "chosen": "陈星",
        "chair": house.lin.staff_number,
        "announce": "",
    }
    path = "/meetings/new/?organization=GZ-A-01&kind=general_meeting"
    answer = lin.post(path, facts)
    assert (answer.status_code, Meeting.objects.count()) == (409, 0)
    assert "五号泊位值班室" in answer.content.decode()
    assert "林悦" in answer.content.decode()
    assert lin.post(path, facts | {"chosen": "陈星\n林悦"}).status_code == 302


def test_a_roll_changes_after_the_announcement_with_a_reason_and_a_vote_keeps_the_bases_it_had(
    lin: Client, house: Bureau
) -> None:
    meeting = meetings.closed(house)
    session, item = meeting.sessions.get(), meeting.agenda.get()
    lin.post(f"{of(meeting)}minutes/", {"then": f"unanimous:{item.pk}"})
    late = world.member("新调入", house.inspection)
    change = {"person": late.name, "reason": "会前调入，名单漏列"}
    assert lin.post(f"/meetings/sessions/{session.pk}/add/", change | {"reason": ""}).status_code == 302
    assert meeting.roll.count() == 10
    lin.post(f"/meetings/sessions/{session.pk}/add/", change)
    assert meeting.roll.count() == 11
    refusal = lin.post(f"{of(meeting)}minutes/", {"then": "finish"})
    assert (refusal.status_code, "新调入" in refusal.content.decode()) == (409, True)
    roll.mark(session, [late], status=Presence.ABSENT, reason=AbsenceReason.DUTY, **DONE)
    assert lin.post(f"{of(meeting)}minutes/", {"then": "finish"}).status_code == 302
    vote = Decision.objects.get()
    assert (vote.voters, vote.voters_present, vote.in_favour) == (10, 10, 10)


def test_the_chair_hears_before_an_election_and_an_admission_what_is_missing(lin: Client, house: Bureau) -> None:
    """10 voters, 7 in the room: enough to resolve and to admit, one too few to elect."""
    meeting = meetings.announced(house)
    session, item = meeting.sessions.get(), meeting.agenda.get()
    roll.open_session(session, **DONE)
    roll.mark(session, Person.objects.filter(name__startswith="党员")[:7], status=Presence.PRESENT, **DONE)
    election = lin.get(f"{of(meeting)}items/{item.pk}/election/").content.decode()
    assert "再到1名有表决权的党员即可表决" in election
    roll.mark(session, Person.objects.filter(name="党员0"), status=Presence.ABSENT, **DONE)
    roll.mark(session, Person.objects.filter(name="党员1"), status=Presence.ABSENT, **DONE)
    vote = lin.get(f"{of(meeting)}items/{item.pk}/vote/").content.decode()
    assert vote.partition('id="leaving"')[2].partition("</section>")[2].count("note-warning") == 3, (
        "of the resolution, the admission and the confirmation"
    )


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("讨论接收陈晨为预备党员", "admission"),
        ("讨论预备党员陈晨转正", "confirmation"),
        ("讨论发展党员工作计划", "resolution"),
    ],
)
def test_all_in_favour_is_judged_by_the_rule_of_what_the_item_decides(
    lin: Client, house: Bureau, title: str, kind: str
) -> None:
    meeting = meetings.closed(house, agenda=[title])
    lin.post(f"{of(meeting)}minutes/", {"then": f"unanimous:{meeting.agenda.get().pk}"})
    assert Decision.objects.get().kind == kind


def test_candidates_of_a_tie_are_voted_on_again_from_the_minutes(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house, agenda=["选举支部委员"])
    item, here = meeting.agenda.get(), of(meeting)
    pair = list(Person.objects.filter(name__in=["党员0", "党员1"]).order_by("name"))
    asked = "&".join(f"c={one.staff_number}" for one in pair)
    votes = {f"votes_{one.pk}": "6" for one in pair}
    papers_of = {"what": "支部委员", "seats": "1", "issued": "10", "returned": "10", "void": "0"}
    # Each ballot has one seat: 12 votes on 10 ballots contradict each other, 6 and 4 do not.
    assert lin.post(f"{here}items/{item.pk}/election/?{asked}&seats=1", papers_of | votes).status_code == 409
    two = papers_of | {"seats": "2"} | {f"votes_{one.pk}": "6" for one in [*pair, house.chen]}
    asked += f"&c={house.chen.staff_number}"
    assert lin.post(f"{here}items/{item.pk}/election/?{asked}&seats=2", two).status_code == 302
    first = Election.objects.get()
    assert first.next_step == "second_ballot"
    answer = lin.post(f"{here}minutes/", {"then": f"second:{first.pk}"})
    assert answer["Location"] == f"{here}items/{item.pk}/election/?first={first.pk}"
    page = lin.get(answer["Location"]).content.decode()
    assert page.index("陈星") < page.index("党员0"), "陈 has 7 strokes, 党 10"


def test_minutes_of_200000_characters_are_kept_and_longer_ones_refused_with_the_text_in_place(
    lin: Client, house: Bureau
) -> None:
    meeting = meetings.closed(house)
    item, here = meeting.agenda.get(), of(meeting)
    name, fits = f"discussion-{item.pk}", "记" * minutes.LONGEST_TEXT
    long = lin.post(f"{here}minutes/", {f"text-{name}": f"{fits}录", f"base-{name}": "0", "then": "save"})
    assert (long.status_code, f"{fits}录" in long.content.decode()) == (409, True)
    assert lin.post(f"{here}minutes/", {f"text-{name}": fits, f"base-{name}": "0", "then": "save"}).status_code == 302
    assert MinutesText.objects.get().text == fits
    # Beyond what a request may weigh the page says so, and the browser still has the text.
    beyond = lin.post(f"{here}minutes/", {f"text-{name}": fits * 10, f"base-{name}": "1", "then": "save"})
    assert (beyond.status_code, "附件" in beyond.content.decode()) == (400, True)
    assert MinutesText.objects.get().text == fits


# --- A task and the minutes of before -------------------------------------------------------------------------------


def test_whatever_button_is_tapped_everything_typed_on_the_minutes_is_saved(lin: Client, house: Bureau) -> None:
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30))
    task = tasks.take_on(before, text="报送材料", holder=house.chen, due=None, **DONE)
    filed = filing.finish(before, house.lin, **DONE)
    meeting = meetings.closed(house)
    item, here = meeting.agenda.get(), of(meeting)
    sent = {
        f"text-discussion-{item.pk}": "林悦：同意。",
        f"base-discussion-{item.pk}": "0",
        "task-text": "整理档案",
        "task-holder": house.chen.staff_number,
        "correction": "实到应为9人。",
        "then": f"report:{task.pk}",
    }
    answer = lin.post(f"{here}minutes/", sent)
    assert answer["Location"] == f"{of(before)}tasks/{task.pk}/?at={meeting.pk}"
    assert MinutesText.objects.get(meeting=meeting).text == "林悦：同意。"
    assert [one.text for one in meeting.tasks.all()] == ["整理档案"]
    assert [one.text for one in filed.corrections.all()] == ["实到应为9人。"]
    done = lin.post(answer["Location"], {"report": "已报送", "is_done": "on"})
    assert done["Location"] == f"{here}minutes/"
    page = lin.get(f"{here}minutes/").content.decode()
    assert ("已报送" in page, "整理档案" in page) == (True, True)


def test_a_task_that_can_not_be_read_loses_no_text(lin: Client, house: Bureau) -> None:
    meeting = meetings.closed(house)
    item = meeting.agenda.get()
    answer = lin.post(
        f"{of(meeting)}minutes/",
        {
            f"text-discussion-{item.pk}": "林悦：同意。",
            "task-text": "整理档案",
            "task-holder": "无此人",
            "then": "task",
        },
    )
    page = answer.content.decode()
    assert (answer.status_code, "林悦：同意。" in page, "整理档案" in page) == (422, True, True)


# --- No, normal and huge data ---------------------------------------------------------------------------------------


#: Of these the draft of a record asks more: it gathers all that will be sealed, once, before it is filed.
MOST_QUERIES = {"record/": 16}


#: The page of a meeting shows what is said around it as well: views, threads, who made it up.
MOST_OF_ITS_PAGE = 11


def most_queries(path: str, meeting: Meeting) -> int:
    if path == of(meeting):
        return MOST_OF_ITS_PAGE
    return next((number for end, number in MOST_QUERIES.items() if path.endswith(end)), 8)


def asked(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return len(queries)


def test_a_page_of_a_meeting_asks_the_database_eight_times_at_most(lin: Client, house: Bureau) -> None:
    before = meetings.closed(house, starts=AT - dt.timedelta(days=30))
    tasks.take_on(before, text="报送材料", holder=house.chen, due=None, **DONE)
    meeting = meetings.announced(house, also={MeetingKind.LESSON: "学习条例"})
    for _stage in range(2):
        for path in pages_of(meeting):
            most = most_queries(path, meeting)
            assert asked(lin, path) <= most, path
        if meeting.at_stage is MeetingStage.ANNOUNCED:
            session = meeting.sessions.get()
            roll.call_roll(session, **DONE)
            roll.close_session(session, **DONE)
            meeting.refresh_from_db()


@pytest.fixture
def huge(house: Bureau) -> Meeting:
    """1,300 people on one roll and 60 items on the agenda, each with points and a vote."""
    Person.objects.bulk_create(
        Person(staff_number=str(50000 + n), name=f"职工{n:04}", initials="zg", pinyin=f"zhigong{n:04}")
        for n in range(1290)
    )
    for person in Person.objects.filter(staff_number__gte="50000"):
        world.admit(person, house.inspection)
    meeting = meetings.closed(house, agenda=[f"议题{n}" for n in range(60)], audience=Audience.MEMBERS)
    for item in meeting.agenda.all():
        MinutesText.objects.create(
            meeting=meeting, agenda_item=item, field="discussion", text="林悦：同意。\n" * 20, saved_at=AT
        )
    return meeting


@pytest.mark.slow
def test_1300_people_and_60_items_cost_no_more_queries(lin: Client, huge: Meeting) -> None:
    assert huge.roll.count() == 1300
    for path in pages_of(huge):
        most = most_queries(path, huge)
        assert asked(lin, path) <= most, path
    item = huge.agenda.last()
    assert item is not None
    assert lin.post(f"{of(huge)}minutes/", {"then": f"unanimous:{item.pk}"}).status_code == 302
    assert Decision.objects.get().in_favour == 1300


def looked_at(page: Page, paths: list[str]) -> None:
    for path in paths:
        page.goto(path)
        if "roll/count" not in path:
            assert_fits(page)
            assert_accessible(page)


@pytest.mark.django_db(transaction=True)
def test_pages_without_anything_and_without_scripts_are_good_on_a_phone(phone: Opens) -> None:
    house = world.bureau()
    lin = world.account(house.lin)
    empty = convening.draft(
        organization=house.inspection, kind=MeetingKind.GENERAL_MEETING, title="未定", made_by=None, **DONE
    )
    looked_at(phone(lin), pages_of(empty))
    plain = phone(lin, scripts=False)
    full = meetings.closed(house)
    for path in pages_of(full):
        plain.goto(path)
        assert plain.locator("h1").count() == 1 or "count" in path
    plain.goto(f"{of(full)}minutes/")
    plain.locator("textarea[id^=text-discussion]").fill("没有脚本也能写。")
    plain.get_by_role("button", name="确认并归档").click()
    assert plain.url.endswith("/record/")
    assert "没有脚本也能写。" in plain.content()


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_a_huge_meeting_are_good_on_a_phone(phone: Opens, huge: Meeting, house: Bureau) -> None:
    looked_at(phone(world.account(house.lin)), [path for path in pages_of(huge) if "new" not in path])
