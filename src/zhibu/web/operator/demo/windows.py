"""The windows of the division, who belongs to which, and the rosters of the whole bureau."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from zhibu.domain.staffing import Demand
from zhibu.domain.terms import Role
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, days_of_month, workdays_later
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.folder import Account
from zhibu.web.operator.demo.house import BY_CODE, HALLS, SEATS, WINDOW_POSTS, WINDOW_UNIT, WindowPost
from zhibu.web.operator.demo.people import Person, chance
from zhibu.web.operator.demo.rotations import (
    CITY_WINDOW,
    OFFICE_DAY,
    REST,
    SHIFTS,
    WINDOW_DAY,
    Shift,
    crew_shift,
    window_shift,
)

_OPENED = dt.date(2010, 3, 1)
#: When some changed their windows with each other, in months ago, and how many pairs they were.
_CHANGED_AGO, _PAIRS = 7, 6
_HEADS_SERVICE = range(9, 15)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits on the served date; ``turn`` is 0 or 1 among the two of the post."""

    person: Person
    post: WindowPost
    turn: int

    def shift(self, day: dt.date) -> Shift:
        return window_shift(self.post.hall.weekdays, self.turn, _window_shift(self.post), day)


def _window_shift(post: WindowPost) -> Shift:
    return WINDOW_DAY if post.hall is HALLS[0] else CITY_WINDOW


def heads(division: Sequence[Person]) -> list[Person]:
    """Those of the division who sit at no window."""
    count = len(division) - SEATS * len(WINDOW_POSTS)
    return [person for person in division if person.service in _HEADS_SERVICE and not person.is_busy][:count]


