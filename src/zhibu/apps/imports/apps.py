from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "zhibu.apps.imports"
    label = "imports"
