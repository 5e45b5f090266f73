from django.apps import AppConfig


class SecretaryConfig(AppConfig):
    name = "zhibu.web.secretary"
    label = "web_secretary"
