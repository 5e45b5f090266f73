from django.apps import AppConfig


class SecretaryConfig(AppConfig):
    name = "zhibu.web.secretary"
    label = "web_secretary"

    def ready(self) -> None:
        from zhibu.web.secretary.emptying import empty_due
        from zhibu.web.shell.afterwards import have_done

        have_done(empty_due)
