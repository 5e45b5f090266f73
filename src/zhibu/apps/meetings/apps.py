from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "zhibu.apps.meetings"
    label = "meetings"
