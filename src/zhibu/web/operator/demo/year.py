"""What each organization holds in a year of meetings, on which day and where, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from zhibu.domain.periods import add_months
from zhibu.domain.terms import MeetingKind, Standing, Word
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday, workdays_later
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import BY_CODE, FOUNDED_UNIT, SUPERIORS, UNITS, WINDOW_UNIT, Unit
from zhibu.web.operator.demo.people import chance
from zhibu.web.operator.demo.posts import FOUNDED_AGO
from zhibu.web.operator.demo.rotations import Rotation
from zhibu.web.operator.demo.standing import Standings

_GENERAL, _COMMITTEE, _GROUP = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.BRANCH_COMMITTEE_MEETING,
    MeetingKind.GROUP_MEETING,
)
_THEME, _LESSON = MeetingKind.THEME_DAY, MeetingKind.LESSON
_LIFE, _APPRAISAL = MeetingKind.ORGANIZATION_LIFE_MEETING, MeetingKind.APPRAISAL

#: Full members from which on a branch has a committee.
_MEMBERS_FOR_COMMITTEE = 7
#: Hold their lessons in turns, so that every crew hears them.
IN_TURNS = {
    WINDOW_UNIT: 2,
    "GZ-302": 2,
    "GZ-306": 2,
    **{unit.code: 3 for unit in UNITS if unit.rotation is Rotation.ROUND_THE_CLOCK},
}
#: General meetings to which too few came, so many quarters ago; whether it was held again in that quarter.
TOO_FEW = {"GZ-213": (2, True), "GZ-204": (3, False)}
_MONTHS = range(-12, 2)
_SHARE_OF_JOINT = 0.7
_DECEMBER = 12


class Outcome(Word):
    IN_TIME = "in_time", "按时"
    LATE_ENTRY = "late_entry", "补录"
    POSTPONED = "postponed", "延期后召开"
    NOT_HELD = "not_held", "未召开"
    MISSING = "missing", "没有记录"
    TOO_FEW = "too_few", "到会不足"
    DRAFT = "draft", "拟定"


#: In so many of a thousand.
_SHARES = (
    (Outcome.LATE_ENTRY, 62),
    (Outcome.POSTPONED, 17),
    (Outcome.NOT_HELD, 15),
    (Outcome.MISSING, 30),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """``month`` is that in which the period lies for which it is held, ``starts`` that of the first session.

    ``about``: the steps of the story that it decides on.
    """

    organization: str
    kind: MeetingKind
    month: dt.date
    starts: dt.datetime
    minutes: int
    place: str
    outcome: Outcome
    sessions: int = 1
    also: tuple[MeetingKind, ...] = ()
    about: tuple[Deed, ...] = ()
    joint_with: tuple[str, ...] = ()
    again: bool = False

    @property
    def key(self) -> str:
        return f"{self.organization} {self.kind} {self.month:%Y-%m}{' again' if self.again else ''}"

    @property
    def day(self) -> dt.date:
        return self.starts.date()


def planned(days: Days, standings: Standings, office: Sequence[Deed]) -> Iterator[Planned]:
    """For a year and the months around the served date; what lies after it is only begun."""
    decided = _decided_by_branch(days, office)
    for unit in UNITS:
        yield from _of_branch(unit, days, standings, decided.get(unit.code, []))
    yield from _above(days)


def _decided_by_branch(days: Days, office: Sequence[Deed]) -> dict[str, list[tuple[dt.date, Deed]]]:
    """Admissions, confirmations and elections of the year: a general meeting decided on each on its day."""
    branch: dict[str, str] = {}
    probationary: set[str] = set()
    found: dict[str, list[tuple[dt.date, Deed]]] = {}
    for deed in office:
        match deed:
            case deeds.Admit(number=number, to=to):
                branch[number] = to
                if deed.standing is Standing.PROBATIONARY:
                    probationary.add(number)
                    found.setdefault(to, []).append((deed.on, deed))
            case deeds.TransferMembership(number=number, to=to):
                branch[number] = to
            case deeds.ChangeStanding(number=number, to=Standing.FULL) if number in probationary:
                found.setdefault(branch[number], []).append((deed.on, deed))
            case deeds.BeginTerm(code=code) if code in BY_CODE and code != FOUNDED_UNIT:
                found.setdefault(code, []).append((deed.on, deed))
    return {code: [one for one in steps if one[0] >= days.meetings_since] for code, steps in found.items()}


class _Branch:
    """How one branch usually does it: its fixed days, its hours, its room."""

    def __init__(self, unit: Unit) -> None:
        draw = chance(f"habits of {unit.code}")
        self.unit = unit
        self.committee_day, self.theme_day, self.group_day = (
            draw.randint(3, 9),
            draw.randint(9, 20),
            draw.randint(15, 24),
        )
        self.general_month, self.lesson_month = draw.randrange(3), draw.randrange(3)
        self.shares_at = draw.randrange(3)
        if unit.code in {WINDOW_UNIT, *TOO_FEW}:
            self.general_month, self.shares_at = (2 if unit.code == WINDOW_UNIT else 1), 3
        self.room = draw.choice(("三楼会议室", "二楼党员活动室", "一楼学习室", "四楼小会议室", "值班楼会议室"))
        self.hour = _hour(unit, draw)


def _hour(unit: Unit, draw: Random) -> dt.time:
    match unit.rotation:
        case Rotation.WINDOW:
            return dt.time(17, 40)
        case Rotation.OFFICE:
            return draw.choice((dt.time(9, 40), dt.time(14, 30), dt.time(15), dt.time(15, 30)))
        case _:
            return draw.choice((dt.time(9, 40), dt.time(14), dt.time(14, 30)))


def _of_branch(
    unit: Unit, days: Days, standings: Standings, decided: Sequence[tuple[dt.date, Deed]]
) -> Iterator[Planned]:
    branch = _Branch(unit)
    months = [add_months(days.today.replace(day=1), ahead) for ahead in _MONTHS]
    if unit.code == FOUNDED_UNIT:
        months = [month for month in months if month > days.ago(FOUNDED_AGO)]
    for month in months:
        draw = chance(f"meetings of {unit.code} {month:%Y-%m}")
        for one in _of_month(branch, month, standings, decided, months[0], draw):
            yield _as_it_went(one, days, draw)


def _of_month(
    branch: _Branch,
    month: dt.date,
    standings: Standings,
    decided: Sequence[tuple[dt.date, Deed]],
    first: dt.date,
    draw: Random,
) -> Iterator[Planned]:
    """``first``: the month in which the branch began."""
    unit = branch.unit
    third = (month.month - 1) % 3
    theme = _plan(branch, _THEME, month, branch.theme_day, draw)
    steps = [step for step in decided if step[0].replace(day=1) == month]
    has_general = _is_month_of(branch.general_month, month, first) and not _decided_in_quarter(decided, month)
    has_lesson = _is_month_of(branch.lesson_month, month, first)
    is_shared = has_general and third == branch.shares_at
    if is_shared:
        yield replace(theme, minutes=150, also=(_GENERAL, _LESSON) if unit.code not in IN_TURNS else (_GENERAL,))
    else:
        yield theme
        if has_general:
            yield _plan(branch, _GENERAL, month, branch.theme_day + 4, draw, minutes=70)
    if steps:
        day = steps[0][0]
        about = tuple(step for on, step in steps if on == day)
        yield replace(
            _plan(branch, _GENERAL, month, day.day, draw, minutes=80),
            starts=dt.datetime.combine(day, branch.hour),
            about=about,
        )
    if (has_lesson and not is_shared) or (is_shared and unit.code in IN_TURNS):
        turns = IN_TURNS.get(unit.code, 1)
        lesson = _plan(branch, _LESSON, month, branch.theme_day + 6 - turns, draw, minutes=60)
        hour = dt.time(15) if turns > 1 else branch.hour
        yield replace(lesson, sessions=turns, starts=dt.datetime.combine(lesson.day, hour))
    full = sum(standing is Standing.FULL for standing in standings.members(unit.code, month).values())
    if full >= _MEMBERS_FOR_COMMITTEE:
        yield _plan(branch, _COMMITTEE, month, branch.committee_day, draw, minutes=50)
    yield from _of_groups(branch, month, draw)
    if month.month == _DECEMBER:
        yield _plan(branch, _LIFE, month, 16 + draw.randrange(6), draw, minutes=120, also=(_APPRAISAL,))


def _of_groups(branch: _Branch, month: dt.date, draw: Random) -> Iterator[Planned]:
    """In most months all groups of a branch meet together; at the windows each by itself."""
    groups = [f"{branch.unit.code}-{number}" for number in range(1, branch.unit.groups + 1)]
    is_joint = branch.unit.code != WINDOW_UNIT and draw.random() < _SHARE_OF_JOINT
    for code in groups[:1] if is_joint else groups:
        group = _plan(branch, _GROUP, month, branch.group_day + draw.randrange(3), draw, minutes=40)
        yield replace(group, organization=code, joint_with=tuple(groups[1:]) if is_joint else ())


def _is_month_of(usual: int, month: dt.date, first: dt.date) -> bool:
    """Whether what is held once a quarter, in its ``usual`` month, is held now; the first quarter began before."""
    third = (month.month - 1) % 3
    return third == usual or (month == first and third > usual)


def _decided_in_quarter(decided: Sequence[tuple[dt.date, Deed]], month: dt.date) -> bool:
    """Then that meeting is the quarter's."""
    quarter = month.year, (month.month + 2) // 3
    return any((day.year, (day.month + 2) // 3) == quarter for day, _step in decided)


def _plan(
    branch: _Branch,
    kind: MeetingKind,
    month: dt.date,
    day: int,
    draw: Random,
    *,
    minutes: int = 90,
    also: tuple[MeetingKind, ...] = (),
) -> Planned:
    """On that day of the month or soon after it."""
    on = workday(month.replace(day=day))
    place = draw.choice(_PLACES) if kind is _THEME and not also and draw.random() < 0.5 else branch.room  # noqa: PLR2004 - a share
    starts = dt.datetime.combine(on, branch.hour)
    return Planned(branch.unit.code, kind, month, starts, minutes, place, Outcome.IN_TIME, also=also)


_PLACES = ("查验现场", "办事大厅", "口岸公共卫生展室", "实验楼前", "革命历史纪念馆", "社区党群服务中心")


def _as_it_went(one: Planned, days: Days, draw: Random) -> Planned:
    """By lot, but for what the story needs. What decides on people was held, and so was what is a year's only one."""
    quarters_ago = (days.today.year - one.month.year) * 4 + (days.today.month + 2) // 3 - (one.month.month + 2) // 3
    lot = draw.randrange(1000)
    if one.organization in TOO_FEW and one.kind is _GENERAL and TOO_FEW[one.organization][0] == quarters_ago:
        return replace(one, outcome=Outcome.TOO_FEW)
    if one.about or one.also or one.kind is _LIFE:
        return one
    if one.organization == WINDOW_UNIT:
        return _at_the_windows(one, days)
    for outcome, share in _SHARES:
        if lot < share:
            return replace(one, outcome=outcome)
        lot -= share
    return one


def _at_the_windows(one: Planned, days: Days) -> Planned:
    """Whoever looks around as its secretary finds one of each: announced, drafted, entered after, postponed."""
    this_month, coming = days.today.replace(day=1), workdays_later(days.today, 3)
    match one.kind, (one.month.year - this_month.year) * 12 + one.month.month - this_month.month:
        case (MeetingKind.THEME_DAY, 0 | 1) if coming.replace(day=1) == one.month:
            went = replace(one, starts=dt.datetime.combine(coming, one.starts.time()))
        case (MeetingKind.BRANCH_COMMITTEE_MEETING, 0):
            went = replace(one, outcome=Outcome.DRAFT)
        case (MeetingKind.THEME_DAY, -3):
            went = replace(one, outcome=Outcome.POSTPONED)
        case (MeetingKind.BRANCH_COMMITTEE_MEETING, -5):
            went = replace(one, outcome=Outcome.LATE_ENTRY)
        case _:
            went = one
    return went


# --- Above branches ------------------------------------------------------------------------------------------------


def _above(days: Days) -> Iterator[Planned]:
    """Committees meet each month, the general branch each quarter; secretaries of committees teach each half year."""
    for place, superior in enumerate(SUPERIORS):
        draw = chance(f"meetings of {superior.code}")
        for ahead in _MONTHS:
            month = add_months(days.today.replace(day=1), ahead)
            starts = dt.datetime.combine(workday(month.replace(day=5 + place)), dt.time(9, 30))
            if superior.has_deputy or month.month % 3 == 1:
                kind = MeetingKind.COMMITTEE_MEETING
                yield _as_it_went(
                    Planned(superior.code, kind, month, starts, 90, "机关党委会议室", Outcome.IN_TIME), days, draw
                )
            if month.month % 6 == 0 and superior.has_deputy:
                lesson = dt.datetime.combine(workday(month.replace(day=22 + place)), dt.time(14, 30))
                yield Planned(superior.code, _LESSON, month, lesson, 80, "局机关礼堂", Outcome.IN_TIME, sessions=2)


def again(one: Planned) -> Planned | None:
    """What was held after a meeting to which too few came."""
    if one.outcome is not Outcome.TOO_FEW or not TOO_FEW[one.organization][1]:
        return None
    later = workdays_later(one.day, 6)
    return replace(one, starts=dt.datetime.combine(later, one.starts.time()), outcome=Outcome.IN_TIME, again=True)
