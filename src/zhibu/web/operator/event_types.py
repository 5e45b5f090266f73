"""What each kind of event is called. A test compares this with every event that the code records."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_TYPES: Mapping[str, Promise] = {
    # accounts
    "account_opened": _("account opened"),
    "account_closed": _("account closed"),
    "account_reopened": _("account opened again"),
    "code_handed_out": _("one-time code made"),
    "password_set": _("password set"),
    "second_factor_added": _("passkey or second step added"),
    "second_factor_removed": _("passkey or second step removed"),
    "token_issued": _("API token made"),
    "token_revoked": _("API token revoked"),
    "role_granted": _("role given"),
    "role_ended": _("role ended"),
    # who looked
    "record_looked_at": _("record of a person looked at"),
    "record_exported": _("record of a person taken away"),
    "document_opened": _("document opened in the audit"),
    # organizations
    "organization_founded": _("organization founded"),
    "organization_moved": _("organization moved"),
    "organization_renamed": _("organization renamed"),
    "organization_dissolved": _("organization dissolved"),
    # people
    "person_employed": _("person taken on"),
    "person_transferred": _("person moved to another unit"),
    "person_left": _("person left"),
    "member_admitted": _("member admitted"),
    "standing_changed": _("standing of a member changed"),
    "membership_transferred": _("membership transferred"),
    "term_begun": _("term of a committee begun"),
    "person_appointed": _("person appointed"),
    "appointment_ended": _("appointment ended"),
    "honor_bestowed": _("honor recorded"),
    # workbooks
    "workbook_imported": _("workbook imported"),
    "import_undone": _("import undone"),
    # windows and rosters
    "window_post_opened": _("window post opened"),
    "person_seated": _("person put on a window post"),
    "person_unseated": _("person taken off a window post"),
    "shift_named": _("shift named"),
    "roster_kept": _("roster kept"),
    # meetings
    "meeting_drafted": _("meeting drafted"),
    "meeting_renamed": _("meeting renamed"),
    "meeting_people_set": _("people of a meeting set"),
    "agenda_set": _("agenda set"),
    "session_set": _("session set"),
    "session_changed": _("session changed"),
    "session_removed": _("session removed"),
    "meeting_announced": _("meeting announced"),
    "meeting_postponed": _("meeting postponed"),
    "meeting_not_held": _("meeting not held"),
    "meeting_entered_after": _("meeting entered afterwards"),
    "roll_changed": _("roll changed"),
    "leave_asked": _("leave asked"),
    "leave_withdrawn": _("leave withdrawn"),
    "leave_answered": _("leave answered"),
    "session_opened": _("session opened"),
    "session_closed": _("session closed"),
    "code_switched": _("code for sign-in switched"),
    "signed_in": _("signed in"),
    "roll_marked": _("roll marked"),
    "heads_counted": _("heads counted"),
    "vote_counted": _("vote counted"),
    "vote_withdrawn": _("vote withdrawn"),
    "election_counted": _("election counted"),
    "election_withdrawn": _("election withdrawn"),
    "agenda_settled": _("agenda item settled"),
    "minutes_changed": _("minutes changed"),
    "minutes_handed_over": _("minutes handed over"),
    "minutes_approved": _("minutes approved"),
    "minutes_sent_back": _("minutes sent back"),
    "task_taken": _("task taken"),
    "task_dropped": _("task dropped"),
    "task_reported": _("task reported"),
    "paper_added": _("paper added"),
    "paper_removed": _("paper removed"),
    "meeting_filed": _("meeting filed"),
    "record_corrected": _("filed record corrected"),
    "record_commented": _("filed record commented"),
    "comment_closed": _("comment closed"),
    "calendar_subscribed": _("calendar feed made"),
    "calendar_ended": _("calendar feed ended"),
}
