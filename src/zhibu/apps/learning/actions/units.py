"""A unit is written on a phone or at a desk, published version by version, withdrawn when it is right no more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.learning.actions.unit_drafts import being_written
from zhibu.apps.learning.actions.unit_files import Brought, attach, forget_unused
from zhibu.apps.learning.actions.unit_index import index_unit
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Part, Unit, UnitFile, UnitVersion
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.learning import MOST_MINUTES, PRESCRIBING, USUAL_MINUTES, UnitReach
from zhibu.domain.questions import Question, typed
from zhibu.domain.questions import kept as kept_questions
from zhibu.domain.seal import Canonical

LONGEST_TITLE, LONGEST_TEXT, LONGEST_TOPIC, LONGEST_REASON = 80, 10_000, 20, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWords:
    """What a unit is to say, for whom, and where it belongs; ``text`` is Markdown."""

    title: str
    text: str = ""
    minutes: int = USUAL_MINUTES
    questions: tuple[Question, ...] = ()
    topic: str = ""
    reach: UnitReach = UnitReach.OFFERED
    part: Part | None = None


@transaction.atomic
def begin_unit(
    *,
    organization: Organization,
    words: UnitWords,
    is_no_mark: bool = False,
    writer: Person,
    actor: Actor,
    at: dt.datetime,
) -> UnitVersion:
    """A draft that only those who keep it see. Raises ``BearsMark`` where it bears a mark of secrecy."""
    if organization.word not in PRESCRIBING or organization.dissolved is not None:
        raise LearningRefusal(_("%(name)s makes no units. Choose a branch or a committee.") % {"name": organization})
    said = _tidied(words)
    refuse_marks(_texts(said), is_no_mark=is_no_mark)
    _refuse_part(organization, said.part)
    unit = Unit.objects.create(
        organization=organization,
        part=said.part,
        topic=said.topic,
        reach=said.reach.value,
        title=said.title,
        made_at=at,
    )
    version = UnitVersion.objects.create(unit=unit, number=1, writer=writer, written_at=at, **_columns(said))
    record("unit_begun", unit.pk, actor=actor, at=at, document={"organization": str(organization.pk)})
    return version


@transaction.atomic
def begin_unit_version(unit: Unit, *, writer: Person, actor: Actor, at: dt.datetime) -> UnitVersion:
    """A draft that begins with what the unit says and holds; where one is being written, that one."""
    unit = _locked(unit)
    last = unit.versions.order_by("-number")[0]
    if last.published_at is None:
        return last
    draft = UnitVersion.objects.create(
        unit=unit,
        number=last.number + 1,
        title=last.title,
        text=last.text,
        minutes=last.minutes,
        questions=last.questions,
        writer=writer,
        written_at=at,
    )
    files = list(last.files.all())
    for file in files:
        file.pk, file.version = UnitFile._meta.pk.get_default(), draft
    UnitFile.objects.bulk_create(files)
    record("unit_version_begun", unit.pk, actor=actor, at=at, document={"version": draft.number})
    return draft


@transaction.atomic
def attach_to(unit: Unit, *, brought: Brought, writer: Person, actor: Actor, at: dt.datetime) -> UnitFile:
    """To what is being written of a unit; where nothing is, a draft begins with it. Refused, nothing begins.

    Raises ``BearsMark`` where its name or what is said about it bears a mark of secrecy.
    """
    texts = [PurePath(brought.name).stem, brought.said, brought.transcript, brought.captions]
    refuse_marks(texts, is_no_mark=True)
    draft = begin_unit_version(unit, writer=writer, actor=actor, at=at)
    return attach(draft, brought=brought, actor=actor, at=at)


@transaction.atomic
def save_unit(
    version: UnitVersion,
    *,
    words: UnitWords,
    based_on: int,
    is_no_mark: bool = False,
    writer: Person,
    actor: Actor,
    at: dt.datetime,
) -> UnitVersion:
    """What is typed last counts. The same words change nothing.

    ``based_on``: the revision that was on the screen. Refused where somebody else saved another one meanwhile. For
    whom the unit is and where it belongs holds at once, also for what is published. Raises ``BearsMark`` where words
    come to it that may be a mark of secrecy.
    """
    said = _tidied(words)
    version = being_written(version)
    unit = version.unit
    known = [version.title, version.text, unit.topic, typed(version.asked)]
    refuse_marks(_texts(said), is_no_mark=is_no_mark, known="\n".join(known))
    _refuse_part(unit.organization, said.part)
    columns = _columns(said)
    changed = [name for name, value in columns.items() if getattr(version, name) != value]
    if version.revision != based_on and changed:
        raise LearningRefusal(
            _("%(name)s changed this draft meanwhile. Your text still stands below: compare, then save it again.")
            % {"name": version.writer.name}
        )
    place = {"topic": said.topic, "reach": said.reach.value, "part_id": said.part.pk if said.part else None}
    if unit.published_at is None:
        place["title"] = said.title
    moved = [name for name, value in place.items() if getattr(unit, name) != value]
    if not changed and not moved:
        return version
    for name in moved:
        setattr(unit, name, place[name])
    unit.save(update_fields=moved)
    for name in changed:
        setattr(version, name, columns[name])
    version.writer, version.written_at, version.revision = writer, at, version.revision + 1
    version.save(update_fields=[*changed, "writer", "written_at", "revision"])
    index_unit(unit)
    document: dict[str, Canonical] = {"version": version.number, "reach": unit.reach, "topic": unit.topic}
    record("unit_saved", unit.pk, actor=actor, at=at, document=document)
    return version


@transaction.atomic
def publish_unit(version: UnitVersion, *, revision: int, actor: Actor, at: dt.datetime) -> Unit:
    """From now on the unit says this; text, questions and files are sealed. ``revision``: the one that was read."""
    version = being_written(version)
    unit = version.unit
    if version.revision != revision:
        raise LearningRefusal(_("The unit changed while you were reading. Read it again, then publish it."))
    files = list(version.files.all())
    if not version.text and not files:
        raise LearningRefusal(_("There is nothing to learn in it yet. Write a text or attach something."))
    event = record(
        "unit_published",
        unit.pk,
        actor=actor,
        at=at,
        document={
            "organization": str(unit.organization_id),
            "version": version.number,
            "title": version.title,
            "text": version.text,
            "minutes": version.minutes,
            "questions": version.questions,
            "files": [_sealed(file) for file in files],
            "reach": unit.reach,
            "topic": unit.topic,
            "writer": str(version.writer_id),
        },
    )
    version.published_at, version.sealed_id = at, event.document_sha256
    version.save(update_fields=["published_at", "sealed"])
    unit.title, unit.published_at = version.title, at
    unit.withdrawn_at, unit.withdrawn_because = None, ""
    unit.save(update_fields=["title", "published_at", "withdrawn_at", "withdrawn_because"])
    index_unit(unit)
    return unit


def _sealed(file: UnitFile) -> dict[str, Canonical]:
    return {
        "kind": file.kind,
        "name": file.name,
        "sha256": file.sha256,
        "said": file.said,
        "transcript": file.transcript,
        "captions": file.captions,
    }


@transaction.atomic
def withdraw_unit(unit: Unit, *, because: str, actor: Actor, at: dt.datetime) -> None:
    """It is found no more; its address says so, and why. Publishing a version brings it back."""
    unit = _locked(unit)
    said = kept(because)
    if not unit.is_out:
        raise LearningRefusal(_("This unit is not published."))
    if not said:
        raise LearningRefusal(_("Say in a few words why it is withdrawn; it stands at its address."))
    unit.withdrawn_at, unit.withdrawn_because = at, said[:LONGEST_REASON]
    unit.save(update_fields=["withdrawn_at", "withdrawn_because"])
    index_unit(unit)
    record("unit_withdrawn", unit.pk, actor=actor, at=at, document={"because": unit.withdrawn_because})


@transaction.atomic
def drop_unit_draft(version: UnitVersion, *, actor: Actor, at: dt.datetime) -> bool:
    """A draft goes with its files: whether its unit is still there. One that never was published goes with it."""
    version = being_written(version)
    unit = version.unit
    digests = set(version.files.values_list("sha256", flat=True))
    record("unit_draft_dropped", unit.pk, actor=actor, at=at, document={"version": version.number})
    version.delete()
    is_there = unit.versions.exists()
    if not is_there:
        unit.delete()
    forget_unused(digests)
    return is_there


# --- Details -------------------------------------------------------------------------------------------------------


def _locked(unit: Unit) -> Unit:
    return Unit.objects.select_for_update(of=("self",)).select_related("organization").get(pk=unit.pk)


def _refuse_part(organization: Organization, part: Part | None) -> None:
    if part is not None and not organization.path.startswith(part.organization.path):
        raise LearningRefusal(
            _("“%(part)s” is not asked of %(name)s. Choose a part that is.")
            % {"part": part.title, "name": organization.name}
        )


def _texts(said: UnitWords) -> list[str]:
    return [said.title, said.text, said.topic, typed(said.questions)]


def _columns(said: UnitWords) -> dict[str, object]:
    return {
        "title": said.title,
        "text": said.text,
        "minutes": said.minutes,
        "questions": kept_questions(said.questions),
    }


def _tidied(words: UnitWords) -> UnitWords:
    said = UnitWords(
        title=kept_line(words.title),
        text=kept(words.text),
        minutes=words.minutes,
        questions=words.questions,
        topic=kept_line(words.topic),
        reach=words.reach,
        part=words.part,
    )
    if not said.title:
        raise LearningRefusal(_("A unit has a title. Write one."))
    for text, most in ((said.title, LONGEST_TITLE), (said.text, LONGEST_TEXT), (said.topic, LONGEST_TOPIC)):
        if len(text) > most:
            raise LearningRefusal(
                _("This has %(length)s characters, %(most)s are possible. Make two units of it.")
                % {"length": len(text), "most": most}
            )
    if not 1 <= said.minutes <= MOST_MINUTES:
        raise LearningRefusal(
            _("A unit takes 1 to %(most)s minutes. Make two of a longer one.") % {"most": MOST_MINUTES}
        )
    return said
