"""What a meeting's numbers and stages say in words."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhibu.domain.assembly import Count, Foresight, Quorum, QuorumState, Verdict
from zhibu.domain.assembly import Outcome as Is
from zhibu.domain.requirements import AssemblyRule, Decision
from zhibu.domain.terms import MeetingStage

#: The chip of each stage: done, open, note or quiet.
CHIPS: dict[MeetingStage, str] = {
    MeetingStage.DRAFT: "quiet",
    MeetingStage.ANNOUNCED: "open",
    MeetingStage.OPEN: "open",
    MeetingStage.CLOSED: "note",
    MeetingStage.DRAFTED: "note",
    MeetingStage.APPROVED: "note",
    MeetingStage.FILED: "done",
    MeetingStage.POSTPONED: "quiet",
    MeetingStage.NOT_HELD: "quiet",
}


def quorum_words(quorum: Quorum) -> str:
    match quorum.state:
        case QuorumState.NOT_REQUIRED:
            return _("A meeting of this kind needs no quorum.")
        case QuorumState.UNKNOWN:
            return _("No rule in force on that day was found; nothing is judged here.")
        case QuorumState.MET:
            return _(
                "%(reached)s of %(whole)s voters are here, %(needed)s are needed: a vote may be taken."
            ) % vars_of(quorum)
        case QuorumState.SHORT:
            return _("%(reached)s of %(whole)s voters are here, %(needed)s are needed: no vote yet.") % vars_of(
                quorum
            )


def vars_of(quorum: Quorum) -> dict[str, int | None]:
    return {"reached": quorum.reached, "whole": quorum.whole, "needed": quorum.needed}


def foresight_words(foresight: Foresight | None) -> str:
    """What can no longer pass, or what is still missing; empty where there is nothing to warn of.

    Where no text says how many votes carry, nothing is said of passing.
    """
    if foresight is None:
        return ""
    if foresight.to_vote is None:
        return _("Even if everybody still expected came, no vote could be taken today.")
    if foresight.to_vote > 0:
        return ngettext(
            "Call %(more)s more voter, then a vote may be taken.",
            "Call %(more)s more voters, then a vote may be taken.",
            foresight.to_vote,
        ) % {"more": foresight.to_vote}
    return _passing_words(foresight) if foresight.names_passing else ""


def _passing_words(foresight: Foresight) -> str:
    count = foresight.count
    here = {"present": count.voters_present, "voters": count.voters}
    if foresight.to_pass is None:
        return _("%(present)s of %(voters)s voters are here: even a unanimous yes can not pass today.") % here
    if foresight.to_pass > 0:
        return ngettext(
            "%(present)s of %(voters)s voters are here: even a unanimous yes does not pass. Call %(more)s more.",
            "%(present)s of %(voters)s voters are here: even a unanimous yes does not pass. Call %(more)s more.",
            foresight.to_pass,
        ) % {**here, "more": foresight.to_pass}
    return ""


def citation_of(rule: AssemblyRule | None) -> str:
    return rule.citation.zh if rule else ""


def verdict_words(verdict: Verdict, citation: str) -> str:
    """What a vote came to, with the numbers it rests on and the article."""
    facts = {"in_favour": verdict.in_favour, "needed": verdict.needed, "citation": citation}
    match verdict.outcome:
        case Is.PASSED:
            return _("Passed: %(in_favour)s in favour, %(needed)s needed. %(citation)s") % facts
        case Is.NOT_PASSED:
            return _("Not passed: %(in_favour)s in favour, %(needed)s needed. %(citation)s") % facts
        case _other:
            return _("The count is on record. No rule in force on that day says how many votes carry it.")


def count_words(count: Count) -> str:
    return _("expected %(expected)s, present %(present)s; voters %(voters)s, present %(voters_present)s") % {
        "expected": count.expected,
        "present": count.present,
        "voters": count.voters,
        "voters_present": count.voters_present,
    }


#: How items of an agenda begin that are to be decided.
_TALKED_OVER = re.compile(
    "^(讨论并表决|讨论并通过|讨论通过|审议通过|审议并通过|研究讨论|讨论|审议|研究|表决|听取和审查|审查)"
)


#: How items say that somebody is to be admitted, or made a full member: each is judged by a rule of its own.
_ADMITS = re.compile("(接收|吸收|发展).*预备党员")
_CONFIRMS = re.compile("预备党员.*转正|转为正式党员")


def decision_on(title: str) -> Decision:
    """What an item asks the meeting to decide, as far as its title tells."""
    if _CONFIRMS.search(title):
        return Decision.CONFIRMATION
    return Decision.ADMISSION if _ADMITS.search(title) else Decision.RESOLUTION


def resolution_on(title: str) -> str:
    """The usual text of a resolution on an item: 讨论发展党员 → 同意发展党员。"""
    return f"同意{_TALKED_OVER.sub('', title.strip()).rstrip('。；')}。"
