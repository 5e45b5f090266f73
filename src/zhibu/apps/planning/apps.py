from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "zhibu.apps.planning"
    label = "planning"

    def ready(self) -> None:
        from zhibu.apps.planning.listening import listen_to_all

        listen_to_all()
