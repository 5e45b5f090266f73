"""Addresses of a secretary's meetings, below ``/meetings/``."""

from django.urls import path

from zhibu.web.secretary.meetings import (
    books,
    code,
    convening,
    hub,
    listing,
    minutes,
    papers,
    prints,
    record,
    roll,
    tasks,
    votes,
)

_SESSION = "sessions/<uuid:session_id>/"
_MEETING = "<uuid:meeting_id>/"

urlpatterns = [
    path("", listing.meetings, name="meetings"),
    path("new/", convening.convene, name="convene"),
    path("books/", books.books, name="books"),
    *[
        path(f"books/ledger.{form}", books.ledger, {"form": form}, name=f"ledger_{form}")
        for form in books.LEDGER_FORMS
    ],
    *[
        path(f"books/yearbook.{form}", books.yearbook, {"form": form}, name=f"yearbook_{form}")
        for form in books.YEARBOOK_FORMS
    ],
    path(_MEETING, hub.meeting, name="meeting"),
    path(f"{_MEETING}edit/", convening.edit, name="meeting_edit"),
    path(f"{_MEETING}announce/", hub.announce, name="meeting_announce"),
    path(f"{_MEETING}postpone/", hub.postpone, name="meeting_postpone"),
    path(f"{_MEETING}not-held/", hub.not_held, name="meeting_not_held"),
    path(f"{_MEETING}leave/<uuid:leave_id>/", hub.answer_leave, name="meeting_leave"),
    # The roll and the sessions.
    path(f"{_SESSION}roll/", roll.roll, name="session_roll"),
    path(f"{_SESSION}roll/mark/", roll.mark, name="session_mark"),
    path(f"{_SESSION}roll/count/", roll.count, name="session_count"),
    path(f"{_SESSION}begin/", roll.begin, name="session_begin"),
    path(f"{_SESSION}open/", roll.open_session, name="session_open"),
    path(f"{_SESSION}close/", roll.close_session, name="session_close"),
    path(f"{_SESSION}not-begun/", roll.take_back_begin, name="session_begin_back"),
    path(f"{_SESSION}not-over/", roll.take_back_close, name="session_close_back"),
    path(f"{_SESSION}absent/", roll.rest_absent, name="session_rest_absent"),
    path(f"{_SESSION}heads/", roll.heads, name="session_heads"),
    path(f"{_SESSION}add/", roll.add, name="session_add"),
    path(f"{_SESSION}code/", code.code, name="session_code"),
    path(f"{_SESSION}code/now/", code.now, name="session_code_now"),
    path(f"{_SESSION}code/switch/", code.switch, name="session_code_switch"),
    # Votes and elections.
    path(f"{_MEETING}items/<uuid:item_id>/vote/", votes.vote, name="meeting_vote"),
    path(f"{_MEETING}items/<uuid:item_id>/election/", votes.election, name="meeting_election"),
    path(f"{_MEETING}votes/<uuid:decision_id>/withdraw/", votes.withdraw, name="meeting_vote_withdraw"),
    path(
        f"{_MEETING}elections/<uuid:election_id>/withdraw/", votes.withdraw_election, name="meeting_election_withdraw"
    ),
    # Minutes.
    path(f"{_MEETING}minutes/", minutes.minutes, name="meeting_minutes"),
    path(f"{_MEETING}minutes/text/", minutes.save, name="meeting_text"),
    path(f"{_MEETING}minutes/versions/<uuid:aside_id>/", minutes.settle, name="meeting_settle"),
    path(f"{_MEETING}minutes/send-back/", minutes.send_back, name="meeting_send_back"),
    path(f"{_MEETING}approve/", minutes.approve, name="meeting_approve"),
    path(f"{_MEETING}file/", minutes.file, name="meeting_file"),
    # Tasks and papers.
    path(f"{_MEETING}tasks/<uuid:task_id>/", tasks.report, name="meeting_task"),
    path(f"{_MEETING}papers/", papers.attach, name="meeting_papers"),
    path(f"{_MEETING}papers/<uuid:paper_id>/", papers.download, name="meeting_paper"),
    path(f"{_MEETING}papers/<uuid:paper_id>/remove/", papers.remove, name="meeting_paper_remove"),
    # Papers that are made of it.
    *[
        path(f"{_MEETING}{view.__name__}.{form}", view, {"form": form}, name=f"meeting_{view.__name__}_{form}")
        for view in (prints.notice, prints.register, prints.summary)
        for form in prints.FORMS
    ],
    *[
        path(f"{_SESSION}sheet.{form}", prints.attendance, {"form": form}, name=f"session_sheet_{form}")
        for form in prints.FORMS
    ],
    # The record.
    path(f"{_MEETING}record/", record.record, name="meeting_record"),
    path(f"{_MEETING}record/correct/", record.correct, name="meeting_correct"),
]
