"""Playbooks at the terminal, as outside programs drive them: published, verified, compared, adopted."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests import world
from tests.playbooks import LESSON, MEETING, RECORD, SIGNING, article, practice, section
from zhibu.apps.lists.models import Draft
from zhibu.apps.showcases.models import Adoption, Playbook
from zhibu.web.operator.main import app
from zhibu.web.shell import clock

pytestmark = pytest.mark.django_db

THEIRS, MINE = "GZ-A-01", "GZ-A-02"


@pytest.fixture(autouse=True)
def now(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(clock, "now", lambda: world.AT)


@pytest.fixture
def house():
    return world.bureau()


@pytest.fixture
def file(house, tmp_path):
    practice(house.inspection)
    article(section(house.inspection, title="联系"), f"夜班找{house.chen.name}。")
    out = tmp_path / "样板.zip"
    done = zhibu("publish", THEIRS, "-o", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert house.chen.name in done.stderr, "what is left out is named"
    return out


def zhibu(*words):
    return CliRunner().invoke(app, ["playbook", *map(str, words)])


def test_it_is_published_once_and_written_as_often_as_one_likes(file, tmp_path):
    again = tmp_path / "again.zip"
    assert zhibu("publish", THEIRS, "-o", again).exit_code == 0
    assert again.read_bytes() == file.read_bytes()
    assert Playbook.objects.get().editions.count() == 1


def test_the_file_is_verified_without_a_database(file, tmp_path):
    other = tmp_path / "other.zip"
    other.write_bytes(file.read_bytes()[:-1])
    program = "from zhibu.web.operator.main import run; run()"
    words = [sys.executable, "-c", program, "verify", str(file), str(other), "--json"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIBU_", "DJANGO", "DATABASE"))}
    done = subprocess.run(words, capture_output=True, check=False, env=env | {"HOME": str(tmp_path / "home")})
    good, bad = json.loads(done.stdout)["files"]
    assert (done.returncode, good["valid"], good["articles"], bad["valid"]) == (1, True, 4, False)
    assert not (tmp_path / "home").exists(), "nothing was made anywhere"


def test_a_key_that_the_publisher_told_is_held_against_the_file(file):
    told = json.loads(CliRunner().invoke(app, ["verify", str(file), "--json"]).stdout)["files"][0]["fingerprint"]
    assert CliRunner().invoke(app, ["verify", str(file), "--key", told.lower()]).exit_code == 0
    assert CliRunner().invoke(app, ["verify", str(file), "--key", "0000"]).exit_code == 1


def test_it_is_compared_and_nothing_is_written_down(house, file):
    article(section(house.archive_branch), RECORD)
    article(section(house.archive_branch, title="大会"), "支部党员大会每月必须召开1次，分两批开，夜班有一批。")
    done = zhibu("compare", file, "--organization", MINE, "--json")
    told = json.loads(done.stdout)
    standings = {one["text"]: (one["standing"], one["may_be_taken"], one["because"]) for one in told["articles"]}
    assert standings == {
        MEETING: ("loosened", False, "loosens"),
        RECORD: ("had", False, None),
        LESSON: ("added", True, None),
        SIGNING: ("added", True, None),
    }
    assert (told["before"], told["unknown"], told["edition"]) == (None, [], 1)
    assert not Adoption.objects.exists()
    assert LESSON in zhibu("compare", file, "--organization", MINE).stderr


def test_what_may_be_taken_is_taken_and_what_may_not_is_named(house, file):
    article(section(house.archive_branch), "支部党员大会每月必须召开1次，分两批开，夜班有一批。")
    done = zhibu("adopt", file, "--organization", MINE)
    assert done.exit_code == 0
    assert MEETING[:20] in done.stderr
    assert {draft.text for draft in Draft.objects.filter(organization=house.archive_branch)} == {
        RECORD,
        LESSON,
        SIGNING,
    }
    assert zhibu("adopt", file, "--organization", MINE).exit_code == 1, "there is nothing more to take"
    compared = json.loads(zhibu("compare", file, "--organization", MINE, "--json").stdout)
    assert compared["before"] == 1
    assert {one["standing"] for one in compared["articles"]} == {"same", "loosened"}


def test_an_altered_file_and_an_unknown_branch_are_refused(file, tmp_path):
    other = tmp_path / "other.zip"
    other.write_bytes(file.read_bytes().replace("归档".encode(), "存档".encode()))
    for command in ("compare", "adopt"):
        assert zhibu(command, other, "--organization", MINE).exit_code == 1
        assert zhibu(command, file, "--organization", "GZ-X").exit_code == 1
    assert zhibu("publish", "GZ-X", "-o", tmp_path / "x.zip").exit_code == 1
    assert zhibu("publish", MINE, "-o", tmp_path / "x.zip").exit_code == 1, "it has no articles"
    assert not Draft.objects.exists()
