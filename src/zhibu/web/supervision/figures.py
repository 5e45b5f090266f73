"""The figures of an organization on a day, and the list that each of them opens to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from zhibu.apps.reports import definitions
from zhibu.apps.reports.definitions import BY_ID, FIGURES, SHARES, Figure, Opens, Share
from zhibu.apps.reports.listing import Listing, Sort, listing, sorts
from zhibu.apps.reports.queries import Sheet, sheet
from zhibu.documents.tables import Table
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.supervision import tables
from zhibu.web.supervision.scope import Chosen, chosen

# --- The sheet -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    unit: str
    definition: str
    url: str


def _groups() -> Sequence[tuple[str, Sequence[Figure | Share]]]:
    return (
        (_("Organizations"), tuple(definitions.ORGANIZATIONS.values())),
        (
            _("Party posts"),
            (
                definitions.SECRETARIES_HELD,
                definitions.COMMITTEE_MEMBERS,
                definitions.BRANCH_COMMITTEE_MEMBERS,
                definitions.PARTY_POSTS,
            ),
        ),
        (
            _("People"),
            (
                definitions.STAFF,
                definitions.MEMBERS,
                definitions.FULL_MEMBERS,
                definitions.POST_HOLDERS,
                definitions.POST_HOLDERS_OF_STAFF,
                definitions.POST_HOLDERS_OF_MEMBERS,
            ),
        ),
        (
            _("Windows and years of work"),
            (
                definitions.WINDOW_POSTS,
                definitions.WINDOW_SITES,
                definitions.WINDOW_SECTIONS,
                definitions.AT_LEAST_15,
                definitions.AT_LEAST_20,
                definitions.LONGEST,
            ),
        ),
    )


def unit(figure: Figure | Share) -> str:
    match figure:
        case Share():
            return ""
        case Figure(in_years=True):
            return pgettext("unit", "years")
        case Figure(opens=Opens.PEOPLE):
            return pgettext("unit", "people")
        case Figure(opens=Opens.POSTS):
            return pgettext("unit", "posts")
        case _:
            return ""


def value(found: Sheet, figure: Figure | Share) -> str:
    if isinstance(figure, Share):
        share = found.share(figure)
        return "–" if share is None else f"{share:.0%}"
    number = found.of(figure)
    return "–" if number is None else formats.number_format(number, force_grouping=True)


def tile(found: Sheet, figure: Figure | Share, of: Chosen) -> Tile:
    return Tile(
        label=str(figure.name),
        value=value(found, figure),
        unit=unit(figure),
        definition=str(figure.counts),
        url=f"{reverse('figure', args=[figure.id])}?{of.query}",
    )


@login_required
@require_safe
def figures(request: AskedRequest) -> HttpResponse:
    of = chosen(request)
    if of is None or of.stand is None:
        return _nothing(request, of)
    found = sheet(of.scope)
    groups = [(name, [tile(found, figure, of) for figure in group]) for name, group in _groups()]
    return render(
        request,
        "supervision/figures.html",
        {
            "of": of,
            "groups": groups,
            "below": of.below(),
            "crumbs": of.crumbs("figures") if of.above() else [],
            "xlsx": f"{reverse('figures_xlsx')}?{of.query}",
        },
    )


@login_required
@require_safe
def figures_xlsx(request: AskedRequest) -> HttpResponse:
    of = chosen(request)
    if of is None or of.stand is None:
        raise Http404
    found = sheet(of.scope)
    title = _("Figures of %(name)s") % {"name": of.name}
    everything: tuple[Figure | Share, ...] = (*FIGURES, *SHARES)
    numbers = [(str(each.name), value(found, each), unit(each), str(each.counts)) for each in everything]
    headings = (_("Figure"), _("Number"), _("Unit"), _("How it is counted"))
    return spreadsheet(title, [Table(_("Figures"), headings, numbers)], notes=(title, as_of(of)))


def _nothing(request: AskedRequest, of: Chosen | None) -> HttpResponse:
    return render(request, "supervision/no_figures.html", {"of": of, "day": of.day if of else day_asked(request)})


def as_of(of: Chosen) -> str:
    return _("As of %(day)s") % {"day": of.day.isoformat()}


# --- One figure ----------------------------------------------------------------------------------------------------


class Search(forms.Form):
    """What is looked for in a list, and in which order it stands."""

    organization = forms.CharField(required=False, widget=forms.HiddenInput)
    on = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, figure: Figure) -> None:
        super().__init__(data)
        label = _("Name, pinyin or number") if _is_of_people(figure) else _("Name or code")
        orders = [(order.value, _order(order, figure)) for order in sorts(figure)]
        self.fields["q"] = forms.CharField(label=label, required=False, max_length=40)
        self.fields["sort"] = forms.ChoiceField(label=_("Order"), choices=orders, required=False)

    @property
    def text(self) -> str:
        return str(self.cleaned_data["q"]) if self.is_valid() else ""

    @property
    def is_used(self) -> bool:
        return bool(self.data.get("q") or self.data.get("sort"))

    @property
    def order(self) -> Sort | None:
        asked = self.cleaned_data["sort"] if self.is_valid() else ""
        return Sort(asked) if asked else None


def _is_of_people(figure: Figure) -> bool:
    return figure.opens in {Opens.PEOPLE, Opens.POSTS}


def _order(order: Sort, figure: Figure) -> str:
    match order:
        case Sort.NUMBER:
            return _("by staff number") if _is_of_people(figure) else _("by code")
        case Sort.NAME:
            return _("by name")
        case Sort.PLACE:
            return _("by site and section") if figure.opens is Opens.WINDOW_POSTS else _("by place in the tree")


@login_required
@require_safe
def figure(request: AskedRequest, id: str) -> HttpResponse:  # noqa: A002 - the word of the address
    of, share, what = _asked(request, id)
    form = Search(request.GET, what)
    found = listing(what, of.scope, request.asker, text=form.text, sort=form.order)
    shows_all = "all" in request.GET
    page = None if shows_all else page_of(request, found)
    lines = found.lines() if page is None else page.object_list
    numbers = sheet(of.scope, [share.part, share.whole] if share else [what])
    return render(
        request,
        "supervision/figure.html",
        {
            "of": of,
            "figure": share or what,
            "number": tile(numbers, share or what, of),
            "parts": [tile(numbers, part, of) for part in (share.part, share.whole)] if share else [],
            "form": form,
            "found": found,
            "page": page,
            "columns": tables.columns(what.opens),
            "rows": tables.rows(what.opens, lines, of),
            "crumbs": of.crumbs("figures", Crumb(str((share or what).name))),
            "xlsx": f"{reverse('figure_xlsx', args=[id])}?{request.GET.urlencode()}",
        },
    )


@login_required
@require_safe
def figure_xlsx(request: AskedRequest, id: str) -> HttpResponse:  # noqa: A002
    of, share, what = _asked(request, id)
    form = Search(request.GET, what)
    found = listing(what, of.scope, request.asker, text=form.text, sort=form.order)
    counted = share or what
    title = f"{of.name} {counted.name}"
    notes = [title, as_of(of), str(counted.counts), *_hidden(found)]
    return spreadsheet(title, [tables.table(str(counted.name), what.opens, found.lines(), of)], notes=notes)


def _hidden(found: Listing) -> list[str]:
    return [_("Counted here and not shown: %(number)s.") % {"number": found.hidden}] if found.hidden else []


def _asked(request: AskedRequest, id: str) -> tuple[Chosen, Share | None, Figure]:  # noqa: A002
    """The organization, the share where one is asked for, and the figure whose records are listed."""
    share = next((share for share in SHARES if share.id == id), None)
    what = share.part if share else BY_ID.get(id)
    of = chosen(request)
    if what is None or of is None or of.stand is None:
        raise Http404
    return of, share, what
