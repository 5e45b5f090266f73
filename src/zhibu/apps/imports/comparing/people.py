"""人员花名册 against the people recorded: who they are, where they work, of which branch they are members."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from zhibu.apps.imports.comparing import membership
from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import RecordedLater, end, follow
from zhibu.apps.imports.facts import PersonFact
from zhibu.apps.imports.findings import Code
from zhibu.apps.organizations.actions import initials_of
from zhibu.apps.people.actions.work import pinyin_of
from zhibu.apps.people.models import Employment, Person
from zhibu.apps.windows.models import Seat
from zhibu.documents.workbooks.layout import PEOPLE

SHEET = PEOPLE.name


def compare_people(to: Comparison) -> None:
    to.people.update(to.known.people)
    told = to.facts.people
    if told is None:
        return
    is_first, is_first_seating = not to.known.people, not to.known.seats
    for fact in told:
        is_new = fact.number not in to.known.people
        try:
            changed = _add(to, fact, as_far_as_known=is_first) if is_new else _change(to, fact)
            changed |= _seat(to, fact, as_far_as_known=is_first_seating)
        except RecordedLater as later:
            to.refuse_early(SHEET, fact, "工号", fact.name, later)
        except membership.NotSo as refusal:
            to.findings.error(SHEET, fact.row, refusal.column, None, Code.BAD_VALUE, str(refusal))
        else:
            to.counts[SHEET].add(is_new=is_new, is_changed=changed)
    listed = {fact.number for fact in told}
    for number, person in to.known.people.items():
        if number not in listed:
            _leave_out(to, person)


def _facts_of(fact: PersonFact) -> dict[str, Any]:
    """What the row says about the person; a blank cell says nothing."""
    said: dict[str, Any] = {
        "name": fact.name,
        "gender": fact.gender,
        "born": fact.born,
        "phone": fact.phone,
        "work_began": fact.work_began,
        "affiliation": fact.affiliation,
    }
    return {name: value for name, value in said.items() if value}


def _names_of(name: str) -> dict[str, str]:
    return {"initials": initials_of(name)[:40], "pinyin": pinyin_of(name)}


def _add(to: Comparison, fact: PersonFact, *, as_far_as_known: bool) -> bool:
    person = to.changes.make(Person(staff_number=fact.number, **_facts_of(fact), **_names_of(fact.name)))
    to.people[fact.number] = person
    since = to.dating.begins(fact.work_began, as_far_as_known=as_far_as_known)
    job = to.changes.make(
        Employment(
            person=person,
            organization_id=to.key_of(fact.unit),
            department=fact.department,
            since=since,
        )
    )
    to.known.employments[person.pk] = [job]
    if fact.is_member and fact.branch:
        since = to.dating.begins(fact.joined, as_far_as_known=as_far_as_known)
        membership.begin(to, person, fact, since=since)
    return True


def _change(to: Comparison, fact: PersonFact) -> bool:
    person = to.people[fact.number]
    jobs = to.known.employments.setdefault(person.pk, [])
    changed = _correct_first_job(to, jobs, person.work_began, fact.work_began)
    said = _facts_of(fact)
    if fact.name != person.name:
        said |= _names_of(fact.name)
        if None not in {fact.born, person.born} and fact.born != person.born:
            _warn_of_somebody_else(to, fact, person)
    changed |= to.changes.alter(person, **said)
    where: dict[str, Any] = {}
    people = to.facts.people
    assert people is not None
    if "单位编码" in people.columns:
        where["organization_id"] = to.key_of(fact.unit)
    if "部门" in people.columns:
        where["department"] = fact.department
    if not where and not jobs:
        where["department"] = ""
    if where:
        last = jobs[-1] if jobs else None
        changed |= follow(to.changes, jobs, to.as_of, lambda: _next_job(person, last), **where)
    return membership.compare(to, person, fact) or changed


def _warn_of_somebody_else(to: Comparison, fact: PersonFact, person: Person) -> None:
    to.findings.warn(
        SHEET,
        fact.row,
        "工号",
        fact.number,
        Code.DUPLICATE,
        _("%(number)s was %(before)s, born on another day. If %(name)s is another person, give another number.")
        % {"number": fact.number, "before": person.name, "name": fact.name},
    )


def _next_job(person: Person, last: Employment | None) -> Employment:
    """What the sheet has no column for stays as it was."""
    return Employment(
        person=person,
        organization_id=last.organization_id if last else None,
        department=last.department if last else "",
    )


def _correct_first_job(to: Comparison, jobs: list[Employment], was: dt.date | None, is_now: dt.date | None) -> bool:
    """Where the first job dates from a beginning of work that turns out to be another, it moves with it."""
    if is_now is None or is_now == was or not jobs or jobs[0].since != was:
        return False
    if jobs[0].until is not None and jobs[0].until <= is_now:
        return False
    return to.changes.alter(jobs[0], since=is_now)


def _seat(to: Comparison, fact: PersonFact, *, as_far_as_known: bool) -> bool:
    people = to.facts.people
    assert people is not None
    if "岗位编码" not in people.columns:
        return False
    person = to.people[fact.number]
    seats = to.known.seats.setdefault(person.pk, [])
    if not fact.post:
        return end(to.changes, seats, to.as_of)
    post = to.window_posts[fact.post]
    since = max(to.known.employments[person.pk][0].since, post.since) if as_far_as_known else to.as_of
    return follow(to.changes, seats, since, lambda: Seat(person=person), window_post_id=post.pk)


def _leave_out(to: Comparison, person: Person) -> None:
    jobs = to.known.employments.get(person.pk, [])
    memberships = to.known.memberships.get(person.pk, [])
    if not any(each.until is None for each in (*jobs, *memberships)):
        return
    if not to.complete:
        to.miss(SHEET, "工号", person.staff_number, person.name)
        return
    try:
        end(to.changes, jobs, to.as_of)
        end(to.changes, memberships, to.as_of)
        end(to.changes, to.known.seats.get(person.pk, []), to.as_of)
        for held in to.known.posts_of.get(person.pk, []):
            end(to.changes, [held], to.as_of)
    except RecordedLater as later:
        to.refuse_early(SHEET, None, "工号", person.name, later)
        return
    to.findings.warn(
        SHEET,
        None,
        "工号",
        person.staff_number,
        Code.MISSING,
        _("%(name)s is not in this workbook; work, membership and posts end on %(day)s.")
        % {"name": person.name, "day": to.as_of},
    )
