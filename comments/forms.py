"""What learners may send."""

import unicodedata
import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comments import markup
from comments.guards import Guard, GuardedForm, Limit
from comments.models import Comment, Flag, MailChoice
from lessons.models import Lesson

_EMPTY = _("There is nothing to read in it yet.")


class WordsField(forms.CharField):
    """Text of several lines, its line ends counted as one character as browsers count them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "data-draft": ""})
        super().__init__(
            max_length=markup.LONGEST, widget=widget, error_messages={"required": _EMPTY}, **kwargs
        )

    def to_python(self, value: Any) -> str:
        text = super().to_python((value or "").replace("\r\n", "\n").replace("\r", "\n")) or ""
        return text if any(map(_is_seen, text)) else ""


def _is_seen(character: str) -> bool:
    """Whether there is anything to see: neither a control, a format mark nor a space."""
    return unicodedata.category(character)[0] not in "CZ"


class CommentForm(GuardedForm):
    """A new comment, or a reply. ``key`` makes sure that it is written once, however often it is sent."""

    guard = Guard("comment", [Limit(6, timedelta(minutes=5)), Limit(60, timedelta(days=1))])

    text = WordsField(label=_("Your comment"))
    parent = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, lesson: Lesson | str, request: HttpRequest, **kwargs: Any
    ) -> None:
        super().__init__(*args, request=request, auto_id=f"id_%s_{uuid.uuid4().hex[:8]}", **kwargs)
        self.lesson = lesson
        self.fields["key"].initial = uuid.uuid4
        if not self.is_bound and self.initial.get("parent"):
            self.fields["text"].label = _("Your reply")

    @property
    def words(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: self.cleaned_data[name] for name in ("text", "parent", "key")}

    def clean_parent(self) -> Comment | None:
        pk = self.cleaned_data["parent"]
        if not pk:
            return None
        parent = Comment.objects.visible().for_lesson(self.lesson).filter(pk=pk).first()
        if parent is None:
            raise forms.ValidationError(_("The comment that you answer is not there any more."))
        return parent


class EditForm(forms.Form):
    text = WordsField(label=_("Your comment"))


class PreviewForm(forms.Form):
    guard = Guard("preview", [Limit(60, timedelta(minutes=5))])

    text = WordsField()


class FlagForm(GuardedForm):
    guard = Guard("flag", [Limit(10, timedelta(hours=1))])

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Flag.Reason, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("In your words, if you like"), required=False, max_length=300)


class BellForm(forms.Form):
    """A choice for a lesson or a thread; empty forgets it."""

    choice = forms.ChoiceField(choices=[("", ""), ("on", ""), ("muted", "")], required=False)


class MailChoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = MailChoice
        fields = ["replies"]
        widgets = {"replies": forms.RadioSelect}
        labels = {"replies": _("Replies by mail")}
