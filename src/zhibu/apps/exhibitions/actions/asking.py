"""Whoever is shown or named is asked, answers, and may take it back: then the exhibit is gone everywhere at once."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.exhibitions.actions import pictures
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit, ShownPerson
from zhibu.apps.exhibitions.queries import keepers_of
from zhibu.apps.notices.actions.telling import Message, overtake, tell, withhold
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept_line
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import Consent, Occasion

LONGEST_NAME, LONGEST_HOW = 40, 300

#: People shown in one exhibit: a group picture.
MOST_SHOWN = 60


def locked(key: UUID) -> Exhibit:
    """The row, held until the end of the transaction; refused where it was withdrawn or its exhibition is over."""
    rows = Exhibit.objects.select_for_update(of=("self",)).select_related("exhibition__organization")
    exhibit = rows.filter(pk=key).first()
    if exhibit is None or exhibit.withdrawn_at is not None:
        raise ExhibitionRefusal(_("This exhibit is gone. Load the page again."))
    return exhibit


def about(shown: ShownPerson) -> str:
    return f"consent:{shown.pk}"


def facts(exhibit: Exhibit) -> dict[str, Canonical]:
    """All that the archive keeps of an exhibit: which one it was. It never forgets, so it is told no content."""
    return {"exhibition": str(exhibit.exhibition_id), "panel": exhibit.number}


@transaction.atomic
def ask_person(exhibit: Exhibit, person: Person, *, actor: Actor, at: dt.datetime) -> ShownPerson:
    """They are told, once. Asked again, nothing changes."""
    exhibit = locked(exhibit.pk)
    if before := exhibit.shown.filter(person=person).first():
        return before
    _refuse_too_many(exhibit)
    made = ShownPerson.objects.create(exhibit=exhibit, person=person, asked_at=at)
    _is_in_it(exhibit)
    record("exhibit_consent_asked", exhibit.pk, actor=actor, at=at, document=facts(exhibit))
    tell_asked(made, at=at)
    return made


def tell_asked(shown: ShownPerson, *, at: dt.datetime) -> None:
    """Without a word of the exhibit: that is read on the page, as long as it is there."""
    if shown.person_id is None:
        return
    with override(settings.LANGUAGE_CODE):
        title = _("May this be shown? An exhibit with you in it")
        text = _("%(organization)s asks for your consent. Look at it, and say yes or no; no reason is asked.") % {
            "organization": shown.exhibit.exhibition.organization.name
        }
    message = Message(Occasion.EXHIBITION, about(shown), title, text)
    tell({shown.person_id}, message, key=f"{about(shown)}:{shown.asked_at.isoformat()}", at=at)


@transaction.atomic
def note_other(exhibit: Exhibit, name: str, *, how: str, actor: Actor, at: dt.datetime) -> ShownPerson:
    """Somebody who is not of the house, or is dead: who consented, when and how, in the keeper's words."""
    exhibit = locked(exhibit.pk)
    name, how = kept_line(name)[:LONGEST_NAME], kept_line(how)[:LONGEST_HOW]
    if not name or not how:
        raise ExhibitionRefusal(
            _("Write who it is, and who consented, when and how; for the dead, who of the family did.")
        )
    if not exhibit.shown.filter(name=name).exists():
        _refuse_too_many(exhibit)
    made, _new = ShownPerson.objects.update_or_create(
        exhibit=exhibit,
        name=name,
        person=None,
        defaults={"how": how, "consent": Consent.GIVEN.value, "asked_at": at, "answered_at": at},
    )
    _is_in_it(exhibit)
    record("exhibit_consent_noted", exhibit.pk, actor=actor, at=at, document=facts(exhibit))
    return made


def _refuse_too_many(exhibit: Exhibit) -> None:
    if exhibit.shown.count() >= MOST_SHOWN:
        raise ExhibitionRefusal(_("At most %(most)s people are listed with an exhibit.") % {"most": MOST_SHOWN})


def _is_in_it(exhibit: Exhibit) -> None:
    if not exhibit.has_people:
        exhibit.has_people = True
        exhibit.save(update_fields=["has_people"])


