"""An exhibition is put together, opened and closed; its exhibits are written, put in order and taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.exhibitions.actions import pictures
from zhibu.apps.exhibitions.actions.asking import about, ask_anew, facts, locked
from zhibu.apps.exhibitions.errors import ExhibitionRefusal
from zhibu.apps.exhibitions.models import Exhibit, Exhibition
from zhibu.apps.exhibitions.queries import ready_in
from zhibu.apps.notices.actions.telling import withhold
from zhibu.apps.organizations.models import Organization
from zhibu.apps.showcases.queries import known_people
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.personal import Inside
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import ExhibitionStage, ExhibitKind, Readership

LONGEST_TITLE, LONGEST_FOREWORD, LONGEST_WHY = 120, 4000, 300
LONGEST_NAME, LONGEST_SECTION, LONGEST_TEXT, LONGEST_SOURCE, LONGEST_ALT = 80, 60, 1500, 300, 300

#: A hall is not larger than that, and all panels are printed at once.
MOST_EXHIBITS = 40

_WIDTH = [Readership.BRANCH, Readership.HOUSE, Readership.PUBLIC]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """What an exhibition says of itself. ``is_no_mark``: words such as “内部资料” in it are no mark of secrecy."""

    title: str
    foreword: str
    readership: Readership
    is_no_mark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An exhibit as it is written. ``picture``: a new one as it came; ``None`` leaves what is there.

    ``names_are_none``: what looks like a name in it is none, or stands with consent.
    """

    kind: ExhibitKind
    title: str
    source: str
    section: str = ""
    text: str = ""
    alt: str = ""
    has_people: bool
    picture: bytes | None = None
    drops_picture: bool = False
    names_are_none: bool = False
    is_no_mark: bool = False


def _held(key: UUID, *stages: ExhibitionStage) -> Exhibition:
    found = Exhibition.objects.select_for_update(of=("self",)).select_related("organization").get(pk=key)
    if found.at_stage not in stages:
        raise ExhibitionRefusal(
            _("This is not possible any more: the exhibition is “%(stage)s”. Load the page again.")
            % {"stage": found.at_stage.zh}
        )
    return found


_WRITTEN = (ExhibitionStage.DRAFT, ExhibitionStage.OPEN)


# --- The exhibition ------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_exhibition(organization: Organization, framed: Framed, *, actor: Actor, at: dt.datetime) -> Exhibition:
    made = Exhibition(organization=organization)
    _frame(made, framed, at)
    record("exhibition_begun", made.pk, actor=actor, at=at, document=_of(made))
    return made


@transaction.atomic
def rewrite_exhibition(exhibition: Exhibition, framed: Framed, *, actor: Actor, at: dt.datetime) -> None:
    """Where more people may read it than before, everybody who is shown is asked again."""
    found = _held(exhibition.pk, *_WRITTEN)
    before = Readership(found.readership)
    _frame(found, framed, at)
    record("exhibition_rewritten", found.pk, actor=actor, at=at, document=_of(found))
    if _WIDTH.index(framed.readership) > _WIDTH.index(before):
        for exhibit in found.exhibits.select_for_update().filter(withdrawn_at__isnull=True):
            ask_anew(exhibit, at=at)


def _of(exhibition: Exhibition) -> dict[str, Canonical]:
    return {"organization": str(exhibition.organization_id), "readership": exhibition.readership}


def _frame(exhibition: Exhibition, framed: Framed, at: dt.datetime) -> None:
    title, foreword = kept_line(framed.title), kept(framed.foreword)
    if not title:
        raise ExhibitionRefusal(_("An exhibition has a title. Write one."))
    _refuse_longer((title, LONGEST_TITLE), (foreword, LONGEST_FOREWORD))
    refuse_marks([title, foreword], is_no_mark=framed.is_no_mark)
    _refuse_personal(f"{title}\n{foreword}", says_none=True)
    exhibition.title, exhibition.foreword = title, foreword
    exhibition.readership, exhibition.changed_at = framed.readership.value, at
    exhibition.save()


def _refuse_longer(*texts: tuple[str, int]) -> None:
    for text, most in texts:
        if len(text) > most:
            raise ExhibitionRefusal(
                _("“%(text)s …” has %(length)s characters, %(most)s are possible.")
                % {"text": text[:20], "length": len(text), "most": most}
            )


