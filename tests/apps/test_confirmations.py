"""A rule that was shipped off is confirmed by the unit with its source, and counts from then on only."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from uuid6 import uuid7

from tests import world
from tests.apps.test_oversight_live import assert_same
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.archive.models import Event
from zhibu.apps.oversight import live
from zhibu.apps.oversight.mine import owed_by
from zhibu.apps.oversight.models import Cell, Window
from zhibu.apps.oversight.queries import calendar_kept
from zhibu.apps.people.queries import asker_of
from zhibu.apps.rules import actions, queries
from zhibu.apps.rules.errors import ConfirmationRefused
from zhibu.apps.rules.models import Confirmation
from zhibu.domain.compliance import WhyNot

pytestmark = pytest.mark.django_db

TOMORROW = DAY + dt.timedelta(days=1)
DECEMBER = dt.date(2026, 12, 1)

#: A lesson each month that nobody has compared with its text yet.
UNIT = """
layer = "unit"
[texts.life]
title = "党支部组织生活制度"
issuer = "本单位机关党委"
year = 2026
since = 2026-01-01
[[rules]]
id = "unit.lesson"
kind = "obligation"
label = "支部党课"
text = "life"
verified = "none"
modality = "should"
binds = { kinds = ["branch"] }
requirement = "unit.lesson"
period = "month"
count = 1
meetings = ["lesson"]
"""


@pytest.fixture(autouse=True)
def _unit(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "unit.toml").write_text(UNIT, encoding="utf-8")


@pytest.fixture
def house():
    made = world.bureau()
    live.rebuild(DAY)
    return made


def off(id="unit.lesson"):  # noqa: A002 - the word of the pack
    return next(rule for rule in queries.packed_rules() if rule.id == id and not rule.is_on)


def confirm(rule=None, *, at=AT, **facts):
    said = {
        "document": "港党发〔2026〕3号",
        "article": 6,
        "dated": dt.date(2026, 1, 5),
        "in_force": dt.date(2026, 2, 1),
    }
    return actions.confirm(rule or off(), **(said | facts), actor=OPERATOR, at=at)


def lessons():
    return sorted({(cell.first, cell.why_not) for cell in Cell.objects.filter(rule="unit.lesson")})


# --- From then ------------------------------------------------------------------------------------------------------


def test_a_confirmed_rule_counts_from_the_day_it_was_confirmed_with_its_source(house):
    assert queries.rule("unit.lesson", DAY) is None
    made = confirm()
    assert (made.since, made.in_force) == (DAY, dt.date(2026, 2, 1))
    found = queries.rule("unit.lesson", DAY)
    assert found.citation.zh == "《党支部组织生活制度》第六条"
    assert "港党发〔2026〕3号，2026-01-05。" in found.note
    assert queries.rule("unit.lesson", DAY - dt.timedelta(days=1)) is None


def test_nothing_is_owed_for_periods_that_began_before_it_was_confirmed(house):
    confirm()
    assert lessons() == [(DECEMBER, "")]


def test_what_is_kept_equals_the_pure_form_after_confirming_and_after_taking_back(house):
    made = confirm()
    assert_same()
    actions.take_back(made, actor=OPERATOR, at=AT)
    assert_same()
    assert lessons() == []


def test_hours_that_a_post_asks_for_are_owed_by_whoever_holds_it_and_kept_for_nobody(house):
    confirm(off("learning_hours.officers"))
    assert_same()
    assert not Cell.objects.filter(requirement="learning_hours").exists()
    next_year = {"since": dt.date(2027, 1, 1), "until": dt.date(2027, 12, 31), "on": DAY}
    asked = {
        who: {cell.rule.id: cell.needed for cell in owed_by(who.pk, **next_year).cells}
        for who in (house.lin, house.chen)
    }
    assert asked[house.lin]["learning_hours.officers"] == 56
    assert "learning_hours.officers" not in asked[house.chen]


def test_a_confirmation_for_a_day_to_come_counts_from_that_day(house):
    made = confirm(in_force=dt.date(2026, 12, 2))
    assert made.since == dt.date(2026, 12, 2)
    assert lessons() == []
    assert queries.rule("unit.lesson", dt.date(2026, 12, 2)) is not None


def test_the_rule_of_a_text_of_next_year_does_not_count_from_this_one(house, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "other"  # a folder is read once
    (settings.DATA_DIR / "rules").mkdir(parents=True)
    next_year = UNIT.replace("since = 2026-01-01", "since = 2027-01-01")
    (settings.DATA_DIR / "rules" / "unit.toml").write_text(next_year, encoding="utf-8")
    assert confirm().since == dt.date(2027, 1, 1)
    assert queries.rule("unit.lesson", dt.date(2026, 12, 31)) is None
    assert queries.rule("unit.lesson", dt.date(2027, 1, 1)) is not None


def test_a_period_that_was_over_stays_judged_by_the_rule_that_is_taken_back_later(house):
    made = confirm()
    later = dt.datetime(2027, 1, 20, 9, tzinfo=AT.tzinfo)
    actions.take_back(made, actor=OPERATOR, at=later)
    kept = lessons()
    assert (DECEMBER, "") in kept
    assert (dt.date(2027, 1, 1), WhyNot.REPEALED) in kept
    assert not [first for first, _why in kept if first > dt.date(2027, 1, 31)]
    assert_same(later.date())


def test_taken_back_it_may_be_confirmed_again_and_both_are_on_record(house):
    first = confirm()
    actions.take_back(first, actor=OPERATOR, at=AT)
    actions.take_back(first, actor=OPERATOR, at=AT)
    confirm(article=7, at=AT + dt.timedelta(days=1))
    assert queries.rule("unit.lesson", TOMORROW).citation.article == 7
    told = Event.objects.filter(type__startswith="rule_").order_by("sequence")
    assert [one.type for one in told] == ["rule_confirmed", "rule_taken_back", "rule_confirmed"]


# --- Every process -------------------------------------------------------------------------------------------------


def test_another_process_judges_by_it_with_its_next_asker(house):
    """What a process does not know of yet is in nobody's context: the asker of the next request brings it."""
    account = world.account(house.lin)
    assert asker_of(account, DAY).edition == ""
    confirm()
    queries.use_edition("")  # as in the other process
    assert queries.rule("unit.lesson", DAY) is None
    queries.use_edition(asker_of(account, DAY).edition)
    assert queries.rule("unit.lesson", DAY) is not None


