"""The menus of the account are set, taken back, and on their way to the platform.

The same menu sent twice is the same menu: what may have been taken is sent again until that is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Binding, Labeled, Menu
from zhibu.apps.archive.actions import Actor, record
from zhibu.domain.menus import Line, faults
from zhibu.domain.terms import MenuAudience, Sending

#: After which time the platform is tried again where it was away.
RETRY_AFTER = dt.timedelta(minutes=5)

#: Characters of a refusal that are kept.
LONGEST_SAID = 200


def lines_of(menu: Menu) -> tuple[Line, ...]:
    return tuple(_line(kept) for kept in menu.lines)


def _line(kept: dict[str, Any]) -> Line:
    return Line(kept["name"], kept["does"], tuple(_line(one) for one in kept["below"]))


def _kept(line: Line) -> dict[str, Any]:
    return {"name": line.name, "does": line.does, "below": [_kept(one) for one in line.below]}


@transaction.atomic
def set_menu(audience: MenuAudience, lines: Sequence[Line], *, actor: Actor, at: dt.datetime) -> Menu:
    """From the worker's next look on it goes to the platform. What the platform would refuse is refused here."""
    if faults(lines):
        raise AccountContentRefusal(_("This menu is not one that the platform takes."))
    if audience is MenuAudience.BOUND:
        _refuse_without_default()
    kept = [_kept(line) for line in lines]
    menu = _change(audience, kept, at)
    record("account_menu_set", menu.pk, actor=actor, at=at, document={"audience": audience.value, "menu": kept})
    return menu


@transaction.atomic
def take_back_menu(audience: MenuAudience, *, actor: Actor, at: dt.datetime) -> None:
    """The platform shows none any more, or that of everybody. The one of bound phones can not stand alone."""
    rows = Menu.objects.select_for_update()
    standing = {menu.word for menu in rows if menu.lines}
    if audience not in standing:
        raise AccountContentRefusal(_("There is no menu to be taken back."))
    if audience is MenuAudience.EVERYBODY and MenuAudience.BOUND in standing:
        raise AccountContentRefusal(_("Take back the menu of bound phones first; it can not stand alone."))
    menu = _change(audience, [], at)
    record("account_menu_taken_back", menu.pk, actor=actor, at=at, document={"audience": audience.value})


def _refuse_without_default() -> None:
    default = Menu.objects.filter(audience=MenuAudience.EVERYBODY.value).first()
    if default is None or not default.lines:
        raise AccountContentRefusal(_("Set the menu of everybody first: the platform wants one before any other."))


def _change(audience: MenuAudience, lines: list[dict[str, Any]], at: dt.datetime) -> Menu:
    menu, made = Menu.objects.select_for_update().get_or_create(
        audience=audience.value, defaults={"lines": lines, "changed_at": at, "send_at": at}
    )
    if not made:
        menu.lines, menu.changed_at, menu.send_at = lines, at, at
        menu.state, menu.platform_said, menu.revision = Sending.WAITING.value, "", menu.revision + 1
        menu.save()
    return menu


# --- On its way ----------------------------------------------------------------------------------------------------


def note_sending(menu: Menu) -> None:
    """Written down before the platform is asked."""
    _same(menu).update(state=Sending.MAYBE_SENT.value)


def note_taken(menu: Menu) -> None:
    _same(menu).update(state=Sending.SENT.value, send_at=None, platform_said="")


def note_refused(menu: Menu, said: str) -> None:
    """The one before stays; the words of the platform stand on the page."""
    _same(menu).update(state=Sending.GIVEN_UP.value, send_at=None, platform_said=said[:LONGEST_SAID])


def note_away(menu: Menu, *, at: dt.datetime, maybe_sent: bool) -> None:
    state = Sending.MAYBE_SENT if maybe_sent else Sending.WAITING
    _same(menu).update(state=state.value, send_at=at + RETRY_AFTER)


def _same(menu: Menu) -> QuerySet[Menu]:
    """What was set meanwhile is another, and still to be sent."""
    return Menu.objects.filter(pk=menu.pk, revision=menu.revision)


def note_labeled(bindings: Iterable[Binding], *, is_put: bool) -> None:
    rows = [Labeled(binding=one.pk, sender=one.sender, is_put=is_put) for one in bindings]
    Labeled.objects.bulk_create(rows, ignore_conflicts=True)


def note_not_labeled(rows: Iterable[Labeled]) -> None:
    Labeled.objects.filter(pk__in=[row.pk for row in rows]).delete()
