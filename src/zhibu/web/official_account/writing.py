"""Articles at the desk and on the phone: written, handed in, reviewed by another, corrected, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhibu.apps.account_content import access
from zhibu.apps.account_content.actions import articles as deeds
from zhibu.apps.account_content.actions import drafting
from zhibu.apps.account_content.actions.articles import (
    LONGEST_DIGEST,
    LONGEST_REMARK,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Said,
)
from zhibu.apps.account_content.errors import AccountContentRefusal
from zhibu.apps.account_content.models import Article
from zhibu.apps.account_content.queries import holding, versions_of
from zhibu.apps.organizations.models import Organization
from zhibu.documents.markdown import html
from zhibu.domain.terms import AccountApp, ArticleState, Sending
from zhibu.web.shell.answers import conflict_on, forbid_unless
from zhibu.web.shell.crumbs import Crumb
from zhibu.web.shell.middleware import AskedRequest
from zhibu.web.shell.paging import page_at_once
from zhibu.web.shell.platforms import platform_of
from zhibu.web.shell.signing import me, signed

#: Characters of what is looked for, and digits of a number that a form hands back.
_LONGEST_ASKED, _LONGEST_NUMBER = 100, 9

#: What the list can be narrowed to, besides what waits for the asker.
_SHOWN = {
    "written": (ArticleState.DRAFT, ArticleState.REVIEW),
    "public": (ArticleState.PUBLIC,),
    "gone": (ArticleState.CORRECTED, ArticleState.WITHDRAWN),
}


def _crumbs(*further: Crumb) -> list[Crumb]:
    way = Crumb(_("Articles"), reverse("account_articles"))
    return [way, *further] if further else [Crumb(_("Articles"))]


def _at(article: Article, *further: Crumb) -> list[Crumb]:
    return _crumbs(Crumb(article.title, reverse("account_article", args=[article.pk])), *further)


# --- All of them ---------------------------------------------------------------------------------------------------


@login_required
@require_safe
def articles(request: AskedRequest) -> HttpResponse:
    """``?q=``: words that stand in it; ``?show=``: ``written``, ``review`` (mine to), ``public`` or ``gone``."""
    seen = access.articles_seen_by(request.asker)
    forbid_unless(_has_desk(request))
    text, show = request.GET.get("q", "").strip()[:_LONGEST_ASKED], request.GET.get("show", "")
    rows = access.articles_reviewed_by(request.asker) if show == "review" else seen
    if show in _SHOWN:
        rows = rows.filter(state__in=[word.value for word in _SHOWN[show]])
    rows = holding(rows, text).select_related("organization", "writer")
    return render(
        request,
        "official_account/articles.html",
        {
            "page": page_at_once(request, rows),
            "text": text,
            "show": show,
            "to_review": access.articles_reviewed_by(request.asker).count(),
            "crumbs": _crumbs(),
        },
    )


def _has_desk(request: AskedRequest) -> bool:
    return request.asker.person is not None and bool(request.asker.offices or request.asker.windows)


# --- One of them ---------------------------------------------------------------------------------------------------


def _seen(request: AskedRequest, key: UUID) -> Article:
    rows = access.articles_seen_by(request.asker)
    return get_object_or_404(rows.select_related("organization", "writer", "reviewer", "corrects"), pk=key)


def _changed(request: AskedRequest, key: UUID) -> Article:
    """404 where it is not visible, 403 where others write it, 409 where it is public."""
    found = _seen(request, key)
    forbid_unless(access.may_write_for(request.asker, found.organization))
    if not access.may_change(request.asker, found):
        raise AccountContentRefusal(_("This article is published and never changes. Correct it by another."))
    return found


@login_required
@require_safe
def article(request: AskedRequest, written: UUID) -> HttpResponse:
    found, asker = _seen(request, written), request.asker
    versions = [one for one in versions_of(found) if one.pk != found.pk]
    may_correct = access.may_correct(asker, found)
    return render(
        request,
        "official_account/article.html",
        {
            "article": found,
            "title": found.title,
            "text": mark_safe(html(found.text)),  # noqa: S308 - cleaned to a few tags by documents.markdown
            "warned": "、".join(deeds.inside_words_of(found)) if found.published_at is None else "",
            "is_mine": found.writer_id == asker.person,
            "may_change": access.may_change(asker, found),
            "may_review": access.may_review(asker, found),
            "may_correct": may_correct,
            "may_withdraw": access.may_withdraw(asker, found),
            "may_hand_over": may_correct and found.way not in {Sending.WAITING, Sending.SENT} and _has_drafts(),
            "public": reverse("public_article", args=[found.pk]) if found.published_at else "",
            "versions": versions,
            "crumbs": _crumbs(Crumb(found.title)),
        },
    )


def _has_drafts() -> bool:
    """Whether there is an account whose drafts the program can reach."""
    return platform_of(AccountApp.OFFICIAL) is not None


# --- Written -------------------------------------------------------------------------------------------------------


class ArticleForm(forms.Form):
    """What an article says."""

    title = forms.CharField(label=_lazy("Heading"), max_length=LONGEST_TITLE)
    digest = forms.CharField(
        label=_lazy("In a sentence"),
        required=False,
        max_length=LONGEST_DIGEST,
        help_text=_lazy("Stands below the heading in lists."),
    )
    text = forms.CharField(
        label=_lazy("What it says"),
        max_length=LONGEST_TEXT,
        help_text=_lazy(
            "A blank line begins a paragraph. # before a line makes a heading, - a point of a list, 1. a numbered "
            "one; **bold**, [words](/public/guides/1/) a link to a page here, | between the cells of a table."
        ),
        widget=forms.Textarea({"class": "form-control draft-text", "rows": 16}),
    )

    def said(self) -> Said:
        return Said(**{name: self.cleaned_data.get(name, "") for name in ("title", "digest", "text", "correction")})


class CorrectionForm(ArticleForm):
    correction = forms.CharField(
        label=_lazy("What is put right"),
        required=False,
        max_length=LONGEST_REMARK,
        help_text=_lazy("Everybody reads it above the article."),
    )
    field_order = ("correction", "title", "digest", "text")


class NewArticleForm(ArticleForm):
    def __init__(self, *args: Any, organizations: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"] = forms.ChoiceField(
            label=_lazy("Of which organization"), choices=[(str(one.pk), one.name) for one in organizations]
        )
        self.order_fields(["organization", "title", "digest", "text"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    organizations = list(access.organizations_written_for_by(request.asker))
    forbid_unless(bool(organizations))
    form = NewArticleForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        chosen = next(one for one in organizations if str(one.pk) == form.cleaned_data["organization"])
        try:
            begun = deeds.begin_article(chosen, form.said(), writer=me(request), **signed(request))
            if request.POST.get("do") == "hand_in":
                deeds.hand_in(begun, **signed(request))
        except AccountContentRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is kept. Hand it in when another person may review it."))
            return redirect("account_article", begun.pk)
    back = reverse("account_articles")
    return _write(request, form, title=_("Write an article"), back=back, crumbs=_crumbs(Crumb(_("New"))))


def _write(
    request: AskedRequest, form: forms.Form, *, title: str, back: str, crumbs: list[Crumb], revision: int = 0
) -> HttpResponse:
    facts = {"form": form, "title": title, "back": back, "crumbs": crumbs, "revision": revision}
    return render(request, "official_account/write.html", facts, status=422 if form.errors else 200)


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AskedRequest, written: UUID) -> HttpResponse:
    found = _changed(request, written)
    made = CorrectionForm if found.corrects_id else ArticleForm
    known = {name: getattr(found, name) for name in ("title", "digest", "text", "correction")}
    form = made(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            based_on = _number(request.POST.get("revision", ""))
            saved = deeds.save_article(found, form.said(), based_on=based_on, writer=me(request), **signed(request))
            if request.POST.get("do") == "hand_in":
                deeds.hand_in(saved, **signed(request))
        except AccountContentRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("account_article", found.pk)
    return _write(
        request,
        form,
        title=_("Write: %(title)s") % {"title": found.title},
        back=reverse("account_article", args=[found.pk]),
        crumbs=_at(found, Crumb(_("Write"))),
        revision=found.revision,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else 0


@login_required
@conflict_on(AccountContentRefusal)
@require_POST
def hand_in(request: AskedRequest, written: UUID) -> HttpResponse:
    deeds.hand_in(_changed(request, written), **signed(request))
    messages.success(request, _("It waits for another person to review it."))
    return redirect("account_article", written)


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: AskedRequest, written: UUID) -> HttpResponse:
    found = _changed(request, written)
    if request.method == "POST":
        deeds.drop_article(found, **signed(request))
        messages.success(request, _("The draft is gone."))
        return redirect("account_articles")
    return _confirm(
        request,
        found,
        title=_("Drop the draft"),
        question=_("What was typed in “%(title)s” is gone then.") % {"title": found.title},
        action=_("Drop it"),
    )


# --- Reviewed ------------------------------------------------------------------------------------------------------


class PublishForm(forms.Form):
    may_be_public = forms.BooleanField(
        label=_lazy("I have looked: the text only speaks of it, and may be read by everybody"), required=False
    )
    to_platform = forms.BooleanField(label=_lazy("Also put it among the drafts of the account"), required=False)


class SendBackForm(forms.Form):
    remark = forms.CharField(
        label=_lazy("What to change"), max_length=LONGEST_REMARK, widget=forms.Textarea({"rows": 3})
    )


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: AskedRequest, written: UUID) -> HttpResponse:
    """By another than its writer: ``do`` is ``publish`` or ``return``."""
    found, do = _seen(request, written), request.POST.get("do", "")
    if found.word is not ArticleState.REVIEW:
        raise AccountContentRefusal(_("This article does not wait for review any more."))
    forbid_unless(access.may_review(request.asker, found))
    publish, warned = PublishForm(request.POST if do == "publish" else None), deeds.inside_words_of(found)
    if not warned:
        del publish.fields["may_be_public"]
    if not _has_drafts():
        del publish.fields["to_platform"]
    back = SendBackForm(request.POST if do == "return" else None)
    form: forms.Form = back if do == "return" else publish
    if do and form.is_valid():
        try:
            if do == "return":
                remark = form.cleaned_data["remark"]
                deeds.send_back(found, reviewer=me(request), remark=remark, **signed(request))
                messages.success(request, _("It went back to its writer."))
            else:
                revision = _number(request.POST.get("revision", ""))
                deeds.publish(found, reviewer=me(request), revision=revision, **form.cleaned_data, **signed(request))
                messages.success(request, _("Published."))
        except AccountContentRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("account_article", found.pk)
    return render(
        request,
        "official_account/review.html",
        {
            "article": found,
            "text": mark_safe(html(found.text)),  # noqa: S308 - cleaned to a few tags by documents.markdown
            "warned": "、".join(warned),
            "publish": publish,
            "back": back,
            "crumbs": _at(found, Crumb(_("Review"))),
        },
        status=422 if publish.errors or back.errors else 200,
    )


# --- Once it is public ---------------------------------------------------------------------------------------------


@login_required
@conflict_on(AccountContentRefusal)
@require_POST
def correct(request: AskedRequest, written: UUID) -> HttpResponse:
    """A draft that takes its place when it is approved; its page opens."""
    found = _seen(request, written)
    forbid_unless(access.may_write_for(request.asker, found.organization))
    draft = deeds.correct(found, writer=me(request), **signed(request))
    return redirect("account_article_edit", draft.pk)


class WithdrawForm(forms.Form):
    remark = forms.CharField(
        label=_lazy("Why"), max_length=LONGEST_REMARK, help_text=_lazy("Everybody who opens its address reads it.")
    )


@login_required
@conflict_on(AccountContentRefusal)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AskedRequest, written: UUID) -> HttpResponse:
    found = _seen(request, written)
    forbid_unless(request.asker.person is not None)
    if not access.may_withdraw(request.asker, found):
        raise AccountContentRefusal(_("Only a published article can be withdrawn."))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deeds.withdraw(found, remark=form.cleaned_data["remark"], **signed(request))
        messages.success(request, _("It is withdrawn. What was sent out by the platform has to be deleted there."))
        return redirect("account_article", found.pk)
    return _confirm(
        request,
        found,
        title=_("Withdraw the article"),
        question=_("From now on its address says only that it was withdrawn, and why."),
        action=_("Withdraw it"),
        form=form,
    )


@login_required
@conflict_on(AccountContentRefusal)
@require_POST
def hand_over(request: AskedRequest, written: UUID) -> HttpResponse:
    """To the drafts of the account, from where somebody sends it out on the platform."""
    found = _seen(request, written)
    forbid_unless(access.may_write_for(request.asker, found.organization))
    if not _has_drafts():
        raise AccountContentRefusal(_("There is no account whose drafts could be reached from here."))
    drafting.hand_over(found, **signed(request))
    messages.success(request, _("It is on its way to the drafts of the account."))
    return redirect("account_article", found.pk)


def _confirm(
    request: AskedRequest,
    found: Article,
    *,
    title: str,
    question: str,
    action: str,
    form: forms.Form | None = None,
) -> HttpResponse:
    return render(
        request,
        "shell/confirm.html",
        {
            "title": title,
            "question": question,
            "action": action,
            "form": form or "",
            "cancel": reverse("account_article", args=[found.pk]),
            "crumbs": _at(found, Crumb(title)),
        },
        status=422 if form is not None and form.errors else 200,
    )
