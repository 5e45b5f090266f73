"""A visit is prepared, announced, moved, cancelled and set again; whoever is invited is told each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.models import Playbook
from zhibu.apps.visits.errors import VisitRefusal
from zhibu.apps.visits.models import Invitation, Visit, VisitFile, VisitStop, VisitTurn
from zhibu.apps.visits.queries import FOLDER, Offered, guests_of, offered_to_invite, taken_in
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import Occasion, VisitStage
from zhibu.domain.visits import (
    LONGEST_PLACE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_SEATS,
    MOST_STOPS,
    MOST_TURNS,
    Fault,
    Stop,
    Turn,
    Wrong,
    faults,
)

LONGEST_WHY = 300

#: Files of one visit.
MOST_FILES = 30

#: Days ahead of which nobody plans a visit.
FURTHEST = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A visit as it is written down. ``invited``: roles, as ``queries.offered_to_invite`` names them."""

    title: str
    text: str
    day: dt.date
    place: str
    answer_until: dt.date
    stops: Sequence[Stop]
    turns: Sequence[Turn]
    invited: Collection[str]


def locked(key: UUID, *stages: VisitStage) -> Visit:
    """The row, held until the end of the transaction; refused where the visit is at another stage."""
    visit = Visit.objects.select_for_update(of=("self",)).select_related("host", "caller").get(pk=key)
    if visit.at_stage not in stages:
        raise VisitRefusal(
            _("This is not possible any more: the visit is “%(stage)s”. Load the page again.")
            % {"stage": visit.at_stage.zh}
        )
    return visit


# --- Prepared ------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_visit(playbook: Playbook, caller: Organization, plan: Plan, *, actor: Actor, at: dt.datetime) -> Visit:
    """Nobody is told yet. The branch is a demonstration on that day, held up by the caller unless it calls itself."""
    host = playbook.organization
    visit = Visit(playbook=playbook, host=host, caller=caller, changed_at=at)
    _refuse(plan, visit, localtime(at).date())
    _write(visit, plan, at)
    record("visit_drafted", visit.pk, actor=actor, at=at, document=_facts(visit, plan))
    return visit


@transaction.atomic
def rewrite_visit(visit: Visit, plan: Plan, *, actor: Actor, at: dt.datetime) -> Visit:
    """Once announced, the day and who is invited stay, and so does a turn in which somebody comes."""
    visit = locked(visit.pk, VisitStage.DRAFT, VisitStage.ANNOUNCED)
    is_told = visit.at_stage is VisitStage.ANNOUNCED
    if is_told and localtime(at).date() > visit.day:
        raise VisitRefusal(_("The day is over: write down what was told and agreed."))
    if is_told and plan.day != visit.day:
        raise VisitRefusal(_("It is announced: move it to another day, so that everybody is told."))
    _refuse(plan, visit, localtime(at).date())
    if is_told:
        _refuse_unfit(plan)
        _refuse_taken(visit, plan)
    before = _hours_of(visit)
    _write(visit, plan, at)
    record("visit_rewritten", visit.pk, actor=actor, at=at, document=_facts(visit, plan))
    if is_told and before != _hours_of(visit):
        with override(settings.LANGUAGE_CODE):
            title = _("Program changed: %(title)s") % {"title": visit.title}
        _tell(visit, title, "", key="program", at=at)
    return visit


def _hours_of(visit: Visit) -> list[tuple[object, ...]]:
    """What somebody who comes would have to know."""
    stops = visit.stops.values_list("starts", "ends", "place", "title")
    return [(visit.place, visit.title), *stops, *visit.turns.values_list("starts", "ends")]


def _refuse(plan: Plan, visit: Visit, today: dt.date) -> None:
    if not kept_line(plan.title) or not kept_line(plan.place):
        raise VisitRefusal(_("A visit has a title, and a place where people meet. Write both."))
    for said, most in ((plan.title, LONGEST_TITLE), (plan.place, LONGEST_PLACE), (plan.text, LONGEST_TEXT)):
        if len(said) > most:
            raise VisitRefusal(
                _("“%(text)s …” has %(length)s characters, %(most)s are possible.")
                % {"text": said[:20], "length": len(said), "most": most}
            )
    _refuse_day(visit, plan.day, plan.answer_until, today)
    for fault in faults(plan.stops, plan.turns):
        raise VisitRefusal(_said(fault))
    for stop in plan.stops:
        if not 0 < len(kept_line(stop.title)) <= LONGEST_TITLE or not 0 < len(kept_line(stop.place)) <= LONGEST_PLACE:
            raise VisitRefusal(_("A station says where it is and what is shown there, in 120 characters each."))
    offered = {one.value for one in offered_to_invite(visit.host)}
    if not set(plan.invited) <= offered:
        raise VisitRefusal(_("Somebody of those invited is not offered any more. Load the page again."))


