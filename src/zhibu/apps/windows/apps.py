from django.apps import AppConfig


class WindowsConfig(AppConfig):
    name = "zhibu.apps.windows"
    label = "windows"
