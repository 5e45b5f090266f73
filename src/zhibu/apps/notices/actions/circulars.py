"""A committee writes to organizations below it, with files; and takes it back with a reason that stands beside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.notices.actions.telling import Message, tell
from zhibu.apps.notices.errors import NoticeRefusal
from zhibu.apps.notices.models import Addressee, Circular, Enclosure, Notice
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Appointment, Person
from zhibu.domain.terms import SECRETARIES, Occasion, OrganizationKind, PostKind

#: Files of one circular, and the folder in which they are kept.
MOST_FILES = 10
FOLDER = "circulars"
LONGEST_TITLE, LONGEST_TEXT = 120, 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done: the obligation of this rule for the period that begins with ``first``."""

    rule: str
    first: dt.date


@transaction.atomic
def send(
    *,
    office: Organization,
    by: Person,
    to: Sequence[Organization],
    title: str,
    text: str,
    until: dt.date | None = None,
    asked: Asked | None = None,
    attached: Sequence[tuple[str, bytes]] = (),
    is_no_mark: bool = False,
    actor: Actor,
    at: dt.datetime,
) -> Circular:
    """Write to these organizations: their secretaries and deputies are told, of a group its leader.

    ``attached``: name and content of each file. All or nothing: a file that is refused sends nothing. Raises
    ``BearsMark`` where title, text or the name of a file bears a mark of secrecy.
    """
    title, text = title.strip(), text.strip()
    refuse_marks([title, text, *(PurePath(name).stem for name, _content in attached)], is_no_mark=is_no_mark)
    _refuse_what_can_not_go(office, to, title, text, until, localtime(at).date())
    if len(attached) > MOST_FILES:
        raise NoticeRefusal(
            _("At most %(number)s files go with one notice. Put some together.") % {"number": MOST_FILES}
        )
    looked_at = [(files.looked_at(name, content), content) for name, content in attached]
    circular = Circular.objects.create(
        office=office,
        by=by,
        title=title,
        text=text,
        until=until,
        rule=asked.rule if asked else "",
        first=asked.first if asked else None,
        sent_at=at,
    )
    Addressee.objects.bulk_create(Addressee(circular=circular, organization=organization) for organization in to)
    for kept, content in looked_at:
        files.keep(FOLDER, kept, content)
        Enclosure.objects.create(
            circular=circular, name=kept.name, media_type=kept.media_type, sha256=kept.sha256, size=kept.size
        )
    record(
        "circular_sent",
        circular.pk,
        actor=actor,
        at=at,
        document={
            "office": str(office.pk),
            "to": [str(organization.pk) for organization in to],
            "title": title,
            "text": text,
            "until": until.isoformat() if until else None,
            "rule": circular.rule,
            "first": asked.first.isoformat() if asked else None,
            "files": [{"name": kept.name, "sha256": kept.sha256, "size": kept.size} for kept, _content in looked_at],
        },
    )
    with override(settings.LANGUAGE_CODE):
        said = [office.name]
        if until:
            said.append(_("until %(month)s-%(day)s") % {"month": until.month, "day": until.day})
        message = Message(Occasion.CIRCULAR, about(circular), title, " · ".join(said), until)
    tell(_readers(to, localtime(at).date()), message, key=f"circular:{circular.pk}", at=at)
    return circular


def about(circular: Circular) -> str:
    return f"circular:{circular.pk}"


def _refuse_what_can_not_go(
    office: Organization, to: Sequence[Organization], title: str, text: str, until: dt.date | None, today: dt.date
) -> None:
    if not to:
        raise NoticeRefusal(_("Choose at least one organization to which it goes."))
    astray = next((one for one in to if one.path == office.path or not one.path.startswith(office.path)), None)
    if astray is not None:
        raise NoticeRefusal(
            _("%(name)s does not stand below %(office)s. Choose organizations below it.")
            % {"name": astray.name, "office": office.name}
        )
    ended = next((one for one in to if one.dissolved is not None), None)
    if ended is not None:
        raise NoticeRefusal(_("%(name)s does not exist any more. Take it off the list.") % {"name": ended.name})
    if not title or not text:
        raise NoticeRefusal(_("A notice has a title and a text. Write both."))
    for said, most in ((title, LONGEST_TITLE), (text, LONGEST_TEXT)):
        if len(said) > most:
            raise NoticeRefusal(
                _("This has %(length)s characters, %(most)s are possible. Attach the rest as a file.")
                % {"length": len(said), "most": most}
            )
    if until is not None and until < today:
        raise NoticeRefusal(_("The day up to which it matters has passed. Choose a later one."))


def _readers(to: Sequence[Organization], on: dt.date) -> set[UUID]:
    groups = [one.pk for one in to if one.kind == OrganizationKind.GROUP]
    held = Appointment.objects.on(on).filter(
        Q(organization__in=[one.pk for one in to], post__in=SECRETARIES)
        | Q(organization__in=groups, post=PostKind.GROUP_LEADER)
    )
    return set(held.values_list("person_id", flat=True))


@transaction.atomic
def withdraw(circular_id: UUID, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """It counts no more; it stands where it stood, with the reason. Who was told of it is told so."""
    circular = Circular.objects.select_for_update().get(pk=circular_id)
    if circular.withdrawn_at is not None:
        raise NoticeRefusal(_("This notice has been withdrawn already."))
    said = reason.strip()[:300]
    if not said:
        raise NoticeRefusal(_("Say in a few words why it is withdrawn; it stands beside the notice."))
    circular.withdrawn_at, circular.withdrawn_because = at, said
    circular.save(update_fields=["withdrawn_at", "withdrawn_because"])
    record("circular_withdrawn", circular.pk, actor=actor, at=at, document={"reason": said})
    with override(settings.LANGUAGE_CODE):
        title = _("Withdrawn: %(title)s") % {"title": circular.title}
        message = Message(Occasion.WITHDRAWN, about(circular), title, said, circular.until)
    told = Notice.objects.filter(about=about(circular)).values_list("person_id", flat=True)
    tell(told, message, key=f"withdrawn:{circular.pk}", at=at)
