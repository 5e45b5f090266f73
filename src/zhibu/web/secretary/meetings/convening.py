"""Convene a meeting, and change one that has been drafted or announced."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhibu.apps.meetings.actions import convening, late
from zhibu.apps.meetings.actions.convening import EDITABLE, PEOPLE_SET, usual_title
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.meetings.queries import last_held, last_time, people_at, people_of
from zhibu.apps.organizations.models import Organization, in_subtree
from zhibu.apps.people.access import may_convene, organizations_convened_by, organizations_seen_by
from zhibu.apps.people.models import Employment, Membership, Person
from zhibu.domain.periods import add_months
from zhibu.domain.terms import HELD_BY, Audience, MeetingKind, MeetingStage
from zhibu.web.secretary.meetings.doors import run
from zhibu.web.secretary.meetings.forms import (
    ConveneForm,
    EditForm,
    PeopleForm,
    audience_for,
    initial_hours,
    status_of,
)
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless, not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.signing import signed

_PEOPLE = ("chair", "recorder", "convener", "lecturer")
_USUAL_HOURS = (dt.time(15, 0), dt.time(16, 30))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def convene(request: AskedRequest) -> HttpResponse:
    """First which organization and which kind, each a tap; then one screen for the rest."""
    offered = organizations_convened_by(request.asker).filter(dissolved__isnull=True).order_by("path")
    organizations = list(offered[:80])
    forbid_unless(bool(organizations))
    chosen = _organization(request, organizations)
    kinds = [kind for kind in MeetingKind if chosen.word in HELD_BY[kind]]
    kind = next((kind for kind in kinds if kind == request.GET.get("kind")), None)
    is_late = "late" in request.GET
    context: dict[str, Any] = {
        "crumbs": [Crumb(_("Meetings"), reverse("meetings")), Crumb(_("Convene"))],
        "organizations": organizations,
        "organization": chosen,
        "kinds": kinds,
        "kind": kind,
        "is_late": is_late,
    }
    if kind is None:
        return render(request, "secretary/meetings/convene.html", context)
    last = _before(request, chosen, kind)
    joint = [one for one in organizations if one.kind == chosen.kind and one.pk != chosen.pk]
    form = ConveneForm(
        request.POST or None,
        initial=_like(last, kind, request, is_late=is_late, may_be_joint=bool(joint)),
        organization=chosen,
        kind=kind,
        people=people_of(chosen, clock.today()),
        choosable=_choosable(chosen, clock.today()),
        now=clock.now(),
        is_late=is_late,
        joint=joint,
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _convened(request, form, chosen, kind, last)
        except MeetingRefusal as refusal:
            form.add_error(None, forms.ValidationError(str(refusal), "refused"))
    return render(
        request,
        "secretary/meetings/convene.html",
        {**context, "form": form, "last": last, "usual_title": usual_title(kind, _day_of(form))},
        status=status_of(form),
    )


def _organization(request: AskedRequest, organizations: list[Organization]) -> Organization:
    """The one in the address; else one's own branch rather than a committee or a group."""
    code = request.GET.get("organization")
    if code is None:
        mine = [one for one in organizations if one.path in request.asker.offices]
        return (mine or organizations)[-1 if mine else 0]
    found = next((one for one in organizations if one.code == code), None)
    if found is None:
        visible = organizations_seen_by(request.asker).filter(code=code).first()
        not_found_unless(visible is not None)
        assert visible is not None
        forbid_unless(may_convene(request.asker, visible) and visible.dissolved is None)
        return visible
    return found


def _before(request: AskedRequest, organization: Organization, kind: MeetingKind) -> Meeting | None:
    """What the new one is like: the meeting one comes from (``?like=``), else the last of its kind."""
    like = request.GET.get("like", "")
    try:
        wanted = UUID(like)
    except ValueError:
        return last_held(organization, kind)
    rows = Meeting.objects.select_related("convener", "chair", "recorder")
    return rows.filter(pk=wanted, organization=organization, kind=kind.value).first() or last_held(organization, kind)


