"""What the comparisons share, and what they say about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from zhibu.apps.imports.changes import Changes
from zhibu.apps.imports.comparing.dating import Dating, RecordedLater
from zhibu.apps.imports.facts import Fact, Facts
from zhibu.apps.imports.findings import Code, Counts, Findings
from zhibu.apps.imports.known import Known
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.apps.rosters.models import Shift
from zhibu.apps.windows.models import WindowPost


@dataclass(slots=True)
class Comparison:
    """``complete``: who is not in the file has gone. The dictionaries hold what will be there after the import."""

    facts: Facts
    known: Known
    dating: Dating
    complete: bool
    findings: Findings
    changes: Changes = field(default_factory=Changes)
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    window_posts: dict[str, WindowPost] = field(default_factory=dict)
    shifts: dict[str, Shift] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.date:
        return self.dating.as_of

    def key_of(self, code: str) -> UUID | None:
        """The key of the organization with this code; ``None`` for no code."""
        return self.organizations[code].pk if code else None

    def refuse_early(self, sheet: str, fact: Fact | None, column: str, name: str, later: RecordedLater) -> None:
        """The workbook speaks of a day before what is recorded of this one."""
        self.findings.error(
            sheet,
            fact.row if fact else None,
            column,
            name,
            Code.OUT_OF_ORDER,
            _(
                "%(name)s has a record from %(day)s, and this workbook is of %(as_of)s. Import it with a later day, "
                "or undo the later import first."
            )
            % {"name": name, "day": later.day, "as_of": self.as_of},
        )

    def miss(self, sheet: str, column: str, value: str, name: str) -> None:
        """Recorded, and not in this workbook."""
        self.findings.warn(
            sheet,
            None,
            column,
            value,
            Code.MISSING,
            _("%(name)s (%(value)s) is recorded and not in this workbook; nothing was changed.")
            % {"name": name, "value": value},
        )
