"""Reads of guides and questions: what is in force, what answers somebody's words, what waits for the section."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from zhibu.apps.guides.models import Guide, GuidedUnit, GuideVersion, Question
from zhibu.apps.organizations.dated import holds_on
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.actions.accounts import ALPHABET
from zhibu.apps.search.models import Indexed
from zhibu.apps.search.queries import Found, Scope, found_all, texts_of
from zhibu.apps.search.scripts import simplified
from zhibu.apps.windows.models import Seat, Section, WindowPost
from zhibu.apps.windows.queries import managers_of
from zhibu.documents.markdown import plain
from zhibu.domain.grams import LONGEST, place_of
from zhibu.domain.guidance import TOLD_BEFORE, attempts
from zhibu.domain.terms import GuideAudience, GuideState, QuestionState

#: The kind of text a version is, as it stands in the index.
GUIDE = "guide"

#: Characters of an excerpt, and of them before the words that were looked for.
EXCERPT, _BEFORE = 90, 24


def in_force(on: dt.date) -> QuerySet[GuideVersion]:
    """What guides say on a day, one version of each."""
    return GuideVersion.objects.filter(holds_on(on), state=GuideState.PUBLISHED.value)


def version_in_force(guide: Guide, on: dt.date) -> GuideVersion | None:
    """What it says on a day; ``None`` before it is in force and after it was withdrawn."""
    return in_force(on).filter(guide=guide).select_related("writer", "reviewer").first()


def published_of(guide: Guide) -> QuerySet[GuideVersion]:
    """All versions that are or were in force, the latest first."""
    rows = guide.versions.filter(state=GuideState.PUBLISHED.value)
    return rows.select_related("writer", "reviewer").order_by("-number")


def being_written(guide: Guide) -> GuideVersion | None:
    rows = guide.versions.exclude(state=GuideState.PUBLISHED.value)
    return rows.select_related("writer", "guide__section").first()


def with_titles(guides: QuerySet[Guide], on: dt.date) -> QuerySet[Guide]:
    """Each with ``title``: of the version in force on the day, else of the last; and ``since``, ``None`` if none."""
    theirs = GuideVersion.objects.filter(guide=OuterRef("pk"))
    valid = in_force(on).filter(guide=OuterRef("pk"))
    return guides.annotate(
        said=Subquery(valid.values("title")[:1]),
        since=Subquery(valid.values("since")[:1]),
        last=Subquery(theirs.order_by("-number").values("title")[:1]),
        waiting=Subquery(theirs.exclude(state=GuideState.PUBLISHED.value).values("state")[:1]),
    )


# --- What answers somebody's words ---------------------------------------------------------------------------------


def address(number: int) -> str:
    """Where anybody reads a guide that is not internal. It never changes."""
    return f"/public/guides/{number}/"


@dataclass(frozen=True, slots=True)
class Answer:
    """A guide that holds what was asked. ``path``: where it is read; of an internal guide, by those logged in."""

    guide: UUID
    title: str
    excerpt: str
    path: str


def answers(words: str, *, on: dt.date, audience: GuideAudience, limit: int = 3) -> list[Answer]:
    """What of the guides for ``audience`` in force ``on`` a day holds what somebody asks, in any script.

    Title hits first, then the newest; the same for everybody. Whatever ``words`` are, nothing is refused: what can
    not be looked for finds nothing. At most seven queries, two when the first attempt finds something.
    """
    versions, tried = looked_up(words, on=on, audience=audience)
    rows = GuideVersion.objects.select_related("guide").in_bulk(versions[:limit])
    return [_answer(rows[key], tried) for key in versions[:limit] if key in rows]


def guides_for(audience: GuideAudience) -> Scope:
    """Which texts of the index those of ``audience`` read; guides stand under the root of the house."""
    house = Organization.objects.filter(depth=1)
    return texts_of(GUIDE, house, *(word.value for word in audience.read_as_well))


def looked_up(words: str, *, on: dt.date, audience: GuideAudience) -> tuple[list[UUID], tuple[str, ...]]:
    """The versions that hold what is asked, in their order, and the words by which they were found."""
    within = [guides_for(audience)]
    for attempt in attempts(simplified(words[:_MOST_READ])):
        if any(len(word) > LONGEST for word in attempt):
            continue
        found = found_all(attempt, within, on=on)
        if found.keys:
            return _subjects(found), attempt
    return [], ()


#: Characters of a message that are read for what is asked.
_MOST_READ = 200


def _subjects(found: Found) -> list[UUID]:
    subjects = dict(Indexed.objects.filter(pk__in=found.keys).values_list("pk", "subject"))
    return [subjects[key] for key in found.keys if key in subjects]


def _answer(version: GuideVersion, words: Sequence[str]) -> Answer:
    guide = version.guide
    path = f"/guides/{guide.pk}/" if guide.word is GuideAudience.INTERNAL else address(guide.number)
    return Answer(guide.pk, version.title, excerpt(version.text, words), path)


def excerpt(text: str, words: Sequence[str] = ()) -> str:
    """A line of a guide around the first of ``words`` that stands in it, else its beginning. Never markup."""
    said = " ".join(plain(text).split())
    places = (place_of(simplified(word), simplified(said)) for word in words)
    begin = max(0, next((place[0] for place in places if place), 0) - _BEFORE)
    end = begin + EXCERPT
    return f"{'…' if begin else ''}{said[begin:end]}{'…' if end < len(said) else ''}"


# --- For the section -----------------------------------------------------------------------------------------------


def due_to_be_read(guides: QuerySet[Guide], on: dt.date) -> QuerySet[Guide]:
    """Those of ``guides`` that are to be looked through within two weeks, or should have been."""
    return guides.filter(read_again_by__lte=on + dt.timedelta(days=TOLD_BEFORE))


def helped(guide: Guide, first: dt.date, last: dt.date) -> int:
    """How often somebody said from ``first`` to ``last``, both included, that it was the answer."""
    rows = Guide.objects.filter(pk=guide.pk, versions__helped__day__range=(first, last))
    return rows.aggregate(times=Sum("versions__helped__times"))["times"] or 0


def keepers_of(section: Section | None, on: dt.date) -> set[UUID]:
    """The people who keep the guides of a section: at its posts today, or managing one. Without one: all managers."""
    posts = WindowPost.objects.filter(holds_on(on), organization__isnull=False)
    theirs = posts if section is None else posts.filter(section=section)
    units = {post.organization for post in theirs.select_related("organization") if post.organization}
    managers = {person for unit in units for person in managers_of(unit, on)}
    if section is None:
        return managers
    seated = Seat.objects.on(on).filter(window_post__section=section).values_list("person_id", flat=True)
    return managers | set(seated)


# --- Questions -----------------------------------------------------------------------------------------------------


def digest(code: str) -> str:
    """Of a code as somebody types it: small letters, spaces and dashes do not matter."""
    plainly = unicodedata.normalize("NFKC", code[:80]).upper()
    return sha256("".join(char for char in plainly if char in ALPHABET).encode()).hexdigest()


def question_of(code: str) -> Question | None:
    """The one that the code was shown for; ``None`` where there is none."""
    rows = Question.objects.filter(code_sha256=digest(code))
    return rows.select_related("section", "guide").first()


def waiting(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Those without an answer, by the day on which it was promised."""
    return questions.filter(state=QuestionState.OPEN.value).select_related("section", "unit")


def units_on(on: dt.date) -> QuerySet[GuidedUnit]:
    return GuidedUnit.objects.on(on).select_related("section")
