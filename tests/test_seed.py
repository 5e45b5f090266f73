"""``docs/seed.zh.md`` speaks of every statement, and what it says of the demo holds on the demo."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.urls import resolve

from tests.demo import TODAY
from zhibu.apps.account_content.models import Article
from zhibu.apps.exhibitions.models import Exhibition, ShownPerson
from zhibu.apps.exhibitions.queries import ready_in
from zhibu.apps.feedback.models import Evaluation, Feedback
from zhibu.apps.forum.models import Opinion, Post, Thread
from zhibu.apps.guides.models import GuidedUnit, GuideVersion, Helped, Question
from zhibu.apps.guides.queries import in_force as in_force_guides
from zhibu.apps.honors.models import Honor, PioneerPost
from zhibu.apps.honors.queries import criteria_of
from zhibu.apps.learning.models import MakeUp, Unit
from zhibu.apps.lists.models import Edition
from zhibu.apps.lists.queries import changes_in, in_force, sections_of, standard_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Membership
from zhibu.apps.reports.definitions import BY_ID
from zhibu.apps.reports.queries import document
from zhibu.apps.visits.models import TakenHome, Visit, VisitRecord
from zhibu.apps.visits.queries import guests_of
from zhibu.apps.windows.models import Section, Site
from zhibu.domain.lists import Difference
from zhibu.domain.terms import (
    ArticleState,
    Bearer,
    Consent,
    ExhibitionStage,
    GuideState,
    HonorKind,
    ListKind,
    OrganizationKind,
    QuestionState,
    Readership,
    VisitStage,
)
from zhibu.web.operator.demo.figures import SEED
from zhibu.web.operator.demo.folder import PASSWORD

PAGE = (Path(__file__).parent.parent / "docs" / "seed.zh.md").read_text()

#: The window division of the demo.
DIVISION = "GZ-101"


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its own first two lines."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def statement(number: int) -> str:
    return " ".join(rows_of("逐条对照")[number - 1])


# --- The page ------------------------------------------------------------------------------------------------------


def test_the_page_speaks_of_every_statement_once_and_says_where_it_lives():
    rows = rows_of("逐条对照")
    assert [int(row[0]) for row in rows] == list(range(1, 34))
    for number, _statement, page, _record in rows:
        assert re.search(r"`/|尚未实现|不实现，因为|个人页面", page), number


def test_every_page_it_names_is_there():
    pages = set(re.findall(r"`(/[^`]*)`", PAGE))
    assert {"/figures/", "/organizations/", "/structure/", "/me/"} <= pages
    for page in pages:
        found = resolve(page)
        assert found.kwargs.get("id", "staff") in BY_ID, page


def test_a_statement_that_is_not_done_names_no_record_of_the_demo():
    for number, _statement, page, record in rows_of("逐条对照"):
        if page.startswith("尚未实现"):
            assert record == "", number


# --- The demo ------------------------------------------------------------------------------------------------------


def test_the_figures_of_the_page_hold_on_the_demo(demo):
    figures = document(TODAY)
    service = figures["service_years"][DIVISION]
    assert {name: int(number) for name, number in rows_of("核对的数字")} == {
        "机关党委": figures["organizations"]["committee"],
        "党总支": figures["organizations"]["general_branch"],
        "党支部": figures["organizations"]["branch"],
        "书记（含副书记）": figures["secretaries"],
        "机关党委、党总支委员": figures["committee_members"],
        "支部委员": figures["branch_committee_members"],
        "任职人数": figures["post_holders"],
        "职工": figures["staff"],
        "党员": figures["members"],
        "任职占职工（%）": round(100 * figures["post_holders_of_staff"]),
        "任职占党员（%）": round(100 * figures["post_holders_of_members"]),
        "窗口岗位": figures["window_posts"],
        "大厅": Site.objects.count(),
        "科": Section.objects.count(),
        "工龄满15年": service["at_least_15"],
        "工龄满20年": service["at_least_20"],
        "最长工龄": service["longest"],
        "支援抗疫": Honor.objects.filter(title="援外抗疫", year=2015).values("person").distinct().count(),
    }


def test_the_figures_that_the_generator_promises_are_those_of_the_page():
    said = {name: int(number) for name, number in rows_of("核对的数字")}
    assert (said["党支部"], said["任职人数"], said["职工"], said["党员"]) == (
        SEED.branches,
        SEED.post_holders,
        SEED.staff,
        SEED.members,
    )
    assert (said["工龄满15年"], said["工龄满20年"], said["最长工龄"], said["支援抗疫"]) == (
        SEED.at_least_15_years,
        SEED.at_least_20_years,
        SEED.longest_years,
        SEED.honored,
    )


def test_every_organization_it_names_is_on_record(demo):
    codes = set(re.findall(r"GZ(?:-\d+)+", PAGE))
    assert DIVISION in codes
    assert codes == set(Organization.objects.filter(code__in=codes).values_list("code", flat=True))


def test_every_account_it_names_is_there_and_no_other(demo):
    rows = rows_of("打开演示")
    assert [row[0].strip("`") for row in rows] == [row["role"] for row in demo.document["accounts"]]
    for said, made in zip(rows, demo.document["accounts"], strict=True):
        assert (made["organization"] or "管理员") in said[1]
        assert made["password"] == PASSWORD
    assert f"密码都是 `{PASSWORD}`" in PAGE


def test_each_account_sees_the_pages_to_which_it_is_sent(demo, client):
    for row, made in zip(rows_of("打开演示"), demo.document["accounts"], strict=True):
        client.force_login(demo.account(made["role"]))
        for page in re.findall(r"`(/[^`]*)`", row[2]):
            answer = client.get(page, follow=True)
            assert answer.status_code == 200, (made["role"], page)
            assert answer.request["PATH_INFO"].startswith(page), (made["role"], page)


def test_both_halls_have_the_posts_of_statement_6_and_the_groups_are_those_of_statement_19(demo):
    for site in Site.objects.all():
        assert f"{site.name} {site.window_posts.count()} 个" in statement(6).replace("个岗位", "个")
    for section in Section.objects.all():
        assert section.name in statement(6)
    groups = Organization.objects.existing(TODAY).filter(kind=OrganizationKind.GROUP)
    branches = {row.code.rpartition("-")[0] for row in groups}
    assert f"{len(branches)} 个支部设党小组 {groups.count()} 个" in statement(19)


def test_the_eight_are_members_of_branches_of_which_the_page_names_three(demo):
    honored = Honor.objects.filter(kind=HonorKind.SUPPORT.value).values("person")
    branches = Membership.objects.on(TODAY).filter(person__in=honored).values_list("organization__code", flat=True)
    assert len(branches) == 8
    assert set(re.findall(r"GZ-\d+", statement(24))) <= set(branches)


def test_the_house_and_two_branches_have_honors_and_two_pioneer_posts_are_held_where_the_page_says(demo):
    told = {
        f"{honor.organization.code}{honor.title}{honor.year}" for honor in Honor.objects.exclude(organization=None)
    }
    assert len(told) == 3
    assert "GZ全国文明单位2015" in told
    assert all(code in statement(26) for code in ("GZ-101", "GZ-207"))
    held = Counter(post.is_held(TODAY) for post in PioneerPost.objects.filter(organization__code=DIVISION))
    assert held == {True: 2, False: 1}
    assert "GZ-101 现有 2 个，另有 1 个已到期" in statement(23)
    assert len(criteria_of(_branch(), TODAY)) == 3


def test_the_window_branch_has_fifteen_rules_three_lists_and_four_bearers(demo):
    own = [section for section in sections_of(in_force(_branch(), TODAY)) if section.owner == _branch().name]
    assert Counter(section.kind for section in own) == {
        ListKind.RULES: 15,
        ListKind.DUTIES: 4,
        ListKind.PROHIBITIONS: 3,
    }
    borne = {article.bearer for section in own for article in section.articles} - {None}
    assert borne == {Bearer.ORGANIZATION, Bearer.SECRETARY, Bearer.COMMITTEE_MEMBER, Bearer.MEMBER}
    assert "15 项制度" in statement(15)
    assert "四类承担者" in statement(16)


def test_the_standard_and_the_duties_and_rights_of_members_hold_in_every_branch(demo):
    assert len(standard_of(_branch(), TODAY)) == 3
    for branch in Organization.objects.filter(kind=OrganizationKind.BRANCH).existing(TODAY):
        rows = in_force(branch, TODAY).filter(article__section__title__in=["党员的义务", "党员的权利"])
        assert Counter(row.is_right for row in rows) == {False: 8, True: 8}
    assert "义务 8 条、权利 8 条" in statement(21)


def test_the_second_edition_is_public_and_says_what_it_changes(demo):
    first, second = Edition.objects.filter(organization=_branch()).order_by("number")
    assert (first.readership, second.readership) == (Readership.HOUSE, Readership.PUBLIC)
    assert [change.difference for change in changes_in(second)] == [Difference.CHANGED, Difference.ADDED]
    assert "两版，第二版公开" in statement(15)


def test_the_guided_units_and_guides_are_those_of_statements_7_and_8(demo):
    units = GuidedUnit.objects.on(TODAY)
    assert f"{units.count()} 个对口指导单位" in statement(7)
    assert units.values("section").distinct().count() == 5
    assert [row.guide.section.name for row in in_force_guides(TODAY).filter(guide__audience="units")] == ["签证放行"]
    assert f"五个科 {in_force_guides(TODAY).count()} 份施行中的指南" in statement(8)
    assert GuideVersion.objects.filter(state=GuideState.REVIEW.value).count() == 1
    assert Question.objects.filter(struck=True).count() == 1
    assert {row.word for row in Question.objects.all()} == set(QuestionState)
    assert Question.objects.exclude(moved_because="").get().unit is not None
    assert Helped.objects.exists()


def test_the_evaluation_and_the_feedback_are_those_of_statement_10(demo):
    evaluation = Evaluation.objects.get(organization=_branch())
    assert sorted(bool(row.done) for row in evaluation.follow_ups.all()) == [False, True]
    assert (Feedback.objects.count(), Feedback.objects.filter(is_public=True).count()) == (6, 2)
    assert "六条，两条公开" in statement(10)


def test_the_articles_are_those_of_statement_30(demo):
    states = Counter(row.word for row in Article.objects.filter(organization=_branch()))
    assert states == {
        ArticleState.PUBLIC: 4,
        ArticleState.CORRECTED: 1,
        ArticleState.WITHDRAWN: 1,
        ArticleState.REVIEW: 1,
        ArticleState.DRAFT: 1,
    }
    assert "4 篇文章" in statement(30)


def _branch() -> Organization:
    return Organization.objects.get(code=DIVISION)


def test_the_forum_holds_what_the_page_says_of_it(demo):
    titles = set(Post.objects.exclude(title="").values_list("title", flat=True))
    assert {"新老党员交流学习体会", "党务和业务怎样互相促进，请大家说说做法"} <= titles
    became = Thread.objects.get(first__title="胶合板托盘要不要加施标识？").became
    assert became is not None
    assert Opinion.objects.get().agenda_item.meeting.organization.code == DIVISION


def test_all_secretaries_came_to_see_the_window_branch_and_three_branches_took_something_home(demo):
    over, ahead = Visit.objects.select_related("host", "caller").order_by("day")
    assert (over.host.code, over.caller.code, over.at_stage) == (DIVISION, "GZ-1", VisitStage.RECORDED)
    assert (ahead.host.code, ahead.caller.code, ahead.at_stage) == (DIVISION, DIVISION, VisitStage.ANNOUNCED)
    assert over.day < TODAY < ahead.day
    invited = {(one.word.zh, one.organization.code) for one in over.invitations.select_related("organization")}
    assert invited == {("分管领导", "GZ-1"), ("各支部书记", "GZ")}
    branches = Organization.objects.existing(over.day).filter(kind=OrganizationKind.BRANCH)
    came_for = set(over.answers.values_list("organization", flat=True))
    assert (
        set(branches.exclude(code=DIVISION).values_list("pk", flat=True)) <= came_for <= {*guests_of(over).values()}
    )
    assert "党务和业务" in VisitRecord.objects.get(visit=over).discussed
    homes = {
        one.organization.code: one.follow_ups.count() for one in TakenHome.objects.select_related("organization")
    }
    assert homes == {"GZ-102": 1, "GZ-104": 1, "GZ-110": 0}


def test_the_window_branch_shows_what_all_in_it_agreed_to(demo):
    of = Exhibition.objects.get()
    assert (of.organization.code, of.at_stage, of.readership) == (DIVISION, ExhibitionStage.OPEN, Readership.PUBLIC)
    assert len(ready_in(of)) == 11
    assert "十一件可看" in statement(14)
    gone = of.exhibits.exclude(withdrawn_at=None).get()
    assert (gone.title, gone.number, gone.shown.count()) == ("", 8, 0)
    assert [one.said for one in ShownPerson.objects.exclude(person=None)] == [Consent.ASKED]


def test_units_of_three_levels_are_learned_and_lessons_that_a_shift_made_somebody_miss_are_made_up(demo):
    assert {"GZ", "GZ-1", DIVISION} <= set(re.findall(r"GZ(?:-\d+)*", statement(33)))
    assert set(Unit.objects.values_list("organization__code", flat=True)) == {"GZ", "GZ-1", DIVISION}
    states = Counter(MakeUp.objects.filter(meeting__organization__code=DIVISION).values_list("state", flat=True))
    assert set(states) == {"confirmed", "declared"}
