"""An evaluation by an outside body is recorded with its papers; what is found is followed up, by a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive import files
from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.feedback.errors import FeedbackRefusal
from zhibu.apps.feedback.models import Evaluation, EvaluationPaper, FollowUp
from zhibu.apps.organizations.models import Organization
from zhibu.domain.guidance import kept, kept_line
from zhibu.domain.terms import EvaluationKind

#: Files of one evaluation, and the folder in which they are kept.
MOST_FILES = 10
FOLDER = "evaluations"
LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``body``: who evaluated; ``held_on``: when they did."""

    kind: EvaluationKind
    title: str
    body: str
    held_on: dt.date
    findings: str


@transaction.atomic
def record_evaluation(
    organization: Organization,
    found: Found,
    *,
    attached: Sequence[tuple[str, bytes]] = (),
    actor: Actor,
    at: dt.datetime,
) -> Evaluation:
    """``attached``: name and content of each paper. All or nothing: a file that is refused records nothing."""
    title, body, findings = kept_line(found.title), kept_line(found.body), kept(found.findings)
    if not title or not body or not findings:
        raise FeedbackRefusal(_("An evaluation has a title, a body that evaluated, and findings. Write all three."))
    if len(findings) > LONGEST:
        raise FeedbackRefusal(
            _("This has %(length)s characters, %(most)s are possible. Shorten it.")
            % {"length": len(findings), "most": LONGEST}
        )
    if found.held_on > localtime(at).date():
        raise FeedbackRefusal(_("%(day)s is still to come. Record it when it was held.") % {"day": found.held_on})
    if len(attached) > MOST_FILES:
        raise FeedbackRefusal(_("At most %(number)s files go with it. Put some together.") % {"number": MOST_FILES})
    looked_at = [(files.looked_at(name, content), content) for name, content in attached]
    evaluation = Evaluation.objects.create(
        organization=organization,
        kind=found.kind.value,
        title=title,
        body=body,
        held_on=found.held_on,
        findings=findings,
        recorded_at=at,
    )
    for paper, content in looked_at:
        files.keep(FOLDER, paper, content)
        EvaluationPaper.objects.create(
            evaluation=evaluation,
            name=paper.name,
            media_type=paper.media_type,
            sha256=paper.sha256,
            size=paper.size,
        )
    record(
        "evaluation_recorded",
        evaluation.pk,
        actor=actor,
        at=at,
        document={
            "organization": str(organization.pk),
            "kind": found.kind.value,
            "title": title,
            "body": body,
            "held_on": found.held_on.isoformat(),
            "findings": findings,
            "files": [{"name": paper.name, "sha256": paper.sha256, "size": paper.size} for paper, _one in looked_at],
        },
    )
    return evaluation


@transaction.atomic
def follow_up(evaluation: Evaluation, text: str, *, due: dt.date, actor: Actor, at: dt.datetime) -> FollowUp:
    """Something is to be done about a finding, by a day that has not passed."""
    said = kept_line(text)
    if not said:
        raise FeedbackRefusal(_("Write what is to be done."))
    if due < localtime(at).date():
        raise FeedbackRefusal(_("%(day)s has passed. Choose a later day.") % {"day": due})
    taken = FollowUp.objects.create(evaluation=evaluation, text=said[:300], due=due)
    document = {"evaluation": str(evaluation.pk), "text": taken.text, "due": due.isoformat()}
    record("follow_up_begun", taken.pk, actor=actor, at=at, document=document)
    return taken


@transaction.atomic
def close_follow_up(follow: FollowUp, done: str, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    """With what was done, and when."""
    follow = FollowUp.objects.select_for_update().get(pk=follow.pk)
    if follow.done_on is not None:
        raise FeedbackRefusal(_("This was closed already. What stands there stays."))
    said = kept_line(done)
    if not said:
        raise FeedbackRefusal(_("Write what was done."))
    if on > localtime(at).date():
        raise FeedbackRefusal(_("%(day)s is still to come. Close it when it is done.") % {"day": on})
    follow.done_on, follow.done = on, said[:500]
    follow.save(update_fields=["done_on", "done"])
    record("follow_up_closed", follow.pk, actor=actor, at=at, document={"done": follow.done, "on": on.isoformat()})
