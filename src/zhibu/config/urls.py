"""Which room answers at which address."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("zhibu.web.shell.urls")),
    path("", include("zhibu.web.member.urls")),
    path("", include("zhibu.web.secretary.urls")),
    path("", include("zhibu.web.supervision.urls")),
    path("", include("zhibu.web.windows.urls")),
    path("", include("zhibu.web.operator.urls")),
    path("meetings/", include("zhibu.web.secretary.meetings.urls")),
    path("", include("zhibu.web.feeds.urls")),
    path("", include("zhibu.web.official_account.urls")),
]

handler400 = "zhibu.web.shell.answers.bad_request"
handler500 = "zhibu.web.shell.answers.server_error"
