"""This app's part of what concerns a learner as a whole; named in the settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from comments.models import Bell, Comment, Flag, MailChoice, Notification
from comments.people import Person
from lessons.models import PageVersion


def export(learner: Person) -> Mapping[str, Any]:
    """What the learner wrote and chose here."""
    return {
        "comments": _comments(learner),
        "flags": list(
            Flag.objects.filter(flagger=learner).values(
                "comment_id", "reason", "note", "created_at"
            )
        ),
        "bells": list(Bell.objects.of(learner).values("lesson_id", "thread_id", "choice", "since")),
        "notifications": _notifications(learner),
        "replies_by_mail": MailChoice.of(learner).replies,
    }


def erase(learner: Person) -> None:
    """Take the words of a learner who leaves out of every discussion; answers to them stay."""
    for comment in Comment.objects.by(learner).exclude(state="deleted"):
        comment.delete_by_writer()


def renamed(learner: Person) -> None:
    """Show the new name at once on every page where the learner wrote."""
    lessons = (
        Comment.objects.by(learner)
        .order_by("lesson_id")
        .values_list("lesson_id", flat=True)
        .distinct()
    )
    for lesson in lessons:
        PageVersion.bump(f"lesson:{lesson}")


def _comments(learner: Person) -> Iterator[dict[str, Any]]:
    rows = Comment.objects.by(learner).order_by("id")
    names = ("id", "lesson_id", "parent_id", "state", "text", "language", "created_at", "edited_at")
    for row in rows.values(*names).iterator(chunk_size=500):
        yield dict(row)


def _notifications(learner: Person) -> Iterator[dict[str, Any]]:
    rows = Notification.objects.filter(recipient=learner).order_by("id")
    for row in rows.values("comment_id", "created_at", "read_at").iterator(chunk_size=500):
        yield dict(row)
