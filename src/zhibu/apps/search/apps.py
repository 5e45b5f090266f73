from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "zhibu.apps.search"
    label = "search"
