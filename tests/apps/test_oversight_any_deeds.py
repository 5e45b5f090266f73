"""After any sequence of deeds, over several days, the live form of what is owed is the pure one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import world
from tests.apps.test_oversight_live import assert_same, hold
from tests.world import AT, DAY
from zhibu.apps.archive.actions import OPERATOR
from zhibu.apps.organizations.actions import dissolve, found, move
from zhibu.apps.organizations.errors import TreeRefusal
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight import live
from zhibu.apps.oversight.actions import answer_reason, explain, withdraw_reason
from zhibu.apps.oversight.errors import OversightRefusal
from zhibu.apps.oversight.models import Cell, Waiver
from zhibu.apps.oversight.queries import obligations
from zhibu.apps.people.actions import membership, posts, work
from zhibu.apps.people.errors import PeopleRefusal
from zhibu.apps.people.models import Person
from zhibu.domain.terms import MeetingKind, OrganizationKind, PostKind, Standing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

KINDS = (MeetingKind.GENERAL_MEETING, MeetingKind.BRANCH_COMMITTEE_MEETING, MeetingKind.THEME_DAY, MeetingKind.LESSON)

#: Beside the rules of the house one of each kind of number that is counted over all below.
ABOVE = """
layer = "unit"
[texts.life]
title = "机关党委会议制度"
issuer = "本单位机关党委"
year = 2026
since = 2026-01-01
"""
ABOVE += "".join(
    f"""
