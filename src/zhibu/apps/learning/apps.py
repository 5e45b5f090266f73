from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "zhibu.apps.learning"
    label = "learning"
