"""Of which organization and which day a page speaks: ``?organization=``, ``?on=``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from zhibu.apps.organizations.queries import House, Standing, house_on
from zhibu.apps.people.access import Asker, sees_place
from zhibu.apps.reports.scope import Scope, scope_of
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.middleware import AskedRequest


@dataclass(frozen=True)
class Chosen:
    """An organization in the house of a day. ``stand`` is ``None`` where it did not exist on that day."""

    house: House
    id: UUID
    asker: Asker

    @property
    def day(self) -> dt.date:
        return self.house.day

    @property
    def stand(self) -> Standing | None:
        return self.house.by_id.get(self.id)

    @property
    def name(self) -> str:
        return self.house.names[self.id]

    @property
    def scope(self) -> Scope:
        return scope_of(self.house, self.id)

    @property
    def query(self) -> str:
        """The part of an address that keeps organization and day."""
        return urlencode({"organization": self.id, "on": self.day.isoformat()})

    def sees(self, id: UUID) -> bool:  # noqa: A002 - the organization's
        return sees_place(self.asker, self.house.today[id])

    def address(self, id: UUID) -> str:  # noqa: A002
        """The page of an organization on this day; empty where the asker may not see it."""
        return f"{reverse('organization', args=[id])}?on={self.day.isoformat()}" if self.sees(id) else ""

    def above(self) -> list[Standing]:
        """The superiors that the asker sees, the highest first."""
        return [stand for stand in self.house.above(self.id) if self.sees(stand.id)]

    def below(self) -> list[Standing]:
        return [stand for stand in self.house.children(self.id) if self.sees(stand.id)]

    def crumbs(self, page: str, *rest: Crumb) -> list[Crumb]:
        """The way down the tree to a page of this organization; ``page`` is the name of that page's address."""
        on = self.day.isoformat()
        way = [(stand.id, stand.name) for stand in self.above()] + [(self.id, self.name)]
        steps = [Crumb(name, f"{reverse(page)}?{urlencode({'organization': id, 'on': on})}") for id, name in way]  # noqa: A001
        return [*steps, *rest] if rest else [*steps[:-1], Crumb(self.name)]


def chosen(request: AskedRequest) -> Chosen | None:
    """The organization asked for, else the highest one that the asker oversees, else where they belong.

    ``None`` for those who belong nowhere and see no tree. What may not be seen answers like what is not there.
    """
    asker = request.asker
    house = house_on(day_asked(request))
    asked = request.GET.get("organization")
    id = _read(asked) if asked else _own(asker, house)  # noqa: A001
    if id is None:
        return None
    if id not in house.today or not sees_place(asker, house.today[id]):
        raise Http404
    return Chosen(house, id, asker)


def _read(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _own(asker: Asker, house: House) -> UUID | None:
    by_path = {path: key for key, path in house.today.items()}
    for places in (asker.offices, asker.branches, asker.units, asker.windows, asker.led):
        if places:
            return by_path[min(places, key=lambda path: (len(path), path))]
    tops = [stand.id for stand in house.standings if stand.parent is None and sees_place(asker, stand.today)]
    return tops[0] if tops else None
