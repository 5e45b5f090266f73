from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "zhibu.apps.visits"
    label = "visits"
