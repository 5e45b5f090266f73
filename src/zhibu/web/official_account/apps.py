from django.apps import AppConfig


class OfficialAccountConfig(AppConfig):
    name = "zhibu.web.official_account"
    label = "web_official_account"

    def ready(self) -> None:
        from zhibu.web.official_account.answering import answer_due
        from zhibu.web.official_account.fetching import fetch_due
        from zhibu.web.official_account.handing_over import hand_over_due
        from zhibu.web.official_account.setting_menus import set_menus_due
        from zhibu.web.shell.afterwards import have_done

        have_done(fetch_due)
        have_done(answer_due)
        have_done(hand_over_due)
        have_done(set_menus_due)
