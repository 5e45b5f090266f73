"""Learning without a network, in a real browser: kept on the phone, sent once, named until then, gone at log-out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route, expect

from tests import world
from tests.gatherings import announced, file_session
from tests.units import prescribed, published
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.world import AT, DAY
from zhibu.apps.learning.actions.unit_files import Brought
from zhibu.apps.learning.models import MakeUp, Receipt, SelfStudy
from zhibu.apps.meetings.models import Meeting
from zhibu.domain.learning import UnitReach
from zhibu.domain.terms import AbsenceReason, MeetingKind, MeetingStage
from zhibu.web.shell import clock, offline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house():
    return world.bureau()


def account_of(person):
    return getattr(person, "account", None) or world.account(person)


def missed(house, title="十一月党课"):
    meeting = announced(house, AT - dt.timedelta(days=3), kind=MeetingKind.LESSON, title=title)
    file_session(meeting.sessions.get(), chair=house.lin, absent={house.chen: AbsenceReason.SHIFT})
    meeting.refresh_from_db()
    return meeting


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def state(page: Page):
    return page.locator("[data-said]")


def keeps(page: Page, *titles: str) -> None:
    """Open the list and wait until each of these is on the phone."""
    page.goto("/learn/kept/")
    for title in titles:
        line = page.locator("[data-keep]", has_text=title)
        expect(line.get_by_text("已存本机")).to_be_visible(timeout=15000)


#: A browser whose worker sends nothing when no page is open, as most are.
NOT_BY_ITSELF = "delete ServiceWorkerRegistration.prototype.sync"


def unreachable(page: Page) -> None:
    """There is a network, and yet nothing can be sent from this page."""
    page.route("**/account/here/", lambda route: route.abort("internetdisconnected"))


def rest(page: Page) -> None:
    """What the page asks for besides is answered: the test looks at the database alone."""
    page.wait_for_load_state("networkidle")


def answer(page: Page) -> None:
    page.get_by_label("交接簿").check()
    page.get_by_label("印章").check()
    button(page, "看看对不对").click()


def test_what_is_due_is_read_answered_and_declared_in_airplane_mode_and_received_once(phone: Opens, house) -> None:
    unit, lesson = prescribed(house), missed(house)
    page = phone(account_of(house.chen), keeps=True)
    keeps(page, unit.title, lesson.title)
    page.context.set_offline(True)
    page.goto("/learn/kept/")
    page.get_by_role("link", name=unit.title).click()
    expect(page.get_by_text("再看未办结事项")).to_be_visible()
    answer(page)
    expect(state(page)).to_contain_text("已保存在本机，尚未发送")
    page.goto(f"/meetings/{lesson.pk}/make-up/")
    button(page, "我已学完").click()
    expect(state(page)).to_contain_text("已保存在本机，尚未发送")
    page.goto("/learn/kept/")
    expect(page.locator("[data-waiting] li")).to_have_count(2)
    assert_good(page, "kept while offline")
    assert (SelfStudy.objects.count(), MakeUp.objects.count()) == (0, 0)
    page.context.set_offline(False)
    for title in (unit.title, lesson.title):
        expect(page.locator("[data-keep]", has_text=title).get_by_text("已收到")).to_be_visible(timeout=15000)
    page.reload()
    rest(page)
    assert [study.answers for study in SelfStudy.objects.all()] == [[[0], [0]]]
    assert MakeUp.objects.get().studied_on == DAY
    assert Receipt.objects.count() == 2


def test_a_busy_server_and_one_that_does_not_answer_leave_the_work_here_and_get_it_later(phone: Opens, house) -> None:
    unit = prescribed(house)
    page = phone(account_of(house.chen), keeps=True)
    page.add_init_script(NOT_BY_ITSELF)
    sent: list[str] = []

    def busy(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 1:
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="<h1>busy</h1>", content_type="text/html")
        elif len(sent) == 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/answers/", busy)
    page.goto(f"/learn/units/{unit.pk}/")
    page.evaluate("kept.LIMITS.unanswered = 300")
    answer(page)
    expect(state(page)).to_contain_text("服务器繁忙")
    expect(state(page)).to_contain_text("已收到", timeout=15000)
    rest(page)
    assert (SelfStudy.objects.count(), len(sent)) == (1, 3)


def test_a_pdf_of_a_unit_that_is_due_is_saved_without_a_network(phone: Opens, house) -> None:
    content = b"%PDF-1.7\n%%EOF"
    unit = published(
        house, None, Brought(name="d.pdf", content=content, said="交接班规定"), reach=UnitReach.PRESCRIBED
    )
    page = phone(account_of(house.chen), keeps=True)
    keeps(page, unit.title)
    page.context.set_offline(True)
    page.goto(f"/learn/units/{unit.pk}/")
    with page.expect_download() as saved:
        page.get_by_role("link", name="交接班规定").click()
    assert saved.value.suggested_filename == "d.pdf"
    assert Path(saved.value.path()).read_bytes() == content


def test_from_two_phones_it_is_one_and_the_second_one_hears_so(phone: Opens, house) -> None:
    lesson, account = missed(house), account_of(house.chen)
    path = f"/meetings/{lesson.pk}/make-up/"
    first, second = phone(account, keeps=True), phone(account, keeps=True)
    first.goto(path)
    first.context.set_offline(True)
    button(first, "我已学完").click()
    expect(state(first)).to_contain_text("尚未发送")
    second.goto(path)
    button(second, "我已学完").click()
    expect(state(second)).to_contain_text("已收到")
    first.context.set_offline(False)
    expect(state(first)).to_contain_text("只记一次", timeout=15000)
    rest(first)
    assert MakeUp.objects.count() == 1


def test_a_wrong_clock_and_a_lesson_that_was_withdrawn_are_refused_in_words_and_nothing_is_lost(
    phone: Opens, house
) -> None:
    lesson, other = missed(house), missed(house, title="十月党课")
    page = phone(account_of(house.chen), keeps=True)
    page.goto(f"/meetings/{lesson.pk}/make-up/")
    page.get_by_label("补学日期").fill(f"{DAY + dt.timedelta(days=2)}")
    button(page, "我已学完").click()
    expect(state(page)).to_contain_text("补学日期应在2026-11-20与今天之间")
    page.reload()
    expect(page.get_by_label("补学日期")).to_have_value(f"{DAY + dt.timedelta(days=2)}")
    assert_good(page, "refused and kept")
    page.get_by_label("补学日期").fill(f"{DAY}")
    button(page, "我已学完").click()
    expect(state(page)).to_contain_text("已收到")
    rest(page)
    assert MakeUp.objects.get().studied_on == DAY
    page.goto(f"/meetings/{other.pk}/make-up/")
    page.context.set_offline(True)
    button(page, "我已学完").click()
    expect(state(page)).to_contain_text("尚未发送")
    rest(page)
    Meeting.objects.filter(pk=other.pk).update(
        stage=MeetingStage.NOT_HELD.value, reason="台风", held_on=None, filed_at=None
    )
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("“十月党课”已取消或者改期", timeout=15000)
    assert MakeUp.objects.count() == 1


def test_a_phone_whose_clock_is_two_days_ahead_declares_the_day_of_the_page_at_the_time_of_the_server(
    phone: Opens, house
) -> None:
    lesson = missed(house)
    page = phone(account_of(house.chen), keeps=True)
    page.clock.set_fixed_time(AT + dt.timedelta(days=2))
    keeps(page, lesson.title)
    page.context.set_offline(True)
    page.goto(f"/meetings/{lesson.pk}/make-up/")
    button(page, "我已学完").click()
    expect(state(page)).to_contain_text("尚未发送")
    page.context.set_offline(False)
    expect(state(page)).to_contain_text(f"已收到 {DAY.year}年{DAY.month}月{DAY.day}日", timeout=15000)
    rest(page)
    made = MakeUp.objects.get()
    assert (made.studied_on, made.declared_at) == (DAY, AT)


# --- A shared phone ------------------------------------------------------------------------------------------------

LEFT = """async () => ({
  caches: (await caches.keys()).filter(name => name.startsWith('zhibu-of-')),
  pages: (await kept.all('pages')).length,
  work: (await kept.all('work')).map(item => item.state),
})"""


def log_in(page: Page, account) -> None:
    page.goto("/accounts/login/?next=/learn/kept/")
    page.get_by_label("工号").fill(account.login)
    page.get_by_label("密码", exact=True).fill(world.PASSWORD)
    button(page, "登录").click()
    expect(page.get_by_role("heading", name="离线学习")).to_be_visible()


def test_a_shared_phone_logs_out_clean_and_no_other_account_sees_or_sends_what_waits(phone: Opens, house) -> None:
    unit = prescribed(house)
    chen, fang = account_of(house.chen), account_of(house.fang)
    page = phone(keeps=True)
    page.add_init_script(NOT_BY_ITSELF)
    log_in(page, chen)
    keeps(page, unit.title)
    page.goto(f"/learn/units/{unit.pk}/")
    page.context.set_offline(True)
    answer(page)
    expect(state(page)).to_contain_text("尚未发送")
    button(page, "退出登录").click()
    leaving = page.locator("#leaving")
    expect(leaving.get_by_text(unit.title)).to_be_visible()
    assert_good(page, "leaving with work")
    button(page, "退出，下次本人在本机登录后再发送").click()
    expect(leaving.get_by_text("尚未退出登录")).to_be_visible()
    unreachable(page)  # the net is back, and yet nothing can be sent
    page.context.set_offline(False)
    button(page, "退出登录").click()
    button(page, "退出，下次本人在本机登录后再发送").click()
    expect(page.get_by_text("本机有尚未发送的学习内容")).to_be_visible()
    page.unroute("**/account/here/")
    assert page.evaluate(LEFT) == {"caches": [], "pages": 0, "work": ["kept"]}
    log_in(page, fang)
    expect(page.locator("[data-in-use]")).to_be_visible()
    assert page.locator("[data-waiting]").is_hidden()
    rest(page)
    assert SelfStudy.objects.count() == 0
    button(page, "退出登录").click()
    expect(page.get_by_text("本机有尚未发送的学习内容")).to_be_visible()
    log_in(page, chen)
    expect(page.locator("[data-keep]", has_text=unit.title).get_by_text("已收到")).to_be_visible(timeout=15000)
    rest(page)
    assert [study.person for study in SelfStudy.objects.all()] == [house.chen]


def test_an_ended_session_keeps_the_work_and_another_account_on_the_phone_finds_no_page(phone: Opens, house) -> None:
    unit = prescribed(house)
    chen, fang = account_of(house.chen), account_of(house.fang)
    page = phone(chen, keeps=True)
    keeps(page, unit.title)
    page.goto(f"/learn/units/{unit.pk}/")
    expect(page.get_by_text("本页没有网络也能阅读")).to_be_visible()
    page.context.clear_cookies()
    answer(page)
    expect(state(page)).to_contain_text("请重新登录")
    log_in(page, fang)
    expect(page.locator("[data-in-use]")).to_be_visible()
    own = f"zhibu-of-{fang.pk}"
    assert set(page.evaluate(LEFT)["caches"]) <= {own}
    page.context.set_offline(True)
    page.goto("/meetings/")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()
    assert_good(page, "no network")
    assert SelfStudy.objects.count() == 0


# --- Old and new, with and without ---------------------------------------------------------------------------------


#: Resolves once another worker than the present one answers for the page.
TAKEN_OVER = """() => new Promise(async done => {
  navigator.serviceWorker.addEventListener('controllerchange', () => done(true));
  await (await navigator.serviceWorker.getRegistration()).update();
})"""


def test_a_new_version_with_another_schema_loses_no_unsent_work(phone: Opens, house, monkeypatch) -> None:
    unit, chen = prescribed(house), account_of(house.chen)
    page = phone(chen, keeps=True)
    page.add_init_script(NOT_BY_ITSELF)
    keeps(page, unit.title)
    page.goto(f"/learn/units/{unit.pk}/")
    page.context.set_offline(True)
    answer(page)
    expect(state(page)).to_contain_text("尚未发送")
    unreachable(page)  # it goes on waiting with the network there
    page.context.set_offline(False)
    monkeypatch.setattr(offline, "SCRIPTS", ("shell/kept.js", "shell/kept.js", "shell/worker.js"))
    assert page.evaluate(TAKEN_OVER)
    newer = Path(finders.find("shell/kept.js")).read_text().replace("SCHEMA = 1", "SCHEMA = 2")
    newer = newer.replace('["facts", "name"],', '["facts", "name"],\n      ["more", "id"],')
    other = page.context.new_page()
    other.goto("/offline/")
    other.evaluate(f"() => {{ {newer} }}")
    work = other.evaluate("account => kept.workOf(account)", str(chen.pk))
    assert [(item["title"], item["state"]) for item in work] == [(unit.title, "kept")]
    assert other.evaluate("kept.all('more')") == []
    assert len(other.evaluate(LEFT)["caches"]) == 1
    page.unroute("**/account/here/")
    button(page, "立即发送").click()  # by the older script: it goes on with the newer records
    expect(state(page)).to_contain_text("已收到", timeout=15000)
    rest(page)
    assert SelfStudy.objects.count() == 1


def test_without_a_service_worker_answers_are_kept_and_the_page_says_how_to_read_offline(phone: Opens, house) -> None:
    unit = prescribed(house)
    page = phone(account_of(house.chen), keeps=True)
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    page.goto(f"/learn/units/{unit.pk}/")
    expect(page.get_by_text("选择在浏览器打开")).to_be_visible()
    page.context.set_offline(True)
    answer(page)
    expect(state(page)).to_contain_text("已保存在本机，尚未发送")
    assert_good(page, "without a worker")
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("已收到", timeout=15000)
    rest(page)
    assert SelfStudy.objects.count() == 1


def test_a_phone_that_is_full_says_so_and_what_was_chosen_is_sent_from_the_page(phone: Opens, house) -> None:
    unit = prescribed(house)
    page = phone(account_of(house.chen), keeps=True)
    page.add_init_script(
        "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (row) {"
        " if (this.name === 'work') throw new DOMException('full', 'QuotaExceededError');"
        " return put.apply(this, arguments); }"
    )
    page.goto(f"/learn/units/{unit.pk}/")
    page.context.set_offline(True)
    answer(page)
    expect(state(page)).to_contain_text("本机存储空间已满")
    expect(page.get_by_label("交接簿")).to_be_checked()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="您的答案")).to_be_visible(timeout=15000)
    rest(page)
    assert [study.answers for study in SelfStudy.objects.all()] == [[[0], [0]]]


def test_the_pages_take_no_more_than_their_room_and_what_is_due_goes_last(phone: Opens, house) -> None:
    due = prescribed(house)
    others = [published(house, title=f"第{number}课") for number in range(2)]
    page = phone(account_of(house.chen), keeps=True)
    keeps(page, due.title)
    for room, unit in zip((100_000, 1_000), others, strict=True):
        page.goto(f"/learn/units/{unit.pk}/")
        page.evaluate("room => kept.keptBytes().then(taken => { kept.LIMITS.bytes = taken + room; })", room)
        button(page, "把本页连同音频、视频和 PDF 保存到本机").click()
        expect(page.get_by_text("本页没有网络也能阅读")).to_be_visible()
    titles = page.evaluate("kept.all('pages').then(rows => rows.map(row => row.title).sort())")
    assert titles == sorted(["离线学习", due.title, "第1课"])
    page.goto(f"/learn/units/{others[0].pk}/")
    page.evaluate("kept.LIMITS.bytes = 100")
    button(page, "把本页连同音频、视频和 PDF 保存到本机").click()
    expect(state(page)).to_contain_text("本机空间不足")
