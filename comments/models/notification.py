"""What a learner is told, and how they want it told (I12)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models.bell import Bell
from comments.people import Person

if TYPE_CHECKING:
    from comments.models.comment import Comment

MOST_COUNTED = 99


class MailChoice(models.Model):
    """How a learner wants to hear of replies by mail. No row: at once."""

    class When(models.TextChoices):
        AT_ONCE = "at_once", _("At once, a mail for each reply")
        DAILY = "daily", _("Once a day, all replies in one mail")
        NEVER = "never", _("Never")

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="mail_choice",
        verbose_name=_("learner"),
    )
    replies = models.CharField(
        _("replies by mail"), max_length=10, choices=When, default=When.AT_ONCE
    )

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.replies}"

    @classmethod
    def of(cls, person: Person) -> "MailChoice":
        """The choice of a learner, not saved when they have made none."""
        return cls.objects.filter(learner=person).first() or cls(learner_id=person.pk)

    @classmethod
    def choose(cls, person: Person, replies: str) -> None:
        cls.objects.update_or_create(learner=person, defaults={"replies": replies})


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, person: Person) -> "NotificationQuerySet":
        """What a learner sees in their list: what it tells of must still be there."""
        return self.filter(recipient=person, comment__state="visible")

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)

    def newest_first(self) -> "NotificationQuerySet":
        return self.order_by("-id")

    def with_comments(self) -> "NotificationQuerySet":
        return self.select_related(
            "recipient",
            "comment__author",
            "comment__parent",
            "comment__lesson__quest",
            "comment__lesson__track",
        )

    def count_up_to(self, most: int = MOST_COUNTED) -> int:
        """How many, counted no further than ``most`` + 1: the bell shows “99+”."""
        return len(self.order_by().values_list("pk")[: most + 1])

    def mark_read(self) -> int:
        return self.unread().update(read_at=timezone.now())

    def owing_mail(self) -> "NotificationQuerySet":
        """Told on the site, not yet by mail, to those who want a mail at once (or nothing: to be closed)."""
        return self.filter(mail_settled=False).exclude(
            recipient__mail_choice__replies=MailChoice.When.DAILY
        )

    def owing_digest(self, before: datetime) -> "NotificationQuerySet":
        return self.filter(
            mail_settled=False,
            created_at__lt=before,
            recipient__mail_choice__replies=MailChoice.When.DAILY,
        )

    def settle_mail(self) -> int:
        """Nothing is owed any more; gives back how many were still owed (compare and set)."""
        return self.filter(mail_settled=False).update(mail_settled=True)


class Notification(models.Model):
    """One learner is told of one comment, once."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        verbose_name=_("learner"),
    )
    comment = models.ForeignKey(
        "comments.Comment", models.CASCADE, related_name="notifications", verbose_name=_("comment")
    )
    created_at = models.DateTimeField(_("told"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_settled = models.BooleanField(_("mail written or not wanted"), default=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["comment", "recipient"], name="told_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_newest"),
            models.Index(
                fields=["recipient"], condition=models.Q(read_at=None), name="notification_unread"
            ),
            models.Index(
                fields=["id"], condition=models.Q(mail_settled=False), name="notification_owing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.comment_id}"

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def is_answer(self) -> bool:
        """Whether it answers the one who is told."""
        parent = self.comment.parent
        return bool(parent and parent.author_id == self.recipient_id)

    @classmethod
    def tell_of(cls, comment: "Comment") -> None:
        """Tell everybody who listens, in the transaction in which the comment appears.

        A comment that comes back after it was hidden is not told again.
        """
        Notification.objects.bulk_create(
            [Notification(recipient_id=pk, comment=comment) for pk in Bell.listeners(comment)],
            ignore_conflicts=True,
            batch_size=500,
        )


def digest_boundary(now: datetime | None = None) -> datetime:
    """The last time at which the daily mails were due: each morning at ``DIGEST_HOUR``."""
    local = timezone.localtime(now)
    boundary = local.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return boundary if local >= boundary else boundary - timedelta(days=1)
