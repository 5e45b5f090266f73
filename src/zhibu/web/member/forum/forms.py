"""What is typed in the forum, with pictures. What was typed stays in the form whatever is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _lazy

from zhibu.apps.forum.actions.moderating import LONGEST_APPEAL, LONGEST_REASON
from zhibu.apps.forum.actions.opinions import LONGEST as LONGEST_OPINION
from zhibu.apps.forum.actions.pictures import LARGEST, Sent
from zhibu.apps.forum.actions.writing import LONGEST, LONGEST_TITLE, Words
from zhibu.apps.forum.models import Picture
from zhibu.domain.forum import MOST_PICTURES, AppealOutcome
from zhibu.web.shell.marked import MarkedForm
from zhibu.web.shell.middleware import AskedRequest


class SeveralPictures(forms.FileInput):
    """The files themselves are read from the request: the field shows where they are chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002 - Django's signature
        """None of them, for a field checks one; ``sent`` reads them all."""
        return None


class PostForm(MarkedForm):
    text = forms.CharField(
        label=_lazy("Your words"), max_length=LONGEST, widget=forms.Textarea({"rows": 6, "data-draft": "text"})
    )
    pictures = forms.FileField(
        label=_lazy("Pictures"),
        required=False,
        help_text=_lazy(
            "At most four, JPEG or PNG. Place and time of the camera are taken out. After an error choose them again."
        ),
        widget=SeveralPictures({"accept": "image/jpeg,image/png"}),
    )

    def words(self, request: AskedRequest) -> Words:
        said = self.cleaned_data
        return Words(title=said.get("title", ""), text=said["text"], pictures=sent(request), is_no_mark=self.has_tick)


class ThreadForm(PostForm):
    title = forms.CharField(
        label=_lazy("Heading"), max_length=LONGEST_TITLE, widget=forms.TextInput({"data-draft": "title"})
    )
    is_question = forms.BooleanField(label=_lazy("It is a question; an answer can be accepted"), required=False)
    asks_confirmation = forms.BooleanField(
        label=_lazy("Ask readers to press “I have read this”"),
        required=False,
        help_text=_lazy("Nobody has to. Only you see who has pressed, and they can take it back."),
    )
    field_order = ("title", "text", "pictures", "is_question", "asks_confirmation")


class EditForm(PostForm):
    """``drop``: pictures of the post that go."""

    title = forms.CharField(label=_lazy("Heading"), max_length=LONGEST_TITLE)
    field_order = ("title", "text", "drop", "pictures")

    def __init__(self, data: Any = None, *, is_first: bool, kept: Sequence[Picture], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not is_first:
            del self.fields["title"]
        if kept:
            choices = [(str(picture.pk), str(number)) for number, picture in enumerate(kept, 1)]
            self.fields["drop"] = forms.MultipleChoiceField(
                label=_lazy("Take away the picture"),
                required=False,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
            )
            self.order_fields(self.field_order)


class ReasonForm(forms.Form):
    because = forms.CharField(
        label=_lazy("Why"), max_length=LONGEST_REASON, widget=forms.TextInput({"autocomplete": "off"})
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_lazy("Why it should be shown"), max_length=LONGEST_APPEAL, widget=forms.Textarea({"rows": 3})
    )


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_lazy("Outcome"),
        choices=[(word.value, word.zh) for word in AppealOutcome],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_lazy("In words"),
        max_length=LONGEST_REASON,
        help_text=_lazy("The writer and the moderator read it."),
        widget=forms.Textarea({"rows": 3}),
    )


class OpinionForm(MarkedForm):
    text = forms.CharField(
        label=_lazy("My view"), max_length=LONGEST_OPINION, widget=forms.Textarea({"rows": 6, "data-draft": "text"})
    )


def sent(request: AskedRequest) -> list[Sent]:
    """The pictures of a request; of one that is far too large only as much is read as tells so."""
    return [(file.name or "", _read(file)) for file in request.FILES.getlist("pictures")[: MOST_PICTURES + 1]]


def _read(file: UploadedFile[bytes]) -> bytes:
    content: bytes = file.read(LARGEST + 1)
    return content
