"""Findings and rules in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhibu.domain.requirements import Rule, SizeRule
from zhibu.domain.structure import Finding, StructureCheck
from zhibu.web.shell.rule_words import in_range
from zhibu.web.shell.templatetags.words import word


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


def asks(rule: Rule) -> str:
    """What number a rule asks for; empty where it asks for none."""
    return in_range(rule.size) if isinstance(rule, SizeRule) else ""