def _refuse_day(visit: Visit, day: dt.date, answer_until: dt.date, today: dt.date) -> None:
    if not today <= day <= today + dt.timedelta(days=FURTHEST):
        raise VisitRefusal(_("The day of a visit is today or within the year to come."))
    if not today <= answer_until <= day:
        raise VisitRefusal(_("Answers are taken until a day from today on, and not after the day of the visit."))
    if not _is_held_up(visit, day):
        raise VisitRefusal(
            _("%(host)s is not held up as a demonstration by %(caller)s on %(day)s. Choose a day within the term.")
            % {"host": visit.host.name, "caller": visit.caller.name, "day": day.isoformat()}
        )


def _is_held_up(visit: Visit, day: dt.date) -> bool:
    marks = visit.playbook.showcases.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day))
    marks = marks.filter(since__lte=day, until__gte=day)
    return marks.exists() if visit.caller_id == visit.host_id else marks.filter(office=visit.caller_id).exists()


def _said(fault: Fault) -> str:
    line = {"line": fault.line}
    match fault.wrong:
        case Wrong.STOP_ENDS_EARLY:
            return _("Station %(line)s ends before it begins. Mend its hours.") % line
        case Wrong.TURN_ENDS_EARLY:
            return _("Turn %(line)s ends before it begins. Mend its hours.") % line
        case Wrong.NO_SEATS:
            return _("Turn %(line)s has 1 to %(most)s seats.") % {**line, "most": MOST_SEATS}
        case Wrong.TURN_TWICE:
            return _("Turn %(line)s has the hours of another. Put them together.") % line
        case Wrong.TOO_MANY_STOPS:
            return _("A day has at most %(most)s stations.") % {"most": MOST_STOPS}
        case _:
            return _("A day has at most %(most)s turns.") % {"most": MOST_TURNS}


def _refuse_unfit(plan: Plan) -> None:
    if not plan.invited:
        raise VisitRefusal(_("Choose at least one role that is invited."))
    if not plan.stops:
        raise VisitRefusal(_("Write at least one station: what is shown, where and when."))
    if not plan.turns:
        raise VisitRefusal(_("Write at least one turn: its hours and its seats."))


def _refuse_taken(visit: Visit, plan: Plan) -> None:
    """Turns in which somebody comes keep their hours and enough seats."""
    said = {one.key: one for one in plan.turns if one.key}
    highest = dict.fromkeys(taken_in(visit), 0)
    for turn, seat in visit.answers.filter(turn__isnull=False).values_list("turn", "seat"):
        highest[turn] = max(highest[turn], seat or 0)
    for row in visit.turns.filter(pk__in=highest):
        kept_turn = said.get(str(row.pk))
        if kept_turn is None or (kept_turn.starts, kept_turn.ends) != (row.starts, row.ends):
            raise VisitRefusal(
                _("Somebody comes in the turn %(turn)s. Leave its hours, or move the visit.") % {"turn": row}
            )
        if kept_turn.seats < highest[row.pk]:
            raise VisitRefusal(
                _("In the turn %(turn)s more seats are taken. Leave it %(seats)s at least.")
                % {"turn": row, "seats": highest[row.pk]}
            )
    if {one.value for one in invited_to(visit)} != set(plan.invited):
        raise VisitRefusal(_("It is announced: who is invited stays. Cancel it and call another for others."))


def invited_to(visit: Visit) -> list[Offered]:
    return [Offered(one.word, one.organization) for one in visit.invitations.select_related("organization")]


