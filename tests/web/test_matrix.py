"""Everybody at every address by every method: nothing of an organization reaches whoever may not see it.

The addresses come from the URL resolver itself, so a new one is tried without a line here. Where it has a parameter
of a new kind, the test says what to add to ``REGISTRY``. Who may see what stands in ``BELONGS`` and ``MAY_SEE``,
written down from the rules and not asked from ``access``.

Two organizations hold the same things, with names of their own planted in them: *here* (the inspection branch) and
*there* (a branch under the other committee). Each try runs in a savepoint that is taken back, so all of them meet
the same house.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pymupdf
import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import playbooks, world
from tests.documents.printed import letters
from tests.exhibitions import drawing
from tests.official import set_account
from tests.world import AT, DAY
from zhibu.apps.account_content.actions import articles as telling
from zhibu.apps.account_content.models import Article
from zhibu.apps.archive.actions import OPERATOR, record
from zhibu.apps.archive.models import Event
from zhibu.apps.ballots.actions.preparing import Asked as BallotAsked
from zhibu.apps.ballots.actions.preparing import make_teller_key, open_ballot, prepare
from zhibu.apps.elections.actions import running as electing
from zhibu.apps.elections.actions.running import Begun, Given
from zhibu.apps.exhibitions.actions import writing as showing
from zhibu.apps.exhibitions.actions.asking import ask_person, note_other
from zhibu.apps.exhibitions.models import Exhibit, Exhibition
from zhibu.apps.feedback.actions import evaluating
from zhibu.apps.feedback.actions.evaluating import Found
from zhibu.apps.feedback.actions.saying import say
from zhibu.apps.forum.access import Place
from zhibu.apps.forum.actions.moderating import appeal, hide_post
from zhibu.apps.forum.actions.writing import Words as ForumWords
from zhibu.apps.forum.actions.writing import begin_thread
from zhibu.apps.forum.models import Opinion, Picture, Thread
from zhibu.apps.guides.actions import writing as guide_writing
from zhibu.apps.guides.actions.asking import ask
from zhibu.apps.guides.actions.guiding import guide_unit
from zhibu.apps.guides.actions.reviewing import publish_guide
from zhibu.apps.guides.models import GuideVersion
from zhibu.apps.honors.actions import candidates, selections
from zhibu.apps.honors.actions.bestowing import Conferred, bestow, withdraw
from zhibu.apps.honors.actions.pioneers import Term, name_pioneer, write_criteria
from zhibu.apps.honors.actions.selections import Call
from zhibu.apps.imports.models import Import
from zhibu.apps.learning.actions import campaigns, parts, study_notes, unit_files, units
from zhibu.apps.learning.actions.campaigns import Said
from zhibu.apps.learning.actions.parts import Asked
from zhibu.apps.learning.actions.recommending import recommend
from zhibu.apps.learning.actions.self_study import note_study
from zhibu.apps.learning.actions.unit_files import Brought
from zhibu.apps.learning.models import MakeUp, SelfStudy, TakenPack
from zhibu.apps.lists.actions import editions, stating, writing
from zhibu.apps.lists.actions.drafting import Proposed, propose
from zhibu.apps.lists.actions.writing import Words
from zhibu.apps.meetings.actions import convening, decisions, feeds, filing, minutes, papers, roll, tasks
from zhibu.apps.meetings.actions.talks import record_talk
from zhibu.apps.meetings.models import Leave, Meeting, MinutesText, SetAside
from zhibu.apps.notices.actions import circulars
from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.actions import explain
from zhibu.apps.oversight.models import Cell
from zhibu.apps.people.actions.accounts import issue_tokens
from zhibu.apps.people.models import Account, Person
from zhibu.apps.planning.models import Hindered, Plan, Room
from zhibu.apps.rosters.models import LastChange, RosterDay, Rotation, Shift, SwapDay, SwapRequest
from zhibu.apps.rules.models import Confirmation
from zhibu.apps.showcases.actions.marking import mark
from zhibu.apps.showcases.models import Adoption, Playbook
from zhibu.apps.visits.actions import calling, keeping
from zhibu.apps.visits.models import FollowUp, TakenHome, Visit, VisitAnswer, VisitQuestion
from zhibu.apps.windows.actions.posts import open_window_post
from zhibu.apps.windows.actions.seating import seat
from zhibu.apps.windows.models import Section, WindowPost
from zhibu.domain.assembly import Presence, Votes
from zhibu.domain.elections import Letter
from zhibu.domain.elections import Way as ElectionWay
from zhibu.domain.forum import RoomKind
from zhibu.domain.learning import UnitReach
from zhibu.domain.planning import PlanState, Way
from zhibu.domain.requirements import Decision
from zhibu.domain.terms import (
    AbsenceReason,
    Bearer,
    EvaluationKind,
    ExhibitKind,
    FeedbackKind,
    GuideAudience,
    ListKind,
    MeetingKind,
    PostKind,
    Proof,
    QuestionSource,
    Readership,
    Role,
    RosterWay,
    SwapState,
    VisitStage,
    VotingWay,
)
from zhibu.domain.tree import STEP
from zhibu.domain.visits import Stop, Turn
from zhibu.web.shell import clock
from zhibu.web.shell.platforms import platform_of

DONE: dict[str, Any] = {"actor": OPERATOR, "at": AT}

# --- Who may see what: the oracle -----------------------------------------------------------------------------------

#: Who asks. Those of the first group belong here or stand above it; ``other`` stands above *there*.
ASKERS = (
    "anonymous",
    "staff",
    "member",
    "leader",
    "secretary",
    "committee",
    "other",
    "window",
    "system",
    "security",
    "audit",
    "closed",
)

_BRANCH = {"member", "leader", "secretary", "committee"}

#: By side and kind of thing: who may meet it anywhere. Nobody else may, in no answer.
MAY_SEE: dict[str, dict[str, set[str]]] = {
    "here": {
        "organization": _BRANCH | {"staff", "window", "system", "security"},
        "person": _BRANCH | {"window"},
        "account": {"security"},
        "name": _BRANCH | {"window", "security"},
        "number": _BRANCH | {"window", "security"},
        "phone": {"secretary", "committee"},
        "meeting": _BRANCH,
        "draft": {"secretary"},
        "leave": {"secretary"},
        "working": {"secretary"},
        "record": _BRANCH,
        "task": _BRANCH,
        "comment": {"secretary", "committee"},
        "circular": {"secretary", "committee"},
        "owed": {"secretary", "committee"},
        "talk": {"secretary"},
        "list": _BRANCH | {"staff", "window"},
        "list_draft": {"secretary"},
        "playbook": _BRANCH | {"staff", "window"},
        "visit": _BRANCH | {"staff", "window"},
        "visit_draft": {"secretary", "committee"},
        "visit_kept": {"secretary", "committee"},  # why somebody can not come, and what has come of it
        "exhibition": _BRANCH | {"staff", "window"},
        "exhibition_kept": {"secretary"},  # what is not shown yet, and who is asked
        "exhibition_public": set(ASKERS),
        "campaign": _BRANCH | {"staff", "window"},
        "campaign_draft": {"secretary"},
        "campaign_work": {"secretary", "committee"},
        "unit": _BRANCH | {"staff", "window"},
        "unit_draft": {"secretary"},
        "study_note": set(),
        "shared_note": {"member", "leader", "secretary"},
        "plan": {"secretary"},
        "room": {"leader", "secretary"},
        "window_post": {"secretary", "committee", "window"},
        "site": set(ASKERS),  # what is said to the public of a post: where it is, what it is called
        "rotation": {"window"},
        "swap": {"window"},
        "guide": set(ASKERS),
        "guide_draft": {"window"},
        "question": {"window"},
        "feedback": {"window"},
        "evaluation": {"secretary", "committee", "window"},
        "told": set(ASKERS),
        "told_draft": {"secretary", "committee", "window"},
        "forum": {"member", "leader", "secretary"},
        "forum_business": {"window"},
        "forum_kept": {"secretary", "committee"},  # who hid it, and who decides its writer's appeal
        "forum_appeal": {"committee"},
        "opinion": {"member", "leader", "secretary"},
        "honor": _BRANCH | {"staff", "window"},
        "honor_withdrawn": {"secretary", "committee"},
        "pioneer": _BRANCH | {"staff", "window"},
        "ballot": {"member", "leader", "secretary"},  # its roll and whoever convenes there
        "ballot_kept": {"secretary"},
        "selection": _BRANCH | {"staff", "window"},
        "nominee": {"secretary", "committee"},  # while people are nominated, whoever runs it
        "objection": {"secretary", "committee"},
        "term_election": {"secretary", "committee"},
    },
    "there": {
        "organization": {"other", "system", "security"},
        "person": {"other"},
        "account": {"security"},
        "name": {"other", "security"},
        "number": {"other", "security"},
        "phone": {"other"},
        "meeting": {"other"},
        "draft": set(),
        "leave": set(),
        "working": set(),
        "record": {"other"},
        "task": {"other"},
        "comment": {"other"},
        "circular": {"other"},
        "owed": {"other"},
        "talk": set(),
        "list": {"other"},
        "list_draft": set(),
        "playbook": {"other"},
        "visit": {"other"},
        "visit_draft": {"other"},
        "visit_kept": {"other"},
        "exhibition": {"other"},
        "exhibition_kept": set(),
        "exhibition_public": set(ASKERS),
        "campaign": {"other"},
        "campaign_draft": set(),
        "campaign_work": {"other"},
        "unit": {"other"},
        "unit_draft": set(),
        "study_note": set(),
        "shared_note": set(),
        "plan": set(),
        "room": set(),
        "window_post": {"other"},
        "site": set(ASKERS),
        "rotation": set(),
        "swap": set(),
        "guide": set(ASKERS),
        "guide_draft": set(),
        "question": set(),
        "feedback": set(),
        "evaluation": {"other"},
        "told": set(ASKERS),
        "told_draft": {"other"},
        "forum": set(),
        "forum_business": set(),
        "forum_kept": {"other"},
        "forum_appeal": {"other"},
        "opinion": set(),
        "honor": {"other"},
        "honor_withdrawn": {"other"},
        "pioneer": {"other"},
        "ballot": set(),
        "ballot_kept": set(),
        "selection": {"other"},
        "nominee": {"other"},
        "objection": {"other"},
        "term_election": {"other"},
    },
}

#: Where more is shown: the audit administrator reads the events with the documents they seal, and who holds which
#: role; whoever has its secret address reads a calendar.
BY_ROUTE = {
    "events": {"audit"},
    "event": {"audit"},
    "grants": {"audit"},
    "end_grant": {"audit"},
    "calendar_feed": set(ASKERS),
}

#: Where something that is public says whose it is; nothing else of the organization stands there.
SAYS_WHOSE = {"exhibitions", "public_exhibition"}

#: What somebody who is not logged in gets an answer from. All else is 302 to the door, 401, 404 or 405.
PUBLIC = {
    "account_inactive",
    "account_login",
    "account_logout",  # a redirect: there is nobody to log out
    "account_reauthenticate",
    "api:openapi-json",
    "calendar_feed",  # the address is the secret
    "first_login",
    "healthz",
    "here",  # that nobody is
    "home",
    "menu",
    "mfa_login_webauthn",
    "offline",
    "public",
    "public_answer",
    "public_ask",
    "public_changed",
    "public_exhibit",
    "public_exhibit_picture",
    "public_exhibition",
    "public_exhibition_hall",
    "public_feedback_post",
    "public_feedback_site",
    "public_feedback_thanks",
    "public_guide",
    "public_guide_helped",
    "public_guides",
    "public_post",
    "public_site",
    "public_unit",
    "public_article",
    "public_articles",
    "robots",
    "set_language",
    "worker",
}

# --- The addresses --------------------------------------------------------------------------------------------------

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    template: str
    parameters: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")


def routes() -> list[Route]:
    """Every address of the resolver, once; also those without a name."""

    def walk(patterns: list[Any], before: str, spaces: tuple[str, ...]) -> Iterator[Route]:
        for pattern in patterns:
            template = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
                yield from walk(pattern.url_patterns, template, inner)
            elif isinstance(pattern, URLPattern):
                name = ":".join((*spaces, pattern.name or template))
                yield Route(name, "/" + template, tuple(pattern.pattern.converters))

    return list({route.template: route for route in walk(get_resolver().url_patterns, "", ())}.values())


#: Parameters by name, or by route and name where one name means several things: which planted thing fills it, and
#: which kind of ``MAY_SEE`` decides whether it is visible ("" where it is nobody's here but the owner's).
REGISTRY: dict[str, tuple[str, str]] = {
    "meeting_id": ("meeting", "meeting"),
    "session_id": ("session", "meeting"),
    "leave_id": ("leave", "leave"),
    "item_id": ("item", "meeting"),
    "decision_id": ("decision", "meeting"),
    "election_id": ("election", "meeting"),
    "aside_id": ("aside", "working"),
    "task_id": ("task", "task"),
    "comment_id": ("comment", "comment"),
    "paper_id": ("paper", "meeting"),
    "circular_id": ("circular", "circular"),
    "enclosure_id": ("enclosure", "circular"),
    "campaign_id": ("campaign", "campaign"),
    "part_id": ("part", "campaign"),
    "material_id": ("material", "campaign"),
    "campaign_work.organization": ("organization", "campaign_work"),
    "part_new.organization": ("organization", "campaign_work"),
    "part_link.organization": ("organization", "campaign_work"),
    "part_unlink.organization": ("organization", "campaign_work"),
    "wrap_up.organization": ("organization", "campaign_work"),
    "wrap_up_file.organization": ("organization", "campaign_work"),
    "wrap_up_docx.organization": ("organization", "campaign_work"),
    "wrap_up_pdf.organization": ("organization", "campaign_work"),
    "part_edit.part_id": ("part", "campaign_work"),
    "part_remove.part_id": ("part", "campaign_work"),
    "make_up_id": ("make_up", "own"),
    "study_id": ("self_study", "own"),
    "pack_id": ("pack", "unit_draft"),
    "unit_id": ("unit", "unit"),
    "file_id": ("unit_file", "unit"),
    "unit_captions.file_id": ("unit_file", "own"),
    "study_note_share.campaign_id": ("campaign", "own"),
    "study_note_take_away.campaign_id": ("campaign", "own"),
    "organization": ("organization", "organization"),
    "account": ("account", "account"),
    "grant": ("grant", "grant"),
    "event": ("event", "event"),
    "imported": ("import", "import"),
    "name": ("waiting", "own"),
    "pk": ("row", "own"),
    "token": ("token", "own"),
    "digest": ("digest", "own"),
    "secret": ("secret", "public"),
    "scan.code": ("scanned", "public"),
    "my_task.task_id": ("task", "own"),
    "rest": ("rest", "public"),
    "owed_below.organization": ("organization", "owed"),
    "rule": ("rule", "owed"),
    "confirm_rule.rule": ("off", "public"),
    "version": ("version", "public"),
    "talk": ("talk", "talk"),
    "plan_id": ("plan", "plan"),
    "planned": ("planned", "plan"),
    "room": ("room", "room"),
    "hindrance": ("hindrance", "own"),
    "section": ("section", "list"),
    "article": ("article", "list"),
    "public_article.article": ("told", "public"),
    "written": ("told_draft", "told_draft"),
    "edition": ("edition", "list"),
    "statement": ("statement", "own"),
    "bearer": ("bearer", "public"),
    "audience": ("audience", "public"),
    "requirement": ("requirement", "public"),
    "post_duty_state.organization": ("organization", "talk"),
    "state_duty.organization": ("organization", "own"),
    "state_duty.article": ("article", "own"),
    "confirmation": ("confirmation", "rules"),
    "first": ("first", "owed"),
    "organization.id": ("organization", "organization"),
    "person.id": ("person", "person"),
    "person_xlsx.id": ("person", "person"),
    "person_json.id": ("person", "person"),
    "post_id": ("window_post", "window_post"),
    "window_post_unseat.person": ("person", "window_post"),
    "site_id": ("site", "window_post"),
    "public_site.site_id": ("site", "public"),
    "public_post.code": ("post_code", "public"),
    "public_feedback_site.site_id": ("site", "public"),
    "public_feedback_post.code": ("post_code", "public"),
    "feedback_id": ("feedback", "feedback"),
    "evaluation_id": ("evaluation", "evaluation"),
    "follow_id": ("follow_up", "evaluation"),
    "sheet_id": ("sheet", "evaluation"),
    "honor_id": ("honor", "honor"),
    "honor_paper.sheet_id": ("certificate", "honor"),
    "playbook_id": ("playbook", "playbook"),
    "playbook_edition_id": ("playbook_edition", "playbook"),
    "showcase_id": ("showcase", "playbook"),
    "visit_id": ("visit", "visit"),
    "visit_file_id": ("visit_file", "visit"),
    "visit_question_id": ("visit_question", "visit_kept"),
    "visit_question_drop.visit_question_id": ("visit_question", "own"),
    "taken_home_id": ("taken_home", "talk"),
    "exhibition_id": ("exhibition", "exhibition"),
    "public_exhibition.exhibition_id": ("exhibition_public", "exhibition_public"),
    "public_exhibition_hall.exhibition_id": ("exhibition_public", "exhibition_public"),
    "exhibit_id": ("exhibit", "exhibition"),
    "public_exhibit.exhibit_id": ("exhibit_public", "exhibition_public"),
    "public_exhibit_picture.exhibit_id": ("exhibit_public", "exhibition_public"),
    "consent_id": ("consent", "exhibition_kept"),
    "exhibit_consent.consent_id": ("consent", "own"),
    "exhibit_consent_withdraw.consent_id": ("consent", "own"),
    "after": ("after", "public"),
    "adoption_id": ("adoption", "list_draft"),
    "adoption.adoption_id": ("adoption", "owed"),
    "draft_id": ("list_draft", "list_draft"),
    "pioneer_id": ("pioneer", "pioneer"),
    "ballot_id": ("ballot", "ballot"),
    "option_id": ("ballot_option", "ballot"),
    "selection_id": ("selection", "selection"),
    "objection.selection_id": ("shown", "selection"),
    "candidate_id": ("candidate", "nominee"),
    "nomination_id": ("nomination", "nominee"),
    "objection_id": ("objection", "objection"),
    "term_id": ("term_election", "term_election"),
    "letter": ("letter", "public"),
    "contest": ("contest", "public"),
    "body": ("body", "public"),
    "paper_name": ("paper_name", "public"),
    "form": ("paper_form", "public"),
    "guide_id": ("guide", "guide"),
    "version_id": ("guide_version", "guide_draft"),
    "room_key": ("forum_room", "forum"),
    "thread_id": ("forum_thread", "forum"),
    "forum_post_id": ("forum_post", "forum"),
    "forum_own.forum_post_id": ("forum_post", "forum"),
    "appeal_id": ("forum_appeal", "forum_appeal"),
    "picture_id": ("forum_picture", "forum"),
    "opinion_id": ("opinion", "opinion"),
    "question_id": ("question", "question"),
    "guided_id": ("guided", "public"),
    "number": ("guide_number", "public"),
    "section_id": ("window_section", "window_post"),
    "unit": ("organization", "window_post"),
    "month": ("month", "public"),
    "rotation_id": ("rotation", "rotation"),
    "swap_id": ("swap", "swap"),
    "my_swap.swap_id": ("swap", "own"),
    "figure.id": ("figure", "public"),
    "figure_xlsx.id": ("figure", "public"),
}

#: Of the kinds of the registry that are the same on both sides.
EVERYWHERE = {
    "event": {"audit"},
    "grant": {"security", "audit"},
    "import": {"system"},
    "rules": {"system"},
    "own": set(),
    "public": set(ASKERS),
}


def meaning(route: Route, parameter: str) -> tuple[str, str]:
    for key in (f"{route.name}.{parameter}", parameter):
        if key in REGISTRY:
            return REGISTRY[key]
    raise AssertionError(
        f"The address {route.template} ({route.name}) has a parameter that this test does not know: add "
        f"“{route.name}.{parameter}” or “{parameter}” to REGISTRY in {__file__}, the thing that fills it to "
        "Side.things, and who may see it to MAY_SEE."
    )


# --- What is planted ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Side:
    """One organization, what fills the parameters, and the words planted in it by kind of thing."""

    word: str
    organization: Organization
    things: dict[str, object] = field(default_factory=dict)
    filed: dict[str, object] = field(default_factory=dict)
    draft: dict[str, object] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)

    def mark(self, kind: str) -> str:
        """A word that stands nowhere else. What is asked for is shorter, so that an echo is no leak."""
        return f"{self.asked(kind)}zq"

    def asked(self, kind: str) -> str:
        return f"ZQ{self.word}{kind}"


def planned(organization: Organization, marked: Person, text: str, room: str) -> dict[str, object]:
    """A proposal for the next month, and somebody who can not come on one of its days."""
    place = Room.objects.create(name=room, organization=organization, capacity=9)
    plan = Plan.objects.create(
        organization=organization, month=dt.date(2026, 12, 1), state=PlanState.PROPOSED.value, asked_at=AT
    )
    item = plan.items.create(
        organization=organization,
        kind=MeetingKind.THEME_DAY.value,
        first=dt.date(2026, 12, 1),
        last=dt.date(2026, 12, 31),
        minutes=60,
    )
    starts = AT.replace(month=12, day=9)
    session = item.sessions.create(starts_at=starts, ends_at=starts + dt.timedelta(hours=1), room=place, place=text)
    item.seats.create(session=session, person=marked, way=Way.DUTY.value)
    row = Hindered.objects.create(
        person=marked, organization=organization, day=starts.date(), reason=text, said_at=AT
    )
    return {"plan": plan.pk, "planned": session.pk, "room": place.pk, "hindrance": row.pk}


def plant(word: str, organization: Organization, officer: Person, phone: str) -> Side:
    """The same on each side; nobody of those who ask has a part in it but by where they belong."""
    side = Side(word, organization)
    for kind in MAY_SEE["here"].keys() - {"person", "account"}:
        side.markers[kind] = phone if kind == "phone" else side.mark(kind)
    marks = side.markers
    Organization.objects.filter(pk=organization.pk).update(name=marks["organization"])
    organization.refresh_from_db()
    marked = world.person(marks["name"], marks["number"])
    Person.objects.filter(pk=marked.pk).update(phone=marks["phone"])
    world.employ(marked, organization)
    world.admit(marked, organization)
    account = world.account(marked)

    def meeting(title: str) -> Meeting:
        made = convening.draft(
            organization=organization,
            kind=MeetingKind.GENERAL_MEETING,
            title=title,
            made_by=None,
            agenda=[title],
            convener=officer,
            chair=officer,
            recorder=officer,
            **DONE,
        )
        starts = AT - dt.timedelta(hours=1)
        convening.add_session(made.pk, starts_at=starts, ends_at=starts + dt.timedelta(hours=2), place="", **DONE)
        return made

    def opened(title: str, text: str) -> tuple[Meeting, dict[str, object]]:
        made = convening.announce(meeting(title).pk, **DONE)
        session = made.sessions.get()
        leave = Leave.objects.create(
            meeting=made, person=marked, reason=AbsenceReason.HEALTH, note=marks["leave"], asked_at=AT
        )
        roll.open_session(session, **DONE)
        roll.mark(session, [marked], status=Presence.LEAVE, reason=AbsenceReason.HEALTH, **DONE)
        roll.mark_all_present(session, **DONE)
        item = made.agenda.get()
        discussion = MinutesText.Field.DISCUSSION
        saved = minutes.save_text(made, field=discussion, item=item, text=text, based_on=0, by=None, **DONE)
        aside = SetAside.objects.create(beside=saved.text, text=text, based_on=0, saved_at=AT)
        present = made.roll.exclude(person=marked).count()
        votes = Votes(present, 0, 0)
        vote = decisions.take_vote(
            item, kind=Decision.RESOLUTION, text=text, way=VotingWay.HANDS, votes=votes, **DONE
        )
        task = tasks.take_on(made, text=marks["task"], holder=marked, due=DAY, item=item, **DONE)
        paper = papers.add_paper(made, name=f"{title}.txt", content=title.encode(), **DONE)
        made.refresh_from_db()
        things = {
            "meeting": made.pk,
            "session": session.pk,
            "leave": leave.pk,
            "item": item.pk,
            "decision": vote.decision.pk,
            "election": uuid4(),
            "comment": uuid4(),
            "aside": aside.pk,
            "task": task.pk,
            "paper": paper.pk,
        }
        return made, things

    drafted = meeting(marks["draft"])
    side.draft = {"meeting": drafted.pk, "session": drafted.sessions.get().pk}
    kept, side.filed = opened(marks["meeting"], marks["record"])
    for aside in SetAside.objects.filter(beside__meeting=kept):
        minutes.settle(aside, text=marks["record"], by=None, **DONE)
    roll.close_session(kept.sessions.get(), **DONE)
    kept.refresh_from_db()
    minutes.hand_over(kept, **DONE)
    minutes.approve(kept, officer, **DONE)
    side.filed["comment"] = commented(kept, marks["comment"], by=officer)
    _running, running = opened(marks["meeting"], marks["working"])
    cell = Cell.objects.get(organization=organization, rule="theme_day", first=DAY.replace(month=9, day=1))
    explain(cell, reason=marks["owed"], by=None, **DONE)
    grant = world.grant(account, Role.WINDOW_MANAGER, of=organization)
    issue_tokens([account], label="x", lasts=dt.timedelta(days=30), **DONE)
    secret = feeds.subscribe(account, organization=organization, **DONE)
    imported = Import.objects.create(
        file_name=f"{word}.xlsx",
        file_sha256=word,
        as_of=DAY,
        actor=str(OPERATOR),
        recorded_at=AT,
        report={"errors": [], "warnings": []},
        changes={"made": [], "altered": []},
    )
    side.things = (
        running
        | planned(organization, marked, marks["plan"], marks["room"])
        | {
            "organization": organization.pk,
            "code": organization.code,
            "rule": "theme_day",
            "first": DAY.replace(month=9, day=1),
            "person": marked.pk,
            "account": account.pk,
            "grant": grant.pk,
            "event": Event.objects.order_by("-sequence").first().id,
            "import": imported.pk,
            "talk": record_talk(
                organization=organization, one=officer, other=marked, held_on=DAY, by=None, **DONE
            ).pk,
            "confirmation": Confirmation.objects.create(
                rule=word, version=DAY, document="x", dated=DAY, in_force=DAY, since=DAY, confirmed_at=AT
            ).pk,
            "token": account.api_tokens.get().pk,
            "digest": account.calendar_feeds.get().pk,
            "secret": secret,
            "q": side.asked("name"),
            **circular(organization, marks["circular"], by=officer),
            **lists(organization, marks["list"], by=marked),
            **playbook(organization, marks),
            **visits(organization, marks, by=officer),
            **exhibitions(organization, marks),
            **campaign(organization, marks, by=officer, writer=marked),
            **unit(organization, marks, by=officer),
            **windows(organization, marks, seated=marked),
            **forum(organization, marks, running, writer=marked, keeper=officer),
            **honors(organization, marks),
            **ballot(organization, marks, tellers=[officer, marked]),
            **term_election(organization, marks["term_election"]),
        }
    )
    return side


def ballot(of: Organization, marks: dict[str, str], *, tellers: list[Person]) -> dict[str, object]:
    """Voting that is open in the organization, and a ballot that is being prepared."""
    mark = marks["ballot"]
    asked = BallotAsked(question=mark, text=mark, options=[mark, "乙"], most=1, closes_at=AT + dt.timedelta(days=1))
    made = prepare(of, asked, tellers, by=None, **DONE)
    for teller in tellers:
        make_teller_key(made, teller, "a phrase of some words", **DONE)
    later = replace(asked, question=marks["ballot_kept"])
    prepare(of, later, [world.member("监票一", of), world.member("监票二", of)], by=None, **DONE)
    for number in range(2):
        world.member(f"投票{number}", of)
    opened = open_ballot(made, **DONE)
    return {"ballot": opened.pk, "ballot_option": opened.options.get(place=0).pk}


def term_election(of: Organization, mark: str) -> dict[str, object]:
    """The election of a term under way, its request on record with a number and a file."""
    made = electing.begin(of, Begun(way=ElectionWay.COMMITTEE, seats=3, deputies=0, planned_on=DAY), **DONE)
    given = Given(dated=DAY, reference=mark, file=(f"{mark}.txt", mark.encode()))
    electing.give_letter(made, Letter.REQUEST, given, **DONE)
    return {
        "term_election": made.pk,
        "letter": "request",
        "contest": "members",
        "body": "meeting",
        "paper_name": "volume",
        "paper_form": "pdf",
    }


def honors(of: Organization, marks: dict[str, str]) -> dict[str, object]:
    """An honor of the organization with its certificate, one that was withdrawn, and a pioneer post."""
    attached = [(f"{marks['honor']}.txt", marks["honor"].encode())]
    honor = bestow(of, Conferred(title=marks["honor"], year=2015, papers=attached), **DONE)
    wrong = bestow(of, Conferred(title=marks["honor_withdrawn"], year=2015), **DONE)
    withdraw(wrong, reason=marks["honor_withdrawn"], **DONE)
    mark = marks["pioneer"]
    write_criteria(of, mark, since=DAY, **DONE)
    term = Term(place=mark, since=DAY, until=DAY + dt.timedelta(days=9), commitments=mark, met=[mark])
    holder = world.member("先锋的", of)
    return {
        "honor": honor.pk,
        "certificate": honor.papers.get().pk,
        "pioneer": name_pioneer(holder, of, term, **DONE).pk,
        **selection(of, marks, nominated=holder),
    }


def selection(of: Organization, marks: dict[str, str], *, nominated: Person) -> dict[str, object]:
    """One in which somebody was nominated with a reason, and one in which an objection waits for its answer."""
    told = Call(title=marks["selection"], year=DAY.year, text=marks["selection"], places=1, nominate_until=DAY)
    made = selections.call(of, told, **DONE)
    by = world.member("推荐的", of)
    nomination = candidates.nominate(made, nominated, by=by, reason=marks["nominee"], **DONE)
    other = selections.call(of, replace(told, title="另一评选"), **DONE)
    stands = candidates.nominate(other, nominated, by=by, reason="好", **DONE).candidate
    selections.end_nominations(other, **DONE)
    candidates.agree(stands, **DONE)
    candidates.find(stands, is_fit=True, reason="好", by=world.person("审查的"), **DONE)
    selections.give_notice(other, **DONE)
    objected = candidates.object_to(stands, by=by, text=marks["objection"], at=AT)
    return {
        "selection": made.pk,
        "shown": other.pk,
        "candidate": nomination.candidate_id,
        "nomination": nomination.pk,
        "objection": objected.pk,
    }


def commented(meeting: Meeting, text: str, *, by: Person) -> UUID:
    """The meeting is filed and the committee above says something about its record."""
    filed = filing.file_meeting(meeting, **DONE)
    superior = Organization.objects.get(path=meeting.organization.path[:-STEP])
    return filing.comment(filed, by=by, office=superior, text=text, due=DAY, **DONE).pk


def circular(to: Organization, text: str, *, by: Person) -> dict[str, object]:
    """The committee above writes to the organization, with a file."""
    superior = Organization.objects.get(path=to.path[:-STEP])
    attached = [(f"{text}.txt", text.encode())]
    written = circulars.send(office=superior, by=by, to=[to], title=text, text=text, attached=attached, **DONE)
    return {"circular": written.pk, "enclosure": written.enclosures.get().pk}


def lists(of: Organization, text: str, *, by: Person) -> dict[str, object]:
    """A rule of one article, the edition in which it stands, and what a member says of a duty."""
    section = writing.write_section(organization=of, kind=ListKind.RULES, title=text, **DONE)
    written = writing.write_article(section=section, words=Words(text=text), since=DAY, **DONE)
    edition = editions.publish(organization=of, readership=Readership.BRANCH, **DONE)
    duties = writing.write_section(organization=of, kind=ListKind.DUTIES, title=text, **DONE)
    borne = Words(text=text, bearer=Bearer.MEMBER, proof=Proof.STATEMENT)
    duty = writing.write_article(section=duties, words=borne, since=DAY, **DONE).article
    said = stating.state(article=duty, organization=of, person=by, text=text, **DONE)
    return {
        "section": section.pk,
        "article": written.article_id,
        "edition": edition.pk,
        "statement": said.pk,
        "bearer": "secretary",
        "requirement": "learning_hours",
    }


def playbook(of: Organization, marks: dict[str, str]) -> dict[str, object]:
    """The playbook of the organization for those around it, held up from above, and what it took into its drafts."""
    edition = playbooks.published(of, title=marks["playbook"], story=marks["playbook"], readership=Readership.BRANCH)
    superior = Organization.objects.get(path=of.path[:-STEP])
    showcase = mark(edition.playbook, superior, reasons=marks["playbook"], until=DAY, **DONE)
    taken = record("playbook_adopted", of.pk, **DONE)
    adoption = Adoption.objects.create(organization=of, edition=edition, event=taken, adopted_at=AT)
    one = Proposed(ListKind.RULES, marks["list_draft"], Words(text=marks["list_draft"]))
    (draft,) = propose(of, [one], credit=marks["list_draft"], **DONE)
    return {
        "playbook": edition.playbook_id,
        "playbook_edition": edition.pk,
        "showcase": showcase.pk,
        "adoption": adoption.pk,
        "list_draft": draft.pk,
    }


def visits(of: Organization, marks: dict[str, str], *, by: Person) -> dict[str, object]:
    """A visit that is recorded, with why somebody could not come and what has come of it; and a draft of one."""
    superior = Organization.objects.get(path=of.path[:-STEP])
    mark, kept = marks["visit"], marks["visit_kept"]
    plan = calling.Plan(
        title=mark,
        text=mark,
        day=DAY,
        place=mark,
        answer_until=DAY,
        stops=[Stop(dt.time(9), dt.time(10), mark, mark)],
        turns=[Turn(dt.time(9), dt.time(10), 9)],
        invited=[f"leaders:{superior.code}", f"secretaries:{superior.code}"],
    )
    held = Playbook.objects.get(organization=of, is_received=False)
    calling.draft_visit(held, superior, replace(plan, title=marks["visit_draft"]), **DONE)
    made = calling.draft_visit(held, superior, plan, **DONE)
    visited = {"visit": made, "organization": of}
    VisitAnswer.objects.create(**visited, person=by, reason=kept, answered_at=AT)
    asked = VisitQuestion.objects.create(**visited, by=world.member("提问的", of), text=mark, asked_at=AT)
    home = TakenHome.objects.create(**visited, by=by, text=mark, said_at=AT)
    FollowUp.objects.create(taken_home=home, after=30, by=by, text=kept, said_at=AT)
    file = calling.add_file(made, f"{mark}.txt", mark.encode(), **DONE)
    Visit.objects.filter(pk=made.pk).update(stage=VisitStage.ANNOUNCED.value)
    keeping.file_record(made, keeping.Exchange(told=mark, discussed=mark, agreed=mark), **DONE)
    return {
        "visit": made.pk,
        "visit_file": file.pk,
        "visit_question": asked.pk,
        "taken_home": home.pk,
        "after": 30,
    }


def exhibitions(of: Organization, marks: dict[str, str]) -> dict[str, object]:
    """An exhibition with an exhibit that is shown and one that waits for an answer; a draft; one for everybody."""
    mark, kept, public = marks["exhibition"], marks["exhibition_kept"], marks["exhibition_public"]

    def begun(text: str, readership: Readership) -> Exhibition:
        return showing.begin_exhibition(of, showing.Framed(title=text, foreword=text, readership=readership), **DONE)

    def shown(in_it: Exhibition, text: str, *, has_people: bool = False) -> Exhibit:
        said = showing.Said(
            kind=ExhibitKind.PICTURE,
            title=text,
            source=text,
            section=text,
            text=text,
            alt=text,
            picture=drawing(f"#{sha256(text.encode()).hexdigest()[:6]}"),
            has_people=has_people,
        )
        return showing.add_exhibit(in_it, said, **DONE)

    here, everywhere = begun(mark, Readership.BRANCH), begun(public, Readership.PUBLIC)
    begun(kept, Readership.PUBLIC)
    exhibit, open_to_all = shown(here, mark), shown(everywhere, public)
    waits = shown(here, kept, has_people=True)
    shown(everywhere, kept, has_people=True)
    note_other(waits, kept, how=kept, **DONE)
    asked = ask_person(waits, world.member("被拍的", of), **DONE)
    for one in (here, everywhere):
        showing.open_exhibition(one, **DONE)
    return {
        "exhibition": here.pk,
        "exhibition_public": everywhere.pk,
        "exhibit": exhibit.pk,
        "exhibit_public": open_to_all.pk,
        "consent": asked.pk,
    }


def campaign(of: Organization, marks: dict[str, str], *, by: Person, writer: Person) -> dict[str, object]:
    """A campaign of the organization with a part and a file, a draft of one, and two study notes, one shared."""
    told = Said(title=marks["campaign"], text=marks["campaign"], since=DAY)
    attached = [(f"{marks['campaign']}.txt", marks["campaign"].encode())]
    made = campaigns.draft(office=of, by=by, said=told, attached=attached, **DONE)
    part = parts.add_part(made, of, by=by, asked=Asked(marks["campaign"], DAY, DAY), **DONE)
    opened = campaigns.open_campaign(made, **DONE)
    campaigns.draft(office=of, by=by, said=replace(told, title=marks["campaign_draft"]), **DONE)
    colleague = world.member("写心得的", of)
    study_notes.write_note(opened, writer, text=marks["study_note"], at=AT)
    study_notes.share_note(study_notes.write_note(opened, colleague, text=marks["shared_note"], at=AT), on=DAY)
    return {"campaign": opened.pk, "part": part.pk, "material": opened.materials.get().pk}


def unit(of: Organization, marks: dict[str, str], *, by: Person) -> dict[str, object]:
    """A unit of the organization with a paper, published, and what its next version will say."""
    words = units.UnitWords(title=marks["unit"], text=marks["unit"], reach=UnitReach.PRESCRIBED, topic="")
    version = units.begin_unit(organization=of, words=words, writer=by, **DONE)
    with pymupdf.open() as paper:
        paper.new_page().insert_text((72, 72), marks["unit"])
        brought = Brought(name="a.pdf", content=paper.tobytes(), said=marks["unit"])
    file = unit_files.attach(version, brought=brought, **DONE)
    published = units.publish_unit(version, revision=2, **DONE)
    draft = units.begin_unit_version(published, writer=by, **DONE)
    later = replace(words, text=marks["unit_draft"])
    units.save_unit(draft, words=later, based_on=1, writer=by, **DONE)
    lesson = convening.draft(
        organization=of, kind=MeetingKind.LESSON, title=marks["draft"], made_by=None, agenda=[], **DONE
    )
    made_up = MakeUp.objects.create(meeting=lesson, person=by, minutes=60, studied_on=DAY, declared_at=AT)
    colleague = world.member("自学的", of)
    note_study(colleague, title=marks["study_note"], day=DAY, nonce="n", at=AT)
    recommend(published, colleague, sentence=marks["shared_note"], at=AT)
    own = SelfStudy.objects.get(person=colleague)
    taken = TakenPack.objects.create(organization=of, meeting=lesson, title=marks["unit_draft"], by=by, taken_at=AT)
    return {"unit": published.pk, "unit_file": file.pk, "make_up": made_up.pk, "self_study": own.pk, "pack": taken.pk}


def windows(of: Organization, marks: dict[str, str], *, seated: Person) -> dict[str, object]:
    """A post at a site and in a section of its own, a rotation, and a change of shifts that waits for a decision."""
    post = open_window_post(
        code=marks["site"][:20],
        name=marks["site"],
        site=marks["site"],
        section=marks["site"],
        organization=of,
        serving=marks["window_post"],
        since=world.LONG_AGO,
        **DONE,
    )
    seat(seated, post=post, on=world.LONG_AGO, **DONE)
    colleague = world.member("换班的", of)
    seat(colleague, post=post, on=world.LONG_AGO, **DONE)
    day, rest = (Shift.objects.get_or_create(code=code, name=code)[0] for code in ("班", "休"))
    tomorrow = DAY + dt.timedelta(days=1)
    for person, shift in ((seated, day), (colleague, rest)):
        RosterDay.objects.create(person=person, day=tomorrow, shift=shift)
    swap = SwapRequest.objects.create(
        asker=seated,
        other=colleague,
        unit=of,
        first_day=tomorrow,
        state=SwapState.AGREED.value,
        note=marks["swap"],
        asked_at=AT,
    )
    SwapDay.objects.create(swap=swap, day=tomorrow, asker_has=day, other_has=rest)
    LastChange.objects.create(unit=of, month=DAY.replace(day=1), way=RosterWay.PAGE.value, cells={}, made_at=AT)
    return {
        "window_post": post.pk,
        "site": post.site_id,
        "window_section": post.section_id,
        "rotation": Rotation.objects.create(unit=of, name=marks["rotation"][:40], cycle="-").pk,
        "swap": swap.pk,
        "month": f"{DAY:%Y-%m}",
        "audience": "everybody",
        "post_code": post.code,
        **guides(post.section, marks, writer=seated, reviewer=colleague),
        **articles(of, marks, writer=seated, reviewer=colleague),
        **heard(post, marks),
    }


def heard(of: WindowPost, marks: dict[str, str]) -> dict[str, object]:
    """What the public said of a post, and what an outside body found at the windows of the unit."""
    said = say(marks["feedback"], kind=FeedbackKind.OTHER, site=of.site, post=of, at=AT)
    text = marks["evaluation"]
    found = Found(kind=EvaluationKind.OTHER, title=text, body=text, held_on=DAY, findings=text)
    assert of.organization is not None
    attached = [(f"{text}.txt", text.encode())]
    evaluation = evaluating.record_evaluation(of.organization, found, attached=attached, **DONE)
    return {
        "feedback": said.pk,
        "evaluation": evaluation.pk,
        "sheet": evaluation.papers.get().pk,
        "follow_up": evaluating.follow_up(evaluation, text, due=DAY, **DONE).pk,
    }


def guides(of: Section, marks: dict[str, str], *, writer: Person, reviewer: Person) -> dict[str, object]:
    """A guide for the public and one that is being written, a unit that is guided, and a question that waits."""

    def begun(text: str) -> GuideVersion:
        words = guide_writing.Words(title=text, text=text, keywords=text)
        given = {"section": of, "audience": GuideAudience.PUBLIC, "writer": writer}
        return guide_writing.begin_guide(words=words, **given, **DONE)

    public, draft = begun(marks["guide"]), begun(marks["guide_draft"])
    guide_writing.hand_over(public, **DONE)
    given = {"reviewer": reviewer, "revision": 1, "since": DAY, "read_again_by": DAY + dt.timedelta(days=9)}
    published = publish_guide(public, **given, **DONE)
    asked = ask(marks["question"], source=QuestionSource.PUBLIC, section=of, at=AT).question
    return {
        "guide": published.guide_id,
        "guide_number": published.guide.number,
        "guide_version": draft.pk,
        "question": asked.pk,
        "guided": guide_unit(name=marks["guide"], section=of, contact="", since=DAY, **DONE).pk,
    }


def articles(of: Organization, marks: dict[str, str], *, writer: Person, reviewer: Person) -> dict[str, object]:
    """An article that everybody reads, and one that waits for review."""

    def handed_in(text: str) -> Article:
        said = telling.Said(title=text, digest=text, text=text)
        begun = telling.begin_article(of, said, writer=writer, **DONE)
        telling.hand_in(begun, **DONE)
        return begun

    public, draft = handed_in(marks["told"]), handed_in(marks["told_draft"])
    telling.publish(public, reviewer=reviewer, revision=1, **DONE)
    return {"told": public.pk, "told_draft": draft.pk}


def forum(
    of: Organization, marks: dict[str, str], running: dict[str, object], *, writer: Person, keeper: Person
) -> dict[str, object]:
    """Threads of the branch and of the section, a post that was hidden and appealed, and a view before a meeting."""
    root = Organization.objects.get(depth=1)
    section = Section.objects.get(name=marks["site"])
    branch, business = Place(RoomKind.BRANCH, of), Place(RoomKind.SECTION, root, section)

    def begun(place: Place, text: str) -> Thread:
        return begin_thread(place, ForumWords(title=text, text=text), writer=writer, **DONE)

    thread = begun(branch, marks["forum"])
    begun(business, marks["forum_business"])
    hidden = begun(branch, marks["forum_kept"]).first
    assert hidden is not None
    hide_post(hidden, because=marks["forum_kept"], by=keeper, **DONE)
    opinion = Opinion.objects.create(
        agenda_item_id=running["item"], person=writer, text=marks["opinion"], given_at=AT
    )
    picture = Picture.objects.create(post=thread.first, sha256="0" * 64, width=1, height=1)
    return {
        "forum_room": branch.key,
        "forum_thread": thread.pk,
        "forum_post": thread.first_id,
        "forum_appeal": appeal(hidden, text=marks["forum_kept"], **DONE).pk,
        "forum_picture": picture.pk,
        "opinion": opinion.pk,
    }


NOWHERE = {
    "forum_room": "branch-01900000-0000-7000-8000-000000000000",
    "month": "2026-11",
    "post_code": "C99",
    "audience": "nothing",
    "guide_number": 999999,
    "after": 30,
    "waiting": "nothing",
    # Public words: it is the organization that is nowhere.
    "rule": "theme_day",
    "first": "2026-09-01",
    "off": "learning_hours.officers",
    "version": "2024-01-01",
    "row": 999999,
    "digest": "0" * 64,
    "secret": "nosecret",
    "scanned": "A" * 24,
    "rest": "nothing",
    "bearer": "secretary",
    "requirement": "learning_hours",
    "letter": "request",
    "contest": "members",
    "body": "meeting",
    "paper_name": "volume",
    "paper_form": "pdf",
    "figure": "nothing",
    "code": "ZQ-0",
    "q": "ZQnowherename",
}


@dataclass(frozen=True, slots=True)
class World:
    sides: dict[str, Side]
    accounts: dict[str, Account | None]
    tokens: dict[str, str]
    #: All rows by model and key, and the keys of those that were made when *there* was planted.
    rows: dict[type[models.Model], dict[object, tuple[object, ...]]]
    theirs: dict[type[models.Model], set[object]]

    def thing(self, side: str, name: str) -> object:
        place, _, stage = side.partition("-")
        if place == "nowhere":
            return NOWHERE.get(name) or _NOBODY
        of = self.sides[place]
        staged: dict[str, object] = {"filed": of.filed, "draft": of.draft}.get(stage, {})
        return staged.get(name) or of.things.get(name) or NOWHERE[name]


_NOBODY = UUID("01900000-0000-7000-8000-000000000000")


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[World]:
    monkeypatch.setattr(clock, "now", lambda: AT)
    set_account(settings)  # the pages of the official account are there
    logging.disable(logging.CRITICAL)  # thousands of refusals are what is asked for
    yield _house()
    logging.disable(logging.NOTSET)
    platform_of.cache_clear()


def _house() -> World:
    made = world.bureau()
    here, there = made.inspection, made.quay
    world.appoint(made.qiu, there, PostKind.ORGANIZATION_OFFICER)
    people: dict[str, Person] = {"staff": made.wen, "member": made.chen, "secretary": made.lin}
    people["leader"] = world.member("组长", here, group=made.first_group)
    world.appoint(people["leader"], made.first_group, PostKind.GROUP_LEADER)
    people["committee"] = world.member("委员", made.archive_branch)
    world.appoint(people["committee"], made.office, PostKind.ORGANIZATION_OFFICER)
    people["other"] = world.member("别的委员", made.platform)
    world.appoint(people["other"], made.harbor, PostKind.ORGANIZATION_OFFICER)
    people["window"] = world.person("窗口")
    world.employ(people["window"], here)
    people["closed"] = world.member("停用", here)
    accounts: dict[str, Account | None] = {asker: world.account(somebody) for asker, somebody in people.items()}
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        accounts[role.value] = made_for = world.account(login=role.value)
        world.grant(made_for, role)
    world.grant(accounts["window"], Role.WINDOW_MANAGER, of=here)
    tokens = issue_tokens(list(accounts.values()), label="x", lasts=dt.timedelta(days=30), **DONE)
    named = dict(zip(accounts, tokens, strict=True))
    Account.objects.filter(pk=accounts["closed"].pk).update(is_active=False)
    sides = {"here": plant("here", here, made.lin, "10055501231")}
    before = _all_rows()
    sides["there"] = plant("there", there, made.qiu, "10055501232")
    rows = _all_rows()
    theirs = {model: set(rows[model]) - set(before[model]) for model in rows}
    theirs[Organization].add(there.pk)
    return World(sides, {"anonymous": None} | accounts, named, rows, theirs)


def _all_rows() -> dict[type[models.Model], dict[object, tuple[object, ...]]]:
    ours = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("zhibu.")]
    return {
        model: {
            row[0]: row for row in model.objects.values_list("pk", *[f.attname for f in model._meta.concrete_fields])
        }
        for model in ours
    }


# --- Trying ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Try:
    """One request: which route, by which method, filled from which sides (the first parameter, the others)."""

    route: Route
    method: str
    first: str
    rest: str

    def __str__(self) -> str:
        return f"{self.method} {self.route.template} ({self.route.name}) {self.first}/{self.rest}"


#: Who tries every method everywhere. A page that takes no DELETE refuses it whoever asks, and HEAD is GET without its
#: body, so that the others try these only where programs ask.
BY_EVERY_METHOD = {"anonymous", "member"}


def plan(asker: str) -> list[Try]:
    """What ``asker`` tries. Methods that hardly any address takes ask for the hidden thing and a missing one."""
    tries = []
    for route in routes():
        for method in METHODS if route.is_api or asker in BY_EVERY_METHOD else ("GET", "POST"):
            sides = ["there"]
            if method == "GET" or (method == "POST" and route.parameters):
                sides += ["nowhere", "here"]
            elif route.parameters:
                sides += ["nowhere"]
            if method == "GET" and {"meeting_id", "session_id"} & set(route.parameters):
                sides += ["here-filed", "there-filed", "here-draft", "there-draft"]
            tries += [Try(route, method, side, side) for side in sides]
            if len(route.parameters) > 1:
                tries += [Try(route, method, side, "nowhere") for side in sides if side != "nowhere"]
                if method in {"GET", "POST"}:
                    tries.append(Try(route, method, "here", "there"))
    return tries


def address(house: World, one: Try) -> str:
    path = one.route.template
    for position, parameter in enumerate(one.route.parameters):
        side = one.rest if position else one.first
        value = house.thing(side, meaning(one.route, parameter)[0])
        path = re.sub(rf"<(?:\w+:)?{parameter}>", str(value), path)
    if not one.route.parameters:
        asked = {name: str(house.thing(one.first, name)) for name in ("q", "organization", "person")}
        asked |= {
            "text": asked["q"],
            "to": asked["organization"],
            "organization": str(house.thing(one.first, "code")),
        }
        path += "?" + urlencode(asked | {"kind": "general_meeting"})
    return path


def body(house: World, one: Try) -> dict[str, str]:
    """What many forms ask for. Things named in it are of the side that is tried."""
    person, organization = house.thing(one.rest, "person"), house.thing(one.rest, "code")
    return {
        "organization": str(organization),
        "person": str(person),
        "account": str(house.thing(one.rest, "account")),
        "q": str(house.thing(one.rest, "q")),
        "mark": f"{person}:absent:shift",
        "kind": "general_meeting",
        "title": "x",
        "reason": "x",
        "text": "x",
        "to": str(house.thing(one.rest, "organization")),
        "settles": "yes",
        "enabled": "yes",
        "nonce": "x",
        "code": "000000",
        "next": "/",
    }


def text_of(answer: HttpResponse) -> str:
    """All that an answer says: headers, body, the inside of a workbook or a paper; a calendar's folds undone."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if content[:5] == b"%PDF-":
        with pymupdf.open(stream=content) as printed:
            content = "".join(letters(page.get_text()) for page in printed).encode()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    said = " ".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length")
    cookies = " ".join(morsel.value for morsel in answer.cookies.values())
    return f"{said} {cookies}\n" + content.decode("utf-8", "replace").replace("\r\n ", "")


