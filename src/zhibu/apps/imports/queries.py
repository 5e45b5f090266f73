"""Reads about imports."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.imports.models import Import
from zhibu.apps.people.models import Account


def imports_newest_first() -> QuerySet[Import]:
    """For a list: without what only an undo needs."""
    return Import.objects.defer("report", "changes").order_by("-pk")


def is_latest(imported: Import) -> bool:
    """Whether it stands, and no other import stands on top of it: what else an undo asks, ``undo`` finds out."""
    latest = Import.objects.standing().order_by("-pk").values_list("pk", flat=True).first()
    return latest == imported.pk


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """What the accounts behind these actors are called; the terminal of the server is not among them."""
    keys = [UUID(actor) for actor in set(actors) if actor != OPERATOR]
    return {str(row.pk): row.name or row.login for row in Account.objects.filter(pk__in=keys)}
