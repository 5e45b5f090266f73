"""The holder of a duty says in their own words that it is done; and takes it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Article, Statement
from zhibu.apps.organizations.models import Organization
from zhibu.apps.people.models import Person
from zhibu.domain.terms import Proof

#: Characters.
LONGEST = 500


@transaction.atomic
def state(
    *, article: Article, organization: Organization, person: Person, text: str, actor: Actor, at: dt.datetime
) -> Statement:
    """Of a duty that is seen by a statement. The text stays here and not in the archive: it can be taken back."""
    said = text.strip()
    wording = article.wordings.on(localtime(at).date()).first()
    if wording is None or wording.proof != Proof.STATEMENT:
        raise ListRefusal(_("This duty is not seen by a statement of its holder."))
    if not said:
        raise ListRefusal(_("Say in a few words what was done."))
    if len(said) > LONGEST:
        raise ListRefusal(
            _("This has %(length)s characters, %(most)s are possible. Keep what matters.")
            % {"length": len(said), "most": LONGEST}
        )
    statement = Statement.objects.create(
        article=article, organization=organization, person=person, text=said, said_at=at
    )
    record("duty_stated", article.pk, actor=actor, at=at, document={"statement": str(statement.pk)})
    return statement


@transaction.atomic
def withdraw_statement(statement: Statement, *, actor: Actor, at: dt.datetime) -> None:
    record(
        "duty_statement_withdrawn",
        statement.article_id,
        actor=actor,
        at=at,
        document={"statement": str(statement.pk)},
    )
    statement.delete()
