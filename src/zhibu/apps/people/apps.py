from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "zhibu.apps.people"
    label = "people"
