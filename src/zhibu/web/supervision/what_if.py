"""What if: a rule or a date is tried in a sandbox, and the page says who would owe what, from which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from zhibu.apps.organizations.models import Organization
from zhibu.apps.oversight.what_if import Sandbox, tried_by, what_if
from zhibu.apps.rules.queries import all_rules
from zhibu.documents.tables import Table
from zhibu.domain.compliance import Cell
from zhibu.domain.requirements import Measure, Obligation, Period, Rule, Subject
from zhibu.domain.terms import OrganizationKind, PostKind
from zhibu.domain.what_if import Difference, Effect, OtherRule, OtherState, version_of, would_loosen
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.forms import MOST_OFFERED, organization_field
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import as_written, cited, how_often, listed, strength, within
from zhibu.web.shell.templatetags.words import word

#: The form of the chip, beside its color.
CHIPS = {Effect.GAINS: "open", Effect.LOSES: "quiet", Effect.CHANGES: "note"}

_BACK, _AHEAD = 1, 5


def _date(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class Sandboxed(forms.Form):
    """All in the address: nothing is stored, and what was tried can be passed on."""

    rule = forms.ChoiceField(label=_lazy("A rule"), required=False)
    use = forms.ChoiceField(label=_lazy("In force"), required=False)
    period = forms.ChoiceField(label=_lazy("Each"), required=False)
    count = forms.IntegerField(label=_lazy("Times or hours"), required=False, min_value=1, max_value=400)
    grace = forms.IntegerField(
        label=_lazy("Days to file after the period"), required=False, min_value=0, max_value=365
    )
    since = _date(
        _lazy("From this day"), _lazy("Today unless said. What is owed changes with the first period after it.")
    )
    organization = forms.CharField()
    founded = _date(_lazy("Founded on"))
    dissolved = _date(_lazy("Dissolved on"))
    full_members = forms.IntegerField(
        label=_lazy("Number of full members"), required=False, min_value=0, max_value=9999
    )
    committee = forms.ChoiceField(label=_lazy("Branch committee"), required=False)
    effect = forms.ChoiceField(label=_lazy("Show only"), required=False)

    def __init__(
        self, data: QueryDict | None, rules: Sequence[Rule], rows: Sequence[Organization], on: dt.date
    ) -> None:
        super().__init__(data)
        self.on = on
        self.rules = rules
        self.rows = {row.code: row for row in rows if row.word is not OrganizationKind.GROUP}
        ids = dict.fromkeys(rule.id for rule in rules if isinstance(rule, Obligation))
        chosen = [(key, version_of(rules, key, on)) for key in ids]
        as_it_is = ("", _("as it is"))
        self._choose("rule", ("", _("none")), [(key, _named(rule)) for key, rule in chosen if rule])
        self._choose("use", as_it_is, [("on", _("on")), ("off", _("off"))])
        periods = [period for period in Period if period is not Period.TERM]
        self._choose("period", as_it_is, [(period.value, word(period)) for period in periods])
        self.fields["organization"] = organization_field(_("An organization"), self.rows.values(), empty=_("none"))
        self._choose("committee", as_it_is, [("with", _("there is one")), ("without", _("there is none"))])
        self._choose("effect", ("", _("all")), [(effect.value, word(effect)) for effect in Effect])

    def _choose(self, name: str, first: tuple[str, str], choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = [first, *choices]  # type: ignore[attr-defined]

    def clean_since(self) -> dt.date:
        since: dt.date = self.cleaned_data["since"] or self.on
        if not self.on.year - _BACK <= since.year <= self.on.year + _AHEAD:
            raise forms.ValidationError(
                _("Choose a day between %(first)s and %(last)s.")
                % {"first": self.on.year - _BACK, "last": self.on.year + _AHEAD}
            )
        return since

    def clean_organization(self) -> str:
        """Its code, also where part of a name was typed that only one of them has."""
        typed: str = self.cleaned_data["organization"]
        if not typed or typed in self.rows:
            return typed
        found = [code for code, row in self.rows.items() if typed in row.name]
        if len(found) != 1:
            raise forms.ValidationError(
                _("%(number)s organizations are called so. Type the code of the one that is meant.")
                % {"number": len(found)}
            )
        return found[0]

    @property
    def _row(self) -> Organization | None:
        return self.rows.get(self.cleaned_data.get("organization", ""))

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        row = self._row
        founded = asked.get("founded") or (row.founded if row else None)
        dissolved = asked.get("dissolved")
        if founded and dissolved and dissolved <= founded:
            self.add_error("dissolved", _("An organization is dissolved after it was founded."))
        about_organization = ("founded", "dissolved", "full_members", "committee")
        if row is None and any(asked.get(name) not in {None, ""} for name in about_organization):
            self.add_error("organization", _("Choose the organization of which this would be so."))
        about_rule = ("use", "period", "count", "grace")
        if not asked.get("rule") and any(asked.get(name) not in {None, ""} for name in about_rule):
            self.add_error("rule", _("Choose the rule that would be so."))
        return asked

    @property
    def is_asked(self) -> bool:
        return (
            self.is_bound and self.is_valid() and bool(self.cleaned_data["rule"] or self.cleaned_data["organization"])
        )

    @property
    def sandbox(self) -> Sandbox:
        asked = self.cleaned_data
        row = self._row
        has_committee = {"with": True, "without": False}.get(asked["committee"])
        return Sandbox(
            rule=self.other_rule,
            path=row.path if row else "",
            state=OtherState(
                founded=asked["founded"],
                dissolved=asked["dissolved"],
                since=asked["since"],
                full_members=asked["full_members"],
                has_committee=has_committee,
            )
            if row
            else None,
        )

    @property
    def other_rule(self) -> OtherRule | None:
        asked = self.cleaned_data
        if not asked["rule"]:
            return None
        return OtherRule(
            id=asked["rule"],
            since=asked["since"],
            is_on=asked["use"] != "off",
            count=asked["count"],
            period=Period(asked["period"]) if asked["period"] else None,
            grace=asked["grace"],
        )

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        """The whole years in which it is looked at."""
        since: dt.date = self.cleaned_data["since"]
        days = [day for day in (since, self.cleaned_data["founded"], self.on) if day]
        first = max(min(days).year, self.on.year - _BACK)
        return dt.date(first, 1, 1), dt.date(max(since, self.on).year + 1, 12, 31)


def _named(rule: Obligation) -> str:
    state = "" if rule.is_on else _(" (off)")
    return f"{as_written(rule.label)}{state} {how_often(rule)} {cited(rule)}"


@dataclass(frozen=True, slots=True)
class Line:
    """A difference in words."""

    organization: Organization
    difference: Difference[UUID]
    who: str

    @property
    def label(self) -> str:
        return as_written(self.difference.rule.label)

    @property
    def effect(self) -> Effect:
        return self.difference.effect

    @property
    def chip(self) -> str:
        return CHIPS[self.effect]

    @property
    def since(self) -> dt.date:
        return self.difference.since

    @property
    def before(self) -> str:
        return _text(self.difference.before)

    @property
    def after(self) -> str:
        return _text(self.difference.after)

    @property
    def cited(self) -> str:
        return cited(self.difference.rule)


def _text(cells: Sequence[Cell[UUID]]) -> str:
    """What is owed in these periods; empty for none."""
    if not cells:
        return ""
    first = cells[0]
    parts = [how_often(first.rule)]
    if first.needed != first.rule.count:
        parts.append(_("%(number)s in the first period") % {"number": first.needed})
    if first.rule.measure is Measure.TIMES:
        parts.append(within(first.rule.grace))
    periods = ngettext("%(count)s period until %(last)s", "%(count)s periods until %(last)s", len(cells))
    parts.append(periods % {"count": len(cells), "last": cells[-1].last.isoformat()})
    return " · ".join(parts)


def _who(difference: Difference[UUID], owners: dict[str, Obligation]) -> str:
    if isinstance(difference.subject, PostKind):
        return word(difference.subject)
    binding = owners[difference.rule.id].binding
    match binding.subject:
        case Subject.PERSON:
            return _("each member")
        case Subject.POST:
            return listed(binding.posts)
    return ""


@dataclass(frozen=True, slots=True)
class Tried:
    """The form, what came of it, and the rule that a unit could not loosen so."""

    form: Sandboxed
    lines: Sequence[Line]
    bound_by: Rule | None


@login_required
@require_safe
def try_out(request: AskedRequest) -> HttpResponse:
    tried = _tried(request)
    page = None if "all" in request.GET else page_of(request, tried.lines)
    return render(
        request,
        "supervision/rules/what_if.html",
        {
            "crumbs": [Crumb(_("Rules"), reverse("rules")), Crumb(_("What if"))],
            "form": tried.form,
            "page": page,
            "lines": tried.lines if page is None else page.object_list,
            "is_asked": tried.form.is_asked,
            "organizations": len({line.organization.pk for line in tried.lines}),
            "bound_by": cited(tried.bound_by) if tried.bound_by else "",
            "strength": strength(tried.bound_by) if tried.bound_by else "",
            "xlsx": f"{reverse('what_if_xlsx')}?{request.GET.urlencode()}",
        },
    )


@login_required
@require_safe
def try_out_xlsx(request: AskedRequest) -> HttpResponse:
    tried = _tried(request)
    headings = (
        _("Organization"),
        _("Code"),
        _("Who owes it"),
        _("Rule"),
        _("What happens"),
        _("From this day"),
        _("Until then"),
        _("From then"),
        _("Article"),
    )
    rows = [
        (
            line.organization.name,
            line.organization.code,
            line.who,
            line.label,
            word(line.effect),
            line.since.isoformat(),
            line.before,
            line.after,
            line.cited,
        )
        for line in tried.lines
    ]
    title = _("What if")
    return spreadsheet(title, [Table(title, headings, rows)], notes=(_("Tried in a sandbox; nothing was changed."),))


def _tried(request: AskedRequest) -> Tried:
    among = tried_by(request.asker)
    offered = among.exclude(kind=OrganizationKind.GROUP)[: MOST_OFFERED + 1]
    rows = list(among if request.GET else offered)
    forbid_unless(bool(rows))
    rules = all_rules()
    form = Sandboxed(request.GET or None, rules, rows, clock.today())
    if not form.is_asked:
        return Tried(form, (), None)
    since, until = form.span
    found = what_if(rows, form.sandbox, since=since, until=until)
    effect = form.cleaned_data["effect"]
    by_id = {row.pk: row for row in rows}
    owners = {rule.id: rule for rule in rules if isinstance(rule, Obligation)}
    lines = [
        Line(by_id[one.organization], one, _who(one, owners)) for one in found if not effect or one.effect == effect
    ]
    other = form.other_rule
    return Tried(form, lines, would_loosen(rules, other) if other else None)
