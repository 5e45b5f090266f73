"""窗口岗位: units that are there; and a list of what nobody has been assigned to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhibu.apps.imports.checking.context import Context
from zhibu.apps.imports.facts import WindowPostFact
from zhibu.apps.imports.findings import Code
from zhibu.documents.workbooks.layout import WINDOW_POSTS

SHEET = WINDOW_POSTS.name


def check_window_posts(context: Context) -> None:
    taken = {fact.post for fact in context.facts.people or ()}
    seated = {row.window_post_id for rows in context.known.seats.values() for row in rows if row.until is None}
    for fact in context.facts.window_posts or ():
        _check_unit(context, fact)
        recorded = context.known.window_posts.get(fact.code)
        if recorded is None or recorded.least_staffing is None:
            _list_unknown(context, fact, "最少在岗", fact.least_staffing is None, _("least staffing is unknown."))
        if recorded is None or not recorded.weekdays:
            _list_unknown(context, fact, "开放星期", not fact.weekdays, _("the days it is open are unknown."))
        if fact.code and fact.code not in taken and (recorded is None or recorded.pk not in seated):
            context.findings.warn(
                SHEET,
                fact.row,
                "岗位编码",
                fact.code,
                Code.MISSING,
                _("nobody is assigned to this post; see 岗位编码 in 人员花名册."),
            )


def _check_unit(context: Context, fact: WindowPostFact) -> None:
    if fact.organization:
        if context.place(fact.organization) is None:
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
        return
    recorded = context.known.window_posts.get(fact.code)
    if recorded is None or recorded.organization_id is None:
        _list_unknown(context, fact, "组织编码", is_unknown=True, text=_("this post is assigned to no unit."))


def _list_unknown(context: Context, fact: WindowPostFact, column: str, is_unknown: bool, text: str) -> None:  # noqa: FBT001
    if is_unknown and column not in fact.faulty:
        context.findings.warn(SHEET, fact.row, column, None, Code.MISSING, text)
