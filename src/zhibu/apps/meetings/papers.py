"""From one meeting to the facts that its papers are made of.

What is said after the meeting comes from its record as it was written (``records.record_of``, or the text that was
filed), what is said before it from its rows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.timezone import localtime, make_aware

from zhibu.apps.meetings.models import AgendaItem, Filing, Meeting, Session
from zhibu.apps.meetings.queries import RollLine, afternoon_of, roll_of, together_with
from zhibu.apps.meetings.records import record_of
from zhibu.documents.papers import AttendanceSheet, SignLine
from zhibu.domain.assembly import NextStep, Outcome, Presence, WhyVoid
from zhibu.domain.hours import spans_in
from zhibu.domain.minutes import (
    Absence,
    Correction,
    Gathering,
    Item,
    LateEntry,
    RegisterSheet,
    Roll,
    Task,
    Vote,
    points,
)
from zhibu.domain.notice import Notice
from zhibu.domain.phrases import day
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, MeetingStage, Standing, VotingWay

Record = Mapping[str, Any]

#: Empty lines at the end of a sheet to sign, for who comes without being on the roll.
SPARE = 6


# --- After the meeting ----------------------------------------------------------------------------------------------


def sheet_now(meeting: Meeting, filed: Filing | None, *, on: dt.date, reasons: bool) -> RegisterSheet:
    """The register sheet: of the filed text with its corrections, else of the record as it stands, as a draft.

    ``reasons``: whether the words why somebody was away are for the reader (``access.may_see_reasons``).
    """
    if filed is None:
        return sheet_of(record_of(meeting), recorded_on=on, reasons=reasons, draft=True)
    return sheet_of(
        json.loads(filed.document.text),
        recorded_on=localtime(filed.filed_at).date(),
        corrections=[Correction(localtime(one.made_at).date(), one.text) for one in filed.corrections.all()],
        reasons=reasons,
    )


def sheet_of(
    record: Record,
    *,
    recorded_on: dt.date,
    reasons: bool,
    corrections: Iterable[Correction] = (),
    draft: bool = False,
) -> RegisterSheet:
    """The register sheet of a record. ``recorded_on`` is said where the record was entered after the event.

    ``reasons``: as for ``sheet_now``; nobody asks for a sheet without saying who reads it.
    """
    if record.get("ledger"):
        return _sheet_in_ledger(record, recorded_on=recorded_on, corrections=corrections, reasons=reasons)
    speakers = [line["name"] for line in record["roll"]]
    items = tuple(_item(item, speakers) for item in record["agenda"])
    conveyed = [record.get("conveyed", ""), *(item["conveyed"] for item in record["agenda"])]
    return RegisterSheet(
        organization="、".join(one["name"] for one in (record["organization"], *record.get("joint_with", ()))),
        kind=MeetingKind(record["kind"]),
        title=record["title"],
        gatherings=tuple(_gathering(session) for session in record["sessions"]),
        chair=record["chair"] or "",
        recorder=record["recorder"] or "",
        lecturer=record.get("lecturer") or "",
        roll=_roll(record, reasons=reasons),
        items=items,
        conveyed="\n".join(filter(None, conveyed)),
        previously=tuple(_previously(record)),
        points=points(record.get("discussion", ""), speakers),
        tasks=tuple(Task(task["text"], task["holder"], _day(task["due"])) for task in record["tasks"]),
        closing=record["summary"],
        late_entry=LateEntry(recorded_on, record["late_reason"]) if record["late_reason"] else None,
        corrections=tuple(corrections),
        together=tuple(other["title"] for other in record["shared_with"]),
        draft=draft,
    )


def _sheet_in_ledger(
    record: Record, *, recorded_on: dt.date, corrections: Iterable[Correction], reasons: bool
) -> RegisterSheet:
    """A line of a ledger kept before: its numbers and words as they stand there, its subject for the agenda.

    Its words about those away mix names and reasons: who is not to read reasons reads how many they were.
    """
    told, away = record["ledger"], record["expected"] - record["present"]
    return RegisterSheet(
        organization=record["organization"]["name"],
        kind=MeetingKind(record["kind"]),
        title=record["title"],
        gatherings=gatherings_in_ledger(dt.date.fromisoformat(record["held_on"]), told["hours"], told["place"]),
        chair=record["chair"] or "",
        recorder=record["recorder"] or "",
        roll=Roll(
            expected=record["expected"],
            present=record["present"],
            voters=None,
            voters_present=None,
            observers=(told["observers"],) if told["observers"] else (),
            absent_said=told["absent"] if reasons or not told["absent"] else f"{away}人",
        ),
        items=(Item(record["title"], resolutions=(told["resolutions"],) if told["resolutions"] else ()),),
        lecturer=record["lecturer"] or "",
        late_entry=LateEntry(recorded_on, record["late_reason"]),
        corrections=tuple(corrections),
        from_ledger=True,
    )


def gatherings_in_ledger(on: dt.date, hours: str, place: str) -> tuple[Gathering, ...]:
    """When and where, as far as a ledger tells: at least one, of the day alone where it tells no hours."""
    spans = spans_in(hours)
    if not spans:
        return (Gathering(make_aware(dt.datetime.combine(on, dt.time())), None, place, said=hours),)
    return tuple(
        Gathering(
            make_aware(dt.datetime.combine(on, span.starts)),
            make_aware(dt.datetime.combine(on + dt.timedelta(days=span.ends_next_day), span.ends))
            if span.ends is not None
            else None,
            place,
        )
        for span in spans
    )


# --- Before the meeting ---------------------------------------------------------------------------------------------


def notice_of(
    meeting: Meeting,
    *,
    expected: int,
    link: str = "",
    on: dt.date,
    afternoon: tuple[Sequence[Session], Sequence[Meeting]] | None = None,
    agenda: Sequence[AgendaItem] | None = None,
) -> Notice:
    """What goes out before the meeting, by its convener; the other kinds on the same afternoon are among the remarks.

    ``expected``: how many stand on its roll, 0 before it is frozen. ``on``: the day, where it is not announced yet.
    ``afternoon`` and ``agenda``: where they have been read already.
    """
    sessions, others = afternoon or afternoon_of(meeting)
    items = meeting.agenda.all() if agenda is None else agenda
    audience = Audience(meeting.audience).zh
    together = "、".join(other.title for other in others if other.at_stage is not MeetingStage.NOT_HELD)
    return Notice(
        organization=_holders(meeting),
        kind=meeting.word,
        title=meeting.title,
        gatherings=tuple(
            Gathering(localtime(session.starts_at), localtime(session.ends_at), session.place) for session in sessions
        ),
        agenda=tuple(item.title for item in items),
        who=f"{audience}（{expected}人）" if expected else audience,
        issued_on=localtime(meeting.announced_at).date() if meeting.announced_at else on,
        remarks=(f"同时进行：{together}。",) if together else (),
        contact=meeting.convener.name if meeting.convener else "",
        link=link,
    )


def attendance_of(session: Session) -> AttendanceSheet:
    """The sheet to sign of one session: the roll in its order, one sheet for all kinds on the same afternoon."""
    meeting = session.meeting
    titles = [meeting.title, *(other.title for other in together_with(meeting).exclude(stage=MeetingStage.NOT_HELD))]
    return AttendanceSheet(
        organization=_holders(meeting),
        title="、".join(titles),
        gathering=Gathering(localtime(session.starts_at), localtime(session.ends_at), session.place),
        people=tuple(SignLine(line.name, _beside(line), observes=line.observes) for line in roll_of(meeting)),
        spare=SPARE,
    )


def _holders(meeting: Meeting) -> str:
    """Who holds it: one organization, or several together. ``is_joint`` may have told already that it is one."""
    if not getattr(meeting, "is_joint", True):
        return meeting.organization.name
    joint = meeting.roll_of.joint_with.order_by("code").values_list("name", flat=True)
    return "、".join([meeting.organization.name, *joint])


def _beside(line: RollLine) -> str:
    """What the sheet says beside a name. Who is on leave is not asked to sign; why is nobody's who signs."""
    if line.leave is not None and line.leave.granted:
        return Presence.LEAVE.zh
    if line.observes:
        return Presence.OBSERVER.zh
    return line.standing.zh if line.standing is Standing.PROBATIONARY else ""


