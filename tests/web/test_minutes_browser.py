"""Minutes in real browsers: nothing is lost between two writers, without a network, or with a closed tab."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session as Login
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import meetings, world
from tests.meetings import DONE
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.world import AT, Bureau
from zhibu.apps.meetings.actions import convening, filing, minutes
from zhibu.apps.meetings.models import Meeting, MinutesText, SetAside
from zhibu.apps.people.models import Account
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = "textarea[id^=text-discussion]"
STATE = "[data-state^=discussion]"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def house() -> Bureau:
    return meetings.branch()


@pytest.fixture
def lin(house: Bureau) -> Account:
    return world.account(house.lin)


@pytest.fixture
def meeting(house: Bureau) -> Meeting:
    return meetings.closed(house)


def opened(page: Page, meeting: Meeting) -> Page:
    page.goto(reverse("meeting_minutes", args=[meeting.pk]))
    return page


def kept(meeting: Meeting) -> str:
    """The points of the only item as the server has them."""
    text = MinutesText.objects.filter(meeting=meeting, field="discussion").first()
    return text.text if text else ""


def saved(page: Page) -> None:
    expect(page.locator(STATE)).to_contain_text("已保存", timeout=10_000)


PASTE = """(box, given) => {
  box.focus();
  const data = new DataTransfer();
  data.setData("text/plain", given.text);
  if (given.html) data.setData("text/html", given.html);
  if (given.picture) data.items.add(new File(["x"], "x.png", {type: "image/png"}));
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  if (box.dispatchEvent(event)) box.setRangeText(given.text, box.selectionStart, box.selectionEnd, "end");
}"""


def paste(page: Page, *, text: str = "", html: str = "", picture: bool = False) -> str:
    """Put something on the clipboard into the empty points; what stands there then."""
    box = page.locator(POINTS)
    box.fill("")
    box.evaluate(PASTE, {"text": text, "html": html, "picture": picture})
    return box.input_value()


# --- Nothing is lost ------------------------------------------------------------------------------------------------


def test_two_browsers_write_at_once_and_both_versions_are_shown_and_settled(
    desk: Opens, phone: Opens, meeting: Meeting, house: Bureau, lin: Account
) -> None:
    convening.set_people(meeting.pk, convener=house.lin, chair=house.lin, recorder=house.chen, lecturer=None, **DONE)
    first, second = opened(desk(lin), meeting), opened(phone(world.account(house.chen)), meeting)
    first.locator(POINTS).fill("林悦：同意。")
    first.locator(POINTS).blur()
    saved(first)
    second.locator(POINTS).fill("陈星：建议下月再议。")
    second.locator(POINTS).blur()
    waits = second.locator(STATE).get_by_role("link")
    expect(waits).to_be_visible(timeout=10_000)
    assert kept(meeting) == "林悦：同意。"
    assert SetAside.objects.get().text == "陈星：建议下月再议。"
    assert_good(second, "minutes-two-versions")
    waits.click()
    assert_good(second, "minutes-settle")
    both = second.get_by_label("合并成一份")
    assert both.input_value() == "林悦：同意。\n\n陈星：建议下月再议。"
    both.fill("林悦：同意。\n陈星（不同意见）：建议下月再议。")
    second.get_by_role("button", name="保存合并后的文字").click()
    assert kept(meeting) == "林悦：同意。\n陈星（不同意见）：建议下月再议。"
    assert not SetAside.objects.exists()


def test_what_is_written_without_a_network_is_kept_on_the_device_and_sent_when_it_is_back(
    phone: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(phone(lin), meeting)
    page.locator(POINTS).fill("林悦：有网络。")
    page.locator(POINTS).blur()
    saved(page)
    page.context.set_offline(True)
    page.locator(POINTS).fill("林悦：有网络。\n陈星：没有网络。")
    page.locator(POINTS).blur()
    expect(page.locator(STATE)).to_contain_text("本机", timeout=10_000)
    assert_good(page, "minutes-offline")
    assert kept(meeting) == "林悦：有网络。"
    page.context.set_offline(False)
    saved(page)
    assert kept(meeting) == "林悦：有网络。\n陈星：没有网络。"


def test_a_tab_that_was_closed_without_a_network_leaves_its_draft_to_the_next(
    phone: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(phone(lin), meeting)
    page.context.set_offline(True)
    page.locator(POINTS).fill("没有来得及保存的一段。")
    context = page.context
    page.close()
    context.set_offline(False)
    assert kept(meeting) == ""
    again = opened(context.new_page(), meeting)
    assert again.locator(POINTS).input_value() == "没有来得及保存的一段。"
    # The page that went may have sent it with its last message, or this one sends it.
    for _wait in range(100):
        if kept(meeting):
            break
        again.wait_for_timeout(100)
    assert kept(meeting) == "没有来得及保存的一段。"


def test_a_draft_that_meets_a_newer_text_of_somebody_else_stands_beside_it(
    phone: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(phone(lin), meeting)
    page.context.set_offline(True)
    page.locator(POINTS).fill("离线时写的。")
    context = page.context
    page.close()
    context.set_offline(False)
    minutes.save_text(
        meeting,
        field=MinutesText.Field.DISCUSSION,
        item=meeting.agenda.get(),
        text="别人写的。",
        based_on=0,
        by=None,
        **DONE,
    )
    again = opened(context.new_page(), meeting)
    expect(again.locator(STATE).get_by_role("link")).to_be_visible(timeout=10_000)
    assert (kept(meeting), SetAside.objects.get().text) == ("别人写的。", "离线时写的。")


def test_who_is_logged_out_while_writing_logs_in_in_another_tab_and_loses_nothing(
    phone: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(phone(lin), meeting)
    Login.objects.all().delete()
    page.locator(POINTS).fill("登录已过期时写的。")
    page.locator(POINTS).blur()
    link = page.locator(STATE).get_by_role("link")
    expect(link).to_be_visible(timeout=10_000)
    other = page.context.new_page()
    other.goto(str(link.get_attribute("href")))
    other.locator("[name=login]").fill(lin.login)
    other.locator("[name=password]").fill(world.PASSWORD)
    other.locator("main [type=submit]").first.click()
    expect(other).to_have_url(re.compile("/minutes/$"))
    other.close()
    expect(page.locator(STATE)).to_contain_text("已保存", timeout=30_000)
    assert kept(meeting) == "登录已过期时写的。"


def test_a_text_whose_item_left_the_agenda_is_shown_to_be_copied(phone: Opens, house: Bureau, lin: Account) -> None:
    meeting = meetings.announced(house, agenda=["传达学习", "讨论发展党员"])
    page = opened(phone(lin), meeting)
    page.context.set_offline(True)
    page.locator(POINTS).last.fill("议题被删去前写的。")
    context = page.context
    page.close()
    context.set_offline(False)
    convening.set_agenda(meeting.pk, ["传达学习"], **DONE)
    again = opened(context.new_page(), meeting)
    expect(again.locator("#leftovers textarea")).to_have_value("议题被删去前写的。")
    assert_good(again, "minutes-leftovers")
    again.get_by_role("button", name="从本机删除").click()
    expect(again.locator("#leftovers")).to_be_hidden()
    opened(again, meeting)
    expect(again.locator("#leftovers")).to_be_hidden()


def test_after_the_filing_the_device_keeps_only_what_the_record_does_not_have(
    phone: Opens, house: Bureau, meeting: Meeting, lin: Account
) -> None:
    page = opened(phone(lin), meeting)
    prefix = str(page.locator("#minutes").get_attribute("data-keep"))
    item = meeting.agenda.get().pk
    minutes.save_text(
        meeting,
        field=MinutesText.Field.SUMMARY,
        item=None,
        text="按期办理。",
        based_on=0,
        by=None,
        **DONE,
    )
    filing.finish(meeting, house.lin, **DONE)
    page.evaluate(
        """([summary, points]) => {
          localStorage.setItem(summary, JSON.stringify({text: "按期办理。", base: "0"}));
          localStorage.setItem(points, JSON.stringify({text: "陈星：没有赶上归档。", base: "0"}));
        }""",
        [f"{prefix}summary-all", f"{prefix}discussion-{item}"],
    )
    page.goto(reverse("meeting_record", args=[meeting.pk]))
    expect(page.locator("#leftovers textarea")).to_have_count(1)
    expect(page.locator("#leftovers textarea")).to_have_value("陈星：没有赶上归档。")
    assert page.evaluate("localStorage.length") == 1


# --- Pasting --------------------------------------------------------------------------------------------------------

WPS = """<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><style>p{margin:0}</style></head><body>
<!--StartFragment--><p class=MsoNormal><span lang=ZH-CN>林悦：同意
接收为预备党员。</span></p><p class=MsoNormal style='mso-x:1'><b>陈星</b>：同意。<o:p></o:p></p><!--EndFragment-->
</body></html>"""

WECHAT = "<div>林悦：<span>收到</span><br>陈星：收到</div><div><br></div><div>散会</div>"


def test_what_is_pasted_from_wps_and_wechat_keeps_its_paragraphs(desk: Opens, meeting: Meeting, lin: Account) -> None:
    page = opened(desk(lin), meeting)
    assert paste(page, text="林悦：同意接收为预备党员。陈星：同意。", html=WPS) == (
        "林悦：同意接收为预备党员。\n陈星：同意。"
    )
    assert paste(page, text="林悦：收到 陈星：收到 散会", html=WECHAT) == "林悦：收到\n陈星：收到\n散会"
    assert paste(page, text="一\n\n二\n三", html="<p>一</p><p>二</p><p>三</p>") == "一\n\n二\n三"
    assert paste(page, text="只有\n纯文本") == "只有\n纯文本"


def test_a_pasted_table_becomes_lines_and_a_picture_is_told_to_be_attached(
    desk: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(desk(lin), meeting)
    cells = "<tr><th>姓名</th><th>意见</th></tr><tr><td><p>林悦</p></td><td><p>同意</p><p>无补充</p></td></tr>"
    table = f"<table>{cells}</table>"
    assert paste(page, text="姓名 意见 林悦 同意", html=table) == "姓名\t意见\n林悦\t同意 无补充"
    expect(page.get_by_text("表格已转为逐行文字")).to_be_visible()
    assert paste(page, html='<img src="file:///x.png">', picture=True) == ""
    expect(page.get_by_text("请作为附件上传")).to_be_visible()
    assert paste(page, text="图前图后", html="<p>图前<img src=x>图后</p>") == "图前图后"


def test_pasted_html_is_never_run_and_never_fetched(desk: Opens, meeting: Meeting, lin: Account) -> None:
    page = opened(desk(lin), meeting)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "leak" in request.url else None)
    hostile = (
        "<p>一</p><script>document.title='run'</script><p>二</p>"
        "<img src='/leak.png' onerror=\"document.title='run'\">"
        "<svg onload=\"document.title='run'\"></svg><iframe src='/leak'></iframe><p style='display:none'>藏</p>"
    )
    assert paste(page, text="一二", html=hostile) == "一\n二"
    page.wait_for_timeout(300)
    assert (page.title() != "run", asked) == (True, [])


# --- Too long -------------------------------------------------------------------------------------------------------


def test_a_text_that_is_too_long_is_told_with_its_length_and_stays_in_place(
    desk: Opens, meeting: Meeting, lin: Account
) -> None:
    page = opened(desk(lin), meeting)
    box = page.locator(POINTS)
    fits = minutes.LONGEST_TEXT
    box.evaluate("(box, n) => { box.value = '记'.repeat(n); box.dispatchEvent(new Event('input')); }", fits + 1)
    box.dispatch_event("blur")
    expect(page.locator(STATE)).to_contain_text("200,001", timeout=10_000)
    assert (len(box.input_value()), kept(meeting)) == (fits + 1, "")
    page.get_by_role("button", name="保存", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("200001")
    assert len(page.locator(POINTS).input_value()) == fits + 1
    page.locator(POINTS).evaluate(
        "(box, n) => { box.value = '记'.repeat(n); box.dispatchEvent(new Event('input')); }", fits
    )
    saved(page)
    assert len(kept(meeting)) == fits
