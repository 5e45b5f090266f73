"""A member writes down what they made of a campaign (心得), for themself; and lets their branch read it, or not.

None of this is recorded as an event: an event would tell the auditor who has written and, by what is missing, who
has not. The row is all there is, and it goes when its writer says so.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from zhibu.apps.archive.marks import refuse_marks
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Campaign, StudyNote
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Membership, Person

LONGEST = 4000


@transaction.atomic
def write_note(
    campaign: Campaign, person: Person, *, text: str, is_no_mark: bool = False, at: dt.datetime
) -> StudyNote:
    """Kept for its writer alone until they share it; written over, it is shared with whom it was.

    Raises ``BearsMark`` where words come to it that may be a mark of secrecy.
    """
    said = text.strip()
    if not said:
        raise LearningRefusal(_("Nothing is written yet. To take a note away, use the button for that."))
    if len(said) > LONGEST:
        raise LearningRefusal(
            _("This has %(length)s characters, %(most)s are possible.") % {"length": len(said), "most": LONGEST}
        )
    known = StudyNote.objects.filter(campaign=campaign, person=person).values_list("text", flat=True).first()
    refuse_marks([said], is_no_mark=is_no_mark, known=known or "")
    note, _made = StudyNote.objects.update_or_create(
        campaign=campaign, person=person, defaults={"text": said, "written_at": at}
    )
    return note


@transaction.atomic
def share_note(note: StudyNote, *, on: dt.date) -> None:
    """The members of the branch that the writer belongs to on the day may read it, and nobody else."""
    branch = Organization.objects.filter(
        pk__in=Membership.objects.on(on).filter(person=note.person_id).values("organization")
    ).first()
    if branch is None:
        raise LearningRefusal(_("You belong to no branch today, so there is nobody to share it with."))
    _set_shared(note, branch)


@transaction.atomic
def keep_note_to_oneself(note: StudyNote) -> None:
    """From now on its writer alone reads it again."""
    _set_shared(note, None)


def take_note_away(note: StudyNote) -> None:
    """It is gone, for its writer as for others. Twice changes nothing."""
    StudyNote.objects.filter(pk=note.pk).delete()


def _set_shared(note: StudyNote, branch: Organization | None) -> None:
    note.shared_with = branch
    note.save(update_fields=["shared_with"])
