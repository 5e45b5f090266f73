"""人员花名册: branch, group, unit and window post of each person are there and go together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.facts import PersonFact
from zhibu.apps.imports.findings import Code
from zhibu.documents.workbooks.layout import PEOPLE
from zhibu.domain.terms import OrganizationKind

SHEET = PEOPLE.name


def find_branches_by_name(context: Context) -> None:
    """Where the sheet has no column of codes, the name of a branch says which it is, if only one has it."""
    people = context.facts.people
    if people is None or "党支部编码" in people.columns:
        return
    named: defaultdict[str, list[str]] = defaultdict(list)
    for code in {*context.organizations.rows, *context.known.organizations}:
        place = context.place(code)
        if place is not None and place.kind == OrganizationKind.BRANCH:
            named[place.name].append(code)
    for index, fact in enumerate(people.facts):
        codes = named.get(fact.branch_name, [])
        if len(codes) == 1:
            people.facts[index] = replace(fact, branch=codes[0])
            if context.people.rows.get(fact.number) is fact:
                context.people.rows[fact.number] = people.facts[index]
        elif fact.is_member:
            context.findings.error(
                SHEET,
                fact.row,
                "党支部",
                fact.branch_name or None,
                Code.UNKNOWN if fact.branch_name else Code.MISSING,
                _("this name does not tell one branch. Add a column 党支部编码 with its code."),
            )


def check_people(context: Context) -> None:
    if context.facts.people is None:
        return
    for fact in context.facts.people:
        if fact.is_member:
            _check_branch(context, fact)
            _check_group(context, fact)
        _check_unit(context, fact)
        if fact.post and not context.has_window_post(fact.post):
            context.findings.error(
                SHEET,
                fact.row,
                "岗位编码",
                fact.post,
                Code.UNKNOWN,
                _("there is no window post %(code)s. Correct the code or add the post.") % {"code": fact.post},
                because=context.window_posts.cause(fact.post),
            )


def _check_branch(context: Context, fact: PersonFact) -> None:
    if not fact.branch:
        return
    place = context.place(fact.branch)
    if place is None:
        _unknown_organization(context, fact, "党支部编码", fact.branch, fact.branch_name)
    elif place.kind not in {OrganizationKind.BRANCH, None}:
        context.findings.error(
            SHEET,
            fact.row,
            "党支部编码",
            fact.branch,
            Code.BAD_VALUE,
            _("%(name)s is a %(kind)s; members belong to a branch. Write the code of the branch.")
            % {"name": place.name, "kind": place.kind.zh},
            because=context.faulty.get(fact.branch),
        )
    elif fact.branch_name and place.name and fact.branch_name != place.name:
        context.findings.warn(
            SHEET,
            fact.row,
            "党支部",
            fact.branch_name,
            Code.BAD_VALUE,
            _("%(code)s is %(name)s; the code was followed.") % {"code": fact.branch, "name": place.name},
        )


def _check_group(context: Context, fact: PersonFact) -> None:
    if not fact.group:
        return
    place = context.place(fact.group)
    if place is None:
        _unknown_organization(context, fact, "党小组编码", fact.group, "")
    elif context.place(fact.branch) is not None and (
        place.kind not in {OrganizationKind.GROUP, None} or place.superior != fact.branch
    ):
        context.findings.error(
            SHEET,
            fact.row,
            "党小组编码",
            fact.group,
            Code.BAD_VALUE,
            _("%(group)s is no group of the branch %(branch)s. Correct one of the two codes.")
            % {"group": place.name, "branch": fact.branch},
            because=context.faulty.get(fact.group),
        )


def _check_unit(context: Context, fact: PersonFact) -> None:
    if fact.unit:
        if context.place(fact.unit) is None:
            _unknown_organization(context, fact, "单位编码", fact.unit, "")
        return
    people = context.facts.people
    recorded = context.known.people.get(fact.number)
    is_told = people is not None and "单位编码" in people.columns
    if recorded is not None and not is_told:
        jobs = context.known.employments.get(recorded.pk, [])
        if jobs and jobs[-1].organization_id is not None:
            return
    context.findings.warn(
        SHEET,
        fact.row,
        "单位编码",
        None,
        Code.MISSING,
        _("%(name)s is in no unit yet; the person counts in none.") % {"name": fact.name or fact.number},
    )


def _unknown_organization(context: Context, fact: PersonFact, column: str, code: str, name: str) -> None:
    context.findings.error(
        SHEET,
        fact.row,
        column,
        code,
        Code.UNKNOWN,
        _("there is no organization %(code)s. Correct the code or add that organization.") % {"code": code},
        because=context.organizations.cause(code, name),
    )