def _write(visit: Visit, plan: Plan, at: dt.datetime) -> None:
    visit.title, visit.place = kept_line(plan.title), kept_line(plan.place)
    visit.text, visit.day, visit.answer_until = kept(plan.text), plan.day, plan.answer_until
    visit.changed_at, visit.version = at, visit.version + 1
    visit.save()
    visit.stops.all().delete()
    VisitStop.objects.bulk_create(
        VisitStop(
            visit=visit,
            starts=one.starts,
            ends=one.ends,
            place=kept_line(one.place),
            title=kept_line(one.title),
        )
        for one in plan.stops
    )
    rows = {str(row.pk): row for row in visit.turns.all()}
    said = {one.key for one in plan.turns}
    visit.turns.filter(pk__in=[row.pk for key, row in rows.items() if key not in said]).delete()
    for one in plan.turns:
        row = rows.get(one.key) or VisitTurn(visit=visit)
        row.starts, row.ends, row.seats = one.starts, one.ends, one.seats
        row.save()
    wanted = [one for one in offered_to_invite(visit.host) if one.value in plan.invited]
    visit.invitations.all().delete()
    Invitation.objects.bulk_create(
        Invitation(visit=visit, role=one.role.value, organization=one.organization) for one in wanted
    )


def _facts(visit: Visit, plan: Plan) -> dict[str, Canonical]:
    return {
        "host": str(visit.host_id),
        "caller": str(visit.caller_id),
        "title": visit.title,
        "text": visit.text,
        "day": visit.day.isoformat(),
        "place": visit.place,
        "answer_until": visit.answer_until.isoformat(),
        "stops": [
            {"starts": f"{one.starts:%H:%M}", "ends": f"{one.ends:%H:%M}", "place": one.place, "title": one.title}
            for one in plan.stops
        ],
        "turns": [
            {"starts": f"{one.starts:%H:%M}", "ends": f"{one.ends:%H:%M}", "seats": one.seats} for one in plan.turns
        ],
        "invited": sorted(plan.invited),
    }


@transaction.atomic
def drop_visit(visit: Visit, *, actor: Actor, at: dt.datetime) -> None:
    """What nobody was told of goes, with its files."""
    visit = locked(visit.pk, VisitStage.DRAFT)
    record("visit_dropped", visit.pk, actor=actor, at=at, document={"title": visit.title})
    digests = list(visit.files.values_list("sha256", flat=True))
    visit.delete()
    transaction.on_commit(lambda: _forget(digests))


# --- Told ----------------------------------------------------------------------------------------------------------


def about(visit: Visit) -> str:
    return f"visit:{visit.pk}"


def _tell(visit: Visit, title: str, text: str, *, key: str, at: dt.datetime, also: Collection[UUID] = ()) -> None:
    """Those who are invited and those who answered, once for each version of the visit."""
    told = {*guests_of(visit), *visit.answers.values_list("person", flat=True), *also}
    message = Message(Occasion.VISIT, about(visit), title, text or _when(visit), visit.day)
    tell(told, message, key=f"visit:{visit.pk}:{key}:{visit.version}", at=at)


def _when(visit: Visit) -> str:
    with override(settings.LANGUAGE_CODE):
        return _("%(host)s · %(day)s · %(place)s. Answer until %(until)s.") % {
            "host": visit.host.name,
            "day": visit.day.isoformat(),
            "place": visit.place,
            "until": visit.answer_until.isoformat(),
        }


@transaction.atomic
def announce_visit(visit: Visit, *, actor: Actor, at: dt.datetime) -> int:
    """Everybody who is invited is told. Returns how many."""
    visit = locked(visit.pk, VisitStage.DRAFT)
    plan = plan_of(visit)
    _refuse_unfit(plan)
    _refuse_day(visit, visit.day, visit.answer_until, localtime(at).date())
    guests = guests_of(visit)
    if not guests:
        raise VisitRefusal(_("Nobody holds a post on that day by which they would be invited. Choose other roles."))
    _at_stage(visit, VisitStage.ANNOUNCED, at)
    record("visit_announced", visit.pk, actor=actor, at=at, document=_facts(visit, plan))
    with override(settings.LANGUAGE_CODE):
        title = _("Invited to a visit: %(title)s") % {"title": visit.title}
    _tell(visit, title, "", key="announced", at=at)
    return len(guests)


def plan_of(visit: Visit) -> Plan:
    """As it is written down now."""
    return Plan(
        title=visit.title,
        text=visit.text,
        day=visit.day,
        place=visit.place,
        answer_until=visit.answer_until,
        stops=[Stop(one.starts, one.ends, one.place, one.title) for one in visit.stops.all()],
        turns=[Turn(one.starts, one.ends, one.seats, str(one.pk)) for one in visit.turns.all()],
        invited=[one.value for one in invited_to(visit)],
    )


def _at_stage(visit: Visit, stage: VisitStage, at: dt.datetime) -> None:
    visit.stage, visit.changed_at, visit.version = stage.value, at, visit.version + 1
    visit.save(update_fields=["stage", "changed_at", "version", "why_cancelled", "day", "answer_until"])


