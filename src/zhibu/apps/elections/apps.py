from django.apps import AppConfig


class ElectionsConfig(AppConfig):
    name = "zhibu.apps.elections"
    label = "elections"
