"""Duties as their holders see them, each with what shows that it is done; and the page of a post."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.lists.access import lists_read_by
from zhibu.apps.lists.actions import stating
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Statement, Wording
from zhibu.apps.lists.queries import Place, duties_at, duties_of, places_of
from zhibu.apps.meetings.access import meetings_seen_by
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.access import may_see_cell
from zhibu.apps.oversight.queries import status_of
from zhibu.apps.people.access import Asker
from zhibu.apps.people.directory import officers_seen_by
from zhibu.apps.reports.duties import Seen, seen, state_of_people
from zhibu.apps.rules.queries import all_rules
from zhibu.domain.requirements import Obligation
from zhibu.domain.terms import Bearer, DutyState, PostKind, Proof
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.owed import Owed
from zhibu.web.shell.signing import me, my_id, signed

_CHIPS = {DutyState.DONE: "done", DutyState.OPEN: "open", DutyState.NOT_MEASURABLE: "quiet"}


@dataclass(frozen=True, slots=True)
class Line:
    """A duty on a page. ``owed`` is ``None`` where no requirement shows it; ``records``: what it rests on.

    ``personally``: where one learns how it stands, of a duty that each owes on their own; else empty.
    """

    seen: Seen
    owed: Owed | None
    opens: bool
    records: tuple[UUID, ...]
    personally: str = ""

    @property
    def chip(self) -> str:
        return _CHIPS[self.seen.state]

    @property
    def is_personal(self) -> bool:
        """Required, and kept by no organization: each finds it on the page of what they owe themselves."""
        return self.seen.wording.proof == Proof.REQUIREMENT and self.seen.latest is None

    @property
    def is_stated(self) -> bool:
        return self.seen.wording.proof == Proof.STATEMENT


@dataclass(frozen=True, slots=True)
class Part:
    organization: Organization
    posts: tuple[PostKind, ...]
    duties: tuple[Line, ...]
    rights: tuple[Wording, ...]


def _lines(found: Sequence[Seen], asker: Asker, personally: Callable[[str], str]) -> tuple[Line, ...]:
    """``personally``: the address that tells how a requirement stands which each owes on their own; empty: nobody."""
    today, own = clock.today(), _personal()

    def line(one: Seen) -> Line:
        latest = one.latest
        if latest is None:
            requirement = one.wording.requirement
            where = personally(requirement) if requirement in own else ""
            return Line(one, None, opens=False, records=(), personally=where)
        told = Owed(latest.cell, latest.rule, status_of(latest.cell, today), today)
        opens = may_see_cell(asker, latest.cell)
        return Line(one, told, opens, latest.records if opens else ())

    return tuple(line(one) for one in found)


def _personal() -> set[str]:
    """The requirements that each owes on their own."""
    return {rule.requirement for rule in all_rules() if isinstance(rule, Obligation) and rule.is_personal}


def _state(request: AskedRequest, requirement: str, people: Collection[UUID]) -> HttpResponse:
    state = state_of_people(requirement, people, clock.today())
    return render(request, "member/lists/_state.html", {"state": state, "chip": _CHIPS[state]})


# --- My duties -----------------------------------------------------------------------------------------------------


@login_required
@require_safe
def my_duties(request: AskedRequest) -> HttpResponse:
    """What one bears as a member and in one's posts, and one's rights."""
    today, person = clock.today(), my_id(request)
    borne = duties_at(places_of(person, today), today)
    readable = meetings_seen_by(request.asker)
    states = seen([(place.organization, rows) for place, rows in borne], [person], today, readable=readable)
    parts = [
        Part(
            place.organization,
            tuple(post for post in PostKind if post in place.posts),
            _lines([one for one in found if not one.wording.is_right], request.asker, _mine),
            tuple(row for row in rows if row.is_right),
        )
        for (place, rows), found in zip(borne, states, strict=True)
        if rows
    ]
    crumbs = [Crumb(_("My record"), reverse("my_record")), Crumb(_("My duties"))]
    return render(request, "member/lists/my_duties.html", {"parts": parts, "crumbs": crumbs})


def _mine(requirement: str) -> str:
    return reverse("my_duty_state", args=[requirement])


@login_required
@require_safe
def my_duty_state(request: AskedRequest, requirement: str) -> HttpResponse:
    """How it stands with what one owes on one's own: a part of the page above, asked for by it."""
    not_found_unless(requirement in _personal())
    return _state(request, requirement, [my_id(request)])


