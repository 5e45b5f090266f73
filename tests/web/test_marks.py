"""Marks of secrecy, wherever somebody sends a text: the warning, what is refused, and the second press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from tests import campaigns, meetings, world
from tests.documents.test_packs import PACK
from tests.guides import Guides
from tests.web.visits import client_of, text_of
from tests.world import AT, Bureau
from zhibu.apps.feedback.actions import saying
from zhibu.apps.feedback.models import Feedback
from zhibu.apps.guides.actions import asking
from zhibu.apps.guides.models import Question
from zhibu.apps.learning.models import StudyNote, TakenPack, UnitVersion
from zhibu.apps.meetings.models import MinutesText, Paper
from zhibu.apps.notices.models import Circular
from zhibu.documents.packs import write
from zhibu.domain.terms import FeedbackKind, QuestionSource
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

SPOKEN_OF, MARKED = "什么样的算内部资料？", "密级：机密"
WARNING, TICK = "不要发送带有密级标志的内容", "没有密级或内部标志"
Place = tuple[Client, str, Callable[[str], dict[str, str]], Callable[[], set[str]]]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def said_in(model: type[Model], name: str = "text") -> Callable[[], set[str]]:
    return lambda: set(model._default_manager.values_list(name, flat=True)) - {""}


def public_ask(house: Guides) -> Place:
    return Client(), "/public/ask/", lambda text: {"section": "", "text": text}, said_in(Question)


def staff_ask(house: Guides) -> Place:
    return client_of(house.chen), "/questions/ask/", lambda text: {"section": "", "text": text}, said_in(Question)


def feedback(house: Guides) -> Place:
    said = said_in(Feedback)
    return Client(), "/public/feedback/posts/C01/", lambda text: {"kind": "complaint", "text": text}, said


def closing(house: Guides) -> Place:
    one = saying.say("排队", kind=FeedbackKind.COMPLAINT, site=house.post.site, post=house.post, at=AT)
    said = said_in(Feedback, "answer")
    return client_of(house.wen), f"/feedback/{one.pk}/", lambda text: {"answer": text}, said


def answering(house: Guides) -> Place:
    one = asking.ask("怎么办", source=QuestionSource.PUBLIC, section=house.section, at=AT).question
    said = said_in(Question, "answer")
    return client_of(house.chen), f"/questions/{one.pk}/", lambda text: {"do": "answer", "text": text}, said


def study_note(house: Bureau) -> Place:
    campaign = campaigns.opened(house)
    there = f"/campaigns/{campaign.pk}/note/"
    return client_of(house.chen), there, lambda text: {"text": text}, said_in(StudyNote)


def unit(house: Bureau) -> Place:
    rest = {"title": "五分钟", "minutes": "5", "reach": "offered"}
    return client_of(house.lin), "/learn/write/new/", lambda text: rest | {"text": text}, said_in(UnitVersion)


def circular(house: Bureau) -> Place:
    rest = {"title": "通知", "to": str(house.inspection.pk)}
    return client_of(house.fang), "/notices/new/", lambda text: rest | {"text": text}, said_in(Circular)


AT_WINDOWS, IN_BRANCHES = (public_ask, staff_ask, feedback, closing, answering), (study_note, unit, circular)


@pytest.mark.parametrize("place", [*AT_WINDOWS, *IN_BRANCHES])
def test_a_mark_is_refused_and_a_word_is_sent_by_a_second_press(place: Callable[[Any], Place]) -> None:
    client, there, sent, said = place(Guides() if place in AT_WINDOWS else world.bureau())
    page = text_of(client.get(there))
    assert (WARNING in page, TICK in page) == (True, False)
    page = text_of(client.post(there, sent(MARKED)), 422)
    assert ("密级：机密" in page, TICK in page) == (True, False)
    assert text_of(client.post(there, sent(MARKED) | {"is_no_mark": "on"}), 422)
    page = text_of(client.post(there, sent(SPOKEN_OF)), 422)
    assert (SPOKEN_OF in page, TICK in page) == (True, True)
    assert said() == set()
    assert client.post(there, sent(SPOKEN_OF) | {"is_no_mark": "on"}).status_code in {200, 302}
    assert said() == {SPOKEN_OF}


def test_minutes_take_a_word_by_a_second_press_and_do_not_ask_for_it_again() -> None:
    house = meetings.branch()
    meeting = meetings.closed(house)
    lin, there = client_of(house.lin), f"/meetings/{meeting.pk}/minutes/"
    name = "text-summary-all"
    assert WARNING in text_of(lin.get(there))
    page = text_of(lin.post(there, {name: MARKED, "is_no_mark": "on"}), 409)
    assert (MARKED in page, TICK in page) == (True, False)
    page = text_of(lin.post(there, {name: SPOKEN_OF}), 409)
    assert (SPOKEN_OF in page, TICK in page) == (True, True)
    while_writing = {"name": "summary-all", "text": SPOKEN_OF, "based_on": "0"}
    assert "内部资料" in lin.post(f"/meetings/{meeting.pk}/minutes/text/", while_writing).json()["refusal"]
    assert not MinutesText.objects.exists()
    lin.post(there, {name: SPOKEN_OF, "is_no_mark": "on"})
    kept = MinutesText.objects.get()
    assert kept.text == SPOKEN_OF
    longer = {"name": "summary-all", "text": f"{SPOKEN_OF}看标志。", "based_on": str(kept.version)}
    assert "refusal" not in lin.post(f"/meetings/{meeting.pk}/minutes/text/", longer).json()
    newer = longer | {"text": f"{SPOKEN_OF}不得外传。", "based_on": str(kept.version + 1)}
    assert "不得外传" in lin.post(f"/meetings/{meeting.pk}/minutes/text/", newer).json()["refusal"]


def test_a_paper_whose_name_bears_a_mark_is_not_attached() -> None:
    house = meetings.branch()
    meeting = meetings.closed(house)
    file = SimpleUploadedFile("秘密★5年.txt", b"x")
    answer = client_of(house.lin).post(f"/meetings/{meeting.pk}/papers/", {"files": [file]})
    assert "秘密★" in text_of(answer, 409)
    assert not Paper.objects.exists()


def test_a_study_pack_is_looked_at_as_a_whole() -> None:
    house = meetings.branch()
    lin = client_of(house.lin)

    def take(conveyed: str, **more: str) -> str:
        pack = SimpleUploadedFile("a.zip", write(replace(PACK, conveyed=conveyed, papers=(), units=())))
        answer = lin.post("/learn/packs/", {"organization": str(house.inspection.pk), "pack": pack} | more)
        return "" if answer.status_code == 302 else text_of(answer, 422)

    assert "密级：机密" in take(MARKED, is_no_mark="on")
    assert TICK in take(SPOKEN_OF)
    assert not TakenPack.objects.exists()
    assert take(SPOKEN_OF, is_no_mark="on") == ""
    assert MinutesText.objects.get().text == SPOKEN_OF