def _like(
    last: Meeting | None, kind: MeetingKind, request: AskedRequest, *, is_late: bool, may_be_joint: bool
) -> dict[str, Any]:
    """What is filled in already: as last time, with what is still open from then."""
    me = request.user.person
    initial: dict[str, Any] = {
        "audience": audience_for(kind, last).value,
        "starts_0": _USUAL_HOURS[0],
        "ends_0": _USUAL_HOURS[1],
        "chair": me,
        "recorder": me,
        "convener": me,
    }
    if last is None:
        return initial
    initial |= {name: getattr(last, name) for name in _PEOPLE if getattr(last, name)}
    if may_be_joint:
        initial["joint_with"] = list(last.joint_with.values_list("code", flat=True))
    if last.title != usual_title(kind, last.held_on):
        initial["title"] = last.title
    if last.audience == Audience.CHOSEN:
        initial["chosen"] = "\n".join(last.chosen.values_list("staff_number", flat=True))
    before = last_time(last)
    reports = (_("Reports on open tasks"),) if before.has_open_tasks else ()
    initial["agenda"] = "\n".join(dict.fromkeys(reports + before.open_items))
    initial |= {f"also_{other.value}": True for other in before.together}
    if before.session is not None:
        initial |= initial_hours(before.session)
        suggested = None if is_late else _same_weekday_next(initial["day_0"], clock.today())
        initial["day_0"] = suggested
    return initial


def _same_weekday_next(last: dt.date, today: dt.date) -> dt.date | None:
    """In a later month than ``last`` and not before ``today``: the second Thursday, where that was one.

    A proposal to look at, never more; ``None`` where the next two months have no such day.
    """
    nth = (last.day - 1) // 7
    month = max(last.replace(day=1), (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1))
    for _step in range(2):
        month = add_months(month, 1)
        day = month + dt.timedelta(days=(last.weekday() - month.weekday()) % 7 + 7 * nth)
        if day.month == month.month and day >= today:
            return day
    return None


def _choosable(organization: Organization, on: dt.date) -> QuerySet[Person]:
    """Whom one may call by name: who belongs to the organization, as a member or on its staff."""
    below = in_subtree(organization.path, "organization__")
    members = Membership.objects.on(on).filter(below | Q(group=organization))
    staff = Employment.objects.on(on).filter(below)
    return Person.objects.filter(Q(pk__in=members.values("person")) | Q(pk__in=staff.values("person")))


def _day_of(form: ConveneForm) -> dt.date | None:
    given = form.initial.get("day_0")
    return given if isinstance(given, dt.date) else None


def _convened(
    request: AskedRequest, form: ConveneForm, organization: Organization, kind: MeetingKind, last: Meeting | None
) -> HttpResponse:
    facts = form.cleaned_data
    announced = "announce" in request.POST
    meeting = convening.convene(
        organization=organization,
        kind=kind,
        title=facts["title"],
        hours=facts["hours"],
        agenda=facts["agenda"],
        audience=Audience(facts["audience"]),
        chosen=facts["chosen"],
        convener=facts["convener"],
        chair=facts["chair"],
        recorder=facts["recorder"],
        lecturer=facts.get("lecturer"),
        joint_with=facts.get("joint_with", ()),
        also=facts["also"],
        continues=last,
        announced=announced,
        late_reason=facts["late_reason"] if form.is_late else None,
        made_by=request.user,
        **signed(request),
    )
    if form.is_late:
        messages.success(request, _("Entered. Say who was there, then write the minutes."))
        return redirect("session_roll", meeting.sessions.all()[0].pk)
    messages.success(
        request,
        _("Announced to everybody on the roll.")
        if announced
        else _("Kept as a draft. Only those who run it see it."),
    )
    return redirect("meeting", meeting.pk)


