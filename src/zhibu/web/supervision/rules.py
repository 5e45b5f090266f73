"""Every rule that zhibu judges by, for everybody to read; and the unit's word that it has read the text of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.oversight.what_if import may_try
from zhibu.apps.people.access import may_keep_rules
from zhibu.apps.rules import actions
from zhibu.apps.rules.errors import ConfirmationRefused
from zhibu.apps.rules.models import Confirmation
from zhibu.apps.rules.queries import all_rules, packed_rules, rules_on, use_edition
from zhibu.documents.tables import Table
from zhibu.domain.requirements import (
    AssemblyRule,
    Layer,
    Obligation,
    Provision,
    Rule,
    SizeRule,
    TermRule,
    Verified,
)
from zhibu.web.shell import clock
from zhibu.web.shell.answers import forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.days import day_asked
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.rule_words import as_written, bound, cited, says, strength
from zhibu.web.shell.templatetags.words import word

#: What rules are about, as one looks for them.
ABOUT: Mapping[str, tuple[Promise, tuple[type[Rule], ...]]] = {
    "owed": (_lazy("what is owed"), (Obligation,)),
    "votes": (_lazy("votes and elections"), (AssemblyRule,)),
    "sizes": (_lazy("sizes and terms"), (SizeRule, TermRule)),
    "provisions": (_lazy("what people check themselves"), (Provision,)),
}

#: Which of the versions.
STATES: Mapping[str, tuple[Promise, Callable[[Rule, dt.date], bool]]] = {
    "on": (_lazy("in force on the day"), lambda rule, day: rule.is_on and rule.force.holds(day)),
    "off": (_lazy("not confirmed yet"), lambda rule, _day: not rule.is_on),
    "other": (_lazy("of other times"), lambda rule, day: rule.is_on and not rule.force.holds(day)),
}

#: The form of the chip, beside its color.
CHIPS = {Verified.FULL: "done", Verified.CONTENT: "open", Verified.NONE: "quiet"}


class Filters(forms.Form):
    on = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_lazy("Which"), required=False)
    about = forms.ChoiceField(label=_lazy("Subject matter"), required=False)
    layer = forms.ChoiceField(label=_lazy("Layer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Any]]] = {
            "state": [(key, text) for key, (text, _holds) in STATES.items()],
            "about": [(key, text) for key, (text, _kinds) in ABOUT.items()],
            "layer": [(layer.value, word(layer)) for layer in Layer],
        }
        for name, values in choices.items():
            self.fields[name].choices = [("", _lazy("all")), *values]  # type: ignore[attr-defined]

    def keeps(self, rule: Rule, day: dt.date) -> bool:
        asked = self.cleaned_data if self.is_valid() else {}
        state, about, layer = (asked.get(name) for name in ("state", "about", "layer"))
        return (
            (not state or STATES[state][1](rule, day))
            and (not about or isinstance(rule, ABOUT[about][1]))
            and (not layer or rule.layer == layer)
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One version of a rule in words. ``confirmation`` where it is on because the unit confirmed it."""

    rule: Rule
    holds: bool
    confirmation: Confirmation | None

    @property
    def label(self) -> str:
        return as_written(self.rule.label)

    @property
    def says(self) -> str:
        return says(self.rule)

    @property
    def note(self) -> str:
        return as_written(self.rule.note)

    @property
    def bound(self) -> str:
        return bound(self.rule.binding)

    @property
    def cited(self) -> str:
        return cited(self.rule)

    @property
    def strength(self) -> str:
        return strength(self.rule)

    @property
    def verified(self) -> Verified:
        return self.rule.citation.verified

    @property
    def chip(self) -> str:
        return CHIPS[self.verified]

    @property
    def confirm_url(self) -> str:
        return "" if self.rule.is_on else reverse("confirm_rule", args=[self.rule.id, self.rule.force.since])


@login_required
@require_safe
def rules(request: AskedRequest) -> HttpResponse:
    day, form, lines = _asked(request)
    page = None if "all" in request.GET else page_of(request, lines)
    keeps = may_keep_rules(request.asker)
    return render(
        request,
        "supervision/rules/list.html",
        {
            "day": day,
            "form": form,
            "page": page,
            "lines": lines if page is None else page.object_list,
            "may_confirm": keeps,
            "may_try": may_try(request.asker),
            "xlsx": f"{reverse('rules_xlsx')}?{request.GET.urlencode()}",
        },
    )


