from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "zhibu.apps.rules"
    label = "rules"

    def ready(self) -> None:
        """Read all packs: a wrong one stops the start and says where."""
        from zhibu.apps.rules.queries import packed_rules

        packed_rules()
