"""Where a secretary works."""

from django.urls import path

from zhibu.web.secretary import codes, month, talks

urlpatterns = [
    path("month/", month.this_month, name="this_month"),
    path("talks/", talks.talks, name="talks"),
    path("talks/<uuid:talk>/withdraw/", talks.withdraw, name="withdraw_talk"),
    path("codes/", codes.codes, name="codes"),
    path("codes/no-unit/", codes.choose, name="codes_of_no_unit"),
    path("codes/no-unit/sheet/", codes.sheet, name="code_sheet_no_unit"),
    path("codes/<uuid:organization>/", codes.choose, name="codes_of"),
    path("codes/<uuid:organization>/sheet/", codes.sheet, name="code_sheet"),
]
