"""Who counts in a meeting, whether a vote may be taken, what it decides, and who is elected.

Everything is judged by a rule in force on the day of the meeting, which is handed in: this module knows no dates.
``None`` for a rule means that no rule is known for that day; then nothing is guessed. Whole numbers and exact
fractions only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from zhibu.domain.requirements import AssemblyRule, Base, ElectionRule, Threshold
from zhibu.domain.terms import MeetingKind, Standing, Word

Key = TypeVar("Key", bound=Hashable)

# --- What can not be so --------------------------------------------------------------------------------------------


class AssemblyRefusal(ValueError):
    """Figures that contradict each other. The fields say which; ``web`` says it to the reader."""


class NegativeNumber(AssemblyRefusal):
    def __init__(self, name: str, number: int) -> None:
        self.name, self.number = name, number
        super().__init__(f"{name} is {number}; a count is not below 0")


class CountsDisagree(AssemblyRefusal):
    """More present than expected, more voters than people, or the like."""

    def __init__(self, less: str, more: str) -> None:
        self.less, self.more = less, more
        super().__init__(f"{less} is greater than {more}")


class TwiceOnRoll(AssemblyRefusal):
    def __init__(self, person: object) -> None:
        self.person = person
        super().__init__(f"{person} stands on the roll twice")


class NotAGround(AssemblyRefusal):
    """Left out of the base for something that no text lists; being on shift is such a thing."""

    def __init__(self, ground: object) -> None:
        self.ground = ground
        super().__init__(f"{ground!r} is no listed ground for leaving somebody out of the base")


class ExclusionRefused(AssemblyRefusal):
    """Left out of the base, but ``missing`` (``consent``, ``decision``) is not on record, or the person came."""

    def __init__(self, person: object, missing: tuple[str, ...]) -> None:
        self.person, self.missing = person, missing
        super().__init__(f"{person} can not be left out of the base: {', '.join(missing) or 'is present'}")


class MoreHandsThanVoters(AssemblyRefusal):
    def __init__(self, hands: int, voters_present: int) -> None:
        self.hands, self.voters_present = hands, voters_present
        super().__init__(f"{hands} hands, but {voters_present} voters are present")


class MoreWrittenThanAbsent(AssemblyRefusal):
    def __init__(self, written: int, absent: int) -> None:
        self.written, self.absent = written, absent
        super().__init__(f"{written} written opinions, but {absent} voters are absent")


class OneAtATime(AssemblyRefusal):
    def __init__(self, candidates: int) -> None:
        self.candidates = candidates
        super().__init__(f"{candidates} candidates in one vote; the rule wants one at a time")


class BallotsDisagree(AssemblyRefusal):
    """More ballots issued than voters present, more void than returned, more votes than valid ballots allow."""

    def __init__(self, less: str, more: str) -> None:
        self.less, self.more = less, more
        super().__init__(f"{less} is greater than {more}")


class NoSeat(AssemblyRefusal):
    def __init__(self, seats: int) -> None:
        self.seats = seats
        super().__init__(f"an election fills at least one seat, not {seats}")


class NotACandidate(AssemblyRefusal):
    """A second ballot is among the tied only."""

    def __init__(self, person: object) -> None:
        self.person = person
        super().__init__(f"{person} is not among the tied")


def _refuse_negative(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 0:
            raise NegativeNumber(name, number)


# --- The roll ------------------------------------------------------------------------------------------------------


class Presence(Word):
    """What the recorder knows of one person. An observer (列席) counts nowhere."""

    EXPECTED = "expected", "待到会"
    PRESENT = "present", "到会"
    ABSENT = "absent", "缺席"
    LEAVE = "leave", "请假"
    OBSERVER = "observer", "列席"


class Ground(Word):
    """For what a member may be left out of the base. The list is closed, and no shift stands on it.

    Source: an explanation of the Central Organization Department to the election rules of 1990, repeated with
    those of 2020 (there with ``RETURNED_HOME``); numbers of articles not known.
    """

    UNABLE_TO_EXPRESS = "unable_to_express", "患有精神病或者其他疾病，不能表达本人意志"
    ABROAD = "abroad", "自费出国（境）半年以上"
    SERVING_SENTENCE = "serving_sentence", "未受留党察看以上处分，但正在服刑"
    LONG_ILLNESS = "long_illness", "年老体弱卧床不起，或者长期生病、生活不能自理"
    RELATIONS_NOT_MOVED = "relations_not_moved", "调动、外派或外出半年以上，应转而未转组织关系"
    RETURNED_HOME = "returned_home", "离退休后回原籍长期居住，未转组织关系"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Left out of the base: for a listed ground, with the superior's consent and the meeting's decision on record."""

    ground: Ground
    consent: bool
    decision: bool

    def __post_init__(self) -> None:
        try:
            Ground(self.ground)
        except ValueError:
            raise NotAGround(self.ground) from None

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in ("consent", "decision") if not getattr(self, name))


