"""Rooms to meet in, as plans use them, and how long the way between two sites takes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import organizations_convened_by
from zhibu.apps.planning.access import may_keep_rooms, rooms_seen_by
from zhibu.apps.planning.actions import rooms as deeds
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.models import Journey, Room
from zhibu.apps.windows.models import Site
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import signed

#: Among so many organizations one chooses whose room it is.
_MOST = 80


class RoomForm(forms.Form):
    name = forms.CharField(label=_lazy("Name"), max_length=60)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_lazy("Whose it is"), required=False)
    site = forms.ModelChoiceField(
        Site.objects.all(), label=_lazy("Site"), required=False, empty_label=_lazy("Near everybody")
    )
    capacity = forms.IntegerField(label=_lazy("Seats"), min_value=1, max_value=5000)
    opens = forms.TimeField(
        label=_lazy("Open from"), initial=dt.time(8), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_lazy("Open until"), initial=dt.time(20), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any, room: Room | None, offered: list[Organization], *, may_share: bool) -> None:
        initial = (
            {name: getattr(room, name) for name in ("name", "organization", "site", "capacity", "opens", "closes")}
            if room is not None
            else {"organization": None if may_share else offered[0] if offered else None}
        )
        super().__init__(data, initial=initial)
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in offered])
        field.empty_label = _("Shared by all") if may_share else None
        field.required = not may_share


class JourneyForm(forms.Form):
    one = forms.ModelChoiceField(Site.objects.all(), label=_lazy("From"))
    other = forms.ModelChoiceField(Site.objects.all(), label=_lazy("To"))
    minutes = forms.IntegerField(label=_lazy("Length in minutes"), min_value=0, max_value=deeds.LONGEST_JOURNEY)


def _offered(request: AskedRequest) -> list[Organization]:
    rows = organizations_convened_by(request.asker).filter(dissolved__isnull=True).exclude(kind="leading_group")
    return list(rows.order_by("path")[:_MOST])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request: AskedRequest) -> HttpResponse:
    """The rooms that one's plans use; who keeps the shared ones also says how far it is from site to site."""
    forbid_unless(bool(request.asker.offices or request.asker.led))
    may_share = may_keep_rooms(request.asker, None)
    form = JourneyForm(request.POST or None) if may_share else None
    if request.method == "POST":
        forbid_unless(may_share)
        assert form is not None
        if form.is_valid():
            try:
                deeds.set_journey(
                    form.cleaned_data["one"],
                    form.cleaned_data["other"],
                    form.cleaned_data["minutes"],
                    **signed(request),
                )
            except PlanningRefusal as refusal:
                form.add_error(None, forms.ValidationError(str(refusal), "refused"))
            else:
                messages.success(request, _("The way is kept."))
                return redirect("rooms")
    page = page_of(request, rooms_seen_by(request.asker).select_related("organization", "site"))
    return render(
        request,
        "secretary/plans/rooms.html",
        {
            "page": page,
            "mine": {room.pk for room in page if may_keep_rooms(request.asker, room.organization)},
            "journeys": Journey.objects.select_related("one", "other").order_by("one__name", "other__name")[:200],
            "form": form,
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, room: UUID | None = None) -> HttpResponse:
    """A new room, or other facts of one."""
    kept = get_object_or_404(rooms_seen_by(request.asker).select_related("organization"), pk=room) if room else None
    may_share = may_keep_rooms(request.asker, None)
    offered = _offered(request)
    forbid_unless(may_keep_rooms(request.asker, kept.organization) if kept is not None else bool(offered))
    form = RoomForm(request.POST or None, kept, offered, may_share=may_share)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.keep_room(kept, **form.cleaned_data, **signed(request))
        except PlanningRefusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The room is kept; plans made from now on may use it."))
            return redirect("rooms")
    title = kept.name if kept is not None else _("New room")
    return render(
        request,
        "secretary/plans/room.html",
        {"title": title, "form": form, "room": kept, "crumbs": [Crumb(_("Rooms"), reverse("rooms")), Crumb(title)]},
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: AskedRequest, room: UUID) -> HttpResponse:
    kept = get_object_or_404(rooms_seen_by(request.asker).select_related("organization"), pk=room)
    forbid_unless(may_keep_rooms(request.asker, kept.organization))
    if request.method == "POST":
        deeds.close_room(kept, **signed(request))
        messages.success(request, _("No plan uses the room any more."))
        return redirect("rooms")
    back = reverse("room_edit", args=[kept.pk])
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Close the room"),
            "question": _("%(name)s is used by no plan any more; sessions that are announced keep their place.")
            % {"name": kept.name},
            "action": _("Close the room"),
            "cancel": back,
            "crumbs": [Crumb(_("Rooms"), reverse("rooms")), Crumb(kept.name, back), Crumb(_("Close the room"))],
        },
    )
