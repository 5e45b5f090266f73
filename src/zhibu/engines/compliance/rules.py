"""The rules among the facts: those that decide what is owed, as rows of a table and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pyarrow as pa

from zhibu.domain.periods import Span
from zhibu.domain.requirements import (
    AssemblyRule,
    Attribute,
    Base,
    Binding,
    Citation,
    Comparator,
    Condition,
    Decision,
    ElectionRule,
    FirstPeriod,
    Layer,
    Measure,
    Modality,
    Obligation,
    Period,
    Provision,
    Rule,
    Subject,
    TermRule,
    Threshold,
    Verified,
)
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind
from zhibu.engines.compliance.columns import DAY, NUMBER, TEXT, schema_of

_CONDITION = pa.struct([("attribute", TEXT), ("at_least", NUMBER), ("at_most", NUMBER)])
_TEXTS = pa.list_(TEXT)

#: ``type`` is ``obligation``, ``quorum`` or ``term``; the columns of the other two are empty. ``share`` is 1/2.
#: ``other`` decides nothing itself, but stands in the place of one that did, as a lower layer's of the same id does.
SCHEMA = schema_of(
    type=TEXT,
    rule=TEXT,
    label=(TEXT,),
    layer=TEXT,
    since=DAY,
    until=(DAY,),
    title=(TEXT,),
    issuer=(TEXT,),
    year=(NUMBER,),
    article=(NUMBER,),
    verified=TEXT,
    modality=(TEXT,),
    kinds=(_TEXTS,),
    conditions=(pa.list_(_CONDITION),),
    subject=(TEXT,),
    posts=(_TEXTS,),
    meetings=(_TEXTS,),
    requirement=(TEXT,),
    period=(TEXT,),
    count=(NUMBER,),
    measure=(TEXT,),
    grace=(NUMBER,),
    first_period=(TEXT,),
    base=(TEXT,),
    comparator=(TEXT,),
    share=(TEXT,),
    years=(NUMBER,),
)


def decides(rule: Rule) -> bool:
    """Whether what is owed may depend on it. What is switched off decides nothing."""
    is_quorum = (
        isinstance(rule, AssemblyRule)
        and not isinstance(rule, ElectionRule)
        and Decision.RESOLUTION in rule.decisions
    )
    return rule.is_on and (is_quorum or isinstance(rule, Obligation | TermRule))


def table_of(rules: Iterable[Rule]) -> pa.Table:
    """Those of them that decide what is owed, and what stands in their place; the order is kept."""
    rules = [rule for rule in rules if rule.is_on]
    deciding = {rule.id for rule in rules if decides(rule)}
    return pa.Table.from_pylist([_row(rule) for rule in rules if rule.id in deciding], schema=SCHEMA)


def _row(rule: Rule) -> dict[str, Any]:
    citation, binding = rule.citation, rule.binding
    row: dict[str, Any] = {
        "rule": rule.id,
        "label": rule.label,
        "layer": rule.layer.value,
        "since": rule.force.since,
        "until": rule.force.until,
        "title": citation.title,
        "issuer": citation.issuer,
        "year": citation.year,
        "article": citation.article,
        "verified": citation.verified.value,
        "modality": rule.modality.value if rule.modality else None,
        "kinds": sorted(binding.kinds),
        "conditions": sorted(
            (
                {"attribute": one.attribute.value, "at_least": one.at_least, "at_most": one.at_most}
                for one in binding.conditions
            ),
            key=str,
        ),
        "subject": binding.subject.value,
        "posts": sorted(binding.posts),
    }
    match rule:
        case _ if not decides(rule):
            return row | {"type": "other"}
        case Obligation():
            return row | {
                "type": "obligation",
                "meetings": sorted(rule.meetings),
                "requirement": rule.requirement,
                "period": rule.period.value,
                "count": rule.count,
                "measure": rule.measure.value,
                "grace": rule.grace,
                "first_period": rule.first_period.value,
            }
        case AssemblyRule():
            quorum = rule.quorum
            return row | {
                "type": "quorum",
                "meetings": sorted(rule.meetings),
                "base": quorum.base.value if quorum else None,
                "comparator": quorum.comparator.value if quorum else None,
                "share": str(quorum.share) if quorum else None,
            }
        case _:
            assert isinstance(rule, TermRule)
            return row | {"type": "term", "years": rule.years}


def rules_of(table: pa.Table) -> tuple[Rule, ...]:
    """The rules as ``table_of`` wrote them down. Raises ``ValueError`` with the row that is none (the first is 1)."""
    found = []
    for number, row in enumerate(table.to_pylist(), start=1):
        try:
            found.append(_rule(row))
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise ValueError(f"row {number}: {error}") from error
    return tuple(found)


def _rule(row: dict[str, Any]) -> Rule:
    since: dt.date = row["since"]
    common: dict[str, Any] = {
        "id": row["rule"],
        "label": row["label"] or row["rule"],
        "layer": Layer(row["layer"]),
        "citation": Citation(
            row["title"] or "",
            row["issuer"] or "",
            row["year"] or since.year,
            row["article"],
            Verified(row["verified"]),
        ),
        "force": Span(since, row["until"]),
        "modality": Modality(row["modality"]) if row["modality"] else None,
        "binding": Binding(
            kinds=frozenset(OrganizationKind(word) for word in row["kinds"]),
            conditions=frozenset(
                Condition(Attribute(one["attribute"]), one["at_least"], one["at_most"])
                for one in row["conditions"] or ()
            ),
            subject=Subject(row["subject"]),
            posts=frozenset(PostKind(word) for word in row["posts"] or ()),
        ),
    }
    match row["type"]:
        case "obligation":
            return Obligation(
                **common,
                requirement=row["requirement"],
                period=Period(row["period"]),
                count=int(row["count"]),
                measure=Measure(row["measure"]),
                meetings=frozenset(MeetingKind(word) for word in row["meetings"] or ()),
                grace=int(row["grace"]),
                first_period=FirstPeriod(row["first_period"]),
            )
        case "quorum":
            threshold = (
                Threshold(Base(row["base"]), Comparator(row["comparator"]), Fraction(row["share"]))
                if row["share"]
                else None
            )
            return AssemblyRule(
                **common,
                meetings=frozenset(MeetingKind(word) for word in row["meetings"] or ()),
                decisions=frozenset({Decision.RESOLUTION}),
                quorum=threshold,
                passing=None,
            )
        case "term":
            return TermRule(**common, years=int(row["years"]))
        case "other":
            return Provision(**common, says="")
        case other:
            raise ValueError(f"{other} is no type of rule")
