from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "zhibu.apps.meetings"
    label = "meetings"

    def ready(self) -> None:
        from zhibu.apps.meetings.pointed_at import listen

        listen()
