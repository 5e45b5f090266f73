"""The forum's pages: who opens what, what is typed and refused, order, appeals, and views before a meeting."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import meetings, world
from tests.forum import Forum, photo
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.strict import faults_of
from tests.web.visits import client_of, text_of
from tests.windows import DONE
from tests.world import AT, DAY
from zhibu.apps.forum.actions import following, moderating
from zhibu.apps.forum.models import Following, Hiding, Opinion, Picture, Post, Thread
from zhibu.apps.guides.models import Guide
from zhibu.apps.meetings.actions import decisions, roll
from zhibu.apps.meetings.models import Meeting, MinutesText
from zhibu.apps.people.models import Membership
from zhibu.domain.assembly import Presence, Votes
from zhibu.domain.forum import IN_AN_HOUR, ON_A_PAGE
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import AbsenceReason, VotingWay
from zhibu.web.member.forum.words import shown
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def forum() -> Forum:
    return Forum()


# --- Rooms and threads ----------------------------------------------------------------------------------------------


def test_each_finds_the_rooms_they_enter_and_no_other(forum: Forum) -> None:
    forum.thread("只在支部")
    chen, wen, qiu = (client_of(person) for person in (forum.chen, forum.wen, forum.qiu))
    assert "只有本支部党员看得到" in text_of(chen.get("/forum/"))
    there = f"/forum/rooms/{forum.branch.key}/"
    assert "只在支部" in text_of(chen.get(there))
    assert [client.get(there).status_code for client in (wen, qiu)] == [404, 404]
    assert [client.get(f"/forum/rooms/{forum.business.key}/").status_code for client in (wen, qiu)] == [200, 404]
    for key in ("nothing", "branch-", f"branch-{forum.section.pk}", "house2"):
        assert chen.get(f"/forum/rooms/{key}/").status_code == 404


def test_chen_begins_a_thread_and_lin_answers_in_it(forum: Forum) -> None:
    chen, lin = client_of(forum.chen), client_of(forum.lin)
    there = f"/forum/rooms/{forum.branch.key}/"
    assert "这里还没有内容" in text_of(chen.get(there))
    said = {"title": "新老党员交流", "text": "第一段。\n\n见 /guides/ 和 http://evil.example/x/", "is_question": "on"}
    made = chen.post(f"{there}new/", said)
    thread = Thread.objects.get()
    assert made["Location"] == f"/forum/threads/{thread.pk}/"
    answered = lin.post(made["Location"], {"text": "我来说说。"})
    assert answered["Location"] == f"{made['Location']}#p2"
    page = lin.get(made["Location"])
    assert "陈星 2026-11-23 09:30" in text_of(page)
    assert '<a href="/guides/">/guides/</a> 和 http://evil.example/x/' in page.content.decode()
    assert "最近发言" in text_of(lin.get(there))


def test_whoever_left_the_branch_opens_nothing_of_it_but_still_has_their_own(forum: Forum) -> None:
    thread = forum.thread(pictures=[("一.jpg", photo())])
    chen = client_of(forum.chen)
    addresses = [
        f"/forum/threads/{thread.pk}/",
        f"/forum/posts/{thread.first_id}/",
        f"/forum/rooms/{forum.branch.key}/",
    ]
    addresses += [f"/forum/pictures/{Picture.objects.get().pk}/", f"/forum/posts/{thread.first_id}/edit/"]
    assert [_status(chen, address) for address in addresses] == [200, 302, 200, 200, 200]
    Membership.objects.filter(person=forum.chen).update(until=DAY)
    assert [_status(chen, address) for address in addresses] == [404] * 5
    assert "学习体会" not in text_of(chen.get("/forum/?q=大家"))
    assert "大家谈谈。" in text_of(chen.get("/forum/mine/"))
    assert "大家谈谈。" in text_of(chen.get(f"/forum/mine/{thread.first_id}/"))
    chen.post(f"/forum/posts/{thread.first_id}/delete/")
    assert Post.objects.get().text == ""


def _status(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer.status_code


def test_what_was_typed_stays_whatever_is_refused(forum: Forum) -> None:
    thread = forum.thread()
    chen = client_of(forum.chen)
    there = f"/forum/threads/{thread.pk}/"
    page = text_of(chen.post(there, {"text": "这份是机密★的文件"}), 422)
    assert "“机密★”字样" in page
    assert "这份是机密★的文件" in page
    assert "没有密级或内部标志" not in page
    page = text_of(chen.post(there, {"text": "什么是内部资料？"}), 422)
    assert "没有密级或内部标志" in page
    assert "什么是内部资料？" in page
    assert chen.post(there, {"text": "什么是内部资料？", "is_no_mark": "on"}).status_code == 302
    bad = SimpleUploadedFile("图.jpg", b"<svg onload=alert(1)>")
    page = text_of(chen.post(there, {"text": "有图", "pictures": bad}), 422)
    assert "“图.jpg”不是可以接收的图片" in page
    assert "有图" in page
    for number in range(IN_AN_HOUR):
        forum.answered(thread, f"第{number}条", by=forum.lin)
    page = text_of(client_of(forum.lin).post(there, {"text": "还有一条"}), 422)
    assert "10:30以后发送" in page
    assert "还有一条" in page
    moderating.lock_thread(thread, because="已有结论", by=forum.lin, **DONE)
    assert "还想说" not in text_of(chen.get(there))
    assert "已有结论" in text_of(chen.post(there, {"text": "还想说"}), 422)


def test_pictures_are_shown_to_those_of_the_room_as_a_file_that_nothing_runs_in(forum: Forum) -> None:
    thread = forum.thread()
    chen = client_of(forum.chen)
    several = [SimpleUploadedFile(f"{n}.jpg", photo((n, n, n))) for n in (1, 2)]
    chen.post(f"/forum/threads/{thread.pk}/", {"text": "两张", "pictures": several})
    pictures = list(Picture.objects.all())
    assert len(pictures) == 2
    answer = chen.get(f"/forum/pictures/{pictures[0].pk}/")
    content = b"".join(answer.streaming_content)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert content.startswith(b"\xff\xd8\xff")
    assert b"WHERECAMERA" not in content
    assert client_of(forum.qiu).get(f"/forum/pictures/{pictures[0].pk}/").status_code == 404
    post = Post.objects.get(number=2)
    chen.post(f"/forum/posts/{post.pk}/edit/", {"text": "一张", "drop": str(pictures[0].pk)})
    assert list(Picture.objects.all()) == [pictures[1]]
    chen.post(f"/forum/posts/{post.pk}/withdraw/")
    assert client_of(world.member("旁人", forum.unit)).get(f"/forum/pictures/{pictures[1].pk}/").status_code == 404


def test_a_link_to_a_post_leads_to_its_page_for_good(forum: Forum) -> None:
    thread = forum.thread()
    Post.objects.bulk_create(
        Post(thread=thread, number=number, writer=forum.lin, text=f"第{number}条", written_at=AT)
        for number in range(2, 2 * ON_A_PAGE + 3)
    )
    Thread.objects.update(last_number=2 * ON_A_PAGE + 2)
    chen = client_of(forum.chen)
    post = Post.objects.get(number=ON_A_PAGE + 3)
    there = chen.get(f"/forum/posts/{post.pk}/")["Location"]
    assert there == f"/forum/threads/{thread.pk}/?page=2#p{post.number}"
    page = chen.get(there.split("#")[0]).content.decode()
    assert f'id="p{post.number}"' in page
    assert "第2页，共3页" in page
    assert "第53条" not in page
    for asked in ("0", "-1", "999", "x"):
        assert chen.get(f"/forum/threads/{thread.pk}/?page={asked}").status_code == 200


def test_search_finds_two_characters_in_either_script_in_the_readers_rooms_alone(forum: Forum) -> None:
    forum.thread("學習體會", "談談轉正的手續。")
    forum.thread("别处", "谈谈转正。", place=forum.elsewhere, by=forum.qiu)
    chen, qiu = client_of(forum.chen), client_of(forum.qiu)
    assert "學習體會" in text_of(chen.get("/forum/?q=转正"))
    assert "别处" not in text_of(chen.get("/forum/?q=转正"))
    assert "别处" in text_of(qiu.get("/forum/?q=轉正"))
    assert "學習體會" in text_of(chen.get(f"/forum/rooms/{forum.branch.key}/?q=手续"))
    assert "没有“手续”" in text_of(chen.get("/forum/rooms/house/?q=手续"))
    assert "最多" in text_of(chen.get("/forum/?q=" + "字" * 60), 422)
    assert "談談" in text_of(chen.get("/search/texts/?q=转正&kind=forum"))
    assert "談談" not in text_of(qiu.get("/search/texts/?q=手续"))


# --- The small deeds ------------------------------------------------------------------------------------------------


def test_only_whoever_asked_reads_who_pressed_and_it_is_taken_back(forum: Forum) -> None:
    thread = forum.thread(asks_confirmation=True)
    chen, lin, other = client_of(forum.chen), client_of(forum.lin), client_of(world.member("旁人", forum.unit))
    there = f"/forum/threads/{thread.pk}/"
    lin.get(there)
    assert "还没有人" in text_of(chen.get(there))  # opening the page notes nothing
    lin.post(f"{there}read/")
    assert "林悦" in text_of(chen.get(there))
    assert "林悦" not in text_of(other.get(there))
    lin.post(f"{there}read/", {"do": "stop"})
    assert "林悦" not in text_of(chen.get(there))
    assert lin.get(f"{there}read/").status_code == 405


def test_rooms_and_threads_are_followed_and_let_go(forum: Forum) -> None:
    thread = forum.thread(by=forum.lin)
    chen = client_of(forum.chen)
    for address in (f"/forum/threads/{thread.pk}/follow/", "/forum/rooms/house/follow/"):
        chen.post(address)
        chen.post(address)
    assert Following.objects.filter(person=forum.chen).count() == 2
    assert "学习体会" in text_of(chen.get("/forum/followed/"))
    for address in (f"/forum/threads/{thread.pk}/follow/", "/forum/rooms/house/follow/"):
        chen.post(address, {"do": "stop"})
    assert "还没有关注的内容" in text_of(chen.get("/forum/followed/"))


def test_an_accepted_answer_becomes_a_guide_on_the_page(forum: Forum) -> None:
    thread = forum.thread("要熏蒸吗？", place=forum.business, is_question=True)
    answer = forum.answered(thread, "胶合板不要。", by=forum.wen)
    chen, lin, wen = client_of(forum.chen), client_of(forum.lin), client_of(forum.wen)
    there = f"/forum/threads/{thread.pk}/"
    assert lin.post(f"/forum/posts/{answer.pk}/accept/").status_code == 403
    assert "采纳这条回答" not in text_of(lin.get(there))
    assert "采纳这条回答" in text_of(chen.get(there))
    chen.post(f"/forum/posts/{answer.pk}/accept/")
    assert "生成指南" in text_of(wen.get(there))
    made = wen.post(f"{there}guide/")
    guide = Guide.objects.get()
    assert made["Location"] == f"/guides/{guide.pk}/edit/"
    page = text_of(chen.get(there))
    assert f"第{guide.number}号指南" in page
    assert "根据闻宁的回答编写" in text_of(chen.get(f"/guides/{guide.pk}/"))
    assert wen.post(f"{there}guide/").status_code == 409
    assert client_of(forum.qiu).post(f"{there}guide/").status_code == 404


def test_a_thread_belongs_to_a_guide_and_both_lead_to_each_other(forum: Forum) -> None:
    guide = forum.published().guide
    qiu = client_of(forum.qiu)
    assert "/forum/rooms/house/new/?guide=" in qiu.get(f"/guides/{guide.pk}/").content.decode()
    qiu.post(f"/forum/rooms/house/new/?guide={guide.pk}", {"title": "问一句", "text": "周末办吗？"})
    thread = Thread.objects.get()
    assert f"/guides/{guide.pk}/" in qiu.get(f"/forum/threads/{thread.pk}/").content.decode()
    assert "问一句" in text_of(client_of(forum.chen).get(f"/guides/{guide.pk}/"))
    forum.thread("不关的")
    assert "不关的" not in text_of(client_of(forum.chen).get(f"/guides/{guide.pk}/"))


# --- Order ----------------------------------------------------------------------------------------------------------


def test_lin_hides_chen_appeals_fang_decides(forum: Forum) -> None:
    post = forum.thread("跑题的标题", "跑题的话").first
    chen, lin, fang = client_of(forum.chen), client_of(forum.lin), client_of(forum.fang)
    other = client_of(world.member("旁人", forum.unit))
    there = f"/forum/threads/{post.thread_id}/"
    assert chen.post(f"/forum/posts/{post.pk}/hide/", {"because": "x"}).status_code == 403
    assert "请填写这一项" in text_of(lin.post(f"/forum/posts/{post.pk}/hide/", {"because": ""}), 422)
    lin.post(f"/forum/posts/{post.pk}/hide/", {"because": "与主题无关"})
    assert "跑题" not in text_of(other.get(there))
    assert "跑题" not in text_of(other.get(f"/forum/rooms/{forum.branch.key}/"))
    assert "与主题无关" in text_of(chen.get(there))
    assert "林悦" in text_of(chen.get(f"/forum/mine/{post.pk}/"))
    assert other.get(f"/forum/mine/{post.pk}/").status_code == 403
    chen.post(f"/forum/mine/{post.pk}/", {"text": "没有跑题"})
    assert chen.post(f"/forum/mine/{post.pk}/", {"text": "没有跑题"}).status_code == 409
    hiding = Hiding.objects.get()
    assert lin.get(f"/forum/appeals/{hiding.pk}/").status_code == 404
    assert "1项申诉等待你答复" in text_of(fang.get("/forum/"))
    assert "没有跑题" in text_of(fang.get(f"/forum/appeals/{hiding.pk}/"))
    assert fang.get(there).status_code == 404  # nothing else of the room
    fang.post(f"/forum/appeals/{hiding.pk}/", {"outcome": "lifted", "words": "与学习有关。"})
    assert "跑题的话" in text_of(other.get(there))
    assert "与学习有关。" in text_of(chen.get(f"/forum/mine/{post.pk}/"))
    assert fang.get(f"/forum/appeals/{hiding.pk}/").status_code == 404


def test_earlier_texts_are_read_by_the_writer_and_the_moderator_alone(forum: Forum) -> None:
    post = forum.thread("题", "原来的话").first
    chen, lin = client_of(forum.chen), client_of(forum.lin)
    other = client_of(world.member("旁人", forum.unit))
    chen.post(f"/forum/posts/{post.pk}/edit/", {"title": "题", "text": "后来的话"})
    assert "原来的话" in text_of(lin.get(f"/forum/posts/{post.pk}/versions/"))
    assert "原来的话" in text_of(chen.get(f"/forum/mine/{post.pk}/"))
    assert other.get(f"/forum/posts/{post.pk}/versions/").status_code == 403
    assert "原来的话" not in text_of(other.get(f"/forum/threads/{post.thread_id}/"))
    assert other.post(f"/forum/posts/{post.pk}/edit/", {"title": "x", "text": "x"}).status_code == 403


def test_a_locked_thread_says_why_and_is_opened_again(forum: Forum) -> None:
    thread = forum.thread()
    chen, lin = client_of(forum.chen), client_of(forum.lin)
    there = f"/forum/threads/{thread.pk}/"
    assert chen.post(f"{there}lock/", {"because": "x"}).status_code == 403
    lin.post(f"{there}lock/", {"because": "已有结论"})
    page = text_of(chen.get(there))
    assert "林悦锁定了这个主题：已有结论" in page
    assert "发出" not in page
    lin.post(f"{there}unlock/")
    assert "发出" in text_of(chen.get(there))


def test_all_of_ones_own_is_taken_away_and_deleted(forum: Forum) -> None:
    thread = forum.thread("我的标题", "我的话")
    forum.answered(thread, "别人的话")
    chen = client_of(forum.chen)
    record = json.loads(chen.get("/me.json").content)
    assert "我的话" in json.dumps(record, ensure_ascii=False)
    assert "别人的话" not in json.dumps(record, ensure_ascii=False)
    assert "彻底删除" in text_of(chen.get("/forum/mine/delete/"))
    chen.post("/forum/mine/delete/")
    assert "我的话" not in chen.get("/me.json").content.decode()
    page = text_of(chen.get(f"/forum/threads/{thread.pk}/"))
    assert "我的" not in page
    assert "别人的话" in page
    assert "我的话" not in text_of(chen.get("/forum/?q=我的"))


# --- A view before the meeting --------------------------------------------------------------------------------------


def away(forum: Forum, **facts: object) -> Meeting:
    """A meeting of the branch that is announced, and from which Chen has leave."""
    for number in range(8):
        world.member(f"党员{number}", forum.unit)
    starts = AT + dt.timedelta(hours=5)
    meeting = meetings.announced(forum.house, starts=starts, **facts)
    leave = roll.ask_leave(meeting, forum.chen, reason=AbsenceReason.SHIFT, note="", **DONE)
    roll.answer_leave(leave, granted=True, **DONE)
    return meeting


def test_who_will_be_away_is_heard_under_their_name_and_it_is_no_vote(forum: Forum) -> None:
    meeting = away(forum)
    item = meeting.agenda.get()
    chen, lin, member = client_of(forum.chen), client_of(forum.lin), client_of(world.member("旁人", forum.unit))
    here, give = f"/meetings/{meeting.pk}/", f"/agenda/{item.pk}/view/"
    assert "发表会前意见" in text_of(chen.get(here))
    assert "发表会前意见" not in text_of(lin.get(here))
    assert lin.get(give).status_code == 403
    assert client_of(forum.qiu).get(give).status_code == 404
    assert "“绝密”" in text_of(chen.post(give, {"text": "绝密"}), 422)
    chen.post(give, {"text": "我赞成，但要先公示。"})
    for client in (chen, lin):
        page = text_of(client.get(here))
        assert "我赞成，但要先公示。" in page
        assert "陈星" in page
        assert "意见，不计票；按现行规定，会前收到的书面意见只在以下表决中计入" in page
        assert "接收预备党员" in page
    assert "我赞成" not in text_of(member.get(here))  # who is not called
    opinion = Opinion.objects.get()
    assert chen.post(f"/agenda/views/{opinion.pk}/take/").status_code == 403
    lin.post(f"/agenda/views/{opinion.pk}/take/")
    lin.post(f"/agenda/views/{opinion.pk}/take/")
    assert MinutesText.objects.get(agenda_item=item).text == "陈星（未到会，会前意见）：我赞成，但要先公示。"
    assert chen.post(f"/agenda/views/{opinion.pk}/withdraw/").status_code == 409


def test_a_view_is_changed_and_taken_back_until_the_item_is_decided(forum: Forum) -> None:
    meeting = away(forum)
    item = meeting.agenda.get()
    chen = client_of(forum.chen)
    give = f"/agenda/{item.pk}/view/"
    chen.post(give, {"text": "一"})
    chen.post(give, {"text": "二"})
    opinion = Opinion.objects.get()
    assert opinion.text == "二"
    assert client_of(forum.lin).post(f"/agenda/views/{opinion.pk}/withdraw/").status_code == 403
    chen.post(f"/agenda/views/{opinion.pk}/withdraw/")
    assert not Opinion.objects.exists()
    session = meeting.sessions.get()
    roll.open_session(session, **DONE)
    roll.mark(session, [forum.chen], status=Presence.LEAVE, reason=AbsenceReason.SHIFT, **DONE)
    roll.mark_all_present(session, **DONE)
    assert chen.get(give).status_code == 200
    present = meeting.roll.filter(votes=True).count() - 1
    how = {"kind": Decision.RESOLUTION, "way": VotingWay.HANDS, "votes": Votes(present, 0, 0)}
    decisions.take_vote(item, text="同意", **how, **DONE)
    assert chen.post(give, {"text": "三"}).status_code == 403
    assert "发表会前意见" not in text_of(chen.get(f"/meetings/{meeting.pk}/"))


def test_a_thread_belongs_to_an_item_of_the_agenda_and_both_lead_to_each_other(forum: Forum) -> None:
    meeting = away(forum)
    item = meeting.agenda.get()
    chen = client_of(forum.chen)
    here = f"/meetings/{meeting.pk}/"
    begin = f"/forum/rooms/{forum.branch.key}/new/?item={item.pk}"
    assert begin in chen.get(here).content.decode()
    assert item.title in text_of(chen.get(begin))
    chen.post(begin, {"title": "先议一议", "text": "大家看法？"})
    chen.post(f"/forum/rooms/{forum.branch.key}/new/?meeting={meeting.pk}", {"title": "会务", "text": "带笔。"})
    threads = {thread.first.title: thread for thread in Thread.objects.all()}
    assert (threads["先议一议"].agenda_item, threads["会务"].agenda_item) == (item, None)
    page = text_of(chen.get(here))
    assert "先议一议" in page
    assert "会务" in page
    assert f'href="{here}"' in chen.get(f"/forum/threads/{threads['先议一议'].pk}/").content.decode()
    assert chen.get(f"/forum/rooms/house/new/?item={item.pk}").status_code == 403
    qiu = client_of(forum.qiu)
    assert qiu.get(f"/forum/rooms/{forum.elsewhere.key}/new/?item={item.pk}").status_code == 404
    fang = text_of(client_of(forum.fang).get(here))  # oversees the branch and is no member of it
    assert "先议一议" not in fang


# --- Hostile text, few statements -----------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1)) javascript:alert(1)",
    "<b hx-get='/x' hx-trigger=load>x</b>",
    '/guides/"onmouseover="alert(1)/ //evil.example/x/ https://evil.example/guides/ /\\evil/',
    "{{ 7*7 }}{% load x %}",
    "@" * 3000,
    "/a" * 2000 + "/",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_on_every_page(forum: Forum, text: str) -> None:
    assert faults_of(f"<html>{shown(text)}</html>") == []
    tags = re.findall(r"<[^>]*>", shown(text))
    assert all(re.fullmatch(r'</?p>|<br>|</a>|<a href="/[\w/?=&;%#-]*">', tag) for tag in tags)
    thread = forum.thread(text[:80].strip() or "x", text, is_question=True)
    post = forum.answered(thread, text, by=forum.chen)
    moderating.hide_post(post, because=text[:300], by=forum.lin, **DONE)
    hiding = moderating.appeal(post, text=text[:500], **DONE)
    moderating.lock_thread(thread, because=text[:300], by=forum.lin, **DONE)
    chen, lin, fang = client_of(forum.chen), client_of(forum.lin), client_of(forum.fang)
    for client, address in (
        (chen, f"/forum/threads/{thread.pk}/"),
        (lin, f"/forum/threads/{thread.pk}/"),
        (chen, f"/forum/rooms/{forum.branch.key}/"),
        (chen, "/forum/?q=alert"),
        (chen, "/forum/mine/"),
        (chen, f"/forum/mine/{post.pk}/"),
        (lin, f"/forum/posts/{post.pk}/versions/"),
        (fang, f"/forum/appeals/{hiding.pk}/"),
        (chen, "/forum/followed/"),
    ):
        page = client.get(address).content.decode()
        assert faults_of(page) == [], address
        assert not re.search(r"<(script>|img src=x|b hx-)", page), address


@pytest.mark.parametrize(
    "address",
    [
        "/forum/",
        "/forum/?q=第",
        "/forum/rooms/{key}/",
        "/forum/rooms/house/",
        "/forum/threads/{thread}/",
        "/forum/threads/{business}/",
        "/forum/followed/",
        "/forum/mine/",
    ],
)
def test_a_page_asks_eight_times_at_most_however_much_there_is(
    forum: Forum, django_assert_max_num_queries, address: str
) -> None:
    thread = forum.thread(asks_confirmation=True)
    business = forum.thread("业务", place=forum.business)
    for number in range(12):
        forum.thread(f"题{number}", done=DONE | {"at": AT - dt.timedelta(hours=number)})
        forum.answered(thread, f"第{number}条", pictures=[("a.jpg", photo((number, 0, 0)))])
        forum.answered(business, f"第{number}条")
    following.follow(forum.chen, room=thread.room)
    chen = client_of(forum.chen)
    there = address.format(key=forum.branch.key, thread=thread.pk, business=business.pk)
    text_of(chen.get(there))
    with django_assert_max_num_queries(8):
        text_of(chen.get(there))


def test_nobody_comes_in_without_logging_in(forum: Forum) -> None:
    thread = forum.thread()
    for address in ("/forum/", f"/forum/threads/{thread.pk}/", f"/forum/rooms/{forum.branch.key}/"):
        assert "/accounts/login/" in Client().get(address)["Location"]


# --- In a browser ---------------------------------------------------------------------------------------------------


def test_the_pages_are_good_on_a_phone_and_on_a_desk(forum: Forum, phone: Opens, desk: Opens) -> None:
    meeting = away(forum)
    thread = forum.thread(
        "新老党员交流学习体会",
        "老同志说说怎么把学习和窗口工作结合起来，新同志提提问题。\n\n参考 /guides/ 里的口径。",
        pictures=[("一.jpg", photo(size=(1200, 800))), ("二.jpg", photo((150, 60, 20), (500, 900)))],
        asks_confirmation=True,
    )
    forum.answered(thread, "我在窗口二十年，最大的体会是：先把规定读懂，再把话说明白。")
    hidden = forum.answered(thread, "跑题的话", by=forum.chen)
    moderating.hide_post(hidden, because="与主题无关", by=forum.lin, **DONE)
    question = forum.thread("胶合板箱也要熏蒸吗？", place=forum.business, is_question=True)
    answer = forum.answered(question, "不要，属于人造板。", by=forum.wen)
    chen = world.account(forum.chen)
    client_of(forum.chen).post(f"/forum/posts/{answer.pk}/accept/")
    client_of(forum.chen).post(f"/agenda/{meeting.agenda.get().pk}/view/", {"text": "我赞成，但要先公示。"})
    for opens in (phone, desk):
        page = opens(chen)
        for name, address in (
            ("rooms", "/forum/"),
            ("room", f"/forum/rooms/{forum.branch.key}/"),
            ("empty room", "/forum/rooms/house/"),
            ("thread", f"/forum/threads/{thread.pk}/"),
            ("question", f"/forum/threads/{question.pk}/"),
            ("new", f"/forum/rooms/{forum.branch.key}/new/"),
            ("found", "/forum/?q=学习"),
            ("nothing found", "/forum/?q=没有这个"),
            ("mine", "/forum/mine/"),
            ("own", f"/forum/mine/{hidden.pk}/"),
            ("followed", "/forum/followed/"),
            ("delete", "/forum/mine/delete/"),
            ("meeting", f"/meetings/{meeting.pk}/"),
            ("view", f"/agenda/{meeting.agenda.get().pk}/view/"),
        ):
            page.goto(address)
            assert_good(page, f"forum {name}")


def test_what_was_typed_comes_back_after_a_lost_page_and_goes_once_it_is_sent(forum: Forum, phone: Opens) -> None:
    thread = forum.thread()
    page = phone(world.account(forum.chen))
    there = f"/forum/threads/{thread.pk}/"
    page.goto(there)
    page.fill("[name=text]", "写了一半的话")
    page.goto("/forum/")
    page.goto(there)
    assert page.input_value("[name=text]") == "写了一半的话"
    page.click("#answer button[type=submit]")
    page.wait_for_selector("#p2")
    assert page.input_value("[name=text]") == ""
    page.goto(there)
    assert page.input_value("[name=text]") == ""
    assert Post.objects.get(number=2).text == "写了一半的话"


def test_who_hid_something_takes_a_record_away_that_says_so(forum: Forum) -> None:
    post = forum.thread("跑题的标题", "跑题的话").first
    moderating.hide_post(post, because="与主题无关", by=forum.lin, **DONE)
    moderating.appeal(post, text="没有跑题", **DONE)
    for person in (forum.lin, forum.chen):
        client = client_of(person)
        assert "与主题无关" in json.dumps(json.loads(client.get("/me.json").content), ensure_ascii=False)
        assert client.get("/me.xlsx").status_code == 200
