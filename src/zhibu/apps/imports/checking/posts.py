"""任职 and 荣誉: people who are there, in posts that are there, each post once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context, Place, Staff
from zhibu.apps.imports.facts import AppointmentFact, HonorFact, RosterFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.imports.gathering.people import JOINING_AGE
from zhibu.documents.workbooks.layout import APPOINTMENTS, HONORS
from zhibu.domain.periods import add_months
from zhibu.domain.terms import OrganizationKind, PostKind

SHEET = APPOINTMENTS.name

#: Posts that one person at a time holds.
SINGLE = frozenset({PostKind.SECRETARY, PostKind.GROUP_LEADER})


def check_staff(context: Context, sheet: str, fact: AppointmentFact | RosterFact | HonorFact) -> Staff | None:
    """Who is meant. A number and a name that are not of one person are refused: one of them would be wrong."""
    if not fact.number:
        return None
    staff = context.staff(fact.number)
    if staff is None:
        context.findings.error(
            sheet,
            fact.row,
            "工号",
            fact.number,
            Code.UNKNOWN,
            _("nobody has the staff number %(number)s. Correct the number or add the person to 人员花名册.")
            % {"number": fact.number},
            because=context.people.cause(fact.number, fact.name),
        )
    elif fact.name and staff.name and fact.name != staff.name:
        context.findings.error(
            sheet,
            fact.row,
            "姓名",
            fact.name,
            Code.BAD_VALUE,
            _("%(number)s is %(name)s. Correct the number or the name.")
            % {"number": fact.number, "name": staff.name},
            because=context.people.cause(fact.number, fact.name),
        )
        return None
    return staff


def check_appointments(context: Context) -> None:
    held: dict[tuple[str, str, PostKind], int] = {}
    single: dict[tuple[str, PostKind], int] = {}
    for fact in context.facts.appointments or ():
        staff = check_staff(context, SHEET, fact)
        place = _check_place(context, fact)
        if staff is None or place is None or fact.post is None:
            continue
        _check_dates(context, fact, staff, place)
        _check_fit(context, fact, staff, place)
        row = held.setdefault((fact.number, place.code, fact.post), fact.row)
        if row != fact.row:
            _duplicate(context, fact, row)
        elif fact.post in SINGLE:
            row = single.setdefault((place.code, fact.post), fact.row)
            if row != fact.row:
                _second_holder(context, fact, place, row)


def _check_place(context: Context, fact: AppointmentFact) -> Place | None:
    if not fact.organization:
        return None
    place = context.place(fact.organization)
    if place is None:
        context.findings.error(
            SHEET,
            fact.row,
            "组织编码",
            fact.organization,
            Code.UNKNOWN,
            _("there is no organization %(code)s. Correct the code or add that organization.")
            % {"code": fact.organization},
            because=context.organizations.cause(fact.organization),
        )
    return place


def _check_dates(context: Context, fact: AppointmentFact, staff: Staff, place: Place) -> None:
    if fact.since is None:
        return
    if place.founded is not None and fact.since < place.founded:
        text = _("%(since)s is before %(founded)s, when %(name)s was founded. Correct one of the two dates.") % {
            "since": fact.since,
            "founded": place.founded,
            "name": place.name,
        }
    elif staff.born is not None and fact.since < add_months(staff.born, 12 * JOINING_AGE):
        text = _("%(since)s is before the age of %(age)s; born on %(born)s. Correct one of the two dates.") % {
            "since": fact.since,
            "age": JOINING_AGE,
            "born": staff.born,
        }
    else:
        if staff.joined is not None and fact.since < staff.joined:
            context.findings.warn(
                SHEET,
                fact.row,
                "任职日期",
                fact.since.isoformat(),
                Code.OUT_OF_ORDER,
                _("%(name)s joined on %(joined)s, after taking the post.")
                % {"name": staff.name, "joined": staff.joined},
            )
        return
    context.findings.error(SHEET, fact.row, "任职日期", fact.since.isoformat(), Code.OUT_OF_ORDER, text)


def _check_fit(context: Context, fact: AppointmentFact, staff: Staff, place: Place) -> None:
    assert fact.post is not None
    if place.kind is not None and (fact.post == PostKind.GROUP_LEADER) != (place.kind == OrganizationKind.GROUP):
        context.findings.error(
            SHEET,
            fact.row,
            "职务",
            fact.post.zh,
            Code.BAD_VALUE,
            _("%(name)s is a %(kind)s and has no such post. Correct the post or the organization.")
            % {"name": place.name, "kind": place.kind.zh},
            because=context.faulty.get(place.code),
        )
    if staff.is_member is False:
        context.findings.error(
            SHEET,
            fact.row,
            "工号",
            fact.number,
            Code.BAD_VALUE,
            _("%(name)s is no member and can not hold a post. Correct the number, or 政治面貌 of that person.")
            % {"name": staff.name},
        )


def _duplicate(context: Context, fact: AppointmentFact, row: int) -> None:
    assert fact.post is not None
    context.findings.error(
        SHEET,
        fact.row,
        "职务",
        fact.post.zh,
        Code.DUPLICATE,
        _("the same appointment stands in row %(row)s. Delete one of them.") % {"row": row},
    )


def _second_holder(context: Context, fact: AppointmentFact, place: Place, row: int) -> None:
    assert fact.post is not None
    context.findings.error(
        SHEET,
        fact.row,
        "职务",
        fact.post.zh,
        Code.DUPLICATE,
        _("%(name)s has a %(post)s in row %(row)s already. Correct one of them.")
        % {"name": place.name, "post": fact.post.zh, "row": row},
    )


def check_honors(context: Context) -> None:
    given: dict[tuple[str, str, int], int] = {}
    for fact in context.facts.honors or ():
        staff = check_staff(context, HONORS.name, fact)
        if staff is None or not fact.title or fact.year is None:
            continue
        row = given.setdefault((fact.number, fact.title, fact.year), fact.row)
        if row != fact.row:
            context.findings.error(
                HONORS.name,
                fact.row,
                "荣誉",
                fact.title,
                Code.DUPLICATE,
                _("the same honor stands in row %(row)s. Delete one of them.") % {"row": row},
            )
