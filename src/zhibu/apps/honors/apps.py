from django.apps import AppConfig


class HonorsConfig(AppConfig):
    name = "zhibu.apps.honors"
    label = "honors"
