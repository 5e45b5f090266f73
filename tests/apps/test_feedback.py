"""What is said about the service: anonymous, about a place, closed with what changed; evaluations, followed up."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.windows import DONE, Windows
from tests.world import AT, DAY
from zhibu.apps.archive.errors import FileRefused
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.feedback import access
from zhibu.apps.feedback.actions import evaluating, saying
from zhibu.apps.feedback.actions.evaluating import Found
from zhibu.apps.feedback.errors import FeedbackRefusal, TooMuchFeedback
from zhibu.apps.feedback.models import Evaluation, Feedback, FollowUp
from zhibu.apps.feedback.queries import changed, hearers_of, places_of
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.queries import asker_of
from zhibu.apps.windows.actions.places import join_sites
from zhibu.apps.windows.actions.seating import unseat
from zhibu.apps.windows.models import Counter, Site
from zhibu.domain.terms import EvaluationKind, FeedbackKind, FeedbackState

pytestmark = pytest.mark.django_db

ONE = dt.timedelta(days=1)
COMPLAINT = FeedbackKind.COMPLAINT


@pytest.fixture
def house() -> Windows:
    return Windows()


def said(house: Windows, text: str = "等了很久", *, about_post: bool = True, at: dt.datetime = AT) -> Feedback:
    post = house.post if about_post else None
    return saying.say(text, kind=COMPLAINT, site=house.post.site, post=post, at=at)


# --- Said -----------------------------------------------------------------------------------------------------------


def test_what_is_said_reaches_the_manager_and_nothing_of_who_said_it_is_kept(house: Windows) -> None:
    feedback = said(house)
    assert (feedback.post, feedback.said_on) == (house.post, DAY)
    assert set(Notice.objects.values_list("person", flat=True)) == {house.wen.pk}
    fields = {field.name for field in Feedback._meta.fields}
    assert fields.isdisjoint({"person", "author", "ip", "address", "session", "phone", "name", "said_at", "device"})
    event = Event.objects.get(type="feedback_said")
    assert event.actor == "public"
    assert "等了很久" not in Document.objects.get(sha256=event.document_sha256).text


def test_a_post_where_one_person_works_alone_is_shown_by_its_site(house: Windows) -> None:
    assert house.second.seats.count() == 0
    nobody = saying.say("好", kind=FeedbackKind.PRAISE, site=house.second.site, post=house.second, at=AT)
    two = said(house)
    unseat(house.lin, on=DAY + ONE, **DONE)
    alone = said(house, at=AT + ONE)
    assert (nobody.post, two.post, alone.post) == (None, house.post, None)
    rows = list(Feedback.objects.select_related("site", "post"))
    assert {places_of(rows, DAY)[two.pk], places_of(rows, DAY)[alone.pk]} == {"大厅 报检C01窗口", "大厅"}
    assert places_of(rows, DAY + ONE)[two.pk] == "大厅"  # what was said of two is not shown beside the one who stays


def test_a_manager_hears_once_a_day_of_a_place_however_much_is_said_there(house: Windows) -> None:
    said(house, "一")
    said(house, "二")
    assert Notice.objects.count() == 1
    said(house, "三", at=AT + ONE)
    assert Notice.objects.filter(overtaken=False).count() == 1


def test_a_flood_at_one_place_is_refused_with_when_to_come_again_and_leaves_the_others_open(house: Windows) -> None:
    for number in range(saying.HERE.at_once):
        said(house, f"意见{number}")
    with pytest.raises(TooMuchFeedback, match="09:32"):
        said(house)
    assert Feedback.objects.count() == saying.HERE.at_once
    assert said(house, about_post=False).post is None
    assert said(house, at=AT + dt.timedelta(minutes=2)).pk
    assert all("feedback:" in key for key in Counter.objects.values_list("key", flat=True))


@pytest.mark.parametrize("text", ["", " \x00 ", "长" * 1001, "报\ufffd检"])
def test_what_says_nothing_too_much_or_is_in_no_encoding_is_refused(house: Windows, text: str) -> None:
    with pytest.raises(FeedbackRefusal):
        said(house, text)
    assert not Counter.objects.exists()


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "𫠊㙍 👨‍👩‍👧 ❤️", "'; DROP TABLE x;--"]
)
def test_what_is_typed_is_kept_letter_for_letter(house: Windows, text: str) -> None:
    assert said(house, text).text == text


# --- Closed ---------------------------------------------------------------------------------------------------------


def test_it_is_closed_with_what_changed_in_public_or_not(house: Windows) -> None:
    one, other = said(house), said(house, "另一条")
    with pytest.raises(FeedbackRefusal, match="改进"):
        saying.close_feedback(one, answer=" ", is_public=True, by=house.wen, **DONE)
    saying.close_feedback(one, answer="午间加开一个窗口。", is_public=True, by=house.wen, **DONE)
    saying.close_feedback(other, answer="已核实。", is_public=False, by=house.wen, **DONE)
    assert [row.answer for row in changed()] == ["午间加开一个窗口。"]
    with pytest.raises(FeedbackRefusal, match="已经办结"):
        saying.close_feedback(one, answer="再改", is_public=False, by=house.wen, **DONE)
    saying.show_to_all(one, is_public=False, **DONE)
    assert not changed().exists()


def test_words_that_name_somebody_are_struck_for_good_and_old_ones_go_by_themselves(house: Windows) -> None:
    named, old = said(house, "某某态度不好"), said(house, "排队久")
    saying.strike_feedback(named, **DONE)
    saying.strike_feedback(named, **DONE)
    named.refresh_from_db()
    assert (named.text, named.struck) == ("", True)
    assert not Document.objects.filter(text__contains="某某").exists()
    saying.close_feedback(old, answer="已加开窗口", is_public=True, by=house.wen, **DONE)
    assert saying.forget_words(at=AT + saying.KEPT) == 0
    assert saying.forget_words(at=AT + saying.KEPT + ONE) == 1
    old.refresh_from_db()
    assert (old.text, old.answer) == ("", "已加开窗口")


def test_the_database_keeps_what_is_open_apart_from_what_is_closed(house: Windows) -> None:
    feedback = said(house)
    for wrong in ({"state": FeedbackState.CLOSED.value}, {"is_public": True}, {"text": ""}, {"kind": "score"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Feedback.objects.filter(pk=feedback.pk).update(**wrong)


def test_two_sites_that_are_joined_keep_what_was_said_of_both(house: Windows) -> None:
    feedback = said(house)
    into = Site.objects.create(name="新大厅")
    join_sites(house.post.site, into, **DONE)
    feedback.refresh_from_db()
    assert feedback.site == into


# --- Who may --------------------------------------------------------------------------------------------------------


def test_feedback_is_read_by_those_who_manage_the_place_and_by_nobody_above_or_beside(house: Windows) -> None:
    said(house)
    said(house, about_post=False)
    evaluation = evaluated(house)
    people = {name: getattr(house.house, name) for name in ("chen", "lin", "fang", "qiu")}
    askers = {name: asker_of(world.account(person), DAY) for name, person in people.items()}
    askers["wen"] = asker_of(house.manager, DAY)
    for name, asker in askers.items():
        for one, many, rows in (
            (access.may_read_feedback, access.feedback_read_by, Feedback.objects.all()),
            (access.may_see_evaluation, access.evaluations_seen_by, Evaluation.objects.all()),
            (access.may_keep_evaluation, access.evaluations_kept_by, Evaluation.objects.all()),
        ):
            assert {row for row in rows if one(asker, row)} == set(many(asker)), (name, one)
    assert {name: access.feedback_read_by(asker).count() for name, asker in askers.items()} == {
        "chen": 0,
        "lin": 0,
        "fang": 0,
        "qiu": 0,
        "wen": 2,
    }
    sees = {name for name, asker in askers.items() if access.may_see_evaluation(asker, evaluation)}
    assert sees == {"lin", "fang", "wen"}
    assert hearers_of(house.post.site, house.post, DAY) == {house.wen.pk}


def test_nothing_here_can_rank_people_or_places() -> None:
    from zhibu.apps.feedback import queries

    names = {name for module in (access, queries, saying, evaluating) for name in vars(module)}
    assert not {name for name in names if any(word in name for word in ("score", "rank", "rating", "points"))}
    assert not {field.name for field in Evaluation._meta.fields} & {"score", "rank", "points", "person"}


# --- Evaluations ----------------------------------------------------------------------------------------------------


def evaluated(house: Windows, *, attached: tuple[tuple[str, bytes], ...] = (), held_on: dt.date = DAY) -> Evaluation:
    found = Found(
        kind=EvaluationKind.CONDUCT, title="行风评议", body="市纠风办", held_on=held_on, findings="午间只开一个窗口。"
    )
    return evaluating.record_evaluation(house.unit, found, attached=attached, **DONE)


def test_an_evaluation_is_recorded_with_its_papers_and_followed_up_by_a_day(house: Windows) -> None:
    evaluation = evaluated(house, attached=(("通报.txt", "评议通报".encode()),))
    assert evaluation.papers.get().name == "通报.txt"
    with pytest.raises(FeedbackRefusal, match="已经过去"):
        evaluating.follow_up(evaluation, "午间加开窗口", due=DAY - ONE, **DONE)
    follow = evaluating.follow_up(evaluation, "午间加开窗口", due=DAY + 7 * ONE, **DONE)
    with pytest.raises(FeedbackRefusal, match="做了什么"):
        evaluating.close_follow_up(follow, "", on=DAY, **DONE)
    with pytest.raises(FeedbackRefusal, match="还没有到"):
        evaluating.close_follow_up(follow, "好", on=DAY + ONE, **DONE)
    evaluating.close_follow_up(follow, "已加开两个", on=DAY, **DONE)
    with pytest.raises(FeedbackRefusal, match="已经办结"):
        evaluating.close_follow_up(follow, "再办", on=DAY, **DONE)
    assert list(FollowUp.objects.values_list("done", "done_on")) == [("已加开两个", DAY)]


def test_an_evaluation_is_not_of_tomorrow_and_not_with_a_file_that_is_none(house: Windows) -> None:
    with pytest.raises(FeedbackRefusal, match="还没有到"):
        evaluated(house, held_on=DAY + ONE)
    with pytest.raises(FileRefused):
        evaluated(house, attached=(("通报.pdf", b"MZ\x90\x00"),))
    assert not Evaluation.objects.exists()