# --- Changes -------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, meeting_id: UUID) -> HttpResponse:
    """All of it before it begins; from then until the filing who chaired, wrote and called."""
    meeting = run(request, meeting_id)
    form = _form_of(request, meeting)
    if request.method == "POST" and form is not None and form.is_valid() and _is_changed(request, form, meeting):
        messages.success(request, _("Changed."))
        return redirect("meeting", meeting.pk)
    context = {
        "crumbs": [
            Crumb(_("Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(_("Change")),
        ],
        "meeting": meeting,
        "form": form,
        "has_begun": meeting.at_stage not in EDITABLE,
        "is_approved_anew": meeting.at_stage in {MeetingStage.DRAFTED, MeetingStage.APPROVED},
    }
    return render(request, "secretary/meetings/edit.html", context, status=200 if form is None else status_of(form))


def _form_of(request: AskedRequest, meeting: Meeting) -> EditForm | PeopleForm | None:
    """``None``: nothing of it can be changed any more."""
    on = meeting.held_on or clock.today()
    if meeting.at_stage in EDITABLE:
        sessions = [] if meeting.host_id else list(meeting.sessions.all())
        return EditForm(
            request.POST or None,
            initial=_present(meeting, sessions),
            meeting=meeting,
            sessions=sessions,
            people=people_of(meeting.organization, on),
            choosable=_choosable(meeting.organization, on),
        )
    if meeting.at_stage in PEOPLE_SET:
        sessions = _still_set(meeting)
        initial: dict[str, Any] = {name: getattr(meeting, name) for name in _PEOPLE}
        for number, session in enumerate(sessions):
            initial |= initial_hours(session, number)
        return PeopleForm(
            request.POST or None,
            initial=initial,
            meeting=meeting,
            sessions=sessions,
            people=people_at(meeting, on),
            on=on,
        )
    return None


def _still_set(meeting: Meeting) -> list[Session]:
    """Whose hours may be changed of a meeting that has begun: turns to come, or all of one entered afterwards."""
    if meeting.host_id is not None:
        return []
    if meeting.late_reason:
        return list(meeting.sessions.all())
    if meeting.repeated and meeting.at_stage is MeetingStage.OPEN:
        return list(meeting.sessions.filter(opened_at__isnull=True))
    return []


def _is_changed(request: AskedRequest, form: EditForm | PeopleForm, meeting: Meeting) -> bool:
    """Whether all of it could be changed; a refusal goes to the form, where everything typed still stands."""
    try:
        if isinstance(form, EditForm):
            _changed(request, form, meeting)
        else:
            _begun_changed(request, form, meeting)
    except MeetingRefusal as refusal:
        form.add_error(None, forms.ValidationError(str(refusal), "refused"))
        return False
    return True


def _present(meeting: Meeting, sessions: list[Session]) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "title": meeting.title,
        "agenda": "\n".join(item.title for item in meeting.agenda.all()),
        "audience": meeting.audience,
        "convener": meeting.convener,
        "chair": meeting.chair,
        "recorder": meeting.recorder,
        "lecturer": meeting.lecturer,
    }
    if meeting.audience == Audience.CHOSEN:
        initial["chosen"] = "\n".join(meeting.chosen.values_list("staff_number", flat=True))
    for number, session in enumerate(sessions):
        initial |= initial_hours(session, number)
    return initial


@transaction.atomic
def _changed(request: AskedRequest, form: EditForm, meeting: Meeting) -> None:
    """Each part that differs is a deed of its own; all of them, or none."""
    facts, changed, done = form.cleaned_data, set(form.changed_data), signed(request)
    if changed & {"title", "audience", "chosen"}:
        audience = Audience(facts["audience"]) if "audience" in facts else None
        convening.rename(meeting.pk, title=facts["title"], audience=audience, chosen=facts.get("chosen"), **done)
    if "agenda" in changed:
        convening.set_agenda(meeting.pk, facts["agenda"], **done)
    for number, hours in enumerate(facts["hours"]):
        if not changed & set(form.hours[number].names):
            continue
        session = form.sessions[number] if number < len(form.sessions) else None
        if session is None and hours is not None:
            convening.add_session(
                meeting.pk, starts_at=hours.starts_at, ends_at=hours.ends_at, place=hours.place, **done
            )
        elif session is not None and hours is not None:
            convening.change_session(
                session, starts_at=hours.starts_at, ends_at=hours.ends_at, place=hours.place, **done
            )
        elif session is not None:
            convening.remove_session(session, **done)
    _people_changed(request, form, meeting)


@transaction.atomic
def _begun_changed(request: AskedRequest, form: PeopleForm, meeting: Meeting) -> None:
    """The same for a meeting that has begun, or was entered afterwards."""
    done = signed(request)
    _people_changed(request, form, meeting)
    for session, row, hours in zip(form.sessions, form.hours, form.cleaned_data["hours"], strict=True):
        if not set(form.changed_data) & set(row.names):
            continue
        if hours is None:
            convening.remove_session(session, reason=form.cleaned_data["reason"], **done)
            continue
        when: dict[str, Any] = {"starts_at": hours.starts_at, "ends_at": hours.ends_at, "place": hours.place}
        if form.is_late:
            late.put_right(session, **when, **done)
        else:
            convening.change_session(session, reason=form.cleaned_data["reason"], **when, **done)


def _people_changed(request: AskedRequest, form: EditForm | PeopleForm, meeting: Meeting) -> None:
    if set(form.changed_data) & set(_PEOPLE):
        people = {name: form.cleaned_data.get(name) for name in _PEOPLE}
        convening.set_people(meeting.pk, **people, **signed(request))
