"""Calls about organizations."""

from __future__ import annotations

from ninja import Query, Router, Schema
from pydantic import Field

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import may_convene, organizations_seen_by
from zhibu.domain.terms import OrganizationKind
from zhibu.web.feeds.auth import ApiRequest
from zhibu.web.feeds.paging import Asked, Page, page_of

router = Router(tags=["organizations"])


class OrganizationItem(Schema):
    code: str
    name: str
    kind: OrganizationKind
    may_convene: bool = Field(description="whether this token may call a meeting of it")


@router.get("", response=Page[OrganizationItem], url_name="organizations")
def list_organizations(request: ApiRequest, asked: Query[Asked]) -> dict[str, object]:
    """The organizations that exist today and that this token may see, in the order of the tree."""

    def item(row: Organization) -> OrganizationItem:
        return OrganizationItem(
            code=row.code, name=row.name, kind=row.word, may_convene=may_convene(request.asker, row)
        )

    rows = organizations_seen_by(request.asker).filter(pk__in=Organization.objects.existing(request.asker.on))
    return page_of(request, rows.order_by("path"), asked, item)
