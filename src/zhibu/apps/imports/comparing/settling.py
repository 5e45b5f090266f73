"""What must follow once everything has been compared: nobody stays in what is no longer there."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.comparing.context import Comparison
from zhibu.apps.imports.comparing.dating import RecordedLater, end
from zhibu.apps.imports.findings import Code
from zhibu.documents.workbooks.layout import ORGANIZATIONS, PEOPLE


def settle(to: Comparison) -> None:
    closed = {post.pk for post in to.window_posts.values() if post.until == to.as_of}
    if closed:
        _empty_seats(to, closed)
    dissolved = {row.pk for row in to.organizations.values() if row.dissolved == to.as_of}
    if dissolved:
        _refuse_orphans(to, dissolved)


def _empty_seats(to: Comparison, closed: set[UUID]) -> None:
    for person, seats in to.known.seats.items():
        if seats and seats[-1].until is None and seats[-1].window_post_id in closed:
            try:
                end(to.changes, seats, to.as_of)
            except RecordedLater as later:
                to.refuse_early(PEOPLE.name, None, "岗位编码", to.known.names.get(person, ""), later)


def _refuse_orphans(to: Comparison, dissolved: set[UUID]) -> None:
    """Whoever still belongs to an organization that the workbook leaves out must be said to belong elsewhere."""
    left: Counter[UUID | None] = Counter()
    for memberships in to.known.memberships.values():
        left.update(row.organization_id for row in memberships if row.until is None)
        left.update(row.group_id for row in memberships if row.until is None)
    for jobs in to.known.employments.values():
        left.update(row.organization_id for row in jobs if row.until is None)
    for appointments in to.known.appointments.values():
        left.update(row.organization_id for row in appointments if row.until is None)
    for places in to.known.placements.values():
        left.update(row.parent_id for row in places if row.until is None)
    left.update(post.organization_id for post in to.window_posts.values() if post.until is None)
    for organization in to.organizations.values():
        if organization.pk in dissolved and left[organization.pk]:
            to.findings.error(
                ORGANIZATIONS.name,
                None,
                "组织编码",
                organization.code,
                Code.MISSING,
                _(
                    "%(name)s is not in this workbook, and %(count)s records of people, posts or groups still belong "
                    "to it. Say where they belong now, or leave it in."
                )
                % {"name": organization.name, "count": left[organization.pk]},
            )
