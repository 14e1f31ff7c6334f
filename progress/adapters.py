"""How allauth behaves on this site."""

import logging
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from progress.models import Learner

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> Learner:
        return Learner(language=_site_language())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("lessons:home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("lessons:home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("lessons:home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_settings")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        signed_in = self.request.user.is_authenticated
        return reverse("account_settings" if signed_in else "account_login")

    def is_safe_url(self, url: str | None) -> bool:
        """Back to this very host only, not to any of ALLOWED_HOSTS."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return request.headers.get("User-Agent", "")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Nobody is told "sent to …" beside "could not be sent"."""
        if getattr(request, "mail_failed", False) and str(message_template).endswith("_sent.txt"):
            return
        super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the address's owner; a stranger's in that of the page.

        A mail server that is down is told to the visitor, who can ask again; it is no error page.
        """
        if not self.send_mail_in(template_prefix, email, _language_of(email), context):
            self.request.mail_failed = True
            again = _(
                "We could not send you a mail just now. Please ask for it again in a few minutes."
            )
            messages.error(self.request, again)

    def send_mail_in(
        self, template_prefix: str, email: str, language: str, context: Mapping[str, Any]
    ) -> bool:
        """Send a mail in a language. False when the mail server did not take it."""
        values = {key: _absolute(key, value, language) for key, value in context.items()}
        values |= {"email": email, "SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
        headers = {"Auto-Submitted": "auto-generated", "Content-Language": language}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, values, headers)
        try:
            return bool(message.send())
        except (OSError, SMTPException):
            log.exception("a mail could not be sent (%s)", template_prefix)
            return False


class MFAAdapter(DefaultMFAAdapter):
    def _get_site_name(self) -> str:
        """What an authenticator or a passkey's dialogue calls this site."""
        return str(settings.SITE_NAME)


def _absolute(key: str, value: Any, language: str) -> Any:
    """An address for a mail: of the site's own name, whatever Host was asked for, in its language."""
    if not key.endswith("_url") or not isinstance(value, str):
        return value
    return settings.SITE_URL + translate_url(urlsplit(value).path, language)


def _language_of(email: str) -> str:
    learner = Learner.objects.filter(email__iexact=email).only("language").first()
    return learner.language if learner else _site_language()


def _site_language() -> str:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
