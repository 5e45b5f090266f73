"""How forms are drawn, and the forms at the doors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import ChangePasswordForm as LibraryChangePasswordForm
from allauth.account.forms import LoginForm as LibraryLoginForm
from allauth.account.forms import ReauthenticateForm as LibraryConfirmForm
from allauth.mfa.base.forms import AuthenticateForm as LibraryAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as LibraryReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as LibraryActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as LibraryAddWebAuthnForm
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhibu.apps.organizations.models import Organization


class ShellFormRenderer(TemplatesSetting):
    form_template_name = "shell/_form.html"
    field_template_name = "shell/_field.html"


#: So many organizations are offered one by one. Among more than that one types what is looked for.
MOST_OFFERED = 200

_ALL = _("All")


def organization_field(label: Any, offered: Iterable[Organization], *, empty: Any = _ALL) -> forms.Field:
    """Asks for an organization: a choice of ``offered``, or, where that are more than ``MOST_OFFERED``, a text.

    The value is a code or a text; ``organizations.queries.called`` finds both. ``empty`` is what choosing none is
    called; ``None`` where one is always chosen.
    """
    choices = [(one.code, one.name) for one in offered]
    if len(choices) <= MOST_OFFERED:
        none = [] if empty is None else [("", empty)]
        return forms.ChoiceField(label=label, required=False, choices=[*none, *choices])
    return forms.CharField(
        label=label,
        required=False,
        max_length=60,
        help_text=_("Part of the name, or the beginning of its code or initials."),
        widget=forms.TextInput({"type": "search"}),
    )


#: Staff numbers are typed as they are printed: no correction, no capital at the beginning.
_AS_TYPED = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}

_GOOD_PASSWORD = _("At least ten characters, not digits only; neither your name or number nor a common password.")


class SeveralFiles(forms.FileInput):
    """The files themselves are read from the request: the field shows where they are chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002 - Django's signature
        """One of them, for a field checks one."""
        return files.get(name)


class LoginForm(LibraryLoginForm):  # type: ignore[misc] # allauth is untyped
    """Fields ``login``, ``password`` and ``remember``. Other programs rely on the first two."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password, remember = self.fields["login"], self.fields["password"], self.fields["remember"]
        login.label = _("Staff number")
        login.widget.attrs = {"autocomplete": "username", "autofocus": True, **_AS_TYPED}
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password"}
        remember.label = _("Stay logged in on this device for two weeks")
        remember.help_text = _("Leave it off on a shared computer.")


class FirstLoginForm(forms.Form):
    """The printed code is traded for a password of one's own."""

    login = forms.CharField(
        label=_("Staff number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, **_AS_TYPED}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        help_text=_("The twelve letters and digits on your slip. Dashes, spaces and small letters do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", **_AS_TYPED, "autocapitalize": "characters"}),
    )
    password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        help_text=_GOOD_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("New password, once more"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password2(self) -> str:
        again: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1") not in {None, again}:
            raise forms.ValidationError(gettext("The two passwords differ. Type the same one twice."))
        return again


class ChangePasswordForm(LibraryChangePasswordForm):  # type: ignore[misc] # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password, once more"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder")
        self.fields["password1"].help_text = _GOOD_PASSWORD


class ConfirmByPasswordForm(LibraryConfirmForm):  # type: ignore[misc] # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs = {"autocomplete": "current-password", "autofocus": True}


class _CodeForm(forms.Form):
    """Before the library's form: asks for a code in our words."""

    code_label = _("Code of the app, or a recovery code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.code_label
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", **_AS_TYPED}


class SecondStepForm(_CodeForm, LibraryAuthenticateForm):  # type: ignore[misc] # allauth is untyped
    pass


class ConfirmByCodeForm(_CodeForm, LibraryReauthenticateForm):  # type: ignore[misc] # allauth is untyped
    pass


class SetUpAppForm(_CodeForm, LibraryActivateTOTPForm):  # type: ignore[misc] # allauth is untyped
    code_label = _("The six digits that the app shows")


class AddPasskeyForm(LibraryAddWebAuthnForm):  # type: ignore[misc] # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the device")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Log in with it alone, without the password")
        self.fields["passwordless"].help_text = _(
            "Take the tick away for a plain security key that only adds a step."
        )
