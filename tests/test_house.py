"""What the house promises of itself: settings and their page agree, the domain is pure, the listeners are known."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import zhibu
from zhibu.apps.archive import registry
from zhibu.web.operator.main import app
from zhibu.web.operator.serve import prepare_static

PACKAGE = Path(zhibu.__file__).parent
ROOT = PACKAGE.parent.parent


def test_every_setting_is_on_its_page_and_every_line_of_the_page_is_a_setting():
    read = set(re.findall(r'_read\(\s*"\w+",\s*"(\w+)"', (PACKAGE / "config" / "settings.py").read_text()))
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert read == told


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "mysql://localhost/x", "neither SQLite nor PostgreSQL"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
        ("ZHIBU_URL", "zhibu.example.cn", "ZHIBU_URL"),
        ("ZHIBU_URL", "https://zhibu.example.cn/below", "ZHIBU_URL"),
        ("ZHIBU_SECRET_KEY", "short", "32 characters"),
        ("ZHIBU_DEBUG", "perhaps", "ZHIBU_DEBUG"),
        ("ZHIBU_LOG_LEVEL", "LOUD", "ZHIBU_LOG_LEVEL"),
        ("ZHIBU_MAIL_URL", "mail.example.cn", "ZHIBU_MAIL_URL"),
        ("ZHIBU_MAIL_URL", "smtp://mail.example.cn:port", "ZHIBU_MAIL_URL"),
        ("ZHIBU_SECRET_KEY_FILE", "/there/is/no/such/file", "ZHIBU_SECRET_KEY"),
        ("ZHIBU_URL", "http://zhibu.example.cn:99999", "ZHIBU_URL"),
        ("ZHIBU_TIME_ZONE", "Asia/Beijing", "ZHIBU_TIME_ZONE"),
        ("ZHIBU_DATA_DIR", __file__, "ZHIBU_DATA_DIR"),
        ("ZHIBU_DATA_DIR", "/proc/no-such-folder", "ZHIBU_DATA_DIR"),
        ("ZHIBU_STATIC_ROOT", __file__, "ZHIBU_STATIC_ROOT"),
        ("ZHIBU_STATIC_ROOT", "/", "ZHIBU_STATIC_ROOT"),
        ("ZHIBU_ARCHIVE_ORIGIN", "two words", "ZHIBU_ARCHIVE_ORIGIN"),
        ("ZHIBU_WECHAT_PROFILE", "some", "ZHIBU_WECHAT_PROFILE"),
        ("ZHIBU_WECHAT_PROFILE", "full", "ZHIBU_WECHAT_APP_ID"),
        ("ZHIBU_WECHAT_KIND", "personal", "ZHIBU_WECHAT_KIND"),
        ("ZHIBU_WECHAT_AES_KEY", "short", "ZHIBU_WECHAT_AES_KEY"),
        ("ZHIBU_WECHAT_API", "api.weixin.qq.com", "ZHIBU_WECHAT_API"),
        ("ZHIBU_WECHAT_AUTHORIZE", "ftp://open.weixin.qq.com", "ZHIBU_WECHAT_AUTHORIZE"),
        ("ZHIBU_WECHAT_RELAY", "relay.example.cn", "ZHIBU_WECHAT_RELAY"),
        ("ZHIBU_WECHAT_RELAY", "https://relay.example.cn", "ZHIBU_WECHAT_RELAY_SECRET"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name, value, says, tmp_path):
    tried = subprocess.run(
        [sys.executable, "-c", "import zhibu.config.settings"],
        env={**os.environ, "ZHIBU_DATA_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode != 0
    assert says in tried.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHIBU_TIME_ZONE", "Asia/Beijing"),
        ("DATABASE_URL", "postgresql://nobody:secret-word@127.0.0.1:1/nothing"),
    ],
)
def test_the_command_line_says_which_setting_it_was_in_a_sentence(name, value, tmp_path):
    (tmp_path / "data").mkdir()
    tried = subprocess.run(
        [Path(sys.executable).with_name("zhibu"), "figures"],
        env={**os.environ, "ZHIBU_DATA_DIR": str(tmp_path / "data"), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tried.returncode, tried.stdout) == (2, "")
    assert f"Setting {name}" in tried.stderr
    assert "Traceback" not in tried.stderr
    assert "secret-word" not in tried.stderr


@pytest.mark.slow
def test_the_command_line_tells_of_a_setting_that_is_none(tmp_path):
    level = tmp_path / "level"
    level.write_text("WARNING")
    tried = subprocess.run(
        [Path(sys.executable).with_name("zhibu"), "init", "--data", str(tmp_path / "data")],
        env={**os.environ, "ZHIBU_TIMEZONE": "Asia/Shanghai", "ZHIBU_LOG_LEVEL_FILE": str(level)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    assert "Setting ZHIBU_TIMEZONE is not known and changes nothing. Is ZHIBU_TIME_ZONE meant?" in tried.stderr
    assert "ZHIBU_LOG_LEVEL" not in tried.stderr


def test_a_folder_of_static_files_that_holds_something_else_keeps_it(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(typer.Exit):
        prepare_static()
    assert [file.name for file in tmp_path.iterdir()] == ["diary.txt"]


def test_the_command_line_tells_its_version():
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.stdout) == (0, f"zhibu {zhibu.__version__}\n")
    assert zhibu.__version__ == importlib.metadata.version("zhibu")


def test_every_decision_has_a_number_of_its_own():
    numbers = [file.name[:4] for file in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == sorted(set(numbers))
    for file in (ROOT / "docs" / "decisions").glob("*.md"):
        assert file.read_text().startswith(f"# {file.name[:4]} "), file.name


def test_the_page_of_rooms_names_every_room_and_no_other():
    told = {
        row[1].strip(): row[2] for row in map(_cells, (ROOT / "docs" / "rooms.md").read_text().splitlines()) if row
    }
    for floor, name in (("4 `web`", "web"), ("3 `apps`", "apps")):
        rooms = {file.name for file in (PACKAGE / name).iterdir() if (file / "__init__.py").exists()}
        assert set(re.findall(r"`(\w+)`", told[floor])) == rooms


def _cells(line: str) -> list[str]:
    return line.split("|") if line.startswith("|") else []


#: Opens the database as the server does, begins a deed in it, and says how it writes and whether it waits in line.
_HOW_IT_WRITES = """
import django, sqlite3
django.setup()
from django.db import connection, transaction
with connection.cursor() as cursor:
    print(*cursor.execute("PRAGMA journal_mode").fetchone(), *cursor.execute("PRAGMA synchronous").fetchone())