@dataclass(frozen=True, slots=True)
class Attendance(Generic[Key]):
    """One line of the roll. ``standing`` is ``None`` for somebody who is no member."""

    person: Key
    standing: Standing | None
    presence: Presence
    exclusion: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Both pairs of numbers: everybody who should come, and those of them who have a vote."""

    expected: int
    present: int
    voters: int
    voters_present: int

    def __post_init__(self) -> None:
        _refuse_negative(
            expected=self.expected, present=self.present, voters=self.voters, voters_present=self.voters_present
        )
        for less, more in (
            ("present", "expected"),
            ("voters", "expected"),
            ("voters_present", "voters"),
            ("voters_present", "present"),
        ):
            if getattr(self, less) > getattr(self, more):
                raise CountsDisagree(less, more)
        if self.present - self.voters_present > self.expected - self.voters:
            raise CountsDisagree("present without a vote", "expected without a vote")

    @property
    def absent_voters(self) -> int:
        return self.voters - self.voters_present

    def with_more(self, called: int) -> Count:
        """The count once ``called`` more voters have come."""
        return replace(self, present=self.present + called, voters_present=self.voters_present + called)


def count(roll: Iterable[Attendance[Key]]) -> Count:
    """Count the roll. Only full members whose right is not suspended have a vote.

    Raises ``TwiceOnRoll`` and ``ExclusionRefused``.
    Source: 中国共产党基层组织选举工作条例 2020, art. 5.
    """
    seen: set[Key] = set()
    expected = present = voters = voters_present = 0
    for line in roll:
        if line.person in seen:
            raise TwiceOnRoll(line.person)
        seen.add(line.person)
        if line.presence is Presence.OBSERVER or _is_left_out(line):
            continue
        came = line.presence is Presence.PRESENT
        votes = line.standing is Standing.FULL
        expected += 1
        present += came
        voters += votes
        voters_present += came and votes
    return Count(expected, present, voters, voters_present)


def _is_left_out(line: Attendance[Key]) -> bool:
    if line.exclusion is None:
        return False
    if line.exclusion.missing or line.presence is Presence.PRESENT:
        raise ExclusionRefused(line.person, line.exclusion.missing)
    return True


# --- Quorum --------------------------------------------------------------------------------------------------------

#: Meetings that teach or talk things over: no text names a quorum for them, so none is required.
WITHOUT_QUORUM = frozenset(
    {
        MeetingKind.GROUP_MEETING,
        MeetingKind.LESSON,
        MeetingKind.THEME_DAY,
        MeetingKind.ORGANIZATION_LIFE_MEETING,
        MeetingKind.APPRAISAL,
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """Written opinions received before the meeting, from voters who do not come."""

    in_favour: int = 0
    against: int = 0
    abstained: int = 0

    def __post_init__(self) -> None:
        _refuse_negative(
            written_in_favour=self.in_favour, written_against=self.against, written_abstained=self.abstained
        )

    @property
    def total(self) -> int:
        return self.in_favour + self.against + self.abstained


_NOTHING_WRITTEN = Written()


class QuorumState(Word):
    MET = "met", "达到法定人数"
    SHORT = "short", "未达到法定人数"
    NOT_REQUIRED = "not_required", "不要求法定人数"
    UNKNOWN = "unknown", "未查到当日有效的规定"


@dataclass(frozen=True, slots=True)
class Quorum:
    """``reached`` of ``whole`` came, ``needed`` must; ``needed`` is ``None`` where none is required or known."""

    state: QuorumState
    whole: int
    reached: int
    needed: int | None

    @property
    def is_met(self) -> bool:
        """Nothing stands in the way. An unknown rule does: ask which text holds."""
        return self.state in {QuorumState.MET, QuorumState.NOT_REQUIRED}


def quorum(
    rule: AssemblyRule | None,
    count: Count,
    *,
    meeting: MeetingKind | None = None,
    written: Written = _NOTHING_WRITTEN,
) -> Quorum:
    """The quorum as it stands. Without a rule, ``meeting`` tells a lesson, which needs none, from an unknown one."""
    if rule is None or rule.quorum is None:
        required = rule is None and meeting not in WITHOUT_QUORUM
        state = QuorumState.UNKNOWN if required else QuorumState.NOT_REQUIRED
        return Quorum(state, count.voters, count.voters_present, None)
    whole, reached = _base(rule.quorum, count)
    if rule.written_to_quorum:
        reached += written.total
    needed = rule.quorum.needed(whole)
    return Quorum(QuorumState.MET if reached >= needed else QuorumState.SHORT, whole, reached, needed)


def has_quorum(rule: AssemblyRule, count: Count, written: Written = _NOTHING_WRITTEN) -> bool:
    """Whether a vote may be taken.

    Source: for a resolution, 中国共产党支部工作条例（试行） 2018, art. 11: at least half of the voters.
    """
    return quorum(rule, count, written=written).is_met


def _base(threshold: Threshold, count: Count) -> tuple[int, int]:
    """Of whom the share is taken, and how many of them are here."""
    match threshold.base:
        case Base.VOTERS:
            return count.voters, count.voters_present
        case Base.VOTERS_PRESENT:
            return count.voters_present, count.voters_present
        case Base.BRANCH_COMMITTEE:
            return count.expected, count.present


# --- Votes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Votes:
    """What was counted in the room, and what had come in writing."""

    in_favour: int
    against: int = 0
    abstained: int = 0
    written: Written = field(default=_NOTHING_WRITTEN)

    def __post_init__(self) -> None:
        _refuse_negative(in_favour=self.in_favour, against=self.against, abstained=self.abstained)

    @property
    def hands(self) -> int:
        return self.in_favour + self.against + self.abstained


class Outcome(Word):
    PASSED = "passed", "通过"
    NOT_PASSED = "not_passed", "未通过"
    OPEN = "open", "可以表决"
    NO_QUORUM = "no_quorum", "到会人数不足，不能表决"
    NO_RULE = "no_rule", "未查到当日有效的规定"
    NO_PASSING_RULE = "no_passing_rule", "可以表决，但未查到通过票数的规定"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a vote came to.

    ``needed``: how many must be in favour; ``None`` where no rule says. ``in_favour``: those who were, with the
    written ones that count; ``None`` before the vote. ``not_cast``: voters in the room who gave no vote.
    ``written_aside``: written opinions on record which the rule does not count.
    """

    count: Count
    quorum: Quorum
    outcome: Outcome
    needed: int | None
    in_favour: int | None = None
    not_cast: int | None = None
    written_aside: int = 0


