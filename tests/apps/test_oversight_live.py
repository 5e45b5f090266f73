"""The live form of what is owed: kept in the transaction of the deed, and equal to the pure form."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.meetings.actions import convening, filing, minutes, roll
from zhibu.apps.organizations.actions import dissolve, found, move
from zhibu.apps.oversight import live
from zhibu.apps.oversight.actions import answer_reason, explain, withdraw_reason
from zhibu.apps.oversight.errors import OversightRefusal
from zhibu.apps.oversight.facts import calendar_of, organizations_of, records_of, waivers_of
from zhibu.apps.oversight.models import Cell, Counter
from zhibu.apps.oversight.queries import standing_of, status_of
from zhibu.domain.compliance import Status, WhyNot, evaluate
from zhibu.domain.requirements import Subject
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind

pytestmark = pytest.mark.django_db

DONE = {"actor": OPERATOR, "at": AT}


@pytest.fixture
def house():
    """The small bureau with a branch of ten, kept live since the morning."""
    made = world.bureau()
    for i in range(8):
        world.member(f"党员{i}", made.inspection, group=made.first_group)
    world.term(made.inspection, since=dt.date(2024, 6, 30), ends=dt.date(2027, 6, 30))
    live.rebuild(DAY)
    return made


def hold(house, kind=MeetingKind.GENERAL_MEETING, *, organization=None, on=DAY, at=AT, away=0, **facts):
    """A meeting from nothing to its filed record."""
    starts = dt.datetime.combine(on, dt.time(8), AT.tzinfo)
    made = convening.convene(
        organization=organization or house.inspection,
        kind=kind,
        title=kind.zh,
        hours=[convening.Hours(starts, starts + dt.timedelta(hours=1))],
        agenda=["学习"],
        audience=convening.default_audience(kind),
        convener=house.lin,
        chair=facts.pop("chair", house.lin),
        recorder=house.lin,
        made_by=None,
        late_reason="码头没有信号",
        actor=OPERATOR,
        at=at,
        **facts,
    )
    session = made.sessions.get()
    people = [entry.person for entry in made.roll.filter(observes=False).order_by("position")]
    roll.mark(session, people[: len(people) - away], status=roll.Presence.PRESENT, actor=OPERATOR, at=at)
    if away:
        roll.mark(session, people[len(people) - away :], status=roll.Presence.ABSENT, actor=OPERATOR, at=at)
    made.refresh_from_db()
    minutes.hand_over(made, actor=OPERATOR, at=at)
    minutes.approve(made, house.lin, actor=OPERATOR, at=at)
    made.refresh_from_db()
    return filing.file_meeting(made, actor=OPERATOR, at=at)


def facts_kept():
    return sorted(
        (
            str(cell.organization_id),
            cell.rule,
            cell.post,
            cell.first,
            cell.last,
            cell.due,
            cell.needed,
            cell.completed_on,
            cell.explained_on,
            cell.why_not,
            tuple((str(one.record), one.had_quorum) for one in cell.evidence.all()),
        )
        for cell in Cell.objects.prefetch_related("evidence")
    )


def facts_evaluated(on=DAY):
    """The same by the pure form, straight from the facts."""
    since, until = live.window_on(on)
    calendar = calendar_of(since, until)
    found = []
    for organization in organizations_of(None):
        records = records_of(None, dt.date(2000, 1, 1), on)
        for cell in evaluate(organization, records, waivers_of(None), calendar, on):
            if cell.rule.binding.subject is Subject.PERSON or cell.why_not is WhyNot.NOT_BEGUN:
                continue
            rests = sorted(
                [(str(key), True) for key in cell.evidence] + [(str(key), False) for key in cell.without_quorum]
            )
            found.append(
                (
                    str(organization.id),
                    cell.rule.id,
                    cell.subject.value if isinstance(cell.subject, PostKind) else "",
                    cell.first,
                    cell.last,
                    cell.due,
                    cell.needed,
                    cell.completed_on,
                    cell.explained_on,
                    cell.why_not or "",
                    tuple(rests),
                )
            )
    return sorted(found)


def assert_same(on=DAY):
    """Cells, evidence and counters are those of the pure form."""
    kept = [(*row[:-1], tuple(sorted(row[-1]))) for row in facts_kept()]
    assert kept == facts_evaluated(on)
    counted = set(Counter.objects.values_list("organization", "rule", "first", "owed", "met", "late", "explained"))
    live.recount()
    assert counted == set(
        Counter.objects.values_list("organization", "rule", "first", "owed", "met", "late", "explained")
    )


def cell_of(organization, rule, first):
    return Cell.objects.get(organization=organization, rule=rule, first=first)


def test_a_filed_meeting_completes_its_cell_and_is_counted_by_all_above(house):
    hold(house)
    cell = cell_of(house.inspection, "general_meeting", dt.date(2026, 10, 1))
    assert cell.completed_on == DAY
    for above in (house.inspection, house.office, house.root):
        counter = Counter.objects.get(organization=above, rule="general_meeting", first=dt.date(2026, 10, 1))
        assert (counter.met, counter.late) == (1, 0)
    assert_same()


def test_a_meeting_without_its_quorum_is_shown_and_does_not_count(house):
    hold(house, away=6)
    cell = cell_of(house.inspection, "general_meeting", dt.date(2026, 10, 1))
    assert cell.completed_on is None
    assert [one.had_quorum for one in cell.evidence.all()] == [False]
    assert_same()


def test_a_meeting_of_the_last_quarter_filed_after_its_grace_is_late(house):
    hold(house, on=dt.date(2026, 9, 29))
    counter = Counter.objects.get(organization=house.office, rule="general_meeting", first=dt.date(2026, 7, 1))
    assert (counter.met, counter.late) == (0, 1)
    assert_same()


def test_a_joint_meeting_of_two_groups_counts_for_each(house):
    hold(house, MeetingKind.GROUP_MEETING, organization=house.first_group, joint_with=[house.second_group])
    counter = Counter.objects.get(organization=house.inspection, rule="group_meeting", first=dt.date(2026, 11, 1))
    assert (counter.owed, counter.met) == (2, 2)
    assert_same()


def test_the_secretary_of_a_committee_teaches_anywhere_and_it_counts_for_the_committee(house):
    hold(house, MeetingKind.LESSON, lecturer=house.fang)
    assert cell_of(house.office, "leader_lesson", dt.date(2026, 1, 1)).completed_on == DAY
    assert_same()


def test_what_moves_is_counted_where_it_stands_now(house):
    hold(house)
    move(house.inspection, under=house.harbor, on=DAY, **DONE)
    counter = Counter.objects.get(organization=house.harbor, rule="general_meeting", first=dt.date(2026, 10, 1))
    assert counter.met == 1
    assert_same()


def test_a_branch_that_is_founded_or_dissolved_in_mid_period_owes_nothing_for_it(house):
    made = found(
        code="GZ-A-03",
        name="新党支部",
        kind=OrganizationKind.BRANCH,
        parent=house.office,
        founded=DAY,
        began=DAY,
        **DONE,
    )
    assert cell_of(made, "theme_day", dt.date(2026, 11, 1)).why_not == "not_founded"
    assert cell_of(made, "theme_day", dt.date(2026, 12, 1)).why_not == ""
    dissolve(house.quay, on=DAY, into=None, **DONE)
    assert cell_of(house.quay, "theme_day", dt.date(2026, 11, 1)).why_not == "dissolved"
    assert_same()


def test_a_day_that_opens_makes_known_what_was_dated_for_it(house):
    later = DAY + dt.timedelta(days=3)
    dissolve(house.quay, on=later, into=None, **DONE)
    assert cell_of(house.quay, "theme_day", dt.date(2026, 11, 1)).why_not == ""
    live.open_day(later)
    assert cell_of(house.quay, "theme_day", dt.date(2026, 11, 1)).why_not == "dissolved"
    assert_same(later)


def test_a_new_year_opens_its_periods_and_drops_what_is_older_than_two(house):
    live.open_day(dt.date(2027, 1, 4))
    assert {cell.first.year for cell in Cell.objects.filter(rule="theme_day")} == {2026, 2027}
    assert_same(dt.date(2027, 1, 4))


# --- Reasons ---


def test_an_accepted_reason_explains_what_is_missing_and_one_taken_back_does_not(house):
    cell = cell_of(house.inspection, "theme_day", dt.date(2026, 9, 1))
    waiver = explain(cell, reason="台风，码头停航", by=None, **DONE)
    assert_same()
    answer_reason(waiver, accepted=True, by=None, **DONE)
    counter = Counter.objects.get(organization=house.office, rule="theme_day", first=dt.date(2026, 9, 1))
    stands = standing_of(counter, counter, DAY)
    assert (stands.owed, stands.missing, stands.explained) == (2, 1, 1)
    assert status_of(cell_of(house.inspection, "theme_day", dt.date(2026, 9, 1)), DAY) is Status.EXPLAINED
    assert_same()
    withdraw_reason(waiver, **DONE)
    assert status_of(cell_of(house.inspection, "theme_day", dt.date(2026, 9, 1)), DAY) is Status.MISSING
    assert_same()


def test_a_reason_that_is_not_accepted_says_what_is_asked_instead(house):
    waiver = explain(cell_of(house.inspection, "theme_day", dt.date(2026, 9, 1)), reason="忘记了", by=None, **DONE)
    with pytest.raises(OversightRefusal):
        answer_reason(waiver, accepted=False, by=None, **DONE)
    answer_reason(waiver, accepted=False, answer="请补记录", by=None, **DONE)
    assert status_of(cell_of(house.inspection, "theme_day", dt.date(2026, 9, 1)), DAY) is Status.MISSING


def test_what_is_done_or_not_owed_needs_no_reason(house):
    hold(house)
    for cell in (
        cell_of(house.inspection, "general_meeting", dt.date(2026, 10, 1)),
        cell_of(house.quay, "branch_committee_meeting", dt.date(2026, 10, 1)),
    ):
        with pytest.raises(OversightRefusal):
            explain(cell, reason="值班", by=None, **DONE)
