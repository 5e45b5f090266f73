"""Votes and elections as they were counted, judged by the rule in force on the day of the meeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.meetings.actions.minutes import reopen_for_change
from zhibu.apps.meetings.actions.stages import VOTABLE, locked, require
from zhibu.apps.meetings.errors import CountRefused
from zhibu.apps.meetings.models import AgendaItem, Candidate, Decision, Election
from zhibu.apps.meetings.queries import count_of, election_rule_of, roll_of, rule_of
from zhibu.apps.people.models import Person
from zhibu.domain import assembly
from zhibu.domain.assembly import Ballots, ElectionResult, Outcome, Verdict, Votes
from zhibu.domain.requirements import Decision as DecisionKind
from zhibu.domain.terms import VotingWay

#: What each refusal of the domain says to the recorder; the fields of the refusal fill it in.
_SAYS: dict[type[assembly.AssemblyRefusal], Promise] = {
    assembly.MoreHandsThanVoters: _lazy(
        "%(hands)s hands were counted, but %(voters_present)s voters are present. Count again or mend the roll."
    ),
    assembly.MoreWrittenThanAbsent: _lazy(
        "%(written)s written opinions, but only %(absent)s voters are absent. Correct one of them."
    ),
    assembly.NegativeNumber: _lazy("A count can not be below zero. Correct it."),
    assembly.BallotsDisagree: _lazy(
        "These counts contradict each other. Count again: ballots issued, returned, void, and the votes on them."
    ),
    assembly.NotACandidate: _lazy("A second ballot is among those who were tied. Take the others off."),
    assembly.NoSeat: _lazy("An election fills at least one seat. Say how many."),
}


def _explained(error: assembly.AssemblyRefusal) -> str:
    says = _SAYS.get(type(error), _lazy("These numbers contradict each other. Count again."))
    return str(says) % vars(error)


@dataclass(frozen=True, slots=True)
class Counted:
    """A vote on record and what the rule made of it."""

    decision: Decision
    verdict: Verdict


@transaction.atomic
def take_vote(
    item: AgendaItem,
    *,
    kind: DecisionKind,
    text: str,
    way: VotingWay,
    votes: Votes,
    actor: Actor,
    at: dt.datetime,
    about: Person | None = None,
) -> Counted:
    """Put a counted vote on record with the bases of this moment. Raises ``CountRefused``.

    Without a quorum no vote may be taken and none is recorded, and no written opinion where the rule counts none. A
    day for which no rule is known is recorded as counted, unjudged.
    Source: 中国共产党支部工作条例（试行） 2018, art. 11; 发展党员工作细则 for admissions.
    """
    meeting = locked(item.meeting_id)
    require(meeting, *VOTABLE)
    count = count_of(roll_of(meeting))
    rule = rule_of(meeting, kind)
    try:
        verdict = assembly.judge(rule, count, votes)
    except assembly.AssemblyRefusal as error:
        raise CountRefused(_explained(error)) from error
    if verdict.outcome is Outcome.NO_QUORUM:
        raise CountRefused(
            _("%(reached)s of %(whole)s voters are here; a vote needs %(needed)s. Call more, or postpone the item.")
            % {"reached": verdict.quorum.reached, "whole": verdict.quorum.whole, "needed": verdict.quorum.needed}
        )
    if rule is not None and verdict.written_aside and not rule.written_to_quorum:
        raise CountRefused(
            _("Written opinions do not count in this vote, only those in the room. Leave them at 0. %(article)s")
            % {"article": rule.citation.zh}
        )
    decision = Decision.objects.create(
        agenda_item=item,
        kind=kind.value,
        text=text.strip(),
        about=about,
        way=way.value,
        voters=count.voters,
        voters_present=count.voters_present,
        in_favour=votes.in_favour,
        against=votes.against,
        abstained=votes.abstained,
        written_in_favour=votes.written.in_favour,
        written_against=votes.written.against,
        outcome=verdict.outcome.value,
        rule=rule.id if rule else "",
        citation=rule.citation.zh if rule else "",
        counted_at=at,
    )
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "vote_counted",
        meeting.pk,
        actor=actor,
        at=at,
        document={
            "decision": str(decision.pk),
            "kind": kind.value,
            "voters": count.voters,
            "voters_present": count.voters_present,
            "in_favour": votes.in_favour,
            "against": votes.against,
            "abstained": votes.abstained,
            "written_in_favour": votes.written.in_favour,
            "written_against": votes.written.against,
            "outcome": verdict.outcome.value,
            "rule": rule.id if rule else None,
        },
    )
    return Counted(decision, verdict)


@transaction.atomic
def withdraw_vote(decision: Decision, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """A vote entered by mistake is taken off the minutes before filing; the event and the reason stay."""
    meeting = locked(decision.agenda_item.meeting_id)
    require(meeting, *VOTABLE)
    _said(reason)
    record(
        "vote_withdrawn",
        meeting.pk,
        actor=actor,
        at=at,
        document={"decision": str(decision.pk), "reason": reason.strip()},
    )
    decision.delete()
    reopen_for_change(meeting, actor=actor, at=at)


@transaction.atomic
def withdraw_election(election: Election, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The same for a ballot; a second ballot that decided its tie goes with it."""
    meeting = locked(election.agenda_item.meeting_id)
    require(meeting, *VOTABLE)
    _said(reason)
    record(
        "election_withdrawn",
        meeting.pk,
        actor=actor,
        at=at,
        document={"election": str(election.pk), "reason": reason.strip()},
    )
    election.delete()
    reopen_for_change(meeting, actor=actor, at=at)


