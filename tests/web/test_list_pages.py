"""The lists, the compendium and one's duties as they are read; and that nobody is counted or ranked by them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.gatherings import announced, file_session
from tests.web.browser import assert_good
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.lists.actions import editions, stating, writing
from zhibu.apps.lists.actions.indexing import ARTICLE, rebuild_articles
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.lists.models import Statement, Understanding
from zhibu.apps.lists.queries import duties_of
from zhibu.apps.meetings.actions import roll, tasks
from zhibu.apps.meetings.models import Meeting, Task
from zhibu.apps.oversight.live import rebuild
from zhibu.apps.people.models import Appointment
from zhibu.apps.reports.duties import seen
from zhibu.apps.search.actions import unindex_kind
from zhibu.apps.search.models import Indexed
from zhibu.domain.terms import Bearer, DutyState, ListKind, MeetingKind, PostKind, Proof, Reach, Readership
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house():
    made = world.bureau()
    rebuild(DAY)
    return made


def client_of(person):
    client = Client()
    client.force_login(getattr(person, "account", None) or world.account(person))
    return client


def section(organization, kind=ListKind.RULES, title="三会一课制度", *, reach=Reach.OWN):
    return writing.write_section(organization=organization, kind=kind, title=title, reach=reach, **DONE)


def article(of, text, **facts):
    since = facts.pop("since", DAY)
    return writing.write_article(section=of, words=Words(text=text, **facts), since=since, **DONE).article


def words_of(answer):
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<main id="main"') : page.index("</main>")]).split())


def filed(house, kind=MeetingKind.GENERAL_MEETING):
    session = announced(house, kind=kind).sessions.get()
    file_session(session, chair=house.lin)
    return session.meeting


# --- Lists and articles --------------------------------------------------------------------------------------------


def test_the_standard_stands_first_and_what_superiors_wrote_names_them(house):
    article(section(house.inspection), "每月一次。")
    article(section(house.office, ListKind.STANDARD, "三好标准", reach=Reach.BRANCHES), "履行好职责")
    shown = words_of(client_of(house.chen).get("/lists/"))
    assert shown.index("履行好职责") < shown.index("每月一次。")
    assert house.office.name in shown


@pytest.mark.parametrize("asked", ["口岸", "岸", "货口岸查验"])
def test_any_part_of_an_article_finds_it(house, asked):
    of = section(house.inspection)
    article(of, "进口货口岸查验按时办结。")
    article(of, "会后三日内归档。")
    shown = words_of(client_of(house.chen).get("/lists/", {"q": asked}))
    assert "进口货口岸查验" in shown
    assert "归档" not in shown


def test_what_nobody_wrote_says_so_and_leads_the_secretary_to_the_pen(house):
    assert "编写清单" in words_of(client_of(house.lin).get("/lists/"))
    assert "编写清单" not in words_of(client_of(house.chen).get("/lists/"))


def test_the_address_of_an_article_stays_when_it_is_changed_moved_and_repealed(house):
    one = article(section(house.inspection), "每月一次。", since=DAY - dt.timedelta(days=60))
    chen, path = client_of(house.chen), f"/lists/articles/{one.pk}/"
    writing.amend(article=one, words=Words(text="每季度一次。", number=7), since=DAY - dt.timedelta(days=30), **DONE)
    assert "第七条" in chen.get(path).content.decode()
    assert {"每月一次。", "每季度一次。"} <= set(words_of(chen.get(path)).split())
    writing.repeal(one, until=DAY, **DONE)
    assert "没有施行" in words_of(chen.get(path))
    assert "每季度一次。" in words_of(chen.get(f"{path}?on={(DAY - dt.timedelta(days=1)).isoformat()}"))


def test_the_lists_of_another_branch_are_not_there(house):
    one = article(section(house.inspection), "每月一次。")
    qiu = client_of(house.qiu)
    assert qiu.get(f"/lists/articles/{one.pk}/").status_code == 404
    assert qiu.get("/lists/", {"organization": house.inspection.code}).status_code == 404
    assert "每月一次" not in words_of(qiu.get("/lists/"))


def test_an_article_is_found_among_all_texts_and_no_more_once_it_is_taken_back(house):
    one = article(section(house.inspection), "口岸查验按时办结。")
    lin, qiu = client_of(house.lin), client_of(house.qiu)
    assert f"/lists/articles/{one.pk}/" in lin.get("/search/texts/", {"q": "查验按"}).content.decode()
    assert "办结" not in qiu.get("/search/texts/", {"q": "查验按"}).content.decode()
    writing.take_back(one, **DONE)
    assert "办结" not in lin.get("/search/texts/", {"q": "查验按"}).content.decode()


def test_what_is_kept_to_find_an_article_by_follows_each_change(house):
    one = article(section(house.inspection), "口岸查验按时办结。", since=DAY - dt.timedelta(days=9))
    later = DAY + dt.timedelta(days=1)

    def kept():
        return Indexed.objects.filter(kind=ARTICLE, subject=one.pk).values_list("text", "since", "until").get()

    before = kept()
    writing.repeal(one, until=later, **DONE)
    assert kept() == (*before[:2], later)
    writing.take_back(one, **DONE)
    assert kept() == before
    writing.amend(article=one, words=Words(text="当日办结。"), since=later, **DONE)
    assert kept() == ("当日办结。", later, None)
    writing.take_back(one, **DONE)
    assert kept() == before


def test_the_index_of_articles_is_made_anew_from_what_they_say(house):
    one = article(section(house.inspection), "口岸查验按时办结。")
    writing.amend(article=one, words=Words(text="口岸查验当日办结。"), since=DAY + dt.timedelta(days=1), **DONE)
    unindex_kind(ARTICLE)
    lin = client_of(house.lin)
    assert "办结" not in lin.get("/search/texts/", {"q": "当日"}).content.decode()
    assert rebuild_articles() == 1
    assert f"/lists/articles/{one.pk}/" in lin.get("/search/texts/", {"q": "当日"}).content.decode()


# --- The compendium ------------------------------------------------------------------------------------------------


def published(house, readership=Readership.BRANCH):
    article(section(house.inspection), "每月一次。<b>重点</b>")
    return editions.publish(organization=house.inspection, readership=readership, **DONE)


def test_an_edition_is_read_as_a_page_and_taken_as_two_files_that_say_the_same_each_time(house):
    edition = published(house)
    chen = client_of(house.chen)
    assert "每月一次。&lt;b&gt;重点" in chen.get(f"/compendium/{edition.pk}/").content.decode()
    made = [chen.get(f"/compendium/{edition.pk}.{ending}").content for ending in ("docx", "pdf", "docx", "pdf")]
    assert made[:2] == made[2:]
    assert made[1].startswith(b"%PDF")
    text = zipfile.ZipFile(io.BytesIO(made[0])).read("word/document.xml").decode()
    assert "每月一次。&lt;b&gt;重点" in text


def test_understood_is_asked_once_and_the_names_are_the_secretarys_alone(house):
    edition = published(house)
    page = f"/compendium/{edition.pk}/"
    lin, chen, fang = (client_of(one) for one in (house.lin, house.chen, house.fang))
    assert "我已阅读并读懂" in words_of(chen.get(page))
    chen.post(f"{page}understood/")
    chen.post(f"{page}understood/")
    assert Understanding.objects.count() == 1
    assert "我已阅读并读懂" not in words_of(chen.get(page))
    assert "谁已确认读懂" in words_of(lin.get(page))
    for other in (chen, fang):
        assert "谁已确认读懂" not in words_of(other.get(page))
    assert fang.post(f"{page}understood/").status_code == 403
    assert client_of(house.qiu).post(f"{page}understood/").status_code == 404


def test_without_an_account_only_a_public_edition_is_read_and_nothing_else_of_the_house(house):
    edition = published(house)
    paths = [f"/public/compendium/{edition.pk}/", f"/public/compendium/{edition.pk}.pdf"]
    for readership in (Readership.BRANCH, Readership.HOUSE):
        editions.open_to(edition, readership=readership, **DONE)
        assert [Client().get(path).status_code for path in paths] == [404, 404], readership
    editions.open_to(edition, readership=Readership.PUBLIC, **DONE)
    assert [Client().get(path).status_code for path in paths] == [200, 200]
    assert "/lists/" not in Client().get(paths[0]).content.decode()


# --- Duties --------------------------------------------------------------------------------------------------------


def duties(house, **facts):
    of = section(house.inspection, ListKind.DUTIES, "书记的责任")
    return article(of, "按期召开党员大会。", **{"bearer": Bearer.SECRETARY} | facts)


def test_a_duty_is_open_until_the_record_that_shows_it_is_filed(house):
    duties(house, proof=Proof.REQUIREMENT, requirement="general_meeting")
    lin = client_of(house.lin)
    assert "待完成" in words_of(lin.get("/me/duties/"))
    meeting = filed(house)
    shown = lin.get("/me/duties/").content.decode()
    assert "已做到" in shown
    assert f"/meetings/{meeting.pk}/" in shown
    assert "已做到" in words_of(client_of(house.chen).get(f"/organizations/{house.inspection.pk}/posts/secretary/"))


def test_the_post_is_seen_by_members_without_a_door_they_may_not_open(house):
    duties(house, proof=Proof.REQUIREMENT, requirement="general_meeting")
    filed(house)
    page = client_of(house.chen).get(f"/organizations/{house.inspection.pk}/posts/secretary/").content.decode()
    assert "/obligations/" not in page[page.index("<main") :]


def test_a_statement_is_made_and_taken_back_by_its_holder_and_by_nobody_else(house):
    one = duties(house, proof=Proof.STATEMENT)
    lin, chen = client_of(house.lin), client_of(house.chen)
    path = f"/me/duties/{house.inspection.pk}/{one.pk}/"
    assert chen.post(path, {"text": "做了"}).status_code == 404
    assert lin.post(path, {"text": " "}).status_code == 422
    lin.post(path, {"text": "到各班组听取意见。"})
    said = Statement.objects.get()
    assert "到各班组听取意见。" in words_of(lin.get("/me/duties/"))
    assert "到各班组听取意见。" in words_of(chen.get(f"/organizations/{house.inspection.pk}/posts/secretary/"))
    assert chen.post(f"/me/duties/statements/{said.pk}/withdraw/").status_code == 404
    lin.post(f"/me/duties/statements/{said.pk}/withdraw/")
    assert not Statement.objects.exists()


def test_what_was_said_last_year_does_not_show_this_years_duty(house):
    one = duties(house, proof=Proof.STATEMENT)
    stating.state(article=one, organization=house.inspection, person=house.lin, text="听取意见。", **DONE)
    Statement.objects.update(said_at=AT.replace(year=AT.year - 1))
    assert "待完成" in words_of(client_of(house.lin).get("/me/duties/"))


def test_tasks_show_a_duty_and_where_there_is_none_nothing_does(house):
    duties(house, proof=Proof.TASK)
    lin = client_of(house.lin)
    assert "不便衡量" in words_of(lin.get("/me/duties/"))
    meeting = filed(house)
    other = announced(house, title="下一次")
    assert meeting.pk != other.pk
    roll.open_session(other.sessions.get(), **DONE)
    task = tasks.take_on(other, text="报送材料", holder=house.lin, due=None, **DONE)
    assert "待完成" in words_of(lin.get("/me/duties/"))
    tasks.report_task(task, report="", done_on=DAY, **DONE)
    assert "已做到" in words_of(lin.get("/me/duties/"))


def test_a_duty_is_seen_by_the_tasks_it_points_at_and_leads_to_their_records(house):
    other = announced(house, title="下一次")
    roll.open_session(other.sessions.get(), **DONE)
    chosen, aside = (
        tasks.take_on(other, text=text, holder=house.lin, due=None, **DONE) for text in ("报送材料", "订会议室")
    )
    duties(house, proof=Proof.TASK, tasks=(str(chosen.pk),))
    post = f"/organizations/{house.inspection.pk}/posts/secretary/"
    for path in ("/me/duties/", post):
        answer = client_of(house.lin).get(path)
        assert "待完成" in words_of(answer)
        assert "报送材料" in words_of(answer)
        assert "订会议室" not in words_of(answer)
        assert f'href="/meetings/{other.pk}/"' in answer.content.decode()
    tasks.report_task(chosen, report="", done_on=DAY, **DONE)
    assert aside.done_on is None
    for path in ("/me/duties/", post):
        assert "已做到" in words_of(client_of(house.lin).get(path))
    tasks.drop_task(chosen, **DONE)
    assert "不便衡量" in words_of(client_of(house.lin).get("/me/duties/"))


def owed(client, *places):
    """What the page says of the duties that each owes on their own: the parts that a browser asks for."""
    page = client.get("/".join(("", *map(str, places), ""))).content.decode()
    found = re.findall(r'hx-get="([^"]+/owed/[^"]+)"', page)
    return [" ".join(re.sub(r"<[^>]+>", " ", client.get(path).content.decode()).split()) for path in found]


def test_what_each_owes_on_their_own_is_told_to_them_and_of_a_post_to_the_secretary(house):
    of = section(house.inspection, ListKind.DUTIES, "学时")
    facts = {"proof": Proof.REQUIREMENT, "requirement": "learning_hours"}
    article(of, "完成学时。", bearer=Bearer.MEMBER, **facts)
    article(of, "带头完成学时。", bearer=Bearer.PUBLICITY_OFFICER, **facts)
    world.appoint(house.chen, house.inspection, PostKind.PUBLICITY_OFFICER)
    post = ("organizations", house.inspection.pk, "posts", "publicity_officer")
    lin, chen = client_of(house.lin), client_of(house.chen)
    assert owed(lin, "me", "duties") == ["待完成"]
    assert owed(chen, "me", "duties") == ["待完成", "待完成"]
    assert owed(lin, *post) == owed(chen, *post) == ["待完成"]
    lesson = filed(house, MeetingKind.LESSON)
    lesson.sessions.update(ends_at=F("starts_at") + dt.timedelta(hours=60))
    assert owed(chen, "me", "duties") == ["已做到", "已做到"]
    assert owed(lin, *post) == owed(chen, *post) == ["已做到"]


@pytest.mark.parametrize("who", ["fang", "colleague"])
def test_what_a_holder_owes_on_their_own_is_told_to_no_superior_and_no_colleague(house, who):
    facts = {"proof": Proof.REQUIREMENT, "requirement": "learning_hours"}
    article(section(house.inspection, ListKind.DUTIES), "学时。", bearer=Bearer.PUBLICITY_OFFICER, **facts)
    colleague = world.member("同事", house.inspection)
    world.appoint(house.chen, house.inspection, PostKind.PUBLICITY_OFFICER)
    asker = client_of({"fang": house.fang, "colleague": colleague}[who])
    page = f"/organizations/{house.inspection.pk}/posts/publicity_officer/"
    assert "学时。" in words_of(asker.get(page))
    assert "/owed/" not in asker.get(page).content.decode()
    assert asker.get(f"{page}owed/learning_hours/").status_code == 404
    assert asker.get(f"{page}owed/general_meeting/").status_code == 404


def test_a_holder_beside_others_is_told_nothing_of_them(house):
    facts = {"proof": Proof.REQUIREMENT, "requirement": "learning_hours"}
    article(section(house.inspection, ListKind.DUTIES), "学时。", bearer=Bearer.COMMITTEE_MEMBER, **facts)
    world.appoint(house.chen, house.inspection, PostKind.PUBLICITY_OFFICER)
    page = f"/organizations/{house.inspection.pk}/posts/committee_member/"
    assert client_of(house.chen).get(f"{page}owed/learning_hours/").status_code == 404
    assert client_of(house.lin).get(f"{page}owed/learning_hours/").status_code == 200


@pytest.mark.parametrize("requirement", ["learning_hours", "talks"])
def test_what_each_owes_costs_eight_statements(house, requirement):
    for place in range(4):
        world.appoint(world.member(f"委员{place}", house.inspection), house.inspection, PostKind.COMMITTEE_MEMBER)
    lin = client_of(house.lin)
    for path in (f"/organizations/{house.inspection.pk}/posts/committee_member", "/me/duties"):
        lin.get(f"{path}/owed/{requirement}/")
        with CaptureQueriesContext(connection) as asked:
            assert lin.get(f"{path}/owed/{requirement}/").status_code == 200
        assert len(asked) <= (9 if requirement == "learning_hours" else 8)  # with what was made up


def test_the_task_of_a_post_is_passed_on_with_it_and_one_done_before_stays_done(house):
    other = announced(house, title="下一次")
    roll.open_session(other.sessions.get(), **DONE)
    one = tasks.take_on(other, text="报送材料", holder=house.lin, due=None, **DONE)
    duties(house, proof=Proof.TASK, tasks=(str(one.pk),))
    later = DAY + dt.timedelta(days=1)
    Appointment.objects.filter(person=house.lin, organization=house.inspection).update(until=later)
    world.appoint(house.chen, house.inspection, PostKind.SECRETARY, since=later)
    place = [(house.inspection, duties_of(house.inspection, Bearer.SECRETARY, later))]

    def state():
        return seen(place, [house.chen.pk], later, readable=Meeting.objects.none())[0][0]

    assert state().state is DutyState.OPEN
    assert [task.record for task in state().tasks] == [None]
    Task.objects.update(done_on=DAY)
    assert state().state is DutyState.DONE


def test_a_member_finds_duties_and_rights_apart_and_a_successor_those_of_the_post(house):
    of = section(house.inspection, ListKind.DUTIES, "党员")
    article(of, "参加组织生活。", bearer=Bearer.MEMBER)
    article(of, "参加讨论。", bearer=Bearer.MEMBER, is_right=True)
    duties(house)
    chen = client_of(house.chen)
    shown = words_of(chen.get("/me/duties/"))
    assert shown.index("参加组织生活。") < shown.index("我的权利") < shown.index("参加讨论。")
    assert "按期召开党员大会" not in shown
    world.appoint(house.chen, house.inspection, PostKind.DEPUTY_SECRETARY, since=DAY)
    house.inspection.appointments.filter(person=house.lin).update(until=DAY)
    house.inspection.appointments.filter(person=house.chen).update(post=PostKind.SECRETARY)
    assert "按期召开党员大会" in words_of(chen.get("/me/duties/"))
    assert "按期召开党员大会" not in words_of(client_of(house.lin).get("/me/duties/"))


def test_no_page_adds_duties_up_or_sets_one_holder_beside_another(house):
    duties(house, proof=Proof.STATEMENT)
    edition = published(house)
    lin = client_of(house.lin)
    for path in ("/lists/", "/me/duties/", f"/compendium/{edition.pk}/", "/compendium/"):
        assert not re.search(r"\d\s*[%％]|得分|积分|排名|完成率|阅读率", words_of(lin.get(path))), path


# --- How it looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/lists/", "/me/duties/", "/compendium/", "/organizations/{}/posts/secretary/"])
def test_many_articles_cost_no_more_statements_than_a_few(house, path):
    lin, path = client_of(house.lin), path.format(house.inspection.pk)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert lin.get(path).status_code == 200
        return len(asked)

    of = section(house.inspection, ListKind.DUTIES, "书记的责任")

    def write(number):
        for place in range(number):
            proof = (Proof.NONE, Proof.STATEMENT, Proof.TASK)[place % 3]
            article(of, f"责任{place}。", bearer=Bearer.SECRETARY, proof=proof)
            facts = {"proof": Proof.REQUIREMENT, "requirement": "general_meeting"}
            article(of, f"要求{place}。", bearer=Bearer.SECRETARY, **facts)

    write(3)
    filed(house)
    editions.publish(organization=house.inspection, readership=Readership.BRANCH, **DONE)
    lin.get(path)
    few = statements()
    write(60)
    assert statements() == few <= 8


@pytest.mark.slow
def test_the_lists_are_read_on_a_phone_and_at_a_desk(phone, desk, house):
    article(section(house.office, ListKind.STANDARD, "三好标准", reach=Reach.BRANCHES), "履行好职责：业务熟练。")
    article(section(house.inspection), "支部党员大会每季度召开一次，由书记召集并主持。")
    one = duties(house, proof=Proof.STATEMENT, source="《中国共产党支部工作条例（试行）》")
    article(
        section(house.inspection, ListKind.PROHIBITIONS, "窗口"), "不推诿。", consequence="当日答复", ask="科负责人"
    )
    meeting = announced(house, title="下一次")
    roll.open_session(meeting.sessions.get(), **DONE)
    task = tasks.take_on(meeting, text="报送材料", holder=house.lin, due=DAY, **DONE)
    of = one.section
    article(of, "督促会议交办的事项。", bearer=Bearer.SECRETARY, proof=Proof.TASK, tasks=(str(task.pk),))
    article(of, "学时。", bearer=Bearer.SECRETARY, proof=Proof.REQUIREMENT, requirement="learning_hours")
    edition = editions.publish(organization=house.inspection, readership=Readership.PUBLIC, **DONE)
    account = world.account(house.lin)
    pages = {
        "/lists/": "lists",
        f"/lists/articles/{one.pk}/": "article",
        "/me/duties/": "my-duties",
        f"/organizations/{house.inspection.pk}/posts/secretary/": "post-duties",
        "/compendium/": "compendium",
        f"/compendium/{edition.pk}/": "edition",
        f"/public/compendium/{edition.pk}/": "edition-public",
    }
    for opens in (phone, desk):
        page = opens(account)
        for path, name in pages.items():
            page.goto(path)
            if "duties" in name:
                assert page.locator("[hx-get$='/owed/learning_hours/'] .chip-open").inner_text() == "待完成"
            assert_good(page, name)
