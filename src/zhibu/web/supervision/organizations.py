"""The tree of organizations as of a day, and one organization: what it is, who leads it, who belongs to it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.queries import House, Standing, former_names_of, house_on
from zhibu.apps.people.access import Asker, oversees_place, sees_place, sight_of_places
from zhibu.apps.people.directory import Belonging, Member, belonging_on, members_seen_by, officers_seen_by
from zhibu.apps.reports import definitions
from zhibu.apps.reports.queries import sheet
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell.answers import not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.supervision.figures import tile
from zhibu.web.supervision.scope import Chosen

#: A larger tree is shown in two steps below its top, and each part opens on a page of its own.
LARGEST = 400
STEPS = 2

# --- The tree ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """An organization in the tree. The sums include all below it; ``beyond``: how many more are on another page."""

    stand: Standing
    members: int
    staff: int
    below: Sequence[Node]
    beyond: int
    is_open: bool


@login_required
@require_safe
def organizations(request: AskedRequest) -> HttpResponse:
    house = house_on(day_asked(request))
    sees = sight_of_places(request.asker)
    seen = [stand for stand in house.standings if sees(stand.today)]
    top = _top(request, seen)
    sums = _sums(house, belonging_on(house.day)) if seen else {}
    return render(
        request,
        "supervision/organizations.html",
        {
            "day": house.day,
            "top": house.by_id[top] if top else None,
            "crumbs": _way(house, top, request.asker),
            "nodes": _nodes(seen, sums, top, request.asker),
        },
    )


def _top(request: AskedRequest, seen: Sequence[Standing]) -> UUID | None:
    """Whose part of the tree is asked for (``?under=``); ``None`` is all of it."""
    asked = request.GET.get("under")
    if not asked:
        return None
    found = next((stand.id for stand in seen if str(stand.id) == asked), None)
    if found is None:
        raise Http404
    return found


def _way(house: House, top: UUID | None, asker: Asker) -> list[Crumb]:
    if top is None:
        return []
    on = house.day.isoformat()
    above = [stand for stand in house.above(top) if sees_place(asker, stand.today)]
    address = reverse("organizations")
    return [
        *(Crumb(stand.name, f"{address}?under={stand.id}&on={on}") for stand in above),
        Crumb(house.names[top]),
    ]


def _sums(house: House, belonging: Mapping[UUID, Belonging]) -> dict[UUID, Belonging]:
    """Each organization with all below it. The members of a group are members of its branch already."""
    nobody = Belonging()
    sums = {stand.id: belonging.get(stand.id, nobody) for stand in house.standings}
    for stand in reversed(house.standings):
        if stand.parent is not None and stand.kind is not OrganizationKind.GROUP:
            own, above = sums[stand.id], sums[stand.parent]
            sums[stand.parent] = Belonging(above.members + own.members, above.staff + own.staff)
    return sums


def _nodes(
    seen: Sequence[Standing], sums: Mapping[UUID, Belonging], top: UUID | None, asker: Asker
) -> Sequence[Node]:
    children: defaultdict[UUID | None, list[Standing]] = defaultdict(list)
    known = {stand.id for stand in seen}
    for stand in seen:
        children[stand.parent if stand.parent in known else None].append(stand)
    mine = asker.offices + asker.belongs
    steps = None if _size(children, top) <= LARGEST else STEPS

    def node(stand: Standing, step: int) -> Node:
        stops = steps is not None and step >= steps
        below = [] if stops else [node(child, step + 1) for child in children[stand.id]]
        leads_home = any(place.startswith(stand.today) and place != stand.today for place in mine)
        return Node(
            stand=stand,
            members=sums[stand.id].members,
            staff=sums[stand.id].staff,
            below=below,
            beyond=_size(children, stand.id) if stops else 0,
            is_open=step == 0 or leads_home,
        )

    return [node(stand, 0) for stand in seen if stand.id == top] if top else [node(s, 0) for s in children[None]]


def _size(children: Mapping[UUID | None, Sequence[Standing]], top: UUID | None) -> int:
    """How many stand below ``top``; below nobody, how many there are."""
    waiting, size = [top], -1
    while waiting:
        key = waiting.pop()
        size += 1
        waiting.extend(child.id for child in children.get(key, ()))
    return size


# --- One organization ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Superior:
    """Under whom it stood, from when until when; ``url`` is empty where the asker may not see that organization."""

    name: str
    url: str
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """``group`` is the name of the member's group; empty where there is none."""

    member: Member
    group: str


@login_required
@require_safe
def organization(request: AskedRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the word of the address
    house = house_on(day_asked(request))
    not_found_unless(id in house.today and sees_place(request.asker, house.today[id]))
    of = Chosen(house, id, request.asker)
    life = house.life(id)
    above = of.above()
    context = {
        "of": of,
        "life": life,
        "merged_into": house.names[life.merged_into] if life.merged_into else "",
        "superiors": _superiors(of),
        "former_names": former_names_of(id),
        "crumbs": [*(Crumb(stand.name, of.address(stand.id)) for stand in above), Crumb(of.name)] if above else [],
    }
    if of.stand is not None:
        context |= _present(of)
    return render(request, "supervision/organization.html", context)


def _superiors(of: Chosen) -> list[Superior]:
    """The latest first. At the top of the tree there is none."""
    return [
        Superior(of.house.names[place.parent], of.address(place.parent), place.since, place.until)
        for place in reversed(of.house.places(of.id))
        if place.parent is not None
    ]


#: What is counted on the page of each kind of organization.
_COUNTED = (definitions.MEMBERS, definitions.FULL_MEMBERS, definitions.STAFF, definitions.WINDOW_POSTS)


def _present(of: Chosen) -> dict[str, object]:
    """What there is of an organization that exists on the day."""
    found = sheet(of.scope, _COUNTED)
    officers = officers_seen_by(of.asker, of.id, of.day)
    context: dict[str, object] = {
        "tiles": [tile(found, figure, of) for figure in _COUNTED if found.of(figure)],
        "officers": officers,
        "term": next((officer for officer in officers if officer.term_since), None),
        "below": of.below(),
    }
    if of.house.life(of.id).kind in {OrganizationKind.BRANCH, OrganizationKind.GROUP}:
        members = members_seen_by(of.asker, of.id, of.day)
        context |= {
            "members": [
                MemberLine(member, of.house.names[member.group] if member.group else "") for member in members
            ],
            "hidden": (found.of(definitions.MEMBERS) or 0) - len(members),
            "shows_standing": oversees_place(of.asker, of.house.today[of.id]),
            "has_groups": any(member.group for member in members),
        }
    return context
