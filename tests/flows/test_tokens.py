"""The keys at the terminal: the first administrators, codes, roles, and tokens in bulk for a drill."""

from __future__ import annotations

import csv
import json
import stat

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from tests import world
from zhibu.apps.archive.models import Event
from zhibu.apps.people.actions.accounts import close_account, redeem_code, token_digest
from zhibu.apps.people.models import Account, ApiToken, Grant
from zhibu.apps.people.queries import asker_of
from zhibu.domain.terms import Role
from zhibu.web.operator.main import app
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

PHRASE = "three quiet harbors"


@pytest.fixture
def house():
    return world.bureau()


def zhibu(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def rows_of(file):
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def test_a_drill_gets_a_token_for_everybody_on_the_staff_of_a_unit(house, tmp_path):
    out = tmp_path / "tokens.csv"
    done = zhibu("tokens", "--role", "staff", "--organization", "GZ-A", "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    rows = rows_of(out)
    assert [(row["staff_number"], row["organization"], row["post"]) for row in rows] == [
        (person.staff_number, code, "")
        for person, code in [
            (house.lin, "GZ-A-01"),
            (house.chen, "GZ-A-01"),
            (house.fang, "GZ-A-02"),
            (house.wen, "GZ-A-01"),
        ]
    ]
    for row in rows:
        kept = ApiToken.objects.get(digest=token_digest(row["token"]))
        assert kept.account.person.staff_number == row["staff_number"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [row.actor for row in Event.objects.filter(type="token_issued")] == ["operator"] * 4


@pytest.mark.parametrize(
    ("role", "rows"),
    [
        ("member", ["10001 GZ-A-01 ", "10002 GZ-A-01 ", "10003 GZ-A-02 ", "10004 GZ-B-01 "]),
        ("secretary", ["10003 GZ-A secretary", "10001 GZ-A-01 secretary", "10004 GZ-B-01 secretary"]),
        ("committee", ["10003 GZ-A secretary"]),
        ("window_manager", ["10005 GZ-A-01 window_manager"]),
        ("audit", ["auditor  audit"]),
    ],
)
def test_each_role_has_its_tokens(house, tmp_path, role, rows):
    world.grant(world.account(house.wen), Role.WINDOW_MANAGER, of=house.inspection)
    world.grant(world.account(login="auditor"), Role.AUDIT)
    out = tmp_path / "tokens.csv"
    assert zhibu("tokens", "--role", role, "--out", out).exit_code == 0
    assert [f"{row['staff_number']} {row['organization']} {row['post']}" for row in rows_of(out)] == rows


def test_a_file_that_others_could_read_is_put_aside(house, tmp_path):
    out = tmp_path / "tokens.csv"
    out.write_text("old")
    out.chmod(0o644)
    assert zhibu("tokens", "--role", "member", "--out", out).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["tokens.csv"]


def test_a_closed_account_gets_no_token_and_moves_nobody_elses(house, tmp_path):
    close_account(world.account(house.chen), actor=world.account(house.lin).actor, at=world.AT)
    out = tmp_path / "tokens.csv"
    assert zhibu("tokens", "--role", "member", "--out", out).exit_code == 0
    for row in rows_of(out):
        assert ApiToken.objects.get(digest=token_digest(row["token"])).account.login == row["staff_number"]
    assert len(rows_of(out)) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("--role", "member", "--organization", "GZ-X", "--out", "tokens.csv"),
        ("--role", "audit", "--out", "tokens.csv"),
        ("--role", "member", "--out", "no/such/folder/tokens.csv"),
    ],
    ids=["no such organization", "nobody", "no such folder"],
)
def test_a_refused_drill_leaves_nothing(house, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    refused = zhibu("tokens", *words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr
    assert (ApiToken.objects.count(), Account.objects.count(), list(tmp_path.iterdir())) == (0, 0, [])


def test_asking_who_holds_a_role_costs_the_same_for_one_and_for_many(house, tmp_path):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert zhibu("tokens", "--role", "member", "--out", tmp_path / "t.csv").exit_code == 0
        return sum(query["sql"].startswith("SELECT") for query in asked)

    cost()
    few = cost()
    for name in ("何一", "何二", "何三"):
        world.account(world.member(name, house.inspection))
    assert cost() == few


def test_a_new_house_has_three_administrators_who_come_in_by_their_codes():
    made = json.loads(zhibu("init", "--json").stdout)["administrators"]
    assert [(row["role"], row["login"]) for row in made] == [(r, r) for r in ("system", "security", "audit")]
    for row in made:
        account = redeem_code(login=row["login"], code=row["one_time_code"], password=PHRASE, at=clock.now())
        assert asker_of(account, clock.today()).roles == {Role(row["role"])}
    again = zhibu("init", "--json")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "zhibu codes" in again.stderr


def test_the_operator_hands_out_a_code_that_opens_even_a_closed_account(house):
    for _twice in range(2):  # the first time there is no account yet
        given = json.loads(zhibu("codes", house.chen.staff_number, "--json").stdout)
        account = redeem_code(login=given["login"], code=given["one_time_code"], password=PHRASE, at=clock.now())
        assert account.person == house.chen
        close_account(account, actor=account.actor, at=clock.now())
    assert Event.objects.filter(type="account_reopened", actor="operator").count() == 1


def test_the_operator_is_told_that_nobody_has_such_a_login(house):
    for command in (("codes", "nobody"), ("grant", "nobody", "audit")):
        refused = zhibu(*command)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "nobody" in refused.stderr


def test_the_operator_gives_a_role_where_nobody_is_left_to_give_it(house):
    assert zhibu("grant", house.wen.staff_number, "security").exit_code == 0
    account = Account.objects.get(person=house.wen)
    assert asker_of(account, clock.today()).roles == {Role.SECURITY}
    second = zhibu("grant", house.wen.staff_number, "audit")
    assert (second.exit_code, Grant.objects.count()) == (1, 1)
    assert house.wen.staff_number in second.stderr


def test_a_window_manager_is_given_with_the_unit(house):
    assert zhibu("grant", house.wen.staff_number, "window_manager").exit_code == 1
    assert zhibu("grant", house.wen.staff_number, "window_manager", "--organization", "GZ-X").exit_code == 1
    assert not Account.objects.exists()
    done = zhibu("grant", house.wen.staff_number, "window_manager", "--organization", "GZ-A-01")
    assert done.exit_code == 0
    assert asker_of(Account.objects.get(), clock.today()).windows == (house.inspection.path,)


def test_an_unknown_role_is_wrong_usage():
    assert zhibu("grant", "somebody", "emperor").exit_code == 2
