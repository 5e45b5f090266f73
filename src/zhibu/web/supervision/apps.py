from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "zhibu.web.supervision"
    label = "web_supervision"
