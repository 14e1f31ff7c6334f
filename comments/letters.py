"""Mails about replies, made by the worker from what the notifications owe (I12).

Notification and "mail is written" change together, so a worker that dies leaves
either an owed mail or a written one, never both and never none.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from comments import outbox
from comments.models import Comment, MailChoice, Notification
from comments.models.comment import State
from comments.models.notification import digest_boundary
from comments.titles import titles_of

log = logging.getLogger(__name__)

_BATCH = 100
_LONGEST = 50  # replies in a daily mail; it says how many more there are
TOPIC = outbox.REPLIES


def write_letters() -> int:
    """Write the mails that are due now, single ones and daily ones; gives back how many."""
    return _write_single() + _write_daily()


def _write_single() -> int:
    owing = Notification.objects.owing_mail().order_by("id").with_comments()
    owing = owing.select_related("recipient__mail_choice")[:_BATCH]
    return sum(_safely(_write_one, notification) for notification in owing)


@transaction.atomic
def _write_one(notification: Notification) -> bool:
    """One mail, if this worker is the one to write it and the comment is still there."""
    if not Notification.objects.filter(pk=notification.pk).settle_mail():
        return False
    person, comment = notification.recipient, notification.comment
    if comment.state != State.VISIBLE or _wants(person) == MailChoice.When.NEVER:
        return False
    with translation.override(person.language):
        context = {**_told(notification), **_addresses()}
        context["is_answer"] = notification.is_answer
    mail = outbox.write(
        key=f"reply:{notification.pk}",
        topic=TOPIC,
        to=person,
        template="comments/mail/reply",
        context=context,
        message_id=message_id_of(comment),
        thread=_thread_of(comment),
    )
    return mail is not None


def _write_daily() -> int:
    boundary = digest_boundary()
    owing = (
        Notification.objects.owing_digest(boundary).order_by().values_list("recipient", flat=True)
    )
    learners = get_user_model().objects.filter(pk__in=list(owing.distinct()[:_BATCH]))
    return sum(_safely(_write_digest, learner, boundary) for learner in learners)


def _safely(write: Callable[..., bool], *arguments: Any) -> bool:
    """Write one mail; one that cannot be written must not keep the others."""
    try:
        return write(*arguments)
    except DatabaseError:
        raise
    except Exception:
        log.exception("a mail could not be written: %s", arguments)
        return False


@transaction.atomic
def _write_digest(person: Any, boundary: datetime) -> bool:
    owed = Notification.objects.owing_digest(boundary).filter(recipient=person)
    told = owed.unread().filter(comment__state=State.VISIBLE).order_by("id")
    rows, more = list(told.with_comments()[:_LONGEST]), max(told.count() - _LONGEST, 0)
    pks = list(owed.values_list("pk", flat=True))
    settled = Notification.objects.filter(pk__in=pks).settle_mail()
    if not rows or settled != len(pks):  # nothing to say, or another worker says it
        return False
    with translation.override(person.language):
        context = {
            **_addresses(),
            "replies": _all_told(rows),
            "more": more,
            "count": len(rows) + more,
        }
        context["day"] = date_format(boundary, "DATE_FORMAT")
        context["list_url"] = settings.SITE_URL + reverse("comments:notifications")
    mail = outbox.write(
        key=f"digest:{person.pk}:{boundary:%Y-%m-%d}",
        topic=TOPIC,
        to=person,
        template="comments/mail/digest",
        context=context,
    )
    return mail is not None


def message_id_of(comment: Comment) -> str:
    """The Message-ID of every mail about a comment, so that answers can name it."""
    return outbox.new_message_id(f"comment:{comment.pk}")


def _thread_of(comment: Comment) -> list[str]:
    """The mails that this one continues: of the comment that began the thread, of the one it answers."""
    first = outbox.new_message_id(f"thread:{comment.thread_id}")
    if comment.parent is None:
        return [first]
    return [first, message_id_of(comment.parent)]


def _wants(person: Any) -> str:
    choice = getattr(person, "mail_choice", None)
    return choice.replies if choice else MailChoice.When.AT_ONCE


def _addresses() -> dict[str, str]:
    return {"choices_url": settings.SITE_URL + reverse("comments:mail_choice")}


def _told(notification: Notification) -> dict[str, Any]:
    """What a mail says of a comment, in the active language."""
    return _all_told([notification])[0]


def _all_told(notifications: list[Notification]) -> list[dict[str, Any]]:
    titles = titles_of({notification.comment.lesson_id for notification in notifications})
    return [
        {
            "writer": row.comment.writer_name,
            "lesson": titles[row.comment.lesson_id],
            "written": row.comment.text,
            "html": row.comment.html,
            "comment_language": row.comment.language,
            "url": settings.SITE_URL + row.comment.get_absolute_url(),
            "is_answer": row.is_answer,
        }
        for row in notifications
    ]
