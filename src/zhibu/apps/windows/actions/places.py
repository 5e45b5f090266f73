"""Sites and sections get other names, and two that are one are joined."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.windows.errors import WindowRefusal
from zhibu.apps.windows.models import Section, Site


@transaction.atomic
def rename_site(site: Site, *, name: str, actor: Actor, at: dt.datetime) -> None:
    """The same name changes nothing. Refused where another has it: those two would have to be joined."""
    if _rename(site, name):
        record("site_renamed", site.pk, actor=actor, at=at, document={"name": name})


@transaction.atomic
def rename_section(section: Section, *, name: str, actor: Actor, at: dt.datetime) -> None:
    """As ``rename_site``."""
    if _rename(section, name):
        record("service_section_renamed", section.pk, actor=actor, at=at, document={"name": name})


def _rename(place: Site | Section, name: str) -> bool:
    if place.name == name:
        return False
    if type(place)._default_manager.filter(name=name).exists():
        raise WindowRefusal(
            _("“%(name)s” is there already. Choose another name, or join the two into one.") % {"name": name}
        )
    place.name = name
    place.save(update_fields=["name"])
    return True


@transaction.atomic
def join_sites(site: Site, into: Site, *, actor: Actor, at: dt.datetime) -> None:
    """Every post of the first stands at the second from now on; the first is gone."""
    _refuse_itself(site, into)
    site.window_posts.update(site=into)
    record(  # before it is gone: others move what they keep of it
        "sites_joined", into.pk, actor=actor, at=at, document={"gone": str(site.pk), "name": site.name}
    )
    site.delete()


@transaction.atomic
def join_sections(section: Section, into: Section, *, actor: Actor, at: dt.datetime) -> None:
    """As ``join_sites``."""
    _refuse_itself(section, into)
    section.window_posts.update(section=into)
    record(  # before it is gone: others move what they keep of it
        "service_sections_joined",
        into.pk,
        actor=actor,
        at=at,
        document={"gone": str(section.pk), "name": section.name},
    )
    section.delete()


def _refuse_itself(place: Site | Section, into: Site | Section) -> None:
    if place.pk == into.pk:
        raise WindowRefusal(_("“%(name)s” can not be joined with itself. Choose another.") % {"name": place.name})
