from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "zhibu.apps.feedback"
    label = "feedback"

    def ready(self) -> None:
        from zhibu.apps.feedback.listening import listen_to_all

        listen_to_all()
