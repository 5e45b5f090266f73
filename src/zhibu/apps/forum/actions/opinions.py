"""A view before the meeting: who will be away says something on an item; the recorder takes it into the minutes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.forum.access import is_decided
from zhibu.apps.forum.actions.checking import said
from zhibu.apps.forum.errors import ForumRefusal
from zhibu.apps.forum.models import Opinion
from zhibu.apps.meetings.actions.minutes import save_text
from zhibu.apps.meetings.models import AgendaItem, MinutesText
from zhibu.apps.people.models import Account, Person
from zhibu.domain.forum import takes_views

LONGEST = 2000


@transaction.atomic
def give_opinion(
    item: AgendaItem, text: str, *, person: Person, actor: Actor, at: dt.datetime, is_no_mark: bool = False
) -> Opinion:
    """Written over until the item is decided or the minutes have it; the same words again change nothing."""
    words = said(text, most=LONGEST, empty=_("Nothing is written yet. To take a view back, use the button for that."))
    refuse_marks([words], is_no_mark=is_no_mark)
    item = _open(item)
    before = Opinion.objects.filter(agenda_item=item, person=person).first()
    if before is not None:
        _refuse_taken(before)
        if before.text == words:
            return before
    opinion, _made = Opinion.objects.update_or_create(
        agenda_item=item, person=person, defaults={"text": words, "given_at": at}
    )
    record("opinion_given", opinion.pk, actor=actor, at=at, document={"item": str(item.pk)})
    return opinion


@transaction.atomic
def withdraw_opinion(opinion: Opinion, *, actor: Actor, at: dt.datetime) -> None:
    """It is gone; not once the minutes have it."""
    opinion = Opinion.objects.select_for_update().get(pk=opinion.pk)
    _refuse_taken(opinion)
    record("opinion_withdrawn", opinion.pk, actor=actor, at=at, document={"item": str(opinion.agenda_item_id)})
    opinion.delete()


@transaction.atomic
def take_opinion(opinion: Opinion, *, by: Account, actor: Actor, at: dt.datetime) -> None:
    """Its text stands in the minutes of the item, behind what is there, under the name. Twice changes nothing."""
    opinion = Opinion.objects.select_for_update().get(pk=opinion.pk)
    if opinion.taken_at is not None:
        return
    item, field = opinion.agenda_item, MinutesText.Field.DISCUSSION
    before = MinutesText.objects.filter(meeting=item.meeting, agenda_item=item, field=field).first()
    line = _("%(name)s (not present, view before the meeting): %(text)s") % {
        "name": opinion.person.name,
        "text": opinion.text,
    }
    save_text(
        item.meeting,
        field=field,
        item=item,
        text=f"{before.text}\n{line}" if before is not None and before.text else line,
        based_on=before.version if before is not None else 0,
        by=by,
        actor=actor,
        at=at,
        is_no_mark=True,  # its writer has said so
    )
    opinion.taken_at = at
    opinion.save(update_fields=["taken_at"])
    record("opinion_taken", opinion.pk, actor=actor, at=at, document={"item": str(item.pk)})


def _open(item: AgendaItem) -> AgendaItem:
    item = AgendaItem.objects.select_for_update(of=("self",)).select_related("meeting__host").get(pk=item.pk)
    if not takes_views(item.meeting.at_stage, is_decided=is_decided(item)):
        raise ForumRefusal(_("“%(item)s” is decided or over; views are given before that.") % {"item": item.title})
    return item


def _refuse_taken(opinion: Opinion) -> None:
    if opinion.taken_at is not None:
        raise ForumRefusal(_("It stands in the minutes already. Ask the recorder to put it right there."))
