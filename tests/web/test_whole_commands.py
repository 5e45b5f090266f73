"""``zhibu facts`` and ``zhibu evaluate`` at the terminal; what they find equals what is kept live."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow.parquet as pq
import pytest
from bench import three_forms
from typer.testing import CliRunner

from tests import world
from tests.apps.test_oversight_live import DONE, cell_of, facts_kept, hold
from tests.engines.houses import cells_in, sums_in
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.models import Filing
from zhibu.apps.organizations.actions import dissolve, found, move
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.actions import answer_reason, explain
from zhibu.apps.oversight.models import Counter
from zhibu.apps.people.actions.work import leave
from zhibu.domain.terms import MeetingKind, OrganizationKind
from zhibu.engines.compliance import run
from zhibu.web.operator.main import app

pytestmark = pytest.mark.django_db

ON = DAY.isoformat()
SINCE_MARCH = {"founded": dt.date(2026, 3, 1), "began": dt.date(2026, 3, 1)}


def zhibu(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def house():
    """The small bureau with what makes it awkward: joint, late, without quorum, founded and dissolved this month."""
    made = world.bureau()
    for i in range(8):
        world.member(f"党员{i}", made.inspection, group=made.first_group)
    world.term(made.inspection, since=dt.date(2023, 11, 30), ends=dt.date(2026, 11, 30))
    world.term(made.quay, since=dt.date(2024, 3, 1))
    live.rebuild(DAY)
    hold(made, on=DAY)
    Filing.objects.update(has_election=True)
    hold(made, on=dt.date(2026, 9, 29))
    hold(made, on=dt.date(2026, 5, 29), away=6)
    hold(made, MeetingKind.LESSON, lecturer=made.fang)
    hold(made, MeetingKind.GROUP_MEETING, organization=made.first_group, joint_with=[made.second_group])
    waiver = explain(
        cell_of(made.inspection, "theme_day", dt.date(2026, 9, 1)), reason="台风，码头停航", by=None, **DONE
    )
    answer_reason(waiver, accepted=True, by=None, **DONE)
    branch = {"kind": OrganizationKind.BRANCH, "parent": made.office, "founded": DAY, "began": DAY}
    found(code="GZ-A-03", name="新党支部", **branch, **DONE)
    dissolve(made.platform, on=DAY, into=None, **DONE)
    live.rebuild(DAY)
    return made


@pytest.fixture
def facts(house, tmp_path):
    done = zhibu("facts", "--out", tmp_path / "facts", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"out": str(tmp_path / "facts"), "organizations": 11}
    return tmp_path / "facts"


def as_kept(cell):
    organization, post, rule, _version, _requirement, first, last, due, _status, needed, *rest = cell
    evidence, without, completed, explained, _reason, why = rest
    records = [(str(key), True) for key in evidence] + [(str(key), False) for key in without]
    when = (first, last, due, needed, completed, explained)
    return (str(organization), rule, post or "", *when, why or "", tuple(sorted(records)))


def test_over_files_everything_stands_as_it_is_kept_live(facts, tmp_path):
    years = ("--from", "2025-01-01", "--to", "2026-12-31")
    done = zhibu("evaluate", "--facts", facts, "--on", ON, *years, "--out", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = sorted(as_kept(cell) for cell in cells_in(tmp_path / "out") if cell[-1] != "not_begun")
    assert rows == [(*row[:-1], tuple(sorted(row[-1]))) for row in facts_kept()]
    assert any(had for row in rows for _key, had in row[-1])
    assert any(not had for row in rows for _key, had in row[-1])
    kept = {
        (row.organization_id, row.rule, row.first, row.last, row.due): (row.owed, row.met, row.late, row.explained)
        for row in Counter.objects.all()
    }
    sums = sums_in(tmp_path / "out")
    with_below = {key[0] for key in sums}
    assert sums == {key: numbers for key, numbers in kept.items() if key[0] in with_below}
    assert len(with_below) == 5


def test_facts_of_a_day_gone_by_say_what_was_known_on_it(facts, house, tmp_path):
    later = {"actor": OPERATOR, "at": AT + dt.timedelta(days=1)}
    dissolve(house.quay, on=dt.date(2026, 11, 1), into=None, **later)
    found(code="GZ-C", name="新机关党委", kind=OrganizationKind.COMMITTEE, parent=house.root, **SINCE_MARCH, **later)
    move(Organization.objects.get(pk=house.office.pk), under=Organization.objects.get(code="GZ-C"), on=DAY, **later)
    leave(house.chen, on=dt.date(2026, 11, 1), **later)

    def evaluated(facts, name):
        assert zhibu("evaluate", "--facts", facts, "--on", ON, "--out", tmp_path / name).exit_code == 0
        return cells_in(tmp_path / name), sums_in(tmp_path / name)

    for words in ((), ("--on", ON)):
        assert zhibu("facts", "--out", tmp_path / f"facts{len(words)}", *words).exit_code == 0
    was = evaluated(facts, "was")
    assert evaluated(tmp_path / "facts2", "known") == was
    assert evaluated(tmp_path / "facts0", "now") != was


def test_in_the_demo_bureau_three_forms_have_the_same_cells_evidence_and_sums(demo, tmp_path):
    window = live.current_window()
    on, since, until = window.as_of, window.since, window.until
    assert zhibu("facts", "--out", tmp_path / "facts").exit_code == 0
    words = ("--on", on, "--from", since, "--to", until, "--out", tmp_path / "out")
    assert zhibu("evaluate", "--facts", tmp_path / "facts", *words).exit_code == 0
    found = three_forms.differences(tmp_path / "out", on)
    assert {name: number for name, number in found.items() if name.endswith("differ")} == {
        "pure and whole differ": 0,
        "live and whole differ": 0,
        "sums of pure and whole differ": 0,
        "sums of live and whole differ": 0,
        "sums of live and pure differ": 0,
    }
    shown = Organization.objects.filter(dissolved=None).exclude(
        kind__in=[OrganizationKind.LEADING_GROUP, OrganizationKind.GROUP]
    )
    assert shown.count() == 58
    assert min(found[name] for name in ("with evidence", "without a quorum", "sums")) > 0


def test_the_result_is_said_in_words_and_as_one_document(facts, tmp_path):
    said = zhibu("evaluate", "--facts", facts, "--on", ON, "--out", tmp_path / "out")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "未见记录" in said.stdout
    done = zhibu("evaluate", "--facts", facts, "--on", ON, "--out", tmp_path / "again", "--json")
    document = json.loads(done.stdout)
    assert done.stderr == ""
    assert {key: document[key] for key in ("out", "organizations", "cells")} == {
        "out": str(tmp_path / "again"),
        "organizations": 11,
        "cells": sum(document["statuses"].values()),
    }
    assert document["checksum"] in " ".join(said.stdout.split())
    kept = json.loads((tmp_path / "again" / "result.json").read_text())
    assert kept == {key: value for key, value in document.items() if key != "out"} | {
        "on": ON,
        "from": "2026-01-01",
        "to": "2026-12-31",
    }


def test_the_files_of_facts_name_no_person(house, facts):
    held = [
        value
        for path in sorted(facts.glob("*.parquet"))
        for column in pq.read_table(path).to_pydict().values()
        for value in column
    ]
    assert house.inspection.pk.bytes in held
    people = (house.lin, house.chen, house.fang)
    assert not {one.pk.bytes for one in people} & {value for value in held if isinstance(value, bytes)}
    text = " ".join(str(value) for value in held if not isinstance(value, bytes))
    assert "台风，码头停航" in text
    assert not [word for one in people for word in (one.name, one.staff_number, str(one.pk)) if word in text]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "out"], "Missing option '--facts'"),
        (["--facts", "facts", "--out", "out"], "Missing option '--on'"),
        (["--facts", "facts", "--out", "out", "--on", ON, "--engine", "abacus"], "'abacus' is not"),
        (["--facts", "facts", "--out", "out", "--on", ON, "--from", "2027-01-01", "--to", "2026-01-01"], "is before"),
    ],
)
def test_wrong_usage_ends_with_2(words, says):
    done = zhibu("evaluate", *words)
    assert done.exit_code == 2
    assert says in done.stderr


def test_what_is_no_folder_of_facts_or_is_there_already_ends_with_1_and_a_sentence(facts, tmp_path):
    nowhere = zhibu("evaluate", "--facts", tmp_path / "nowhere", "--on", ON, "--out", tmp_path / "out", "--json")
    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert "has no organizations.parquet" in nowhere.stderr
    again = zhibu("facts", "--out", facts)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "is already there. Choose another folder" in again.stderr
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").touch()
    below_a_file = tmp_path / "file" / "out"
    for words in (("facts",), ("evaluate", "--facts", facts, "--on", ON)):
        done = zhibu(*words, "--out", below_a_file)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "Not a directory" in done.stderr


def test_one_who_interrupts_it_is_told_how_to_go_on(facts, tmp_path, monkeypatch):
    def interrupted(*_facts):
        raise KeyboardInterrupt

    words = ("evaluate", "--facts", facts, "--on", ON, "--out", tmp_path / "out", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(run, "judge", interrupted)
        stopped = zhibu(*words)
    assert (stopped.exit_code, stopped.stdout) == (1, "")
    assert "the same command goes on there" in stopped.stderr
    assert zhibu(*words).exit_code == 0


def test_without_its_libraries_it_says_what_to_install(monkeypatch, tmp_path):
    words = ["evaluate", "--facts", "facts", "--on", ON, "--out", tmp_path / "out", "--engine", "spark"]
    with monkeypatch.context() as patch:
        patch.setattr("zhibu.web.operator.terminal.find_spec", lambda name: None if name == "pyspark" else name)
        done = zhibu(*words)
        assert done.exit_code == 1
        assert "This needs pyspark: install zhibu[spark]." in " ".join(done.stderr.split())
    monkeypatch.setattr("zhibu.web.operator.terminal.find_spec", lambda _name: None)
    for words in (["facts"], ["evaluate", "--facts", "facts", "--on", ON]):
        done = zhibu(*words, "--out", tmp_path / "out")
        assert done.exit_code == 1
        assert "install zhibu[evaluate]" in done.stderr
