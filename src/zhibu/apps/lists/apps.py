from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "zhibu.apps.lists"
    label = "lists"
