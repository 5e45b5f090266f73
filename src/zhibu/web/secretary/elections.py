"""Whether a sitting that can elect is possible in a month, before anybody promises the superior a day."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhibu.apps.planning.access import organizations_planned_by
from zhibu.apps.planning.elections import election_in
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.domain.periods import month_end
from zhibu.web.secretary.plan_places import asked_for, asked_month
from zhibu.web.secretary.plan_words import relaxed_in_words
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import months_around
from zhibu.web.shell.middleware import AskedRequest


@login_required
@require_safe
@conflict_on(PlanningRefusal)
def election(request: AskedRequest) -> HttpResponse:
    """``?organization=CODE&month=YYYY-MM``: of each day how many voters could sit together; what helps if too few."""
    organizations = list(organizations_planned_by(request.asker).order_by("path")[:80])
    forbid_unless(bool(organizations))
    place = asked_for(request, organizations)
    month, today = asked_month(request), clock.today()
    before, after = months_around(month)
    found = election_in(place, month, today)
    plan = f"{reverse('plan')}?organization={place.code}&month={month:%Y-%m}"
    return render(
        request,
        "secretary/plans/election.html",
        {
            "organizations": organizations,
            "organization": place,
            "month": month,
            "before": before if month_end(before) > today else None,
            "after": after,
            "election": found,
            "helps": relaxed_in_words(found.relaxations) if found.relaxations else [],
            "crumbs": [Crumb(_("Plan"), plan), Crumb(_("Is an election possible?"))],
        },
    )
