"""Forms of the account: sign-in and sign-up after allauth's, settings, deletion."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from progress.accounts import release_address
from progress.accounts_names import clean_display_name, skeleton
from progress.models import Learner


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember = self.fields["remember"]
        remember.label = _("Keep me signed in")
        remember.help_text = _("Not on a computer you share.")
        remember.initial = True


class SignUpForm(allauth_forms.SignupForm):
    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> Any:
        """Save, unless the address has an account: then its owner gets a mail.

        Takes as long either way, and two sign-ups at once with one address end as one after the
        other would.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class NumericCode:
    """A code of digits: the keyboard of a phone shows them, and Hangul needs no switching."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "12",
        }  # fmt: skip


class SignInCodeForm(NumericCode, allauth_forms.ConfirmLoginCodeForm):
    pass


class MailCodeForm(NumericCode, allauth_forms.ConfirmEmailVerificationCodeForm):
    def clean_code(self) -> str:
        """The right code proves whose the address is, even if somebody else gave it at sign-up."""
        code = allauth_forms.BaseConfirmCodeForm.clean_code(self)
        if self.user is None or not release_address(self.email, to=self.user):
            raise get_adapter().validation_error("email_taken")
        return str(code)


class PasswordCodeForm(NumericCode, allauth_forms.ConfirmPasswordResetCodeForm):
    pass


class AddKeyForm(AddWebAuthnForm):
    """A passkey unless one says otherwise: that is what most people have, in their device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self)
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Signs in without a password (a passkey)")
        passwordless.help_text = _("Your device then asks for fingerprint, face or PIN.")
        passwordless.initial = True


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self)


def _ask_for_a_name(form: forms.Form) -> None:
    """allauth's field has neither a translated label nor an end."""
    name = form.fields["name"]
    name.label = _("Name of the key")
    name.validators.append(MaxLengthValidator(60))
    name.widget.attrs["maxlength"] = "60"


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Learner
        fields = ("display_name", "language")
        help_texts = {
            "display_name": _(
                "Others see this name beside your comments. Nobody sees your mail address."
            ),
            "language": _("Of this page and of the mail you get."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].widget.attrs["autocomplete"] = "nickname"

    def clean_display_name(self) -> str:
        name = clean_display_name(
            self.cleaned_data["display_name"], is_staff=self.instance.is_staff
        )
        if name and self._is_name_of_staff(name):
            raise ValidationError(_("This name could be taken for the site’s own. Choose another."))
        return name

    def _is_name_of_staff(self, name: str) -> bool:
        staff = Learner.objects.filter(is_staff=True).exclude(pk=self.instance.pk)
        names = staff.exclude(display_name="").values_list("display_name", flat=True)
        return skeleton(name) in {skeleton(one) for one in names}


class DeletionForm(forms.Form):
    """The address is typed, so that nobody deletes an account by one press too many."""

    email = forms.CharField(
        label=_("Your mail address, to confirm"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, learner: Learner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.learner = learner

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip()
        if email.casefold() != self.learner.email.casefold():
            raise ValidationError(_("This is not the mail address of your account."))
        return email
