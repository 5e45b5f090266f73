"""组织机构: every organization under one that may stand above it, none above itself, one root."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.facts import OrganizationFact
from zhibu.apps.imports.findings import Code, place
from zhibu.apps.organizations.actions import MAY_STAND_UNDER
from zhibu.documents.workbooks.layout import ORGANIZATIONS
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import cyclic

SHEET, SUPERIOR = ORGANIZATIONS.name, "上级组织编码"


def check_organizations(context: Context) -> None:
    if context.facts.organizations is None:
        return
    looping = _check_cycles(context)
    for fact in context.facts.organizations:
        if not fact.superior:
            _check_root(context, fact)
        elif fact.code not in looping:
            _check_superior(context, fact)
        _check_reuse(context, fact)
        if fact.founded is None and "成立日期" not in fact.faulty:
            context.findings.warn(
                SHEET,
                fact.row,
                "成立日期",
                None,
                Code.MISSING,
                _("without it the organization stands where it does since this import, as far as known."),
            )
    _check_one_root(context)


def _fault(
    context: Context,
    fact: OrganizationFact,
    column: str,
    value: str | None,
    code: Code,
    text: str,
    because: str | None = None,
) -> None:
    """Whatever stumbles over this organization later is then told where the fault is."""
    context.findings.error(SHEET, fact.row, column, value, code, text, because=because)
    context.faulty.setdefault(fact.code, because or place(SHEET, fact.row))


def _check_cycles(context: Context) -> set[str]:
    """One error for each row of a cycle; returns their codes."""
    known = context.known
    parents: dict[str, str | None] = {code: known.superior_of(code) for code in known.organizations}
    parents |= {code: fact.superior or None for code, fact in context.organizations.rows.items()}
    looping = set(cyclic(parents))
    for code, fact in context.organizations.rows.items():
        if code in looping:
            _fault(
                context,
                fact,
                SUPERIOR,
                fact.superior,
                Code.CYCLE,
                _("%(code)s would stand above itself. Choose another superior for one of %(codes)s.")
                % {"code": code, "codes": "、".join(_cycle_of(code, parents))},
            )
    return looping


def _cycle_of(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The codes from this one up to it again."""
    walk, above = [code], parents[code]
    while above is not None and above != code:
        walk.append(above)
        above = parents[above]
    return walk


def _check_root(context: Context, fact: OrganizationFact) -> None:
    if fact.kind not in {OrganizationKind.LEADING_GROUP, None} and SUPERIOR not in fact.faulty:
        _fault(
            context,
            fact,
            SUPERIOR,
            None,
            Code.MISSING,
            _("only the leading group has no superior. Write the code of the superior."),
        )


def _check_superior(context: Context, fact: OrganizationFact) -> None:
    superior = context.place(fact.superior)
    if superior is None:
        _fault(
            context,
            fact,
            SUPERIOR,
            fact.superior,
            Code.UNKNOWN,
            _("there is no organization %(code)s. Correct the code or add that organization.")
            % {"code": fact.superior},
            because=context.organizations.cause(fact.superior),
        )
    elif fact.kind is not None and superior.kind is not None and superior.kind not in MAY_STAND_UNDER[fact.kind]:
        _fault(
            context,
            fact,
            SUPERIOR,
            fact.superior,
            Code.BAD_VALUE,
            _("a %(kind)s can not stand under %(superior)s, a %(above)s. Correct the superior or the kind.")
            % {"kind": fact.kind.zh, "superior": superior.name, "above": superior.kind.zh},
        )


def _check_reuse(context: Context, fact: OrganizationFact) -> None:
    recorded = context.known.organizations.get(fact.code)
    if recorded is not None and recorded.dissolved is not None:
        _fault(
            context,
            fact,
            "组织编码",
            fact.code,
            Code.BAD_VALUE,
            _("%(name)s had this code and was dissolved on %(day)s. Give the new organization another code.")
            % {"name": recorded.name, "day": recorded.dissolved},
        )


def _check_one_root(context: Context) -> None:
    roots = [fact for fact in context.organizations.rows.values() if fact.kind == OrganizationKind.LEADING_GROUP]
    others = {code for code in context.known.organizations if code not in context.organizations.rows}
    recorded = [place for code in sorted(others) if (place := context.place(code)) is not None]
    above = next((place.name for place in recorded if place.kind == OrganizationKind.LEADING_GROUP), None)
    if above is None and roots:
        above, roots = roots[0].name, roots[1:]
    for fact in roots:
        _fault(
            context,
            fact,
            "组织类别",
            fact.kind.zh if fact.kind else None,
            Code.DUPLICATE,
            _("a tree has one root, and that is %(name)s. Correct the kind, or give this one a superior.")
            % {"name": above},
        )
