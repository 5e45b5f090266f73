"""Where the lists of an organization are written: sections, articles, and the editions of its compendium."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.lists.access import (
    articles_read_by,
    editions_read_by,
    lists_written_by,
    may_write_lists,
    sections_read_by,
)
from zhibu.apps.lists.actions import editions, writing
from zhibu.apps.lists.actions.writing import LONGEST, LONGEST_TITLE, Words, known_requirements, words_of
from zhibu.apps.lists.errors import ListRefusal
from zhibu.apps.lists.models import Article, Draft, Edition, Section, Wording
from zhibu.apps.lists.queries import being_written, changes_since, latest_edition_of
from zhibu.apps.meetings.models import Task
from zhibu.apps.meetings.pointed_at import tasks_chosen_from
from zhibu.apps.organizations.models import Organization
from zhibu.domain.terms import Bearer, DraftState, ListKind, OrganizationKind, PostKind, Proof, Reach, Readership
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.rule_words import as_written
from zhibu.web.shell.signing import signed
from zhibu.web.shell.templatetags.words import word

#: So many articles may be written at once, one a paragraph.
MOST_AT_ONCE = 60


class SectionForm(forms.Form):
    number = forms.IntegerField(label=_lazy("Number in the list"), min_value=1, max_value=writing.LAST_NUMBER)
    title = forms.CharField(label=_lazy("Title"), max_length=LONGEST_TITLE)
    reach = forms.ChoiceField(
        label=_lazy("Written for"),
        widget=forms.RadioSelect,
        help_text=_lazy("What is written for the branches holds in each of them, now and later."),
    )

    def __init__(self, *args: Any, above_branches: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if above_branches:
            field = self.fields["reach"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(reach.value, word(reach)) for reach in Reach]
        else:
            del self.fields["reach"]

    @property
    def reach_said(self) -> Reach:
        return Reach(self.cleaned_data.get("reach", Reach.OWN))


class TasksField(forms.MultipleChoiceField):
    """What is none of those offered by now is refused by the deed, which says why."""

    def valid_value(self, value: Any) -> bool:
        return bool(value)


class ArticleForm(forms.Form):
    """What an article says; which fields there are depends on its list."""

    number = forms.IntegerField(
        label=_lazy("Number in the list"),
        required=False,
        min_value=1,
        max_value=writing.LAST_NUMBER,
        help_text=_lazy("Left empty: the next free one."),
    )
    text = forms.CharField(label=_lazy("What it says"), max_length=LONGEST, widget=forms.Textarea({"rows": 5}))
    apart = forms.BooleanField(
        label=_lazy("Each paragraph is an article of its own"),
        required=False,
        help_text=_lazy("For a rule that is there as a text: put it in as a whole."),
    )
    bearer = forms.ChoiceField(label=_lazy("Borne by"))
    is_right = forms.BooleanField(label=_lazy("It is a right, not a duty"), required=False)
    proof = forms.ChoiceField(label=_lazy("That it is done is seen by"), required=False)
    requirement = forms.ChoiceField(
        label=_lazy("Requirement"),
        required=False,
        help_text=_lazy("Only where it is seen by what is required: whether it is done is read off the records."),
    )
    tasks = TasksField(
        label=_lazy("Tasks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("Only where it is seen by tasks. None chosen: every task that a meeting gives its bearer."),
    )
    consequence = forms.CharField(label=_lazy("What happens then"), max_length=500)
    ask = forms.CharField(label=_lazy("Whom to ask"), max_length=200)
    source = forms.CharField(
        label=_lazy("From which text"),
        max_length=200,
        required=False,
        help_text=_lazy("Its title and article, where it comes from one."),
    )
    since = forms.DateField(label=_lazy("In force from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    _OF_DUTIES = ("bearer", "is_right", "proof", "requirement", "tasks")
    _OF_PROHIBITIONS = ("consequence", "ask")

    def __init__(self, *args: Any, kind: ListKind, tasks: Sequence[Task], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is not ListKind.DUTIES:
            for name in self._OF_DUTIES:
                del self.fields[name]
        else:
            self._choose("bearer", [("", "—"), *((bearer.value, word(bearer)) for bearer in Bearer)])
            self._choose("proof", [(proof.value, word(proof)) for proof in Proof])
            asked = sorted(known_requirements().items(), key=lambda one: one[1])
            self._choose("requirement", [("", "—"), *((key, as_written(label)) for key, label in asked)])
            self._choose("tasks", _by_post(tasks))
            if not tasks and not self.is_bound:
                del self.fields["tasks"]
        if kind is not ListKind.PROHIBITIONS:
            for name in self._OF_PROHIBITIONS:
                del self.fields[name]
        if not is_new:
            del self.fields["apart"]

    def _choose(self, name: str, choices: Sequence[tuple[str, str | list[tuple[str, str]]]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).strip()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("apart") and len(self.paragraphs) > MOST_AT_ONCE:
            self.add_error("text", _("At most %(most)s articles at once.") % {"most": MOST_AT_ONCE})
        if said.get("proof") == Proof.REQUIREMENT and not said.get("requirement"):
            self.add_error("requirement", _("Choose the requirement by which it is seen."))
        if said.get("tasks") and said.get("proof") != Proof.TASK:
            self.add_error("proof", _("Tasks are chosen below. Choose that it is seen by them, or choose none."))
        return said

    @property
    def paragraphs(self) -> list[str]:
        text = str(self.cleaned_data.get("text", ""))
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def words(self) -> Words:
        said = self.cleaned_data
        proof = Proof(said.get("proof") or Proof.NONE)
        return Words(
            text=said["text"],
            number=said["number"] or 0,
            bearer=Bearer(said["bearer"]) if said.get("bearer") else None,
            is_right=said.get("is_right", False),
            proof=proof,
            requirement=said["requirement"] if proof is Proof.REQUIREMENT else "",
            tasks=tuple(said.get("tasks", ())),
            source=said["source"],
            consequence=said.get("consequence", ""),
            ask=said.get("ask", ""),
        )


def _by_post(tasks: Sequence[Task]) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Each with who holds it and by when, under the post in which it was taken on."""
    return [
        (
            word(PostKind(post)) if post else _("Without a post"),
            [(str(task.pk), _in_words(task)) for task in of_post],
        )
        for post, of_post in groupby(tasks, key=lambda task: task.post)
    ]


