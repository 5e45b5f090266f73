from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "zhibu.apps.notices"
    label = "notices"