@login_required
@require_safe
def rules_xlsx(request: AskedRequest) -> HttpResponse:
    day, _form, lines = _asked(request)
    headings = (
        _("Rule"),
        _("What it says"),
        _("Whom it binds"),
        _("Strength"),
        _("Article"),
        _("Compared"),
        _("Layer"),
        _("In force from"),
        _("until"),
        _("Explanation"),
    )
    rows = [
        (
            line.label,
            line.says,
            line.bound,
            line.strength,
            line.cited,
            word(line.verified),
            word(line.rule.layer),
            line.rule.force.since.isoformat(),
            line.rule.force.until.isoformat() if line.rule.force.until else "",
            line.note,
        )
        for line in lines
    ]
    title = _("Rules")
    notes = (title, _("As of %(day)s") % {"day": day.isoformat()})
    return spreadsheet(title, [Table(title, headings, rows)], notes=notes)


def _asked(request: AskedRequest) -> tuple[dt.date, Filters, list[Line]]:
    use_edition(request.asker.edition)
    day = day_asked(request)
    form = Filters(request.GET)
    return day, form, [line for line in _lines(day) if form.keeps(line.rule, day)]


def _lines(day: dt.date) -> Sequence[Line]:
    """In the order of the packs; a version on by confirmation stands in place of the one that was shipped off."""
    holding = set(map(id, rules_on(day)))
    packed = packed_rules()
    on = {(rule.id, rule.force.since): rule for rule in all_rules()[len(packed) :]}
    by_version: dict[tuple[str, dt.date], list[Line]] = {}
    open_versions = set()
    for one in Confirmation.objects.all():
        rule = on.get((one.rule, one.since))
        if rule is not None and one.ever_counts:
            by_version.setdefault((one.rule, one.version), []).append(Line(rule, id(rule) in holding, one))
        if one.until is None:
            open_versions.add((one.rule, one.version))
    lines: list[Line] = []
    for rule in packed:
        version = rule.id, rule.force.since
        lines += by_version.get(version, ()) if not rule.is_on else ()
        if rule.is_on or version not in open_versions:
            lines.append(Line(rule, id(rule) in holding, None))
    return lines


# --- Confirming ----------------------------------------------------------------------------------------------------


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput({"type": "date"}))


class ConfirmForm(forms.Form):
    document = forms.CharField(
        label=_lazy("Number of the document"),
        help_text=_lazy("As it is printed on it, such as 中办发〔2024〕12号."),
        max_length=60,
    )
    article = forms.IntegerField(
        label=_lazy("Article"),
        help_text=_lazy("The number of the article that says it; leave it empty where the text has none."),
        required=False,
    )
    dated = _day(_lazy("Date of the document"), _lazy("The day that stands on it."))
    in_force = _day(
        _lazy("In force from"),
        _lazy("What is owed is judged by it from this day, but not for periods that began before today."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AskedRequest, rule: str, version: str) -> HttpResponse:
    """The unit has read the text: from now on the rule counts."""
    forbid_unless(may_keep_rules(request.asker))
    found = _off(rule, version)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.confirm(found, **form.cleaned_data, actor=request.user.actor, at=clock.now())
        except ConfirmationRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The rule is on: it counts from %(day)s.") % {"day": made.since.isoformat()})
            return redirect("rules")
    return render(
        request,
        "supervision/rules/confirm.html",
        {
            "line": Line(found, holds=False, confirmation=None),
            "form": form,
            "crumbs": [Crumb(_("Rules"), reverse("rules")), Crumb(as_written(found.label))],
        },
    )


def _off(rule: str, version: str) -> Rule:
    for one in packed_rules():
        if one.id == rule and one.force.since.isoformat() == version and not one.is_on:
            return one
    raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: AskedRequest, confirmation: UUID) -> HttpResponse:
    forbid_unless(may_keep_rules(request.asker))
    found = get_object_or_404(Confirmation, pk=confirmation)
    rule = next((one for one in packed_rules() if (one.id, one.force.since) == (found.rule, found.version)), None)
    label = as_written(rule.label) if rule else found.rule
    if request.method == "POST":
        actions.take_back(found, actor=request.user.actor, at=clock.now())
        messages.success(request, _("The rule is off from today. What is over stays judged by it."))
        return redirect("rules")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": _("Take the confirmation back"),
            "question": _("“%(rule)s” counts no longer from today. Periods that are over stay judged by it.")
            % {"rule": label},
            "action": _("Take it back"),
            "cancel": reverse("rules"),
            "crumbs": [Crumb(_("Rules"), reverse("rules")), Crumb(label)],
        },
    )
