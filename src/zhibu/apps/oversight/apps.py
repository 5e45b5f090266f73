from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "zhibu.apps.oversight"
    label = "oversight"

    def ready(self) -> None:
        from zhibu.apps.oversight.listening import listen_to_all

        listen_to_all()