def _in_words(task: Task) -> str:
    due = _("due on %(day)s") % {"day": task.due.isoformat()} if task.due and not task.done_on else ""
    done = _("done on %(day)s") % {"day": task.done_on.isoformat()} if task.done_on else ""
    return " · ".join(part for part in (task.text, task.holder.name, due, done) if part)


class ReadershipForm(forms.Form):
    readership = forms.ChoiceField(label=_lazy("Who may read it"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["readership"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, word(one)) for one in Readership]

    @property
    def said(self) -> Readership:
        return Readership(self.cleaned_data["readership"])


@dataclass(frozen=True, slots=True)
class Line:
    """An article as it is written: its wording today or, of one still to come, the first; and what is to follow."""

    article: UUID
    wording: Wording
    coming: tuple[Wording, ...]
    is_in_force: bool
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class Part:
    section: Section
    lines: tuple[Line, ...]


# --- The lists of one organization ---------------------------------------------------------------------------------


@login_required
@require_safe
def lists_edit(request: AskedRequest) -> HttpResponse:
    """One list of an organization as it is written today, with what is to come."""
    organizations = list(lists_written_by(request.asker).order_by("path"))
    forbid_unless(bool(organizations))
    asked = request.GET.get("organization")
    here = [one for one in organizations if asked in {None, one.code}]
    if not here:
        raise Http404
    organization, kind, today = here[0], _kind(request), clock.today()
    return render(
        request,
        "secretary/lists/write.html",
        {
            "organization": organization,
            "organizations": organizations,
            "kind": kind,
            "kinds": list(ListKind),
            "parts": _parts(organization, kind, today),
            "latest": latest_edition_of(organization),
            "drafts": Draft.objects.filter(organization=organization, state=DraftState.OPEN.value).count(),
            "crumbs": [Crumb(_("Lists"), _reading(organization)), Crumb(_("Write the lists"))],
        },
    )


def _kind(request: AskedRequest) -> ListKind:
    """The list that is asked for; the rules unless said."""
    return next((kind for kind in ListKind if kind.value == request.GET.get("kind")), ListKind.RULES)


def _parts(organization: Organization, kind: ListKind, on: dt.date) -> list[Part]:
    rows: dict[UUID, dict[UUID, list[Wording]]] = {}
    for row in being_written(organization, kind, on):
        rows.setdefault(row.article.section_id, {}).setdefault(row.article_id, []).append(row)
    sections = Section.objects.filter(organization=organization, kind=kind.value).order_by("number")
    parts = []
    for section in sections:
        lines = [_line(article, wordings, on) for article, wordings in rows.get(section.pk, {}).items()]
        parts.append(Part(section, tuple(sorted(lines, key=lambda line: line.wording.number))))
    return parts


def _line(article: UUID, wordings: Sequence[Wording], on: dt.date) -> Line:
    first, *coming = wordings
    last = wordings[-1]
    ends = last.until is not None
    return Line(article, first, tuple(coming), first.holds(on), may_take_back=ends or last.since >= on)


def _reading(organization: Organization) -> str:
    return f"{reverse('lists')}?{urlencode({'organization': organization.code})}"


def _writing(organization: Organization, kind: str, anchor: object = "") -> str:
    query = urlencode({"organization": organization.code, "kind": kind})
    return f"{reverse('lists_edit')}?{query}" + (f"#{anchor}" if anchor else "")


def _crumbs(organization: Organization, kind: str, last: str) -> list[Crumb]:
    return [
        Crumb(_("Lists"), _reading(organization)),
        Crumb(_("Write the lists"), _writing(organization, kind)),
        Crumb(last),
    ]


# --- Sections ------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section_new(request: AskedRequest) -> HttpResponse:
    organization = get_object_or_404(lists_written_by(request.asker), code=request.GET.get("organization", ""))
    kind = _kind(request)
    initial = {"number": writing.next_number(organization, kind), "reach": Reach.OWN.value}
    form = SectionForm(request.POST or None, initial=initial, above_branches=_stands_above(organization))
    if request.method == "POST" and form.is_valid():
        facts = {"title": form.cleaned_data["title"], "number": form.cleaned_data["number"], "reach": form.reach_said}
        try:
            section = writing.write_section(organization=organization, kind=kind, **facts, **signed(request))
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The section is there. Write its articles."))
            return redirect(reverse("article_new", args=[section.pk]))
    title = _("New section: %(list)s") % {"list": word(kind)}
    return _form(request, form, title, _crumbs(organization, kind.value, title), _writing(organization, kind.value))


_ABOVE_BRANCHES = (OrganizationKind.LEADING_GROUP, OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def _stands_above(organization: Organization) -> bool:
    return organization.kind in _ABOVE_BRANCHES


def _section(request: AskedRequest, section: UUID) -> Section:
    found = get_object_or_404(sections_read_by(request.asker).select_related("organization"), pk=section)
    forbid_unless(may_write_lists(request.asker, found.organization))
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: AskedRequest, section: UUID) -> HttpResponse:
    """Another title, number or reach."""
    found = _section(request, section)
    initial = {"number": found.number, "title": found.title, "reach": found.reach}
    form = SectionForm(request.POST or None, initial=initial, above_branches=_stands_above(found.organization))
    back = _writing(found.organization, found.kind, found.pk)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            writing.rename_section(
                found, title=said["title"], number=said["number"], reach=form.reach_said, **signed(request)
            )
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Changed. Editions that are published stay as they are."))
            return redirect(back)
    title = found.title
    return _form(request, form, title, _crumbs(found.organization, found.kind, title), back)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ListRefusal)
