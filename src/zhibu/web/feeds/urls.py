"""Addresses for programs, and where their tokens are made."""

from django.urls import path

from zhibu.web.feeds import calendar, tokens
from zhibu.web.feeds.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/new/", tokens.new_token, name="new_token"),
    path("account/tokens/<uuid:token>/revoke/", tokens.end_token, name="end_token"),
    path("account/calendar/", calendar.calendars, name="calendars"),
    path("account/calendar/<slug:digest>/end/", calendar.end_calendar, name="end_calendar"),
    path("feeds/<slug:secret>.ics", calendar.feed, name="calendar_feed"),
]
