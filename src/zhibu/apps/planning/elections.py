"""Whether a sitting that makes an election valid is possible at all in a month, and if not, what would do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhibu.apps.organizations.models import Organization
from zhibu.apps.planning.calling import needed_to_pass
from zhibu.apps.planning.errors import PlanningRefusal
from zhibu.apps.planning.facts import Assumed, gather_items
from zhibu.apps.planning.models import Plan, PlanItem
from zhibu.apps.planning.outcome import relaxed
from zhibu.apps.rules.queries import election_rule_for
from zhibu.domain.periods import month_end
from zhibu.domain.planning import LASTS
from zhibu.domain.requirements import Citation
from zhibu.domain.roster_relaxations import fullest
from zhibu.domain.terms import MeetingKind

#: The requirement that asks for an election when a term ends.
TERM_ELECTION = "term_election"


@dataclass(frozen=True, slots=True)
class Sitting:
    """So many of the voters could sit together then, no window falling short, and whether that is enough."""

    at: dt.datetime
    there: int
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Election:
    """Of ``voters`` so many are ``needed`` together, by ``citation``; ``None``: no rule is in force for it here.

    ``sittings``: the fullest time of each day on which anybody can chair, in the order of days. ``relaxations``: what
    would do where none is enough, as ``PlanItem.relaxations``. Meetings announced already stand.
    """

    voters: int
    needed: int
    citation: Citation | None
    minutes: int
    sittings: Sequence[Sitting]
    relaxations: Sequence[dict[str, Any]]
    assumed: Assumed

    @property
    def best(self) -> Sitting | None:
        """The fullest; of equally full ones the first."""
        return max(self.sittings, key=lambda one: one.there, default=None)

    @property
    def is_possible(self) -> bool:
        return any(one.is_enough for one in self.sittings)


def election_in(organization: Organization, month: dt.date, today: dt.date) -> Election:
    """The general meeting that elects, in the days of the month still to come.

    Raises ``PlanningRefusal`` where no day of the month is left, or nobody there has a vote.
    """
    last = month_end(month)
    first = max(month, today + dt.timedelta(days=1))
    if last < first:
        raise PlanningRefusal(_("%(month)s is over. Plan a month to come.") % {"month": f"{month:%Y-%m}"})
    plan = Plan(organization=organization, month=month)
    minutes = LASTS[MeetingKind.GENERAL_MEETING]
    item = PlanItem(
        plan=plan,
        organization=organization,
        kind=MeetingKind.GENERAL_MEETING.value,
        requirement=TERM_ELECTION,
        first=first,
        last=last,
        minutes=minutes,
    )
    gathered = gather_items(organization, [item], today)
    known = gathered.problem.items.get(str(item.pk))
    if known is None or not known.voters:
        raise PlanningRefusal(_("Nobody with a vote is on record in %(name)s.") % {"name": organization.name})
    needed, found = fullest(gathered.problem, known)
    rule = election_rule_for(meeting=MeetingKind.GENERAL_MEETING, organization=organization.word, day=first)
    sittings = [Sitting(gathered.moment(one.start), one.there, one.there >= needed) for one in found]
    return Election(
        voters=len(known.voters),
        needed=needed_to_pass(item, len(known.voters)),
        citation=rule.citation if rule is not None else None,
        minutes=minutes,
        sittings=sittings,
        relaxations=[] if any(one.is_enough for one in sittings) else relaxed(gathered, known),
        assumed=gathered.assumed,
    )