@transaction.atomic
def drop_shown(shown: ShownPerson, *, actor: Actor, at: dt.datetime) -> None:
    """They are not in it, the keeper says. They are told so, and may object."""
    exhibit = locked(shown.exhibit_id)
    person, key = shown.person_id, about(shown)
    shown.delete()
    record("exhibit_consent_dropped", exhibit.pk, actor=actor, at=at, document=facts(exhibit))
    overtake(key)
    if person is not None:
        with override(settings.LANGUAGE_CODE):
            title = _("You are no longer listed with an exhibit")
            text = _(
                "%(organization)s says that you are neither shown nor named. If you are, tell its secretary."
            ) % {"organization": exhibit.exhibition.organization.name}
        message = Message(Occasion.EXHIBITION, f"exhibition:{exhibit.exhibition_id}", title, text)
        tell({person}, message, key=f"{key}:dropped", at=at)


def ask_anew(exhibit: Exhibit, *, at: dt.datetime) -> None:
    """Consent was given to what stood there before, for those who read it before: everybody is asked again."""
    for shown in exhibit.shown.select_related("exhibit__exhibition__organization"):
        shown.consent, shown.how, shown.asked_at, shown.answered_at = Consent.ASKED.value, "", at, None
        shown.save(update_fields=["consent", "how", "asked_at", "answered_at"])
        tell_asked(shown, at=at)


# --- Answered ------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(shown: ShownPerson, *, agrees: bool, seen_at: str, actor: Actor, at: dt.datetime) -> None:
    """Yes or no, by the person. What was said yes to before is taken back with ``withdraw``.

    ``seen_at``: when they were asked for what they saw, as the page has it: what has changed since is not answered.
    """
    exhibit = locked(shown.exhibit_id)
    row = ShownPerson.objects.filter(pk=shown.pk).first()
    if row is None:
        raise ExhibitionRefusal(_("You are not asked any more."))
    if row.asked_at.isoformat() != seen_at:
        raise ExhibitionRefusal(_("The exhibit has changed meanwhile. Look at it again before you answer."))
    if row.said is Consent.GIVEN:
        raise ExhibitionRefusal(_("You have consented already. To take it back, withdraw your consent."))
    row.consent, row.answered_at = (Consent.GIVEN if agrees else Consent.REFUSED).value, at
    row.save(update_fields=["consent", "answered_at"])
    record("exhibit_consent_answered", exhibit.pk, actor=actor, at=at, document=facts(exhibit))
    overtake(about(row))


@transaction.atomic
def withdraw(shown: ShownPerson, *, actor: Actor, at: dt.datetime) -> None:
    """At any time, without a reason. Text, source and picture are deleted; its number and this event stay.

    Every other exhibit with the same picture goes with it, whoever keeps that. Secretaries and deputies are told
    which panel to take down, not who withdrew.
    """
    exhibit = locked(shown.exhibit_id)
    same = Exhibit.objects.exclude(picture="").filter(picture=exhibit.picture).exclude(pk=exhibit.pk)
    rows = same.select_for_update(of=("self",)).select_related("exhibition").order_by("pk")
    digests = [exhibit.picture, exhibit.large]
    for one in [exhibit, *rows]:
        _empty(one, at)
        record("exhibit_withdrawn", one.pk, actor=actor, at=at, document=facts(one))
        _tell_to_take_down(one, at)
    transaction.on_commit(partial(pictures.forget, digests))


def _empty(exhibit: Exhibit, at: dt.datetime) -> None:
    for one in exhibit.shown.all():
        withhold(about(one))
    exhibit.shown.all().delete()
    exhibit.section = exhibit.title = exhibit.text = exhibit.source = ""
    exhibit.picture = exhibit.large = exhibit.alt = ""
    exhibit.width, exhibit.height, exhibit.withdrawn_at = 0, 0, at
    exhibit.save()


def _tell_to_take_down(exhibit: Exhibit, at: dt.datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        title = _("Take panel %(panel)s down: a consent was withdrawn") % {"panel": exhibit.number}
        text = _("It is off all pages. Destroy the printed panel, and every copy of its file.")
    message = Message(Occasion.EXHIBITION, f"exhibit-kept:{exhibit.pk}", title, text)
    keepers = keepers_of(exhibit.exhibition, localtime(at).date())
    tell(keepers, message, key=f"exhibit-kept:{exhibit.pk}:withdrawn", at=at)