def _said(reason: str) -> None:
    if not reason.strip():
        raise CountRefused(_("Say why it is withdrawn; the reason stays on record."))


@transaction.atomic
def count_election(
    item: AgendaItem,
    *,
    what: str,
    seats: int,
    ballots: Ballots,
    votes: Mapping[Person, int],
    actor: Actor,
    at: dt.datetime,
    first: Election | None = None,
) -> ElectionResult[Person]:
    """Put the tellers' count on record. ``votes`` in the order of the ballot (strokes of the surname).

    ``first``: the ballot whose tie this one decides, once: a void one is repeated, a tie again is decided by a ballot
    of its own. Raises ``CountRefused``.
    """
    meeting = locked(item.meeting_id)
    require(meeting, *VOTABLE)
    if first is not None and is_decided(first):
        raise CountRefused(
            _("A second ballot has decided the tie of this one. If it was counted wrong, withdraw it first.")
        )
    if not votes:
        raise CountRefused(_("Nobody stands. Say who was voted for."))
    count = count_of(roll_of(meeting))
    rule = election_rule_of(meeting)
    try:
        if first is None:
            result = assembly.elect(rule, count, seats=seats, ballots=ballots, votes=votes)
        else:
            result = assembly.second_ballot(rule, count, first=_as_counted(first), ballots=ballots, votes=votes)
    except assembly.AssemblyRefusal as error:
        raise CountRefused(_explained(error)) from error
    election = Election.objects.create(
        agenda_item=item,
        first=first,
        what=what,
        seats=result.seats,
        voters=count.voters,
        voters_present=count.voters_present,
        issued=ballots.issued,
        returned=ballots.returned,
        void=ballots.void,
        why_void=result.why_void.value if result.why_void else "",
        next_step=result.next_step.value,
        rule=rule.id if rule else "",
        citation=rule.citation.zh if rule else "",
        counted_at=at,
    )
    _keep_candidates(election, votes, result)
    reopen_for_change(meeting, actor=actor, at=at)
    record(
        "election_counted",
        meeting.pk,
        actor=actor,
        at=at,
        document={
            "election": str(election.pk),
            "issued": ballots.issued,
            "returned": ballots.returned,
            "void": ballots.void,
            "seats": result.seats,
            "votes": [[str(person.pk), number] for person, number in votes.items()],
            "elected": [str(person.pk) for person in result.elected],
            "why_void": result.why_void.value if result.why_void else None,
        },
    )
    return result


def is_decided(first: Election) -> bool:
    """Whether a second ballot that is valid is on record."""
    return first.second_ballots.filter(why_void="").exists()


def _keep_candidates(election: Election, votes: Mapping[Person, int], result: ElectionResult[Person]) -> None:
    Candidate.objects.bulk_create(
        Candidate(
            election=election,
            person=person,
            position=position,
            votes=number,
            elected=person in result.elected,
            tied=person in result.tied,
        )
        for position, (person, number) in enumerate(votes.items(), start=1)
    )


def _as_counted(election: Election) -> ElectionResult[Person]:
    """An election on record, as the domain knows it."""
    candidates: Sequence[Candidate] = list(election.candidates.select_related("person"))
    count = assembly.Count(election.voters, election.voters_present, election.voters, election.voters_present)
    return ElectionResult(
        count=count,
        quorum=assembly.quorum(None, count),
        seats=election.seats,
        needed=None,
        elected=tuple(candidate.person for candidate in candidates if candidate.elected),
        tied=tuple(candidate.person for candidate in candidates if candidate.tied),
    )
