"""A guide is written, version by version: begun, saved, handed over for review, or dropped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Guide, GuideVersion, Question
from zhibu.apps.people.models import Person
from zhibu.apps.windows.models import Section
from zhibu.domain.guidance import UNREADABLE, kept, kept_line
from zhibu.domain.terms import GuideAudience, GuideState

#: Characters of a title, of a text, and of the words by which people ask.
LONGEST_TITLE, LONGEST, LONGEST_KEYWORDS = 80, 20_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a guide is to say; ``text`` is Markdown."""

    title: str
    text: str
    keywords: str = ""


@transaction.atomic
def begin_guide(
    *,
    section: Section,
    words: Words,
    audience: GuideAudience,
    writer: Person,
    actor: Actor,
    at: dt.datetime,
    question: Question | None = None,
) -> GuideVersion:
    """A new guide of a section, as a draft. ``question``: the one that it answers, which then leads to it."""
    said = _tidied(words)
    list(Guide.objects.select_for_update().order_by("-number")[:1])
    last = Guide.objects.aggregate(last=Max("number"))["last"] or 0
    guide = Guide.objects.create(number=last + 1, section=section, audience=audience.value)
    version = _draft(guide, 1, said, writer, at)
    if question is not None:
        question.guide = guide
        question.save(update_fields=["guide"])
    record(
        "guide_begun",
        guide.pk,
        actor=actor,
        at=at,
        document={
            "number": guide.number,
            "section": str(section.pk),
            "audience": audience.value,
            "question": str(question.pk) if question else None,
        },
    )
    return version


@transaction.atomic
def begin_version(guide: Guide, *, writer: Person, actor: Actor, at: dt.datetime) -> GuideVersion:
    """A draft that begins with what the guide says last. One that is being written already is refused."""
    guide = Guide.objects.select_for_update().get(pk=guide.pk)
    last = guide.versions.order_by("-number").first()
    if last is None or last.word is not GuideState.PUBLISHED:
        raise GuideRefusal(_("A new version is being written already. Go on with that one."))
    said = Words(title=last.title, text=last.text, keywords=last.keywords)
    version = _draft(guide, last.number + 1, said, writer, at)
    record("guide_version_begun", guide.pk, actor=actor, at=at, document={"version": version.number})
    return version


def _draft(guide: Guide, number: int, said: Words, writer: Person, at: dt.datetime) -> GuideVersion:
    return GuideVersion.objects.create(
        guide=guide,
        number=number,
        title=said.title,
        text=said.text,
        keywords=said.keywords,
        writer=writer,
        written_at=at,
    )


@transaction.atomic
def save_draft(
    version: GuideVersion, *, words: Words, based_on: int, writer: Person, actor: Actor, at: dt.datetime
) -> GuideVersion:
    """What is typed last counts, and whoever types it is the writer. The same words change nothing.

    ``based_on``: the revision that was on the screen. Refused where somebody else saved another one meanwhile.
    """
    said = _tidied(words)
    version = _being_written(version)
    if version.revision != based_on and (version.title, version.text) != (said.title, said.text):
        raise GuideRefusal(
            _("%(name)s changed this draft meanwhile. Your text still stands below: compare, then save it again.")
            % {"name": version.writer.name}
        )
    changed = {
        field: getattr(said, field)
        for field in ("title", "text", "keywords")
        if getattr(version, field) != getattr(said, field)
    }
    if not changed:
        return version
    for field, value in changed.items():
        setattr(version, field, value)
    version.writer, version.written_at, version.revision = writer, at, version.revision + 1
    version.state = GuideState.DRAFT.value
    version.save(update_fields=[*changed, "writer", "written_at", "revision", "state"])
    record("guide_saved", version.guide_id, actor=actor, at=at, document={"version": version.number})
    return version


@transaction.atomic
def hand_over(version: GuideVersion, *, actor: Actor, at: dt.datetime) -> None:
    """The draft waits for another person's review. Once more changes nothing."""
    version = _being_written(version)
    if version.word is GuideState.REVIEW:
        return
    version.state, version.returned = GuideState.REVIEW.value, ""
    version.save(update_fields=["state", "returned"])
    record("guide_handed_over", version.guide_id, actor=actor, at=at, document={"version": version.number})


@transaction.atomic
def set_audience(guide: Guide, audience: GuideAudience, *, actor: Actor, at: dt.datetime) -> None:
    """For whom the guide will be. The same changes nothing.

    Refused once a version was published: what was reviewed for some is not opened to others without a review.
    """
    if guide.word is audience:
        return
    if guide.versions.filter(state=GuideState.PUBLISHED.value).exists():
        raise GuideRefusal(_("It was reviewed for these readers. Withdraw it and write one for the others."))
    guide.audience = audience.value
    guide.save(update_fields=["audience"])
    record("guide_audience_set", guide.pk, actor=actor, at=at, document={"audience": audience.value})


@transaction.atomic
def drop_draft(version: GuideVersion, *, actor: Actor, at: dt.datetime) -> bool:
    """A draft is taken away: whether its guide is still there. One that never was in force goes with it."""
    version = _being_written(version)
    guide = version.guide
    record("guide_draft_dropped", guide.pk, actor=actor, at=at, document={"version": version.number})
    version.delete()
    if guide.versions.exists():
        return True
    guide.delete()
    return False


def _being_written(version: GuideVersion) -> GuideVersion:
    version = GuideVersion.objects.select_for_update().get(pk=version.pk)
    if version.word is GuideState.PUBLISHED:
        raise GuideRefusal(_("This version is published and never changes. Begin a new one."))
    return version


def _tidied(words: Words) -> Words:
    said = Words(
        title=kept_line(words.title),
        text=kept(words.text),
        keywords=kept_line(words.keywords),
    )
    if not said.title or not said.text:
        raise GuideRefusal(_("A guide has a title and a text. Write both."))
    for text, most in ((said.title, LONGEST_TITLE), (said.text, LONGEST), (said.keywords, LONGEST_KEYWORDS)):
        if len(text) > most:
            raise GuideRefusal(
                _("This has %(length)s characters, %(most)s are possible. Shorten it, or make two guides of it.")
                % {"length": len(text), "most": most}
            )
        refuse_unreadable(text)
    return said


def refuse_unreadable(text: str) -> None:
    """What came in an encoding that is none has lost characters; whoever typed it sees where."""
    if UNREADABLE in text:
        raise GuideRefusal(_("Some characters could not be read and stand as �. Type them anew."))
