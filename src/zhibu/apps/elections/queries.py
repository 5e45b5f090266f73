"""Where an election stands: who stands, what the ballots came to, what is next; and what its papers tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet

from zhibu.apps.elections.models import (
    ElectionLetter,
    ElectionRound,
    ElectionTeller,
    LeftOpen,
    Nominee,
    TermElection,
)
from zhibu.apps.meetings.models import AgendaItem, Candidate, Meeting
from zhibu.apps.meetings.models import Election as Ballot
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Membership, Person, Term
from zhibu.apps.rules.queries import rule
from zhibu.domain.assembly import NextStep, WhyVoid
from zhibu.domain.election_papers import ContestTold, Counted, LetterTold, Told
from zhibu.domain.elections import (
    SURPLUS_RULE,
    Body,
    Contest,
    Letter,
    Round,
    Standing,
    Step,
    TellerRole,
    bodies,
    body_of,
    contests,
    fewest_candidates,
    next_of,
    standing,
    steps,
)
from zhibu.domain.strokes import by_surname
from zhibu.domain.terms import MeetingKind, MeetingStage
from zhibu.domain.terms import Standing as Membered
from zhibu.domain.tree import STEP

#: Of which meetings the items are offered for an election.
KINDS = {
    Body.MEETING: (MeetingKind.GENERAL_MEETING,),
    Body.COMMITTEE: (MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING),
}

_LETTER_STEPS = {Step(letter.value): letter for letter in Letter}


def by_strokes(person: Person) -> tuple[object, ...]:
    """The order of a ballot: by the strokes of the surname."""
    return by_surname(person.name), person.staff_number


@dataclass(frozen=True, slots=True)
class ContestState:
    """One contest as it stands. ``nominees`` by the strokes of the surname, those who left among them.

    ``first``: the ballot whose tie the next one decides. ``left_open``: the consent, where there is one.
    """

    contest: Contest
    body: Body
    seats: int
    nominees: Sequence[Nominee]
    ballots: Sequence[Ballot]
    standing: Standing[Person]
    first: Ballot | None
    left_open: LeftOpen | None

    @property
    def on_ballot(self) -> list[Person]:
        """Who stands on the next ballot: those tied, else whoever stands and is not elected."""
        if self.standing.tied:
            return sorted(self.standing.tied, key=by_strokes)
        return [
            one.person for one in self.nominees if one.left_on is None and one.person not in self.standing.elected
        ]

    @property
    def standing_nominees(self) -> list[Nominee]:
        return [one for one in self.nominees if one.left_on is None]

    @property
    def elected(self) -> list[Person]:
        return sorted(self.standing.elected, key=by_strokes)


@dataclass(frozen=True, slots=True)
class State:
    """An election as its records stand, with all its ``order`` of steps; ``next_step`` is ``None`` at the end."""

    election: TermElection
    contests: Mapping[Contest, ContestState]
    tellers: Mapping[Body, Sequence[ElectionTeller]]
    letters: Mapping[Letter, ElectionLetter]
    items: dict[Body, AgendaItem | None]
    order: Sequence[Step] = ()
    done: frozenset[Step] = field(default_factory=frozenset)

    @property
    def next_step(self) -> Step | None:
        return next_of(self.order, self.done) if self.election.is_under_way else None


def state_of(election: TermElection) -> State:
    """Everything that is known of it, in a handful of queries."""
    nominees = sorted(
        election.nominees.select_related("person"), key=lambda one: (by_strokes(one.person), one.contest)
    )
    candidates = Prefetch("ballot__candidates", Candidate.objects.select_related("person"))
    rounds = list(
        election.rounds.select_related("ballot__agenda_item__meeting")
        .prefetch_related(candidates)
        .order_by("ballot__counted_at", "pk")
    )
    opened = {Contest(one.contest): one for one in election.left_open.all()}
    way = election.how
    states: dict[Contest, ContestState] = {}
    for contest in contests(way, election.deputies):
        theirs = [one for one in nominees if one.contest == contest]
        if body_of(contest, way) is Body.COMMITTEE:
            theirs = _in_committee(theirs, states[Contest.MEMBERS])
        if contest is Contest.DEPUTY:
            secretary = states[Contest.SECRETARY].standing.elected
            theirs = [one for one in theirs if one.left_on is not None or one.person not in secretary]
        mine = [one for one in rounds if one.contest == contest]
        states[contest] = _contest(election, contest, theirs, mine, opened.get(contest))
    tellers: dict[Body, list[ElectionTeller]] = {body: [] for body in bodies(way)}
    for teller in election.tellers.select_related("person"):
        tellers[Body(teller.body)].append(teller)
    state = State(
        election=election,
        contests=states,
        tellers=tellers,
        letters={Letter(one.letter): one for one in election.letters.all()},
        items={Body.MEETING: election.meeting_item, Body.COMMITTEE: election.committee_item},
    )
    order = steps(way, election.deputies)
    return State(
        state.election,
        state.contests,
        state.tellers,
        state.letters,
        state.items,
        order,
        frozenset(_done(state, order)),
    )


def _in_committee(nominees: Sequence[Nominee], members: ContestState) -> list[Nominee]:
    """Once the committee is elected, only who is in it can be its secretary."""
    if not members.standing.is_done:
        return list(nominees)
    return [one for one in nominees if one.left_on is not None or one.person in members.standing.elected]


def _contest(
    election: TermElection,
    contest: Contest,
    nominees: Sequence[Nominee],
    rounds: Sequence[ElectionRound],
    left_open: LeftOpen | None,
) -> ContestState:
    ballots = [one.ballot for one in rounds]
    judged = [
        Round(
            tuple(one.person for one in ballot.candidates.all() if one.elected),
            tuple(one.person for one in ballot.candidates.all() if one.tied),
            NextStep(ballot.next_step),
        )
        for ballot in ballots
    ]
    seats = seats_of(election, contest)
    left = {one.person for one in nominees if one.left_on is not None}
    stands = standing(seats, judged, left=left, stays_open=left_open is not None)
    tied = [ballot for ballot in ballots if ballot.next_step == NextStep.SECOND_BALLOT]
    first = tied[-1] if stands.tied and tied else None
    return ContestState(contest, body_of(contest, election.how), seats, nominees, ballots, stands, first, left_open)


def seats_of(election: TermElection, contest: Contest) -> int:
    return {Contest.MEMBERS: election.seats, Contest.SECRETARY: 1, Contest.DEPUTY: election.deputies}[contest]


def _done(state: State, order: Sequence[Step]) -> set[Step]:
    done = {step for step, letter in _LETTER_STEPS.items() if letter in state.letters}
    if all(one.ballots or not lacking(state, one) for one in state.contests.values()):
        done.add(Step.NOMINEES)
    for body, item, tellers in (
        (Body.MEETING, Step.MEETING, Step.MEETING_TELLERS),
        (Body.COMMITTEE, Step.COMMITTEE, Step.COMMITTEE_TELLERS),
    ):
        if state.items[body] is not None:
            done.add(item)
        if state.tellers.get(body):
            done.add(tellers)
    done |= {Step(one.contest.value) for one in state.contests.values() if one.standing.is_done}
    if state.election.posts_on is not None:
        done.add(Step.POSTS)
    return done & set(order)


def lacking(state: State, one: ContestState) -> int:
    """How many more candidates must stand in the contest; 0 where there are enough."""
    fewest = fewest_candidates(one.contest, one.seats, asks_surplus=asks_surplus(state.election.planned_on))
    return max(0, fewest - len(one.standing_nominees))


def asks_surplus(on: dt.date) -> bool:
    """Whether the rule of more candidates than seats is switched on for a day."""
    return rule(SURPLUS_RULE, on) is not None


# --- Whom one can choose -------------------------------------------------------------------------------------------


def electable(organization: Organization, on: dt.date) -> QuerySet[Person]:
    """Its full members on a day. Source: 中国共产党基层组织选举工作条例 2020, art. 5."""
    full = Membership.objects.on(on).filter(standing=Membered.FULL.value)
    if organization.word.value == "branch":
        full = full.filter(organization=organization)
    else:
        full = full.filter(
            organization__path__gte=organization.path, organization__path__lte=organization.path + "z" * 60
        )
    return Person.objects.filter(pk__in=full.values("person"))


def items_for(election: TermElection, body: Body) -> QuerySet[AgendaItem]:
    """Items of meetings under which it can be elected: not called off, not filed yet."""
    ended = (MeetingStage.FILED, MeetingStage.NOT_HELD, MeetingStage.POSTPONED)
    return (
        AgendaItem.objects.filter(
            meeting__organization=election.organization, meeting__kind__in=[kind.value for kind in KINDS[body]]
        )
        .exclude(meeting__stage__in=[stage.value for stage in ended])
        .select_related("meeting")
        .order_by("-meeting__held_on", "position")
    )


def election_at(item: AgendaItem) -> TermElection | None:
    """The election that is held under an item of a meeting; ``None`` where it is no part of one."""
    held = Q(meeting_item=item) | Q(committee_item=item)
    return TermElection.objects.filter(held, posts_on__isnull=True, called_off="").first()


# --- What the papers tell ------------------------------------------------------------------------------------------


def told_of(state: State, on: dt.date) -> Told:
    election = state.election
    organization = election.organization
    superior = Organization.objects.filter(path=organization.path[:-STEP]).first()
    term = Term.objects.filter(organization=organization, since__lte=election.begun_on).order_by("-since").first()
    return Told(
        organization=organization.name,
        superior=superior.name if superior else "",
        way=election.how,
        planned_on=election.planned_on,
        term_ends=term.ends if term else None,
        contests=[_told(one) for one in state.contests.values()],
        tellers=[
            (body.zh, [(TellerRole(one.role), one.person.name) for one in people])
            for body, people in state.tellers.items()
            if people
        ],
        letters=[
            LetterTold(letter, state.letters[letter].dated, state.letters[letter].reference)
            for letter in Letter
            if letter in state.letters
        ],
        posts=_posts(election),
        posts_on=election.posts_on,
        called_off=election.called_off,
        issued_on=on,
    )


def _told(one: ContestState) -> ContestTold:
    left = one.left_open
    return ContestTold(
        contest=one.contest,
        body=one.body.zh,
        seats=one.seats,
        candidates=[
            (each.person.name, f"{each.left_on.isoformat()}退出，{each.left_for}" if each.left_on else "")
            for each in one.nominees
        ],
        rounds=[_counted(ballot) for ballot in one.ballots],
        elected=[person.name for person in one.elected],
        left_open=f"经实到会有选举权的{left.voters_present}人中{left.in_favour}人同意，留空{left.seats}名。"
        if left
        else "",
    )


def _counted(ballot: Ballot) -> Counted:
    meeting: Meeting = ballot.agenda_item.meeting
    void = f"选举无效：{WhyVoid(ballot.why_void).zh}" if ballot.why_void else ""
    return Counted(
        held_on=meeting.held_on,
        seats=ballot.seats,
        voters=ballot.voters,
        voters_present=ballot.voters_present,
        issued=ballot.issued,
        returned=ballot.returned,
        void=ballot.void,
        rows=[
            (one.person.name, one.votes, "当选" if one.elected else "得票相等" if one.tied else "未当选")
            for one in ballot.candidates.all()
        ],
        outcome=void or NextStep(ballot.next_step).zh,
        citation=ballot.citation,
    )


def _posts(election: TermElection) -> list[str]:
    if election.posts_on is None:
        return []
    rows = election.organization.appointments.filter(since=election.posts_on).select_related("person")
    return [f"{one.person.name}（{one.word.zh}）" for one in sorted(rows, key=lambda one: by_strokes(one.person))]