def carries(rule: AssemblyRule, count: Count, votes: Votes) -> bool | None:
    """Whether so many in favour are enough, the quorum set aside; ``None`` where the rule does not say.

    Raises ``MoreHandsThanVoters`` and ``MoreWrittenThanAbsent``.
    Source: for a resolution, 中国共产党支部工作条例（试行） 2018, art. 11: more than half of *all* voters.
    """
    _refuse_impossible(count, votes)
    needed = _needed(rule, count)
    return None if needed is None else _in_favour(rule, votes) >= needed


def judge(rule: AssemblyRule | None, count: Count, votes: Votes | None = None, *, candidates: int = 1) -> Verdict:
    """Judge a vote, or the moment before it while ``votes`` is ``None``.

    ``candidates``: how many people the vote is about; more than one is refused where the rule takes them singly.
    Raises ``MoreHandsThanVoters``, ``MoreWrittenThanAbsent`` and ``OneAtATime``.
    """
    if votes is not None:
        _refuse_impossible(count, votes)
    if rule is not None and rule.one_at_a_time and candidates > 1:
        raise OneAtATime(candidates)
    written = _NOTHING_WRITTEN if votes is None else votes.written
    standing = quorum(rule, count, written=written)
    verdict = Verdict(
        count=count,
        quorum=standing,
        outcome=_outcome(rule, count, votes, standing),
        needed=None if rule is None else _needed(rule, count),
    )
    if votes is None:
        return verdict
    counted = rule is not None and rule.written_as_votes
    return replace(
        verdict,
        in_favour=votes.in_favour if rule is None else _in_favour(rule, votes),
        not_cast=count.voters_present - votes.hands,
        written_aside=0 if counted else votes.written.total,
    )


