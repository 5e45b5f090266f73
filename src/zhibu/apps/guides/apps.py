from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "zhibu.apps.guides"
    label = "guides"

    def ready(self) -> None:
        from zhibu.apps.guides.listening import listen_to_all

        listen_to_all()
