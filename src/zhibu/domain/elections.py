"""The election of a term (换届选举) on paper: who elects whom, in which order, what a count came to, what is next.

Who is elected in one ballot is judged by ``assembly``; here the ballots of one contest are put together, and the
papers that go to the superior and come back. What stands on those papers is in ``election_papers``.

Source: 中国共产党基层组织选举工作条例 2020; numbers of articles as far as the rule packs know them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from zhibu.domain.assembly import NextStep
from zhibu.domain.terms import Word

Key = TypeVar("Key", bound=Hashable)

#: By so much of the seats candidates for a committee exceed them, where the rule that says so is switched on.
SURPLUS = Fraction(1, 5)

#: Rules of the packs by which a step stands, beside the rule of the election itself.
TERM, VOTE, WHO, ORDER, UNMARKED, SURPLUS_RULE, JUDGED = (
    "term_election",
    "right_to_vote",
    "who_elects",
    "order_of_candidates",
    "unmarked_ballots",
    "more_candidates_than_seats",
    "election",
)

# --- Who elects whom -----------------------------------------------------------------------------------------------


class Way(Word):
    COMMITTEE = "committee", "党员大会选举委员会委员，委员会选举书记、副书记"
    DIRECT = "direct", "不设委员会，由党员大会直接选举书记、副书记"


class Contest(Word):
    MEMBERS = "members", "委员"
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"


class Body(Word):
    """Who votes."""

    MEETING = "meeting", "党员大会"
    COMMITTEE = "committee", "委员会全体会议"


class TellerRole(Word):
    CHIEF = "chief", "总监票人"
    OVERSEER = "overseer", "监票人"
    COUNTER = "counter", "计票人"


def contests(way: Way, deputies: int) -> tuple[Contest, ...]:
    """What is elected, in its order."""
    members = (Contest.MEMBERS,) if way is Way.COMMITTEE else ()
    return (*members, Contest.SECRETARY, *((Contest.DEPUTY,) if deputies else ()))


def bodies(way: Way) -> tuple[Body, ...]:
    return (Body.MEETING, Body.COMMITTEE) if way is Way.COMMITTEE else (Body.MEETING,)


def body_of(contest: Contest, way: Way) -> Body:
    """Who elects: the general meeting, but secretary and deputy are elected by a committee where there is one."""
    return Body.MEETING if contest is Contest.MEMBERS or way is Way.DIRECT else Body.COMMITTEE


def fewest_candidates(contest: Contest, seats: int, *, asks_surplus: bool) -> int:
    """How many must stand: one for each seat; for a committee a fifth more where the rule is on, rounded up."""
    if contest is Contest.MEMBERS and asks_surplus:
        return seats + math.ceil(seats * SURPLUS)
    return seats


# --- Tellers -------------------------------------------------------------------------------------------------------


class TellersRefused(Word):
    STANDS = "stands", "候选人不得担任监票人、计票人"
    TWICE = "twice", "一人只担任一项"
    NO_OVERSEER = "no_overseer", "至少有一名监票人"
    NO_COUNTER = "no_counter", "至少有一名计票人"
    TWO_CHIEFS = "two_chiefs", "总监票人只有一名"


def tellers_refused(
    roles: Sequence[tuple[Key, TellerRole]], candidates: Collection[Key], body: Body
) -> tuple[TellersRefused, Key | None] | None:
    """Why these can not be the tellers, and whom it is about; ``None`` where nothing speaks against them.

    In a committee of a few one of them oversees, and who counts may be missing: nearly all of them stand.
    """
    for person, _role in roles:
        if person in candidates:
            return TellersRefused.STANDS, person
    people = [person for person, _role in roles]
    for person in people:
        if people.count(person) > 1:
            return TellersRefused.TWICE, person
    kinds = [role for _person, role in roles]
    if kinds.count(TellerRole.CHIEF) > 1:
        return TellersRefused.TWO_CHIEFS, None
    if TellerRole.CHIEF not in kinds and TellerRole.OVERSEER not in kinds:
        return TellersRefused.NO_OVERSEER, None
    if body is Body.MEETING and TellerRole.COUNTER not in kinds:
        return TellersRefused.NO_COUNTER, None
    return None


# --- What the ballots of one contest came to -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Round(Generic[Key]):
    """One ballot as judged by ``assembly``; ``tied`` are those among whom the next one decides."""

    elected: tuple[Key, ...]
    tied: tuple[Key, ...]
    next_step: NextStep


@dataclass(frozen=True, slots=True)
class Standing(Generic[Key]):
    """Where a contest stands. ``next_step`` is ``None`` before the first ballot."""

    seats: int
    elected: tuple[Key, ...] = ()
    tied: tuple[Key, ...] = ()
    next_step: NextStep | None = None

    @property
    def seats_open(self) -> int:
        return self.seats - len(self.elected)

    @property
    def is_done(self) -> bool:
        return self.next_step is NextStep.DONE


def standing(
    seats: int, rounds: Sequence[Round[Key]], *, left: Collection[Key] = (), stays_open: bool = False
) -> Standing[Key]:
    """Put the ballots of a contest together, in the order in which they were held.

    ``left``: who does not stand any more. An elected one's seat is open again. Where those tied are no more than
    the seats left to them nothing is to be decided between them: all had more than half, all are elected.
    ``stays_open``: the electors consented to leave open what is open.
    """
    if not rounds:
        return Standing(seats)
    elected = tuple(person for one in rounds for person in one.elected if person not in left)
    last = rounds[-1]
    if last.next_step is NextStep.ELECT_ANEW:
        tied, valid = _tied_before(rounds), False
    else:
        tied, valid = last.tied, True
    tied = tuple(person for person in tied if person not in left)
    free = seats - len(elected)
    if tied and len(tied) <= free:
        elected, tied = elected + tied, ()
        free, valid = seats - len(elected), True
    return Standing(seats, elected, tied, _next(free, tied, is_valid=valid, stays_open=stays_open))


def _tied_before(rounds: Sequence[Round[Key]]) -> tuple[Key, ...]:
    """Among whom a void ballot was held: those tied in the last valid one, if that was a tie."""
    valid = [one for one in rounds if one.next_step is not NextStep.ELECT_ANEW]
    return valid[-1].tied if valid else ()


def _next(free: int, tied: Sequence[Key], *, is_valid: bool, stays_open: bool) -> NextStep:
    if free <= 0:
        return NextStep.DONE
    if not is_valid:
        return NextStep.ELECT_ANEW
    if tied:
        return NextStep.SECOND_BALLOT
    return NextStep.DONE if stays_open else NextStep.VOTE_AGAIN_OR_LEAVE_OPEN


# --- The order of the steps ----------------------------------------------------------------------------------------


class Letter(Word):
    """What goes to the superior and comes back, in its order."""

    REQUEST = "request", "关于换届选举的请示"
    REPLY = "reply", "关于同意换届选举的批复"
    CANDIDATES = "candidates", "关于候选人预备人选的请示"
    CANDIDATES_REPLY = "candidates_reply", "关于候选人预备人选的批复"
    REPORT = "report", "关于选举结果的报告"
    APPROVAL = "approval", "关于选举结果的批复"

    @property
    def is_from_above(self) -> bool:
        return self in {Letter.REPLY, Letter.CANDIDATES_REPLY, Letter.APPROVAL}


class Step(Word):
    REQUEST = "request", "向上级党组织报送换届选举请示"
    REPLY = "reply", "登记上级党组织同意换届的批复"
    NOMINEES = "nominees", "提出候选人预备人选"
    CANDIDATES = "candidates", "报送候选人预备人选请示"
    CANDIDATES_REPLY = "candidates_reply", "登记候选人预备人选批复"
    MEETING = "meeting", "召集进行选举的党员大会"
    MEETING_TELLERS = "meeting_tellers", "推选党员大会监票人、计票人"
    MEMBERS = "members", "选举委员"
    COMMITTEE = "committee", "召集新一届委员会全体会议"
    COMMITTEE_TELLERS = "committee_tellers", "推选委员会选举的监票人"
    SECRETARY = "secretary", "选举书记"
    DEPUTY = "deputy", "选举副书记"
    REPORT = "report", "报送选举结果报告"
    APPROVAL = "approval", "登记选举结果批复"
    POSTS = "posts", "登记任职"


#: By which rule of the packs a step is taken.
GROUNDS = {
    Step.REQUEST: TERM,
    Step.REPLY: TERM,
    Step.NOMINEES: VOTE,
    Step.CANDIDATES: WHO,
    Step.CANDIDATES_REPLY: WHO,
    Step.MEETING: JUDGED,
    Step.MEETING_TELLERS: UNMARKED,
    Step.MEMBERS: WHO,
    Step.COMMITTEE: WHO,
    Step.COMMITTEE_TELLERS: UNMARKED,
    Step.SECRETARY: WHO,
    Step.DEPUTY: WHO,
    Step.REPORT: WHO,
    Step.APPROVAL: WHO,
    Step.POSTS: WHO,
}

_BEFORE_MEETING = (
    Step.REQUEST,
    Step.REPLY,
    Step.NOMINEES,
    Step.CANDIDATES,
    Step.CANDIDATES_REPLY,
    Step.MEETING,
    Step.MEETING_TELLERS,
)
_AFTER = (Step.REPORT, Step.APPROVAL, Step.POSTS)


def steps(way: Way, deputies: int) -> tuple[Step, ...]:
    """All of them in their order."""
    deputy = (Step.DEPUTY,) if deputies else ()
    by_committee = (Step.MEMBERS, Step.COMMITTEE, Step.COMMITTEE_TELLERS) if way is Way.COMMITTEE else ()
    return (*_BEFORE_MEETING, *by_committee, Step.SECRETARY, *deputy, *_AFTER)


def next_of(order: Sequence[Step], done: Collection[Step]) -> Step | None:
    """The first that is not done; ``None`` where all are."""
    return next((step for step in order if step not in done), None)


def missing_before(step: Step, order: Sequence[Step], done: Collection[Step]) -> Step | None:
    """What has to be done before ``step``; ``None`` where it can be taken."""
    return next_of(order[: order.index(step)], done)
