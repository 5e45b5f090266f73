from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "zhibu.web.shell"
    label = "web_shell"

    def ready(self) -> None:
        from zhibu.web.shell import sessions  # noqa: F401 - its receivers register themselves