def _refuse_personal(text: str, *, says_none: bool) -> None:
    """Numbers of people never; names of people of the house only where the keeper has seen to them."""
    found = [one for one in known_people().found_in(text) if one.kind not in {Inside.SECRET, Inside.INTERNAL}]
    numbers = [one for one in found if one.kind is not Inside.NAME]
    if numbers:
        raise ExhibitionRefusal(
            _("“%(words)s” (%(kind)s) is not shown. Leave it out.")
            % {"words": numbers[0].words, "kind": numbers[0].kind.zh}
        )
    names = [one.words for one in found]
    if names and not says_none:
        raise ExhibitionRefusal(
            _("This may be a name: %(names)s. Say that somebody is named, or tick that these words are none.")
            % {"names": "、".join(names)}
        )


@transaction.atomic
def drop_exhibition(exhibition: Exhibition, *, actor: Actor, at: dt.datetime) -> None:
    """Of what was never open nothing stays."""
    found = _held(exhibition.pk, ExhibitionStage.DRAFT)
    if found.opened_at is not None:
        raise ExhibitionRefusal(_("It was open once, so it is closed and not dropped."))
    record("exhibition_dropped", found.pk, actor=actor, at=at, document=_of(found))
    digests: list[str] = []
    for exhibit in found.exhibits.all():
        digests += [exhibit.picture, exhibit.large]
        _hush(exhibit)
    found.delete()
    transaction.on_commit(partial(pictures.forget, digests))


def _hush(exhibit: Exhibit) -> None:
    for shown in exhibit.shown.all():
        withhold(about(shown))


@transaction.atomic
def open_exhibition(exhibition: Exhibition, *, actor: Actor, at: dt.datetime) -> int:
    """Its readers see what is ready; the rest appears with the last consent. Returns how many exhibits are shown.

    The first time, panels are numbered in their order; the numbers stay.
    """
    found = _held(exhibition.pk, ExhibitionStage.DRAFT, ExhibitionStage.CLOSED)
    shown = ready_in(found)
    if not shown:
        raise ExhibitionRefusal(_("Nothing can be shown yet. Write an exhibit, or wait for the consents."))
    if found.opened_at is None:
        _number_anew(found.exhibits.all())
        found.opened_at = at
    found.stage, found.why_closed, found.changed_at = ExhibitionStage.OPEN.value, "", at
    found.save(update_fields=["stage", "opened_at", "why_closed", "changed_at"])
    record("exhibition_opened", found.pk, actor=actor, at=at, document=_of(found))
    return len(shown)


def _number_anew(exhibits: Iterable[Exhibit]) -> None:
    for number, exhibit in enumerate(exhibits, start=1):
        exhibit.number = number
        exhibit.save(update_fields=["number"])


@transaction.atomic
def close_exhibition(exhibition: Exhibition, *, why: str, actor: Actor, at: dt.datetime) -> None:
    found = _held(exhibition.pk, ExhibitionStage.OPEN)
    said = kept_line(why)[:LONGEST_WHY]
    if not said:
        raise ExhibitionRefusal(_("Say why it is closed; whoever keeps it later reads it."))
    found.stage, found.why_closed, found.changed_at = ExhibitionStage.CLOSED.value, said, at
    found.save(update_fields=["stage", "why_closed", "changed_at"])
    record("exhibition_closed", found.pk, actor=actor, at=at, document=_of(found))


# --- Exhibits ------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_exhibit(exhibition: Exhibition, said: Said, *, actor: Actor, at: dt.datetime) -> Exhibit:
    """At the end. It is shown once everybody who is in it has consented."""
    found = _held(exhibition.pk, *_WRITTEN)
    if found.exhibits.filter(withdrawn_at__isnull=True).count() >= MOST_EXHIBITS:
        raise ExhibitionRefusal(_("An exhibition has at most %(most)s exhibits.") % {"most": MOST_EXHIBITS})
    last = found.exhibits.aggregate(place=Max("place"), number=Max("number"))
    made = Exhibit(exhibition=found, place=(last["place"] or 0) + 1, number=(last["number"] or 0) + 1)
    _write(made, said)
    made.save()
    record("exhibit_added", made.pk, actor=actor, at=at, document=facts(made))
    return made


