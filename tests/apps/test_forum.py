"""The forum: who enters which room, what is written, followed, taken back, kept in order, found and made a guide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import world
from tests.forum import Forum, photo
from tests.windows import DONE
from tests.world import AT, DAY
from zhibu.apps.archive.errors import BearsMark
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.forum import access
from zhibu.apps.forum.actions import asking, following, moderating, taking_back, writing
from zhibu.apps.forum.actions.indexing import rebuild_posts
from zhibu.apps.forum.actions.telling import tell_of_yesterday
from zhibu.apps.forum.actions.writing import Words
from zhibu.apps.forum.errors import ForumRefusal, TooManyPosts
from zhibu.apps.forum.models import Confirmation, Following, Hiding, Picture, Post, Room, Thread
from zhibu.apps.forum.queries import confirmed_by, earlier_texts_of, looked_for, page_of_thread, people_in, threads_in
from zhibu.apps.guides.actions.guiding import guide_unit
from zhibu.apps.guides.models import Guide, GuidedUnit
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.access import Asker, stranger
from zhibu.apps.people.models import Account, Membership, Person
from zhibu.apps.people.queries import asker_of
from zhibu.apps.search.models import Indexed
from zhibu.apps.windows.actions.places import join_sections
from zhibu.apps.windows.models import Seat, Section
from zhibu.domain.forum import IN_AN_HOUR, ON_A_PAGE, AppealOutcome, PostState
from zhibu.domain.terms import GuideAudience, PostKind, Role

pytestmark = pytest.mark.django_db

ONE = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def forum() -> Forum:
    return Forum()


def later(minutes: float = 0, days: int = 0) -> dict[str, Any]:
    return DONE | {"at": AT + MINUTE * minutes + ONE * days}


def asker(person: Person, on: dt.date = DAY) -> Asker:
    account = Account.objects.filter(person=person).first() or Account(person=person)
    return asker_of(account, on)


def found(words: str, *rooms: Room) -> list[str]:
    keys = looked_for(words, Room.objects.filter(pk__in=[room.pk for room in rooms])).keys
    return [Post.objects.get(pk=Indexed.objects.get(pk=key).subject).text for key in keys]


# --- Who enters -----------------------------------------------------------------------------------------------------


def test_each_enters_where_they_belong_today(forum: Forum) -> None:
    guide_unit(name="码头报检点", section=forum.section, contact="", since=DAY, **DONE)
    rooms = {place.key: forum.room(place) for place in forum.places}
    house, branch, section, units, quay = (place.key for place in forum.places)
    expected = {
        forum.chen: {house, branch, section, units},
        forum.lin: {house, branch, section, units},
        forum.wen: {house, section, units},  # no member; manages the windows
        forum.fang: {house, f"branch-{forum.house.archive_branch.pk}"},
        forum.qiu: {house, quay},
    }
    for person, keys in expected.items():
        asks = asker(person)
        assert {place.key for place in access.places_of(asks)} == keys, person
        assert {room.key for room in access.rooms_entered_by(asks)} == keys & set(rooms)
    assert access.places_of(stranger(DAY)) == []


def test_whoever_leaves_the_branch_enters_no_more_from_that_day_on(forum: Forum) -> None:
    thread = forum.thread(by=forum.lin)
    Membership.objects.filter(person=forum.chen).update(until=DAY + ONE)
    seen = [access.may_read_thread(asker(forum.chen, DAY + ONE * days), thread) for days in (0, 1)]
    assert seen == [True, False]
    assert not access.threads_read_by(asker(forum.chen, DAY + ONE)).exists()
    assert forum.chen not in people_in(thread.room, DAY + ONE)


def test_the_two_forms_of_access_agree_and_those_who_are_told_may_enter(forum: Forum) -> None:
    """Over many houses: who is a member, secretary, manager or seated where, and what was hidden and appealed."""
    rooms = [forum.room(place) for place in forum.places]
    people = [forum.chen, forum.lin, forum.wen, forum.fang, forum.qiu]
    accounts = {person: Account.objects.filter(person=person).first() or world.account(person) for person in people}
    threads = [forum.thread(f"题{n}", place=place, by=forum.chen) for n, place in enumerate(forum.places)]
    posts = [forum.answered(thread, by=forum.qiu) for thread in threads]
    change = st.tuples(st.integers(0, 5), st.sampled_from(people), st.integers(0, 5))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(change, max_size=6))
    def agree(changes: list[tuple[int, Person, int]]) -> None:
        with transaction.atomic():
            for kind, person, number in changes:
                _changes(forum, posts, accounts)[kind](person, number)
            _all_agree(rooms, people, accounts)
            transaction.set_rollback(True)

    agree()


def _changes(
    forum: Forum, posts: list[Post], accounts: dict[Person, Account]
) -> list[Callable[[Person, int], object]]:
    homes = [forum.unit, forum.house.quay, forum.house.station, forum.house.archive_branch]
    offices = [*homes, forum.house.office, forum.house.harbor]

    def move(person: Person, number: int) -> None:
        Membership.objects.filter(person=person).delete()
        world.admit(person, homes[number % len(homes)])

    def appoint(person: Person, number: int) -> None:
        post = PostKind.ORGANIZATION_OFFICER if number % 2 else PostKind.DEPUTY_SECRETARY
        if not person.appointments.filter(organization=offices[number], post=post.value).exists():
            world.appoint(person, offices[number], post)

    def hide(person: Person, number: int) -> None:
        post = posts[number % len(posts)]
        if not post.hidings.exists():
            moderating.hide_post(post, because="跑题", by=person, **DONE)
            if number % 2:
                moderating.appeal(post, text="没有跑题", **DONE)

    def guide(person: Person, number: int) -> None:
        if not GuidedUnit.objects.filter(name=f"点{number}").exists():
            guide_unit(name=f"点{number}", section=forum.section, contact="", since=DAY, **DONE)

    return [
        move,
        appoint,
        lambda person, number: world.grant(accounts[person], Role.WINDOW_MANAGER, of=offices[number]),
        lambda person, _number: Seat.objects.filter(person=person).delete(),
        guide,
        hide,
    ]


def _all_agree(rooms: list[Room], people: list[Person], accounts: dict[Person, Account]) -> None:
    told = {room.pk: set(people_in(room, DAY)) for room in rooms}
    for person in people:
        asks = asker_of(accounts[person], DAY)
        entered = {room for room in rooms if access.may_enter(asks, room)}
        assert entered == set(access.rooms_entered_by(asks))
        assert {room.key for room in entered} == {place.key for place in access.places_of(asks)} & {
            room.key for room in rooms
        }
        assert {room for room in rooms if person in told[room.pk]} <= entered
        assert {room for room in rooms if access.may_moderate(asks, room)} == set(access.rooms_moderated_by(asks))
        threads, posts, hidings = Thread.objects.all(), Post.objects.all(), Hiding.objects.all()
        assert {row for row in threads if access.may_read_thread(asks, row)} == set(access.threads_read_by(asks))
        assert {row for row in posts if access.may_read_post(asks, row)} == set(access.posts_read_by(asks))
        assert {row for row in hidings if access.may_decide_appeal(asks, row)} == set(access.hidings_decided_by(asks))
        assert {row for row in posts if access.is_own(asks, row)} == set(access.own_posts(asks))


# --- Written --------------------------------------------------------------------------------------------------------


def test_a_thread_is_begun_and_answered_in_order(forum: Forum) -> None:
    thread = forum.thread()
    answer = forum.answered(thread, done=later(1))
    thread.refresh_from_db()
    assert (thread.last_number, thread.last_at, answer.number) == (2, AT + MINUTE, 2)
    other = forum.thread("第二题", done=later(0.5))
    assert [row.first.title for row in threads_in(thread.room)] == ["学习体会", "第二题"]  # by the last post
    lines = page_of_thread(thread, 1, asker(forum.chen), moderates=False)
    assert [(line.post.number, line.is_own, line.is_read) for line in lines] == [(1, True, True), (2, False, True)]
    assert other.room == thread.room


def test_a_second_tap_changes_nothing(forum: Forum) -> None:
    thread = forum.thread()
    assert forum.thread(done=later(1)) == thread
    first = forum.answered(thread, done=later(1))
    assert forum.answered(thread, done=later(2)) == first
    assert forum.answered(thread, done=later(30)) != first
    assert (Thread.objects.count(), Post.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("title", "text", "says"),
    [
        ("", "x", "标题"),
        ("x", "  \n ", "还没有写"),
        ("x" * 81, "x", "81"),
        ("x", "字" * 8001, "8001"),
        ("x", "坏\ufffd字", "无法读取"),
    ],
)
def test_what_is_empty_too_long_or_unreadable_is_refused(forum: Forum, title: str, text: str, says: str) -> None:
    with pytest.raises(ForumRefusal, match=says):
        forum.thread(title, text)
    assert not Post.objects.exists()


def test_what_bears_a_mark_of_secrecy_is_not_sent_in_a_title_a_text_or_the_name_of_a_file(forum: Forum) -> None:
    for title, text in (("机密", "x"), ("x", "密级：絕密"), ("x", "秘密 ★ 5年")):
        with pytest.raises(BearsMark) as refused:
            forum.thread(title, text, is_no_mark=True)
        assert not refused.value.may_confirm
    with pytest.raises(BearsMark):
        forum.thread(pictures=[("机密.jpg", photo())])
    with pytest.raises(BearsMark) as refused:
        forum.thread("x", "內部材料，请勿外传")
    assert refused.value.may_confirm
    assert not Post.objects.exists()
    forum.thread("x", "什么是内部资料？", is_no_mark=True)
    with pytest.raises(BearsMark):
        writing.edit_post(Post.objects.get(), Words(title="x", text="机密★"), **DONE)
    assert Post.objects.get().text == "什么是内部资料？"


def test_a_flood_ends_with_a_clear_word_and_goes_on_in_an_hour(forum: Forum) -> None:
    thread = forum.thread()
    for number in range(IN_AN_HOUR - 1):
        forum.answered(thread, f"第{number}条", by=forum.chen, done=later(number / 10))
    with pytest.raises(TooManyPosts, match="10:30"):
        forum.answered(thread, "再一条", by=forum.chen, done=later(10))
    forum.answered(thread, "别人的", done=later(10))
    forum.answered(thread, "再一条", by=forum.chen, done=later(61))


def test_what_is_edited_keeps_what_it_said_before(forum: Forum) -> None:
    post = forum.thread().first
    assert not writing.edit_post(post, Words(title="学习体会", text="大家谈谈。"), **later(1))
    assert writing.edit_post(post, Words(title="学习体会", text="大家都谈谈。"), **later(2))
    assert writing.edit_post(post, Words(title="体会", text="都谈谈。"), **later(3))
    post.refresh_from_db()
    assert (post.title, post.text, post.edited_at) == ("体会", "都谈谈。", AT + 3 * MINUTE)
    assert [(row.title, row.text, row.written_at) for row in earlier_texts_of(post)] == [
        ("学习体会", "大家谈谈。", AT),
        ("学习体会", "大家都谈谈。", AT + 2 * MINUTE),
    ]
    assert (found("大家", post.thread.room), found("都谈", post.thread.room)) == ([], ["都谈谈。"])


def test_pictures_come_without_their_camera_and_go_with_the_post(forum: Forum) -> None:
    thread = forum.thread(pictures=[("一.jpg", photo()), ("二.jpg", photo((1, 2, 3)))])
    kept = list(Picture.objects.all())
    place = f"forum/{kept[0].sha256[:2]}/{kept[0].sha256}"
    with default_storage.open(place) as file:
        assert b"WHERECAMERA" not in file.read()
    with pytest.raises(ForumRefusal, match=r"坏\.jpg"):
        forum.answered(thread, pictures=[("坏.jpg", b"<svg/>")])
    with pytest.raises(ForumRefusal, match="5"):
        forum.answered(thread, pictures=[(f"{n}.jpg", photo()) for n in range(5)])
    again = forum.answered(thread, pictures=[("一.jpg", photo())])
    words = Words(title="学习体会", text="大家谈谈。")
    writing.edit_post(thread.first, words, drop=[kept[0]], **DONE)
    assert Picture.objects.count() == 2
    with _committed():
        taking_back.delete_post(again, **DONE)
    assert not default_storage.exists(place)
    assert default_storage.exists(f"forum/{kept[1].sha256[:2]}/{kept[1].sha256}")


def _committed() -> Any:
    """What a deed does once it stands is done at the end of the block."""
    return TestCase.captureOnCommitCallbacks(execute=True)


# --- Taken back -----------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_is_read_by_its_writer_and_the_moderator_and_found_by_nobody(forum: Forum) -> None:
    thread = forum.thread()
    post = forum.answered(thread, by=forum.chen, done=later(1))
    world.member("旁人", forum.unit)
    taking_back.withdraw_post(post, **DONE)
    taking_back.withdraw_post(post, **DONE)
    post.refresh_from_db()
    readers = Person.objects.filter(name__in=["陈星", "林悦", "旁人"])
    assert {person.name for person in readers if access.may_read_post(asker(person), post)} == {"陈星", "林悦"}
    assert found("也谈", thread.room) == []
    with pytest.raises(ForumRefusal):
        writing.edit_post(post, Words(text="x"), **DONE)
    taking_back.show_again(post, **DONE)
    assert found("也谈", thread.room) == ["我也谈一点。"]


def test_what_is_deleted_leaves_a_place_and_no_word_anywhere(forum: Forum) -> None:
    """No table, no index and no file holds what was written, nor who wrote it."""
    secret, title = "只有我知道的话", "我的标题"
    thread = forum.thread(title, secret + "旧", pictures=[("一.jpg", photo())], asks_confirmation=True)
    writing.edit_post(thread.first, Words(title=title + "新", text=f"{secret} @林悦"), **later(1))
    forum.answered(thread, done=later(2))
    following.confirm(thread, forum.lin)
    moderating.hide_post(thread.first, because="误会", by=forum.lin, **later(3))
    moderating.appeal(thread.first, text=secret, **later(4))
    assert _tables_with(secret)
    assert _tables_with(title)
    shown = forum.answered(thread, secret, by=forum.chen, done=later(4))
    with _committed():
        taking_back.delete_post(thread.first, **later(5))
        taking_back.delete_post(thread.first, **later(6))
        taking_back.delete_post(shown, **later(6))
    assert (_tables_with(secret), _tables_with(title)) == ([], [])
    post = Post.objects.get(number=1)
    assert (post.state, post.writer, post.text) == (PostState.DELETED.value, None, "")
    assert (Picture.objects.count(), Confirmation.objects.count(), Hiding.objects.count()) == (0, 0, 0)
    assert page_of_thread(thread, 1, asker(forum.lin), moderates=True)[0].is_read is False
    assert Event.objects.filter(type="post_deleted").count() == 2


def test_all_of_ones_own_is_deleted_in_one_step_and_nothing_of_others(forum: Forum) -> None:
    thread = forum.thread()
    forum.answered(thread, done=later(1))
    forum.thread("又一题", by=forum.chen, done=later(2))
    assert taking_back.delete_all_of(forum.chen, **later(3)) == 2
    assert not Post.objects.filter(writer=forum.chen).exists()
    assert [post.text for post in Post.objects.exclude(text="")] == ["我也谈一点。"]


def _tables_with(words: str) -> list[str]:
    """The tables that hold these words in any column, as text or as the words of the index."""
    tables = []
    for model in apps.get_models(include_auto_created=True):
        columns = [field.column for field in model._meta.concrete_fields]
        with connection.cursor() as cursor:
            for column in columns:
                cursor.execute(
                    f'SELECT COUNT(*) FROM "{model._meta.db_table}" WHERE CAST("{column}" AS TEXT) LIKE %s',
                    [f"%{words}%"],
                )
                if cursor.fetchone()[0]:
                    tables.append(f"{model._meta.db_table}.{column}")
    return tables


# --- Who hears of it ------------------------------------------------------------------------------------------------


def test_whoever_is_named_hears_at_once_and_only_if_they_are_of_the_room(forum: Forum) -> None:
    thread = forum.thread("@林悦 请看", f"@{forum.qiu.name} @{forum.chen.name}")
    forum.answered(thread, f"@{forum.chen.name}，好", done=later(1))
    told = {(notice.person, notice.about) for notice in Notice.objects.filter(occasion="forum")}
    answer = Post.objects.get(number=2)
    assert told == {(forum.lin, f"forum-post:{thread.first_id}"), (forum.chen, f"forum-post:{answer.pk}")}
    for notice in Notice.objects.filter(occasion="forum"):
        assert "请看" not in notice.title + notice.text  # nothing of what was written leaves


def test_whoever_follows_hears_once_the_next_day_and_whoever_left_does_not(forum: Forum) -> None:
    other = world.member("离开的", forum.unit)
    thread = forum.thread(done=later(days=-1))
    forum.answered(thread, done=later(1, days=-1))
    following.follow(other, room=thread.room)
    following.follow(forum.wen, thread=thread)  # who enters no room of the branch
    Membership.objects.filter(person=other).update(until=DAY)
    assert tell_of_yesterday(at=AT) == 1
    assert tell_of_yesterday(at=AT) == 0
    notice = Notice.objects.get(about="forum-followed:")
    assert (notice.person, notice.title) == (forum.chen, "你关注的1个主题昨天有新的内容")
    assert tell_of_yesterday(at=AT + ONE) == 0


def test_what_somebody_follows_or_has_read_leaves_no_event(forum: Forum) -> None:
    thread = forum.thread(asks_confirmation=True)
    before = Event.objects.count()
    following.follow(forum.lin, thread=thread)
    following.follow(forum.lin, thread=thread)
    following.confirm(thread, forum.lin)
    following.confirm(thread, forum.lin)
    assert (confirmed_by(thread), Following.objects.filter(person=forum.lin).count()) == (["林悦"], 1)
    following.take_confirmation_back(thread, forum.lin)
    following.follow_no_more(forum.lin, thread=thread)
    assert (confirmed_by(thread), Following.objects.filter(person=forum.lin).count()) == ([], 0)
    assert Event.objects.count() == before
    with pytest.raises(ForumRefusal):
        following.confirm(forum.thread("另一题"), forum.lin)


# --- Order ----------------------------------------------------------------------------------------------------------


def test_what_is_hidden_says_why_and_a_superior_decides_once(forum: Forum) -> None:
    post = forum.thread().first
    with pytest.raises(ForumRefusal, match="为什么"):
        moderating.hide_post(post, because=" ", by=forum.lin, **DONE)
    hiding = moderating.hide_post(post, because="与主题无关", by=forum.lin, **DONE)
    assert found("大家", post.thread.room) == []
    assert Notice.objects.get(about=f"forum-own:{post.pk}").person == forum.chen
    moderating.appeal(post, text="说的正是学习", **DONE)
    with pytest.raises(ForumRefusal, match="已经申诉"):
        moderating.appeal(post, text="再说一遍", **DONE)
    hiding.refresh_from_db()
    people = [forum.lin, forum.chen, forum.fang, forum.qiu]
    assert [person for person in people if access.may_decide_appeal(asker(person), hiding)] == [forum.fang]
    assert Notice.objects.get(about=f"forum-appeal:{hiding.pk}").person == forum.fang
    moderating.decide_appeal(hiding, AppealOutcome.LIFTED, words="与学习有关，恢复。", by=forum.fang, **DONE)
    assert found("大家", post.thread.room) == ["大家谈谈。"]
    with pytest.raises(ForumRefusal, match="已经处理"):
        moderating.decide_appeal(hiding, AppealOutcome.STANDS, words="x", by=forum.fang, **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hiding.objects.filter(pk=hiding.pk).update(decided_by=forum.lin)


def test_an_appeal_that_was_refused_keeps_the_post_hidden_for_its_moderator_too(forum: Forum) -> None:
    post = forum.thread().first
    moderating.hide_post(post, because="与主题无关", by=forum.lin, **DONE)
    hiding = moderating.appeal(post, text="说的正是学习", **DONE)
    moderating.decide_appeal(hiding, AppealOutcome.STANDS, words="请另开主题。", by=forum.fang, **DONE)
    with pytest.raises(ForumRefusal, match="申诉已有结论"):
        moderating.unhide_post(post, **DONE)
    post.refresh_from_db()
    assert post.word is PostState.HIDDEN
    taking_back.delete_post(post, **DONE)


def test_a_moderator_may_change_their_mind(forum: Forum) -> None:
    post = forum.thread().first
    moderating.hide_post(post, because="误会", by=forum.lin, **DONE)
    moderating.unhide_post(post, **DONE)
    moderating.unhide_post(post, **DONE)
    post.refresh_from_db()
    assert post.word is PostState.SHOWN
    moderating.hide_post(post, because="还是不妥", by=forum.lin, **DONE)
    with pytest.raises(ForumRefusal):
        taking_back.show_again(post, **DONE)


def test_nothing_is_written_in_a_locked_thread(forum: Forum) -> None:
    thread = forum.thread()
    moderating.lock_thread(thread, because="已有结论", by=forum.lin, **DONE)
    moderating.lock_thread(thread, because="再说", by=forum.lin, **DONE)
    with pytest.raises(ForumRefusal, match="已有结论"):
        forum.answered(thread)
    with pytest.raises(ForumRefusal, match="已有结论"):
        writing.edit_post(thread.first, Words(title="x", text="x"), **DONE)
    taking_back.withdraw_post(thread.first, **DONE)  # one's own can always be taken back
    moderating.unlock_thread(thread, **DONE)
    forum.answered(thread)


# --- Questions ------------------------------------------------------------------------------------------------------


def test_an_accepted_answer_becomes_the_draft_of_a_guide_in_one_step_with_credit(forum: Forum) -> None:
    thread = forum.thread("胶合板箱也要熏蒸吗？", place=forum.business, is_question=True)
    answer = forum.answered(thread, "不要，属于人造板。", by=forum.wen, done=later(1))
    assert Notice.objects.get(about=f"forum-post:{answer.pk}").person == forum.chen
    with pytest.raises(ForumRefusal, match="还没有采纳"):
        asking.make_guide_of_answer(thread, forum.section, writer=forum.lin, **DONE)
    with pytest.raises(ForumRefusal):
        asking.accept_answer(thread, thread.first, **DONE)
    asking.accept_answer(thread, answer, **DONE)
    draft = asking.make_guide_of_answer(thread, forum.section, writer=forum.lin, **DONE)
    assert (draft.title, draft.text) == ("胶合板箱也要熏蒸吗？", "不要，属于人造板。\n\n根据闻宁在论坛中的回答整理。")
    assert (draft.guide.word, draft.writer) == (GuideAudience.INTERNAL, forum.lin)
    with pytest.raises(ForumRefusal, match="第1号指南"):
        asking.make_guide_of_answer(thread, forum.section, writer=forum.lin, **DONE)
    assert Guide.objects.count() == 1
    taking_back.delete_post(answer, **DONE)
    thread.refresh_from_db()
    assert (thread.accepted, thread.became) == (None, draft.guide)


def test_only_a_question_accepts_an_answer(forum: Forum) -> None:
    thread = forum.thread()
    with pytest.raises(ForumRefusal):
        asking.accept_answer(thread, forum.answered(thread), **DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.update(accepted=Post.objects.get(number=2))


# --- Found, joined, made anew ---------------------------------------------------------------------------------------


def test_two_characters_in_either_script_find_a_post_in_the_rooms_that_are_asked(forum: Forum) -> None:
    here = forum.thread("學習體會", "談談轉正的手續。")
    there = forum.thread("别处", "谈谈转正的手续。", place=forum.elsewhere, by=forum.qiu)
    assert found("转正", here.room) == found("轉正", here.room) == ["談談轉正的手續。"]
    assert found("体会", here.room, there.room) == ["談談轉正的手續。"]
    assert len(found("手续", here.room, there.room)) == 2
    held = Indexed.objects.filter(kind="forum").values_list("subject", "title", "text", "audience").order_by("title")
    before = list(held)
    assert rebuild_posts() == 2
    assert list(held) == before


def test_rooms_follow_their_sections_when_those_are_joined(forum: Forum) -> None:
    forum.opened("C03", section="计费")
    other = Section.objects.get(name="计费")
    thread = forum.thread("收费", place=access.Place(forum.business.kind, forum.house.root, other))
    following.follow(forum.wen, room=thread.room)
    join_sections(other, forum.section, **DONE)
    thread.refresh_from_db()
    assert thread.room.section == forum.section
    assert Following.objects.get(person=forum.wen).room == thread.room
    assert found("大家", thread.room) == ["大家谈谈。"]
    assert Room.objects.filter(kind="section").count() == 1


def test_a_long_thread_is_paged_by_numbers(forum: Forum) -> None:
    thread = forum.thread()
    Post.objects.bulk_create(
        Post(thread=thread, number=number, writer=forum.lin, text=f"第{number}条", written_at=AT)
        for number in range(2, 2 * ON_A_PAGE + 4)
    )
    taking_back.delete_post(Post.objects.get(number=3), **DONE)
    second = page_of_thread(thread, 2, asker(forum.lin), moderates=True)
    assert [line.post.number for line in second] == list(range(ON_A_PAGE + 1, 2 * ON_A_PAGE + 1))


def test_what_was_written_stands_in_no_event(forum: Forum) -> None:
    thread = forum.thread("标题在此", "正文在此")
    forum.answered(thread, "回答在此")
    assert not any("在此" in text for text in Document.objects.values_list("text", flat=True))
    assert not any("在此" in text for text in Event.objects.values_list("text", flat=True))
