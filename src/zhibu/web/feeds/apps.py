from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "zhibu.web.feeds"
    label = "web_feeds"