def section_drop(request: AskedRequest, section: UUID) -> HttpResponse:
    """An empty section is taken away."""
    found = _section(request, section)
    back = _writing(found.organization, found.kind)
    if request.method == "POST":
        writing.drop_section(found, **signed(request))
        messages.success(request, _("The section is taken away."))
        return redirect(back)
    title = _("Take the section away")
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": _("“%(title)s” has no articles. Take it away?") % {"title": found.title},
            "action": title,
            "cancel": back,
            "crumbs": _crumbs(found.organization, found.kind, title),
        },
    )


# --- Articles ------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def article_new(request: AskedRequest, section: UUID) -> HttpResponse:
    """One article, or each paragraph one."""
    found = _section(request, section)
    initial, tasks = {"since": clock.today()}, _tasks_of(found)
    form = ArticleForm(request.POST or None, initial=initial, kind=found.word, tasks=tasks, is_new=True)
    back = _writing(found.organization, found.kind, found.pk)
    if request.method == "POST" and form.is_valid():
        try:
            number = _write(request, found, form)
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ngettext("%(number)s article is written.", "%(number)s articles are written.", number)
            messages.success(request, said % {"number": number})
            return redirect(reverse("article_new", args=[found.pk]) if "more" in request.POST else back)
    title = _("New article: %(section)s") % {"section": found.title}
    return _form(request, form, title, _crumbs(found.organization, found.kind, title), back, more=True)