# --- The parts of a record ------------------------------------------------------------------------------------------


def _gathering(session: Record) -> Gathering:
    return Gathering(_local(session["starts_at"]), _local(session["ends_at"]), session["place"])


def _local(text: str) -> dt.datetime:
    return localtime(dt.datetime.fromisoformat(text))


def _previously(record: Record) -> Iterable[str]:
    """What came back from earlier meetings: their minutes, and the tasks taken on there."""
    for read in record.get("previous", ()):
        held = _day(read["held_on"])
        which = f"{day(held)}《{read['title']}》记录" if held else f"《{read['title']}》记录"
        yield f"{which}：更正，{read['correction']}" if read["correction"] else f"{which}：确认无误。"
    for task in record.get("reports", ()):
        state = "，".join(filter(None, ("已完成" if task["done_on"] else "进行中", task["report"])))
        yield f"{task['text'].rstrip('。；，')}（{task['holder']}）：{state}"


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _roll(record: Record, *, reasons: bool) -> Roll:
    came = [line for line in record["roll"] if line["status"] == Presence.PRESENT]
    missed = {Presence.ABSENT, Presence.LEAVE}
    away = [line for line in record["roll"] if line["status"] in missed and not line["observes"]]
    return Roll(
        expected=record["expected"],
        present=record["present"],
        voters=record["voters"],
        voters_present=record["voters_present"],
        attending=tuple(line["name"] for line in came),
        absent=tuple(
            Absence(
                line["name"],
                AbsenceReason(line["reason"]).zh if reasons and line["reason"] else "",
                leave=line["status"] == Presence.LEAVE,
            )
            for line in away
        ),
        observers=tuple(line["name"] for line in record["roll"] if line["status"] == Presence.OBSERVER),
    )


