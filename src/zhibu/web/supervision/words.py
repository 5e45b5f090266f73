"""Findings and rules in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from zhibu.domain.requirements import Condition, Rule, SizeRule
from zhibu.domain.structure import Finding, StructureCheck
from zhibu.web.shell.templatetags.words import traditional, word


def says(finding: Finding, people: Mapping[UUID, str]) -> str:
    """What was found, with its numbers, days and names."""
    match finding.check:
        case StructureCheck.TERM_ENDS_SOON | StructureCheck.TERM_ENDED:
            return _term(finding)
        case StructureCheck.NO_SECRETARY:
            return _("The post of secretary is open.")
        case StructureCheck.NO_LEADER:
            return _("The group has no leader yet.")
        case StructureCheck.HOLDER_STANDING | StructureCheck.OFFICE_OUTSIDE:
            return _holder(finding, people)
        case _:
            return _size(finding)


def _size(finding: Finding) -> str:
    state = finding.state
    full = ngettext("%(number)s full member", "%(number)s full members", state.full_members)
    members = ngettext("%(number)s member", "%(number)s members", state.members) % {"number": state.members}
    match finding.check:
        case StructureCheck.FULL_MEMBERS:
            return full % {"number": state.full_members}
        case StructureCheck.COMMITTEE if not state.committee_members:
            return _("%(members)s, no committee") % {"members": full % {"number": state.full_members}}
        case StructureCheck.COMMITTEE:
            facts = {"members": full % {"number": state.full_members}, "size": state.committee_members}
            return _("%(members)s, a committee of %(size)s") % facts
        case _:
            groups = ngettext("%(number)s group", "%(number)s groups", state.groups) % {"number": state.groups}
            return _("%(members)s, %(groups)s") % {"members": members, "groups": groups}


def _term(finding: Finding) -> str:
    facts = {"day": formats.date_format(finding.day, "DATE_FORMAT") if finding.day else ""}
    match finding.check, finding.is_assumed:
        case StructureCheck.TERM_ENDED, False:
            return _("The term was to end on %(day)s.") % facts
        case StructureCheck.TERM_ENDED, True:
            return (
                _("Counted from its beginning, the term was to end on %(day)s. Its end is not written down.") % facts
            )
        case _, False:
            return _("The term ends on %(day)s.") % facts
        case _:
            return _("Counted from its beginning, the term ends on %(day)s. Its end is not written down.") % facts


def _holder(finding: Finding, people: Mapping[UUID, str]) -> str:
    facts = {
        "name": people[finding.person] if finding.person else "",
        "post": word(finding.post) if finding.post else "",
        "standing": word(finding.standing) if finding.standing else "",
    }
    if finding.check is StructureCheck.OFFICE_OUTSIDE:
        return _("%(name)s (%(post)s) is a member elsewhere.") % facts
    if finding.standing is None:
        return _("%(name)s (%(post)s) is not on record as a member.") % facts
    return _("%(name)s (%(post)s): %(standing)s.") % facts


# --- Rules ---------------------------------------------------------------------------------------------------------


def cited(rule: Rule) -> str:
    """The text and its article. Texts are Chinese; to a reader of traditional characters they are shown so."""
    return traditional(rule.citation.zh) if get_language() == "zh-hant" else rule.citation.zh


def strength(rule: Rule) -> str:
    """The word with which the text says it; empty where it says it plainly."""
    return word(rule.modality) if rule.modality else ""


def asks(rule: Rule) -> str:
    """What number a rule asks for; empty where it asks for none."""
    return _range(rule.size) if isinstance(rule, SizeRule) else ""


def _range(size: Condition) -> str:
    match size.at_least, size.at_most:
        case int(low), int(high):
            return _("%(low)s to %(high)s") % {"low": low, "high": high}
        case int(low), None:
            return _("at least %(low)s") % {"low": low}
        case _, high:
            return _("at most %(high)s") % {"high": high}
