"""Fields that meetings ask for: a person by name or number, lines of text, the hours of a session."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhibu.apps.people.models import Person

#: Up to so many people are offered in a list to tap on; of more one types the name.
MOST_OFFERED = 120


class PersonInput(forms.TextInput):
    """A name or staff number to type."""

    def __init__(self) -> None:
        super().__init__({"autocomplete": "off", "maxlength": 60})


class PersonField(forms.Field):
    """One of ``people``: chosen from a list while that is short, typed by name or staff number where it is long.

    The value is the staff number, so that two of one name are told apart. ``offered``: those of ``people`` that
    have been read already.
    """

    def __init__(self, people: QuerySet[Person], *, offered: list[Person] | None = None, **options: Any) -> None:
        self.people = people
        offered = list(people[: MOST_OFFERED + 1]) if offered is None else offered
        self.known = {person.staff_number: person for person in offered}
        widget: forms.Widget = PersonInput()
        if len(offered) <= MOST_OFFERED:
            choices = [(person.staff_number, label_of(person, offered)) for person in offered]
            widget = forms.Select(choices=[("", "—"), *choices])
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.staff_number if isinstance(value, Person) else value

    def to_python(self, value: Any) -> Person | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        if typed in self.known:
            return self.known[typed]
        return person_called(typed, self.people)


def label_of(person: Person, among: list[Person]) -> str:
    """The name, with the staff number where another has the same."""
    has_namesake = sum(one.name == person.name for one in among) > 1
    return f"{person.name} {person.staff_number}" if has_namesake else person.name


def person_called(typed: str, people: QuerySet[Person]) -> Person:
    """Who is called so, by name or staff number; raises ``ValidationError`` where it is nobody or several."""
    words = typed.split()
    found = list(people.filter(Q(staff_number__in=words) | Q(name=typed) | Q(name="".join(words)))[:4])
    if len(found) == 1:
        return found[0]
    if not found:
        raise forms.ValidationError(
            _("Nobody here is called “%(typed)s”. Type the full name or the staff number.") % {"typed": typed[:40]}
        )
    numbers = "、".join(person.staff_number for person in found)
    raise forms.ValidationError(
        _("Several are called “%(typed)s”: type one of the staff numbers %(numbers)s.")
        % {"typed": typed[:40], "numbers": numbers}
    )


class LinesField(forms.CharField):
    """One entry a line; empty lines and numbers that somebody typed before an entry do not matter."""

    def __init__(self, *, most: int, longest: int, rows: int = 4, **options: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(widget=forms.Textarea({"rows": rows}), **options)

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > self.most:
            raise forms.ValidationError(_("These are more than %(most)s lines.") % {"most": self.most})
        for line in lines:
            if len(line) > self.longest:
                raise forms.ValidationError(
                    _("A line is longer than %(longest)s characters: “%(line)s…”")
                    % {"longest": self.longest, "line": line[:20]}
                )
        return lines


class DayInput(forms.DateInput):
    """A day as browsers pick it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **options)


def clock_field(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=ClockInput(), **options)


#: Years one may write: a slip such as 0202 or 20266 is told at once.
EARLIEST, LATEST = dt.date(1949, 1, 1), dt.date(2199, 12, 31)
