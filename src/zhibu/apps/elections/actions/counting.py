"""What the tellers counted, seats left open, and the posts that are taken once the superior has approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.elections.actions.running import require, seat_elected, under_way
from zhibu.apps.elections.errors import ElectionRefusal
from zhibu.apps.elections.models import ElectionRound, LeftOpen, TermElection
from zhibu.apps.elections.queries import ContestState, State, electable
from zhibu.apps.meetings.actions import decisions
from zhibu.apps.meetings.errors import MeetingRefusal
from zhibu.apps.meetings.queries import count_of, election_rule_of, roll_of
from zhibu.apps.people.actions.posts import appoint, begin_term, end_appointment
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Person
from zhibu.domain.assembly import AssemblyRefusal, Ballots, ElectionResult, NextStep, may_leave_open
from zhibu.domain.elections import Contest, Letter, Step
from zhibu.domain.periods import add_months
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import COMMITTEE_POSTS, OFFICES, PostKind

#: Years of a term, at least and at most.
SHORTEST_TERM, LONGEST_TERM = 1, 5


@transaction.atomic
def count(
    election: TermElection,
    contest: Contest,
    *,
    ballots: Ballots,
    votes: Mapping[Person, int],
    actor: Actor,
    at: dt.datetime,
) -> ElectionResult[Person]:
    """Put the tellers' count on the record of the meeting that elects.

    ``votes``: of each on the ballot, then of others, who were written in; they are full members. In a second ballot
    only those tied are voted for. Raises ``ElectionRefusal`` before its turn, for figures that contradict each other,
    and for somebody who can not stand.
    """
    state = under_way(election)
    one = _contest(state, contest)
    require(state, Step(contest.value))
    if one.standing.is_done:
        raise ElectionRefusal(_("This is decided already. A count entered wrong is withdrawn at the meeting."))
    item = state.items[one.body]
    assert item is not None  # the step before
    _refuse_votes(state, one, votes, localtime(at).date())
    seats = one.standing.seats_open
    seat_elected(state, one.body, actor=actor, at=at)
    what = _("%(post)s of %(organization)s") % {"post": contest.zh, "organization": state.election.organization.name}
    try:
        result = decisions.count_election(
            item,
            what=what[:120],
            seats=seats,
            ballots=ballots,
            votes=votes,
            first=one.first,
            actor=actor,
            at=at,
        )
    except MeetingRefusal as refusal:
        raise ElectionRefusal(str(refusal)) from refusal
    made = item.elections.filter(of_term__isnull=True, counted_at=at).latest("pk")
    ElectionRound.objects.create(election=state.election, contest=contest.value, ballot=made)
    document: dict[str, Canonical] = {"contest": contest.value, "ballot": str(made.pk)}
    record("term_election_counted", election.pk, actor=actor, at=at, document=document)
    return result


def _contest(state: State, contest: Contest) -> ContestState:
    one = state.contests.get(contest)
    if one is None:
        raise ElectionRefusal(_("Nobody is elected %(post)s here.") % {"post": contest.zh})
    return one


def _refuse_votes(state: State, one: ContestState, votes: Mapping[Person, int], today: dt.date) -> None:
    left = {each.person for each in one.nominees if each.left_on is not None}
    full = set(electable(state.election.organization, today).values_list("pk", flat=True))
    members = state.contests.get(Contest.MEMBERS)
    for person in votes:
        if person in left:
            raise ElectionRefusal(
                _("%(name)s has left: marks for them count for nobody. Leave them out.") % {"name": person.name}
            )
        if person in one.standing.elected:
            raise ElectionRefusal(_("%(name)s is elected already.") % {"name": person.name})
        if person.pk not in full:
            raise ElectionRefusal(
                _("%(name)s is no full member here with a vote, and can not be elected.") % {"name": person.name}
            )
        if one.contest is Contest.DEPUTY and person in state.contests[Contest.SECRETARY].standing.elected:
            raise ElectionRefusal(_("%(name)s is elected secretary.") % {"name": person.name})
        if members is not None and one.contest is not Contest.MEMBERS and person not in members.standing.elected:
            raise ElectionRefusal(
                _("%(name)s was not elected into the committee, and can not be its %(post)s.")
                % {"name": person.name, "post": one.contest.zh}
            )
        _refuse_teller(state, one, person)


def _refuse_teller(state: State, one: ContestState, person: Person) -> None:
    """Whoever oversees and is written in afterwards has overseen their own count: it is held again by others."""
    if any(each.person_id == person.pk for each in state.tellers[one.body]):
        raise ElectionRefusal(
            _("%(name)s is a teller. Name other tellers and vote again, or count these marks as void.")
            % {"name": person.name}
        )


@transaction.atomic
def leave_open(
    election: TermElection, contest: Contest, *, in_favour: int, actor: Actor, at: dt.datetime
) -> LeftOpen:
    """The electors consent that the seats left stay open: more than half of those present, by the rule of the day."""
    state = under_way(election)
    one = _contest(state, contest)
    if one.standing.next_step is not NextStep.VOTE_AGAIN_OR_LEAVE_OPEN:
        raise ElectionRefusal(_("No seat is to be left open: nothing is missing, or a ballot is to be held first."))
    if not one.standing.elected or contest is Contest.SECRETARY:
        raise ElectionRefusal(_("Nobody is elected yet: seats stay open only where few are missing. Vote again."))
    item = state.items[one.body]
    assert item is not None  # a ballot was counted there
    rule = election_rule_of(item.meeting)
    present = count_of(roll_of(item.meeting))
    try:
        is_enough = rule is not None and may_leave_open(rule, present, in_favour)
    except AssemblyRefusal as error:
        raise ElectionRefusal(
            _("%(hands)s are in favour, but %(present)s voters are present. Count again.")
            % {"hands": in_favour, "present": present.voters_present}
        ) from error
    if not is_enough:
        raise ElectionRefusal(
            _("%(hands)s of %(present)s are not enough: more than half must agree. Vote again for the seats.")
            % {"hands": in_favour, "present": present.voters_present}
        )
    made = LeftOpen.objects.create(
        election=state.election,
        contest=contest.value,
        in_favour=in_favour,
        voters_present=present.voters_present,
        seats=one.standing.seats_open,
    )
    document: dict[str, Canonical] = {"contest": contest.value, "in_favour": in_favour, "seats": made.seats}
    record("election_seats_left_open", election.pk, actor=actor, at=at, document=document)
    return made


@transaction.atomic
def take_posts(
    election: TermElection,
    *,
    on: dt.date,
    years: int,
    work: Mapping[Person, PostKind],
    actor: Actor,
    at: dt.datetime,
) -> None:
    """The new term begins on the day of the approval, and who was elected holds the post; the old ones end.

    ``work``: how the others of the committee divide their work; who is not named is a member without a field. Whoever
    follows in a post inherits its duties. Raises ``ElectionRefusal``.
    """
    state = under_way(election)
    require(state, Step.POSTS)
    approved = state.letters[Letter.APPROVAL].dated
    if not approved <= on <= localtime(at).date():
        raise ElectionRefusal(
            _("Posts are taken on %(day)s, the day of the approval, or after it, and not before they are entered.")
            % {"day": approved}
        )
    if not SHORTEST_TERM <= years <= LONGEST_TERM:
        raise ElectionRefusal(
            _("A term lasts %(least)s to %(most)s years.") % {"least": SHORTEST_TERM, "most": LONGEST_TERM}
        )
    posts = posts_of(state, work)
    organization = state.election.organization
    try:
        begin_term(organization, on=on, ends=add_months(on, 12 * years), actor=actor, at=at)
        for held in organization.appointments.filter(until__isnull=True, post__in=[post.value for post in OFFICES]):
            end_appointment(held, on=on, actor=actor, at=at)
        for person, post in posts.items():
            appoint(person, post=post, of=organization, on=on, actor=actor, at=at)
    except PeopleRefusal as refusal:
        raise ElectionRefusal(str(refusal)) from refusal
    state.election.posts_on = on
    state.election.save(update_fields=["posts_on"])
    document: dict[str, Canonical] = {
        "on": on.isoformat(),
        "years": years,
        "posts": [[str(person.pk), post.value] for person, post in posts.items()],
    }
    record("election_posts_taken", election.pk, actor=actor, at=at, document=document)


def posts_of(state: State, work: Mapping[Person, PostKind]) -> dict[Person, PostKind]:
    """Who takes which post: secretary, deputies, then the others of the committee by their work."""
    posts = dict.fromkeys(state.contests[Contest.SECRETARY].elected, PostKind.SECRETARY)
    if Contest.DEPUTY in state.contests:
        posts |= dict.fromkeys(state.contests[Contest.DEPUTY].elected, PostKind.DEPUTY_SECRETARY)
    others = state.contests[Contest.MEMBERS].elected if Contest.MEMBERS in state.contests else []
    for person in others:
        if person in posts:
            continue
        post = work.get(person, PostKind.COMMITTEE_MEMBER)
        if post not in COMMITTEE_POSTS:
            raise ElectionRefusal(_("%(post)s is elected, not shared out.") % {"post": post.zh})
        posts[person] = post
    return posts
