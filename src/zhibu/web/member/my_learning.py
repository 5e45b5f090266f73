"""What I learned by myself: my own list, to be read, taken along and deleted by me; and what I recommend."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.learning.actions.recommending import LONGEST_SENTENCE, recommend, take_recommendation_back
from zhibu.apps.learning.actions.self_study import LONGEST_TITLE, MOST, forget_study, note_study
from zhibu.apps.learning.errors import LearningRefusal
from zhibu.apps.learning.models import Recommendation, SelfStudy
from zhibu.documents.tables import Table
from zhibu.web.member.units import fresh_nonce, learn_crumbs, seen_unit
from zhibu.web.shell import clock
from zhibu.web.shell.answers import conflict_on
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.downloads import spreadsheet
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_of
from zhibu.web.shell.signing import me, my_id


class NoteForm(forms.Form):
    title = forms.CharField(label=_lazy("Something else I learned"), max_length=LONGEST_TITLE)
    day = forms.DateField(label=_lazy("Learned on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def my_learning(request: AskedRequest) -> HttpResponse:
    """POST notes something that is no unit: ``title``, ``day``, ``nonce``."""
    person = my_id(request)
    form = NoteForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST" and form.is_valid():
        nonce = request.POST.get("nonce", "")
        note_study(me(request), **form.cleaned_data, nonce=nonce, at=clock.now())
        messages.success(request, _("Noted, for you alone."))
        return redirect("my_learning")
    rows = SelfStudy.objects.filter(person=person).order_by("-day", "-pk")
    context = {
        "page": page_of(request, rows),
        "form": form,
        "nonce": fresh_nonce(),
        "crumbs": learn_crumbs(Crumb(_("My own list"))),
    }
    return render(request, "member/learn/mine.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def my_learning_xlsx(request: AskedRequest) -> HttpResponse:
    rows = SelfStudy.objects.filter(person=my_id(request)).order_by("day", "pk").values_list("day", "title")[:MOST]
    return spreadsheet(
        _("My own list"),
        [Table(_("My own list"), (_("Learned on"), _("What I learned")), [(f"{day}", title) for day, title in rows])],
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def forget_line(request: AskedRequest, study_id: UUID) -> HttpResponse:
    """One line of my own; what others have is not found here."""
    person = my_id(request)
    line = get_object_or_404(SelfStudy, pk=study_id, person=person)
    if request.method == "POST":
        forget_study(person, only=line.pk)
        messages.success(request, _("It is gone."))
        return redirect("my_learning")
    return _confirm(request, _("Delete this line?"), line.title)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def forget_all(request: AskedRequest) -> HttpResponse:
    person = my_id(request)
    if request.method == "POST":
        forget_study(person)
        messages.success(request, _("Your list is empty now."))
        return redirect("my_learning")
    return _confirm(
        request, _("Delete the whole list?"), _("All lines and the answers in them are deleted, for good.")
    )


def _confirm(request: AskedRequest, title: str, question: str) -> HttpResponse:
    context = {
        "title": title,
        "question": question,
        "action": _("Delete"),
        "cancel": reverse("my_learning"),
        "crumbs": learn_crumbs(Crumb(_("My own list"), reverse("my_learning")), Crumb(title)),
    }
    return render(request, "shell/confirm.html", context)


# --- What I recommend ----------------------------------------------------------------------------------------------


class RecommendForm(forms.Form):
    sentence = forms.CharField(
        label=_lazy("Why, in a sentence"),
        max_length=LONGEST_SENTENCE,
        help_text=_lazy("The members of your branch read it with your name. Nothing counts how many do."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@conflict_on(LearningRefusal)
def unit_recommend(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    found = seen_unit(request, unit_id)
    known = Recommendation.objects.filter(unit=found, person=my_id(request)).first()
    form = RecommendForm(request.POST or None, initial={"sentence": known.sentence if known else ""})
    if request.method == "POST" and form.is_valid():
        recommend(found, me(request), sentence=form.cleaned_data["sentence"], at=clock.now())
        messages.success(request, _("Your branch finds it with your sentence."))
        return redirect("unit", found.pk)
    context = {
        "title": _("Recommend to my branch"),
        "question": found.title,
        "action": _("Recommend"),
        "form": form,
        "cancel": reverse("unit", args=[found.pk]),
        "crumbs": learn_crumbs(Crumb(found.title, reverse("unit", args=[found.pk])), Crumb(_("Recommend"))),
    }
    return render(request, "shell/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def recommend_no_more(request: AskedRequest, unit_id: UUID) -> HttpResponse:
    found = seen_unit(request, unit_id)
    take_recommendation_back(found.pk, my_id(request))
    messages.success(request, _("Taken back."))
    return redirect("unit", found.pk)