class StatementForm(forms.Form):
    text = forms.CharField(
        label=_lazy("What was done, in a few words"),
        max_length=stating.LONGEST,
        widget=forms.Textarea({"rows": 2}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ListRefusal)
def state_duty(request: AskedRequest, organization: UUID, article: UUID) -> HttpResponse:
    """The holder of a duty says that it is done."""
    place, wording = _borne(request, organization, article)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stating.state(
            article=wording.article,
            organization=place.organization,
            person=me(request),
            text=form.cleaned_data["text"],
            **signed(request),
        )
        messages.success(request, _("It stands beside the duty."))
        return redirect("my_duties")
    title = _("It is done")
    context = {
        "title": title,
        "question": wording.text,
        "action": _("Save"),
        "cancel": reverse("my_duties"),
        "form": form,
        "crumbs": [Crumb(_("My duties"), reverse("my_duties")), Crumb(title)],
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


def _borne(request: AskedRequest, organization: UUID, article: UUID) -> tuple[Place, Wording]:
    """The duty as one bears it there; 404 where one does not."""
    for place, rows in duties_at(places_of(my_id(request), clock.today()), clock.today()):
        for row in rows:
            if (place.organization.pk, row.article_id) == (organization, article):
                return place, row
    raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_statement(request: AskedRequest, statement: UUID) -> HttpResponse:
    """Its writer takes it back; nothing of its words stays."""
    found = get_object_or_404(Statement.objects.filter(person=my_id(request)), pk=statement)
    if request.method == "POST":
        stating.withdraw_statement(found, **signed(request))
        messages.success(request, _("Taken back."))
        return redirect("my_duties")
    title = _("Take a statement back")
    context = {
        "title": title,
        "question": found.text,
        "action": _("Take the statement back"),
        "cancel": reverse("my_duties"),
        "crumbs": [Crumb(_("My duties"), reverse("my_duties")), Crumb(title)],
    }
    return render(request, "shell/confirm.html", context)


# --- The page of a post --------------------------------------------------------------------------------------------


@login_required
@require_safe
def post_duties(request: AskedRequest, organization: UUID, bearer: str) -> HttpResponse:
    """The duties of a post in an organization: done, open, or nothing that shows it; with the records."""
    found, borne_by = _post(request, organization, bearer)
    today = clock.today()
    officers = [one for one in officers_seen_by(request.asker, found.pk, today) if one.post in borne_by.posts]
    holders = [one.person for one in officers if one.person is not None]
    tells = bool(_told_of(request.asker, found, holders))
    rows = [row for row in duties_of(found, borne_by, today) if not row.is_right]
    (states,) = seen([(found, rows)], holders, today, readable=meetings_seen_by(request.asker))
    context = {
        "organization": found,
        "bearer": borne_by,
        "bearers": [one for one in Bearer if one is not Bearer.MEMBER],
        "officers": officers,
        "lines": _lines(
            states,
            request.asker,
            lambda requirement: reverse("post_duty_state", args=[found.pk, bearer, requirement]) if tells else "",
        ),
        "crumbs": [
            Crumb(found.name, reverse("organization", args=[found.pk])),
            Crumb(_("Duties")),
        ],
    }
    return render(request, "member/lists/post.html", context)


def _post(request: AskedRequest, organization: UUID, bearer: str) -> tuple[Organization, Bearer]:
    found = get_object_or_404(lists_read_by(request.asker), pk=organization)
    not_found_unless(bearer in set(Bearer) - {Bearer.MEMBER})
    return found, Bearer(bearer)


def _told_of(asker: Asker, organization: Organization, holders: Sequence[UUID]) -> list[UUID]:
    """Of whom the asker learns what they owe on their own: a secretary of all of them there, a holder of themself.

    Where others hold the post with them, a holder reads it among their own duties only.
    """
    if organization.path in asker.secretary_of:
        return list(holders)
    return [one for one in holders if one == asker.person and len(holders) == 1]


@login_required
@require_safe
def post_duty_state(request: AskedRequest, organization: UUID, bearer: str, requirement: str) -> HttpResponse:
    """How it stands with what the holders of a post owe on their own; for them and the secretary there."""
    found, borne_by = _post(request, organization, bearer)
    officers = officers_seen_by(request.asker, found.pk, clock.today())
    holders = [one.person for one in officers if one.post in borne_by.posts and one.person is not None]
    told = _told_of(request.asker, found, holders)
    not_found_unless(requirement in _personal() and bool(told))
    return _state(request, requirement, told)