def _tasks_of(section: Section, chosen: Sequence[str] = ()) -> list[Task]:
    """Those that a duty of the section may point at; none where it is written for the branches below."""
    if section.word is not ListKind.DUTIES or section.reach == Reach.BRANCHES:
        return []
    return tasks_chosen_from(section.organization, chosen)


@transaction.atomic
def _write(request: AskedRequest, section: Section, form: ArticleForm) -> int:
    """All of them or none. Returns how many."""
    words, since = form.words, form.cleaned_data["since"]
    if not form.cleaned_data["apart"]:
        writing.write_article(section=section, words=words, since=since, **signed(request))
        return 1
    for place, text in enumerate(form.paragraphs):
        number = words.number + place if words.number else 0
        one = replace(words, text=text, number=number)
        writing.write_article(section=section, words=one, since=since, **signed(request))
    return len(form.paragraphs)


def _article(request: AskedRequest, article: UUID) -> tuple[Article, Wording]:
    """It, and its last wording."""
    rows = articles_read_by(request.asker).select_related("section__organization")
    found = get_object_or_404(rows, pk=article)
    forbid_unless(may_write_lists(request.asker, found.section.organization))
    last = found.wordings.order_by("since").last()
    if last is None:
        raise Http404
    return found, last


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def article_edit(request: AskedRequest, article: UUID) -> HttpResponse:
    """A later wording. What was in force stays to be read for its days."""
    found, last = _article(request, article)
    section, today = found.section, clock.today()
    initial = asdict(words_of(last)) | {"since": max(today, last.since + dt.timedelta(days=1))}
    tasks = _tasks_of(section, last.tasks)
    form = ArticleForm(request.POST or None, initial=initial, kind=section.word, tasks=tasks, is_new=False)
    back = _writing(section.organization, section.kind, section.pk)
    if request.method == "POST" and form.is_valid():
        try:
            writing.amend(article=found, words=form.words, since=form.cleaned_data["since"], **signed(request))
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The new wording is there; the earlier one stays to be read."))
            return redirect(back)
    title = _("Change article %(number)s: %(section)s") % {"number": last.number, "section": section.title}
    return _form(request, form, title, _crumbs(section.organization, section.kind, title), back)


