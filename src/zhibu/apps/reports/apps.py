from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "zhibu.apps.reports"
    label = "reports"
