"""What anybody may send about a page."""

import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comments.forms import WordsField
from comments.guards import Guard, GuardedForm, Limit
from feedback import pictures
from feedback.models import Kind
from feedback.pages import ReportedPage, page_at, text_of, text_of_revision
from feedback.passages import LONGEST, Passage, squeeze
from lessons.models import Edition, Revision

_UNUSABLE = _("This form cannot be used any more. Please open the page again.")


class LooseField(forms.RegexField):
    """What a script adds. A value of another form is dropped: nobody could mend it in the form."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> str:
        try:
            return str(super().clean(value))
        except forms.ValidationError:
            return ""


class ReportForm(GuardedForm):
    """A report. Everything of its context that can be looked up is looked up, not believed.

    Its signed time is made for one person and one action, so it is a token against forged
    requests, too, and a guest needs no cookie to report (``views.report`` says more).
    """

    guard = Guard("report", [Limit(5, timedelta(minutes=10)), Limit(20, timedelta(days=1))])

    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=Kind, initial=Kind.TEXT, widget=forms.RadioSelect
    )
    words = WordsField(label=_("What is wrong, or what could be better?"))
    exact = forms.CharField(
        label=_("The passage it is about"),
        required=False,
        max_length=LONGEST,
        help_text=_("Copied from the lesson, if it is about one passage."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    screenshot = forms.FileField(
        label=_("A screenshot"),
        required=False,
        help_text=_("PNG, JPEG or WebP, up to 5 MB. Only moderators see it."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    address = forms.EmailField(
        label=_("Your mail address"),
        required=False,
        help_text=_("Only if you would like an answer by mail. It is used for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    wants_mail = forms.BooleanField(
        label=_("Tell me by mail when something comes of it"), required=False
    )

    page = LooseField(r"\A/.*\Z", required=False)
    key = forms.RegexField(
        r"\A[0-9a-f]{32}\Z",
        widget=forms.HiddenInput,
        error_messages={"invalid": _UNUSABLE, "required": _UNUSABLE},
    )
    revision = LooseField(r"\A[0-9a-f]{16,64}\Z", required=False)
    before = LooseField(r"(?s)\A.{0,64}\Z", required=False, strip=False)
    after = LooseField(r"(?s)\A.{0,64}\Z", required=False, strip=False)
    theme = LooseField(r"\A(light|dark)\Z", required=False)
    window = LooseField(r"\A\d{1,5}x\d{1,5}\Z", required=False)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, auto_id="report-%s", **kwargs)
        self.fields["key"].initial = lambda: secrets.token_hex(16)
        self.fields["words"].widget.attrs.pop("data-draft")
        del self.fields["address" if request.user.is_authenticated else "wants_mail"]
        drafts = request.user.is_authenticated and request.user.is_staff
        given = self.data if self.is_bound else self.initial
        path = str(given.get("page") or "")
        self.about = page_at(path, drafts=drafts)
        self.lost = path[:200] if path and self.about is None else ""
        if self.lost and not self.is_bound:
            self.initial["page"] = ""
        self.edition = self.about.edition if self.about else None
        if self.edition is None:
            del self.fields["exact"]
        self.passage: Passage | None = None
        self.picture: pictures.Picture | None = None

    def clean_page(self) -> ReportedPage | None:
        """The page, or None for the site as a whole. A wrong one is said once and then let go."""
        if self.lost:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["page"] = ""
            self.data = data
            raise forms.ValidationError(
                _(
                    "There is no page at that address. Send it again to report it about the site as a whole."
                )
            )
        return self.about

    def clean_screenshot(self) -> bytes | None:
        """Only what is cheap is checked here; it is decoded after the rate limits."""
        file = self.cleaned_data["screenshot"]
        if file is None:
            return None
        data: bytes = file.read(pictures.LARGEST + 1)
        _checked(pictures.check, data)
        return data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.edition and squeeze(cleaned.get("exact") or ""):
            self.passage = _found(self.edition, cleaned)
            if self.passage is None:
                self.add_error(
                    "exact",
                    _(
                        "This is not in the text of the lesson. Copy it from there, or leave this empty."
                    ),
                )
        return cleaned

    def may_pass(self) -> bool:
        """Whether the rate limits let this through, and then whether the screenshot can be decoded."""
        if not super().may_pass():
            return False
        data = self.cleaned_data["screenshot"]
        try:
            self.picture = _checked(pictures.made_anew, data) if data else None
        except forms.ValidationError as error:
            self.add_error("screenshot", error)
        return self.is_valid()

    @property
    def record(self) -> dict[str, Any]:
        """What is to be kept."""
        sent, person = self.cleaned_data, self.request.user
        edition = self.edition
        signed_in = person.is_authenticated
        return {
            **{name: sent[name] for name in ("key", "kind", "words", "theme", "window")},
            "page": self.about.path if self.about else "",
            "language": self.about.language if self.about else get_language(),
            "edition": edition,
            "lesson": edition.lesson if edition else None,
            "revision": self._revision(edition) if edition else "",
            "passage": self.passage,
            "browser": "".join(filter(str.isprintable, self.request.headers.get("User-Agent", "")))[
                :300
            ],
            "reporter": person if signed_in else None,
            "address": "" if signed_in else sent["address"],
            "wants_mail": sent["wants_mail"] if signed_in else bool(sent["address"]),
        }

    def _revision(self, edition: Edition) -> str:
        """The revision that the reader saw, if there is such a one; else the present."""
        older = _older(edition, self.cleaned_data)
        return older.content_hash if older else edition.content_hash


def _found(edition: Edition, sent: dict[str, Any]) -> Passage | None:
    """The passage in the page's present text, else in the one that the reader still had open."""
    quote = sent["exact"], sent.get("before", ""), sent.get("after", "")
    found = text_of(edition).find(*quote)
    older = _older(edition, sent) if found is None else None
    return text_of_revision(edition, older).find(*quote) if older else found


def _older(edition: Edition, sent: dict[str, Any]) -> Revision | None:
    revisions = Revision.objects.filter(edition=edition, content_hash=sent.get("revision", ""))
    return revisions.exclude(content_hash=edition.content_hash).first()


def _checked(step: Any, data: bytes) -> Any:
    try:
        return step(data)
    except pictures.BadPicture as error:
        raise forms.ValidationError(error.args[0]) from error
