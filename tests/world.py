"""The cast, the same in every test: secretary Lin, night-shift member Chen, outsider Qiu. All fictional.

Plain functions that put one thing into the database each, and ``bureau()``, the small house in which the cast
lives. Spans are half-open, as everywhere; what a test does not say has held since ``LONG_AGO``.
"""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from pypinyin import lazy_pinyin

from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.organizations import actions
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Appointment, Employment, Grant, Membership, Person, Term
from zhibu.apps.rules.queries import packs_read
from zhibu.domain.terms import Affiliation, OrganizationKind, PostKind, Role, Standing

#: The day on which the tests live, a Monday; ``AT`` is its morning.
DAY = dt.date(2026, 11, 23)
AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LONG_AGO = dt.date(2005, 1, 1)

#: What everybody of the cast types at the door.
PASSWORD = "a-long-enough-phrase"


def organization(
    code: str,
    kind: OrganizationKind = OrganizationKind.BRANCH,
    *,
    under: Organization | None = None,
    name: str = "",
    founded: dt.date = LONG_AGO,
    began: dt.date = LONG_AGO,
) -> Organization:
    return actions.found(
        code=code,
        name=name or f"{code}{kind.zh}",
        kind=kind,
        parent=under,
        founded=founded,
        began=began,
        actor=OPERATOR,
        at=AT,
    )


def person(name: str, staff_number: str = "", *, work_began: dt.date | None = dt.date(2010, 7, 1)) -> Person:
    """Somebody on the staff; the number is the next free one unless given."""
    syllables = lazy_pinyin(name)
    return Person.objects.create(
        staff_number=staff_number or str(10001 + Person.objects.count()),
        name=name,
        initials="".join(syllable[0] for syllable in syllables),
        pinyin="".join(syllables),
        work_began=work_began,
        affiliation=Affiliation.NONE,
    )


def employ(
    somebody: Person,
    unit: Organization | None,
    *,
    department: str = "",
    since: dt.date = LONG_AGO,
    until: dt.date | None = None,
) -> Employment:
    return Employment.objects.create(
        person=somebody, organization=unit, department=department, since=since, until=until
    )


def admit(
    somebody: Person,
    branch: Organization,
    *,
    standing: Standing = Standing.FULL,
    group: Organization | None = None,
    since: dt.date = LONG_AGO,
    until: dt.date | None = None,
) -> Membership:
    return Membership.objects.create(
        person=somebody, organization=branch, standing=standing, group=group, since=since, until=until
    )


def member(
    name: str, branch: Organization, *, standing: Standing = Standing.FULL, group: Organization | None = None
) -> Person:
    """A new person who works in the unit of the branch and is a member of it."""
    somebody = person(name)
    employ(somebody, branch)
    admit(somebody, branch, standing=standing, group=group)
    return somebody


def term(of: Organization, *, since: dt.date, ends: dt.date | None = None, until: dt.date | None = None) -> Term:
    return Term.objects.create(organization=of, since=since, ends=ends, until=until)


def appoint(
    somebody: Person,
    to: Organization,
    post: PostKind = PostKind.SECRETARY,
    *,
    since: dt.date = dt.date(2024, 6, 30),
    until: dt.date | None = None,
    elected_for: Term | None = None,
) -> Appointment:
    return Appointment.objects.create(
        person=somebody, organization=to, post=post, since=since, until=until, term=elected_for
    )


def account(somebody: Person | None = None, *, login: str = "", password: str = PASSWORD) -> Account:
    """How they come in: by staff number unless another login is given."""
    made = Account(person=somebody, login=login or (somebody.staff_number if somebody else "operator"))
    made.name = somebody.name if somebody else made.login
    made.set_password(password)
    made.save()
    return made


def grant(to: Account, role: Role, *, of: Organization | None = None, since: dt.date = LONG_AGO) -> Grant:
    return Grant.objects.create(account=to, role=role, organization=of, since=since)


@dataclass(frozen=True, slots=True)
class Bureau:
    """The small house: two office committees, a general branch, four branches, two groups, five people.

    Lin is secretary of the inspection branch, Chen a member of it who works nights; Fang is secretary of the
    committee above them. Qiu is secretary of a branch under the other committee. Wen works beside Lin and Chen
    and is no member.
    """

    root: Organization
    office: Organization
    inspection: Organization
    first_group: Organization
    second_group: Organization
    archive_branch: Organization
    harbor: Organization
    quay: Organization
    station: Organization
    platform: Organization
    lin: Person
    chen: Person
    fang: Person
    qiu: Person
    wen: Person


def bureau() -> Bureau:
    """The small house, founded by deeds.

    Again in an empty database, the rows that those left are put there: it is what most tests begin with, and 0.2 s.
    """
    if Event.objects.exists() or Person.objects.exists():
        return _found_bureau()
    made = (connection.vendor, packs_read())
    if made not in _left:
        before = {model: set(_rows(model)) for model in apps.get_models()}
        house = _found_bureau()
        rows = {model: [row for row in _rows(model) if row not in were] for model, were in before.items()}
        _left[made] = house, {model: new for model, new in rows.items() if new}
        return deepcopy(house)
    house, rows = _left[made]
    with transaction.atomic(), connection.cursor() as cursor:
        for model, new in rows.items():
            places = ", ".join(["%s"] * len(new[0]))
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({_columns(model)}) VALUES ({places})", new)
    return deepcopy(house)


Rows = dict[type[Model], list[tuple[Any, ...]]]

#: The small house and what founding it left in an empty database, by kind of database and packs of rules.
_left: dict[tuple[str, str], tuple[Bureau, Rows]] = {}


def _columns(model: type[Model]) -> str:
    return ", ".join(
        connection.ops.quote_name(field.column or field.name) for field in model._meta.local_concrete_fields
    )


def _rows(model: type[Model]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {model._meta.db_table}")
        return [tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row) for row in cursor]


def _found_bureau() -> Bureau:
    kind = OrganizationKind
    root = organization("GZ", kind.LEADING_GROUP, name="广埠口岸局党组")
    office = organization("GZ-A", kind.COMMITTEE, under=root, name="局本部机关党委")
    inspection = organization("GZ-A-01", under=office, name="检务处党支部")
    first_group = organization("GZ-A-01-1", kind.GROUP, under=inspection, name="第一党小组")
    second_group = organization("GZ-A-01-2", kind.GROUP, under=inspection, name="第二党小组")
    archive_branch = organization("GZ-A-02", under=office, name="档案室党支部")
    harbor = organization("GZ-B", kind.COMMITTEE, under=root, name="黄浦口岸机关党委")
    quay = organization("GZ-B-01", under=harbor, name="码头查验党支部")
    station = organization("GZ-D", kind.GENERAL_BRANCH, under=root, name="天和车站党总支")
    platform = organization("GZ-D-01", under=station, name="站台党支部")

    lin = member("林悦", inspection, group=first_group)
    chen = member("陈星", inspection, group=second_group)
    fang = member("方澄", archive_branch)
    qiu = member("邱禾", quay)
    wen = person("闻宁")
    employ(wen, inspection)
    appoint(lin, inspection)
    appoint(fang, office)
    appoint(qiu, quay)
    return Bureau(
        root=root,
        office=office,
        inspection=inspection,
        first_group=first_group,
        second_group=second_group,
        archive_branch=archive_branch,
        harbor=harbor,
        quay=quay,
        station=station,
        platform=platform,
        lin=lin,
        chen=chen,
        fang=fang,
        qiu=qiu,
        wen=wen,
    )
