"""The desk of those who oversee, and what everybody may see of the house: figures, tree, names, records."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import load_workbook

from tests import gatherings, world
from tests.web.browser import assert_good
from tests.web.strict import faults_of
from zhibu.apps.archive.models import Event
from zhibu.apps.organizations import actions
from zhibu.apps.people.models import Person
from zhibu.apps.reports.definitions import FIGURES, SHARES
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.terms import AbsenceReason, PostKind, Role

pytestmark = pytest.mark.django_db

#: Chen's; no page but Chen's own record, opened by those who may, shows it.
PHONE = "10012345678"

#: Before anybody of the house was born, and before it was founded.
BEFORE = "1990-01-01"


@pytest.fixture(autouse=True)
def served_day(settings):
    settings.SERVED_DATE = world.DAY


@pytest.fixture
def house():
    made = world.bureau()
    Person.objects.filter(pk=made.chen.pk).update(phone=PHONE)
    return made


def client_of(somebody, *, language="en"):
    client = Client(headers={"Accept-Language": language})
    client.force_login(getattr(somebody, "account", None) or world.account(somebody))
    return client


@pytest.fixture
def lin(house):
    return client_of(house.lin)


@pytest.fixture
def chen(house):
    return client_of(house.chen)


@pytest.fixture
def fang(house):
    return client_of(house.fang)


@pytest.fixture
def qiu(house):
    return client_of(house.qiu)


def text_of(response):
    assert response.status_code == 200
    html = response.content.decode()
    assert faults_of(html) == []
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def sheets_of(response):
    assert response.status_code == 200
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content) if response.streaming else response.content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def cells_of(response):
    return [cell for rows in sheets_of(response).values() for row in rows for cell in row]


def queries_of(client, address):
    client.get(address)  # what is remembered between requests is remembered now
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def in_order(text, *parts):
    places = [text.index(part) for part in parts]
    return places == sorted(places)


def window_posts(house, number):
    site, _ = Site.objects.get_or_create(name="东大厅")
    section, _ = Section.objects.get_or_create(name="报检科")
    for _ in range(number):
        code = f"W{WindowPost.objects.count():02}"
        WindowPost.objects.create(
            code=code, name=f"{code}号岗", site=site, section=section, organization=house.inspection, since=world.DAY
        )


#: Every page with one address, as everybody meets it.
PAGES = (
    "/figures/",
    "/figures.xlsx",
    "/figures/members/",
    "/figures/members.xlsx",
    "/organizations/",
    "/search/?q=l",
)
OVERSEERS_PAGES = ("/structure/", "/structure.xlsx")

# --- Doors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, *OVERSEERS_PAGES])
def test_who_is_not_logged_in_is_led_to_the_door(address):
    answer = Client().get(address)
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


@pytest.mark.parametrize("address", [*PAGES, *OVERSEERS_PAGES])
def test_nothing_here_is_changed_by_a_post(lin, address):
    assert lin.post(address).status_code == 405


@pytest.mark.parametrize("address", [*PAGES[:5], *OVERSEERS_PAGES])
@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-02-30"])
def test_a_day_that_is_none_is_said_to_be_unreadable(lin, address, day):
    assert lin.get(f"{address}?on={day}").status_code == 400


# --- Figures -------------------------------------------------------------------------------------------------------


def test_an_overseer_sees_the_figures_of_what_they_oversee(house, fang):
    page = text_of(fang.get("/figures/"))
    assert "局本部机关党委" in page
    for figure in (*FIGURES, *SHARES):
        assert str(figure.name) in page
    assert fang.get("/figures/").context["groups"]
    assert values(fang)["Members"] == "3"
    assert values(fang)["Staff"] == "4"


def values(client, query=""):
    groups = client.get(f"/figures/{query}").context["groups"]
    return {tile.label: tile.value for _name, tiles in groups for tile in tiles}


def test_a_member_sees_the_figures_of_their_branch_and_of_what_stands_above_it(house, chen):
    assert values(chen)["Members"] == "2"
    assert values(chen, f"?organization={house.root.pk}")["Members"] == "4"


@pytest.mark.parametrize("address", ["/figures/", "/figures.xlsx", "/figures/members/", "/figures/members.xlsx"])
def test_figures_of_what_one_does_not_see_answer_like_those_of_nothing(house, lin, address):
    for key in (house.quay.pk, uuid4(), "no-key"):
        assert lin.get(f"{address}?organization={key}").status_code == 404


def test_a_figure_that_there_is_not_answers_not_found(lin):
    assert lin.get("/figures/obedience/").status_code == 404
    assert lin.get("/figures/obedience.xlsx").status_code == 404


@pytest.mark.parametrize("figure", [*FIGURES, *SHARES], ids=lambda figure: figure.id)
def test_each_figure_opens_as_a_page_and_as_a_file_empty_and_full(house, fang, figure):
    window_posts(house, 1)
    for query in ("", f"?organization={house.archive_branch.pk}"):
        page, file = fang.get(f"/figures/{figure.id}/{query}"), fang.get(f"/figures/{figure.id}.xlsx{query}")
        with override("en"):
            assert str(figure.name) in text_of(page)
            assert str(figure.counts) in cells_of(file)


def test_a_figure_lists_those_whom_it_counts(house, lin):
    page = text_of(lin.get("/figures/members/"))
    assert "林悦" in page
    assert "陈星" in page
    assert "闻宁" not in page  # works here, is no member
    assert "邱禾" not in page
    assert "陈星" in cells_of(lin.get("/figures/members.xlsx"))


def test_whom_one_may_not_name_is_counted_and_not_shown(house, chen):
    answer = chen.get(f"/figures/members/?organization={house.office.pk}")
    page = text_of(answer)
    assert answer.context["found"].total == 3
    assert "林悦" in page
    assert "One more is counted here" not in page  # Fang holds a post above Chen: everybody below knows who
    page = text_of(chen.get(f"/figures/members/?organization={house.root.pk}"))
    assert "One more is counted here" in page
    assert "邱禾" not in page
    cells = cells_of(chen.get(f"/figures/members.xlsx?organization={house.root.pk}"))
    assert "Counted here and not shown: 1." in cells
    assert "邱禾" not in cells


def test_a_name_in_the_list_is_found_by_its_pinyin(house, lin):
    assert "陈星" in text_of(lin.get("/figures/members/?q=chenx"))
    page = text_of(lin.get("/figures/members/?q=zzz"))
    assert "陈星" not in page
    assert "Nobody and nothing here is called so." in page


def test_figures_of_a_past_day_are_those_of_that_day(house, lin):
    house.chen.memberships.update(since=dt.date(2020, 1, 1))
    assert values(lin)["Members"] == "2"
    assert values(lin, "?on=2020-01-01")["Members"] == "2"
    assert values(lin, "?on=2019-12-31")["Members"] == "1"
    assert "陈星" not in text_of(lin.get("/figures/members/?on=2019-12-31"))


def test_before_it_was_founded_an_organization_has_no_figures(lin):
    assert "检务处党支部 did not exist on" in text_of(lin.get(f"/figures/?on={BEFORE}"))
    for address in ("/figures.xlsx", "/figures/members/", "/figures/members.xlsx"):
        assert lin.get(f"{address}?on={BEFORE}").status_code == 404


def test_who_belongs_nowhere_is_told_so():
    client = client_of(world.person("游离"))
    assert "You belong to no organization here." in text_of(client.get("/figures/"))
    assert "There is no organization here" in text_of(client.get("/organizations/"))
    assert client.get("/figures/members/").status_code == 404


def test_the_figures_as_a_file_have_each_number_with_how_it_is_counted(lin):
    rows = [row for rows in sheets_of(lin.get("/figures.xlsx")).values() for row in rows]
    found = {row[0]: row for row in rows}
    for figure in (*FIGURES, *SHARES):
        assert str(figure.counts) in found[str(figure.name)]


def test_a_file_cannot_carry_a_formula(house, lin):
    Person.objects.filter(pk=house.chen.pk).update(name='=HYPERLINK("x")')
    book = load_workbook(io.BytesIO(lin.get("/figures/members.xlsx").getvalue()))
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}


# --- No rankings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_no_list_can_be_ordered_by_a_figure(fang, figure):
    orders = {key for key, _label in fang.get(f"/figures/{figure.id}/").context["form"].fields["sort"].choices}
    assert orders <= {"number", "name", "place"}


@pytest.mark.parametrize("sort", ["members", "-work_began", "work_began", "value"])
def test_an_order_that_is_not_offered_is_the_usual_one(house, lin, sort):
    Person.objects.filter(pk=house.lin.pk).update(work_began=dt.date(2020, 1, 1))
    page = text_of(lin.get(f"/figures/members/?sort={sort}"))
    assert in_order(page, house.lin.staff_number, house.chen.staff_number)


def test_organizations_stand_in_the_order_of_the_tree_however_many_belong_to_them(house):
    for _ in range(3):
        world.member("郝多", house.archive_branch)
    client = client_of(house.fang)
    for address in ("/organizations/", "/figures/", f"/organizations/{house.office.pk}/"):
        assert in_order(client.get(address).content.decode().split("<main")[1], "检务处党支部", "档案室党支部")


# --- The tree ------------------------------------------------------------------------------------------------------


def test_one_sees_ones_part_of_the_tree_and_what_stands_above(lin):
    page = text_of(lin.get("/organizations/"))
    assert in_order(page, "广埠口岸局党组", "局本部机关党委", "检务处党支部", "第一党小组", "第二党小组")
    for name in ("档案室党支部", "黄浦口岸机关党委", "码头查验党支部"):
        assert name not in page


def test_the_security_administrator_sees_the_tree_and_no_member(house):
    account = world.account(login="keeper")
    world.grant(account, Role.SECURITY)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(account)
    assert "码头查验党支部" in text_of(client.get("/organizations/"))
    page = text_of(client.get(f"/organizations/{house.inspection.pk}/"))
    assert "林悦" not in page
    assert "2 more members are not shown" in page


def test_a_part_of_the_tree_opens_on_its_own_and_not_that_of_others(house, fang):
    page = text_of(fang.get(f"/organizations/?under={house.office.pk}"))
    assert "档案室党支部" in page
    for key in (house.harbor.pk, uuid4(), "no-key"):
        assert fang.get(f"/organizations/?under={key}").status_code == 404


def test_the_numbers_in_the_tree_include_what_stands_below_and_no_group_twice(house, fang):
    (root,) = fang.get("/organizations/").context["nodes"]
    (office,) = root.below
    assert (root.members, office.members, office.staff) == (4, 3, 4)
    assert [(node.stand.name, node.members) for node in office.below] == [("检务处党支部", 2), ("档案室党支部", 1)]


def test_there_was_no_tree_before_it_was_planted(lin):
    assert "There is no organization here on this day" in text_of(lin.get(f"/organizations/?on={BEFORE}"))


# --- One organization ----------------------------------------------------------------------------------------------


def test_the_page_of_a_branch_says_who_leads_it_and_who_belongs_to_it(house, lin):
    page = text_of(lin.get(f"/organizations/{house.inspection.pk}/"))
    for part in ("GZ-A-01", "局本部机关党委", "林悦", "陈星", "第二党小组", "Standing"):
        assert part in page
    assert PHONE not in page


def test_standing_is_for_those_who_oversee(house, chen):
    page = text_of(chen.get(f"/organizations/{house.inspection.pk}/"))
    assert "林悦" in page
    assert "Standing" not in page


def test_the_page_of_what_one_does_not_see_answers_like_that_of_nothing(house, lin):
    for key in (house.quay.pk, house.harbor.pk, house.archive_branch.pk, uuid4()):
        assert lin.get(f"/organizations/{key}/").status_code == 404
    assert lin.get(f"/organizations/{house.inspection.pk}/?on=never").status_code == 400


def test_an_organization_remembers_its_former_name(house, lin):
    actions.rename(house.inspection, name="检务一处党支部", on=dt.date(2026, 1, 1), actor=world.OPERATOR, at=world.AT)
    page = text_of(lin.get(f"/organizations/{house.inspection.pk}/"))
    assert in_order(page, "检务一处党支部", "Former names", "检务处党支部")
    past = lin.get(f"/organizations/{house.inspection.pk}/?on=2025-12-31")
    assert past.context["of"].name == "检务处党支部"


def test_an_organization_before_its_foundation_is_said_not_to_exist(house, lin):
    page = text_of(lin.get(f"/organizations/{house.inspection.pk}/?on={BEFORE}"))
    assert "did not exist on" in page
    assert "林悦" not in page


# --- Structure -----------------------------------------------------------------------------------------------------


def test_structure_is_for_those_who_oversee(house, chen):
    for address in OVERSEERS_PAGES:
        assert chen.get(address).status_code == 403


def test_what_is_to_be_looked_at_stands_in_tree_order_with_the_rule_it_goes_by(house, fang):
    answer = fang.get("/structure/")
    page = text_of(answer)
    assert [line.organization.code for line in answer.context["lines"]] == sorted(
        line.organization.code for line in answer.context["lines"]
    )
    assert "The post of secretary is open." in page  # of the archive's branch
    assert "The group has no leader yet." in page
    assert all(line.grounds for line in answer.context["lines"] if line.says.startswith("The post of secretary"))
    assert "码头查验党支部" not in page
    assert "The group has no leader yet." in cells_of(fang.get("/structure.xlsx"))


def test_structure_can_be_narrowed_to_one_part_and_one_thing(house, fang):
    lines = fang.get(f"/structure/?place={house.archive_branch.pk}&check=no_secretary").context["lines"]
    assert [line.organization.id for line in lines] == [house.archive_branch.pk]


def test_before_anything_was_founded_nothing_needs_a_look(fang):
    assert "Nothing here needs a look." in text_of(fang.get(f"/structure/?on={BEFORE}"))
    assert fang.get(f"/structure.xlsx?on={BEFORE}").status_code == 200


def test_structure_knows_no_part_that_is_not_overseen(house, fang):
    places = {label for _key, label in fang.get("/structure/").context["form"].fields["place"].choices[1:]}
    assert places == {"局本部机关党委", "检务处党支部", "档案室党支部"}
    everything = fang.get("/structure/").context["lines"]
    kept = fang.get(f"/structure/?place={house.quay.pk}").context["lines"]
    assert list(kept) == list(everything)  # a part that is not offered narrows nothing and opens nothing
    assert not [line for line in kept if line.organization.id == house.quay.pk]


def test_structure_is_found_from_the_tree_by_those_who_may_open_it(lin, chen):
    assert "/structure/" in lin.get("/organizations/").content.decode()
    assert "/structure/" not in chen.get("/organizations/").content.decode()


# --- Search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["陈星", "陈", "chen", "cx", "10002"])
def test_somebody_is_found_by_what_one_knows_of_them(house, lin, typed):
    assert house.chen.staff_number == "10002"
    assert "陈星" in text_of(lin.get("/search/", {"q": typed}))


def test_one_finds_nobody_whom_one_may_not_see(house, lin):
    for typed in ("邱禾", "qiu", house.qiu.staff_number, PHONE, PHONE[-4:]):
        answer = lin.get("/search/", {"q": typed})
        assert answer.context["people"] == []
        assert "Nobody that you may see" in text_of(answer)


def test_search_finds_organizations_by_code_and_name(lin):
    assert "检务处党支部" in text_of(lin.get("/search/?q=gz-a-01"))
    assert "码头查验党支部" not in text_of(lin.get("/search/", {"q": "码头"}))


def test_an_empty_search_and_one_too_long_show_nothing(lin):
    for typed in ("", " ", "x" * 200):
        assert "林悦" not in text_of(lin.get("/search/", {"q": typed}))


def test_what_is_typed_is_shown_as_text(lin):
    assert "<script>alert" not in lin.get("/search/", {"q": "<script>alert(1)"}).content.decode()


def test_search_as_one_types_answers_the_hits_alone(lin):
    answer = lin.get("/search/?q=cx", headers={"HX-Request": "true"})
    assert "陈星" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_more_hits_than_twenty_are_said_and_not_shown(house, lin):
    for _ in range(21):
        world.member("柳多", house.inspection)
    answer = lin.get("/search/?q=liuduo")
    assert len(answer.context["people"]) == 20
    assert "There are more." in text_of(answer)


# --- A person ------------------------------------------------------------------------------------------------------


def record_of(somebody, end="/"):
    return f"/people/{somebody.pk}{end}"


def looked():
    return Event.objects.filter(type="record_looked_at")


def taken():
    return Event.objects.filter(type="record_exported")


def test_the_record_is_open_to_those_who_oversee(house, lin, fang):
    for client in (lin, fang):
        page = text_of(client.get(record_of(house.chen)))
        for part in ("陈星", PHONE, "检务处党支部", "陈星 sees that you opened this record today"):
            assert part in page


def test_a_comrade_of_the_branch_meets_the_name_and_no_more(house):
    other = world.member("丁一", house.inspection)
    client = client_of(other)
    page = text_of(client.get(record_of(house.chen)))
    assert "陈星" in page
    assert "检务处党支部" in page
    assert PHONE not in page
    assert house.chen.staff_number not in page
    assert not looked().exists()
    for end in (".xlsx", ".json"):
        assert client.get(record_of(house.chen, end)).status_code == 403
    assert not taken().exists()


@pytest.mark.parametrize("end", ["/", ".xlsx", ".json"])
def test_somebody_whom_one_may_not_see_answers_like_nobody(house, qiu, end):
    assert qiu.get(record_of(house.chen, end)).status_code == 404
    assert qiu.get(f"/people/{uuid4()}{end}").status_code == 404
    assert not looked().exists()
    assert not taken().exists()


def test_ones_own_page_is_ones_record(house, lin):
    answer = lin.get(record_of(house.lin))
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert not looked().exists()


def test_a_look_leaves_one_event_for_each_looker_and_day_which_the_person_sees(house, lin, fang, chen, settings):
    for client in (lin, lin, fang):
        client.get(record_of(house.chen))
    assert looked().count() == 2
    settings.SERVED_DATE = world.DAY + dt.timedelta(days=1)
    lin.get(record_of(house.chen))
    assert set(looked().values_list("subject", flat=True)) == {house.chen.pk}
    assert looked().count() == 3
    page = text_of(chen.get("/me/looks/"))
    assert page.count("林悦") == 2
    assert page.count("方澄") == 1
    assert "局本部机关党委" in page


def test_to_take_a_record_away_is_noted_as_well_and_holds_nothing_that_comes_from_logging_in(house, lin, chen):
    document = json.loads(lin.get(record_of(house.chen, ".json")).getvalue())
    assert document["person"]["name"] == "陈星"
    assert not {"people.Account", "usersessions.UserSession"} & {held["model"] for held in document["held"]}
    assert "陈星" in cells_of(lin.get(record_of(house.chen, ".xlsx")))
    assert taken().count() == 1
    assert "took it away as a file" in text_of(chen.get("/me/looks/"))


def test_why_somebody_was_away_goes_with_nobody_but_the_person(house, fang, chen):
    session = gatherings.opened(house, codes=False)
    gatherings.file_session(session, chair=house.lin, absent={house.chen: AbsenceReason.HEALTH})
    above, own = (
        client.get(address) for client, address in ((fang, record_of(house.chen, ".xlsx")), (chen, "/me.xlsx"))
    )
    assert "十一月支部党员大会" in cells_of(above)
    assert AbsenceReason.HEALTH.zh not in cells_of(above)
    assert AbsenceReason.HEALTH.zh in cells_of(own)
    document = fang.get(record_of(house.chen, ".json")).getvalue().decode()
    assert '"absent"' in document
    assert '"health"' not in document


def test_a_secretary_loses_sight_of_the_record_when_somebody_moves_on(house, lin):
    moved = dt.date(2026, 11, 1)
    house.chen.memberships.update(until=moved)
    house.chen.employments.update(until=moved)
    world.admit(house.chen, house.quay, since=moved)
    world.employ(house.chen, house.quay, since=moved)
    page = text_of(lin.get(record_of(house.chen)))
    assert "陈星" in page  # past members stay in the records of the branch
    assert PHONE not in page


def test_no_list_shows_a_phone_number_even_to_those_who_may_open_the_record(house, fang):
    for address in (*PAGES, *OVERSEERS_PAGES, f"/organizations/{house.inspection.pk}/", "/search/?q=cx"):
        answer = fang.get(address)
        shown = map(str, cells_of(answer)) if ".xlsx" in address else [answer.content.decode()]
        assert not [text for text in shown if PHONE in text]


# --- How much it asks of the database ------------------------------------------------------------------------------


def grow(house):
    """Five more of each thing of which a page shows rows."""
    for number in range(5):
        somebody = world.member(f"周{'一二三四五'[number]}", house.inspection, group=house.first_group)
        world.appoint(somebody, house.inspection, PostKind.COMMITTEE_MEMBER)
        world.organization(f"GZ-A-1{number}", under=house.office)
    window_posts(house, 5)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/figures/", 8),
        ("/figures.xlsx", 8),
        ("/figures/members/", 10),
        ("/figures/party_posts/", 10),
        ("/figures/window_posts/", 10),
        ("/figures/post_holders_of_members/", 10),
        ("/figures/members.xlsx", 10),
        ("/structure/", 10),
        ("/organizations/", 8),
        ("/organizations/{inspection}/", 10),
        ("/organizations/{office}/", 10),
        ("/search/?q=z", 8),
        ("/people/{chen}/", 10),
        ("/people/{chen}.json", 56),
    ],
)
def test_more_rows_ask_no_more_of_the_database(house, fang, address, most):
    window_posts(house, 1)
    address = address.format(inspection=house.inspection.pk, office=house.office.pk, chen=house.chen.pk)
    few = queries_of(fang, address)
    grow(house)
    assert queries_of(fang, address) == few <= most


# --- In Chinese ----------------------------------------------------------------------------------------------------


def test_the_pages_speak_chinese_and_blame_nobody(house):
    client = client_of(house.fang, language="zh-CN")
    for address in ("/figures/", "/figures/members/", "/structure/", "/organizations/", record_of(house.chen)):
        page = text_of(client.get(address))
        assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,}", page)
        assert not re.findall("违规|落后|造假|逾期|排名", page)


# --- In a browser --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_pages_fit_a_phone_and_a_desk_and_are_accessible(house, phone, desk):
    window_posts(house, 1)
    account = world.account(house.fang)
    pages = ("/figures/", "/figures/party_posts/", "/structure/", "/organizations/", "/search/?q=cx", "/me/")
    for opens in (phone, desk):
        page = opens(account)
        for address in (*pages, f"/organizations/{house.inspection.pk}/", record_of(house.chen)):
            page.goto(address)
            assert_good(page, f"supervision {address.split('?')[0]}")
