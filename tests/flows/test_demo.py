"""``zhibu demo``: the fictional bureau as it stands in the database, and the folder in which it is made."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import shutil
import socket
import subprocess
import sys
import textwrap
from collections import defaultdict
from itertools import pairwise

import pytest
from django.db.models import Count

from tests.demo import TODAY, ZHIBU, environment
from zhibu.apps.archive.models import Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.organizations.queries import house_on, tree_on
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Account, Employment, Membership, OneTimeCode
from zhibu.apps.people.queries import asker_of
from zhibu.apps.reports.structure import structure_overseen_by
from zhibu.apps.rosters.models import RosterDay
from zhibu.domain.terms import Role
from zhibu.web.operator.demo.accounts import PASSWORD
from zhibu.web.operator.demo.days import Days
from zhibu.web.operator.demo.figures import SEED, census
from zhibu.web.operator.demo.folder import FolderRefused, being_made, chosen, kept
from zhibu.web.operator.demo.history import bureau
from zhibu.web.operator.demo.replay import replay

DAYS = Days(TODAY)


def zhibu(*words, **more):
    """The command in a process of its own, as at a terminal."""
    return subprocess.run(
        [*ZHIBU, *map(str, words)], env=environment(**more), capture_output=True, text=True, check=False
    )


# --- The bureau ----------------------------------------------------------------------------------------------------


def test_events_were_recorded_in_time_order_by_day_before_the_served_date(demo):
    recorded = list(Event.objects.order_by("sequence").values_list("recorded_at", flat=True))
    assert len(recorded) > 3000
    assert all(before <= after for before, after in pairwise(recorded))
    local = [at.astimezone(dt.timezone(dt.timedelta(hours=8))) for at in recorded]
    assert (local[0].date(), local[-1].date()) == (DAYS.start, DAYS.last)
    assert {at.hour for at in local} <= set(range(9, 21))


def test_what_is_recorded_at_one_instant_is_one_deed_of_one_person(demo):
    # Who redeems the code that was just handed out sets the password at that instant.
    others = Event.objects.exclude(type="password_set")
    deeds = others.values("recorded_at").annotate(actors=Count("actor", distinct=True))
    assert not deeds.filter(actors__gt=1).exists()


def names_on(day):
    return {stand.code: stand.name for stand in tree_on(day)}


def test_a_branch_was_merged_into_another_which_has_another_name_since(demo):
    merged = DAYS.ago(15)
    before, after = names_on(merged - dt.timedelta(days=1)), names_on(merged)
    assert (before["GZ-207"], before["GZ-208"]) == ("堆场一科党支部", "堆场二科党支部")
    assert after["GZ-207"] == "堆场查验科党支部"
    assert before.keys() - after.keys() == {"GZ-208", "GZ-208-1", "GZ-208-2"}
    assert after.keys() - before.keys() == {"GZ-207-3", "GZ-207-4"}
    assert Organization.objects.get(code="GZ-208").merged_into.code == "GZ-207"


def test_a_branch_was_founded_by_people_of_three_others(demo):
    founded = DAYS.ago(9)
    before, after = names_on(founded - dt.timedelta(days=1)), names_on(founded)
    assert after.keys() - before.keys() == {"GZ-314"}
    members = Membership.objects.on(founded).filter(organization__code="GZ-314").values("person")
    came_from = Membership.objects.on(founded - dt.timedelta(days=1)).filter(person__in=members)
    assert {row.organization.code for row in came_from} == {"GZ-306", "GZ-307", "GZ-308"}


def test_a_branch_stood_under_another_committee_and_one_had_another_name(demo):
    def superior(day):
        tree = {stand.id: stand for stand in tree_on(day)}
        moved = next(stand for stand in tree.values() if stand.code == "GZ-117")
        return tree[moved.parent].code

    moved, renamed = DAYS.ago(12), DAYS.ago(6)
    assert (superior(moved - dt.timedelta(days=1)), superior(moved)) == ("GZ-1", "GZ-2")
    yesterday = names_on(renamed - dt.timedelta(days=1))
    assert (yesterday["GZ-309"], names_on(renamed)["GZ-309"]) == ("云汀机场第三党支部", "邮递物品科党支部")


def test_where_somebody_of_the_merged_branch_was_is_answered_for_every_day(demo):
    merged = DAYS.ago(15)
    somebody = Membership.objects.filter(organization__code="GZ-208", since__lt=DAYS.start).first().person
    days = (DAYS.start, merged - dt.timedelta(days=1), merged, TODAY)
    assert [somebody.memberships.on(day).get().organization.code for day in days] == ["GZ-208"] * 2 + ["GZ-207"] * 2
    assert [somebody.employments.on(day).get().department for day in days] == ["堆场二科"] * 2 + ["堆场查验科"] * 2


def test_the_structure_has_the_three_findings_that_are_there_to_be_seen(demo):
    root = Organization.objects.get(code="GZ")
    codes = dict(Organization.objects.values_list("pk", "code"))
    asker = Asker(account=None, person=None, on=TODAY, offices=(root.path,))
    found = structure_overseen_by(asker, house_on(TODAY)).findings
    assert [(codes[finding.organization], finding.check) for finding in found] == [
        ("GZ-110", "term_ends_soon"),
        ("GZ-114-2", "no_leader"),
        ("GZ-207", "members"),
    ]


def test_everybody_has_a_shift_on_every_day_of_three_months(demo):
    staff = Employment.objects.on(TODAY).values("person")
    days = (dt.date(2026, 12, 31) - dt.date(2026, 10, 1)).days + 1
    assert RosterDay.objects.filter(person__in=staff).count() == RosterDay.objects.count() == 1300 * days


# --- Who looks around ----------------------------------------------------------------------------------------------


def test_each_account_holds_what_its_role_says_and_nobody_else_comes_in(demo):
    askers = {row["role"]: asker_of(demo.account(row["role"]), TODAY) for row in demo.document["accounts"]}
    paths = dict(Organization.objects.values_list("code", "path"))
    places = {row["role"]: row["organization"] for row in demo.document["accounts"]}
    assert askers["member"].offices == askers["member"].led == ()
    assert askers["member"].branches == (paths[places["member"]],)
    assert askers["secretary"].offices == (paths["GZ-101"],)
    assert askers["group_leader"].led == (paths["GZ-101-1"],)
    assert askers["committee"].offices == (paths["GZ-1"],)
    assert askers["window_manager"].windows == (paths["GZ-101"],)
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        assert (askers[role].roles, askers[role].person, places[role]) == ({role}, None, None)
    others = Account.objects.exclude(login__in=[row["login"] for row in demo.document["accounts"]])
    assert others.exists()  # of those who run meetings
    assert not any(account.has_usable_password() for account in others)
    assert len(askers) == 8
    assert not OneTimeCode.objects.exists()


def test_each_account_comes_in_by_the_printed_login_and_password(demo, client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    for row in demo.document["accounts"]:
        client.logout()
        answer = client.post("/accounts/login/", {"login": row["login"], "password": row["password"]})
        assert (answer.status_code, answer["Location"]) == (302, "/"), row
        assert client.get("/").status_code in {200, 302}


def test_the_member_on_shift_works_tonight(demo):
    member = demo.account("member").person
    tonight = member.roster.select_related("shift").get(day=TODAY).shift
    assert (tonight.name, tonight.starts, tonight.ends, tonight.ends_next_day) == (
        "通宵班",
        dt.time(20),
        dt.time(8),
        True,
    )


# --- The folder ----------------------------------------------------------------------------------------------------


def test_a_second_run_keeps_the_demo_and_says_the_same(demo_folder):
    database = demo_folder.folder / "zhibu.sqlite3"
    before = database.stat()
    again = zhibu("demo", "--no-serve", "--json", "--data", demo_folder.folder)
    assert (again.returncode, json.loads(again.stdout)) == (0, demo_folder.document)
    assert (database.stat().st_ino, database.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert demo_folder.document["today"] == "2026-11-23"
    assert sorted(file.name for file in demo_folder.folder.iterdir()) == [
        "demo.json",
        "files",
        "rules",
        "secret-key",
        "study-pack.zip",
        "zhibu.sqlite3",
    ]


def test_a_demo_of_another_date_is_not_made_over_it(demo_folder):
    asked = zhibu("demo", "--no-serve", "--today", "2026-11-24", "--data", demo_folder.folder)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "2026-11-23" in asked.stderr
    assert kept(demo_folder.folder).today == "2026-11-23"


def test_without_json_people_get_a_table(demo_folder):
    shown = zhibu("demo", "--no-serve", "--data", demo_folder.folder).stdout
    for row in demo_folder.document["accounts"]:
        assert row["role"] in shown
        assert row["login"] in shown
    assert PASSWORD in shown


def test_the_other_commands_find_it_by_its_folder(demo_folder, tmp_path):
    folder = shutil.copytree(demo_folder.folder, tmp_path / "demo")
    shown = zhibu("figures", "--json", ZHIBU_DATA_DIR=str(folder))
    assert json.loads(shown.stdout)["on"] == "2026-11-23"
    assert json.loads(shown.stdout)["staff"] == 1300


@pytest.mark.parametrize("file", ["zhibu.sqlite3", "secret-key"])
def test_a_real_installation_is_refused_and_left_as_it_is(tmp_path, file):
    (tmp_path / file).write_text("real")
    refused = zhibu("demo", "--no-serve", "--data", tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "real installation" in refused.stderr
    assert "--data" in refused.stderr
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(file, "real")]


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "letters.txt").touch()
    with pytest.raises(FolderRefused, match="something else"):
        kept(tmp_path)


def test_an_empty_folder_and_one_that_does_not_exist_hold_no_demo_yet(tmp_path):
    assert kept(tmp_path) is None
    assert kept(tmp_path / "none") is None


def test_the_folder_is_the_one_given_else_that_of_the_environment_else_one_apart_from_the_real(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHIBU_DATA_DIR", str(tmp_path / "b"))
    assert chosen(tmp_path / "a") == tmp_path / "a"
    assert chosen(None) == tmp_path / "b"
    monkeypatch.delenv("ZHIBU_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert chosen(None) == tmp_path / "zhibu-demo"


def test_what_an_interrupted_run_left_is_dropped(tmp_path):
    beside = tmp_path / ".demo.being-made"
    (beside / "files").mkdir(parents=True)
    (beside / "zhibu.sqlite3").write_text("half")
    with being_made(tmp_path / "demo") as folder:
        assert list(folder.iterdir()) == []
        (folder / "demo.json").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert (tmp_path / "demo" / "demo.json").exists()


def test_a_making_that_fails_leaves_nothing(tmp_path):
    def fail():
        with being_made(tmp_path / "demo") as folder:
            (folder / "zhibu.sqlite3").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    with being_made(tmp_path / "demo") as folder:
        (folder / "zhibu.sqlite3").touch()
        with pytest.raises(FolderRefused, match="just now"), being_made(tmp_path / "demo"):
            pass
        assert (folder / "zhibu.sqlite3").exists()


def test_a_folder_that_was_filled_meanwhile_is_not_replaced(tmp_path):
    def overtaken():
        with being_made(tmp_path / "demo"):
            (tmp_path / "demo").mkdir()
            (tmp_path / "demo" / "letters.txt").touch()

    with pytest.raises(FolderRefused, match="can not be replaced"):
        overtaken()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_database_in_use_is_refused(demo_folder, tmp_path):
    used = shutil.copy(demo_folder.folder / "zhibu.sqlite3", tmp_path / "used.sqlite3")
    refused = zhibu("demo", "--no-serve", "--data", tmp_path / "demo", DATABASE_URL=f"sqlite:///{used}")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "DATABASE_URL" in refused.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("day", ["2017-12-31", "2041-01-01", "2027-02-29", "tomorrow"])
def test_a_date_on_which_it_can_not_live_is_wrong_usage(day, tmp_path):
    refused = zhibu("demo", "--no-serve", "--today", day, "--data", tmp_path / "demo")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert day in refused.stderr
    assert not (tmp_path / "demo").exists()


# --- Served --------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_said_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = zhibu("demo", "--port", port, "--data", tmp_path / "demo")
    assert refused.returncode == 2
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "--port" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_line_is_printed_once_the_server_answers(demo_folder, tmp_path):
    folder = shutil.copytree(demo_folder.folder, tmp_path / "demo")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*ZHIBU, "demo", "--json", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            line = json.loads(server.stdout.readline())
            assert line == demo_folder.document | {"url": f"http://localhost:{port}", "data_dir": str(folder)}
            pulse = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            pulse.request("GET", "/healthz")
            assert pulse.getresponse().status == 200
            pulse.close()
        finally:
            server.terminate()
        assert server.stdout.read() == ""


# --- Made again ----------------------------------------------------------------------------------------------------


def test_an_interrupted_run_is_made_anew_and_leaves_nothing_behind(demo_folder):
    assert [path.name for path in demo_folder.folder.parent.iterdir()] == ["demo"]


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_the_story_is_the_same_in_every_run(tmp_path):
    told = """
        import datetime, hashlib
        from zhibu.web.operator.terminal import start
        start(migrate=False)
        from zhibu.web.operator.demo.history import bureau
        print(hashlib.sha256(repr(bureau(datetime.date(2026, 11, 23)).story).encode()).hexdigest())
    """
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(told)],
            env=environment(PYTHONHASHSEED=seed, ZHIBU_DATA_DIR=str(tmp_path)),
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    one, other = (run.communicate()[0] for run in runs)
    assert one == other != ""


#: What each meeting has; other deeds happen to a few.
USUAL = {"Convene", "CallRoll", "WriteMinutes", "CloseSession", "HandOver", "Finish", "TakeOn", "ReportTask"}


def thinned(story):
    """The story without the meetings to which only the usual happens, but for those of one branch."""
    happens = defaultdict(set)

    def meeting(deed):
        return getattr(deed, "meeting", "").partition("/")[0]  # what it is a part of

    for deed in story:
        happens[meeting(deed)].add(type(deed).__name__)
    told = {name for name, deeds in happens.items() if deeds - USUAL or name.startswith("GZ-101")}
    return [deed for deed in story if meeting(deed) in told]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_actions_of_the_house_accept_every_kind_of_deed_on_another_date_and_on_the_other_database():
    from django.db import connection

    from zhibu.apps.reports.queries import document

    if connection.vendor == "sqlite":
        pytest.skip("on SQLite the demo itself is such a replay")
    today = dt.date(2028, 2, 29)
    told = bureau(today)
    story = thinned(told.story)
    assert {type(deed) for deed in story} == {type(deed) for deed in told.story}
    done = []

    def tell():
        done.append(1)
        if len(done) % 500 == 0:  # all of it is one transaction, of which the planner would never hear otherwise
            connection.cursor().execute("ANALYZE")

    replay(story, tell)
    assert len(done) == len(story)
    for day in (today, *(Days(today).ago(months) for months in (4, 9, 15, 20))):
        counted, expected = document(day), census(told.story, day)
        assert counted["organizations"]["branch"] == expected.branches
        assert counted["secretaries"] == expected.secretaries
        assert counted["party_posts"] == counted["post_holders"] == expected.post_holders
        assert counted["staff"] == expected.staff
        assert (counted["members"], counted["full_members"]) == (expected.members, expected.full_members)
    assert census(told.story, today) == SEED
