"""How the account behind a session is read: with its person, whose name stands on every page."""

from __future__ import annotations

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from zhibu.apps.people.models import Account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc] # allauth is untyped
    def get_user(self, user_id: UUID) -> Account | None:
        """Nobody by a closed account, even where its session is still there."""
        return Account.objects.select_related("person").filter(pk=user_id, is_active=True).first()
