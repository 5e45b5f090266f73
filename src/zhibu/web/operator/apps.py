from django.apps import AppConfig


class OperatorConfig(AppConfig):
    name = "zhibu.web.operator"
    label = "web_operator"
