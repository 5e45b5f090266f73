"""``zhibu obligations`` at the terminal: outside programs drive it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tests import world
from zhibu.web.operator.main import app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house():
    return world.bureau()


def zhibu(*words):
    return CliRunner().invoke(app, ["obligations", *words])


def rows(*words):
    done = zhibu("--json", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30", "--on", "2026-11-23")


def test_a_row_says_who_owes_what_by_which_article_and_how_it_stands():
    found = rows("--organization", "GZ-B-01", *NOVEMBER)
    assert found[0] == {
        "organization": "GZ-B-01",
        "subject": "GZ-B-01",
        "requirement": "general_meeting",
        "first": "2026-10-01",
        "last": "2026-12-31",
        "due": "2027-01-07",
        "status": "due",
        "modality": "generally",
        "citation": {"title": "中国共产党支部工作条例（试行）", "year": 2018, "article": 11},
        "evidence": [],
        "reason": None,
    }
    of_people = [(row["subject"], row["requirement"]) for row in found if row["subject"] != "GZ-B-01"]
    assert of_people == [("10004", "learning_hours")]


def test_each_kind_of_talks_is_a_row_and_whoever_has_nobody_to_talk_with_has_none(house):
    world.admit(house.wen, house.inspection)
    found = rows(*NOVEMBER)
    owed = [row["subject"] for row in found if row["requirement"] == "talks"]
    people = (house.lin, house.chen, house.wen, house.qiu)
    # The secretary talks with members; they with her, and with each other. Qiu is alone.
    assert [owed.count(one.staff_number) for one in people] == [1, 2, 2, 0]


def test_a_branch_is_printed_with_its_groups_and_what_is_not_owed_only_on_demand():
    found = rows("--organization", "GZ-A-01", *NOVEMBER)
    groups = {row["organization"] for row in found if row["requirement"] == "group_meeting"}
    assert groups == {"GZ-A-01-1", "GZ-A-01-2"}
    assert "branch_committee_meeting" not in {row["requirement"] for row in found}
    committee = next(
        row
        for row in rows("--organization", "GZ-A-01", "--all", *NOVEMBER)
        if row["requirement"] == "branch_committee_meeting"
    )
    assert (committee["status"], committee["reason"]) == ("not_applicable", "不具备规定的条件")


def test_an_article_nobody_checked_is_printed_so():
    talks = next(row for row in rows(*NOVEMBER) if row["requirement"] == "talks")
    assert talks["citation"]["article"] == "条号待核"


def test_a_duty_of_a_post_names_the_post():
    found = [row for row in rows(*NOVEMBER) if row["requirement"] == "leader_lesson"]
    assert {(row["organization"], row["subject"]) for row in found} == {("GZ-A", "secretary"), ("GZ-B", "secretary")}


def test_for_people_it_is_a_table():
    assert "theme_day" in zhibu(*NOVEMBER).stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--organization", "XX"), 1, "XX"),
        (("--from", "2026-12-01", "--to", "2026-11-01"), 2, "--to 2026-11-01"),
        (("--on", "yesterday"), 2, "yesterday"),
    ],
)
def test_what_can_not_be_is_said(words, code, says):
    done = zhibu(*words)
    assert done.exit_code == code
    assert says in done.stderr
