"""The events as the audit administrator reads them. Nothing here changes one, and nobody else reads them all.

What is shown of people is what an audit needs: who did something by name and login; whom it was done to by number
only. An event's own text holds ids. The document it seals may hold names, minutes, a roll: it is opened by a deed of
its own, which is itself an event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.archive.actions import OPERATOR, PUBLIC, record
from zhibu.apps.archive.models import Document, Event
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.access import may_audit
from zhibu.apps.people.models import Account, Person
from zhibu.web.operator.event_types import EVENT_TYPES
from zhibu.web.shell import clock
from zhibu.web.shell.answers import not_found_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest

#: How many events stand on a page. There are millions: pages go by sequence, nothing is counted.
PER_PAGE = 50


def _day_picker(label: object) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))  # type: ignore[arg-type]


class Filters(forms.Form):
    type = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    actor = forms.CharField(label=gettext_lazy("By whom"), max_length=40, required=False)
    subject = forms.CharField(label=gettext_lazy("About"), max_length=40, required=False)
    since = _day_picker(gettext_lazy("From"))
    until = _day_picker(gettext_lazy("To"))

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type] # the request's QueryDict
        words = sorted(((kind, str(label)) for kind, label in EVENT_TYPES.items()), key=lambda pair: pair[1])
        self.fields["type"].choices = [("", _("all")), *words]  # type: ignore[attr-defined]
        self.fields["actor"].widget.attrs["placeholder"] = _("login, or operator")
        self.fields["subject"].widget.attrs["placeholder"] = _("number, login, code or id")

    def chosen(self) -> QuerySet[Event]:
        """What the reader asks for; a field with a wrong value asks for nothing in particular."""
        self.is_valid()
        asked, events = self.cleaned_data, Event.objects.all()
        if asked.get("type"):
            events = events.filter(type=asked["type"])
        if asked.get("actor"):
            events = events.filter(actor__in=_actors_called(asked["actor"]))
        if asked.get("subject"):
            events = events.filter(subject__in=_subjects_called(asked["subject"]))
        if asked.get("since"):
            events = events.filter(recorded_at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            events = events.filter(recorded_at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
        return events


def _midnight(day: dt.date) -> dt.datetime:
    return make_aware(dt.datetime.combine(day, dt.time()))


def _actors_called(text: str) -> list[str]:
    if text in {OPERATOR, PUBLIC}:
        return [text]
    return [str(key) for key in Account.objects.filter(login=text).values_list("pk", flat=True)]


def _subjects_called(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        pass
    found: list[UUID] = []
    found += Account.objects.filter(Q(login=text) | Q(person__staff_number=text)).values_list("pk", flat=True)
    found += Person.objects.filter(staff_number=text).values_list("pk", flat=True)
    found += Organization.objects.filter(code=text).values_list("pk", flat=True)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One event in words; ``subject`` is a number or a code where it is known what the id stands for."""

    event: Event
    kind: str
    actor: str
    subject: str

    @property
    def is_late(self) -> bool:
        """It happened on another day than it was recorded."""
        return self.event.event_at.date() != self.event.recorded_at.date()


def _in_words(events: Sequence[Event]) -> list[Row]:
    actors = _actor_names({event.actor for event in events})
    subjects = _subject_numbers({event.subject for event in events})
    return [
        Row(
            event=event,
            kind=str(EVENT_TYPES.get(event.type, event.type)),
            actor=actors.get(event.actor, event.actor),
            subject=subjects.get(event.subject, str(event.subject)),
        )
        for event in events
    ]


def _actor_names(actors: Iterable[str]) -> dict[str, str]:
    ids = [actor for actor in actors if actor not in {OPERATOR, PUBLIC}]
    accounts = Account.objects.filter(pk__in=ids).values_list("pk", "name", "login")
    known = {str(key): f"{name} {login}".strip() for key, name, login in accounts}
    return known | {OPERATOR: _("the terminal of the server"), PUBLIC: _("somebody without an account")}


def _subject_numbers(ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = list(ids)
    numbers: dict[UUID, str] = {}
    for key, login in Account.objects.filter(pk__in=wanted).values_list("pk", "login"):
        numbers[key] = _("account %(login)s") % {"login": login}
    for key, number in Person.objects.filter(pk__in=wanted).values_list("pk", "staff_number"):
        numbers[key] = _("person %(number)s") % {"number": number}
    for key, code in Organization.objects.filter(pk__in=wanted).values_list("pk", "code"):
        numbers[key] = _("organization %(code)s") % {"code": code}
    return numbers


@login_required
@require_safe
def events(request: AskedRequest) -> HttpResponse:
    """The latest first; ``?before=`` goes on from a sequence number, ``?after=`` comes back."""
    not_found_unless(may_audit(request.asker))
    form = Filters(request.GET)
    found, older, newer = _page(form.chosen(), request)
    facts = {"rows": _in_words(found), "form": form, "older": older, "newer": newer}
    return render(request, "operator/events/list.html", facts)


def _page(events: QuerySet[Event], request: AskedRequest) -> tuple[list[Event], int | None, int | None]:
    """The events of the page, and from which numbers the pages beside it go on; ``None`` where there is none."""
    after, before = _sequence(request, "after"), _sequence(request, "before")
    if after is not None:
        found = list(events.filter(sequence__gt=after).order_by("sequence")[: PER_PAGE + 1])[::-1]
        has_newer, has_older = len(found) > PER_PAGE, True
        found = found[-PER_PAGE:]
    else:
        older_than = events.filter(sequence__lt=before) if before is not None else events
        found = list(older_than.order_by("-sequence")[: PER_PAGE + 1])
        has_newer, has_older = before is not None, len(found) > PER_PAGE
        found = found[:PER_PAGE]
    if not found:
        return [], None, None
    return found, found[-1].sequence if has_older else None, found[0].sequence if has_newer else None


def _sequence(request: AskedRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= 18 else None  # noqa: PLR2004 - 64 bits


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def event(request: AskedRequest, event: UUID) -> HttpResponse:
    """One event, its text letter for letter. POST opens the document that it seals, which is on record."""
    not_found_unless(may_audit(request.asker))
    found = get_object_or_404(Event, id=event)
    opens = request.method == "POST" and found.document_sha256 is not None
    document = None
    if opens:
        of = {"sequence": found.sequence}
        record("document_opened", found.id, actor=request.user.actor, at=clock.now(), document=of)
        document = Document.objects.filter(sha256=found.document_sha256).first()
    crumbs = [Crumb(_("Events"), reverse("events")), Crumb(str(found.sequence))]
    facts = {"row": _in_words([found])[0], "document": document, "is_open": opens, "crumbs": crumbs}
    return render(request, "operator/events/event.html", facts)