def _outcome(rule: AssemblyRule | None, count: Count, votes: Votes | None, standing: Quorum) -> Outcome:
    if rule is None:
        return Outcome.NO_RULE
    if not standing.is_met:
        return Outcome.NO_QUORUM
    if rule.passing is None:
        return Outcome.NO_PASSING_RULE
    if votes is None:
        return Outcome.OPEN
    return Outcome.PASSED if carries(rule, count, votes) else Outcome.NOT_PASSED


def _needed(rule: AssemblyRule, count: Count) -> int | None:
    return None if rule.passing is None else rule.passing.needed(_base(rule.passing, count)[0])


def _in_favour(rule: AssemblyRule, votes: Votes) -> int:
    return votes.in_favour + (votes.written.in_favour if rule.written_as_votes else 0)


def _refuse_impossible(count: Count, votes: Votes) -> None:
    if votes.hands > count.voters_present:
        raise MoreHandsThanVoters(votes.hands, count.voters_present)
    if votes.written.total > count.absent_voters:
        raise MoreWrittenThanAbsent(votes.written.total, count.absent_voters)


# --- Before a vote -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Foresight:
    """How many voters must still be called so that something becomes possible: 0 it is now, ``None`` never today.

    ``to_vote``: a vote may be taken. ``to_pass``: a unanimous yes passes. ``to_pass_against``: it passes although
    ``against`` of those in the room do not say yes. ``reachable``: voters who could still come.
    ``names_passing``: whether the rule says how many votes carry; where it does not, the last two mean nothing.
    """

    count: Count
    reachable: int
    to_vote: int | None
    to_pass: int | None
    against: int
    to_pass_against: int | None
    names_passing: bool = True


def foresee(rule: AssemblyRule, count: Count, *, against: int = 0, written: Written = _NOTHING_WRITTEN) -> Foresight:
    """What the chair should know before a vote: "10 of 20 present: even a unanimous yes does not pass; call 1 more".

    Who has written an opinion that counts is not called. Where the rule names no number for passing, nothing can
    be foreseen of it (``None``). Raises ``NegativeNumber`` and ``MoreWrittenThanAbsent``.
    """
    _refuse_negative(against=against)
    _refuse_impossible(count, Votes(0, written=written))
    if not (rule.written_as_votes or rule.written_to_quorum):
        written = _NOTHING_WRITTEN
    waiting = count.absent_voters - written.total

    def smallest(suffices: Callable[[Count], bool]) -> int | None:
        return next((called for called in range(waiting + 1) if suffices(count.with_more(called))), None)

    def passes_with(dissent: int) -> Callable[[Count], bool]:
        def passes(room: Count) -> bool:
            agreeing = room.voters_present - dissent
            if agreeing < 0 or not has_quorum(rule, room, written):
                return False
            return carries(rule, room, Votes(agreeing, dissent, written=written)) is True

        return passes

    return Foresight(
        count=count,
        reachable=waiting,
        to_vote=smallest(lambda room: has_quorum(rule, room, written)),
        to_pass=smallest(passes_with(0)),
        against=against,
        to_pass_against=smallest(passes_with(against)),
        names_passing=rule.passing is not None,
    )


