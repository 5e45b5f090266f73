"""The pages of an election: the whole by its pages, its papers, what is refused where, who is let in."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pymupdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from tests import world
from tests.documents.printed import letters, text_of_docx
from tests.elections import Story
from tests.web.browser import assert_good
from tests.web.conftest import Opens
from tests.web.visits import client_of, text_of
from tests.world import AT, DAY
from zhibu.apps.elections.models import TermElection
from zhibu.apps.people.models import Appointment
from zhibu.domain.elections import Body, Contest, Letter, Way
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def at(story: Story) -> str:
    return f"/elections/{story.election.pk}/"


def give(client: Client, here: str, letter: Letter, **said: Any) -> Any:
    return client.post(
        f"{here}letters/{letter.value}/", {"dated": DAY.isoformat(), "reference": "机委〔2026〕1号"} | said
    )


def counted(story: Story, votes: dict[str, int], **papers: Any) -> dict[str, Any]:
    by_name = {person.name: person for person in story.stand}
    told = {f"votes_{by_name[name].pk}": number for name, number in votes.items()}
    return {"issued": 10, "returned": 10, "void": 0} | papers | told


def test_a_whole_election_by_its_pages() -> None:
    story = Story(Way.DIRECT)
    story.election.delete()
    lin = client_of(story.lin)
    begun = {"organization": story.branch.code, "way": "direct", "seats": 0, "deputies": 0}
    lin.post("/elections/new/", begun | {"planned_on": DAY.isoformat()})
    story.election = TermElection.objects.get()
    here = at(story)
    assert "向上级党组织报送换届选举请示" in text_of(lin.get(here)).split("待办")[0]
    give(lin, here, Letter.REQUEST)
    assert "id_reference_error" in give(lin, here, Letter.REPLY, reference="").content.decode()
    give(lin, here, Letter.REPLY, file=SimpleUploadedFile("批复.txt", "同意换届".encode()))
    assert b"".join(lin.get(f"{here}letters/reply/file/").streaming_content).decode() == "同意换届"
    lin.post(f"{here}candidates/secretary/", {"people": [story.stand[0].staff_number]})
    give(lin, here, Letter.CANDIDATES)
    give(lin, here, Letter.CANDIDATES_REPLY)
    assert "五分之四能否同时到会" in text_of(lin.get(here))
    story.hold(Body.MEETING, 10)
    item = story.state.items[Body.MEETING]
    assert item is not None
    shown = text_of(lin.get(f"{here}meeting/meeting/"))
    assert "换届党员大会" in shown
    lin.post(f"{here}meeting/meeting/", {"item": str(item.pk)})
    lin.post(f"{here}tellers/meeting/", {"overseer": story.overseer.staff_number, "counter": "计六"})
    assert lin.get(f"/meetings/{item.meeting_id}/items/{item.pk}/election/").headers["Location"] == here
    lin.post(f"{here}count/secretary/", counted(story, {"丁一": 9}))
    assert "丁一" in text_of(lin.get(here)).split("当选：")[1]
    give(lin, here, Letter.REPORT)
    give(lin, here, Letter.APPROVAL)
    lin.post(f"{here}posts/", {"on": DAY.isoformat(), "years": 3})
    assert Appointment.objects.get(organization=story.branch, post="secretary", until=None).person == story.stand[0]
    story.election.refresh_from_db()
    assert story.election.posts_on == DAY


def test_what_is_refused_is_told_where_it_was_asked() -> None:
    story = Story().until_ballot()
    lin, here = client_of(story.lin), at(story)
    votes = {"丁一": 9, "王二": 8, "李三": 7, "张四": 3}
    assert "前后不一致" in text_of(lin.post(f"{here}count/members/", counted(story, votes | {"丁一": 11})), 422)
    assert "废票" in text_of(lin.post(f"{here}count/members/", counted(story, votes, void=11)), 422)
    assert "候选人不得担任" in text_of(
        lin.post(f"{here}tellers/meeting/", {"overseer": "丁一", "counter": "计六"}), 422
    )
    assert "没有找到“无此人”" in text_of(
        lin.post(f"{here}tellers/meeting/", {"overseer": "无此人", "counter": "计六"}), 422
    )
    assert "已经报送上级" in text_of(
        lin.post(f"{here}candidates/members/", {"people": [one.staff_number for one in story.stand]}), 422
    )
    assert "须先完成" in text_of(give(lin, here, Letter.APPROVAL), 422)
    other = counted(story, votes | {"李三": 1}, other_1="计六", other_votes_1=7)
    assert "计六是监票人或计票人" in text_of(lin.post(f"{here}count/members/", other), 422)
    told = lin.post(f"{here}count/members/", counted(story, votes, issued=9, returned=10), follow=True)
    assert "收回的选票多于发出的选票" in text_of(told)
    assert lin.get(f"{here}count/nothing/").status_code == 404
    assert lin.get(f"{here}papers/nothing.pdf").status_code == 404
    assert lin.get(f"{here}papers/letter-reply.pdf").status_code == 404
    assert lin.get(f"{here}papers/volume.exe").status_code == 404


def test_who_does_not_run_it_is_let_into_none_of_its_deeds() -> None:
    story = Story().until_ballot()
    chen, qiu, here = client_of(story.house.chen), client_of(story.house.qiu), at(story)
    above = client_of(story.house.fang)
    assert "换届选举" in text_of(above.get(here))
    deeds = ["letters/request", "candidates/members", "leave", "tellers/meeting", "meeting/meeting", "count/members"]
    for deed in [*deeds, "open/members", "posts", "call-off"]:
        assert above.post(f"{here}{deed}/", {"reason": "x"}).status_code == 403, deed
        assert chen.post(f"{here}{deed}/", {"reason": "x"}).status_code == 404, deed
        assert qiu.post(f"{here}{deed}/", {"reason": "x"}).status_code == 404, deed
    assert chen.get("/elections/").status_code == 403
    assert chen.get(f"{here}papers/volume.pdf").status_code == 404


#: What stands at the head of each page, and of the organization.
HEAD = "非涉密系统，严禁处理、存储、传输国家秘密和工作秘密检务处党支部"


def all_of(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf) as document:
        return "".join(page.get_text() for page in document)


PAPERS = ["volume", "list", "letter-request", "letter-candidates", "letter-report", "count-members", "result-members"]


def test_every_paper_is_there_in_both_forms_and_says_the_same() -> None:
    story = Story().members_elected()
    lin, here = client_of(story.lin), at(story)
    for name in PAPERS:
        pdf, docx = (lin.get(f"{here}papers/{name}.{form}").content for form in ("pdf", "docx"))
        assert pdf.startswith(b"%PDF"), name
        assert docx.startswith(b"PK"), name
        printed, written = (Counter(letters(text)) for text in (all_of(pdf), text_of_docx(docx)))
        assert not written - printed, name
        assert set(printed - written) <= set("—第页共0123456789" + HEAD), name


def test_ballots_bear_no_number_no_mark_no_name_of_a_voter_and_all_copies_are_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story().until_ballot()
    lin, path = client_of(story.lin), f"{at(story)}papers/ballots-members"
    first = lin.get(f"{path}.pdf").content
    pages = [page.read_contents() for page in pymupdf.open(stream=first)]
    assert len(pages) == 5  # ten voters, two ballots on a sheet
    assert len(set(pages)) == 1
    [text] = {page.get_text() for page in pymupdf.open(stream=first)}
    assert text.count("丁一") == 2
    for person in (story.lin, story.house.chen, *story.rest, story.overseer):
        assert person.name not in text
        assert person.staff_number not in text
    for form in ("pdf", "docx"):
        monkeypatch.setattr(clock, "now", lambda: AT)
        before = lin.get(f"{path}.{form}").content
        monkeypatch.setattr(clock, "now", lambda: AT.replace(hour=17, minute=45))
        assert lin.get(f"{path}.{form}").content == before


def asked(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_more_candidates_and_more_ballots_cost_no_more_statements() -> None:
    story = Story().until_ballot()
    lin = client_of(story.lin)
    few = asked(lin, at(story))
    story.count(Contest.MEMBERS, list(zip(story.stand, (9, 8, 5, 3), strict=True)))
    one_ballot = asked(lin, at(story))
    story.count(Contest.MEMBERS, [(story.stand[2], 4), (story.stand[3], 5)])
    assert asked(lin, at(story)) == one_ballot <= few + 1 <= 14
    assert asked(lin, "/elections/") <= 8


def test_the_term_calendar_leads_to_an_election_under_way() -> None:
    story = Story()
    world.term(story.branch, since=DAY.replace(year=2024), ends=DAY.replace(month=12, day=30))
    assert f'href="{at(story)}"' in client_of(story.lin).get("/terms/").content.decode()


def test_the_pages_are_good_on_a_phone_and_at_a_desk(phone: Opens, desk: Opens) -> None:
    story = Story(deputies=1).until_committee()
    for opens in (phone, desk):
        page = opens(getattr(story.lin, "account", None) or world.account(story.lin))
        paths = ["/elections/", at(story), f"{at(story)}count/secretary/", f"{at(story)}candidates/members/"]
        for number, path in enumerate(paths):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert_good(page, f"term-election-{number}-{opens is desk}")
