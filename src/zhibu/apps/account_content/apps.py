from django.apps import AppConfig


class AccountContentConfig(AppConfig):
    name = "zhibu.apps.account_content"
    label = "account_content"

    def ready(self) -> None:
        from zhibu.apps.account_content.listening import listen_to_accounts

        listen_to_accounts()