# --- Elections -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper(Generic[Key]):
    """One ballot as the tellers read it: who is voted for, and whether it bears a number or a mark."""

    chosen: tuple[Key, ...]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Reading(Generic[Key]):
    """What the papers say: ``void`` ones, and the votes of each candidate in the order of the candidates."""

    void: int
    votes: Mapping[Key, int]


def read(papers: Iterable[Paper[Key]], *, candidates: Sequence[Key], seats: int) -> Reading[Key]:
    """Read ballots. More chosen than seats, a number or a mark make a ballot void; fewer chosen is fine.

    ``candidates`` stand in the order of the ballot (strokes of the surname, decided elsewhere); others who were
    written in follow in the order of appearance.
    """
    votes = dict.fromkeys(candidates, 0)
    void = 0
    for paper in papers:
        chosen = dict.fromkeys(paper.chosen)
        if paper.marked or len(chosen) > seats:
            void += 1
            continue
        for person in chosen:
            votes[person] = votes.get(person, 0) + 1
    return Reading(void, votes)


@dataclass(frozen=True, slots=True)
class Ballots:
    """The tellers' count of papers. ``void`` are among the ``returned``."""

    issued: int
    returned: int
    void: int = 0

    def __post_init__(self) -> None:
        _refuse_negative(issued=self.issued, returned=self.returned, void=self.void)
        if self.void > self.returned:
            raise BallotsDisagree("void", "returned")

    @property
    def valid(self) -> int:
        return self.returned - self.void


class WhyVoid(Word):
    NO_RULE = "no_rule", "未查到当日有效的规定"
    NO_QUORUM = "no_quorum", "到会人数不足"
    MORE_RETURNED_THAN_ISSUED = "more_returned_than_issued", "收回的选票多于发出的选票"


class NextStep(Word):
    DONE = "done", "选举完成"
    ELECT_ANEW = "elect_anew", "选举无效，重新选举"
    SECOND_BALLOT = "second_ballot", "得票相等者再次投票"
    VOTE_AGAIN_OR_LEAVE_OPEN = "vote_again_or_leave_open", "不足的名额另行选举，或经同意留空"


@dataclass(frozen=True, slots=True)
class ElectionResult(Generic[Key]):
    """Who is elected. People stand in the order of the ballot, never in that of their votes.

    ``needed``: votes that elect; ``None`` in a second ballot, where the most votes do. ``tied``: those among whom
    a second ballot decides about the ``seats_open``. A void election elects nobody and leaves all seats open.
    """

    count: Count
    quorum: Quorum
    seats: int
    needed: int | None
    why_void: WhyVoid | None = None
    elected: tuple[Key, ...] = ()
    tied: tuple[Key, ...] = ()

    @property
    def seats_open(self) -> int:
        return self.seats - len(self.elected)

    @property
    def next_step(self) -> NextStep:
        if self.why_void is not None:
            return NextStep.ELECT_ANEW
        if self.tied:
            return NextStep.SECOND_BALLOT
        return NextStep.VOTE_AGAIN_OR_LEAVE_OPEN if self.seats_open else NextStep.DONE


