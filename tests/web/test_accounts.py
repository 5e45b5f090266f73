"""The pages on which people are let in and out: sheets of codes, accounts, roles, events, one's own tokens."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

import zhibu
from tests import world
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.people.actions.accounts import close_account, hand_out_codes, redeem_code, renew_code
from zhibu.apps.people.models import Account, ApiToken, Grant, OneTimeCode
from zhibu.domain.terms import PostKind, Role
from zhibu.web.operator.event_types import EVENT_TYPES
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

PHRASE = "three quiet harbors"
CODE = re.compile(r"\b[2-9A-HJKMNP-TW-Z]{4}(?:-[2-9A-HJKMNP-TW-Z]{4}){2}\b")


@pytest.fixture
def house():
    return world.bureau()


def browser_of(account, password=world.PASSWORD):
    """Somebody who has come in through the door, as people do."""
    client = Client()
    client.post("/accounts/login/", {"login": account.login, "password": password})
    assert is_in(client)
    return client


def is_in(client):
    return client.get("/menu/").status_code == 200


@pytest.fixture
def lin(house):
    return browser_of(world.account(house.lin))


@pytest.fixture
def keeper():
    account = world.account(login="keeper")
    world.grant(account, Role.SECURITY)
    return account


@pytest.fixture
def security(keeper):
    return browser_of(keeper)


@pytest.fixture
def auditor():
    account = world.account(login="auditor")
    world.grant(account, Role.AUDIT)
    return browser_of(account)


def text_of(answer):
    return answer.content.decode()


# --- The sheet of one-time codes


def sheet(organization):
    return f"/codes/{organization.pk}/sheet/"


def chosen(*people):
    return {"person": [person.pk for person in people]}


def test_a_secretary_comes_straight_to_the_own_sheet(house, lin):
    answer = lin.get("/codes/")
    assert (answer.status_code, answer["Location"]) == (302, f"/codes/{house.inspection.pk}/")


def test_those_without_password_and_slip_are_chosen_unless_the_secretary_says_otherwise(house, lin):
    hand_out_codes([house.wen], actor=OPERATOR, at=clock.now())
    page = text_of(lin.get(f"/codes/{house.inspection.pk}/"))
    marked = {
        person.name: bool(re.search(rf'value="{person.pk}" checked', page))
        for person in (house.lin, house.chen, house.wen)
    }
    assert marked == {"林悦": False, "陈星": True, "闻宁": False}


def test_a_sheet_is_confirmed_first_and_makes_nothing_before(house, lin):
    answer = lin.post(sheet(house.inspection), chosen(house.chen, house.wen))
    assert answer.status_code == 200
    assert not CODE.search(text_of(answer))
    assert not OneTimeCode.objects.exists()
    assert "陈星" in text_of(answer)


def test_the_codes_are_shown_once_stay_in_no_cache_and_open_the_accounts(house, lin):
    answer = lin.post(sheet(house.inspection), chosen(house.chen, house.wen) | {"paper": "page"})
    codes = CODE.findall(text_of(answer))
    assert len(codes) == 2
    assert "no-store" in answer["Cache-Control"]
    redeemed = redeem_code(login=house.chen.staff_number, code=codes[0], password=PHRASE, at=clock.now())
    assert redeemed.person == house.chen
    for again in (lin.get(sheet(house.inspection)), lin.get(f"/codes/{house.inspection.pk}/")):
        assert not CODE.search(text_of(again))


def test_the_codes_come_as_a_pdf_that_holds_them(house, lin):
    answer = lin.post(sheet(house.inspection), chosen(house.chen) | {"paper": "pdf"})
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    import pymupdf

    with pymupdf.open(stream=answer.content) as paper:
        printed = "".join(page.get_text() for page in paper)
    (code,) = CODE.findall(printed)
    assert house.chen.staff_number in printed
    assert redeem_code(login=house.chen.staff_number, code=code, password=PHRASE, at=clock.now())


@pytest.mark.parametrize("who", ["qiu", "fang", "nobody", "not an id"])
def test_nobody_from_elsewhere_gets_onto_the_sheet(house, lin, who):
    person = getattr(house, who, None)
    posted = {"person": [person.pk if person else uuid4() if who == "nobody" else who], "paper": "page"}
    answer = lin.post(sheet(house.inspection), posted, follow=True)
    assert answer.redirect_chain == [(f"/codes/{house.inspection.pk}/", 302)]
    assert not OneTimeCode.objects.exists()


def test_somebody_with_an_office_above_is_named_and_left_to_the_security_administrator(house, lin, security):
    world.appoint(house.chen, house.office, PostKind.DISCIPLINE_OFFICER)
    page = text_of(lin.get(f"/codes/{house.inspection.pk}/"))
    assert str(house.chen.pk) not in page
    assert "陈星" in page
    assert str(house.chen.pk) in text_of(security.get(f"/codes/{house.inspection.pk}/"))


def test_an_officer_who_is_no_secretary_sees_the_branch_and_prints_no_codes(house):
    world.appoint(house.chen, house.inspection, PostKind.ORGANIZATION_OFFICER)
    chen = browser_of(world.account(house.chen))
    assert chen.get(f"/codes/{house.inspection.pk}/").status_code == 403
    assert chen.post(sheet(house.inspection), chosen(house.wen) | {"paper": "page"}).status_code == 403
    assert not OneTimeCode.objects.exists()


def test_another_branchs_sheet_is_as_if_it_were_not_there(house, lin):
    assert lin.get(f"/codes/{house.quay.pk}/").status_code == 404
    assert lin.post(sheet(house.quay), chosen(house.qiu) | {"paper": "page"}).status_code == 404
    assert lin.get("/codes/no-unit/").status_code == 404


def test_staff_of_no_known_unit_are_on_a_sheet_of_the_security_administrator(house, security):
    nowhere = world.person("无位")
    world.employ(nowhere, None)
    answer = security.post("/codes/no-unit/sheet/", chosen(nowhere) | {"paper": "page"})
    (code,) = CODE.findall(text_of(answer))
    assert redeem_code(login=nowhere.staff_number, code=code, password=PHRASE, at=clock.now())


def test_a_sheet_costs_the_same_for_three_people_and_for_six(house, lin, django_assert_max_num_queries):
    for name in ("何一", "何二", "何三"):
        with django_assert_max_num_queries(8):
            lin.get(f"/codes/{house.inspection.pk}/")
        world.member(name, house.inspection)


# --- Accounts


def test_accounts_are_found_by_name_number_initials_and_state(house, keeper, security):
    chen, lin = world.account(house.chen), world.account(house.lin)
    close_account(lin, actor=OPERATOR, at=clock.now())
    hand_out_codes([house.wen], actor=OPERATOR, at=clock.now())

    def found(**asked):
        page = text_of(security.get("/administration/accounts/", asked))
        return {row.login for row in Account.objects.all() if f"/administration/accounts/{row.pk}/" in page}

    everybody = {keeper.login, chen.login, lin.login, house.wen.staff_number}
    assert found() == found(state="nonsense") == everybody
    assert found(text="星") == found(text="cx") == found(text=chen.login) == {chen.login}
    assert found(state="open") == {keeper.login, chen.login}
    assert found(state="without") == {house.wen.staff_number}
    assert found(state="closed") == {lin.login}
    assert found(text="星", state="closed") == set()


def test_the_list_of_accounts_costs_the_same_for_few_and_many(house, security, django_assert_max_num_queries):
    for person in (house.lin, house.chen, house.fang):
        with django_assert_max_num_queries(8):
            security.get("/administration/accounts/")
        world.grant(world.account(person), Role.WINDOW_MANAGER, of=house.quay)


def test_a_new_code_for_one_account_is_shown_once(house, security):
    account = world.account(house.chen)
    address = f"/administration/accounts/{account.pk}/code/"
    assert not CODE.search(text_of(security.get(address)))
    assert not OneTimeCode.objects.exists()
    answer = security.post(address)
    (code,) = CODE.findall(text_of(answer))
    assert "no-store" in answer["Cache-Control"]
    assert account.check_password(world.PASSWORD)
    assert redeem_code(login=account.login, code=code, password=PHRASE, at=clock.now()) == account
    assert security.post(address, {"paper": "pdf"}).content[:5] == b"%PDF-"


def test_no_administrators_code_is_made_on_a_page_not_even_for_one_who_was_closed(house, keeper, security):
    auditor = world.account(login="auditor")
    world.grant(auditor, Role.AUDIT)
    wen = world.account(house.wen)
    world.grant(wen, Role.SYSTEM)
    for account in (keeper, auditor, wen):
        assert security.post(f"/administration/accounts/{account.pk}/code/").status_code == 403
    close_account(auditor, actor=OPERATOR, at=clock.now())
    assert security.post(f"/administration/accounts/{auditor.pk}/code/").status_code == 403
    assert not OneTimeCode.objects.exists()


def test_closing_an_account_puts_its_owner_out_at_once_and_a_new_code_brings_them_back(house, security):
    account = world.account(house.chen)
    phone, desk = browser_of(account), browser_of(account)
    answer = security.post(f"/administration/accounts/{account.pk}/close/")
    assert answer["Location"] == f"/administration/accounts/{account.pk}/"
    assert not is_in(phone)
    assert not is_in(desk)
    assert not UserSession.objects.filter(user=account).exists()
    assert Client().post("/accounts/login/", {"login": account.login, "password": world.PASSWORD}).status_code == 200
    (code,) = CODE.findall(text_of(security.post(f"/administration/accounts/{account.pk}/code/")))
    back = Client()
    posted = {"login": account.login, "code": code, "password1": PHRASE, "password2": PHRASE}
    back.post("/accounts/first/", posted)
    assert is_in(back)
    assert not is_in(phone)


def test_the_last_security_administrator_can_not_close_the_own_account(keeper, security):
    answer = security.post(f"/administration/accounts/{keeper.pk}/close/")
    assert answer.status_code == 409
    assert "zhibu grant" in text_of(answer)
    assert is_in(security)


# --- Roles


def test_a_role_is_given_and_ended_and_both_are_on_record(house, security):
    account = world.account(house.wen)
    give = f"/administration/accounts/{account.pk}/roles/"
    assert security.get(give).status_code == 200
    security.post(give, {"role": "window_manager", "organization": house.quay.pk})
    held = Grant.objects.get(account=account)
    assert (held.role, held.organization, held.since) == ("window_manager", house.quay, clock.today())
    security.post(f"/administration/roles/{held.pk}/end/")
    assert not Grant.objects.filter(account=account).exists()
    assert [row.type for row in Event.objects.filter(subject=account.pk)] == ["role_granted", "role_ended"]


def test_two_administrators_roles_are_refused_with_a_sentence(house, security):
    account = world.account(house.wen)
    world.grant(account, Role.SYSTEM)
    answer = security.post(f"/administration/accounts/{account.pk}/roles/", {"role": "audit"})
    assert answer.status_code == 409
    assert account.login in text_of(answer)
    assert Grant.objects.filter(account=account).count() == 1


@pytest.mark.parametrize(
    "posted", [{}, {"role": "emperor"}, {"role": "window_manager", "organization": str(uuid4())}]
)
def test_a_role_that_is_none_is_asked_for_again(house, security, posted):
    account = world.account(house.wen)
    assert security.post(f"/administration/accounts/{account.pk}/roles/", posted).status_code == 200
    assert not Grant.objects.filter(account=account).exists()


def test_the_last_security_administrators_role_does_not_end(keeper, security):
    answer = security.post(f"/administration/roles/{keeper.grants.get().pk}/end/")
    assert answer.status_code == 409
    assert keeper.grants.get().until is None


def test_the_audit_administrator_reads_the_roles_and_ends_none(keeper, auditor):
    assert "keeper" in text_of(auditor.get("/administration/roles/"))
    assert auditor.post(f"/administration/roles/{keeper.grants.get().pk}/end/").status_code == 403
    assert keeper.grants.get().until is None


# --- Events


def test_every_event_that_the_code_records_has_its_words():
    source = Path(zhibu.__file__).parent
    recorded = set()
    for file in source.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in {"record", "record_all"} and node.args:
                recorded |= _words_of(node.args[0], file)
    missing = recorded - set(EVENT_TYPES)
    assert not missing, f"add {sorted(missing)} to web/operator/event_types.py, with Chinese words"
    gone = set(EVENT_TYPES) - recorded
    assert not gone, f"nothing records {sorted(gone)} any more: take it out of web/operator/event_types.py"


#: Where ``record`` gets its word from a name: which words that can be.
BY_NAME = {
    "web/shell/sessions.py": {"second_factor_added", "second_factor_removed"},
    "apps/reports/actions.py": {"record_looked_at", "record_exported"},
    "apps/showcases/actions/publishing.py": {"playbook_published", "playbook_received"},
}


def _name(function):
    return getattr(function, "id", getattr(function, "attr", None))


def _words_of(argument, file):
    if isinstance(argument, ast.Constant):
        return {argument.value}
    place = file.relative_to(Path(zhibu.__file__).parent).as_posix()
    assert place in BY_NAME, f"{place} records an event by a name: say in BY_NAME of this test which it can be"
    return BY_NAME[place]


def test_events_are_found_by_kind_person_and_day(house, auditor):
    at = clock.now()
    account = world.account(house.chen)
    renew_code(account, actor=OPERATOR, at=at)
    renew_code(world.account(house.lin), actor=account.actor, at=at)

    def found(**asked):
        page = text_of(auditor.get("/administration/events/", asked))
        return [row.type for row in Event.objects.all() if f"/administration/events/{row.id}/" in page]

    assert found(type="code_handed_out") == ["code_handed_out"] * 2
    assert found(actor="operator", type="code_handed_out") == ["code_handed_out"]
    assert found(actor=account.login) == ["code_handed_out"]
    assert found(subject=house.chen.staff_number) == found(subject=str(account.pk)) == ["code_handed_out"]
    assert found(subject="GZ-A-01") == ["organization_founded"]
    assert found(subject="nobody") == found(actor="nobody") == found(until="2001-01-01") == []
    day = clock.today().isoformat()
    assert found(since=day, until=day, type="code_handed_out") == ["code_handed_out"] * 2
    assert found(since="nonsense", type="code_handed_out") == ["code_handed_out"] * 2


def test_the_pages_of_events_join_without_a_gap_in_both_directions(house, auditor):
    account = world.account(house.chen)
    for _i in range(121):
        renew_code(account, actor=OPERATOR, at=world.AT)
    everything = list(Event.objects.order_by("-sequence").values_list("sequence", flat=True))
    seen, address, last = [], "/administration/events/?page=3", None
    while address:
        page = text_of(auditor.get(address))
        seen += map(int, re.findall(r'<th scope="row"><a href="[^"]+">(\d+)</a>', page))
        last, older = address, re.search(r'rel="next" href="([^"]+)"', page)
        address = "/administration/events/" + older[1].replace("&amp;", "&") if older else None
    assert seen == everything
    back, address = [], last
    while address:
        page = text_of(auditor.get(address))
        back = [*map(int, re.findall(r'<th scope="row"><a href="[^"]+">(\d+)</a>', page)), *back]
        newer = re.search(r'rel="prev" href="([^"]+)"', page)
        address = "/administration/events/" + newer[1].replace("&amp;", "&") if newer else None
    assert back == everything


def test_the_list_of_events_costs_the_same_for_few_and_many(house, auditor, django_assert_max_num_queries):
    for person in (house.lin, house.chen, house.fang):
        with django_assert_max_num_queries(8):
            auditor.get("/administration/events/")
        renew_code(world.account(person), actor=OPERATOR, at=world.AT)


def test_an_event_is_shown_letter_for_letter_and_its_document_only_by_a_deed_on_record(house, auditor):
    renew_code(world.account(house.chen), actor=OPERATOR, at=world.AT)
    event = Event.objects.get(type="code_handed_out")
    address = f"/administration/events/{event.id}/"
    page = html_to_text(auditor.get(address))
    sealed = Document.objects.get(sha256=event.document_sha256).text
    assert event.text in page
    assert sealed not in page
    assert not Event.objects.filter(type="document_opened").exists()
    assert sealed in html_to_text(auditor.post(address))
    opened = Event.objects.get(type="document_opened")
    assert (opened.subject, opened.actor) == (event.id, str(Account.objects.get(login="auditor").pk))
    Document.objects.filter(sha256=event.document_sha256).delete()
    assert event.document_sha256 in html_to_text(auditor.post(address))


def html_to_text(answer):
    import html

    assert answer.status_code == 200
    return html.unescape(text_of(answer))


def test_hostile_text_in_a_document_stays_text(house, auditor):
    from zhibu.apps.archive.actions import record

    hostile = "<script>alert(1)</script></pre><img src=x onerror=alert(1)>"
    event = record("honor_bestowed", house.chen.pk, actor=OPERATOR, at=world.AT, document={"text": hostile})
    page = text_of(auditor.post(f"/administration/events/{event.id}/"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert json.dumps(hostile)[1:-1] in html_to_text(auditor.post(f"/administration/events/{event.id}/"))


def test_people_stand_in_the_list_of_events_by_number_and_not_by_name(house, auditor):
    from zhibu.apps.archive.actions import record

    record("person_left", house.chen.pk, actor=OPERATOR, at=world.AT)
    page = text_of(auditor.get("/administration/events/"))
    assert house.chen.staff_number in page
    assert "陈星" not in page


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY])
def test_nobody_but_the_audit_administrator_reads_the_events(house, keeper, role):
    other = world.account(login="other")
    world.grant(other, role)
    event = Event.objects.first()
    client = browser_of(other)
    assert client.get("/administration/events/").status_code == 404
    assert client.get(f"/administration/events/{event.id}/").status_code == 404


@pytest.mark.parametrize(
    "asked", ["before=9999999999999999999999", "after=-1", "after=٣", "before=", "after=999999999999999999"]
)
def test_a_page_of_events_that_is_none_is_the_nearest_or_empty(auditor, asked):
    assert auditor.get(f"/administration/events/?{asked}").status_code == 200


# --- One's own tokens


def confirmed(client, password=world.PASSWORD):
    client.post("/accounts/confirm/", {"password": password})
    return client


def test_a_token_is_made_by_who_has_shown_once_more_who_they_are(house, lin):
    stolen = lin.get("/account/tokens/new/")
    assert (stolen.status_code, stolen["Location"]) == (302, "/accounts/confirm/?next=%2Faccount%2Ftokens%2Fnew%2F")
    posted = {"label": "the drill", "days": "30"}
    assert lin.post("/account/tokens/new/", posted).status_code == 302
    assert not ApiToken.objects.exists()
    answer = confirmed(lin).post("/account/tokens/new/", posted)
    token = re.search(r'value="([\w-]{43})"', text_of(answer))[1]
    assert "no-store" in answer["Cache-Control"]
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/organizations").status_code == 200
    page = text_of(lin.get("/account/tokens/"))
    assert "the drill" in page
    assert token not in page


@pytest.mark.parametrize(
    "posted", [{}, {"label": "", "days": "30"}, {"label": "x", "days": "3650"}, {"label": "x" * 61, "days": "1"}]
)
def test_a_token_without_a_name_or_for_longer_than_a_year_is_not_made(house, lin, posted):
    assert confirmed(lin).post("/account/tokens/new/", posted).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_and_by_nobody_else(house, lin):
    confirmed(lin).post("/account/tokens/new/", {"label": "the drill", "days": "30"})
    token = ApiToken.objects.get()
    chen = browser_of(world.account(house.chen))
    assert chen.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert "the drill" not in text_of(chen.get("/account/tokens/"))
    assert lin.get(f"/account/tokens/{token.pk}/revoke/").status_code == 200
    assert ApiToken.objects.exists()
    lin.post(f"/account/tokens/{token.pk}/revoke/")
    assert not ApiToken.objects.exists()


# --- Sessions


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(house):
    account = world.account(house.chen)
    here, elsewhere = browser_of(account), browser_of(account)
    posted = {"oldpassword": world.PASSWORD, "password1": PHRASE, "password2": PHRASE}
    here.post("/account/password/", posted)
    account.refresh_from_db()
    assert account.check_password(PHRASE)
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_a_redeemed_code_ends_the_sessions_of_the_lost_password(house):
    account = world.account(house.chen)
    thief = browser_of(account)
    slip = renew_code(account, actor=OPERATOR, at=clock.now())
    assert is_in(thief)
    redeem_code(login=account.login, code=slip.code, password=PHRASE, at=clock.now())
    assert not is_in(thief)


def test_logging_out_everywhere_leaves_only_this_device(house):
    account = world.account(house.chen)
    here, elsewhere = browser_of(account), browser_of(account)
    here.post("/account/sessions/end/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert UserSession.objects.filter(user=account).count() == 1


def test_logging_out_kills_the_session_itself_not_only_the_cookie(house):
    client = browser_of(world.account(house.chen))
    kept = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=kept).exists()
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)


def test_a_session_is_not_fixed_before_the_log_in(house):
    account = world.account(house.chen)
    victim = Client()
    victim.cookies["sessionid"] = "a" * 32
    victim.post("/accounts/login/", {"login": account.login, "password": world.PASSWORD})
    assert is_in(victim)
    assert victim.cookies["sessionid"].value != "a" * 32
