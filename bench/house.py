"""A demo bureau many times over: a house of 5,000 organizations and 50,000 people to measure pages in.

Each copy holds everything the demo holds, under keys of its own, and stands as a committee below one more. Somebody
holds an office there and so oversees all of it. Everybody who works has an account.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

#: So often the demo has 5,000 organizations and more than 50,000 people.
COPIES = 47

#: The login of whoever oversees the whole house.
OVERSEER = "overseer"

#: Of what goes by the day, so many days around the house's today are copied.
DAYS_AROUND = 20

#: Shared by all copies, with the events' documents: what the deeds said is the same. Sums are made anew at the end.
SHARED = {"archive_document", "rosters_shift", "oversight_window", "oversight_counter"}

_TOP, _ABOVE_ALL, _PERSON, _ACCOUNT = (UUID(f"01900000-0000-7000-8000-00000000000{digit}") for digit in range(1, 5))


def multiply(demo: Path, folder: Path, copies: int) -> None:
    """Make ``folder`` out of the demo in ``demo``, in a process of its own: the settings are then the folder's."""
    (folder / "static").mkdir(parents=True)
    for name in ("demo.json", "secret-key"):
        shutil.copy(demo / name, folder / name)
    shutil.copytree(demo / "rules", folder / "rules")
    with closing(sqlite3.connect(demo / "zhibu.sqlite3")) as source:
        source.execute("VACUUM INTO ?", (str(folder / "zhibu.sqlite3"),))
    subprocess.run(
        [sys.executable, "-m", "bench.house", str(demo), str(folder), str(copies)],
        check=True,
        env={**os.environ, "ZHIBU_DATA_DIR": str(folder), "DATABASE_URL": ""},
    )


def _make(demo: Path, folder: Path, copies: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibu.config.settings"
    import django

    django.setup()
    today = dt.date.fromisoformat(json.loads((folder / "demo.json").read_text())["today"])
    with closing(sqlite3.connect(folder / "zhibu.sqlite3")) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("ATTACH ? AS demo", (str(demo / "zhibu.sqlite3"),))
        for copy in range(1, copies):
            _copy(database, copy, today)
        database.commit()
    _put_one_above_all(today)
    _open_accounts()
    _count_anew()
    _index_anew()
    with closing(sqlite3.connect(folder / "zhibu.sqlite3")) as database:
        database.execute("ANALYZE")
        database.commit()


def _copy(database: sqlite3.Connection, copy: int, today: dt.date) -> None:
    from django.apps import apps

    days = [(today + dt.timedelta(days=way * DAYS_AROUND)).isoformat() for way in (-1, 1)]
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if not model.__module__.startswith("zhibu.") or table in SHARED:
            continue
        fields = model._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(_value(database, field, copy) for field in fields)
        goes_by_day = any(field.column == "day" for field in fields)
        where = "WHERE day BETWEEN '{}' AND '{}'".format(*days) if goes_by_day else ""
        database.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {values} FROM demo."{table}" {where}')


def _value(database: sqlite3.Connection, field: object, copy: int) -> str:
    """What stands in a column of the copy: keys and what has to be unique become the copy's own."""
    from django.db.models import AutoField, BigAutoField, CharField, Field, UUIDField

    assert isinstance(field, Field)
    column = f'"{field.column}"'
    key = field
    while key.remote_field:
        if key.related_model._meta.db_table in SHARED or not key.related_model.__module__.startswith("zhibu."):
            return column
        key = key.target_field
    if isinstance(key, UUIDField):
        return f"'{0x1000 + copy:04x}' || substr({column}, 5)"
    if isinstance(key, (AutoField, BigAutoField)):
        table = key.model._meta.db_table
        (most,) = database.execute(f'SELECT coalesce(max("{key.column}"), 0) FROM demo."{table}"').fetchone()
        return f"{column} + {copy * (most + 1)}"
    if isinstance(key, CharField) and (field.unique or key is not field):
        return f"{column} || '-x{copy}'"
    return column


def _put_one_above_all(today: dt.date) -> None:
    from zhibu.apps.organizations.actions import rebuild_paths
    from zhibu.apps.organizations.models import Organization, Placement
    from zhibu.apps.people.models import Account, Appointment, Employment, Person
    from zhibu.domain.terms import OrganizationKind, PostKind

    long_ago = dt.date(2000, 1, 1)
    kind = OrganizationKind.LEADING_GROUP
    Organization.objects.filter(kind=kind).update(kind=OrganizationKind.COMMITTEE)

    def found(key: UUID, code: str, name: str, kind: OrganizationKind) -> Organization:
        return Organization.objects.create(id=key, code=code, name=name, kind=kind, began=long_ago, path="", depth=1)

    top = found(_TOP, "ZZ", "总局党组", kind)
    above = found(_ABOVE_ALL, "ZZ-0", "总局机关党委", OrganizationKind.COMMITTEE)
    Placement.objects.filter(parent=None).update(parent=above)
    Placement.objects.create(organization=top, parent=None, since=long_ago)
    Placement.objects.create(organization=above, parent=top, since=long_ago)
    rebuild_paths()
    person = Person.objects.create(id=_PERSON, staff_number="ZZ1", name="总览", initials="zl", pinyin="zonglan")
    Employment.objects.create(person=person, organization=above, since=long_ago)
    Appointment.objects.create(person=person, organization=above, post=PostKind.SECRETARY, since=today)
    Account.objects.create(id=_ACCOUNT, person=person, login=OVERSEER, name=person.name)


def _open_accounts() -> None:
    from zhibu.apps.people.models import Account, Person

    Account.objects.bulk_create(
        [
            Account(person_id=key, login=f"p{number}", name=name, password="!")  # noqa: S106 - nobody can use it
            for key, number, name in Person.objects.filter(account=None).values_list("pk", "staff_number", "name")
        ],
        batch_size=2000,
    )


def _count_anew() -> None:
    from zhibu.apps.oversight.live import recount

    recount()


def _index_anew() -> None:
    """A table of FTS5 is no model and was not copied."""
    from django.db import connection, transaction

    from zhibu.apps.search.index import put
    from zhibu.apps.search.models import Indexed

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_grams (search_grams) VALUES ('delete-all')")
    rows = list(Indexed.objects.order_by("pk"))
    with transaction.atomic():
        put(rows)


if __name__ == "__main__":
    _make(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
