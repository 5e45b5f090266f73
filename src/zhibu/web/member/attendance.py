"""What a member attended: filed meetings, with what their records say of them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from zhibu.apps.learning.making_up import made_up_in
from zhibu.apps.meetings.mine import attended, filed_with
from zhibu.domain.assembly import Presence
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import my_id

CHIPS = {Presence.PRESENT: "done", Presence.OBSERVER: "done", Presence.LEAVE: "note"}


class YearForm(forms.Form):
    year = forms.TypedChoiceField(label=_lazy("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: object, years: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type] # the request's QueryDict
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _lazy("All years")), *((str(year), str(year)) for year in years)]


@login_required
@require_safe
def my_meetings(request: AskedRequest) -> HttpResponse:
    my_id(request)
    rows = filed_with(request.asker)
    years = [day.year for day in rows.order_by().dates("held_on", "year", order="DESC")]
    form = YearForm(request.GET or None, years)
    year = form.cleaned_data["year"] if form.is_valid() else None
    page = page_of(request, rows.filter(held_on__year=year) if year else rows)
    lines = [attended(meeting) for meeting in page]
    made_up = made_up_in(list(page), my_id(request))
    return render(
        request,
        "member/attendance.html",
        {
            "form": form,
            "page": page,
            "made_up": made_up,
            "lines": [(line, CHIPS.get(line.presence, "quiet")) for line in lines],
            "crumbs": [Crumb(_("My record"), reverse("my_record")), Crumb(_("Meetings I was called to"))],
        },
    )
