"""A phone is bound to its owner, and cut off. By a code sent from it, or by opening a page inside WeChat."""

from __future__ import annotations

import datetime as dt
import secrets
import unicodedata

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Binding, BindingCode, Incoming
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.people.actions.accounts import ALPHABET
from zhibu.apps.people.models import Account
from zhibu.domain.terms import AccountApp, Sending

#: Ten of 29 characters: 48 bits. Codes come in through WeChat, a person's message at a time.
CODE_LENGTH = 10
CODE_LASTS = dt.timedelta(minutes=10)


def plain_code(text: str) -> str | None:
    """The code in a message, however it was typed; ``None`` where it is none."""
    typed = unicodedata.normalize("NFKC", text).upper().replace("绑定", "")
    code = "".join(character for character in typed if not (character.isspace() or character == "-"))
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def _digest(code: str) -> str:
    return salted_hmac("zhibu.account_content.binding_code", code, algorithm="sha256").hexdigest()


@transaction.atomic
def make_code(account: Account, *, actor: Actor, at: dt.datetime) -> str:
    """A code to be sent to the account from the phone that is to be bound; an earlier one ends."""
    code = "".join(secrets.choice(ALPHABET) for _i in range(CODE_LENGTH))
    BindingCode.objects.update_or_create(
        account=account, defaults={"digest": _digest(code), "made_at": at, "expires_at": at + CODE_LASTS}
    )
    record("binding_code_made", account.pk, actor=actor, at=at)
    return f"{code[:5]}-{code[5:]}"


@transaction.atomic
def bind_by_code(code: str, *, app: AccountApp, sender: str, at: dt.datetime) -> Binding:
    """The phone that sent a good code is its maker's; the code is used up.

    Unknown, used and old codes are told apart by nobody.
    """
    kept = (
        BindingCode.objects.select_for_update(of=("self",))
        .select_related("account__person")
        .filter(digest=_digest(code), account__is_active=True)
        .first()
    )
    if kept is None or not kept.is_good(at):
        raise AccountContentRefusal(
            _("This code is not known, has been used or is too old. Make a new one on the page of your account.")
        )
    kept.delete()
    return bind(kept.account, app=app, sender=sender, actor=kept.account.actor, at=at)


@transaction.atomic
def bind(account: Account, *, app: AccountApp, sender: str, actor: Actor, at: dt.datetime) -> Binding:
    """From now on this phone is that of ``account``; the one bound before, and whoever had this one, are cut off.

    The same again changes nothing.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    same = Binding.objects.filter(account=account, app=app, sender=sender).first()
    if same is not None:
        return same
    for earlier in Binding.objects.filter(app=app, account=account):
        unbind(earlier, actor=actor, at=at)
    for others in Binding.objects.filter(app=app, sender=sender):
        unbind(others, actor=actor, at=at)
    made = Binding.objects.create(account=account, app=app, sender=sender, since=at)
    record("phone_bound", account.pk, actor=actor, at=at, document={"app": app.value})
    return made


@transaction.atomic
def unbind(binding: Binding, *, actor: Actor, at: dt.datetime) -> None:
    """From now on the phone is nobody's. What waits to be said to it is not said. A second call changes nothing."""
    gone, _by_model = Binding.objects.filter(pk=binding.pk).delete()
    if not gone:
        return
    BindingCode.objects.filter(account=binding.account_id).delete()
    Incoming.objects.filter(
        app=binding.app, sender=binding.sender, work_at__isnull=False, answer__isnull=False
    ).update(work_at=None, state=Sending.NONE.value, answer="", text="", key="")
    record("phone_unbound", binding.account_id, actor=actor, at=at, document={"app": binding.app})
