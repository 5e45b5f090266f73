from django.apps import AppConfig


class ExhibitionsConfig(AppConfig):
    name = "zhibu.apps.exhibitions"
    label = "exhibitions"
