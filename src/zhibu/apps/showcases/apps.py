from django.apps import AppConfig


class ShowcasesConfig(AppConfig):
    name = "zhibu.apps.showcases"
    label = "showcases"
