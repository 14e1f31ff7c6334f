"""Writing mails into the outbox, and sending them from there.

``write`` belongs into the transaction of what the mail tells of. ``deliver_due``
is the worker's round; any number of workers may run it.
"""

import logging
import smtplib
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from comments.models import Mail, MailChoice, Refusal
from comments.people import Person

log = logging.getLogger(__name__)

REPLIES = "replies"  # the topic that a learner's own choice of mail rules
_SALT = "comments.outbox.stop"
_BATCH = 50
_TIMEOUT = 30  # seconds for each answer of the mail server; a lease must outlast them all


def write(
    *,
    key: str,
    topic: str,
    to: Person | str,
    template: str,
    context: Mapping[str, Any],
    language: str = "",
    thread: Sequence[str] = (),
    message_id: str = "",
    stop_url: str | None = None,
) -> Mail | None:
    """Put a mail into the outbox, once for each ``key``; None when the reader refused the topic.

    ``to`` is a learner or the address of somebody without an account. ``template``
    names ``<template>_subject.txt``, ``<template>.txt`` and ``<template>.html``, rendered in
    ``language`` (the learner's by default) with ``stop_url`` beside the context.
    ``thread`` holds the Message-IDs it continues, the oldest first.
    """
    recipient, address = (None, to) if isinstance(to, str) else (to, to.email)
    if _is_refused(to, address, topic):
        return None
    language = language or (recipient.language if recipient else settings.LANGUAGE_CODE)
    stop_url = stop_address(to, topic, language) if stop_url is None else stop_url
    subject, text, html = _rendered(template, {**context, "stop_url": stop_url}, language)
    mail, _created = Mail.objects.get_or_create(
        key=key,
        defaults={
            "topic": topic,
            "recipient": recipient,
            "address": "" if recipient else address,
            "language": language,
            "subject": subject,
            "text": text,
            "html": html,
            "thread": list(thread),
            "message_id": message_id or new_message_id(key),
            "stop_url": stop_url,
        },
    )
    return mail


def _is_refused(to: Person | str, address: str, topic: str) -> bool:
    if topic == REPLIES and not isinstance(to, str):
        return MailChoice.of(to).replies == MailChoice.When.NEVER
    return Refusal.stands(address, topic)


def new_message_id(name: str) -> str:
    """A Message-ID that can be told in advance: mails of one thread name each other by it."""
    digest = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}#{name}")
    return f"<{digest}@{_host()}>"


def stop_address(to: Person | str, topic: str, language: str) -> str:
    """The address that ends mails on a topic, for a person (RFC 8058) or a mail program."""
    token = signing.dumps([to if isinstance(to, str) else to.pk, topic], salt=_SALT, compress=True)
    with translation.override(language):
        return settings.SITE_URL + reverse("comments:stop", args=[token])


def read_stop_token(token: str) -> tuple[int | str, str]:
    """Whom (a learner's key, or an address) and which topic it ends. Raises signing.BadSignature.

    It never expires: a mail may be read years later.
    """
    who, topic = signing.loads(token, salt=_SALT)
    return who, topic


def stop(who: int | str, topic: str) -> None:
    """End mails on a topic for a learner's key or an address, waiting ones too."""
    if isinstance(who, str):
        Refusal.of(who, topic)
        Mail.objects.to(who, topic).cancel()
        return
    person = get_user_model().objects.filter(pk=who).first()
    if person is not None:
        if topic == REPLIES:
            MailChoice.choose(person, MailChoice.When.NEVER)
        else:
            Refusal.of(person.email, topic)
        Mail.objects.to(person, topic).cancel()


@dataclass
class Round:
    """What one round of a worker came to."""

    sent: int = 0
    again: int = 0
    given_up: int = 0
    is_down: bool = False

    @property
    def is_idle(self) -> bool:
        return not (self.sent or self.again or self.given_up)

    def __add__(self, other: "Round") -> "Round":
        return Round(
            self.sent + other.sent,
            self.again + other.again,
            self.given_up + other.given_up,
            other.is_down,
        )

    def __str__(self) -> str:
        return f"sent {self.sent}, {self.again} to try again, gave up on {self.given_up}"


def deliver_due(stopped: threading.Event | None = None) -> Round:
    """Send what is due. Ends early when asked to, or when the mail server does not answer."""
    done = Round()
    connection: BaseEmailBackend = get_connection(timeout=_TIMEOUT)
    try:
        for mail in Mail.objects.due().select_related("recipient")[:_BATCH]:
            if mail.claim():
                _send(mail, connection, done)
            if done.is_down or (stopped and stopped.is_set()):
                break
    finally:
        _close(connection)
    return done


def _send(mail: Mail, connection: BaseEmailBackend, done: Round) -> None:
    try:
        try:
            connection.open()
        except Exception:
            done.is_down = True
            raise
        connection.send_messages([message_of(mail)])
    except Exception as error:  # whatever went wrong with one mail must not stop the others
        _close(connection)
        if mail.record_failure(f"{type(error).__name__}: {error}", is_final=_is_final(error)):
            done.again += 1
        else:
            done.given_up += 1
    else:
        mail.record_sent()
        done.sent += 1


def _is_final(error: Exception) -> bool:
    """Whether the server says that there is no such reader: 5xx for the address itself."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _ in error.recipients.values())


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except Exception:  # a dead connection need not say goodbye
        log.debug("closing the connection to the mail server failed", exc_info=True)


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes out. Its Message-ID is the same at every try."""
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.thread:
        headers["In-Reply-To"] = mail.thread[-1]
        headers["References"] = " ".join(mail.thread)
    if mail.stop_url:
        headers["List-Unsubscribe"] = f"<{mail.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        headers["List-Id"] = f"<{mail.topic.replace(':', '-')}.{_host()}>"
    headers["Content-Language"] = mail.language
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to_address], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _rendered(template: str, context: Mapping[str, Any], language: str) -> tuple[str, str, str]:
    known = {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL, "language": language}
    with translation.override(language):
        subject = render_to_string(f"{template}_subject.txt", {**known, **context})
        text = render_to_string(f"{template}.txt", {**known, **context})
        html = render_to_string(f"{template}.html", {**known, **context})
    return " ".join(subject.split())[:250], text.strip() + "\n", html


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
