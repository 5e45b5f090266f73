from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "zhibu.apps.rosters"
    label = "rosters"
