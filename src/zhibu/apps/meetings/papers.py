"""From the record of a meeting to the facts that its papers are made of.

The record is read as it was written (``records.record_of``, or the text that was filed); no row is looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.timezone import localtime

from zhibu.apps.meetings.models import Meeting
from zhibu.domain.assembly import NextStep, Outcome, Presence, WhyVoid
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
from zhibu.domain.terms import AbsenceReason, Audience, MeetingKind, VotingWay

Record = Mapping[str, Any]


def sheet_of(record: Record, *, recorded_on: dt.date, corrections: Iterable[Correction] = ()) -> RegisterSheet:
    """The register sheet of a record. ``recorded_on`` is said where the record was entered after the event."""
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
        roll=_roll(record),
        items=items,
        conveyed="\n".join(filter(None, conveyed)),
        previously=tuple(_previously(record)),
        points=points(record.get("discussion", ""), speakers),
        tasks=tuple(Task(task["text"], task["holder"], _day(task["due"])) for task in record["tasks"]),
        closing=record["summary"],
        late_entry=LateEntry(recorded_on, record["late_reason"]) if record["late_reason"] else None,
        corrections=tuple(corrections),
    )


def notice_of(meeting: Meeting, *, expected: int, link: str = "", contact: str = "", on: dt.date) -> Notice:
    """What goes out before the meeting. ``expected``: how many stand on its roll, 0 before it is frozen."""
    kept = meeting.roll_of
    audience = Audience(meeting.audience).zh
    return Notice(
        organization=meeting.organization.name,
        kind=meeting.word,
        title=meeting.title,
        gatherings=tuple(
            Gathering(localtime(session.starts_at), localtime(session.ends_at), session.place)
            for session in kept.sessions.all()
        ),
        agenda=tuple(item.title for item in meeting.agenda.all()),
        who=f"{audience}（{expected}人）" if expected else audience,
        issued_on=on,
        contact=contact,
        link=link,
    )


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


def _roll(record: Record) -> Roll:
    came = [line for line in record["roll"] if line["status"] == Presence.PRESENT]
    away = [line for line in record["roll"] if line["status"] in {Presence.ABSENT, Presence.LEAVE}]
    return Roll(
        expected=record["expected"],
        present=record["present"],
        voters=record["voters"],
        voters_present=record["voters_present"],
        attending=tuple(line["name"] for line in came),
        absent=tuple(
            Absence(
                line["name"],
                AbsenceReason(line["reason"]).zh if line["reason"] else "",
                leave=line["status"] == Presence.LEAVE,
            )
            for line in away
        ),
        observers=tuple(line["name"] for line in record["roll"] if line["status"] == Presence.OBSERVER),
    )


def _item(item: Record, speakers: Sequence[str]) -> Item:
    passed = tuple(vote["text"] for vote in item["decisions"] if vote["outcome"] == Outcome.PASSED)
    return Item(
        title=item["title"],
        points=points(item["discussion"], speakers),
        votes=tuple(_vote(vote) for vote in item["decisions"]),
        resolutions=passed + tuple(_election(election) for election in item["elections"]),
    )


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
