"""Addresses that belong to everybody: the front door, one's account, the log-in pages that are open, the pulse.

Of the log-in library only these pages are there: nobody signs up, no mail is sent, so the pages for that answer 404.
"""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.urls import path
from django.views.i18n import set_language

from zhibu.web.shell import doors, offline, views

urlpatterns = [
    path("", views.home, name="home"),
    path("menu/", views.menu, name="menu"),
    path("language/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sw.js", offline.worker, name="worker"),
    path("offline/", offline.offline, name="offline"),
    # One's own account: the library comes back here under its own names for the page.
    path("account/", doors.account, name="account"),
    path("account/", doors.account, name="mfa_index"),
    path("account/", doors.account, name="mfa_list_webauthn"),
    path("account/here/", offline.here, name="here"),
    path("account/sessions/<int:pk>/end/", doors.end_session, name="end_session"),
    path("account/sessions/end/", doors.end_other_sessions, name="end_other_sessions"),
    path("account/password/", account_views.password_change, name="account_change_password"),
    path("account/passkeys/add/", webauthn_views.add_webauthn, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/edit/", webauthn_views.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", webauthn_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/authenticator/activate/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("account/authenticator/deactivate/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/generate/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/recovery-codes/download/", code_views.download_recovery_codes, name="mfa_download_recovery_codes"),
    # The doors.
    path("accounts/login/", account_views.login, name="account_login"),
    path("accounts/logout/", account_views.logout, name="account_logout"),
    path("accounts/inactive/", account_views.account_inactive, name="account_inactive"),
    path("accounts/first/", doors.first_login, name="first_login"),
    path("accounts/login/passkey/", webauthn_views.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/login/second/", mfa_views.authenticate, name="mfa_authenticate"),
    path("accounts/confirm/", account_views.reauthenticate, name="account_reauthenticate"),
    path("accounts/confirm/code/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/confirm/passkey/", webauthn_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
]
