"""The forms of a secretary's meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.meetings.actions.convening import LONGEST_SESSION, MAY_BE_REPEATED, Hours, default_audience
from zhibu.apps.meetings.models import Meeting, Session
from zhibu.apps.meetings.queries import lecturers_of
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import HELD_BY, Audience, MeetingKind, MeetingStage
from zhibu.web.secretary.meetings.fields import (
    EARLIEST,
    LATEST,
    MOST_OFFERED,
    LinesField,
    PersonField,
    clock_field,
    day_field,
    person_called,
)

#: How many sessions one may set at once where a lesson is held in turns.
MOST_SESSIONS = 6

#: Kinds that may fill one afternoon together with another. A committee's meeting has a roll of its own.
TOGETHER = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.GROUP_MEETING,
    MeetingKind.LESSON,
    MeetingKind.THEME_DAY,
    MeetingKind.ORGANIZATION_LIFE_MEETING,
    MeetingKind.APPRAISAL,
)


class HoursOf:
    """The fields of one session within a form, and what they say together."""

    def __init__(self, form: forms.Form, number: int, *, required: bool) -> None:
        self.form, self.number = form, number
        self.names = [f"{name}_{number}" for name in ("day", "starts", "ends", "place")]
        day, starts, ends, place = self.names
        form.fields[day] = day_field(_lazy("Day"), required=required)
        form.fields[starts] = clock_field(_lazy("Begins"), required=required)
        form.fields[ends] = clock_field(
            _lazy("Ends"), required=required, help_text=_lazy("An earlier hour means the next day.")
        )
        form.fields[place] = forms.CharField(label=_lazy("Place"), max_length=80, required=False)

    @property
    def bound(self) -> list[BoundField]:
        return [self.form[name] for name in self.names]

    @property
    def is_filled(self) -> bool:
        return any(self.form[name].value() or self.form[name].errors for name in self.names[:1])

    def read(self) -> Hours | None:
        """The hours; ``None`` where no day is set. Faults go to the form."""
        day, starts, ends, place = (self.form.cleaned_data.get(name) for name in self.names)
        if day is None:
            return None
        if not EARLIEST <= day <= LATEST:
            self.form.add_error(self.names[0], _("This year can not be right. Write the day as 2026-11-23."))
            return None
        if starts is None or ends is None:
            if not self.form.has_error(self.names[1]) and not self.form.has_error(self.names[2]):
                self.form.add_error(self.names[1], _("Say from when until when."))
            return None
        return self._hours(day, starts, ends, str(place or ""))

    def _hours(self, day: dt.date, starts: dt.time, ends: dt.time, place: str) -> Hours | None:
        if ends == starts:
            self.form.add_error(self.names[2], _("The session ends when it begins. Correct one of the two."))
            return None
        starts_at = make_aware(dt.datetime.combine(day, starts))
        last_day = day if ends > starts else day + dt.timedelta(days=1)
        hours = Hours(starts_at, make_aware(dt.datetime.combine(last_day, ends)), place)
        assert hours.ends_at - hours.starts_at <= LONGEST_SESSION
        return hours


def initial_hours(session: Session, number: int = 0) -> dict[str, Any]:
    starts, ends = localtime(session.starts_at), localtime(session.ends_at)
    return {
        f"day_{number}": starts.date(),
        f"starts_{number}": starts.time(),
        f"ends_{number}": ends.time(),
        f"place_{number}": session.place,
    }


def _ask_who(form: forms.Form, people: QuerySet[Person]) -> None:
    offered = list(people[: MOST_OFFERED + 1])
    for name, label in (("chair", _lazy("Chair")), ("recorder", _lazy("Recorder")), ("convener", _lazy("Convener"))):
        form.fields[name] = PersonField(people, offered=offered, label=label, required=False)


class _PeopleOfMeeting(forms.Form):
    """Title, people, audience and agenda: what convening and changing have in common."""

    title = forms.CharField(label=_lazy("Title"), max_length=120, required=False)
    agenda = LinesField(
        label=_lazy("Agenda"), help_text=_lazy("One item a line."), most=60, longest=200, required=False
    )
    audience = forms.ChoiceField(label=_lazy("Who is expected"), choices=Audience.choices())
    chosen = LinesField(
        label=_lazy("People chosen"),
        help_text=_lazy("Names or staff numbers, one a line; only for the audience “chosen people”."),
        most=2000,
        longest=60,
        rows=3,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        people: QuerySet[Person],
        choosable: QuerySet[Person],
        lecturers: QuerySet[Person] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choosable = choosable
        if lecturers is not None:
            self.fields["lecturer"] = PersonField(lecturers, label=_lazy("Lecturer"), required=False)
        _ask_who(self, people)

    def clean_agenda(self) -> list[str]:
        lines: list[str] = self.cleaned_data["agenda"]
        if len(set(lines)) != len(lines):
            raise forms.ValidationError(_("Two items of the agenda have the same title. Tell them apart."))
        return lines

    def clean_chosen(self) -> list[Person]:
        lines: list[str] = self.cleaned_data["chosen"]
        if not lines or self.data.get("audience") != Audience.CHOSEN:
            return []
        known: dict[str, list[Person]] = {}
        for person in self._choosable.only("pk", "name", "staff_number"):
            known.setdefault(person.name, []).append(person)
            known.setdefault(person.staff_number, []).append(person)
        return [known[line][0] if len(known.get(line, ())) == 1 else self._called(line) for line in lines]

    def _called(self, line: str) -> Person:
        return person_called(line, self._choosable)


class ConveneForm(_PeopleOfMeeting):
    """One screen for a meeting of one organization and one kind; ``hours`` are its sessions."""

    late_reason = forms.CharField(
        label=_lazy("Why it is entered afterwards"),
        help_text=_lazy("A few words, such as: no signal at the berth. The record keeps it."),
        max_length=300,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        kind: MeetingKind,
        now: dt.datetime,
        is_late: bool,
        joint: Iterable[Organization],
        **kwargs: Any,
    ) -> None:
        self.others = [
            other for other in TOGETHER if other != kind and kind in TOGETHER and organization.word in HELD_BY[other]
        ]
        has_lesson = MeetingKind.LESSON in {kind, *self.others}
        super().__init__(*args, lecturers=lecturers_of(organization, now.date()) if has_lesson else None, **kwargs)
        self.kind, self.now, self.is_late = kind, now, is_late
        rows = MOST_SESSIONS if kind in MAY_BE_REPEATED else 1
        self.hours = [HoursOf(self, number, required=number == 0) for number in range(rows)]
        self._joint = {one.code: one for one in joint}
        if self._joint:
            self.fields["joint_with"] = forms.MultipleChoiceField(
                label=_lazy("Held together with"),
                help_text=_lazy("It counts for each of them."),
                choices=[(code, one.name) for code, one in self._joint.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        for other in self.others:
            self.fields[f"also_{other.value}"] = forms.BooleanField(label=other.zh, required=False)
            self.fields[f"subject_{other.value}"] = forms.CharField(
                label=_("Subject: %(kind)s") % {"kind": other.zh}, max_length=200, required=False
            )
        if is_late:
            self.fields["late_reason"].required = True

    @property
    def more_hours(self) -> list[HoursOf]:
        return self.hours[1:]

    @property
    def has_more_hours(self) -> bool:
        return any(row.is_filled for row in self.more_hours)

    def together(self) -> Iterator[tuple[BoundField, BoundField]]:
        return ((self[f"also_{other.value}"], self[f"subject_{other.value}"]) for other in self.others)

    @property
    def has_together(self) -> bool:
        return any(self[f"also_{other.value}"].value() for other in self.others)

    def clean_joint_with(self) -> list[Organization]:
        return [self._joint[code] for code in self.cleaned_data["joint_with"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        hours = [read for read in (row.read() for row in self.hours) if read is not None]
        cleaned["hours"] = hours
        cleaned["also"] = {
            other: cleaned.get(f"subject_{other.value}", "")
            for other in self.others
            if cleaned.get(f"also_{other.value}")
        }
        self._refuse_wrong_time(hours)
        return cleaned

    def _refuse_wrong_time(self, hours: list[Hours]) -> None:
        if self.is_late:
            if any(one.ends_at > self.now for one in hours):
                self.add_error(
                    "day_0", _("It has not ended yet. What is to come is convened, not entered afterwards.")
                )
        elif "announce" in self.data and hours and all(one.ends_at < self.now for one in hours):
            self.add_error(
                "day_0",
                _("This time is past. Choose another, or enter the meeting as one that took place (see below)."),
            )


class EditForm(_PeopleOfMeeting):
    """Changes of a meeting that has been drafted or announced; hours only where it keeps its own sessions."""

    def __init__(self, *args: Any, meeting: Meeting, sessions: list[Session], **kwargs: Any) -> None:
        on = meeting.held_on or meeting.made_at.date()
        is_lesson = meeting.word is MeetingKind.LESSON
        super().__init__(*args, lecturers=lecturers_of(meeting.organization, on) if is_lesson else None, **kwargs)
        self.meeting = meeting
        self.fields["title"].required = True
        if meeting.at_stage not in {MeetingStage.DRAFT, MeetingStage.POSTPONED}:
            del self.fields["audience"], self.fields["chosen"]
        self.sessions = sessions
        rows = len(sessions)
        if meeting.host_id is None:
            rows += 1 if (meeting.word in MAY_BE_REPEATED and meeting.repeated) or not sessions else 0
        else:
            rows = 0
        self.hours = [HoursOf(self, number, required=False) for number in range(rows)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["hours"] = [row.read() for row in self.hours]
        return cleaned


class PeopleForm(forms.Form):
    """Who chaired, wrote, called and taught, of a meeting that has begun.

    ``sessions`` are those that may still be changed: turns to come, dropped where the day is emptied, each with a
    reason; or, of a meeting entered after the event, when it took place.
    """

    def __init__(
        self,
        *args: Any,
        meeting: Meeting,
        sessions: list[Session],
        people: QuerySet[Person],
        on: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sessions, self.is_late = sessions, bool(meeting.late_reason)
        self.hours = [HoursOf(self, number, required=self.is_late) for number in range(len(sessions))]
        if sessions and not self.is_late:
            self.fields["reason"] = forms.CharField(
                label=_lazy("Why a turn is moved or dropped"),
                help_text=_lazy("An emptied day drops the turn. Everybody on the roll is told, with the reason."),
                max_length=300,
                required=False,
            )
        _ask_who(self, people)
        if meeting.word is MeetingKind.LESSON:
            named = [] if meeting.lecturer_id is None else [meeting.lecturer_id]
            offered = lecturers_of(meeting.organization, on) | Person.objects.filter(pk__in=named)
            self.fields["lecturer"] = PersonField(offered, label=_lazy("Lecturer"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["hours"] = [row.read() for row in self.hours]
        is_moved = any(set(row.names) & set(self.changed_data) for row in self.hours)
        if is_moved and not self.is_late and not cleaned.get("reason") and not self.has_error("reason"):
            self.add_error("reason", _("Say why, in a few words; the record keeps it."))
        return cleaned


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_lazy("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))


def status_of(form: forms.Form) -> int:
    """409 where what the form says is refused, 422 where a field can not be read."""
    if not form.errors:
        return 200
    return 409 if form.has_error("__all__", "refused") else 422


def audience_for(kind: MeetingKind, last: Meeting | None) -> Audience:
    return Audience(last.audience) if last else default_audience(kind)
