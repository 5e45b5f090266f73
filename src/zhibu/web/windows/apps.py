from django.apps import AppConfig


class WindowsPagesConfig(AppConfig):
    name = "zhibu.web.windows"
    label = "web_windows"