def elect(
    rule: ElectionRule | None, count: Count, *, seats: int, ballots: Ballots, votes: Mapping[Key, int]
) -> ElectionResult[Key]:
    """Judge one ballot for ``seats`` seats. ``votes`` in the order of the ballot, people written in included.

    Valid with the quorum and no more ballots returned than issued; elected with more than half of the voters
    present, the most votes first; a tie at the cut goes to ``second_ballot``. For seats that stay open vote again
    with ``elect``, or see ``may_leave_open``. Raises ``NoSeat``, ``NegativeNumber`` and ``BallotsDisagree``.

    Source: 中国共产党基层组织选举工作条例 2020 (present at least 4/5) and the provisional rule of 1990 (present
    more than 4/5); numbers of articles not checked.
    """
    result = _opened(rule, count, seats, ballots, votes)
    if rule is None or result.why_void is not None:
        return result
    needed = rule.passing.needed(_base(rule.passing, count)[0])
    enough = {person: number for person, number in votes.items() if number >= needed}
    return replace(_seated(result, enough), needed=needed)


def second_ballot(
    rule: ElectionRule | None,
    count: Count,
    *,
    first: ElectionResult[Key],
    ballots: Ballots,
    votes: Mapping[Key, int],
) -> ElectionResult[Key]:
    """Vote again among the tied for the seats that ``first`` left open: the most votes are elected.

    All of them had more than half already. A tie again is a result like any other: vote once more.
    Raises what ``elect`` raises, and ``NotACandidate``.
    """
    for person in votes:
        if person not in first.tied:
            raise NotACandidate(person)
    result = _opened(rule, count, first.seats_open, ballots, votes)
    if result.why_void is not None:
        return result
    return _seated(result, {person: votes.get(person, 0) for person in first.tied})


def may_leave_open(rule: ElectionRule, count: Count, in_favour: int) -> bool:
    """Whether enough of the electors consent to leaving the open seats empty. Raises ``MoreHandsThanVoters``."""
    _refuse_impossible(count, Votes(in_favour))
    return in_favour >= rule.leaving_open.needed(_base(rule.leaving_open, count)[0])


def _opened(
    rule: ElectionRule | None, count: Count, seats: int, ballots: Ballots, votes: Mapping[Key, int]
) -> ElectionResult[Key]:
    """The ballot before its votes are weighed: refused if impossible, void if the rule says so."""
    if seats < 1:
        raise NoSeat(seats)
    _refuse_negative(votes=min(votes.values(), default=0))
    if ballots.issued > count.voters_present:
        raise BallotsDisagree("issued", "voters_present")
    if max(votes.values(), default=0) > ballots.valid:
        raise BallotsDisagree("votes of one candidate", "valid ballots")
    if sum(votes.values()) > ballots.valid * seats:
        raise BallotsDisagree("votes of all candidates", "valid ballots times seats")
    standing = quorum(rule, count)
    why_void: WhyVoid | None = None
    if rule is None:
        why_void = WhyVoid.NO_RULE
    elif not standing.is_met:
        why_void = WhyVoid.NO_QUORUM
    elif ballots.returned > ballots.issued:
        why_void = WhyVoid.MORE_RETURNED_THAN_ISSUED
    return ElectionResult(count=count, quorum=standing, seats=seats, needed=None, why_void=why_void)


def _seated(result: ElectionResult[Key], votes: Mapping[Key, int]) -> ElectionResult[Key]:
    elected, tied = most_votes(votes, result.seats)
    return replace(result, elected=elected, tied=tied)


def most_votes(votes: Mapping[Key, int], seats: int) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Who has the most votes for ``seats`` seats, and who is tied at the cut, both in the order of ``votes``.

    Those level at the cut are tied, unless there are seats for all of them.
    """
    if len(votes) <= seats:
        return tuple(votes), ()
    ranked = sorted(votes.values(), reverse=True)
    last, first_out = ranked[seats - 1], ranked[seats]
    if last > first_out:
        return tuple(person for person, number in votes.items() if number >= last), ()
    return (
        tuple(person for person, number in votes.items() if number > last),
        tuple(person for person, number in votes.items() if number == last),
    )
