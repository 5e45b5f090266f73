"""Texts that are looked at for marks of secrecy before they are kept: the warning, and the second press."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.archive.errors import BearsMark


class MarkedForm(forms.Form):
    """The warning stands above the fields.

    The tick that such words are no mark appears once that was asked; nobody ticks it beforehand.
    """

    template_name = "shell/_marked_form.html"

    is_no_mark = forms.BooleanField(
        label=_lazy("These words only speak of it; what I send bears no mark of secrecy"), required=False
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self._tick = self.fields.pop("is_no_mark")
        if data is not None and data.get("is_no_mark"):
            self.ask_for_tick()

    def ask_for_tick(self) -> None:
        self.fields["is_no_mark"] = self._tick

    @property
    def has_tick(self) -> bool:
        return bool(self.cleaned_data.get("is_no_mark"))

    def refuse(self, refusal: Exception, field: str | None = None) -> None:
        """Above the fields, or at ``field``; where the writer may say that it is no mark, a tick asks for it."""
        if isinstance(refusal, BearsMark):
            field = None
            if refusal.may_confirm:
                self.ask_for_tick()
        self.add_error(field, str(refusal))
