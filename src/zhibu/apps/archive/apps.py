from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "zhibu.apps.archive"
    label = "archive"
