"""What a member has for themself."""

from django.urls import path

from zhibu.web.member import attendance, campaigns, leave, notices, owed, record, scan, tasks, today

urlpatterns = [
    path("today/", today.today, name="today"),
    # A meeting's page is the same for everybody (``web.secretary.meetings.hub``); the member's deeds at it are here.
    path("meetings/<uuid:meeting_id>/my-leave/", leave.ask, name="leave_ask"),
    path("meetings/<uuid:meeting_id>/my-leave/withdraw/", leave.withdraw, name="leave_withdraw"),
    path("scan/<uuid:session_id>/<str:code>/", scan.scan, name="scan"),
    path("sign-in/<uuid:session_id>/", scan.sign_in, name="sign_in"),
    path("sign-in/", scan.digits, name="sign_in_digits"),
    path("notices/", notices.notices, name="notices"),
    path("notices/settings/", notices.wishes, name="notice_wishes"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/files/<uuid:material_id>/", campaigns.file, name="campaign_file"),
    path("campaigns/<uuid:campaign_id>/note/", campaigns.note, name="study_note"),
    path("campaigns/<uuid:campaign_id>/note/share/", campaigns.share, name="study_note_share"),
    path("campaigns/<uuid:campaign_id>/note/take-away/", campaigns.take_away, name="study_note_take_away"),
    path("me/", record.my_record, name="my_record"),
    path("me/looks/", record.my_looks, name="my_looks"),
    path("me/owed/", owed.my_owed, name="my_owed"),
    path("me/meetings/", attendance.my_meetings, name="my_meetings"),
    path("me/tasks/", tasks.my_tasks, name="my_tasks"),
    path("me/tasks/<uuid:task_id>/", tasks.my_task, name="my_task"),
    path("me.xlsx", record.my_record_xlsx, name="my_record_xlsx"),
    path("me.json", record.my_record_json, name="my_record_json"),
]
