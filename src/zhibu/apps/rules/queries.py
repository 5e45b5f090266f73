"""The rules in force on a day: those of the packs, and those the unit has confirmed since.

Here begins what nobody guesses: where no verified rule is known for a day, the answer is ``None``. Packs do not
change while the program runs. Confirmations do: each state of them has a name, its edition, and what is read under
an edition stays as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from zhibu.apps.rules.loader import OWN, SHIPPED, load
from zhibu.apps.rules.models import Confirmation
from zhibu.domain.periods import Span
from zhibu.domain.requirements import AssemblyRule, Decision, ElectionRule, Rule, Verified, in_force
from zhibu.domain.terms import MeetingKind, OrganizationKind

PACKS = Path(__file__).parent / "packs"

#: A confirmation as two texts: which one, and until when.
_MARK = (Cast("id", CharField()), Cast("until", CharField()))

_edition: ContextVar[str] = ContextVar("edition")


def own_folder() -> Path:
    """Where an installation keeps the packs of its sector and of its own."""
    return Path(settings.DATA_DIR) / "rules"


def packed_rules() -> tuple[Rule, ...]:
    """Every version of every rule as the packs state it. Raises ``PackRefused``. Asks no database."""
    return _packed(own_folder())


@cache
def _packed(own: Path) -> tuple[Rule, ...]:
    return load([(PACKS, SHIPPED), (own, OWN)])


def packs_read() -> str:
    """One word for what stands in the files of the packs."""
    return _packs_read(own_folder())


@cache
def _packs_read(own: Path) -> str:
    files = [file for folder in (PACKS, own) for file in sorted(folder.glob("*.toml"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:32]


# --- The edition ---------------------------------------------------------------------------------------------------


def marks(*before: Value) -> QuerySet[Confirmation, Any]:
    """Of all confirmations, after the columns given; together they make the edition."""
    return Confirmation.objects.order_by().values_list(*before, *_MARK)


def edition_of(marked: Iterable[tuple[str, str | None]]) -> str:
    """One word for what all marks say; empty while nothing was ever confirmed."""
    texts = sorted(f"{key} {until or ''}" for key, until in marked)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32] if texts else ""


def latest_edition() -> str:
    return edition_of(marks())


def use_edition(of: str) -> None:
    """Judge by this edition from here on, in this request or command; an asker brings it along."""
    _edition.set(of)


def edition() -> str:
    """The one in use; where nobody has said, the latest."""
    try:
        return _edition.get()
    except LookupError:
        use_edition(latest_edition())
        return _edition.get()


# --- The rules -----------------------------------------------------------------------------------------------------


def all_rules(of: str | None = None) -> tuple[Rule, ...]:
    """Every version of every rule of an edition (the one in use unless said), those switched off included."""
    return _all_rules(own_folder(), edition() if of is None else of)


@lru_cache(maxsize=64)
def _all_rules(own: Path, of: str) -> tuple[Rule, ...]:
    packed = _packed(own)
    return (*packed, *confirmed(packed, Confirmation.objects.all())) if of else packed


def confirmed(packed: Iterable[Rule], confirmations: Iterable[Confirmation]) -> Iterator[Rule]:
    """The rules that are on by confirmation; one whose pack was taken away is none any more."""
    off = {(rule.id, rule.force.since): rule for rule in packed if not rule.is_on}
    for one in confirmations:
        rule = off.get((one.rule, one.version))
        if rule is not None and one.ever_counts:
            yield with_source(rule, one)


def with_source(rule: Rule, one: Confirmation) -> Rule:
    """The rule as the unit confirms it: with the article it found, from the day on which it counts."""
    until = min((day for day in (rule.force.until, one.until) if day is not None), default=None)
    source = f"{one.document}，{one.dated.isoformat()}。"
    return replace(
        rule,
        citation=replace(rule.citation, article=one.article, verified=Verified.FULL),
        force=Span(one.since, until),
        note=f"{rule.note}{source}",
    )


def rules_on(day: dt.date, of: str | None = None) -> tuple[Rule, ...]:
    """The rules in force on ``day``, of each id the lowest layer's; none that is switched off."""
    return _rules_on(own_folder(), edition() if of is None else of, day)


@lru_cache(maxsize=1024)
def _rules_on(own: Path, of: str, day: dt.date) -> tuple[Rule, ...]:
    return in_force(_all_rules(own, of), day)


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
