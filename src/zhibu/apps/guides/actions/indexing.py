"""What a guide is found by: title, text and keywords of each version that is or will be in force."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils.translation import gettext as _

from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Guide, GuideVersion
from zhibu.apps.guides.queries import GUIDE
from zhibu.apps.organizations.models import Organization
from zhibu.apps.search.actions import Text, index_all, unindex, unindex_kind
from zhibu.documents.markdown import plain
from zhibu.domain.terms import GuideState


def index_guide(guide: Guide) -> None:
    """In the transaction of every deed that changes what it says, to whom or until when."""
    versions = list(guide.versions.filter(state=GuideState.PUBLISHED.value).select_related("guide"))
    found = [version for version in versions if version.until is None or version.until != version.since]
    unindex(GUIDE, [version.pk for version in versions if version not in found])
    index_all(GUIDE, texts(found))


def rebuild_guides() -> int:
    """All of them anew; returns how many."""
    unindex_kind(GUIDE)
    rows = GuideVersion.objects.filter(state=GuideState.PUBLISHED.value).select_related("guide")
    found = list(rows.filter(Q(until__isnull=True) | ~Q(until=F("since"))))
    index_all(GUIDE, texts(found))
    return len(found)


def texts(versions: Iterable[GuideVersion]) -> list[Text]:
    """Guides belong to the whole house: they stand under its root. One query."""
    house = Organization.objects.filter(depth=1).order_by("path").first()
    if house is None:
        raise GuideRefusal(_("The house has no organization yet. Bring in its workbook first."))
    return [_text(version, house) for version in versions]


def _text(version: GuideVersion, house: Organization) -> Text:
    assert version.since is not None
    return Text(
        subject=version.pk,
        organization=house,
        title=version.title,
        text="\n".join(filter(None, (version.title, version.keywords, plain(version.text)))),
        since=version.since,
        until=version.until,
        audience=version.guide.audience,
        without_spaces=True,
    )