#: What a vote came to where no text says how many votes carry it: the count stands for itself.
_UNJUDGED = {Outcome.NO_PASSING_RULE, Outcome.NO_RULE}


def _item(item: Record, speakers: Sequence[str]) -> Item:
    return Item(
        title=item["title"],
        points=points(item["discussion"], speakers),
        votes=tuple(_vote(vote) for vote in item["decisions"]),
        resolutions=(*_resolved(item["decisions"]), *(_election(election) for election in item["elections"])),
    )


def _resolved(decisions: Iterable[Record]) -> Iterable[str]:
    """What passed, by its text; what nobody can judge, with its count."""
    for vote in decisions:
        if vote["outcome"] == Outcome.PASSED:
            yield vote["text"]
        elif vote["outcome"] in _UNJUDGED:
            yield str(_vote(vote))


def _vote(vote: Record) -> Vote:
    """Written opinions are added to the hands where they are among the votes."""
    return Vote(
        subject=vote["text"],
        way=VotingWay(vote["way"]),
        in_favour=vote["in_favour"] + vote["written_in_favour"],
        against=vote["against"] + vote["written_against"],
        abstained=vote["abstained"],
        outcome=Outcome(vote["outcome"]).zh if vote["outcome"] in {Outcome.PASSED, Outcome.NOT_PASSED} else "",
        written=vote["written_in_favour"] + vote["written_against"],
    )


def _election(election: Record) -> str:
    """A ballot in one sentence: papers, votes in the order of the ballot, who is elected."""
    votes = "，".join(f"{one['name']}{one['votes']}票" for one in election["candidates"])
    elected = "、".join(one["name"] for one in election["candidates"] if one["elected"])
    papers = f"发出选票{election['issued']}张，收回{election['returned']}张，无效{election['void']}张"
    if election["why_void"]:
        result = f"{WhyVoid(election['why_void']).zh}，选举无效"
    elif elected:
        result = f"{elected}当选"
    else:
        result = "无人当选"
    step = NextStep(election["next_step"])
    further = "" if step in {NextStep.DONE, NextStep.ELECT_ANEW} else f"；{step.zh}"
    return f"选举{election['what']}：{papers}。{votes}。{result}{further}。"
