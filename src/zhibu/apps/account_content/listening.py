"""What the end of an account means here: its phone is not known any more."""

from __future__ import annotations

from collections.abc import Mapping

from zhibu.apps.account_content.models import Binding, BindingCode
from zhibu.apps.archive import registry
from zhibu.apps.archive.models import Event
from zhibu.domain.seal import Canonical


def forget_phone(event: Event, _document: Mapping[str, Canonical] | None) -> None:
    Binding.objects.filter(account=event.subject).delete()
    BindingCode.objects.filter(account=event.subject).delete()


def listen_to_accounts() -> None:
    registry.listen("account_closed", forget_phone)
