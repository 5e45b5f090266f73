"""Study packs: made of a lesson or a unit, taken in by a branch as its lesson, all of it or nothing, and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.files import place_of
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.learning.access import may_see_equal
from zhibu.apps.learning.actions.make_ups import set_equal
from zhibu.apps.learning.actions.unit_files import FOLDER, Brought, attach
from zhibu.apps.learning.actions.units import LONGEST_TEXT, UnitWords, begin_unit, publish_unit, withdraw_unit
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.making_up import equals_of
from zhibu.apps.learning.models import TakenPack, Unit
from zhibu.apps.learning.units import published_of
from zhibu.apps.meetings.actions import convening, minutes
from zhibu.apps.meetings.actions.papers import FOLDER as PAPERS
from zhibu.apps.meetings.actions.papers import add_paper
from zhibu.apps.meetings.models import Meeting, MinutesText
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Account, Person
from zhibu.documents import packs
from zhibu.documents.packs import Pack, PackFault, PackFile, PackRefused, PackUnit
from zhibu.domain.questions import QuestionsRefused, read_questions, typed
from zhibu.domain.terms import MeetingKind, MeetingStage, OrganizationKind

LONGEST_TITLE, LONGEST_SOURCE, LONGEST_ITEM = 120, 80, 200


# --- Made ----------------------------------------------------------------------------------------------------------


def pack_of_unit(unit: Unit) -> bytes:
    """A lesson of one unit. Refused where nothing is published."""
    return packs.write(Pack(unit.title, unit.organization.name, "", (unit.title,), (), (_packed(unit),)))


def pack_of_lesson(meeting: Meeting) -> bytes:
    """Its agenda, papers and the units that stand for it; the record begins with what was conveyed there."""
    papers = tuple(
        PackFile(paper.name, _content(PAPERS, paper.sha256)) for paper in meeting.papers.filter(is_signed_sheet=False)
    )
    conveyed = meeting.texts.filter(field=MinutesText.Field.CONVEYED, agenda_item=None).first()
    return packs.write(
        Pack(
            title=meeting.title,
            source=meeting.organization.name,
            conveyed=conveyed.text if conveyed else "",
            agenda=tuple(meeting.agenda.order_by("position").values_list("title", flat=True)),
            papers=papers,
            units=tuple(_packed(unit) for unit in equals_of(meeting)),
        )
    )


def _packed(unit: Unit) -> PackUnit:
    version = published_of(unit)
    if version is None or not unit.is_out:
        raise LearningRefusal(_("This unit is not published."))
    files = tuple(
        PackFile(file.name, _content(FOLDER, file.sha256), file.said, file.transcript, file.captions)
        for file in version.files.all()
    )
    return PackUnit(
        str(unit.pk), version.title, version.text, version.minutes, unit.topic, typed(version.asked), files
    )


def _content(folder: str, sha256: str) -> bytes:
    with default_storage.open(place_of(folder, sha256)) as file:
        content: bytes = file.read()
    return content


# --- Taken in ------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_in(
    organization: Organization,
    content: bytes,
    *,
    by: Person,
    account: Account,
    actor: Actor,
    at: dt.datetime,
    is_no_mark: bool = False,
) -> TakenPack:
    """The pack becomes a lesson of the branch that is a draft, with agenda, papers and the beginning of its record.

    A unit that stands in this house already, for the branch to see, is not made twice. All of it or nothing.
    Raises ``BearsMark`` where its words may be a mark of secrecy; ``is_no_mark`` says that they are none.
    """
    if organization.word is not OrganizationKind.BRANCH or organization.dissolved is not None:
        raise LearningRefusal(_("%(name)s holds no lessons. Choose a branch.") % {"name": organization.name})
    pack = _read(content)
    refuse_marks(_said_in(pack), is_no_mark=is_no_mark)
    lesson = convening.draft(
        organization=organization,
        kind=MeetingKind.LESSON,
        title=pack.title,
        made_by=account,
        agenda=list(pack.agenda),
        convener=by,
        actor=actor,
        at=at,
    )
    for paper in pack.papers:
        add_paper(lesson, name=paper.name, content=paper.content, actor=actor, at=at)
    if pack.conveyed.strip():
        field = MinutesText.Field.CONVEYED
        minutes.save_text(
            lesson,
            field=field,
            item=None,
            text=pack.conveyed,
            based_on=0,
            by=account,
            actor=actor,
            at=at,
            is_no_mark=is_no_mark,
        )
    taken = TakenPack.objects.create(
        organization=organization, meeting=lesson, title=pack.title, source=pack.source, by=by, taken_at=at
    )
    for unit in pack.units:
        known = _known(unit, organization)
        made = known or _made(unit, organization, by, actor, at)
        if known is None:
            taken.brought.add(made)
        set_equal(lesson, made, actor=actor, at=at)
    document = {"meeting": str(lesson.pk), "title": pack.title, "source": pack.source}
    record("pack_taken_in", organization.pk, actor=actor, at=at, document=document)
    return taken


def _read(content: bytes) -> Pack:
    try:
        pack = packs.read(content)
    except PackRefused as refused:
        raise LearningRefusal(_SAYS[refused.fault]() % {"what": refused.what}) from refused
    for text, most in ((pack.title, LONGEST_TITLE), (pack.source, LONGEST_SOURCE), *_items(pack.agenda)):
        if len(text) > most:
            raise LearningRefusal(
                _("The pack says “%(text)s …”, which is longer than %(most)s characters.")
                % {"text": text[:20], "most": most}
            )
    if not pack.title.strip() or any(not item.strip() for item in pack.agenda):
        raise LearningRefusal(_("The pack has an empty title or an empty item of the agenda."))
    return pack


def _said_in(pack: Pack) -> list[str]:
    files = [*pack.papers, *(file for unit in pack.units for file in unit.files)]
    units = [words for unit in pack.units for words in (unit.title, unit.text, unit.topic, unit.questions)]
    about = [words for unit in pack.units for file in unit.files for words in (file.said, file.transcript)]
    names = [file.name.rpartition(".")[0] for file in files]
    return [pack.title, pack.conveyed, *pack.agenda, *units, *about, *names]


def _items(agenda: Iterable[str]) -> list[tuple[str, int]]:
    return [(item, LONGEST_ITEM) for item in agenda]


_SAYS = {
    PackFault.NO_PACK: lambda: _("This file is no study pack. Choose the .zip that the superior made."),
    PackFault.TOO_LARGE: lambda: _("The pack holds more than a lesson does. Ask for a smaller one. %(what)s"),
    PackFault.ODD_FILE: lambda: _("The pack holds a file that belongs to no part of it: “%(what)s”."),
    PackFault.MISSING: lambda: _("“%(what)s” is missing in the pack. Ask for it again."),
    PackFault.ALTERED: lambda: _("“%(what)s” is not what the pack says. Ask for it again."),
    PackFault.VERSION: lambda: _(
        "The pack is of version “%(what)s”, which is not known here. Bring zhibu up to date."
    ),
    PackFault.UNKNOWN: lambda: _("The pack has a part that is not known here: “%(what)s”."),
    PackFault.BAD_VALUE: lambda: _("“%(what)s” of the pack can not be read."),
}


def _known(told: PackUnit, organization: Organization) -> Unit | None:
    """The unit of this house with the same key and the same words, where all of the branch may see it."""
    try:
        key = UUID(told.id)
    except ValueError:
        return None
    unit = Unit.objects.filter(pk=key).select_related("organization").first()
    if unit is None or not unit.is_out or not may_see_equal(unit, organization):
        return None
    version = published_of(unit)
    is_same = version is not None and (version.title, version.text) == (told.title, told.text)
    return unit if is_same else None


def _made(told: PackUnit, organization: Organization, by: Person, actor: Actor, at: dt.datetime) -> Unit:
    try:
        questions = read_questions(told.questions)
    except QuestionsRefused as refused:
        raise LearningRefusal(
            _("“%(unit)s”, line %(line)s of the questions: %(fault)s.")
            % {"unit": told.title[:LONGEST_TITLE], "line": refused.line, "fault": refused.fault.zh}
        ) from refused
    words = UnitWords(
        title=told.title,
        text=told.text[: LONGEST_TEXT + 1],
        minutes=told.minutes,
        questions=questions,
        topic=told.topic,
    )
    draft = begin_unit(organization=organization, words=words, is_no_mark=True, writer=by, actor=actor, at=at)
    for file in told.files:
        brought = Brought(
            name=file.name,
            content=file.content,
            said=file.said,
            transcript=file.transcript,
            captions=file.captions,
        )
        attach(draft, brought=brought, actor=actor, at=at)
    draft.refresh_from_db()
    return publish_unit(draft, revision=draft.revision, actor=actor, at=at)


# --- Undone --------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_pack(taken: TakenPack, *, actor: Actor, at: dt.datetime) -> None:
    """The lesson is given up and the units that came along are withdrawn. Refused once the lesson was announced."""
    taken = TakenPack.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=taken.pk)
    if taken.undone_at is not None:
        return
    if taken.meeting.at_stage is not MeetingStage.DRAFT:
        raise LearningRefusal(
            _("“%(title)s” was announced already. Postpone it or say that it is not held, on its page.")
            % {"title": taken.meeting.title}
        )
    because = _("The study pack was taken back.")
    convening.not_held(taken.meeting_id, reason=because, actor=actor, at=at)
    for unit in taken.brought.filter(withdrawn_at__isnull=True):
        withdraw_unit(unit, because=because, actor=actor, at=at)
    taken.undone_at = at
    taken.save(update_fields=["undone_at"])
    record("pack_taken_back", taken.organization_id, actor=actor, at=at, document={"title": taken.title})
