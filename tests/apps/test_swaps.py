"""Two people exchange their shifts: asked, agreed to, decided; and everything by which it is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import world
from tests.windows import DONE, TUESDAY, WEDNESDAY, Windows
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.notices.models import Notice
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rosters.access import may_decide_swap, may_see_swap, swaps_decided_by, swaps_seen_by
from zhibu.apps.rosters.actions.keeping import undo
from zhibu.apps.rosters.actions.swaps import (
    agree_to_swap,
    approve_swap,
    decline_swap,
    refuse_swap,
    withdraw_swap,
)
from zhibu.apps.rosters.errors import RosterRefusal
from zhibu.apps.rosters.models import LastChange, RosterDay, SwapRequest
from zhibu.apps.rosters.queries import uncovered_by
from zhibu.domain.staffing import Short
from zhibu.domain.terms import Role, SwapState

pytestmark = pytest.mark.django_db


@pytest.fixture
def windows() -> Windows:
    return Windows()


def roster(person) -> str:
    return "".join(RosterDay.objects.filter(person=person).order_by("day").values_list("shift__code", flat=True))


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("about", flat=True))


def test_shifts_are_exchanged_in_one_deed_once_the_other_agrees_and_the_manager_approves(windows):
    swap = windows.agreed(TUESDAY, WEDNESDAY)
    assert (roster(windows.chen), roster(windows.lin)) == ("窗休窗休", "休窗休窗")
    approve_swap(swap, **DONE)
    assert (roster(windows.chen), roster(windows.lin)) == ("休窗窗休", "窗休休窗")
    assert [event.type for event in Event.objects.filter(type__startswith="swap").order_by("sequence")] == [
        "swap_asked",
        "swap_agreed",
        "swap_approved",
    ]
    assert told(windows.lin) == [f"swap:{swap.pk}"] * 2
    assert told(windows.chen) == [f"swap:{swap.pk}"] * 2
    assert told(windows.wen) == [f"swap-decision:{swap.pk}"]
    assert Notice.objects.get(person=windows.wen).overtaken


def test_a_day_is_given_away_to_somebody_who_is_free(windows):
    approve_swap(windows.agreed(TUESDAY), **DONE)
    assert (roster(windows.chen), roster(windows.lin)) == ("休休窗休", "窗窗休窗")


def test_the_other_refuses_and_nothing_changes(windows):
    swap = windows.ask(TUESDAY)
    refuse_swap(swap, **DONE)
    assert swap.state_on(world.DAY) is SwapState.REFUSED
    with pytest.raises(RosterRefusal, match="对方不同意"):
        agree_to_swap(swap, **DONE)
    assert roster(windows.chen) == "窗休窗休"


def test_the_manager_declines_with_a_reason_that_both_read(windows):
    swap = windows.agreed(TUESDAY)
    with pytest.raises(RosterRefusal):
        decline_swap(swap, reason="  ", **DONE)
    decline_swap(swap, reason="当天有检查", **DONE)
    assert SwapRequest.objects.get().state_on(world.DAY) is SwapState.DECLINED
    for person in (windows.chen, windows.lin):
        assert "当天有检查" in Notice.objects.filter(person=person).latest("pk").title


@pytest.mark.parametrize("is_agreed", [False, True])
def test_who_asked_withdraws_as_long_as_nobody_has_decided(windows, is_agreed):
    swap = windows.agreed(TUESDAY) if is_agreed else windows.ask(TUESDAY)
    withdraw_swap(swap, **DONE)
    with pytest.raises(RosterRefusal, match="已撤回"):
        approve_swap(swap, **DONE)
    with pytest.raises(RosterRefusal, match="已撤回"):
        withdraw_swap(swap, **DONE)


def test_an_approved_request_is_neither_approved_again_nor_withdrawn(windows):
    swap = windows.agreed(TUESDAY)
    approve_swap(swap, **DONE)
    for again in (approve_swap, withdraw_swap):
        with pytest.raises(RosterRefusal, match="已批准"):
            again(swap, **DONE)
    assert roster(windows.chen) == "休休窗休"


def test_nothing_is_approved_before_the_other_agrees(windows):
    with pytest.raises(RosterRefusal, match="等对方同意"):
        approve_swap(windows.ask(TUESDAY), **DONE)


def test_a_request_lapses_when_its_first_day_has_passed(windows):
    swap = windows.agreed(TUESDAY, WEDNESDAY)
    assert swap.state_on(TUESDAY) is SwapState.AGREED
    assert swap.state_on(WEDNESDAY) is SwapState.LAPSED
    later = {"actor": OPERATOR, "at": world.AT + dt.timedelta(days=2)}
    for deed in (approve_swap, withdraw_swap):
        with pytest.raises(RosterRefusal):
            deed(swap, **later)
    assert roster(windows.chen) == "窗休窗休"


# --- Refused -------------------------------------------------------------------------------------------------------


def refused(windows, match, *days, **who) -> None:
    with pytest.raises(RosterRefusal, match=match):
        windows.ask(*days, **who)
    assert not SwapRequest.objects.exists()


def test_days_gone_by_none_and_too_many_are_refused(windows):
    refused(windows, r"2026-11-23", world.DAY)
    refused(windows, "No day|没有选", *())
    refused(windows, "11.*10", *(TUESDAY + dt.timedelta(days=count) for count in range(11)))


def test_nobody_asks_themselves_nor_somebody_of_another_section_nor_without_a_post(windows):
    refused(windows, "themselves|自己", TUESDAY, other=windows.chen)
    refused(windows, "方澄", TUESDAY, other=windows.house.fang)
    refused(windows, "方澄", TUESDAY, asker=windows.house.fang)


def test_without_a_window_manager_nobody_could_approve(windows):
    windows.manager.grants.update(until=world.DAY)
    refused(windows, "检务处党支部", TUESDAY)


def test_a_day_of_which_the_roster_says_nothing_or_the_same_is_refused(windows):
    windows.rostered(windows.lin, "-")
    refused(windows, "林悦.*2026-11-24", TUESDAY)
    windows.rostered(windows.lin, "窗")
    refused(windows, "2026-11-24.*窗", TUESDAY)


def test_leave_is_not_exchanged(windows):
    windows.rostered(windows.lin, "假")
    refused(windows, "林悦.*2026-11-24", TUESDAY)


def test_less_than_eleven_hours_of_rest_is_refused_by_name_and_days(windows):
    windows.rostered(windows.chen, "休夜休休")
    windows.rostered(windows.lin, "休休窗休")
    refused(windows, "林悦.*2026-11-25.*2026-11-26", WEDNESDAY)


def test_a_rest_over_a_day_off_at_the_edge_counts_as_well(windows):
    windows.rostered(windows.chen, "夜休休休")
    windows.rostered(windows.lin, "休窗休休")
    refused(windows, "林悦.*2026-11-24.*2026-11-25", TUESDAY)


def test_a_day_that_an_open_request_names_is_not_named_by_another(windows):
    swap = windows.ask(TUESDAY)
    with pytest.raises(RosterRefusal, match="2026-11-24"):
        windows.ask(TUESDAY, WEDNESDAY, asker=windows.lin, other=windows.chen)
    withdraw_swap(swap, **DONE)
    windows.ask(TUESDAY, WEDNESDAY, asker=windows.lin, other=windows.chen)


def test_a_roster_that_changed_since_is_not_exchanged(windows):
    swap = windows.agreed(TUESDAY)
    windows.rostered(windows.lin, "晚")
    with pytest.raises(RosterRefusal, match=r"林悦.*2026-11-24"):
        approve_swap(swap, **DONE)
    assert (roster(windows.chen), roster(windows.lin)) == ("窗休窗休", "晚窗休窗")
    assert SwapRequest.objects.get().state_on(world.DAY) is SwapState.AGREED


def test_a_change_on_which_an_open_request_rests_is_not_taken_back(windows):
    swap = windows.ask(TUESDAY)
    with pytest.raises(RosterRefusal, match=r"林悦.*2026-11-24"):
        undo(LastChange.objects.get(), **DONE)
    withdraw_swap(swap, **DONE)
    undo(LastChange.objects.get(), **DONE)


def test_an_approved_exchange_can_not_be_taken_back_as_a_change(windows):
    approve_swap(windows.agreed(TUESDAY), **DONE)
    assert not LastChange.objects.exists()


# --- What the manager is shown -------------------------------------------------------------------------------------


def uncovered(swap):
    days = list(swap.days.select_related("asker_has", "other_has"))
    return [(each.post.code, each.day, each.short) for each in uncovered_by(swap, days)]


def test_an_exchange_inside_the_post_leaves_it_covered(windows):
    assert uncovered(windows.ask(TUESDAY, WEDNESDAY)) == []


def test_the_hours_that_an_exchange_leaves_uncovered_are_named(windows):
    windows.rostered(windows.lin, "晚")
    windows.rostered(windows.chen, "窗")
    windows.lin.seats.update(window_post=windows.second)
    swap = windows.ask(TUESDAY)
    assert uncovered(swap) == [
        ("C01", TUESDAY, Short(510, 720, 1)),
        ("C01", TUESDAY, Short(810, 840, 1)),
    ]


# --- Who sees it ---------------------------------------------------------------------------------------------------


def test_the_two_and_the_manager_see_it_and_only_the_manager_decides(windows):
    swap = windows.ask(TUESDAY)
    sees = {
        person.name: (
            may_see_swap(asker, swap),
            swaps_seen_by(asker).exists(),
            may_decide_swap(asker, swap),
            swaps_decided_by(asker).exists(),
        )
        for person in (windows.chen, windows.lin, windows.wen, windows.house.fang, windows.house.qiu)
        for asker in [asker_of(getattr(person, "account", None) or world.account(person), world.DAY)]
    }
    assert sees == {
        "陈星": (True, True, False, False),
        "林悦": (True, True, False, False),
        "闻宁": (True, True, True, True),
        "方澄": (False,) * 4,
        "邱禾": (False,) * 4,
    }


def test_nobody_decides_on_their_own_shifts(windows):
    world.grant(world.account(windows.chen), Role.WINDOW_MANAGER, of=windows.house.inspection)
    swap = windows.ask(TUESDAY)
    asker = asker_of(windows.chen.account, world.DAY)
    assert (may_decide_swap(asker, swap), swaps_decided_by(asker).exists()) == (False, False)
