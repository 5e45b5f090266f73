"""The unit confirms a rule that was shipped off, with its source, or takes that back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from zhibu.apps.archive.actions import Actor, record
from zhibu.apps.rules.errors import ConfirmationRefused
from zhibu.apps.rules.loader import judge_the_same
from zhibu.apps.rules.models import Confirmation
from zhibu.apps.rules.queries import all_rules, latest_edition, packed_rules, use_edition, with_source
from zhibu.domain.requirements import Rule, is_below, loosened
from zhibu.domain.seal import Canonical


@transaction.atomic
def confirm(
    rule: Rule,
    *,
    document: str,
    dated: dt.date,
    in_force: dt.date,
    article: int | None,
    actor: Actor,
    at: dt.datetime,
) -> Confirmation:
    """Switch a rule on: it counts from the day in force, but never for days before today or before the rule's own.

    Raises ``ConfirmationRefused`` naming the field that does not fit.
    """
    today = localtime(at).date()
    _check(document, dated, in_force, article, today)
    since = max(in_force, today, rule.force.since)
    if rule.is_on or rule not in packed_rules():
        raise ConfirmationRefused(_("This rule is on already; there is nothing to confirm."))
    if rule.force.until is not None and rule.force.until <= since:
        raise ConfirmationRefused(
            _("Its text went out of force on %(day)s: from then another version holds.")
            % {"day": rule.force.until.isoformat()},
            "in_force",
        )
    made = Confirmation(
        rule=rule.id,
        version=rule.force.since,
        document=document.strip(),
        article=article,
        dated=dated,
        in_force=in_force,
        since=since,
        confirmed_at=at,
    )
    use_edition(latest_edition())
    _refuse_clash(with_source(rule, made))
    made.save(force_insert=True)
    use_edition(latest_edition())
    record("rule_confirmed", made.pk, actor=actor, at=at, document=_facts(made))
    return made


@transaction.atomic
def take_back(confirmation: Confirmation, *, actor: Actor, at: dt.datetime) -> None:
    """Switch the rule off from today; periods that are over stay judged by it. Done again, nothing changes."""
    held = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    if held.until is not None:
        return
    held.until = max(held.since, localtime(at).date())
    held.save(update_fields=["until"])
    use_edition(latest_edition())
    record("rule_taken_back", held.pk, actor=actor, at=at, document=_facts(held))


def _check(document: str, dated: dt.date, in_force: dt.date, article: int | None, today: dt.date) -> None:
    if not document.strip():
        raise ConfirmationRefused(_("Give the number of the document, such as 中办发〔2024〕12号."), "document")
    if dated > today:
        raise ConfirmationRefused(_("This day has not come yet. Give the date that stands on the document."), "dated")
    if in_force < dated:
        raise ConfirmationRefused(
            _("A text is not in force before its own date, %(day)s.") % {"day": dated.isoformat()}, "in_force"
        )
    if article is not None and not 1 <= article <= 999:  # noqa: PLR2004 - no text has a thousand articles
        raise ConfirmationRefused(
            _("Give the number of the article, 1 to 999; leave it empty where there is none."), "article"
        )


def _refuse_clash(rule: Rule) -> None:
    """As the packs are checked on load: no second version of a layer, no second rule for a vote, nothing loosened."""
    for other in all_rules():
        if not other.is_on or not other.force.meets(rule.force):
            continue
        if other.id == rule.id and other.layer is rule.layer:
            raise ConfirmationRefused(_("On these days %(citation)s holds already.") % {"citation": other.citation})
        if other.id != rule.id:
            if judge_the_same(other, rule):
                raise ConfirmationRefused(_("%(citation)s rules this vote already.") % {"citation": other.citation})
            continue
        lower, upper = (rule, other) if is_below(rule.layer, other.layer) else (other, rule)
        if loosened(lower, upper) is not None and upper.is_firm:
            raise ConfirmationRefused(
                _("This would ask less than %(citation)s; a lower layer adds or tightens.")
                % {"citation": upper.citation}
            )


def _facts(one: Confirmation) -> dict[str, Canonical]:
    return {
        "rule": one.rule,
        "version": one.version.isoformat(),
        "document": one.document,
        "article": one.article,
        "dated": one.dated.isoformat(),
        "in_force": one.in_force.isoformat(),
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
    }