@transaction.atomic
def rewrite_exhibit(exhibit: Exhibit, said: Said, *, actor: Actor, at: dt.datetime) -> None:
    """Where anything that is read or seen has changed, everybody who is shown is asked again."""
    _held(exhibit.exhibition_id, *_WRITTEN)
    found = locked(exhibit.pk)
    before, digests = _seen(found), [found.picture, found.large]
    if not said.has_people and found.shown.exists():
        raise ExhibitionRefusal(_("People are listed with it. Take them off the list first; they are told."))
    _write(found, said)
    found.save()
    record("exhibit_rewritten", found.pk, actor=actor, at=at, document=facts(found))
    if before != _seen(found):
        ask_anew(found, at=at)
    transaction.on_commit(partial(pictures.forget, digests))


def _seen(exhibit: Exhibit) -> tuple[str, ...]:
    return (exhibit.kind, exhibit.title, exhibit.text, exhibit.source, exhibit.large, exhibit.alt)


def _write(exhibit: Exhibit, said: Said) -> None:
    title, source, section = kept_line(said.title), kept_line(said.source), kept_line(said.section)
    text, alt = kept(said.text), kept_line(said.alt)
    if not title or not source:
        raise ExhibitionRefusal(_("An exhibit has a title, and a source: whose it is, and from when. Write both."))
    _refuse_longer(
        (title, LONGEST_NAME),
        (source, LONGEST_SOURCE),
        (section, LONGEST_SECTION),
        (text, LONGEST_TEXT),
        (alt, LONGEST_ALT),
    )
    texts = [title, section, text, source, alt]
    refuse_marks(texts, is_no_mark=said.is_no_mark)
    _refuse_personal("\n".join(texts), says_none=said.has_people or said.names_are_none)
    if said.drops_picture and said.picture is None:
        exhibit.picture = exhibit.large = ""
        exhibit.width = exhibit.height = 0
    has_picture = said.picture is not None or bool(exhibit.picture)
    if has_picture and not alt:
        raise ExhibitionRefusal(_("Describe the picture for those who can not see it."))
    if not has_picture and not text:
        raise ExhibitionRefusal(_("An exhibit has a text or a picture."))
    if said.picture is not None:
        drawn = pictures.taken(said.picture)
        exhibit.picture, exhibit.large = drawn.picture, drawn.large
        exhibit.width, exhibit.height = drawn.width, drawn.height
    exhibit.kind, exhibit.title, exhibit.source, exhibit.section = said.kind.value, title, source, section
    exhibit.text, exhibit.alt, exhibit.has_people = text, alt if has_picture else "", said.has_people


@transaction.atomic
def move_exhibit(exhibit: Exhibit, *, up: bool, actor: Actor, at: dt.datetime) -> None:
    """Past its neighbour; at the end of the row nothing changes. Numbers of panels go along until it first opens."""
    exhibition = _held(exhibit.exhibition_id, *_WRITTEN)
    row = list(exhibition.exhibits.select_for_update(of=("self",)).filter(withdrawn_at__isnull=True))
    here = next((at_place for at_place, one in enumerate(row) if one.pk == exhibit.pk), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is None or there is None or not 0 <= there < len(row):
        return
    one, other = row[here], row[there]
    one.place, other.place = other.place, one.place
    if exhibition.opened_at is None:
        one.number, other.number = other.number, one.number
    for moved in (one, other):
        moved.save(update_fields=["place", "number"])
    record("exhibit_moved", one.pk, actor=actor, at=at, document=facts(one))


@transaction.atomic
def drop_exhibit(exhibit: Exhibit, *, actor: Actor, at: dt.datetime) -> None:
    """Its keeper takes it away: nothing of it stays but the event."""
    _held(exhibit.exhibition_id, *_WRITTEN)
    found = locked(exhibit.pk)
    record("exhibit_dropped", found.pk, actor=actor, at=at, document=facts(found))
    digests = [found.picture, found.large]
    _hush(found)
    found.delete()
    transaction.on_commit(partial(pictures.forget, digests))