@transaction.atomic
def move_visit(visit: Visit, *, day: dt.date, answer_until: dt.date, actor: Actor, at: dt.datetime) -> None:
    """Turns and seats go along. Who holds no such post on the new day comes no more, and is told so too."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    today = localtime(at).date()
    if today > visit.day:
        raise VisitRefusal(_("The day is over: write down what was told and agreed."))
    if day == visit.day:
        raise VisitRefusal(_("That is the day it is on. Choose another."))
    _refuse_day(visit, day, answer_until, today)
    before, told = visit.day, set(visit.answers.values_list("person", flat=True)) | set(guests_of(visit))
    visit.day, visit.answer_until = day, answer_until
    visit.answers.exclude(person__in=guests_of(visit)).delete()
    _at_stage(visit, VisitStage.ANNOUNCED, at)
    document: dict[str, Canonical] = {
        "from": before.isoformat(),
        "day": day.isoformat(),
        "answer_until": answer_until.isoformat(),
    }
    record("visit_moved", visit.pk, actor=actor, at=at, document=document)
    with override(settings.LANGUAGE_CODE):
        title = _("Moved to %(day)s: %(title)s") % {"day": day.isoformat(), "title": visit.title}
    _tell(visit, title, "", key="moved", at=at, also=told)


@transaction.atomic
def cancel_visit(visit: Visit, *, why: str, actor: Actor, at: dt.datetime) -> None:
    """It does not take place, with a reason that everybody reads."""
    visit = locked(visit.pk, VisitStage.ANNOUNCED)
    said = kept_line(why)[:LONGEST_WHY]
    if not said:
        raise VisitRefusal(_("Say why it does not take place; everybody who is invited reads it."))
    visit.why_cancelled = said
    _at_stage(visit, VisitStage.CANCELLED, at)
    record("visit_cancelled", visit.pk, actor=actor, at=at, document={"why": said})
    with override(settings.LANGUAGE_CODE):
        title = _("Does not take place: %(title)s") % {"title": visit.title}
    _tell(visit, title, said, key="cancelled", at=at)


@transaction.atomic
def restore_visit(visit: Visit, *, actor: Actor, at: dt.datetime) -> None:
    """It takes place after all, as it was: until its day is over."""
    visit = locked(visit.pk, VisitStage.CANCELLED)
    if localtime(at).date() > visit.day:
        raise VisitRefusal(_("Its day is over. Call another visit."))
    visit.why_cancelled = ""
    _at_stage(visit, VisitStage.ANNOUNCED, at)
    record("visit_restored", visit.pk, actor=actor, at=at)
    with override(settings.LANGUAGE_CODE):
        title = _("Takes place after all: %(title)s") % {"title": visit.title}
    _tell(visit, title, "", key="restored", at=at)


# --- Files ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_file(visit: Visit, name: str, content: bytes, *, actor: Actor, at: dt.datetime) -> VisitFile:
    """Refused by size, and where the content is none of the kinds known or not what the name says."""
    visit = locked(visit.pk, VisitStage.DRAFT, VisitStage.ANNOUNCED)
    if visit.files.count() >= MOST_FILES:
        raise VisitRefusal(_("%(number)s files are attached already; more do not fit.") % {"number": MOST_FILES})
    looked = files.looked_at(name, content)
    files.keep(FOLDER, looked, content)
    made = VisitFile.objects.create(
        visit=visit, name=looked.name, media_type=looked.media_type, sha256=looked.sha256, size=looked.size
    )
    document: dict[str, Canonical] = {"file": str(made.pk), "name": looked.name, "sha256": looked.sha256}
    record("visit_file_added", visit.pk, actor=actor, at=at, document=document)
    return made


@transaction.atomic
def remove_file(file: VisitFile, *, actor: Actor, at: dt.datetime) -> None:
    """Before the record is filed; the bytes go where no other visit has them."""
    visit = locked(file.visit_id, VisitStage.DRAFT, VisitStage.ANNOUNCED)
    document: dict[str, Canonical] = {"file": str(file.pk), "name": file.name, "sha256": file.sha256}
    record("visit_file_removed", visit.pk, actor=actor, at=at, document=document)
    digest = file.sha256
    file.delete()
    transaction.on_commit(lambda: _forget([digest]))


def _forget(digests: Sequence[str]) -> None:
    for digest in digests:
        if not VisitFile.objects.filter(sha256=digest).exists():
            files.forget(FOLDER, digest)
