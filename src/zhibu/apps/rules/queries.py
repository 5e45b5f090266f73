"""The rules in force on a day. Packs do not change while the program runs; each is read once.

Here begins what nobody guesses: where no verified rule is known for a day, the answer is ``None``.
"""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from zhibu.apps.rules.loader import OWN, SHIPPED, load
from zhibu.domain.requirements import AssemblyRule, Decision, ElectionRule, Rule, in_force
from zhibu.domain.terms import MeetingKind, OrganizationKind

PACKS = Path(__file__).parent / "packs"


def own_folder() -> Path:
    """Where an installation keeps the packs of its sector and of its own."""
    return Path(settings.DATA_DIR) / "rules"


def all_rules() -> tuple[Rule, ...]:
    """Every version of every rule, those switched off included. Raises ``PackRefused``."""
    return _all_rules(own_folder())


@cache
def _all_rules(own: Path) -> tuple[Rule, ...]:
    return load([(PACKS, SHIPPED), (own, OWN)])


def rules_on(day: dt.date) -> tuple[Rule, ...]:
    """The rules in force on ``day``, of each id the lowest layer's; none that is switched off."""
    return _rules_on(own_folder(), day)


@lru_cache(maxsize=1024)
def _rules_on(own: Path, day: dt.date) -> tuple[Rule, ...]:
    return in_force(_all_rules(own), day)


def rule(id: str, day: dt.date) -> Rule | None:  # noqa: A002 - the word of the pack
    return next((one for one in rules_on(day) if one.id == id), None)


def rule_for(
    decision: Decision, *, meeting: MeetingKind, organization: OrganizationKind, day: dt.date
) -> AssemblyRule | None:
    """By what a vote of this kind is judged; ``None`` where no rule is known for the day. At most one applies."""
    for one in rules_on(day):
        if (
            isinstance(one, AssemblyRule)
            and decision in one.decisions
            and meeting in one.meetings
            and organization in one.binding.kinds
        ):
            return one
    return None


def election_rule_for(*, meeting: MeetingKind, organization: OrganizationKind, day: dt.date) -> ElectionRule | None:
    """By what an election is judged: the provisional rule of 1990, or that of 2020 once it was in force."""
    found = rule_for(Decision.ELECTION, meeting=meeting, organization=organization, day=day)
    return found if isinstance(found, ElectionRule) else None