class UntilForm(forms.Form):
    until = forms.DateField(
        label=_lazy("Not in force any more from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def article_repeal(request: AskedRequest, article: UUID) -> HttpResponse:
    found, last = _article(request, article)
    section = found.section
    initial = {"until": max(clock.today(), last.since + dt.timedelta(days=1))}
    form = UntilForm(request.POST or None, initial=initial)
    back = _writing(section.organization, section.kind, section.pk)
    if request.method == "POST" and form.is_valid():
        try:
            writing.repeal(found, until=form.cleaned_data["until"], **signed(request))
        except ListRefusal as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, _("It is repealed; it stays to be read under its address."))
            return redirect(back)
    title = _("Repeal article %(number)s") % {"number": last.number}
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": last.text,
            "form": form,
            "action": _("Repeal it"),
            "cancel": back,
            "crumbs": _crumbs(section.organization, section.kind, title),
        },
        status=_status(form),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(ListRefusal)
def article_take_back(request: AskedRequest, article: UUID) -> HttpResponse:
    """Undo the last change that is not in force yet, or began today."""
    found, last = _article(request, article)
    section = found.section
    back = _writing(section.organization, section.kind, section.pk)
    if request.method == "POST":
        writing.take_back(found, **signed(request))
        messages.success(request, _("The last change is taken back."))
        return redirect(back)
    title = _("Take the last change back")
    if last.until is not None:
        question = _("The article stays in force after %(day)s: %(text)s")
        said = {"day": last.until.isoformat(), "text": last.text}
    else:
        question = _("What was to be in force from %(day)s goes: %(text)s")
        said = {"day": last.since.isoformat(), "text": last.text}
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": question % said,
            "action": _("Take the change back"),
            "cancel": back,
            "crumbs": _crumbs(section.organization, section.kind, title),
        },
    )


# --- Editions ------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edition_new(request: AskedRequest) -> HttpResponse:
    """What the next edition changes from the last, and for whom it is published."""
    organization = get_object_or_404(lists_written_by(request.asker), code=request.GET.get("organization", ""))
    latest = latest_edition_of(organization)
    initial = {"readership": latest.readership if latest else Readership.BRANCH.value}
    form = ReadershipForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edition = editions.publish(organization=organization, readership=form.said, **signed(request))
        except ListRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Edition %(number)s is published.") % {"number": edition.number})
            return redirect(reverse("edition", args=[edition.pk]))
    title = _("Publish the compendium")
    return render(
        request,
        "secretary/lists/publish.html",
        {
            "title": title,
            "organization": organization,
            "form": form,
            "latest": latest,
            "number": latest.number + 1 if latest else 1,
            "changes": changes_since(latest, organization, clock.today()),
            "cancel": _writing(organization, ListKind.RULES.value),
            "crumbs": _crumbs(organization, ListKind.RULES.value, title),
        },
        status=_status(form),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edition_readers(request: AskedRequest, edition: UUID) -> HttpResponse:
    """Another circle of readers of a published edition."""
    rows: Any = editions_read_by(request.asker).select_related("organization")
    found: Edition = get_object_or_404(rows, pk=edition)
    forbid_unless(may_write_lists(request.asker, found.organization))
    form = ReadershipForm(request.POST or None, initial={"readership": found.readership})
    back = reverse("edition", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        editions.open_to(found, readership=form.said, **signed(request))
        messages.success(request, _("Who may read it is changed; what it says stays as it is."))
        return redirect(back)
    title = _("Who may read edition %(number)s") % {"number": found.number}
    return _form(request, form, title, [Crumb(_("Compendium"), reverse("compendium")), Crumb(title)], back)


def _form(
    request: AskedRequest, form: forms.Form, title: str, crumbs: Sequence[Crumb], back: str, *, more: bool = False
) -> HttpResponse:
    given = {"form": form, "title": title, "crumbs": crumbs, "cancel": back, "may_go_on": more}
    return render(request, "secretary/lists/form.html", given, status=_status(form))


def _status(form: forms.Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
