"""A demonstration branch is visited: called, announced, answered in turns, recorded once, and come back to later."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, connections, transaction

from tests import gatherings, world
from tests.visits import DONE, HELD, MORNING, STOPS, announced, demonstration, done, drafted, plan, turn
from tests.world import AT, DAY
from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.files import place_of
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rosters.models import RosterDay
from zhibu.apps.showcases.actions.marking import end_mark
from zhibu.apps.showcases.models import Playbook
from zhibu.apps.visits import access
from zhibu.apps.visits.actions import answering, calling, keeping
from zhibu.apps.visits.actions.keeping import Exchange
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import (
    FollowUp,
    TakenHome,
    Visit,
    VisitAnswer,
    VisitFile,
    VisitQuestion,
    VisitRecord,
)
from zhibu.apps.visits.queries import FOLDER, follow_ups_asked_of, guests_of, offered_to_invite, taken_in, turns_for
from zhibu.domain.terms import PostKind, VisitStage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def house():
    return world.bureau()


def told(person, occasion="visit"):
    return [row.title for row in Notice.objects.filter(person=person, occasion=occasion).order_by("made_at", "pk")]


# --- Called --------------------------------------------------------------------------------------------------------


def test_only_a_branch_that_is_held_up_on_that_day_is_visited(house):
    playbook = demonstration(house)
    late = plan(house, day=DAY + dt.timedelta(days=300))
    calling.draft_visit(playbook, house.office, late, **DONE)
    end_mark(playbook.showcases.get(), why="到此为止", **DONE)
    for caller in (house.office, house.inspection):
        with pytest.raises(VisitRefusal, match="2026-12-07"):
            calling.draft_visit(playbook, caller, plan(house), **DONE)


def test_a_superior_that_does_not_hold_it_up_calls_none(house):
    with pytest.raises(VisitRefusal):
        drafted(house, caller=house.root)
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"title": " "},
        {"place": ""},
        {"title": "长" * 121},
        {"day": DAY - dt.timedelta(days=1)},
        {"day": DAY + dt.timedelta(days=367)},
        {"answer_until": HELD + dt.timedelta(days=1)},
        {"answer_until": DAY - dt.timedelta(days=1)},
        {"turns": [replace(MORNING, seats=0)]},
        {"turns": [MORNING, MORNING]},
        {"text": "长" * 4001},
        {"stops": [replace(STOPS[0], place=" ")]},
        {"stops": [replace(STOPS[0], ends=STOPS[0].starts)]},
        {"invited": ["leaders:NOBODY"]},
    ],
)
def test_what_can_not_be_held_is_refused_and_leaves_nothing(house, other):
    with pytest.raises(VisitRefusal):
        drafted(house, **other)
    assert not Visit.objects.exists()


@pytest.mark.parametrize("other", [{"invited": ()}, {"stops": ()}, {"turns": ()}])
def test_a_draft_may_lack_what_an_announcement_needs(house, other):
    visit = drafted(house, **other)
    with pytest.raises(VisitRefusal):
        calling.announce_visit(visit, **DONE)
    assert not told(house.qiu)


def test_those_above_the_branch_and_the_secretaries_below_them_can_be_invited(house):
    offered = [one.value for one in offered_to_invite(house.inspection)]
    assert offered == [
        f"leaders:{house.office.code}",
        f"secretaries:{house.office.code}",
        f"secretaries:{house.root.code}",
    ]


# --- Who is invited ------------------------------------------------------------------------------------------------


def test_who_is_invited_follows_from_the_posts_of_the_day(house):
    visit = announced(house)
    assert guests_of(visit) == {
        house.fang.pk: house.office.pk,
        house.qiu.pk: house.qiu.appointments.get().organization_id,
    }
    after = world.person("下一任")
    before = house.qiu.appointments.get()
    before.until = HELD
    before.save()
    world.appoint(after, before.organization, since=HELD)
    assert set(guests_of(visit)) == {house.fang.pk, after.pk}
    assert guests_of(visit, HELD - dt.timedelta(days=1)).keys() == {house.fang.pk, house.qiu.pk}
    assert house.lin.pk not in guests_of(visit), "the branch that is visited is no guest"


def test_where_a_branch_has_no_secretary_its_deputy_is_invited(house):
    visit, wen = announced(house), house.wen
    world.appoint(wen, house.archive_branch, PostKind.DEPUTY_SECRETARY)
    assert guests_of(visit)[wen.pk] == house.archive_branch.pk
    world.appoint(house.chen, house.archive_branch)
    assert wen.pk not in guests_of(visit)


def test_everybody_invited_is_told_and_nobody_else(house):
    visit = announced(house)
    assert told(house.qiu) == told(house.fang) == [f"受邀观摩：{visit.title}"]
    assert not told(house.lin)
    assert not told(house.chen)


# --- Turns ---------------------------------------------------------------------------------------------------------


def test_only_the_person_sees_that_a_turn_falls_into_their_shift_or_their_rest(house):
    visit = announced(house)
    night = gatherings.shift()
    RosterDay.objects.create(person=house.qiu, day=HELD - dt.timedelta(days=1), shift=night)
    morning, afternoon = turns_for(visit, house.qiu.pk)
    assert (morning.shift, morning.rests, morning.fits) == (None, True, False), "asleep after a night until 08:00"
    assert (afternoon.rests, afternoon.left) == (True, 2), "rest lasts until 16:00"
    assert all(one.fits for one in turns_for(visit, house.fang.pk))
    day = gatherings.shift("昼", starts=8, hours=8)
    RosterDay.objects.create(person=house.fang, day=HELD, shift=day)
    assert [one.shift for one in turns_for(visit, house.fang.pk)] == [day, day]


def test_the_last_seat_goes_to_one_and_the_other_is_told_to_choose(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit, MORNING), **DONE)
    with pytest.raises(VisitRefusal, match="09:00–11:00"):
        answering.take_seat(visit, house.fang, turn(visit, MORNING), **DONE)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    answering.take_seat(visit, house.fang, turn(visit, MORNING), **DONE)
    assert sorted(taken_in(visit).values()) == [1, 1]


def test_the_database_holds_no_seat_twice(house):
    visit = announced(house)
    first = answering.take_seat(visit, house.qiu, turn(visit, MORNING), **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        VisitAnswer.objects.create(
            visit=visit,
            person=house.fang,
            organization=house.office,
            turn=first.turn,
            seat=first.seat,
            answered_at=AT,
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_at_the_last_seat_one_is_refused():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: BEGIN IMMEDIATE")
    house = world.bureau()
    visit = announced(house)
    last, ready = turn(visit, MORNING), Barrier(2)

    def takes(person):
        try:
            ready.wait(10)
            return answering.take_seat(visit, person, last, **DONE).seat
        except VisitRefusal:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(takes, [house.qiu, house.fang]), key=str) == [1, None]


def test_who_is_not_invited_takes_no_seat(house):
    visit = announced(house)
    for deed in (
        lambda: answering.take_seat(visit, house.chen, turn(visit), **DONE),
        lambda: answering.decline(visit, house.chen, reason="不去", **DONE),
        lambda: answering.ask_beforehand(visit, house.chen, text="问", **DONE),
    ):
        with pytest.raises(VisitRefusal):
            deed()
    assert not VisitAnswer.objects.exists()
    assert not VisitQuestion.objects.exists()


def test_seats_are_taken_until_the_last_day_for_answers_and_given_back_until_the_day(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **done(-3))
    with pytest.raises(VisitRefusal):
        answering.take_seat(visit, house.fang, turn(visit), **done(-2))
    answering.decline(visit, house.qiu, reason="临时有事", **done(0))
    assert [(row.turn, row.reason) for row in visit.answers.all()] == [(None, "临时有事")]
    answering.take_back_answer(visit, house.qiu, **done(0))
    answering.take_back_answer(visit, house.qiu, **done(0))
    assert not visit.answers.exists()
    with pytest.raises(VisitRefusal):
        answering.decline(visit, house.qiu, reason="晚了", **done(1))


def test_the_event_of_an_answer_holds_no_reason(house):
    visit = announced(house)
    answering.decline(visit, house.qiu, reason="家里老人住院", **DONE)
    assert not Document.objects.filter(text__contains="住院").exists()


# --- Changed -------------------------------------------------------------------------------------------------------


def test_a_turn_somebody_comes_in_keeps_its_hours_and_their_seat(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    answering.take_seat(visit, house.fang, turn(visit), **DONE)
    said = calling.plan_of(visit)
    morning, afternoon = said.turns
    for turns in ([morning], [morning, replace(afternoon, ends=dt.time(17))], [morning, replace(afternoon, seats=1)]):
        with pytest.raises(VisitRefusal):
            calling.rewrite_visit(visit, replace(said, turns=turns), **DONE)
    wider = [replace(afternoon, seats=5), replace(MORNING, starts=dt.time(8))]
    calling.rewrite_visit(visit, replace(said, turns=wider), **DONE)
    assert [(str(row), row.seats, row.answers.count()) for row in visit.turns.all()] == [
        ("08:00–11:00", 1, 0),
        ("14:00–16:00", 5, 2),
    ]
    assert told(house.qiu)[-1] == f"议程有变：{visit.title}"


def test_a_turn_of_another_visit_is_not_taken_over_by_its_key(house):
    visit = announced(house)
    other = calling.draft_visit(visit.playbook, house.office, plan(house), **DONE)
    said = calling.plan_of(other)
    stolen = [replace(said.turns[0], key=str(turn(visit))), replace(said.turns[1], key="not a key")]
    calling.rewrite_visit(other, replace(said, turns=stolen), **DONE)
    assert visit.turns.count() == other.turns.count() == 2


def test_what_nobody_has_to_know_is_told_to_nobody(house):
    visit = announced(house)
    before = len(told(house.qiu))
    calling.rewrite_visit(visit, replace(calling.plan_of(visit), text="换一句话"), **DONE)
    assert len(told(house.qiu)) == before


def test_once_announced_the_day_and_who_is_invited_stay(house):
    visit = announced(house)
    said = calling.plan_of(visit)
    for other in ({"day": HELD + dt.timedelta(days=1)}, {"invited": said.invited[:1]}):
        with pytest.raises(VisitRefusal):
            calling.rewrite_visit(visit, replace(said, **other), **DONE)


def test_moved_everybody_is_told_and_who_left_their_post_comes_no_more(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    answering.take_seat(visit, house.fang, turn(visit), **DONE)
    post = house.qiu.appointments.get()
    post.until = HELD + dt.timedelta(days=1)
    post.save()
    later = HELD + dt.timedelta(days=7)
    calling.move_visit(visit, day=later, answer_until=later, **DONE)
    visit.refresh_from_db()
    assert [row.person for row in visit.answers.all()] == [house.fang]
    assert told(house.qiu)[-1] == told(house.fang)[-1] == f"改期至{later}：{visit.title}"
    with pytest.raises(VisitRefusal):
        calling.move_visit(visit, day=later, answer_until=later, **DONE)


def test_cancelled_and_set_again_with_the_seats_that_were_taken(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    with pytest.raises(VisitRefusal):
        calling.cancel_visit(visit, why=" ", **DONE)
    calling.cancel_visit(visit, why="台风", **DONE)
    assert Notice.objects.filter(person=house.qiu).latest("made_at", "pk").text == "台风"
    with pytest.raises(VisitRefusal):
        answering.take_seat(visit, house.fang, turn(visit), **DONE)
    calling.restore_visit(visit, **done(0))
    visit.refresh_from_db()
    assert (visit.at_stage, visit.why_cancelled, visit.answers.count()) == (VisitStage.ANNOUNCED, "", 1)
    calling.cancel_visit(visit, why="台风", **done(0))
    with pytest.raises(VisitRefusal):
        calling.restore_visit(visit, **done(1))


def test_a_draft_is_dropped_with_its_files_and_an_announced_visit_is_not(house, django_capture_on_commit_callbacks):
    visit = drafted(house)
    file = calling.add_file(visit, "单.txt", "内容".encode(), **DONE)
    with django_capture_on_commit_callbacks(execute=True):
        calling.drop_visit(visit, **DONE)
    assert not Visit.objects.exists()
    assert not default_storage.exists(place_of(FOLDER, file.sha256))
    other = calling.draft_visit(Playbook.objects.get(), house.office, plan(house), **DONE)
    calling.announce_visit(other, **DONE)
    with pytest.raises(VisitRefusal):
        calling.drop_visit(other, **DONE)


def test_files_are_what_they_say_and_go_with_the_last_visit_that_has_them(house, django_capture_on_commit_callbacks):
    visit = drafted(house)
    other = calling.draft_visit(visit.playbook, house.office, plan(house), **DONE)
    with pytest.raises(FileRefused):
        calling.add_file(visit, "图.png", b"MZ\x00\x01", **DONE)
    files = [calling.add_file(one, "单.txt", "内容".encode(), **DONE) for one in (visit, other)]
    for file, is_there in zip(files, (True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            calling.remove_file(file, **DONE)
        assert default_storage.exists(place_of(FOLDER, file.sha256)) is is_there
    assert not VisitFile.objects.exists()


# --- Questions -----------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_whoever_asked_is_told(house):
    visit = announced(house)
    asked = answering.ask_beforehand(visit, house.qiu, text=" 夜班怎么补课？ ", **DONE)
    assert (asked.text, asked.organization) == ("夜班怎么补课？", house.qiu.appointments.get().organization)
    answering.answer_question(asked, house.lin, text="第二天补。", **DONE)
    assert told(house.qiu)[-1] == f"您的提问有了答复：{visit.title}"
    with pytest.raises(VisitRefusal):
        answering.drop_question(asked, **DONE)
    other = answering.ask_beforehand(visit, house.qiu, text="还有呢？", **DONE)
    answering.drop_question(other, **DONE)
    assert [row.text for row in visit.questions.all()] == ["夜班怎么补课？"]


def test_nobody_asks_without_end(house):
    visit = announced(house)
    for number in range(answering.MOST_QUESTIONS):
        answering.ask_beforehand(visit, house.qiu, text=f"问{number}", **DONE)
    for text in ("再问", ""):
        with pytest.raises(VisitRefusal):
            answering.ask_beforehand(visit, house.qiu, text=text, **DONE)


# --- Kept ----------------------------------------------------------------------------------------------------------

SAID = Exchange(told="分两批开会。", discussed="夜班怎么补？第二天补。", agreed="各支部试一个月。")


def test_a_record_is_filed_once_sealed_and_nothing_changes_after(house):
    visit = announced(house)
    asked = answering.ask_beforehand(visit, house.qiu, text="夜班怎么补课？", **DONE)
    file = calling.add_file(visit, "单.txt", "内容".encode(), **DONE)
    said = calling.plan_of(visit)
    with pytest.raises(VisitRefusal, match="还没有举行"):
        keeping.file_record(visit, SAID, **done(-1))
    with pytest.raises(VisitRefusal):
        keeping.file_record(visit, Exchange(told=" "), **done(0))
    filed = keeping.file_record(visit, SAID, **done(0))
    sealed = Document.objects.get(sha256=filed.event.document_sha256).text
    assert all(text in sealed for text in (SAID.told, SAID.discussed, SAID.agreed, file.sha256))
    for deed in (
        lambda: keeping.file_record(visit, Exchange(told="另一份"), **done(0)),
        lambda: calling.rewrite_visit(visit, replace(said, text="改"), **done(0)),
        lambda: calling.cancel_visit(visit, why="改", **done(0)),
        lambda: calling.add_file(visit, "又.txt", b"a", **done(0)),
        lambda: calling.remove_file(file, **done(0)),
        lambda: answering.answer_question(asked, house.lin, text="改", **done(0)),
        lambda: answering.take_back_answer(visit, house.qiu, **done(0)),
    ):
        with pytest.raises(VisitRefusal):
            deed()
    assert VisitRecord.objects.get().told == SAID.told
    assert Event.objects.filter(type="visit_recorded").count() == 1


def test_only_somebody_who_came_writes_what_the_branch_takes_home(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    answering.decline(visit, house.fang, reason="开会", **DONE)
    with pytest.raises(VisitRefusal):
        keeping.take_home(visit, house.qiu, text="试一试", **done(-1))
    for person in (house.fang, house.chen):
        with pytest.raises(VisitRefusal):
            keeping.take_home(visit, person, text="试一试", **done(0))
    keeping.take_home(visit, house.qiu, text="试一试", **done(0))
    keeping.file_record(visit, SAID, **done(0))
    keeping.take_home(visit, house.qiu, text="分两批开会", **done(1))
    assert [row.text for row in TakenHome.objects.all()] == ["分两批开会"]


def test_after_30_and_90_days_the_branch_is_asked_until_it_has_said(house):
    visit = announced(house)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    home = keeping.take_home(visit, house.qiu, text="分两批开会", **done(0))

    def asked(days, of=home.organization_id):
        return [one.after for one in follow_ups_asked_of([of], HELD + dt.timedelta(days=days))]

    assert [asked(days) for days in (29, 30, 90)] == [[], [30], [30, 90]]
    assert asked(90, house.inspection.pk) == []
    for after, days in ((30, 29), (90, 89), (7, 40)):
        with pytest.raises(VisitRefusal):
            keeping.follow_up(home, after, house.qiu, text="试了", **done(days))
    keeping.follow_up(home, 30, house.qiu, text="还没有，因为换届", **done(30))
    keeping.follow_up(home, 30, house.qiu, text="试了一次", **done(31))
    assert asked(90) == [90]
    assert [row.text for row in FollowUp.objects.all()] == ["试了一次"]
    with pytest.raises(VisitRefusal):
        keeping.take_home(visit, house.qiu, text="别的", **done(40))


# --- Who may -------------------------------------------------------------------------------------------------------


def test_both_forms_of_each_question_agree(house):
    visit = announced(house)
    calling.draft_visit(visit.playbook, house.inspection, plan(house), **DONE)
    answering.take_seat(visit, house.qiu, turn(visit), **DONE)
    answering.ask_beforehand(visit, house.qiu, text="问", **DONE)
    calling.add_file(visit, "单.txt", b"a", **DONE)
    keeping.take_home(visit, house.qiu, text="试", **done(0))
    pairs = [
        (Playbook, access.may_call_visit, access.playbooks_visited_by),
        (Visit, access.may_see_visit, access.visits_seen_by),
        (Visit, access.may_hold_visit, access.visits_held_by),
        (VisitFile, access.may_see_visit_file, access.visit_files_seen_by),
        (VisitQuestion, access.may_drop_question, access.questions_dropped_by),
        (VisitQuestion, access.may_answer_question, access.questions_answered_by),
        (TakenHome, access.may_follow_up, access.followed_up_by),
        (TakenHome, access.may_read_follow_ups, access.follow_ups_read_by),
    ]
    found = {}
    for name in ("lin", "chen", "fang", "qiu", "wen"):
        asker = asker_of(world.account(getattr(house, name)), DAY)
        for model, one, many in pairs:
            alone = {row.pk for row in model.objects.all() if one(asker, row)}
            assert alone == set(many(asker).values_list("pk", flat=True)), (name, one.__name__)
            found[name, one.__name__] = len(alone)
    assert [found[name, "may_see_visit"] for name in ("lin", "chen", "fang", "qiu", "wen")] == [2, 1, 1, 1, 1]
    assert [found[name, "may_hold_visit"] for name in ("lin", "chen", "fang", "qiu")] == [2, 0, 1, 0]
    assert [found[name, "may_follow_up"] for name in ("lin", "fang", "qiu")] == [0, 0, 1]
    assert found["qiu", "may_read_follow_ups"] == found["lin", "may_read_follow_ups"] == 1
    assert found["chen", "may_read_follow_ups"] == 0
