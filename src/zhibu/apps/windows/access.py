"""Who manages the windows, and who sees them. Each question stands in two forms that agree, over today's tree.

Window managers manage the posts of the unit they were given and of those below it. Office holders at or above a
unit see its posts. A post that belongs to no unit is managed by whoever was given the whole house.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.models import Section, Site, WindowPost
from zhibu.domain.tree import STEP

_Paths = tuple[str, ...]


def _stands_under(tops: _Paths, organization: Organization | None) -> bool:
    if organization is None:
        return any(len(top) == STEP for top in tops)
    return organization.path.startswith(tops)


def _under(tops: _Paths, prefix: str = "") -> Q:
    condition = Q(pk__in=[])
    for top in tops:
        condition |= in_subtree(top, prefix)
    return condition


def _posts_under(tops: _Paths) -> Q:
    condition = _under(tops, "organization__")
    return condition | Q(organization__isnull=True) if _stands_under(tops, None) else condition


def may_manage_windows(asker: Asker, unit: Organization) -> bool:
    """Its posts and the rosters of its people."""
    return _stands_under(asker.windows, unit)


def windows_managed_by(asker: Asker) -> QuerySet[Organization]:
    return Organization.objects.filter(_under(asker.windows))


def may_see_windows(asker: Asker, unit: Organization) -> bool:
    return _stands_under(asker.windows + asker.offices, unit)


def windows_seen_by(asker: Asker) -> QuerySet[Organization]:
    return Organization.objects.filter(_under(asker.windows + asker.offices))


def may_manage_post(asker: Asker, post: WindowPost) -> bool:
    return _stands_under(asker.windows, post.organization)


def posts_managed_by(asker: Asker) -> QuerySet[WindowPost]:
    return WindowPost.objects.filter(_posts_under(asker.windows))


def may_see_post(asker: Asker, post: WindowPost) -> bool:
    return _stands_under(asker.windows + asker.offices, post.organization)


def posts_seen_by(asker: Asker) -> QuerySet[WindowPost]:
    return WindowPost.objects.filter(_posts_under(asker.windows + asker.offices))


# --- Sites and sections belong to nobody alone: they are seen by whoever sees a post there, and given another name
# by whoever manages every one -------------------------------------------------------------------------------------


def may_see_site(asker: Asker, site: Site) -> bool:
    return _any_seen(asker, site)


def sites_seen_by(asker: Asker) -> QuerySet[Site]:
    return Site.objects.filter(Exists(posts_seen_by(asker).filter(site=OuterRef("pk"))))


def may_rename_site(asker: Asker, site: Site) -> bool:
    return _all_managed(asker, site)


def sites_renamed_by(asker: Asker) -> QuerySet[Site]:
    theirs = WindowPost.objects.filter(site=OuterRef("pk"))
    return Site.objects.filter(Exists(theirs), ~Exists(theirs.exclude(pk__in=posts_managed_by(asker).values("pk"))))


def may_see_section(asker: Asker, section: Section) -> bool:
    return _any_seen(asker, section)


def sections_seen_by(asker: Asker) -> QuerySet[Section]:
    return Section.objects.filter(Exists(posts_seen_by(asker).filter(section=OuterRef("pk"))))


def may_rename_section(asker: Asker, section: Section) -> bool:
    return _all_managed(asker, section)


def sections_renamed_by(asker: Asker) -> QuerySet[Section]:
    theirs = WindowPost.objects.filter(section=OuterRef("pk"))
    managed = posts_managed_by(asker).values("pk")
    return Section.objects.filter(Exists(theirs), ~Exists(theirs.exclude(pk__in=managed)))


def _any_seen(asker: Asker, place: Site | Section) -> bool:
    return any(may_see_post(asker, post) for post in place.window_posts.select_related("organization"))


def _all_managed(asker: Asker, place: Site | Section) -> bool:
    posts = list(place.window_posts.select_related("organization"))
    return bool(posts) and all(may_manage_post(asker, post) for post in posts)