def places(division: Sequence[Person]) -> list[Place]:
    seated = [person for person in division if person not in heads(division)]
    chance("seats").shuffle(seated)
    return [Place(person, WINDOW_POSTS[place // SEATS], place % SEATS) for place, person in enumerate(seated)]


def windows(days: Days, seated: Sequence[Place], gone: Sequence[Person]) -> Iterator[Deed]:
    for post in WINDOW_POSTS:
        yield deeds.OpenWindowPost(
            on=days.start,
            code=post.code,
            name=post.name,
            site=post.hall.name,
            section=post.section,
            organization=WINDOW_UNIT,
            since=_OPENED,
            opening_hours=post.hall.opening_hours,
            weekdays=post.hall.weekdays,
            serving=_window_shift(post).code,
        )
    before = _before_the_change(days, seated)
    for place in seated:
        arrived = place.person.work[-1].since
        first = before.get(place.person.number, place.post)
        yield _seat(days, place.person, first, arrived)
        if first is not place.post:
            yield _seat(days, place.person, place.post, days.ago(_CHANGED_AGO))
    newcomers = [place for place in seated if place.person.began > days.start]
    for leaver, heir in zip((person for person in gone if person.unit == WINDOW_UNIT), newcomers, strict=False):
        yield _seat(days, leaver, heir.post, leaver.began)
        yield deeds.Unseat(on=leaver.left or days.last, number=leaver.number)


def _before_the_change(days: Days, seated: Sequence[Place]) -> dict[str, WindowPost]:
    """Staff number → the post until then, for those who changed with somebody of another post."""
    settled = [place for place in seated[::SEATS] if place.person.work[-1].since < days.start][: 2 * _PAIRS]
    return {
        one.person.number: other.post
        for left, right in zip(settled[::2], settled[1::2], strict=True)
        for one, other in ((left, right), (right, left))
    }


def _seat(days: Days, person: Person, post: WindowPost, arrived: dt.date) -> deeds.Seat:
    return deeds.Seat(on=max(days.start, arrived), number=person.number, post=post.code, since=max(arrived, _OPENED))


# --- How many a post needs ------------------------------------------------------------------------------------------

#: Since when two posts have lines of their own, in months ago: one is open over noon, one is crowded in the morning.
_STAFFED_AGO = 3
_OVER_NOON = (Demand("12345", 510, 1050, 1),)
_CROWDED = (Demand("12345", 510, 540, 1), Demand("12345", 540, 660, 2), Demand("12345", 660, 1050, 1))


def staffing(days: Days) -> Iterator[Deed]:
    """All others go by their opening hours: one at each."""
    first = next(post for post in WINDOW_POSTS if post.section == "综合")
    crowded = next(post for post in WINDOW_POSTS if post.section == "签证放行")
    for post, demands in ((first, _OVER_NOON), (crowded, _CROWDED)):
        yield deeds.SetStaffing(on=days.ago(_STAFFED_AGO), post=post.code, demands=demands)


# --- Rotations and changes of shifts --------------------------------------------------------------------------------

#: Two take turns over two weeks; who is seven days ahead sits at the window when the other does not.
_IN_TURNS = "W O W O W - - O W O W O - -"
_IN_TURNS_ON_SATURDAYS = "W O W O W - - O W O W O W -"
_ROTATED_AGO = 4


def rotations(days: Days) -> Iterator[Deed]:
    """Those of the division; the rosters of the demo are what they give."""
    kept = (
        ("窗口轮岗", _IN_TURNS, WINDOW_DAY),
        ("市民中心轮岗", _IN_TURNS_ON_SATURDAYS, CITY_WINDOW),
        ("行政班", "O O O O O - -", WINDOW_DAY),
    )
    for name, letters, window in kept:
        meant = {"W": window, "O": OFFICE_DAY, "-": REST}
        cycle = tuple(meant[letter].code for letter in letters.split())
        yield deeds.KeepRotation(on=days.ago(_ROTATED_AGO), unit=WINDOW_UNIT, name=name, cycle=cycle)


def exchanges(days: Days, seated: Sequence[Place], known: Sequence[Account]) -> Iterator[Deed]:
    """Four requests of the last day, for days to come: approved, not approved, waiting for either answer."""
    login = {account.role: account.login for account in known}
    pairs = _pairs([place for place in seated if place.post.hall is HALLS[0]])
    asked = next((pair for pair in pairs if login["group_leader"] in _numbers(pair)), pairs[0])
    others = [pair for pair in pairs if pair is not asked]
    approved, declined = others[:2]
    waiting = _apart(others[2:])
    manager, ahead = login[Role.WINDOW_MANAGER.value], [workdays_later(days.today, count) for count in range(2, 6)]
    everybody = {number for pair in (asked, approved, declined, waiting) for number in _numbers(pair)}
    yield deeds.OpenAccounts(on=days.last, numbers=tuple(sorted(everybody)))
    if asked[1].person.number != login["group_leader"]:
        asked = asked[1], asked[0]
    for pair, day, note in (
        (approved, ahead[0], "孩子家长会，想换一天在后台。"),
        (waiting, ahead[1], "当天上午要去医院。"),
        (asked, ahead[2], "想换到后台整理台账。"),
        (declined, ahead[3], ""),
    ):
        one, other = _numbers(pair)
        yield deeds.AskSwap(on=days.last, asker=one, other=other, days=(day,), note=note)
    for pair in (approved, waiting, declined):
        one, other = _numbers(pair)
        yield deeds.AgreeToSwap(on=days.last, asker=one, by=other)
    yield deeds.DecideSwap(on=days.last, asker=approved[0].person.number, by=manager, reason="")
    reason = "当天该窗口有业务培训，请另选一天。"
    yield deeds.DecideSwap(on=days.last, asker=declined[0].person.number, by=manager, reason=reason)


def _numbers(pair: tuple[Place, Place]) -> tuple[str, str]:
    return pair[0].person.number, pair[1].person.number


def _pairs(seated: Sequence[Place]) -> list[tuple[Place, Place]]:
    """The two of each post, post by post."""
    by_post: dict[str, list[Place]] = {}
    for place in seated:
        by_post.setdefault(place.post.code, []).append(place)
    return [(first, second) for first, second in by_post.values()]


def _apart(pairs: Sequence[tuple[Place, Place]]) -> tuple[Place, Place]:
    """Two of one section who sit at different posts on different days: one window would be left."""
    return next(
        (one, other)
        for first, second in combinations(pairs, 2)
        if first[0].post.section == second[0].post.section
        for one in first
        for other in second
        if one.turn != other.turn
    )


# --- Rosters -------------------------------------------------------------------------------------------------------


def rosters(days: Days, people: Mapping[str, Sequence[Person]], seated: Sequence[Place]) -> Iterator[Deed]:
    """The months around the served date, for everybody: each unit keeps its own."""
    for shift in SHIFTS:
        yield deeds.NameShift(
            on=days.start,
            code=shift.code,
            name=shift.name,
            starts=shift.starts,
            ends=shift.ends,
            ends_next_day=shift.ends_next_day,
        )
    at_windows = {place.person.number: place for place in seated}
    for month in days.roster_months():
        for code, staff in people.items():
            rows = {
                person.number: tuple(_shift(person, place, at_windows, day).code for day in days_of_month(month))
                for place, person in enumerate(staff)
            }
            yield deeds.KeepRoster(on=days.roster_kept(month), unit=code, month=month, rows=rows)


def _shift(person: Person, place: int, at_windows: Mapping[str, Place], day: dt.date) -> Shift:
    if person.number in at_windows:
        return at_windows[person.number].shift(day)
    return crew_shift(BY_CODE[person.unit].rotation, place, day)


def on_shift(people: Mapping[str, Sequence[Person]], unit: str, shift: Shift, day: dt.date) -> Iterator[Person]:
    """Who of a unit whose crews rotate has this shift on the day."""
    rotation = BY_CODE[unit].rotation
    return (person for place, person in enumerate(people[unit]) if crew_shift(rotation, place, day) is shift)
