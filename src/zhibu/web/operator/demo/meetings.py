"""How each planned meeting went, as deeds: from the notice to the filed record, or as far as it came by today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhibu.domain.periods import add_months
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import (
    AbsenceReason,
    Audience,
    MeetingKind,
    PostKind,
    Standing,
    VotingWay,
)
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import Deed, Hours, MeetingDeed
from zhibu.web.operator.demo.house import BUREAU, BY_CODE, MOVED_UNIT, SUPERIORS, WINDOW_UNIT
from zhibu.web.operator.demo.people import chance
from zhibu.web.operator.demo.standing import Shifts, Standings
from zhibu.web.operator.demo.wording import (
    ADMISSION,
    COMMENTS,
    CONFIRMATION,
    CORRECTIONS,
    ELECTION,
    LATE_REASONS,
    LEAVE_NOTES,
    NOT_HELD_REASONS,
    POSTPONED_REASONS,
    QUORUM_REASONS,
    REPORTS,
    SUMMARIES,
    SUPPLEMENTS,
    Subject,
    subjects_of,
    title_of,
)
from zhibu.web.operator.demo.year import Outcome, Planned, again, planned

_COMMITTEE_KINDS = (MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.COMMITTEE_MEETING)
#: Who else is away, in so many of a thousand.
_AWAY = (
    (AbsenceReason.DUTY, 38),
    (AbsenceReason.LEAVE, 26),
    (AbsenceReason.HEALTH, 9),
    (AbsenceReason.PERSONAL, 9),
)
#: Of a thousand records of branches: with a remark of the committee above, a supplement it asked for, a correction.
_REMARKED, _SUPPLEMENTED, _CORRECTED = 8, 10, 5
_SITTING_HOURS = (dt.time(9, 40), dt.time(14, 10), dt.time(16, 20))
_SECRETARY, _LEADER = PostKind.SECRETARY, PostKind.GROUP_LEADER
_RECORDS = (PostKind.PUBLICITY_OFFICER, PostKind.ORGANIZATION_OFFICER, PostKind.DISCIPLINE_OFFICER)


def meetings(days: Days, office: Sequence[Deed], standings: Standings, shifts: Shifts) -> Iterator[MeetingDeed]:
    """What was done by the last day; what lies after it has not happened."""
    names = {deed.number: deed.name for deed in office if isinstance(deed, deeds.Employ)}
    scene = _Scene(days, standings, shifts, names)
    for one in planned(days, standings, office):
        for held in filter(None, (one, again(one))):
            yield from (deed for deed in _course_of(held, scene) if deed.on <= days.last)


def _course_of(one: Planned, scene: _Scene) -> list[MeetingDeed]:
    try:
        return list(_Course(one, scene).told())
    except _NobodyYet:
        return []


@dataclass(frozen=True, slots=True)
class _Scene:
    days: Days
    standings: Standings
    shifts: Shifts
    names: Mapping[str, str]


@dataclass(slots=True)
class _Present:
    """Who came to one meeting, over all its sessions, and how many of them may vote."""

    people: list[str] = field(default_factory=list)
    voters: int = 0
    voters_present: int = 0


class _NobodyYet(Exception):
    """Nobody of the organization is on record on that day: it holds no meeting yet."""


class _Course:
    """One meeting. Its moments follow each other: each deed is told at ``_at``."""

    def __init__(self, one: Planned, scene: _Scene) -> None:
        self._one = one
        self._scene = scene
        self._draw = chance(f"course of {one.key}")
        self._at = one.starts
        self._hours = self._sessions(self._when_most_can() if self._decides else one.starts)
        self._unit = _unit_of(one.organization)
        self._on_leave: set[str] = set()

    # --- The moments -----------------------------------------------------------------------------------------------

    def _sessions(self, starts: dt.datetime) -> list[Hours]:
        found = []
        for turn in range(self._one.sessions):
            began = dt.datetime.combine(workdays_later(starts.date(), turn), starts.time())
            found.append(Hours(began, began + dt.timedelta(minutes=self._one.minutes), self._one.place))
        return found

    @property
    def _decides(self) -> bool:
        one = self._one
        return MeetingKind.GENERAL_MEETING in {one.kind, *one.also} and one.outcome is not Outcome.TOO_FEW

    def _when_most_can(self) -> dt.datetime:
        """A meeting that decides is set for the hour at which the fewest are on shift, within three days."""
        one, roll = self._one, self._scene.standings.members(self._one.organization, self._one.day)
        days = [workdays_later(one.day, later) for later in range(1 if one.about else 3)]
        starts = [one.starts, *(dt.datetime.combine(day, hour) for day in days for hour in _SITTING_HOURS)]
        length = dt.timedelta(minutes=one.minutes)

        def tied(at: dt.datetime) -> int:
            return sum(self._scene.shifts.is_tied(number, at, at + length) for number in roll)

        return min(starts, key=tied)

    def _go_to(self, day: dt.date) -> None:
        """Some time in office hours of that day, after what was done before."""
        at = dt.datetime.combine(day, dt.time(9, 40)) + dt.timedelta(minutes=self._draw.randrange(400))
        self._at = max(at, self._at + dt.timedelta(minutes=5)) if self._at.date() == day else at

    def _wait(self, minutes: int) -> None:
        self._at += dt.timedelta(minutes=minutes, seconds=self._draw.randrange(50))

    def _tell(
        self, deed: type[MeetingDeed], by: str, /, *, kin: MeetingKind | None = None, **facts: Any
    ) -> MeetingDeed:
        key = f"{self._one.key}/{kin}" if kin else self._one.key
        return deed(on=self._at.date(), time=self._at.time(), by=by, meeting=key, **facts)

    # --- What came of it -------------------------------------------------------------------------------------------

    def told(self) -> Iterator[MeetingDeed]:
        match self._one.outcome:
            case Outcome.MISSING:
                return
            case Outcome.DRAFT:
                self._go_to(self._scene.days.last)
                yield self._convened(announced=False)
            case Outcome.LATE_ENTRY:
                yield from self._entered_after()
            case Outcome.NOT_HELD:
                yield from self._not_held()
            case Outcome.POSTPONED if self._one.sessions == 1:
                yield from self._postponed()
                yield from self._held()
            case _:
                ahead = 6 if self._asks_leave else self._draw.randint(3, 6)
                self._announced_on(workdays_later(self._hours[0].starts.date(), -ahead))
                yield self._convened()
                if self._asks_leave:
                    yield from self._leave()
                yield from self._held()

    def _announced_on(self, day: dt.date) -> None:
        self._go_to(day)
        self._look_up(day)

    @property
    def _asks_leave(self) -> bool:
        """In the branch at the windows people ask beforehand; elsewhere the recorder hears of it."""
        return self._one.organization == WINDOW_UNIT and self._one.kind is MeetingKind.THEME_DAY

    def _leave(self) -> Iterator[MeetingDeed]:
        """One is answered on the day, the other on the next."""
        asking = self._draw.sample([number for number in self._roll if not self._is_running(number)], 2)
        for number, wait in zip(asking, (0, 1), strict=True):
            reason = self._draw.choice((AbsenceReason.SHIFT, AbsenceReason.DUTY, AbsenceReason.LEAVE))
            self._go_to(workdays_later(self._at.date(), 1))
            yield self._tell(deeds.AskLeave, number, reason=reason, note=self._draw.choice(LEAVE_NOTES[reason]))
            if wait:
                self._go_to(workdays_later(self._at.date(), wait))
            self._wait(25)
            yield self._tell(deeds.AnswerLeave, self._by, number=number, granted=True)
            self._on_leave.add(number)

    def _not_held(self) -> Iterator[MeetingDeed]:
        day = self._hours[0].starts.date()
        self._announced_on(workdays_later(day, -4))
        yield self._convened()
        self._go_to(workdays_later(day, self._draw.randint(0, 2)))
        yield self._tell(deeds.NotHeld, self._by, reason=self._draw.choice(NOT_HELD_REASONS))

    def _postponed(self) -> Iterator[MeetingDeed]:
        first = self._hours[0].starts
        self._announced_on(workdays_later(first.date(), -5))
        yield self._convened()
        self._go_to(workdays_later(first.date(), -1))
        yield self._tell(deeds.Postpone, self._by, reason=self._draw.choice(POSTPONED_REASONS))
        later = workdays_later(first.date(), self._draw.randint(2, 3))
        self._hours = self._sessions(dt.datetime.combine(later, first.time()))[:1]
        self._wait(20)
        self._look_up(self._at.date())
        yield self._tell(deeds.SetAnew, self._by, hours=self._hours[0])

    def _entered_after(self) -> Iterator[MeetingDeed]:
        """Most of them when the period and its days of grace are over."""
        ended = self._period_end()
        late = self._draw.randint(8, 20) if self._draw.random() < 0.75 else 3  # noqa: PLR2004 - a share
        self._look_up(self._hours[-1].starts.date())
        self._go_to(workday(ended + dt.timedelta(days=late)))
        yield self._convened(late_reason=self._draw.choice(LATE_REASONS))
        self._wait(3)
        came, away = self._attendance(self._hours[-1])
        yield self._tell(deeds.CallRoll, self._by, session=0, away=away)
        yield from self._written(came)

    def _period_end(self) -> dt.date:
        month = self._one.month
        quarterly = self._one.kind in {MeetingKind.GENERAL_MEETING, MeetingKind.LESSON}
        after = 3 - (month.month - 1) % 3 if quarterly else 1
        return add_months(month, after) - dt.timedelta(days=1)

    # --- Who -------------------------------------------------------------------------------------------------------

    def _look_up(self, day: dt.date) -> None:
        """The roll and those who run it, as known on that day."""
        code, standings = self._one.organization, self._scene.standings
        self._roll: dict[str, Standing] = {}
        for place in (code, *self._one.joint_with):
            self._roll |= standings.members(place, day)
        branch = code if code in BY_CODE or code.count("-") == 1 else code.rpartition("-")[0]
        secretary = standings.holder(branch, _SECRETARY, day)
        leader = standings.holder(code, _LEADER, day)
        committee = standings.committee(code, day)
        if self._one.kind in _COMMITTEE_KINDS:
            self._roll = dict.fromkeys(committee, Standing.FULL)
        settled = [number for number, standing in self._roll.items() if standing is Standing.FULL]
        if not settled:
            raise _NobodyYet
        self._by = leader or secretary or settled[0]
        self._chair = self._by if self._by in self._roll else settled[0]
        records = [number for post in _RECORDS for number, held in committee.items() if held is post]
        others = [number for number in (*records, *settled) if number in self._roll and number != self._chair]
        self._recorder = others[0] if others else self._chair

    def _convened(self, *, announced: bool = True, late_reason: str | None = None) -> MeetingDeed:
        one = self._one
        if not announced:
            self._look_up(self._at.date())
        day = self._hours[-1].starts.date()
        self._subjects = {one.kind: self._spoken_of(one.kind, day)}
        for kind in one.also:
            self._subjects[kind] = self._spoken_of(kind, day)[-1:]
        audience = Audience.COMMITTEE if one.kind in _COMMITTEE_KINDS else Audience.MEMBERS
        return self._tell(
            deeds.Convene,
            self._by,
            organization=one.organization,
            kind=one.kind,
            title=title_of(one.kind, day, self._subjects[one.kind]),
            hours=tuple(self._hours) if announced else (),
            agenda=tuple(subject.title for subject in self._subjects[one.kind]),
            audience=audience,
            chair=self._chair,
            recorder=self._recorder,
            lecturer=self._chair if MeetingKind.LESSON in {one.kind, *one.also} else None,
            joint_with=one.joint_with,
            also=tuple((kind, self._subjects[kind][0].title) for kind in one.also),
            announced=announced,
            late_reason=late_reason,
        )

    def _spoken_of(self, kind: MeetingKind, day: dt.date) -> list[Subject]:
        subjects = [subject.of(self._unit, day.year) for subject in subjects_of(kind, day, self._draw)]
        if kind is not MeetingKind.GENERAL_MEETING or not self._one.about:
            return subjects
        return [subjects[0], *(self._about(step) for step in self._one.about)]

    def _about(self, step: Deed) -> Subject:
        match step:
            case deeds.Admit(number=number):
                return _named(ADMISSION, f"讨论接收{self._scene.names[number]}为中共预备党员")
            case deeds.ChangeStanding(number=number):
                return _named(CONFIRMATION, f"讨论{self._scene.names[number]}预备党员转正")
            case _:
                return ELECTION

    # --- Held ------------------------------------------------------------------------------------------------------

    def _held(self) -> Iterator[MeetingDeed]:
        came = _Present()
        for place, hours in enumerate(self._hours):
            yield from self._session(place, hours, came)
        yield from self._written(came)

    def _session(self, place: int, hours: Hours, came: _Present) -> Iterator[MeetingDeed]:
        self._at = hours.starts + dt.timedelta(minutes=self._draw.randrange(6), seconds=self._draw.randrange(60))
        is_last = place == len(self._hours) - 1
        if is_last:
            now, away = self._attendance(hours, known=came.people)
            came.people, came.voters, came.voters_present = now.people, now.voters, now.voters_present
            yield self._tell(deeds.CallRoll, self._recorder, session=place, away=away, heads=self._heads(now))
            if len(self._hours) == 1:
                yield from self._decided(now)
        else:
            free = [n for n in self._roll if n not in came.people and not self._is_tied(n, hours)]
            present = tuple(n for n in free if self._is_running(n) or self._draw.random() < 0.95)  # noqa: PLR2004 - a share
            came.people.extend(present)
            yield self._tell(deeds.CallRoll, self._recorder, session=place, away=(), present=present)
        self._at = hours.ends + dt.timedelta(minutes=self._draw.randrange(4), seconds=self._draw.randrange(60))
        yield self._tell(deeds.CloseSession, self._recorder, session=place)

    def _heads(self, came: _Present) -> int | None:
        """Sometimes somebody counts the room, mostly where the afternoon is shared."""
        return len(came.people) if self._one.also and len(self._hours) == 1 else None

    def _is_running(self, number: str) -> bool:
        return number in {self._chair, self._recorder}

    def _is_tied(self, number: str, hours: Hours) -> bool:
        return not self._is_running(number) and self._scene.shifts.is_tied(number, hours.starts, hours.ends)

    def _attendance(
        self, hours: Hours, known: Iterable[str] = ()
    ) -> tuple[_Present, tuple[tuple[AbsenceReason, tuple[str, ...]], ...]]:
        """Who is here in the end, and who is away for which reason. Those in ``known`` came before."""
        before = set(known)
        away: dict[AbsenceReason, list[str]] = {}
        for number in self._roll:
            is_known = number in before or number in self._on_leave or self._is_running(number)
            reason = None if is_known else self._reason(number, hours)
            if reason is not None:
                away.setdefault(reason, []).append(number)
        if self._one.outcome is Outcome.TOO_FEW:
            others = [number for number in self._roll if not self._is_running(number)]
            away = {AbsenceReason.DUTY: others[: len(self._roll) // 2 + 1]}
        missing = {number for numbers in away.values() for number in numbers} | self._on_leave
        here = [number for number in self._roll if number not in missing]
        voters = [number for number, standing in self._roll.items() if standing is Standing.FULL]
        present = _Present(here, len(voters), sum(number not in missing for number in voters))
        return present, tuple((reason, tuple(numbers)) for reason, numbers in away.items())

    def _reason(self, number: str, hours: Hours) -> AbsenceReason | None:
        lot = self._draw.randrange(1000)
        if self._elects:
            return None
        if self._is_tied(number, hours):
            return AbsenceReason.SHIFT
        for reason, share in _AWAY:
            if lot < share:
                return reason
            lot -= share
        return None

    @property
    def _elects(self) -> bool:
        return any(isinstance(step, deeds.BeginTerm) for step in self._one.about)

    # --- Decided ---------------------------------------------------------------------------------------------------

    def _decided(self, came: _Present) -> Iterator[MeetingDeed]:
        kin = MeetingKind.GENERAL_MEETING
        if kin not in self._subjects or 2 * came.voters_present <= came.voters:
            return
        guest = kin if kin in self._one.also else None
        for subject in self._subjects[kin]:
            self._wait(self._draw.randint(6, 12))
            if subject.resolved:
                yield self._vote(subject, came, guest, Decision.RESOLUTION, subject.resolved)
        for step, subject in zip(self._one.about, self._subjects[kin][1:], strict=False):
            self._wait(8)
            match step:
                case deeds.Admit(number=number):
                    text = f"同意接收{self._scene.names[number]}为中共预备党员"
                    yield self._vote(subject, came, guest, Decision.ADMISSION, text, about=number)
                case deeds.ChangeStanding(number=number):
                    text = f"同意{self._scene.names[number]}按期转为中共正式党员"
                    yield self._vote(subject, came, guest, Decision.CONFIRMATION, text, about=number)
                case deeds.BeginTerm(code=code):
                    yield self._election(code, came)

    def _vote(
        self,
        subject: Subject,
        came: _Present,
        guest: MeetingKind | None,
        kind: Decision,
        text: str,
        about: str | None = None,
    ) -> MeetingDeed:
        spare = came.voters_present - came.voters // 2 - 1
        against = 1 if spare > 3 and self._draw.random() < 0.06 else 0  # noqa: PLR2004 - a share
        abstained = 1 if spare > 3 and self._draw.random() < 0.12 else 0  # noqa: PLR2004 - a share
        return self._tell(
            deeds.TakeVote,
            self._recorder,
            kin=guest,
            item=subject.title,
            kind=kind,
            text=text,
            way=VotingWay.HANDS if kind is Decision.RESOLUTION else VotingWay.BALLOT,
            in_favour=came.voters_present - against - abstained,
            against=against,
            abstained=abstained,
            about=about,
        )

    def _election(self, code: str, came: _Present) -> MeetingDeed:
        elected = [
            number for number in self._scene.standings.committee(code, self._at.date()) if number in self._roll
        ]
        others = [n for n in came.people if n not in elected and self._roll[n] is Standing.FULL]
        candidates = [*elected, *self._draw.sample(others, 1)]
        issued = came.voters_present
        marks = [issued - self._draw.randrange(3) for _one in elected]
        left = max(0, issued * len(elected) - sum(marks))
        votes = dict(zip(candidates, [*marks, min(left, issued // 3)], strict=True))
        ballot = sorted(candidates, key=lambda number: self._scene.names[number])
        return self._tell(
            deeds.CountElection,
            self._recorder,
            item=ELECTION.title,
            what="支部委员会委员",
            seats=len(elected),
            issued=issued,
            votes=tuple((number, votes[number]) for number in ballot),
        )

    # --- Written down ----------------------------------------------------------------------------------------------

    def _written(self, came: _Present) -> Iterator[MeetingDeed]:
        """The recorder writes on the day or the next; the chair confirms and files soon after."""
        if self._draw.random() < 0.5:  # noqa: PLR2004 - a share
            self._wait(self._draw.randint(12, 40))
        else:
            self._go_to(workdays_later(self._at.date(), 1))
        for kind in (None, *self._one.also):
            yield from self._minutes(kind, came)
            yield self._tell(deeds.HandOver, self._recorder, kin=kind)
            self._wait(4)
        self._go_to(workdays_later(self._at.date(), self._draw.choice((0, 1, 1, 2))))
        for kind in (None, *self._one.also):
            yield self._tell(deeds.Finish, self._chair, kin=kind)
            self._wait(2)
        yield from self._talked_about()

    # --- What is said about it -------------------------------------------------------------------------------------

    def _talked_about(self) -> Iterator[MeetingDeed]:
        """Now and then the committee above says something, or asks for a supplement; both come to an end."""
        one, last = self._one, self._scene.days.last
        superior = BY_CODE[one.organization].parent if one.organization in BY_CODE else None
        secretary = self._scene.standings.holder(superior, _SECRETARY, self._at.date()) if superior else None
        lot = self._draw.randrange(1000)
        if secretary is None or one.organization == MOVED_UNIT:
            return
        if one.organization == WINDOW_UNIT and one.kind is _COMMITTEE_KINDS[0] and self._is_last_month():
            self._at = dt.datetime.combine(workdays_later(last, -1), dt.time(15, 20))
            text, due = SUPPLEMENTS[1][0], self._scene.days.today + dt.timedelta(days=8)
            yield self._tell(deeds.CommentOn, secretary, office=superior, text=text, due=due)
        elif lot < _REMARKED:
            self._go_to(workdays_later(self._at.date(), 4))
            text = self._draw.choice(COMMENTS)
            yield self._tell(deeds.CommentOn, secretary, office=superior, text=text, due=None)
        elif lot < _REMARKED + _SUPPLEMENTED:
            yield from self._supplemented(secretary, superior)
        elif lot < _REMARKED + _SUPPLEMENTED + _CORRECTED:
            self._go_to(workdays_later(self._at.date(), 2))
            yield self._tell(deeds.Correct, self._recorder, text=self._draw.choice(CORRECTIONS), answers=False)

    def _is_last_month(self) -> bool:
        return add_months(self._one.month, 1) == self._scene.days.today.replace(day=1)

    def _supplemented(self, secretary: str, superior: str | None) -> Iterator[MeetingDeed]:
        asked, answer = self._draw.choice(SUPPLEMENTS)
        self._go_to(workdays_later(self._at.date(), self._draw.randint(2, 5)))
        due = self._at.date() + dt.timedelta(days=10)
        yield self._tell(deeds.CommentOn, secretary, office=superior, text=asked, due=due)
        self._go_to(workdays_later(self._at.date(), self._draw.randint(2, 6)))
        yield self._tell(deeds.Correct, self._recorder, text=answer, answers=True)
        self._go_to(workdays_later(self._at.date(), self._draw.randint(1, 4)))
        yield self._tell(deeds.CloseComment, secretary)

    # --- The minutes -----------------------------------------------------------------------------------------------

    def _minutes(self, guest: MeetingKind | None, came: _Present) -> Iterator[MeetingDeed]:
        kind = guest or self._one.kind
        subjects = self._subjects[kind]
        too_few = self._one.outcome is Outcome.TOO_FEW
        yield self._tell(
            deeds.WriteMinutes,
            self._recorder,
            kin=guest,
            conveyed=next((subject.conveyed for subject in subjects if subject.conveyed), ""),
            discussed=tuple((subject.title, self._said(subject, came)) for subject in subjects),
            summary=QUORUM_REASONS if too_few else self._draw.choice(SUMMARIES) if self._draw.random() < 0.6 else "",  # noqa: PLR2004 - a share
        )
        if too_few:
            yield self._tell(deeds.KeepOpen, self._recorder, kin=guest, items=(subjects[-1].title,))
        for subject in subjects:
            if subject.task and self._draw.random() < 0.55:  # noqa: PLR2004 - a share
                yield from self._task(subject, guest, came)

    def _said(self, subject: Subject, came: _Present) -> str:
        """Two to four of those present say something, each in a line of their own."""
        count = min(len(subject.said), len(came.people), self._draw.choice((2, 2, 3, 3, 4)))
        speakers = self._draw.sample(came.people, count)
        said = self._draw.sample(subject.said, count)
        return "\n".join(
            f"{self._scene.names[speaker]}：{text}" for speaker, text in zip(speakers, said, strict=True)
        )

    def _task(self, subject: Subject, guest: MeetingKind | None, came: _Present) -> Iterator[MeetingDeed]:
        held = self._hours[-1].starts.date()
        due = held + dt.timedelta(days=self._draw.choice((14, 21, 30)))
        self._wait(1)
        yield self._tell(
            deeds.TakeOn, self._recorder, kin=guest, text=subject.task, holder=self._draw.choice(came.people), due=due
        )
        if self._draw.random() < 0.85:  # noqa: PLR2004 - a share
            done = due - dt.timedelta(days=self._draw.randrange(-3, 8))
            done = workday(max(done, self._at.date() + dt.timedelta(days=1)))
            at, self._at = self._at, dt.datetime.combine(done, dt.time(16, 10))
            yield self._tell(
                deeds.ReportTask,
                self._chair,
                kin=guest,
                text=subject.task,
                report=self._draw.choice(REPORTS),
                done_on=done,
            )
            self._at = at


def _named(subject: Subject, title: str) -> Subject:
    return Subject(title, subject.said, subject.conveyed, subject.resolved, subject.task)


def _unit_of(code: str) -> str:
    branch = code if code in BY_CODE else code.rpartition("-")[0]
    if branch in BY_CODE:
        return BY_CODE[branch].name
    return next((superior.name for superior in SUPERIORS if superior.code == code), BUREAU)
