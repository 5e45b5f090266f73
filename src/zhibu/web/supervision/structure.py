"""What is to be looked at in how organizations are built: for those who oversee, in tree order and in no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.queries import House, Standing, house_on
from zhibu.apps.people.access import Asker, oversees_place
from zhibu.apps.reports.structure import Structure, structure_overseen_by
from zhibu.documents.tables import Table
from zhibu.domain.structure import Finding, StructureCheck
from zhibu.domain.terms import OrganizationKind
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import cited, strength
from zhibu.web.shell.templatetags.words import word
from zhibu.web.supervision.words import asks, says


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule by which something was found: where it stands, how strongly it binds, which number it asks for."""

    citation: str
    strength: str
    asks: str

    @property
    def text(self) -> str:
        said = " ".join(filter(None, (self.strength, self.asks)))
        return f"{self.citation} {said}" if said else self.citation


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words."""

    organization: Standing
    check: StructureCheck
    says: str
    person: UUID | None
    grounds: Sequence[Ground]


class Filters(forms.Form):
    """Which findings, and of which part of the tree. The parts are named in tree order."""

    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, parts: Sequence[Standing]) -> None:
        super().__init__(data)
        checks = [("", _("all"))] + [(check.value, word(check)) for check in StructureCheck]
        places = [("", _("all that I oversee"))] + [(str(part.id), part.name) for part in parts]
        self.fields["check"] = forms.ChoiceField(label=_("What"), choices=checks, required=False)
        self.fields["place"] = forms.ChoiceField(label=_("Where"), choices=places, required=False)

    @property
    def is_used(self) -> bool:
        return bool(self.data.get("check") or self.data.get("place"))

    def keeps(self, finding: Finding, below: frozenset[UUID] | None) -> bool:
        check = self.cleaned_data["check"] if self.is_valid() else ""
        return (not check or finding.check == check) and (below is None or finding.organization in below)

    @property
    def place(self) -> UUID | None:
        asked = self.cleaned_data["place"] if self.is_valid() else ""
        return UUID(asked) if asked else None


@login_required
@require_safe
def structure(request: AskedRequest) -> HttpResponse:
    house, filters, lines = _asked(request)
    page = None if "all" in request.GET else page_of(request, lines)
    return render(
        request,
        "supervision/structure.html",
        {
            "day": house.day,
            "form": filters,
            "page": page,
            "lines": lines if page is None else page.object_list,
            "xlsx": f"{reverse('structure_xlsx')}?{request.GET.urlencode()}",
        },
    )


@login_required
@require_safe
def structure_xlsx(request: AskedRequest) -> HttpResponse:
    house, _filters, lines = _asked(request)
    headings = _("Organization"), _("Code"), _("What"), _("Found"), _("Rule")
    rows = [
        (
            line.organization.name,
            line.organization.code,
            word(line.check),
            line.says,
            "\n".join(ground.text for ground in line.grounds),
        )
        for line in lines
    ]
    title = _("Structure of organizations")
    notes = (title, _("As of %(day)s") % {"day": house.day.isoformat()})
    return spreadsheet(title, [Table(title, headings, rows)], notes=notes)


def _asked(request: AskedRequest) -> tuple[House, Filters, list[Line]]:
    forbid_unless(bool(request.asker.offices))
    house = house_on(day_asked(request))
    filters = Filters(request.GET, parts(house, request.asker))
    found = structure_overseen_by(request.asker, house)
    below = house.subtree(filters.place).ids if filters.place else None
    kept = [finding for finding in found.findings if filters.keeps(finding, below)]
    return house, filters, [line(finding, found, house) for finding in kept]


def parts(house: House, asker: Asker) -> list[Standing]:
    """What the asker holds an office in, and what stands right below that; groups are not worth a choice."""
    overseen = {stand.id: stand for stand in house.standings if oversees_place(asker, stand.today)}
    tops = {key for key, stand in overseen.items() if stand.parent not in overseen}
    return [
        stand
        for key, stand in overseen.items()
        if (key in tops or stand.parent in tops) and stand.kind is not OrganizationKind.GROUP
    ]


def line(finding: Finding, found: Structure, house: House) -> Line:
    return Line(
        organization=house.by_id[finding.organization],
        check=finding.check,
        says=says(finding, found.people),
        person=finding.person,
        grounds=[Ground(cited(rule), strength(rule), asks(rule)) for rule in finding.rules],
    )
