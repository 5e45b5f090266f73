"""Every page for the public: light on a bad network, good in a browser, and none forgotten.

The addresses come from the URL resolver, so a new page is tried here or the test says that it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.exhibitions import with_seal
from tests.guides import Guides
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.test_shell_assets import BUDGET, collected, first_load, gathered  # noqa: F401 - fixtures
from tests.windows import DONE
from tests.world import AT, DAY
from zhibu.apps.account_content.actions import articles
from zhibu.apps.account_content.actions.articles import Said
from zhibu.apps.exhibitions.actions.writing import Framed, begin_exhibition, open_exhibition
from zhibu.apps.feedback.actions import saying
from zhibu.apps.guides.actions import guiding
from zhibu.apps.lists.actions import editions, writing
from zhibu.apps.lists.actions.writing import Words
from zhibu.domain.terms import FeedbackKind, ListKind, Readership
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

LONG = "# 办理流程\n\n1. 网上申报\n2. 交材料\n\n| 材料 | 份数 |\n|---|---|\n| 合同 | 1 |\n\n" + "长文字。" * 900
#: Takes what was said and leads on, or gives a file: nothing of it is a page.
NO_PAGES = {"public_guide_helped", "public_edition_pdf", "public_exhibit_picture"}


def names() -> set[str]:
    """Of every address under /public/."""

    def walk(patterns: list[object], before: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            place = before + str(getattr(pattern, "pattern", ""))
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, place)
            elif isinstance(pattern, URLPattern):
                yield pattern.name or place, place

    return {name for name, place in walk(get_resolver().url_patterns, "") if place.startswith("public/")}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A page of each, with as much on it as there may be."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    house = Guides()
    for number in range(30):
        house.published(f"业务指南之{number}", LONG)
    unit = guiding.guide_unit(name="城东港区查检点", section=house.section, contact="业务科", since=DAY, **DONE)
    said = saying.say("午间人多", kind=FeedbackKind.COMPLAINT, site=house.post.site, post=house.post, at=AT)
    saying.close_feedback(said, answer="多开一个窗口", is_public=True, by=house.wen, **DONE)
    article = articles.begin_article(house.unit, Said(title="支部在窗口", text=LONG), writer=house.lin, **DONE)
    articles.hand_in(article, **DONE)
    articles.publish(article, reviewer=house.chen, revision=1, **DONE)
    section = writing.write_section(organization=house.unit, kind=ListKind.RULES, title="制度", **DONE)
    writing.write_article(section=section, words=Words(text="按时开门。"), since=DAY, **DONE)
    edition = editions.publish(organization=house.unit, readership=Readership.PUBLIC, **DONE)
    framed = Framed(title="窗口三十年", foreword=LONG[:4000], readership=Readership.PUBLIC)
    exhibition = begin_exhibition(house.unit, framed, **DONE)
    shown = [with_seal(exhibition, title=f"印章之{number}", text="长文字。" * 300) for number in range(20)]
    open_exhibition(exhibition, **DONE)
    filled: dict[str, tuple[object, ...]] = {
        "public_site": (house.post.site_id,),
        "public_post": (house.post.code,),
        "public_guide": (1,),
        "public_unit": (unit.pk,),
        "public_feedback_post": (house.post.code,),
        "public_feedback_site": (house.post.site_id,),
        "public_article": (article.pk,),
        "public_edition": (edition.pk,),
        "public_exhibition": (exhibition.pk,),
        "public_exhibit": (shown[0].pk,),
        "public_exhibition_hall": (exhibition.pk,),
    }
    return {name: address(name, filled.get(name, ())) for name in sorted(names() - NO_PAGES)}


def address(name: str, arguments: tuple[object, ...]) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        pytest.fail(f"The public page {name} is new: say in `pages` of {__file__} with what it is filled.")


@pytest.mark.usefixtures("collected")
def test_every_public_page_weighs_at_most_100_kb_at_the_first_load(pages: dict[str, str]) -> None:
    client = Client(headers={"accept-encoding": "gzip, deflate"})
    weights = {name: sum(first_load(client, path).values()) for name, path in pages.items()}
    assert len(weights) >= 14
    assert {name: weight for name, weight in weights.items() if weight > BUDGET} == {}
    assert min(weights.values()) > 20 * 1024  # the styles were weighed too


def test_every_public_page_is_good_on_a_phone_and_at_a_desk(pages: dict[str, str], phone: Opens, desk: Opens) -> None:
    for opens in (phone, desk):
        page = opens()
        for name, path in pages.items():
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert_good(page, f"every {name}")


def test_no_public_page_runs_a_script_or_sets_a_cookie_to_be_read(pages: dict[str, str]) -> None:
    forms = {"public_ask", "public_answer", "public_feedback_post", "public_feedback_site"}
    for name, path in pages.items():
        answer = Client().get(path)
        if name != "public_exhibition_hall":  # a screen on a wall, that also goes on without
            assert "<script" not in answer.content.decode(), name
        if name not in forms:
            assert not answer.cookies, name
