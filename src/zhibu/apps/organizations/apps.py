from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "zhibu.apps.organizations"
    label = "organizations"
