"""How people come in: one-time codes, passwords, closing, tokens, roles. Nothing secret is kept in the clear."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import may_give_code, people_given_codes_by
from zhibu.apps.people.actions import accounts as deeds
from zhibu.apps.people.errors import CodeRefused, PeopleRefusal
from zhibu.apps.people.models import Account, ApiToken, Grant, OneTimeCode
from zhibu.apps.people.queries import AccountState, asker_of, has_state, placed_in, state_of
from zhibu.domain.terms import ADMINISTRATORS, PostKind, Role

pytestmark = pytest.mark.django_db

PHRASE = "three quiet harbors"


@pytest.fixture
def house():
    return world.bureau()


def events(*types):
    return [(row.type, str(row.subject)) for row in Event.objects.filter(type__in=types)]


def facts(event):
    return json.loads(Document.objects.get(sha256=event.document_sha256).text)


# --- One-time codes


def test_a_code_is_printed_in_groups_that_nobody_confuses_and_kept_as_a_digest_only(house):
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT, sheet=house.inspection)
    groups = slip.code.split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(deeds.ALPHABET)
    assert not set(deeds.ALPHABET) & set("01OILUV")
    kept = OneTimeCode.objects.get()
    assert kept.expires_at == AT + deeds.CODE_LASTS
    everything = [str(vars(row)) for model in (OneTimeCode, Account, Event, Document) for row in model.objects.all()]
    assert not any(slip.code in text or slip.code.replace("-", "") in text for text in everything)


def test_a_sheet_opens_the_accounts_that_are_missing_and_leaves_an_event_for_each_account(house):
    old = world.account(house.lin)
    slips = deeds.hand_out_codes([house.lin, house.chen], actor=OPERATOR, at=AT, sheet=house.inspection)
    new = Account.objects.get(person=house.chen)
    assert [slip.account for slip in slips] == [old, new]
    assert (new.login, new.name, new.has_usable_password()) == (house.chen.staff_number, "陈星", False)
    assert events("account_opened") == [("account_opened", str(new.pk))]
    assert events("code_handed_out") == [("code_handed_out", str(old.pk)), ("code_handed_out", str(new.pk))]
    assert facts(Event.objects.filter(type="code_handed_out").first()) == {"sheet": str(house.inspection.pk)}
    assert old.check_password(world.PASSWORD)


def test_a_new_code_ends_the_earlier_one(house):
    (first,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    (second,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    with pytest.raises(CodeRefused):
        deeds.redeem_code(login=first.account.login, code=first.code, password=PHRASE, at=AT)
    assert deeds.redeem_code(login=first.account.login, code=second.code, password=PHRASE, at=AT) == first.account


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower().replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code),  # full-width, as an input method writes it
    ],
    ids=["as printed", "small and joined", "with blanks", "full-width"],
)
def test_a_code_is_the_same_however_it_is_typed(house, typed):
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    account = deeds.redeem_code(login=slip.account.login, code=typed(slip.code), password=PHRASE, at=AT)
    assert account.check_password(PHRASE)


def test_a_redeemed_code_is_used_up(house):
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    deeds.redeem_code(login=slip.account.login, code=slip.code, password=PHRASE, at=AT)
    assert not OneTimeCode.objects.exists()
    with pytest.raises(CodeRefused):
        deeds.redeem_code(login=slip.account.login, code=slip.code, password=PHRASE, at=AT)


def test_a_code_is_good_until_its_last_instant_and_not_at_its_end(house):
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    with pytest.raises(CodeRefused):
        deeds.redeem_code(login=slip.account.login, code=slip.code, password=PHRASE, at=slip.expires_at)
    just_before = slip.expires_at - dt.timedelta(microseconds=1)
    assert deeds.redeem_code(login=slip.account.login, code=slip.code, password=PHRASE, at=just_before)


def test_unknown_number_wrong_code_someone_elses_code_and_old_code_are_told_apart_by_nobody(house):
    chen, lin = deeds.hand_out_codes([house.chen, house.lin], actor=OPERATOR, at=AT)[::-1]
    assert chen.account.login != lin.account.login
    late = AT + deeds.CODE_LASTS
    tries = [("nobody", chen.code, AT), (chen.account.login, "2222-2222-2222", AT)]
    tries += [(chen.account.login, lin.code, AT), (chen.account.login, chen.code, late), (chen.account.login, "", AT)]
    answers = set()
    for login, code, at in tries:
        with pytest.raises(CodeRefused) as refusal:
            deeds.redeem_code(login=login, code=code, password=PHRASE, at=at)
        answers.add(str(refusal.value))
    assert len(answers) == 1


def test_a_password_that_is_too_weak_keeps_the_code(house):
    (slip,) = deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    with pytest.raises(ValidationError):
        deeds.redeem_code(login=slip.account.login, code=slip.code, password=house.chen.staff_number, at=AT)
    assert deeds.redeem_code(login=slip.account.login, code=slip.code, password=PHRASE, at=AT)


def test_no_account_is_opened_under_a_number_that_somebody_elses_account_has(house):
    world.account(login=house.chen.staff_number)
    with pytest.raises(PeopleRefusal, match=house.chen.staff_number):
        deeds.hand_out_codes([house.chen, house.lin], actor=OPERATOR, at=AT)
    assert Account.objects.count() == 1


def test_a_sheet_with_a_closed_account_is_refused_as_a_whole(house):
    deeds.close_account(world.account(house.chen), actor=OPERATOR, at=AT)
    with pytest.raises(PeopleRefusal, match=house.chen.staff_number):
        deeds.hand_out_codes([house.chen, house.lin], actor=OPERATOR, at=AT)
    assert not OneTimeCode.objects.exists()


# --- For whom a code may be printed


def given_by(asker, *people):
    allowed = {person.name for person in people if may_give_code(asker, person)}
    assert allowed == set(people_given_codes_by(asker).values_list("name", flat=True)) & {p.name for p in people}
    return allowed


def test_a_secretary_prints_codes_for_the_own_branch_but_for_nobody_whose_account_reaches_further(house):
    everybody = house.lin, house.chen, house.fang, house.qiu, house.wen
    lin, fang = (asker_of(world.account(person), DAY) for person in (house.lin, house.fang))
    assert given_by(lin, *everybody) == {"林悦", "陈星", "闻宁"}
    world.appoint(house.chen, house.office, PostKind.DISCIPLINE_OFFICER)
    assert given_by(lin, *everybody) == {"林悦", "闻宁"}
    world.grant(world.account(house.wen), Role.WINDOW_MANAGER, of=house.inspection)
    assert given_by(lin, *everybody) == {"林悦"}
    assert given_by(fang, *everybody) == set()


def test_an_officer_who_is_no_secretary_prints_no_codes(house):
    world.appoint(house.chen, house.inspection, PostKind.ORGANIZATION_OFFICER)
    assert given_by(asker_of(world.account(house.chen), DAY), house.lin, house.wen) == set()


def test_a_member_of_another_branch_who_works_here_gets_the_code_from_that_branch(house):
    world.admit(house.wen, house.quay)
    assert given_by(asker_of(world.account(house.lin), DAY), house.wen) == set()
    assert given_by(asker_of(world.account(house.qiu), DAY), house.wen) == {"闻宁"}


def test_an_administrators_code_is_printed_on_no_page(house):
    keeper = world.account(login="keeper")
    world.grant(keeper, Role.SECURITY)
    world.grant(world.account(house.wen), Role.AUDIT)
    assert given_by(asker_of(keeper, DAY), house.wen, house.fang, house.qiu) == {"方澄", "邱禾"}


# --- Closing and opening again


def test_nothing_of_a_closed_account_lets_anybody_in(house):
    account = world.account(house.chen)
    world.grant(account, Role.WINDOW_MANAGER, of=house.inspection)
    deeds.hand_out_codes([house.chen], actor=OPERATOR, at=AT)
    deeds.issue_tokens([account], label="drill", lasts=dt.timedelta(hours=1), actor=OPERATOR, at=AT)
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={})
    deeds.close_account(account, actor=OPERATOR, at=AT)
    account.refresh_from_db()
    assert (account.is_active, account.has_usable_password()) == (False, False)
    for model in (OneTimeCode, ApiToken, Authenticator):
        assert not model.objects.exists(), model
    assert asker_of(account, DAY).windows == ()
    assert [name for name, _ in events("role_ended", "account_closed")] == ["role_ended", "account_closed"]
    deeds.close_account(account, actor=OPERATOR, at=AT)
    assert Event.objects.filter(type="account_closed").count() == 1


def test_a_closed_account_opens_again_by_a_new_code_only(house):
    account = world.account(house.chen)
    deeds.close_account(account, actor=OPERATOR, at=AT)
    slip = deeds.renew_code(account, actor=OPERATOR, at=AT)
    account.refresh_from_db()
    assert (account.is_active, account.check_password(world.PASSWORD)) == (True, False)
    assert deeds.redeem_code(login=account.login, code=slip.code, password=PHRASE, at=AT).check_password(PHRASE)
    assert [name for name, _ in events("account_reopened", "code_handed_out", "password_set")] == [
        "account_reopened",
        "code_handed_out",
        "password_set",
    ]


# --- Tokens


def test_tokens_are_kept_as_digests_and_each_leaves_its_event(house):
    account = world.account(house.chen)
    one, two = deeds.issue_tokens([account, account], label="a", lasts=dt.timedelta(1), actor=OPERATOR, at=AT)
    assert one != two
    assert {row.digest for row in ApiToken.objects.all()} == {deeds.token_digest(one), deeds.token_digest(two)}
    assert events("token_issued") == [("token_issued", str(account.pk))] * 2
    assert facts(Event.objects.filter(type="token_issued").first()) == {"label": "a", "seconds": 86400}


@pytest.mark.parametrize("lasts", [dt.timedelta(), dt.timedelta(days=-1), dt.timedelta(days=366, seconds=1)])
def test_a_token_lasts_a_year_at_most_and_at_least_a_moment(house, lasts):
    with pytest.raises(PeopleRefusal):
        deeds.issue_tokens([world.account(house.chen)], label="a", lasts=lasts, actor=OPERATOR, at=AT)
    assert not ApiToken.objects.exists()


# --- Roles


@pytest.mark.parametrize("first", ADMINISTRATORS)
@pytest.mark.parametrize("second", ADMINISTRATORS)
def test_no_one_holds_two_of_the_three_administrators_roles(first, second):
    account = world.account(login="keeper")
    one = deeds.grant(account, role=first, on=DAY, actor=OPERATOR, at=AT)
    if first == second:
        assert deeds.grant(account, role=second, on=DAY, actor=OPERATOR, at=AT) == one
        return
    with pytest.raises(PeopleRefusal, match="keeper"):
        deeds.grant(account, role=second, on=DAY, actor=OPERATOR, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(account=account, role=second, since=DAY)
    assert [row.role for row in Grant.objects.all()] == [first]


def test_a_role_that_begins_tomorrow_excludes_another_today():
    account = world.account(login="keeper")
    deeds.grant(account, role=Role.AUDIT, on=DAY + dt.timedelta(1), actor=OPERATOR, at=AT)
    with pytest.raises(PeopleRefusal):
        deeds.grant(account, role=Role.SYSTEM, on=DAY, actor=OPERATOR, at=AT)


def test_the_day_a_role_ends_is_the_first_without_it_and_the_next_role_may_begin():
    account = world.account(login="keeper")
    held = deeds.grant(account, role=Role.AUDIT, on=DAY - dt.timedelta(9), actor=OPERATOR, at=AT)
    deeds.end_grant(held, on=DAY, actor=OPERATOR, at=AT)
    deeds.end_grant(held, on=DAY + dt.timedelta(5), actor=OPERATOR, at=AT)  # it has ended; nothing moves
    held.refresh_from_db()
    assert Event.objects.filter(type="role_ended").count() == 1
    assert (held.holds(DAY - dt.timedelta(1)), held.holds(DAY)) == (True, False)
    deeds.grant(account, role=Role.SYSTEM, on=DAY, actor=OPERATOR, at=AT)
    assert asker_of(account, DAY).roles == {Role.SYSTEM}


def test_a_window_manager_has_a_unit_and_an_administrator_none(house):
    account = world.account(house.wen)
    with pytest.raises(PeopleRefusal):
        deeds.grant(account, role=Role.WINDOW_MANAGER, on=DAY, actor=OPERATOR, at=AT)
    with pytest.raises(PeopleRefusal):
        deeds.grant(account, role=Role.AUDIT, organization=house.quay, on=DAY, actor=OPERATOR, at=AT)
    for unit in (house.quay, house.inspection, house.quay):
        deeds.grant(account, role=Role.WINDOW_MANAGER, organization=unit, on=DAY, actor=OPERATOR, at=AT)
    assert asker_of(account, DAY).windows == (house.inspection.path, house.quay.path)


def test_the_last_security_administrator_stays():
    first, second = world.account(login="first"), world.account(login="second")
    one = world.grant(first, Role.SECURITY)
    for deed in (
        lambda: deeds.end_grant(one, on=DAY, actor=first.actor, at=AT),
        lambda: deeds.close_account(first, actor=first.actor, at=AT),
    ):
        with pytest.raises(PeopleRefusal, match="zhibu grant"):
            deed()
    two = world.grant(second, Role.SECURITY)
    deeds.end_grant(one, on=DAY, actor=first.actor, at=AT)
    with pytest.raises(PeopleRefusal):
        deeds.end_grant(two, on=DAY, actor=second.actor, at=AT)
    assert first.is_active
    assert list(Grant.objects.on(DAY)) == [two]


def test_a_security_administrator_whose_account_is_closed_or_whose_role_will_end_does_not_count():
    first, second = world.account(login="first"), world.account(login="second")
    one, two = world.grant(first, Role.SECURITY), world.grant(second, Role.SECURITY)
    two.until = DAY + dt.timedelta(1)
    two.save()
    with pytest.raises(PeopleRefusal):
        deeds.end_grant(one, on=DAY, actor=OPERATOR, at=AT)
    two.until = None
    two.save()
    Account.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(PeopleRefusal):
        deeds.end_grant(one, on=DAY, actor=OPERATOR, at=AT)


def test_a_closed_account_gets_no_role():
    account = world.account(login="keeper")
    deeds.close_account(account, actor=OPERATOR, at=AT)
    with pytest.raises(PeopleRefusal, match="keeper"):
        deeds.grant(account, role=Role.AUDIT, on=DAY, actor=OPERATOR, at=AT)


def test_the_first_administrators_come_in_by_a_code(house):
    code = deeds.make_administrator(Role.SECURITY, actor=OPERATOR, at=AT)
    account = deeds.redeem_code(login="security", code=code, password=PHRASE, at=AT)
    assert asker_of(account, DAY).roles == {Role.SECURITY}


# --- Who can come in


def test_the_state_of_an_account_and_the_accounts_of_a_state_agree(house):
    lin, chen, fang, qiu = (world.account(person) for person in (house.lin, house.chen, house.fang, house.qiu))
    deeds.close_account(lin, actor=OPERATOR, at=AT)
    deeds.open_accounts([house.wen], actor=OPERATOR, at=AT)
    never = world.account(login="never")
    Account.objects.filter(pk__in=[fang.pk, qiu.pk]).update(password="!")
    Account.objects.filter(pk=never.pk).update(password="")
    deeds.renew_code(fang, actor=OPERATOR, at=AT)
    deeds.renew_code(chen, actor=OPERATOR, at=AT)
    deeds.renew_code(qiu, actor=OPERATOR, at=AT - deeds.CODE_LASTS)
    expected = {
        lin.login: AccountState.CLOSED,
        chen.login: AccountState.OPEN,
        fang.login: AccountState.CODE_GIVEN,
        qiu.login: AccountState.NO_PASSWORD,
        house.wen.staff_number: AccountState.NO_PASSWORD,
        "never": AccountState.NO_PASSWORD,
    }
    assert {row.login: state_of(row, AT) for row in Account.objects.all()} == expected
    found = {row.login: state for state in AccountState for row in Account.objects.filter(has_state(state, AT))}
    assert found == expected
    assert state_of(None, AT) == AccountState.NO_PASSWORD


def test_everybody_has_one_place_of_which_to_get_a_code(house):
    nowhere = world.person("无位")
    world.employ(nowhere, None)
    places = {org and org.code: [p.name for p in placed_in(org, DAY)] for org in (*Organization.objects.all(), None)}
    assert {code: names for code, names in places.items() if names} == {
        "GZ-A-01": ["林悦", "陈星", "闻宁"],
        "GZ-A-02": ["方澄"],
        "GZ-B-01": ["邱禾"],
        None: ["无位"],
    }
    world.admit(house.wen, house.quay)
    world.admit(nowhere, house.quay)
    assert [p.name for p in placed_in(house.quay, DAY)] == ["邱禾", "闻宁", "无位"]
    assert [p.name for p in placed_in(house.inspection, DAY)] == ["林悦", "陈星"]
    assert not placed_in(None, DAY)
