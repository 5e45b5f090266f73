"""A committee writes to organizations below it; what has been done is seen from records, never from reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.errors import BearsMark, FileRefused
from zhibu.apps.archive.files import place_of, refuse_too_large
from zhibu.apps.notices.access import (
    circulars_seen_by,
    may_see_all_addressees,
    may_withdraw,
    office_above,
    organizations_written_to_by,
)
from zhibu.apps.notices.actions import circulars as deeds
from zhibu.apps.notices.actions.circulars import Asked
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.models import Circular, Enclosure
from zhibu.apps.notices.queries import addressees_of, sent_by
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.access import cells_seen_by
from zhibu.apps.oversight.models import Counter
from zhibu.apps.oversight.queries import Standing, calendar_kept, standing_of
from zhibu.apps.people.access import Asker
from zhibu.apps.people.models import Person
from zhibu.domain.compliance import Calendar, Status
from zhibu.domain.requirements import Subject
from zhibu.domain.terms import OrganizationKind
from zhibu.domain.tree import STEP
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import kept_file
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import Owed, owed, period_in_words
from zhibu.web.shell.paging import page_of

#: So many organizations stand on one page to be chosen from; of a larger tree it is those of one part.
MOST_TO_CHOOSE = 300

#: What may be asked for: of periods that ended so many days ago at most, or begin in so many at most.
_AGO, _AHEAD = dt.timedelta(days=92), dt.timedelta(days=31)


# --- Writing -------------------------------------------------------------------------------------------------------


class CircularForm(MarkedForm):
    title = forms.CharField(label=_lazy("Heading"), max_length=deeds.LONGEST_TITLE)
    text = forms.CharField(
        label=_lazy("What it says"), max_length=deeds.LONGEST_TEXT, widget=forms.Textarea({"rows": 6})
    )
    until = forms.DateField(
        label=_lazy("Matters until"),
        required=False,
        help_text=_lazy("The day after which nobody has to look at it any more."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    asked = forms.ChoiceField(
        label=_lazy("What is to be done"),
        required=False,
        help_text=_lazy("Where something owed is asked for: whether it is done is seen from the records on file."),
    )

    def __init__(self, *args: Any, asked: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["asked"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("nothing that is kept here")), *asked]


@dataclass(frozen=True, slots=True)
class Choice:
    """An organization to choose, so many steps below the highest shown; ``under``: where those below it are shown."""

    organization: Organization
    depth: int
    is_chosen: bool
    under: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """All organizations of one kind, chosen or left with one button."""

    kind: OrganizationKind
    number: int
    is_chosen: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """``?to=`` (several) and ``?kind=`` choose organizations, ``?asked=rule|first`` what is to be done.

    The buttons ``all``, ``none`` (a kind) and ``show`` (a part of a large tree) send nothing: what was written stays.
    """
    below = list(organizations_written_to_by(request.asker).filter(dissolved__isnull=True).order_by("path"))
    forbid_unless(bool(below))
    given = request.POST if request.method == "POST" else request.GET
    is_sent = request.method == "POST" and not any(name in given for name in ("all", "none", "show"))
    kind = given.get("all") or given.get("kind", "")
    chosen = [one for one in _chosen(given.getlist("to"), below, kind) if one.kind != given.get("none")]
    form = CircularForm(
        given if is_sent else None,
        asked=_to_ask_for(request, given.get("asked", "")),
        initial={name: given.get(name, "") for name in ("title", "text", "until", "asked")},
    )
    if is_sent and form.is_valid():
        try:
            circular = _send(request, chosen, form.cleaned_data, is_no_mark=form.has_tick)
        except (BearsMark, NoticeRefusal, FileRefused) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Sent. Secretaries and deputies find it among their notices."))
            return redirect("circular", circular.pk)
    context = {
        "form": form,
        "crumbs": [*_crumbs(), Crumb(_("New notice"))],
        "kinds": _kinds(below, chosen),
        "has_forgotten_files": request.method == "POST",
        **_choices(given.get("show", given.get("under", "")), below, chosen),
    }
    return render(request, "supervision/circulars/new.html", context, status=422 if form.errors else 200)


def _chosen(keys: Sequence[str], below: Sequence[Organization], kind: str) -> list[Organization]:
    """Those asked for that may be written to, in tree order; what is hidden is passed over like what is missing."""
    asked = set(keys)
    return [one for one in below if str(one.pk) in asked or (kind and one.kind == kind)]


def _kinds(below: Sequence[Organization], chosen: Sequence[Organization]) -> list[Kind]:
    picked = {one.pk for one in chosen}
    found = []
    for kind in (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH):
        those = [one for one in below if one.kind == kind]
        if len(those) > 1:
            found.append(Kind(kind, len(those), all(one.pk in picked for one in those)))
    return found


def _choices(part: str, below: Sequence[Organization], chosen: Sequence[Organization]) -> dict[str, object]:
    """What is shown to choose from. Of a large tree: the chosen, and one part of it, what stands below ``part``."""
    picked = {one.pk for one in chosen}
    shown = [one for one in below if one.kind != OrganizationKind.GROUP] or list(below)
    parents = {one.path[:-STEP] for one in shown}
    is_large, under = len(shown) > MOST_TO_CHOOSE, None
    if is_large:
        under = next((one for one in shown if str(one.pk) == part), None)
        top = under.path if under else min((one.path for one in shown), key=len)[:-STEP]
        shown = [one for one in shown if one.path[:-STEP] == top]
    apart = [one for one in chosen if one not in shown]
    highest = min((len(one.path) for one in shown), default=0)
    return {
        "apart": apart,
        "under": under,
        "choices": [
            Choice(
                one,
                (len(one.path) - highest) // STEP,
                one.pk in picked,
                str(one.pk) if is_large and one.path in parents else "",
            )
            for one in shown
        ],
        "number": len(chosen),
    }


def _to_ask_for(request: AskedRequest, chosen: str) -> list[tuple[str, str]]:
    """The obligations of those below that are open or were lately: rule and first day, with their words.

    ``chosen``, as it stands in an address or a form, is among them however long ago it was. What a post owes is not:
    nobody above its organization sees how it stands.
    """
    today = clock.today()
    wanted = Q(first__lte=today + _AHEAD, last__gte=today - _AGO)
    rule, _bar, first = chosen.partition("|")
    with suppress(ValueError):
        wanted |= Q(rule=rule, first=dt.date.fromisoformat(first))
    counters = Counter.objects.filter(wanted, organization__path__in=request.asker.offices)
    calendar = calendar_kept(today)
    found = {
        (counter.rule, counter.first): _in_words(calendar, counter.rule, counter.first, counter.last)
        for counter in counters.order_by("-first", "rule")
        if _is_seen_from_above(calendar, counter.rule, counter.first, counter.last)
    }
    return [(f"{rule}|{first.isoformat()}", words) for (rule, first), words in found.items()]


def _is_seen_from_above(calendar: Calendar, rule: str, first: dt.date, last: dt.date) -> bool:
    return calendar.rule_of(rule, first, last).binding.subject is not Subject.POST


def _in_words(calendar: Calendar, rule: str, first: dt.date, last: dt.date) -> str:
    obligation = calendar.rule_of(rule, first, last)
    return f"{obligation.label} · {period_in_words(obligation.period, first, last)}"


def _send(request: AskedRequest, to: Sequence[Organization], facts: dict[str, Any], *, is_no_mark: bool) -> Circular:
    path = office_above(request.asker, to)
    if to and path is None:
        raise NoticeRefusal(_("They do not stand below one and the same of your offices. Write to them one by one."))
    office = Organization.objects.get(path=path or request.asker.offices[0])
    rule, _bar, first = facts["asked"].partition("|")
    return deeds.send(
        office=office,
        by=_me(request),
        to=to,
        title=facts["title"],
        text=facts["text"],
        until=facts["until"],
        asked=Asked(rule, dt.date.fromisoformat(first)) if rule else None,
        attached=_read(request.FILES.getlist("files")),
        is_no_mark=is_no_mark,
        actor=request.user.actor,
        at=clock.now(),
    )


def _me(request: AskedRequest) -> Person:
    assert request.user.person is not None  # offices are held by people
    return request.user.person


def _read(uploaded: Sequence[UploadedFile[bytes]]) -> list[tuple[str, bytes]]:
    for file in uploaded:
        refuse_too_large(file.size or 0)
    return [(file.name or "", file.read()) for file in uploaded]


# --- What was sent -------------------------------------------------------------------------------------------------


@login_required
@require_safe
def sent(request: AskedRequest) -> HttpResponse:
    forbid_unless(bool(request.asker.offices))
    page = page_of(request, sent_by(request.asker))
    return render(request, "supervision/circulars/sent.html", {"page": page, "crumbs": _crumbs()})


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Notices"), reverse("notices")), Crumb(_("Notices sent"), reverse("circulars"))]


@dataclass(frozen=True, slots=True)
class Line:
    """One organization to which it went, with what is on file there.

    ``stands``: of what it owes itself; ``below``: of what is owed by those below it, where it owes nothing of this
    itself. Both ``None`` where nobody does.
    """

    organization: Organization
    stands: Owed | None = None
    below: Standing | None = None
    way: str = ""

    @property
    def is_owed(self) -> bool:
        return self.stands is not None or self.below is not None

    @property
    def last(self) -> dt.date | None:
        """Of the period that is asked for; ``None`` where nobody owes it."""
        if self.stands is not None:
            return self.stands.cell.last
        return self.below.last if self.below is not None else None

    @property
    def is_done(self) -> bool:
        if self.below is not None:
            return self.below.done == self.below.owed
        return self.stands is not None and self.stands.status in {Status.MET, Status.LATE}


def _seen(request: AskedRequest, circular_id: UUID) -> Circular:
    rows = circulars_seen_by(request.asker).select_related("office", "by")
    return get_object_or_404(rows, pk=circular_id)


@login_required
@require_safe
def circular(request: AskedRequest, circular_id: UUID) -> HttpResponse:
    """What was written; to whom, and in what is asked for what each has done, in tree order."""
    shown = _seen(request, circular_id)
    is_sender = may_see_all_addressees(request.asker, shown)
    organizations = addressees_of(shown, request.asker)
    calendar = calendar_kept(clock.today()) if shown.rule else None
    lines = _lines(request.asker, shown, organizations, calendar)
    page = page_of(request, lines)
    return render(
        request,
        "supervision/circulars/circular.html",
        {
            "circular": shown,
            "enclosures": list(shown.enclosures.all()),
            "asked": _asked_in_words(shown, calendar, lines) if calendar else "",
            "page": page,
            "number": len(lines),
            "done": sum(line.is_done for line in lines),
            "owing": sum(line.is_owed for line in lines),
            "is_sender": is_sender,
            "may_withdraw": may_withdraw(request.asker, shown) and shown.withdrawn_at is None,
            "crumbs": [*(_crumbs() if is_sender else _crumbs()[:1]), Crumb(shown.title)],
        },
    )


def _lines(
    asker: Asker, shown: Circular, organizations: Sequence[Organization], calendar: Calendar | None
) -> list[Line]:
    if calendar is None or shown.first is None:
        return [Line(organization) for organization in organizations]
    today = clock.today()
    cells = cells_seen_by(asker).filter(
        organization__in=organizations, rule=shown.rule, first=shown.first, why_not=""
    )
    own = {cell.organization_id: owed(cell, calendar, today) for cell in cells.order_by("-post")}
    others = [organization for organization in organizations if organization.pk not in own]
    sums = {
        counter.organization_id: counter
        for counter in Counter.objects.filter(organization__in=others, rule=shown.rule, first=shown.first)
        if _is_seen_from_above(calendar, counter.rule, counter.first, counter.last)
    }
    return [
        _line(organization, own.get(organization.pk), sums.get(organization.pk), today)
        for organization in organizations
    ]


def _line(organization: Organization, own: Owed | None, sums: Counter | None, today: dt.date) -> Line:
    if own is not None:
        return Line(organization, own, way=own.url)
    if sums is None:
        return Line(organization)
    narrowed = urlencode({"first": sums.first, "last": sums.last, "requirement": sums.requirement})
    way = f"{reverse('owed_below', args=[organization.pk])}?{narrowed}"
    return Line(organization, below=standing_of(sums, sums, today), way=way)


def _asked_in_words(shown: Circular, calendar: Calendar, lines: Sequence[Line]) -> str:
    """The obligation and its period, whether or not anybody shown owes it."""
    assert shown.first is not None
    first = shown.first
    last = next((line.last for line in lines if line.last is not None), first)
    try:
        return _in_words(calendar, shown.rule, first, last)
    except KeyError:
        return _("something that no rule asks for any more")


@login_required
@require_safe
def enclosure(request: AskedRequest, circular_id: UUID, enclosure_id: UUID) -> FileResponse:
    shown = _seen(request, circular_id)
    file = get_object_or_404(Enclosure, pk=enclosure_id, circular=shown)
    return kept_file(place_of(deeds.FOLDER, file.sha256), file.name, file.media_type)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why it is withdrawn"),
        help_text=_lazy("It stands beside the notice, for all to whom it went."),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(NoticeRefusal)
def withdraw(request: AskedRequest, circular_id: UUID) -> HttpResponse:
    shown = _seen(request, circular_id)
    forbid_unless(may_withdraw(request.asker, shown))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        deeds.withdraw(shown.pk, reason=form.cleaned_data["reason"], actor=request.user.actor, at=clock.now())
        messages.success(request, _("Withdrawn. It stands where it stood, with your reason."))
        return redirect("circular", shown.pk)
    context = {
        "title": _("Withdraw this notice?"),
        "question": shown.title,
        "action": _("Withdraw"),
        "cancel": reverse("circular", args=[shown.pk]),
        "form": form,
        "crumbs": [*_crumbs(), Crumb(shown.title, reverse("circular", args=[shown.pk])), Crumb(_("Withdraw"))],
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)
