"""What a rule asks, in the reader's language. Texts of packs are Chinese; traditional characters are made of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from zhibu.domain.requirements import (
    AssemblyRule,
    Binding,
    Comparator,
    Condition,
    ElectionRule,
    Measure,
    Obligation,
    Period,
    Provision,
    Rule,
    SizeRule,
    Subject,
    TermRule,
    Threshold,
)
from zhibu.domain.terms import Word
from zhibu.web.shell.templatetags.words import traditional, word


def as_written(text: str) -> str:
    """A text of a pack, or of a regulation."""
    return traditional(text) if get_language() == "zh-hant" else text


def cited(rule: Rule) -> str:
    """The text and its article."""
    return as_written(rule.citation.zh)


def strength(rule: Rule) -> str:
    """The word with which the text says it; empty where it says it plainly."""
    return word(rule.modality) if rule.modality else ""


def listed(terms: Iterable[Word]) -> str:
    """Words of an enumeration, in its own order."""
    chosen = list(terms)
    return _(", ").join(word(term) for term in type(chosen[0]) if term in chosen) if chosen else ""


def bound(binding: Binding) -> str:
    """Whom it binds: kinds of organizations, under which conditions, and who in them."""
    conditions = sorted(binding.conditions, key=lambda one: one.attribute.value)
    parts = [listed(binding.kinds), *(f"{word(one.attribute)} {in_range(one)}" for one in conditions)]
    match binding.subject:
        case Subject.PERSON:
            parts.append(_("each member"))
        case Subject.POST:
            parts.append(listed(binding.posts))
    return " · ".join(parts)


def says(rule: Rule) -> str:
    """What it asks, in a sentence or two."""
    match rule:
        case Obligation():
            return _obligation(rule)
        case ElectionRule():
            facts = {
                "quorum": _threshold(rule.quorum),
                "passing": _threshold(rule.passing),
                "leaving": _threshold(rule.leaving_open),
            }
            return _("Valid with %(quorum)s, elected by %(passing)s; a seat stays open by %(leaving)s.") % facts
        case AssemblyRule():
            return " ".join(_assembly(rule))
        case SizeRule():
            return f"{word(rule.size.attribute)} {in_range(rule.size)}"
        case TermRule():
            return ngettext("Elected for %(years)s year.", "Elected for %(years)s years.", rule.years) % {
                "years": rule.years
            }
        case Provision():
            return as_written(rule.says)
        case _:
            raise AssertionError(rule)


def how_often(rule: Obligation) -> str:
    """Each quarter at least twice; each year at least 32 hours."""
    return _("%(each)s %(number)s") % {"each": each(rule.period), "number": at_least(rule)}


def each(period: Period) -> str:
    match period:
        case Period.MONTH:
            return _("each month")
        case Period.QUARTER:
            return _("each quarter")
        case Period.HALF_YEAR:
            return _("each half of a year")
        case Period.YEAR:
            return _("each year")
        case Period.TERM:
            return _("each term")


def at_least(rule: Obligation) -> str:
    number = {"count": rule.count}
    if rule.measure is Measure.HOURS:
        return ngettext("at least %(count)s hour", "at least %(count)s hours", rule.count) % number
    return ngettext("at least %(count)s time", "at least %(count)s times", rule.count) % number


def _obligation(rule: Obligation) -> str:
    parts = [how_often(rule)]
    if rule.talks:
        parts.append(_("each of: %(kinds)s") % {"kinds": listed(rule.talks)})
    if rule.usual_quarter:
        parts.append(_("generally in quarter %(quarter)s") % {"quarter": rule.usual_quarter})
    if rule.measure is Measure.TIMES:
        parts.append(within(rule.grace))
    return pgettext("between parts of a sentence", ", ").join(parts)


def within(grace: int) -> str:
    return ngettext(
        "on file within %(days)s day after the period", "on file within %(days)s days after the period", grace
    ) % {"days": grace}


def _assembly(rule: AssemblyRule) -> list[str]:
    said = []
    if rule.quorum is not None:
        said.append(_("A vote may be taken with %(quorum)s.") % {"quorum": _threshold(rule.quorum)})
    if rule.passing is not None:
        said.append(_("It passes with %(passing)s.") % {"passing": _threshold(rule.passing)})
    if rule.written_as_votes:
        said.append(_("Written opinions received before the meeting count as votes."))
    if rule.one_at_a_time:
        said.append(_("One person at a time."))
    return said


def _threshold(threshold: Threshold) -> str:
    facts = {"share": str(threshold.share), "base": word(threshold.base)}
    if threshold.comparator is Comparator.AT_LEAST:
        return _("at least %(share)s of: %(base)s") % facts
    return _("more than %(share)s of: %(base)s") % facts


def in_range(size: Condition) -> str:
    match size.at_least, size.at_most:
        case int(low), int(high):
            return _("%(low)s to %(high)s") % {"low": low, "high": high}
        case int(low), None:
            return _("at least %(low)s") % {"low": low}
        case _, high:
            return _("at most %(high)s") % {"high": high}
