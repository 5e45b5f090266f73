from django.apps import AppConfig


class BallotsConfig(AppConfig):
    name = "zhibu.apps.ballots"
    label = "ballots"