[[rules]]
id = "unit.{number}"
kind = "obligation"
label = "党委会议"
text = "life"
article = 1
verified = "full"
modality = "should"
binds = {{ kinds = ["committee", "general_branch"], when = {{ {number} = {{ at_least = {least} }} }} }}
requirement = "unit.{number}"
period = "month"
count = 1
meetings = ["committee_meeting"]
"""
    for number, least in (("members", 8), ("full_members", 9), ("groups", 3))
)


@pytest.fixture(autouse=True)
def _rules_of_committees(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "unit.toml").write_text(ABOVE, encoding="utf-8")


class Story:
    """The small bureau on a day that moves on. Each deed is done by choices that are numbers."""

    def __init__(self):
        self.house = world.bureau()
        for i in range(5):
            world.member(f"党员{i}", self.house.inspection)
        world.appoint(self.house.chen, self.house.inspection, PostKind.ORGANIZATION_OFFICER)
        live.rebuild(DAY)
        self.at = AT

    @property
    def on(self):
        return self.at.date()

    @property
    def done(self):
        return {"actor": OPERATOR, "at": self.at}

    def since(self, choice):
        """The day from which a deed holds: today's, or one gone by."""
        return self.on - dt.timedelta(days=(0, 0, 20, 300)[choice // 3 % 4])

    def do(self, deed, choice):
        with transaction.atomic():
            try:
                getattr(self, deed)(choice)
            except (TreeRefusal, PeopleRefusal, OversightRefusal):
                transaction.set_rollback(True)

    def pass_days(self, choice):
        self.at += dt.timedelta(days=(1, 9, 40)[choice % 3])

    def meet(self, choice):
        held = self.on - dt.timedelta(days=(0, 20, 70)[choice // 4 % 3])
        facts = {"lecturer": self.house.fang} if choice % 2 else {}
        inspection = Organization.objects.get(pk=self.house.inspection.pk)
        if inspection.dissolved is None or held < inspection.dissolved:
            hold(self.house, KINDS[choice % 4], on=held, at=self.at, away=choice % 5, **facts)

    def join(self, choice):
        name = f"新党员{Person.objects.count()}"
        person = world.person(name)
        world.employ(person, self.house.inspection)
        standing = (Standing.FULL, Standing.PROBATIONARY)[choice % 2]
        on = self.since(choice)
        membership.admit(person, to=self._branch(choice), group=None, standing=standing, on=on, **self.done)

    def change(self, choice):
        person = self._member(choice)
        to = (Standing.SUSPENDED, Standing.FULL)[choice % 2]
        membership.change_standing(person, to=to, on=self.since(choice), **self.done)

    def go(self, choice):
        work.leave(self._member(choice), on=self.since(choice), **self.done)

    def elect(self, choice):
        on = self.since(choice)
        posts.begin_term(self._branch(choice), on=on, ends=on + dt.timedelta(days=1096), **self.done)

    def appoint(self, choice):
        post = (PostKind.DEPUTY_SECRETARY, PostKind.PUBLICITY_OFFICER)[choice % 2]
        posts.appoint(self._member(choice), post=post, of=self._branch(choice), on=self.since(choice), **self.done)

    def start(self, choice):
        kind = (OrganizationKind.BRANCH, OrganizationKind.GROUP)[choice % 2]
        parent = self.house.office if kind is OrganizationKind.BRANCH else self._branch(choice)
        code = f"GZ-Z-{Organization.objects.count()}"
        on = self.since(choice)
        found(code=code, name=code, kind=kind, parent=parent, founded=on, began=on, **self.done)

    def end(self, choice):
        on = self.since(choice) + dt.timedelta(days=choice % 3)
        dissolve(self._branch(choice), on=on, into=None, **self.done)

    def move(self, choice):
        under = (self.house.office, self.house.harbor, self.house.station)[choice % 3]
        under = Organization.objects.get(pk=under.pk)
        move(self._branch(choice), under=under, on=self.since(choice), **self.done)

    def give_reason(self, choice):
        cells = Cell.objects.filter(why_not="", completed_on__isnull=True).order_by(
            "organization__code", "rule", "first"
        )
        cell = cells[choice % cells.count()]
        waiver = explain(cell, reason="台风", by=None, **self.done)
        answer_reason(waiver, accepted=bool(choice % 3), answer="请补", by=None, **self.done)

    def take_back(self, choice):
        waivers = list(Waiver.objects.all())
        if waivers:
            withdraw_reason(waivers[choice % len(waivers)], **self.done)

    def _branch(self, choice):
        rows = Organization.objects.filter(kind=OrganizationKind.BRANCH.value).order_by("code")
        return rows[choice % rows.count()]

    def _member(self, choice):
        rows = Person.objects.filter(memberships__until__isnull=True, memberships__isnull=False)
        rows = rows.exclude(pk__in=[self.house.lin.pk, self.house.fang.pk]).order_by("staff_number")
        return rows[choice % rows.count()]


DEEDS = (
    "pass_days",
    "meet",
    "join",
    "change",
    "go",
    "elect",
    "appoint",
    "start",
    "end",
    "move",
    "give_reason",
    "take_back",
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@example([("move", 4)])  # the largest branch goes under another committee
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 59)), min_size=1, max_size=7))
def test_after_any_deeds_the_live_form_is_the_pure_one(told):
    with transaction.atomic():
        story = Story()
        for deed, choice in told:
            story.do(deed, choice)
            live.open_day(story.on)
            assert_same(story.on)
        transaction.set_rollback(True)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@example([("pass_days", 0), ("move", 4), ("pass_days", 0), ("end", 0)])
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 59)), min_size=1, max_size=9))
def test_after_any_deeds_a_day_gone_by_is_seen_as_it_was_seen_on_it(told):
    with transaction.atomic():
        story = Story()
        seen = {}
        for deed, choice in [*told, ("pass_days", 0)]:
            if deed == "pass_days":
                seen[story.on] = owed(story.on)
            story.do(deed, choice)
        assert {on: owed(on) for on in seen} == seen
        transaction.set_rollback(True)


def owed(on):
    """What is owed this year and the next, as known on a day; of people too."""
    return obligations(None, since=dt.date(2026, 1, 1), until=dt.date(2027, 12, 31), on=on, with_people=True)
