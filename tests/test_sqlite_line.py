"""The line of writers: one at a time in a process, and left however a transaction ends."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction

from zhibu.config.sqlite.base import DatabaseWrapper, line_at

LINE = "line"


@pytest.fixture
def file(tmp_path, django_db_blocker):
    name = str(tmp_path / "line.sqlite3")
    with sqlite3.connect(name) as made:
        made.execute("CREATE TABLE counted (number INTEGER)")
        made.execute("INSERT INTO counted VALUES (0)")
    with django_db_blocker.unblock():
        yield name
        leave(LINE)


def enter(name):
    """This thread's connection to the file, as the settings make it, with a short patience."""
    asked = {
        **connections["default"].settings_dict,
        "NAME": name,
        "ENGINE": "zhibu.config.sqlite",
        "OPTIONS": {
            "timeout": 0.3,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
    connections[LINE] = DatabaseWrapper(asked, alias=LINE)
    return connections[LINE]


def leave(alias):
    if hasattr(connections._connections, alias):
        connections[alias].close()
        del connections[alias]


def count(connection):
    with transaction.atomic(using=LINE), connection.cursor() as cursor:
        (number,) = cursor.execute("SELECT number FROM counted").fetchone()
        cursor.execute("UPDATE counted SET number = %s", [number + 1])


def test_the_embedded_database_has_the_line():
    if connections["default"].vendor == "sqlite":
        assert settings.DATABASES["default"]["ENGINE"] == "zhibu.config.sqlite"
        assert isinstance(connections["default"], DatabaseWrapper)


def test_eight_writers_wait_for_each_other_and_none_is_lost(file):
    def writes(_number):
        try:
            connection = enter(file)
            for _time in range(25):
                count(connection)
        finally:
            leave(LINE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writes, range(8)))
    with sqlite3.connect(file) as reads:
        assert reads.execute("SELECT number FROM counted").fetchone() == (200,)


def test_a_reader_does_not_wait_for_the_line(file):
    connection = enter(file)
    with line_at(file), connection.cursor() as cursor:
        assert cursor.execute("SELECT number FROM counted").fetchone() == (0,)


def test_who_waits_too_long_is_told_that_the_database_is_locked(file):
    connection = enter(file)
    with line_at(file), pytest.raises(OperationalError, match="database is locked"):
        count(connection)
    count(connection)


def test_a_write_of_another_process_is_met_as_before_and_leaves_the_line(file):
    connection = enter(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"):
        count(connection)
    assert not line_at(file).locked()
    other.close()
    count(connection)


def test_the_line_is_left_when_a_transaction_fails(file):
    connection = enter(file)
    with pytest.raises(OperationalError), transaction.atomic(using=LINE), connection.cursor() as cursor:
        cursor.execute("INSERT INTO nowhere VALUES (1)")
    assert not line_at(file).locked()


def test_the_line_is_left_when_the_connection_is_closed_inside(file):
    connection = enter(file)
    with transaction.atomic(using=LINE):
        connection.close()
        assert not line_at(file).locked()
    count(connection)


def test_an_inner_transaction_stands_in_the_line_of_the_outer_one(file):
    connection = enter(file)
    with transaction.atomic(using=LINE):
        count(connection)
        assert line_at(file).locked()
    assert not line_at(file).locked()


def test_a_thread_that_waits_goes_on_when_the_one_before_has_committed(file):
    inside, may_end = Event(), Event()

    def first():
        try:
            connection = enter(file)
            with transaction.atomic(using=LINE):
                inside.set()
                may_end.wait(5)
                with connection.cursor() as cursor:
                    cursor.execute("UPDATE counted SET number = 10")
        finally:
            leave(LINE)

    def second():
        try:
            count(enter(file))
        finally:
            leave(LINE)

    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(first)
        inside.wait(5)
        behind = pool.submit(second)
        may_end.set()
        before.result(5)
        behind.result(5)
    with sqlite3.connect(file) as reads:
        assert reads.execute("SELECT number FROM counted").fetchone() == (11,)