def leaks(text: str, asker: str, route: str, sides: dict[str, Side]) -> list[str]:
    """Planted words in a text that this asker may not meet at this address."""
    if asker in BY_ROUTE.get(route, ()):
        return []
    return [
        f"{side.word} {kind}"
        for side in sides.values()
        for kind, marker in side.markers.items()
        if marker in text
        and asker not in MAY_SEE[side.word][kind]
        and not (kind == "organization" and route in SAYS_WHOSE)
    ]


_VARYING = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"  # ids
    r"|(?<=csrfmiddlewaretoken\" value=\")\w+|(?<=X-CSRFToken\": \")\w+|\b[A-Za-z0-9]{64}\b|\b[A-Za-z0-9]{32}\b"
    r"|(?<=name=\"nonce\" value=\")[\w-]+|nonce-[\w+/=-]+|nonce=\"[^\"]*\"|\d\d:\d\d(:\d\d)?|Expires: [^G]*GMT"
    r"|:\w{6}:[\w-]{43}"  # when a cookie was signed
)


def normal(text: str, house: World) -> str:
    """Without what differs between two requests for the same thing, and without what was asked for itself."""
    for side in ("here", "there", "nowhere"):
        for name in ("q", "code", "secret", "digest"):
            text = text.replace(str(house.thing(side, name)), "…")
    return _VARYING.sub("…", text)


