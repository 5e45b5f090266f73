from django.apps import AppConfig


class MemberConfig(AppConfig):
    name = "zhibu.web.member"
    label = "web_member"
