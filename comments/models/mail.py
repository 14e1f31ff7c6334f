"""The outbox: a mail is a row first, and sent from it by a worker (I12)."""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.people import Person

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than any mail server is given to answer
GIVE_UP_AFTER = timedelta(days=4)  # RFC 5321, 4.5.4.1: at least 4–5 days
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")
    CANCELLED = "cancelled", _("cancelled")


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> "MailQuerySet":
        return self.filter(state=MailState.WAITING)

    def due(self) -> "MailQuerySet":
        """Mails that nobody holds and whose time has come, the longest waiting first."""
        return self.waiting().filter(due_at__lte=timezone.now()).order_by("due_at", "id")

    def to(self, recipient: Person | str, topic: str) -> "MailQuerySet":
        """Mails on a topic to a learner, or to an address without an account."""
        if isinstance(recipient, str):
            return self.filter(topic=topic, recipient=None, address__iexact=recipient)
        return self.filter(topic=topic, recipient=recipient)

    def cancel(self) -> int:
        """Take back what has not been sent. What a worker holds at this moment may still go."""
        return self.waiting().update(state=MailState.CANCELLED)

    def try_again(self) -> int:
        """Give mails that were given up another four days, from now."""
        now = timezone.now()
        return self.filter(state=MailState.FAILED).update(
            state=MailState.WAITING, due_at=now, waiting_since=now, last_error=""
        )


class Mail(models.Model):
    """One mail to one person, written once for its ``key``.

    A worker *claims* it by a compare-and-set on ``tries`` and holds it for the
    length of a lease. One that was killed simply lets its lease run out.
    """

    key = models.CharField(_("key"), max_length=120, unique=True)
    topic = models.CharField(_("topic"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient"),
    )
    address = models.EmailField(
        _("address"),
        blank=True,
        help_text=_("for those without an account; a learner’s is asked when it is sent"),
    )
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    message_id = models.CharField(max_length=200)
    thread = models.JSONField(default=list, help_text="Message-IDs of the mails this one continues")
    stop_url = models.URLField(_("unsubscribe address"), max_length=500, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MailState, default=MailState.WAITING
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    waiting_since = models.DateTimeField(_("waiting since"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    lease = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state="waiting"), name="mail_due"
            ),
            models.Index(fields=["recipient", "topic", "state"], name="mail_to_learner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(recipient=None, address=""), name="mail_to_somebody"
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def to_address(self) -> str:
        return self.recipient.email if self.recipient else self.address

    def claim(self) -> bool:
        """Take the mail for the length of a lease; False when another worker was faster."""
        self.lease = uuid.uuid4().hex
        claimed = (
            Mail.objects.due()
            .filter(pk=self.pk, tries=self.tries)
            .order_by()
            .update(tries=models.F("tries") + 1, due_at=timezone.now() + LEASE, lease=self.lease)
        )
        self.tries += claimed
        return bool(claimed)

    def record_sent(self) -> None:
        """It has gone out, whoever holds it by now."""
        Mail.objects.filter(pk=self.pk).update(
            state=MailState.SENT, sent_at=timezone.now(), lease="", last_error=""
        )

    def record_failure(self, error: str, *, is_final: bool = False) -> bool:
        """Try again after a pause; False when it is given up. Nothing if the lease is lost."""
        gives_up = is_final or timezone.now() - self.waiting_since >= GIVE_UP_AFTER
        Mail.objects.waiting().filter(pk=self.pk, lease=self.lease).update(
            state=MailState.FAILED if gives_up else MailState.WAITING,
            due_at=timezone.now() + pause_after(self.tries),
            lease="",
            last_error=error[:2000],
        )
        if gives_up:
            log.error(
                "giving up on mail %s (%s) after %s tries: %s", self.pk, self.key, self.tries, error
            )
        return not gives_up


def pause_after(tries: int) -> timedelta:
    """How long to wait after a try that failed: 1, 2, 4 … minutes, at most 6 hours."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE) if tries else FIRST_PAUSE


class Refusal(models.Model):
    """An address that wants no more mail on a topic."""

    address = models.EmailField(_("address"))
    topic = models.CharField(_("topic"), max_length=60)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("refusal of mail")
        verbose_name_plural = _("refusals of mail")
        constraints = [
            models.UniqueConstraint(fields=["address", "topic"], name="one_refusal_a_topic")
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.topic}"

    @classmethod
    def stands(cls, address: str, topic: str) -> bool:
        return cls.objects.filter(address=address.lower(), topic=topic).exists()

    @classmethod
    def of(cls, address: str, topic: str, *, at: datetime | None = None) -> "Refusal":
        refusal, _created = cls.objects.get_or_create(
            address=address.lower(), topic=topic, defaults={"created_at": at or timezone.now()}
        )
        return refusal
