"""Honors are put on record with their papers; one that was wrong is corrected or withdrawn, and stays readable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.honors.errors import HonorRefusal
from zhibu.apps.honors.models import Honor, HonorPaper
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.guidance import kept_line
from zhibu.domain.seal import Canonical
from zhibu.domain.terms import HonorKind

#: Files of one honor, and the folder in which they are kept.
MOST_FILES = 10
FOLDER = "honors"

#: Characters of a title, of who conferred it, of what it is for.
LONGEST_TITLE, LONGEST_NAME, LONGEST_REASON = 80, 120, 500

#: Years from which honors are remembered.
EARLIEST = 1921


@dataclass(frozen=True, slots=True, kw_only=True)
class Conferred:
    """``conferred_by``: who gave it; ``reason``: what for. ``papers``: name and content of each."""

    title: str
    year: int
    kind: HonorKind = HonorKind.TITLE
    conferred_by: str = ""
    reason: str = ""
    papers: Sequence[tuple[str, bytes]] = ()


@transaction.atomic
def bestow(bearer: Person | Organization, conferred: Conferred, *, actor: Actor, at: dt.datetime) -> Honor:
    """The person or the organization has this honor. The same one, title and year, again changes nothing."""
    said = _tidied(conferred, at)
    whose = {"person": bearer} if isinstance(bearer, Person) else {"organization": bearer}
    stands = Honor.objects.filter(**whose, title=said.title, year=said.year, withdrawn_at__isnull=True).first()
    return stands or _put_on_record(Honor(**whose), said, actor=actor, at=at)


@transaction.atomic
def correct(honor: Honor, conferred: Conferred, *, reason: str, actor: Actor, at: dt.datetime) -> Honor:
    """From now on it stands as ``conferred`` says. The wrong one is withdrawn with the reason.

    Its papers go along.
    """
    said = _tidied(conferred, at)
    wrong = _withdrawn(honor, reason, actor=actor, at=at)
    other = Honor.objects.filter(
        person=wrong.person, organization=wrong.organization, title=said.title, year=said.year, withdrawn_at=None
    )
    if other.exists():
        raise HonorRefusal(_("“%(title)s” of %(year)s is on record already. Withdraw this one instead.") % said.named)
    right = Honor(person=wrong.person, organization=wrong.organization, corrects=wrong)
    _put_on_record(right, said, actor=actor, at=at)
    for paper in wrong.papers.all():
        HonorPaper.objects.create(
            honor=right, name=paper.name, media_type=paper.media_type, sha256=paper.sha256, size=paper.size
        )
    return right


@transaction.atomic
def withdraw(honor: Honor, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """It was no honor of theirs, or is none any more. Who keeps it, and the person, still read it with the reason."""
    _withdrawn(honor, reason, actor=actor, at=at)


def _withdrawn(honor: Honor, reason: str, *, actor: Actor, at: dt.datetime) -> Honor:
    stood = Honor.objects.select_for_update(of=("self",)).get(pk=honor.pk)
    if stood.withdrawn_at is not None:
        raise HonorRefusal(_("This has been withdrawn already. What stands there stays."))
    said = kept_line(reason)
    if not said:
        raise HonorRefusal(_("Say in a few words what was wrong."))
    stood.withdrawn_at, stood.withdrawn_for = at, said[:300]
    stood.save(update_fields=["withdrawn_at", "withdrawn_for"])
    record("honor_withdrawn", stood.pk, actor=actor, at=at, document={"reason": stood.withdrawn_for})
    return stood


@dataclass(frozen=True, slots=True)
class _Said:
    title: str
    year: int
    kind: HonorKind
    conferred_by: str
    reason: str
    papers: Sequence[tuple[files.Kept, bytes]]

    @property
    def named(self) -> dict[str, object]:
        return {"title": self.title, "year": self.year}


def _tidied(conferred: Conferred, at: dt.datetime) -> _Said:
    title, by, reason = (kept_line(text) for text in (conferred.title, conferred.conferred_by, conferred.reason))
    if not title:
        raise HonorRefusal(_("An honor has a title. Write what was conferred."))
    for text, most in ((title, LONGEST_TITLE), (by, LONGEST_NAME), (reason, LONGEST_REASON)):
        if len(text) > most:
            raise HonorRefusal(
                _("This has %(length)s characters, %(most)s are possible. Shorten it.")
                % {"length": len(text), "most": most}
            )
    if not EARLIEST <= conferred.year <= localtime(at).year:
        raise HonorRefusal(
            _("The year lies between %(first)s and this year, not %(year)s.")
            % {"first": EARLIEST, "year": conferred.year}
        )
    if len(conferred.papers) > MOST_FILES:
        raise HonorRefusal(_("At most %(number)s files go with it. Put some together.") % {"number": MOST_FILES})
    looked_at = [(files.looked_at(name, content), content) for name, content in conferred.papers]
    return _Said(title, conferred.year, conferred.kind, by, reason, looked_at)


def _put_on_record(honor: Honor, said: _Said, *, actor: Actor, at: dt.datetime) -> Honor:
    honor.kind, honor.title, honor.year = said.kind.value, said.title, said.year
    honor.conferred_by, honor.reason = said.conferred_by, said.reason
    honor.save()
    for paper, content in said.papers:
        files.keep(FOLDER, paper, content)
        HonorPaper.objects.create(
            honor=honor, name=paper.name, media_type=paper.media_type, sha256=paper.sha256, size=paper.size
        )
    document: dict[str, Canonical] = {
        "person": str(honor.person_id) if honor.person_id else None,
        "organization": str(honor.organization_id) if honor.organization_id else None,
        "kind": said.kind.value,
        "title": said.title,
        "year": said.year,
        "conferred_by": said.conferred_by,
        "reason": said.reason,
        "corrects": str(honor.corrects_id) if honor.corrects_id else None,
        "files": [{"name": paper.name, "sha256": paper.sha256, "size": paper.size} for paper, _one in said.papers],
    }
    record("honor_bestowed", honor.pk, actor=actor, at=at, document=document)
    return honor