def test_kept_cells_are_read_and_made_by_the_rules_they_were_made_by_whatever_this_process_knows(house):
    confirm()
    queries.use_edition("")
    cell = Cell.objects.filter(rule="unit.lesson").first()
    assert calendar_kept(DAY).rule_of(cell.rule, cell.first, cell.last).citation.article == 6
    live.refresh({house.inspection.pk}, DAY)
    queries.use_edition(queries.latest_edition())
    assert_same()


def test_a_deed_that_is_rolled_back_leaves_no_rule_behind(house):
    with transaction.atomic():
        confirm()
        transaction.set_rollback(True)
    queries.use_edition(queries.latest_edition())
    assert queries.rule("unit.lesson", DAY) is None


def test_a_pack_that_has_changed_is_taken_in_with_the_first_deed_after_the_start(house):
    Window.objects.update(packs="of yesterday")
    Cell.objects.filter(rule="theme_day").delete()
    live.open_day(DAY)
    assert Window.objects.get().packs == queries.packs_read()
    assert_same()


# --- What is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"document": "  "}, "document"),
        ({"dated": TOMORROW, "in_force": TOMORROW}, "dated"),
        ({"in_force": dt.date(2026, 1, 4)}, "in_force"),
        ({"article": 0}, "article"),
        ({"article": 1000}, "article"),
    ],
)
def test_a_refusal_names_its_field_and_leaves_nothing(house, facts, field):
    with pytest.raises(ConfirmationRefused) as refused:
        confirm(**facts)
    assert refused.value.field == field
    assert not Confirmation.objects.exists()
    assert not Event.objects.filter(type="rule_confirmed").exists()


def test_a_rule_that_is_on_is_not_confirmed_a_second_time(house):
    theme_day = queries.rule("theme_day", DAY)
    with pytest.raises(ConfirmationRefused):
        confirm(theme_day)
    confirm()
    with pytest.raises(ConfirmationRefused, match="党支部组织生活制度"):
        confirm()
    kept = Confirmation.objects.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(**(kept | {"id": uuid7()}))


def test_a_rule_that_would_loosen_a_firm_one_is_not_confirmed(house, tmp_path):
    looser = UNIT.replace('"unit.lesson"\nkind', '"theme_day"\nkind').replace(
        'requirement = "unit.lesson"', 'requirement = "theme_day"'
    )
    looser = looser.replace('"month"', '"year"').replace('["lesson"]', '["theme_day"]')
    (tmp_path / "rules" / "unit.toml").write_text(looser, encoding="utf-8")
    queries._packed.cache_clear()
    try:
        with pytest.raises(ConfirmationRefused, match="第十六条"):
            confirm(off("theme_day"))
    finally:
        queries._packed.cache_clear()


def test_a_version_that_is_out_of_force_is_not_confirmed(house, tmp_path):
    gone = UNIT.replace("since = 2026-01-01", "since = 2026-01-01\nuntil = 2026-06-01")
    (tmp_path / "rules" / "unit.toml").write_text(gone, encoding="utf-8")
    queries._packed.cache_clear()
    try:
        with pytest.raises(ConfirmationRefused) as refused:
            confirm()
        assert refused.value.field == "in_force"
    finally:
        queries._packed.cache_clear()