with transaction.atomic():
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
    try:
        other.execute("BEGIN IMMEDIATE")
        print("two write at once")
    except sqlite3.OperationalError as error:
        print(error)
"""

#: What SQLite calls FULL: a commit is on the disk before it is acknowledged.
FULL = 2


def test_the_embedded_database_writes_to_the_disk_before_it_acknowledges_and_one_deed_at_a_time(tmp_path):
    tried = subprocess.run(
        [sys.executable, "-c", _HOW_IT_WRITES],
        env={
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "ZHIBU_DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "zhibu.config.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert tried.stdout.splitlines() == [f"wal {FULL}", "database is locked"]


def test_the_domain_imports_the_standard_library_and_itself_only():
    allowed = set(sys.stdlib_module_names) - {"time", "random", "secrets", "os", "socket", "zoneinfo", "pathlib"}
    for file in sorted((PACKAGE / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            modules = []
            if isinstance(node, ast.Import):
                modules = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                assert module.startswith("zhibu.domain") or module.split(".")[0] in allowed, f"{file.name}: {module}"


def test_the_listeners_are_these():
    listening = {name: [one.__name__ for one in waiting] for name, waiting in registry.all_listeners().items()}
    assert listening == {
        "account_closed": ["forget_phone"],
        "article_written": ["refuse_other_tasks"],
        "article_amended": ["refuse_other_tasks"],
        "meeting_filed": ["take_in_meeting"],
        "organization_founded": ["look_at_organization"],
        "organization_dissolved": ["look_at_organization"],
        "organization_moved": ["look_at_move"],
        "term_begun": ["look_at_organization"],
        "member_admitted": ["look_at_person"],
        "standing_changed": ["look_at_person"],
        "membership_transferred": ["look_at_person"],
        "person_left": ["look_at_person"],
        "person_appointed": ["look_at_post"],
        "appointment_ended": ["look_at_post"],
        "workbook_imported": ["look_at_everything"],
        "import_undone": ["look_at_everything"],
        "rule_confirmed": ["look_at_everything"],
        "rule_taken_back": ["look_at_everything"],
        "roster_kept": ["look_at_plans"],
        "roster_changed": ["look_at_plans"],
        "roster_change_undone": ["look_at_plans"],
        "swap_approved": ["look_at_plans"],
        "staffing_set": ["look_at_plans"],
        "window_post_altered": ["look_at_plans"],
        "window_post_closed": ["look_at_plans"],
        "shift_named": ["look_at_plans"],
        "person_seated": ["look_at_plans"],
        "person_unseated": ["look_at_plans"],
        "hindrance_said": ["look_at_plans"],
        "hindrance_taken_back": ["look_at_plans"],
        "service_sections_joined": ["follow_section", "follow_section"],
        "sites_joined": ["follow_site"],
    }


def test_migrations_lack_nothing(django_db_blocker):
    from django.core.management import call_command

    with django_db_blocker.unblock():
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
