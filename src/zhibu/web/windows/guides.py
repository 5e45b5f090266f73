"""Guides at the desk: read by everybody of the house, written and reviewed by those of the section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhibu.apps.forum.queries import threads_of_guide
from zhibu.apps.guides.access import (
    audience_of,
    guides_kept_by,
    guides_read_by,
    may_keep_guide,
    may_review,
    questions_answered_by,
    sections_kept_by,
    versions_reviewed_by,
)
from zhibu.apps.guides.actions import reviewing, writing
from zhibu.apps.guides.actions.writing import LONGEST, LONGEST_KEYWORDS, LONGEST_TITLE, Words
from zhibu.apps.guides.errors import GuideRefusal
from zhibu.apps.guides.models import Guide, GuideVersion
from zhibu.apps.guides.queries import (
    being_written,
    due_to_be_read,
    helped,
    in_force,
    looked_up,
    published_of,
    waiting,
    with_titles,
)
from zhibu.apps.people.access import Asker
from zhibu.apps.windows.models import Section
from zhibu.domain.guidance import TOLD_BEFORE, read_again
from zhibu.domain.periods import add_months
from zhibu.domain.terms import GuideAudience, GuideState
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once, page_of
from zhibu.web.shell.signing import me, signed
from zhibu.web.windows.public.guides import LONGEST as LONGEST_ASKED
from zhibu.web.windows.public.guides import lines_of, shown

_DATE = {"type": "date"}

#: So long before it is due a guide is among those to look through.
TOLD = dt.timedelta(days=TOLD_BEFORE)


def crumbs(*further: Crumb) -> list[Crumb]:
    way = Crumb(_("Guides"), reverse("guides"))
    return [way, *further] if further else [Crumb(_("Guides"))]


# --- All of them ---------------------------------------------------------------------------------------------------


@login_required
@require_safe
def guides(request: AskedRequest) -> HttpResponse:
    """``?q=``: looked for; ``?show=``: ``mine`` (of the asker's sections), ``due``, ``written``."""
    today = clock.today()
    text, show = request.GET.get("q", "").strip()[:LONGEST_ASKED], request.GET.get("show", "")
    kept = guides_kept_by(request.asker)
    context: dict[str, Any] = {
        "text": text,
        "show": show,
        "today": today,
        "keeps": not text and sections_kept_by(request.asker).exists(),
        "crumbs": crumbs(),
    }
    if text:
        keys, words = looked_up(text, on=today, audience=audience_of(request.asker))
        page = page_of(request, keys)
        return render(
            request, "windows/guides/list.html", context | {"page": page, "found": lines_of(list(page), words)}
        )
    if context["keeps"]:
        context |= {
            "to_review": versions_reviewed_by(request.asker).count(),
            "due": due_to_be_read(kept, today).count(),
            "questions": waiting(questions_answered_by(request.asker)).count(),
        }
    chosen = _shown(show, kept, guides_read_by(request.asker), today)
    rows = with_titles(chosen, today).select_related("section").order_by("section__name", "number")
    return render(request, "windows/guides/list.html", context | {"page": page_at_once(request, rows)})


def _shown(show: str, kept: QuerySet[Guide], read: QuerySet[Guide], today: dt.date) -> QuerySet[Guide]:
    match show:
        case "mine":
            return kept
        case "due":
            return due_to_be_read(kept, today)
        case "written":
            unfinished = GuideVersion.objects.exclude(state=GuideState.PUBLISHED.value)
            return kept.filter(pk__in=unfinished.values("guide"))
        case _:
            return read.filter(pk__in=in_force(today).values("guide"))


# --- One of them ---------------------------------------------------------------------------------------------------


def read_guide(request: AskedRequest, guide_id: UUID) -> Guide:
    return get_object_or_404(guides_read_by(request.asker).select_related("section"), pk=guide_id)


def kept_guide(request: AskedRequest, guide_id: UUID) -> Guide:
    """404 where it is not visible, 403 where others keep it."""
    found = read_guide(request, guide_id)
    forbid_unless(may_keep_guide(request.asker, found))
    return found


def _at(guide: Guide, title: str, *further: Crumb) -> list[Crumb]:
    return crumbs(Crumb(title, reverse("guide", args=[guide.pk])), *further)


@login_required
@require_safe
def guide(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    """What it says today, what is being written for those who keep it, and what it said before."""
    found, today = read_guide(request, guide_id), clock.today()
    keeps = may_keep_guide(request.asker, found)
    versions = list(published_of(found))
    current = next((each for each in versions if _holds(each, today)), None)
    draft = being_written(found) if keeps else None
    shown_version = current or draft or versions[0]
    return render(
        request,
        "windows/guides/guide.html",
        {
            "guide": found,
            "title": shown_version.title,
            "version": current,
            "draft": draft,
            "text": shown(current.text) if current else "",
            "others": [each for each in versions if each is not current],
            "keeps": keeps,
            "may_review": draft is not None
            and draft.word is GuideState.REVIEW
            and draft.writer_id != request.asker.person,
            "is_mine": draft is not None and draft.writer_id == request.asker.person,
            "is_due": found.read_again_by is not None and found.read_again_by <= today + TOLD,
            "helped": helped(found, add_months(today, -3), today) if keeps else None,
            "public": "" if found.word is GuideAudience.INTERNAL else reverse("public_guide", args=[found.number]),
            "threads": threads_of_guide(found, request.asker),
            "room_key": _room_key(request.asker, found, keeps=keeps),
            "crumbs": crumbs(Crumb(shown_version.title)),
        },
    )


def _room_key(asker: Asker, found: Guide, *, keeps: bool) -> str:
    """Where the reader may talk about it: among those who keep it, else in the house; "" for who stands nowhere."""
    if keeps:
        return f"section-{found.section_id}"
    return "house" if asker.belongs or asker.offices else ""


def _holds(version: GuideVersion, today: dt.date) -> bool:
    return version.since is not None and version.since <= today and (version.until is None or today < version.until)


@login_required
@require_safe
def version(request: AskedRequest, version_id: UUID) -> HttpResponse:
    """One version as it was published; a draft only for those who keep the guide."""
    rows = GuideVersion.objects.filter(guide__in=guides_read_by(request.asker).values("pk"))
    found = get_object_or_404(rows.select_related("guide__section", "writer", "reviewer"), pk=version_id)
    keeps = may_keep_guide(request.asker, found.guide)
    if found.word is not GuideState.PUBLISHED and not keeps:
        raise Http404
    return render(
        request,
        "windows/guides/version.html",
        {
            "version": found,
            "text": shown(found.text),
            "is_in_force": _holds(found, clock.today()),
            "keeps": keeps,
            "crumbs": _at(found.guide, found.title, Crumb(_("Version %(number)s") % {"number": found.number})),
        },
    )


# --- Written -------------------------------------------------------------------------------------------------------


class WordsForm(forms.Form):
    """What a guide says."""

    title = forms.CharField(label=_lazy("Heading"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=_lazy("What it says"),
        max_length=LONGEST,
        help_text=_lazy(
            "A blank line begins a paragraph. # before a line makes a heading, - a point of a list, 1. a numbered "
            "one; **bold**, [words](https://…) a link, | between the cells of a table."
        ),
        widget=forms.Textarea({"class": "form-control draft-text", "rows": 16}),
    )
    keywords = forms.CharField(
        label=_lazy("Also found by"),
        required=False,
        max_length=LONGEST_KEYWORDS,
        help_text=_lazy("Words by which people ask and which the text does not hold, a space apart."),
    )
    audience = forms.ChoiceField(
        label=_lazy("Readers"), choices=[(word.value, word.zh) for word in GuideAudience], widget=forms.RadioSelect
    )

    def words(self) -> Words:
        said = self.cleaned_data
        return Words(title=said["title"], text=said["text"], keywords=said["keywords"])

    def audience_chosen(self) -> GuideAudience:
        return GuideAudience(self.cleaned_data["audience"])


class NewGuideForm(WordsForm):
    field_order = ("section",)

    def __init__(self, *args: Any, sections: Sequence[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"] = forms.ChoiceField(
            label=pgettext_lazy("windows", "Section"), choices=[(str(one.pk), one.name) for one in sections]
        )
        self.order_fields(["section", "title", "text", "keywords", "audience"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    sections = list(sections_kept_by(request.asker))
    forbid_unless(bool(sections))
    form = NewGuideForm(request.POST or None, sections=sections, initial={"audience": GuideAudience.PUBLIC.value})
    if request.method == "POST" and form.is_valid():
        chosen = next(one for one in sections if str(one.pk) == form.cleaned_data["section"])
        try:
            begun = writing.begin_guide(
                section=chosen,
                words=form.words(),
                audience=form.audience_chosen(),
                writer=me(request),
                **signed(request),
            )
        except GuideRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is kept. Hand it over when another person may review it."))
            return redirect("guide", begun.guide_id)
    return _write(request, form, title=_("New guide"), back=reverse("guides"), crumbs=crumbs(Crumb(_("New"))))


def _write(
    request: AskedRequest, form: forms.Form, *, title: str, back: str, crumbs: list[Crumb], revision: int = 0
) -> HttpResponse:
    facts = {"form": form, "title": title, "back": back, "crumbs": crumbs, "revision": revision}
    return render(request, "windows/guides/write.html", facts, status=422 if form.errors else 200)


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    """The draft that is being written; where there is none, saving begins one with what the guide says last."""
    found = kept_guide(request, guide_id)
    draft = being_written(found)
    last = draft or published_of(found).first()
    if last is None:
        raise Http404
    known = {"title": last.title, "text": last.text, "keywords": last.keywords, "audience": found.audience}
    form = WordsForm(request.POST or None, initial=known)
    if last.number > 1 or last.word is GuideState.PUBLISHED:  # it was reviewed for these readers
        del form.fields["audience"]
    revision = draft.revision if draft else 1
    if request.method == "POST" and form.is_valid():
        draft = draft or writing.begin_version(found, writer=me(request), **signed(request))
        based_on = request.POST.get("revision", "")
        try:
            saved = writing.save_draft(
                draft,
                words=form.words(),
                based_on=int(based_on) if based_on.isdecimal() and len(based_on) < _LONGEST_NUMBER else 0,
                writer=me(request),
                **signed(request),
            )
            if "audience" in form.fields:
                writing.set_audience(found, form.audience_chosen(), **signed(request))
            if request.POST.get("do") == "hand_over":
                writing.hand_over(saved, **signed(request))
        except GuideRefusal as refusal:
            form.add_error(None, str(refusal))
            revision = draft.revision
        else:
            messages.success(request, _("Saved."))
            return redirect("guide", found.pk)
    return _write(
        request,
        form,
        title=_("Write: %(title)s") % {"title": last.title},
        back=reverse("guide", args=[found.pk]),
        crumbs=_at(found, last.title, Crumb(_("Write"))),
        revision=revision,
    )


#: Digits of a number that a form hands back.
_LONGEST_NUMBER = 9


def _draft(request: AskedRequest, guide_id: UUID) -> GuideVersion:
    draft = being_written(kept_guide(request, guide_id))
    if draft is None:
        raise GuideRefusal(_("Nothing is being written. Begin a new version."))
    return draft


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    draft = _draft(request, guide_id)
    if request.method == "POST":
        writing.hand_over(draft, **signed(request))
        messages.success(request, _("It waits for another person of the section to review it."))
        return redirect("guide", guide_id)
    return _confirm(
        request,
        draft,
        title=_("Hand over for review"),
        question=_("Another person of the section reads “%(title)s” and publishes it, or sends it back to you."),
        action=_("Hand over"),
    )


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    draft = _draft(request, guide_id)
    if request.method == "POST":
        is_there = writing.drop_draft(draft, **signed(request))
        messages.success(request, _("The draft is gone."))
        return redirect("guide", guide_id) if is_there else redirect("guides")
    return _confirm(
        request,
        draft,
        title=_("Drop the draft"),
        question=_("What was typed in “%(title)s” is gone then. What is published stays."),
        action=_("Drop it"),
    )


def _confirm(request: AskedRequest, draft: GuideVersion, *, title: str, question: str, action: str) -> HttpResponse:
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": question % {"title": draft.title},
            "action": action,
            "cancel": reverse("guide", args=[draft.guide_id]),
            "crumbs": _at(draft.guide, draft.title, Crumb(title)),
        },
    )


# --- Reviewed ------------------------------------------------------------------------------------------------------


class PublishForm(forms.Form):
    since = forms.DateField(label=_lazy("In force from"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    read_again_by = forms.DateField(
        label=_lazy("Look through it again by"), widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )


class ReturnForm(forms.Form):
    because = forms.CharField(label=_lazy("What to change"), max_length=500, widget=forms.Textarea({"rows": 3}))


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    """By another than its writer: ``do`` is ``publish`` or ``return``."""
    draft = _draft(request, guide_id)
    if draft.word is GuideState.DRAFT:
        raise GuideRefusal(_("It has not been handed over for review."))
    forbid_unless(may_review(request.asker, draft))
    today, do = clock.today(), request.POST.get("do", "")
    publish = PublishForm(
        request.POST if do == "publish" else None, initial={"since": today, "read_again_by": read_again(today)}
    )
    back = ReturnForm(request.POST if do == "return" else None)
    form: forms.Form = back if do == "return" else publish
    if do and form.is_valid():
        try:
            if do == "return":
                because = form.cleaned_data["because"]
                reviewing.return_guide(draft, reviewer=me(request), because=because, **signed(request))
                messages.success(request, _("It went back to its writer."))
            else:
                seen = request.POST.get("revision", "")
                reviewing.publish_guide(
                    draft,
                    reviewer=me(request),
                    revision=int(seen) if seen.isdecimal() and len(seen) < _LONGEST_NUMBER else 0,
                    **form.cleaned_data,
                    **signed(request),
                )
                messages.success(request, _("Published."))
        except GuideRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("guide", guide_id)
    return render(
        request,
        "windows/guides/review.html",
        {
            "draft": draft,
            "text": shown(draft.text),
            "publish": publish,
            "back": back,
            "crumbs": _at(draft.guide, draft.title, Crumb(_("Review"))),
        },
        status=422 if publish.errors or back.errors else 200,
    )


class AgainForm(forms.Form):
    read_again_by = forms.DateField(
        label=_lazy("Look through it again by"), widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )


class BecauseForm(forms.Form):
    because = forms.CharField(label=_lazy("Why"), max_length=300)


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def look_through(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    found = kept_guide(request, guide_id)
    form = AgainForm(request.POST or None, initial={"read_again_by": read_again(clock.today())})
    if request.method == "POST" and form.is_valid():
        reviewing.look_through(found, **form.cleaned_data, **signed(request))
        messages.success(request, _("Saved."))
        return redirect("guide", found.pk)
    return _ask(
        request,
        found,
        form,
        title=_("Still right"),
        question=_("You read it through and it is right as it stands."),
        action=_("It is right"),
    )


@login_required
@conflict_on(GuideRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AskedRequest, guide_id: UUID) -> HttpResponse:
    found = kept_guide(request, guide_id)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reviewing.withdraw_guide(found, **form.cleaned_data, **signed(request))
        messages.success(request, _("It is not in force any more."))
        return redirect("guide", found.pk)
    return _ask(
        request,
        found,
        form,
        title=_("Withdraw the guide"),
        question=_("From today on it is found no more; its address tells so, and why."),
        action=_("Take out of force"),
    )


def _ask(
    request: AskedRequest, found: Guide, form: forms.Form, *, title: str, question: str, action: str
) -> HttpResponse:
    last = found.versions.filter(~Q(title="")).order_by("-number").first()
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": question,
            "action": action,
            "form": form,
            "cancel": reverse("guide", args=[found.pk]),
            "crumbs": _at(found, last.title if last else str(found.number), Crumb(title)),
        },
        status=422 if form.errors else 200,
    )