@dataclass(slots=True)
class Writes:
    """Whether a statement changed a table of ours."""

    seen: bool = False

    def __call__(self, execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"} and "django_session" not in sql[:60]:
            self.seen = True
        return execute(sql, params, many, context)


def touched(house: World) -> list[str]:
    """Rows of *there*, and rows that point to them, which changed, went or came."""
    before, now = house.rows, _all_rows()
    return [
        f"{model.__name__} {key}"
        for model, rows in now.items()
        for key in rows.keys() | before[model].keys()
        if rows.get(key) != before[model].get(key)
        and (_is_theirs(model, key, rows.get(key), house) or _is_theirs(model, key, before[model].get(key), house))
    ]


def _is_theirs(model: type[models.Model], key: object, row: tuple[object, ...] | None, house: World) -> bool:
    if key in house.theirs[model]:
        return True
    return row is not None and any(
        value in house.theirs.get(column.remote_field.model, ())
        for column, value in zip(model._meta.concrete_fields, row[1:], strict=True)
        if column.remote_field
    )


def like(asker: str, one: Try) -> Try | None:
    """The try for something missing that this one has to be answered like; ``None`` where the asker sees it all."""

    def sees(side: str, parameter: str) -> bool:
        place, _, stage = side.partition("-")
        kind = meaning(one.route, parameter)[1]
        if side == "nowhere":
            return True  # there is nothing to hide
        if kind in EVERYWHERE:
            return asker in EVERYWHERE[kind]
        return asker in MAY_SEE[place]["draft" if stage == "draft" and kind == "meeting" else kind]

    missing = Try(one.route, one.method, "nowhere", "nowhere")
    if not one.route.parameters:  # what is asked for stands behind the question mark
        asks = one.method == "GET" and one.first == "there"
        return missing if asks and asker not in MAY_SEE["there"]["organization"] else None
    first, *rest = one.route.parameters
    if not sees(one.first, first):
        return missing
    if not all(sees(one.rest, parameter) for parameter in rest) or one.first != one.rest != "nowhere":
        return Try(one.route, one.method, one.first, "nowhere")
    return None


#: Whose deeds may change *there*: who oversees it, who keeps its accounts, who brought a workbook in, and who
#: confirms a rule for the whole unit: what everybody owes by it is counted anew.
MAY_CHANGE_THERE = {"other", "security"}
#: Anybody asks and says something: managers are told. Anybody says that a guide helped: a sum grows.
MAY_CHANGE_BY_ROUTE = {
    "undo_import": {"system"},
    "confirm_rule": {"system"},
    "take_back_rule": {"system"},
    "public_ask": set(ASKERS),
    "question_ask": set(ASKERS),
    "public_guide_helped": set(ASKERS),
    "public_feedback_post": set(ASKERS),
    "public_feedback_site": set(ASKERS),
}


def tried(house: World, asker: str) -> Iterator[tuple[Try, HttpResponse, str, list[str]]]:
    """Every try of an asker with its answer, what it says, and which rows of *there* it touched."""
    client = Client(raise_request_exception=False)
    account = house.accounts[asker]
    if account is not None:
        client.force_login(account)
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    assert account is None or kept
    for one in plan(asker):
        client.cookies.clear()
        for name, value in kept.items():
            client.cookies[name] = value
        cache.clear()
        sent: dict[str, Any] = {}
        if one.route.is_api:
            client.cookies.clear()
            if asker in house.tokens:
                sent["headers"] = {"Authorization": f"Bearer {house.tokens[asker]}"}
            sent |= {"data": json.dumps(body(house, one)), "content_type": "application/json"}
        elif one.method == "POST":
            sent["data"] = body(house, one)
        if one.method in {"GET", "HEAD"}:
            sent.pop("data", None)
            sent.pop("content_type", None)
        writes = Writes()
        with transaction.atomic():
            with connection.execute_wrapper(writes):
                answer = getattr(client, one.method.lower())(address(house, one), **sent)
                text = text_of(answer)
            may_change = MAY_CHANGE_THERE | MAY_CHANGE_BY_ROUTE.get(one.route.name, set())
            changed = touched(house) if writes.seen and asker not in may_change else []
            transaction.set_rollback(True)
        yield one, answer, text, changed


#: The others join on SQLite: what access asks of PostgreSQL is proven tree by tree elsewhere.
ON_BOTH = {"anonymous", "member"}
QUICK = {"anonymous"}


@pytest.mark.parametrize(
    "asker",
    [
        pytest.param(
            asker,
            marks=[
                mark
                for mark, without in ((pytest.mark.sqlite_only, ON_BOTH), (pytest.mark.slow, QUICK))
                if asker not in without
            ],
        )
        for asker in ASKERS
    ],
)
def test_nothing_reaches_whoever_may_not_see_it(house: World, asker: str) -> None:
    faults, answers = [], {}
    for one, answer, text, changed in tried(house, asker):
        answers[one] = (answer.status_code, normal(text, house))
        status = answer.status_code
        faults += [f"{one} tells of {what}" for what in leaks(text, asker, one.route.name, house.sides)]
        faults += [f"{one} changes {what}" for what in changed]
        if status >= 500:
            faults.append(f"{one} answers {status}")
        if asker in {"anonymous", "closed"} and one.route.name not in PUBLIC:
            to_the_door = status == 302 and "/accounts/login/" in answer["Location"]
            asks_methods = one.method == "OPTIONS" and one.route.is_api and status == 204  # names methods, no more
            if not to_the_door and not asks_methods and status not in {401, 404, 405}:
                faults.append(f"{one} answers {status} to somebody who is not logged in")
    for one, (status, said) in answers.items():
        missing = like(asker, one)
        if missing is None:
            continue
        if (status, said) != answers[missing]:
            faults.append(
                f"{one} answers {status}, {missing.first}/{missing.rest} {answers[missing][0]}: "
                f"{_apart(said, answers[missing][1])}"
            )
    assert faults == [], f"{len(faults)} faults\n" + "\n".join(faults[:40])


def _apart(one: str, other: str) -> str:
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, start - 60) : start + 60]!r} / {other[max(0, start - 60) : start + 60]!r}"


