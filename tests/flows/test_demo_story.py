"""The story of the demo bureau, before any database: whatever the date, it comes to the figures of the seed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zhibu.domain.periods import add_months
from zhibu.domain.rotations import shift_on
from zhibu.domain.terms import OFFICES, PostKind, Standing
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import EARLIEST, LATEST, Days, workday, workday_before
from zhibu.web.operator.demo.figures import SEED, census
from zhibu.web.operator.demo.history import bureau
from zhibu.web.operator.demo.house import HALLS, UNITS, WINDOW_POSTS
from zhibu.web.operator.demo.rotations import (
    CYCLES,
    LONG_NIGHT,
    OFFICE_DAY,
    REST,
    WINDOW_DAY,
    crew_shift,
    window_shift,
)

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def told():
    return bureau(TODAY)


def of(told, kind):
    return [deed for deed in told.story if isinstance(deed, kind)]


# --- Any date ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(today=st.dates(EARLIEST, LATEST))
@example(dt.date(2028, 2, 29))
@example(dt.date(2027, 1, 1))
@example(dt.date(2026, 12, 31))
@example(dt.date(2026, 8, 1))
@example(dt.date(2027, 3, 31))
@example(EARLIEST)
@example(LATEST)
def test_on_any_date_the_figures_are_those_of_the_seed_and_everything_was_recorded_before_it(today):
    told = bureau(today)
    assert census(told.story, today) == SEED
    recorded = [deed.on for deed in told.story]
    assert recorded == sorted(recorded)
    assert Days(today).start == recorded[0] <= recorded[-1] < today
    assert {day.weekday() for day in recorded} <= {0, 1, 2, 3, 4}
    _everybody_has_a_roster(told)
    _offices_are_held_by_those_who_may(told)
    assert {deed.year for deed in of(told, deeds.Bestow)} == {2015}
    began = {deed.number: deed.since for deed in of(told, deeds.Employ)}
    assert all(began[deed.number] < dt.date(2015, 1, 1) for deed in of(told, deeds.Bestow))


def _everybody_has_a_roster(told):
    here = {deed.number for deed in of(told, deeds.Employ)} - {deed.number for deed in of(told, deeds.Leave)}
    months = defaultdict(set)
    for deed in of(told, deeds.KeepRoster):
        months[deed.month] |= deed.rows.keys()
        assert {len(row) for row in deed.rows.values()} == {(add_months(deed.month, 1) - deed.month).days}
    first = told.today.replace(day=1)
    assert months == {add_months(first, ahead): here for ahead in (-1, 0, 1)}


def _offices_are_held_by_those_who_may(told):
    """Full members with a vote, each of the branch or of one below the committee, and nobody twice."""
    standing, branch, held = {}, {}, {}
    parents = {unit.code: unit.parent for unit in UNITS}
    for deed in told.story:
        match deed:
            case deeds.Admit():
                standing[deed.number], branch[deed.number] = deed.standing, deed.to
            case deeds.ChangeStanding():
                standing[deed.number] = deed.to
            case deeds.TransferMembership():
                branch[deed.number] = deed.to
            case deeds.BeginTerm():
                held = {number: post for number, post in held.items() if post[0] != deed.code}
            case deeds.Appoint() if deed.post in OFFICES:
                if deed.post is PostKind.SECRETARY:
                    held = {number: post for number, post in held.items() if post != (deed.of, deed.post)}
                held[deed.number] = deed.of, deed.post
            case deeds.EndAppointment() | deeds.Leave():
                held.pop(deed.number, None)
    assert len(held) == SEED.post_holders
    for number, (place, _post) in held.items():
        assert standing[number] is Standing.FULL
        assert place in {branch[number], parents[branch[number]]}


@pytest.mark.slow
def test_the_same_date_gives_the_same_bureau_to_the_letter(told):
    assert bureau(TODAY) == told


@pytest.mark.slow
def test_another_date_keeps_the_names_and_numbers_of_most_people(told):
    def people(bureau_then):
        return {(deed.number, deed.name) for deed in of(bureau_then, deeds.Employ)}

    assert people(bureau(dt.date(2028, 2, 29))) == people(told)


# --- People --------------------------------------------------------------------------------------------------------


def test_no_phone_number_can_be_somebodys(told):
    phones = [deed.phone for deed in of(told, deeds.Employ)]
    assert {(len(phone), phone[:3], phone.isdigit()) for phone in phones} == {(11, "100", True)}
    assert len(set(phones)) == len(phones) > SEED.staff


def test_names_have_what_makes_names_hard(told):
    names = [deed.name for deed in of(told, deeds.Employ)]
    assert all(any(rare in name for name in names) for rare in "堃喆旻镕玥犇")
    assert any("·" in name for name in names)
    assert any(name.startswith(("欧阳", "上官", "司徒", "诸葛", "慕容", "皇甫", "令狐", "端木")) for name in names)
    assert {len(name) for name in names} >= {2, 3, 4}
    assert 1 < max(Counter(names).values()) <= 2


def test_nobody_works_before_eighteen_or_after_sixty_and_few_share_a_unit_with_a_namesake(told):
    left = {deed.number: deed.on for deed in of(told, deeds.Leave)}
    for deed in of(told, deeds.Employ):
        assert add_months(deed.born, 12 * 18) < deed.since
        assert add_months(deed.born, 12 * 61) > left.get(deed.number, TODAY)
    shared = Counter((deed.unit, deed.name) for deed in of(told, deeds.Employ))
    assert sum(count - 1 for count in shared.values()) <= 1


def test_everybody_joins_changes_and_leaves_after_coming(told):
    began = {deed.number: deed.since for deed in of(told, deeds.Employ)}
    for deed in told.story:
        if hasattr(deed, "number") and not isinstance(deed, deeds.Employ):
            assert began[deed.number] <= getattr(deed, "since", deed.on), deed


# --- Two years -----------------------------------------------------------------------------------------------------


def test_the_two_years_have_something_of_everything(told):
    start = told.story[0].on
    later = Counter(type(deed).__name__ for deed in told.story if deed.on > start)
    assert later["Employ"] >= 40
    assert later["Leave"] >= 50
    assert later["TransferWork"] >= 80
    assert later["TransferMembership"] >= 40
    assert later["ChangeStanding"] >= 30
    assert (later["Found"], later["Dissolve"], later["Rename"], later["Move"]) == (3, 3, 4, 1)
    assert later["BeginTerm"] == 5
    told_of = Counter(deed.standing for deed in of(told, deeds.Admit) if deed.on > start)
    assert told_of[Standing.PROBATIONARY] >= 16


def test_figures_of_past_days_differ_as_told(told):
    def then(months):
        return census(told.story, Days(TODAY).ago(months))

    assert [then(months).branches for months in (16, 14, 10, 8)] == [54, 53, 53, 54]
    assert then(16).members != SEED.members != then(8).members
    assert then(23).at_least_15_years < SEED.at_least_15_years
    assert census(told.story, told.story[0].on).committee_members == SEED.committee_members


# --- Shifts --------------------------------------------------------------------------------------------------------


@given(day=st.dates(dt.date(2018, 1, 1), dt.date(2040, 12, 31)), rotation=st.sampled_from(sorted(CYCLES)))
def test_every_day_each_crew_has_another_shift_of_the_rotation_so_it_never_stands_still(day, rotation):
    crews, cycle = CYCLES[rotation]
    today = Counter(crew_shift(rotation, place, day) for place in range(crews * 3))
    assert set(today) == set(cycle)
    assert set(today.values()) <= {3, 6}
    for place in range(crews):
        lived = [crew_shift(rotation, place, day + dt.timedelta(days=passed)) for passed in range(len(cycle))]
        assert Counter(lived) == Counter(cycle)


@given(day=st.dates(dt.date(2018, 1, 1), dt.date(2040, 12, 31)), hall=st.sampled_from(HALLS))
def test_on_open_days_one_of_the_two_sits_at_the_window_and_never_both(day, hall):
    both = {window_shift(hall.weekdays, turn, WINDOW_DAY, day) for turn in (0, 1)}
    if str(day.isoweekday()) not in hall.weekdays:
        assert both == {REST}
    else:
        assert both == {WINDOW_DAY, REST if day.isoweekday() == 6 else OFFICE_DAY}


def test_the_member_on_shift_goes_in_on_the_evening_of_the_served_date(told):
    member = next(account for account in told.accounts if account.role == "member")
    roster = next(
        deed for deed in of(told, deeds.KeepRoster) if (deed.unit, deed.month) == ("GZ-207", TODAY.replace(day=1))
    )
    assert roster.rows[member.login][TODAY.day - 1] == LONG_NIGHT.code


def test_a_window_post_has_two_people_of_whom_one_sits_there(told):
    seats = {deed.number: deed.post for deed in of(told, deeds.Seat)}  # the latest of each
    for deed in of(told, deeds.Unseat):
        del seats[deed.number]
    assert Counter(seats.values()) == dict.fromkeys([post.code for post in WINDOW_POSTS], 2)


@pytest.mark.parametrize(
    ("day", "on_or_after", "before"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 20), dt.date(2026, 11, 19)),
        (dt.date(2026, 11, 21), dt.date(2026, 11, 23), dt.date(2026, 11, 20)),
        (dt.date(2026, 11, 22), dt.date(2026, 11, 23), dt.date(2026, 11, 20)),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 23), dt.date(2026, 11, 20)),
    ],
)
def test_nothing_is_recorded_on_a_weekend(day, on_or_after, before):
    assert (workday(day), workday_before(day)) == (on_or_after, before)


def test_the_rotations_of_the_division_give_the_rosters_of_those_at_the_windows(told):
    cycles = {deed.name: deed.cycle for deed in of(told, deeds.KeepRotation)}
    seats = {deed.number: deed.post for deed in of(told, deeds.Seat)}
    serving = {deed.code: deed.serving for deed in of(told, deeds.OpenWindowPost)}
    kept = [deed for deed in of(told, deeds.KeepRoster) if deed.unit == "GZ-101"]
    followed = Counter()
    for deed in kept:
        for number, codes in deed.rows.items():
            if number not in seats:
                continue
            name = "窗口轮岗" if serving[seats[number]] == "窗" else "市民中心轮岗"
            days = [deed.month.replace(day=day + 1) for day in range(len(codes))]
            given = {ahead: tuple(shift_on(cycles[name], day, ahead) for day in days) for ahead in (0, 7)}
            followed[next((ahead for ahead, row in given.items() if row == codes), None)] += 1
    assert followed[None] == 0
    assert followed[0] == followed[7] == 22 * len(kept)


@pytest.mark.parametrize(
    "today", [dt.date(2026, 11, 23), dt.date(2026, 1, 31), dt.date(2024, 2, 29), dt.date(2026, 10, 1)]
)
def test_changes_of_shifts_are_asked_for_days_to_come_that_the_roster_tells(today):
    story = bureau(today).story
    asked = [deed for deed in story if isinstance(deed, deeds.AskSwap)]
    rows = {
        (number, deed.month.replace(day=place + 1)): code
        for deed in story
        if isinstance(deed, deeds.KeepRoster)
        for number, codes in deed.rows.items()
        for place, code in enumerate(codes)
    }
    assert len(asked) == 4
    for deed in asked:
        for day in deed.days:
            assert day > today
            assert {rows[deed.asker, day], rows[deed.other, day]} == {"窗", "白"}
