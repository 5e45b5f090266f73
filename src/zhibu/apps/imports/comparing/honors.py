"""荣誉: what is on record stays; what is new is added."""

from __future__ import annotations

from zhibu.apps.honors.models import Honor
from zhibu.apps.imports.comparing.context import Comparison
from zhibu.documents.workbooks.layout import HONORS


def compare_honors(to: Comparison) -> None:
    for fact in to.facts.honors or ():
        person = to.people[fact.number]
        assert fact.year is not None
        is_new = (person.pk, fact.title, fact.year) not in to.known.honors
        if is_new:
            to.changes.make(Honor(person=person, title=fact.title, year=fact.year))
        to.counts[HONORS.name].add(is_new=is_new, is_changed=False)
