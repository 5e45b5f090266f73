from django.apps import AppConfig


class ForumConfig(AppConfig):
    name = "zhibu.apps.forum"
    label = "forum"

    def ready(self) -> None:
        from zhibu.apps.forum.listening import listen_to_all

        listen_to_all()