# --- That it would notice -------------------------------------------------------------------------------------------


def test_there_are_many_tries_and_every_parameter_is_known() -> None:
    assert min(len(plan(asker)) for asker in ASKERS) >= 2000
    for route in routes():
        for parameter in route.parameters:
            meaning(route, parameter)


def test_the_pages_of_the_official_account_are_among_them_and_answer(house: World) -> None:
    names = {"bound_phone", "end_bound_phone", "bind_here", "bound_here", "account_menus", "account_menu_edit"}
    assert names <= {route.name for route in routes()}
    client = Client()
    client.force_login(house.accounts["member"])  # type: ignore[arg-type]
    there = client.post("/account/wechat/here/")
    assert (there.status_code, there["Location"][:40]) == (
        302,
        "https://open.weixin.qq.com/connect/oauth2/authorize"[:40],
    )
    back = client.get("/account/wechat/back/?code=x&state=y")
    assert (back.status_code, back["Location"]) == (302, "/account/wechat/")


def test_a_parameter_nobody_knows_is_refused_with_what_to_add() -> None:
    with pytest.raises(AssertionError, match="REGISTRY"):
        meaning(Route("new", "/new/<uuid:thing>/", ("thing",)), "thing")


def test_a_leak_is_noticed_in_a_page_a_header_a_workbook_a_paper_and_a_folded_calendar(house: World) -> None:
    marker = house.sides["there"].markers["leave"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", marker)
    with pymupdf.open() as printed:
        printed.new_page().insert_text((50, 50), marker)
        paper = printed.tobytes()
    for answer in (
        HttpResponse(paper),
        HttpResponse(f"<p>{marker}</p>"),
        HttpResponse(headers={"Location": f"/{marker}/"}),
        HttpResponse(packed.getvalue()),
        HttpResponse(f"SUMMARY:{marker[:5]}\r\n {marker[5:]}"),
    ):
        assert leaks(text_of(answer), "member", "home", house.sides) == ["there leave"]
    assert leaks(text_of(HttpResponse("nothing")), "member", "home", house.sides) == []


def test_a_changed_row_is_noticed(house: World) -> None:
    assert touched(house) == []
    with transaction.atomic():
        Meeting.objects.filter(pk=house.thing("there", "meeting")).update(title="x")
        assert len(touched(house)) == 1
        transaction.set_rollback(True)
