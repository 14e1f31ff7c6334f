"""A comment: as it was written, and as it is shown (I11)."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comments import markup
from comments.models.bell import Bell
from comments.models.discussion import Discussion, Thread
from comments.models.notification import Notification
from comments.people import Person
from lessons.models import Lesson, PageVersion


class State(models.TextChoices):
    VISIBLE = "visible", _("visible")
    WAITING = "waiting", _("waiting for a moderator")
    HIDDEN = "hidden", _("hidden by a moderator")
    DELETED = "deleted", _("deleted by its writer")


class WaitsFor(models.TextChoices):
    NOTHING = "", "—"
    LINKS = "links", _("a first comment with links")
    FLAGS = "flags", _("others flagged it")


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible(self) -> "CommentQuerySet":
        return self.filter(state=State.VISIBLE)

    def for_lesson(self, lesson: Lesson | str) -> "CommentQuerySet":
        return self.filter(lesson=lesson)

    def by(self, person: Person) -> "CommentQuerySet":
        return self.filter(author=person)

    def of_writer(self, person: Person) -> "CommentQuerySet":
        """What its writer still sees as theirs."""
        return self.by(person).exclude(state__in=[State.DELETED, State.HIDDEN])

    def readable_by(self, person: Any) -> "CommentQuerySet":
        """What everybody sees, and one's own that waits."""
        if not person.is_authenticated:
            return self.visible()
        return self.filter(
            models.Q(state=State.VISIBLE) | models.Q(author=person, state=State.WAITING)
        )

    def with_people(self) -> "CommentQuerySet":
        """With the writer, and the writer of what is answered, in the same query."""
        return self.select_related("author", "parent__author")

    def in_queue(self) -> "CommentQuerySet":
        """What a moderator has to look at: what waits, and what others flagged."""
        from comments.models.moderation import Flag  # each model needs the other

        flagged = Flag.objects.unsettled().filter(comment=models.OuterRef("pk"))
        return self.exclude(state=State.DELETED).filter(
            models.Q(state=State.WAITING) | models.Exists(flagged)
        )


class Comment(models.Model):
    """What a learner wrote under a lesson."""

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="comments", verbose_name=_("lesson")
    )
    thread = models.ForeignKey(
        Thread, models.PROTECT, related_name="comments", verbose_name=_("thread")
    )
    place = models.PositiveIntegerField(_("place in the thread"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("answers"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="comments",
        verbose_name=_("writer"),
    )
    text = models.TextField(_("as written"), max_length=markup.LONGEST, blank=True)
    html = models.TextField(_("as shown"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.VISIBLE)
    waits_for = models.CharField(
        _("waits because"), max_length=10, choices=WaitsFor, blank=True, default=""
    )
    hidden_by = models.ForeignKey(
        "comments.ModerationAction",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hidden by"),
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    told_at = models.DateTimeField(_("others were told"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.UniqueConstraint(fields=["thread", "place"], name="one_comment_a_place"),
            models.CheckConstraint(
                condition=models.Q(place=0, parent=None)
                | models.Q(place__gt=0, parent__isnull=False),
                name="only_replies_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lesson", "-id"], condition=models.Q(state="visible"), name="comment_newest"
            ),
            models.Index(fields=["author", "lesson", "-id"], name="comment_of_writer"),
            models.Index(fields=["author", "state"], name="comment_of_writer_state"),
            models.Index(
                fields=["id"], condition=models.Q(state="waiting"), name="comment_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.excerpt or str(self.get_state_display())

    def get_absolute_url(self) -> str:
        """The permanent link, in the active language."""
        return reverse("comments:comment", args=[self.pk])

    @property
    def writer_name(self) -> str:
        return self.author.get_short_name() if self.author else gettext("a former learner")

    @property
    def excerpt(self) -> str:
        """The first words, as plain text."""
        words = " ".join(self.text.split())
        return words if len(words) <= 120 else words[:119].rstrip() + "…"

    @property
    def is_visible(self) -> bool:
        return self.state == State.VISIBLE

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING

    @property
    def anchor(self) -> str:
        return f"comment-{self.pk}"

    # Writing ---------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def post(
        cls,
        *,
        lesson: Lesson,
        author: Person,
        text: str,
        key: uuid.UUID,
        parent: "Comment | None" = None,
    ) -> "Comment":
        """Write a comment, once for each ``key``: sent again, the one that is there comes back."""
        thread = Thread.lock(parent.thread_id) if parent else None
        known = cls.objects.by(author).filter(key=key).first()
        if known:
            return known
        thread = thread or Thread.objects.create(lesson=lesson)
        text = markup.printable(text)
        html = markup.render(text)
        waits_for = cls._reason_to_wait(author, html)
        comment, is_new = cls.objects.get_or_create(
            key=key,
            defaults={
                "lesson": lesson,
                "thread": thread,
                "parent": parent,
                "author": author,
                "place": thread.last_place + 1,
                "text": text,
                "html": html,
                "language": markup.language_of(text),
                "waits_for": waits_for,
                "state": State.WAITING if waits_for else State.VISIBLE,
            },
        )
        if not is_new:
            return cls._sent_twice(comment, author, thread if parent is None else None)
        thread.last_place += 1
        thread.save(update_fields=["last_place"])
        Bell.take_part(author, thread)
        if comment.is_visible:
            comment._appear()
        return comment

    def can_be_edited_by(self, person: Person) -> bool:
        """Its writer, within the window, while it is shown or waits."""
        return (
            self.author_id == person.pk
            and self.state in (State.VISIBLE, State.WAITING)
            and timezone.now() - self.created_at <= edit_window()
        )

    def can_be_deleted_by(self, person: Person) -> bool:
        return self.author_id == person.pk and self.state != State.DELETED

    @transaction.atomic
    def edit(self, text: str) -> None:
        """Change the words. One who would have had to wait with them waits now."""
        self._lock()
        text = markup.printable(text)
        html = markup.render(text)
        waits_for = self._reason_to_wait(self.author, html, but=self.pk) or self.waits_for
        self.text, self.html, self.language = text, html, markup.language_of(text)
        self.edited_at = timezone.now()
        self.save(update_fields=["text", "html", "language", "edited_at"])
        if waits_for and self.is_visible:
            self._become(State.WAITING, waits_for=waits_for)
        PageVersion.bump(f"lesson:{self.lesson_id}")

    @transaction.atomic
    def delete_by_writer(self) -> None:
        """Take back a comment: the words go for good, its place stays while others answer it."""
        self._lock()
        self._become(State.DELETED, text="", html="", waits_for="")

    # What moderators do (comments.models.moderation keeps the record) --------------------------

    @transaction.atomic
    def move_to(self, state: State, **fields: Any) -> State:
        """Change the state; gives back the one before. A deleted comment stays deleted."""
        self._lock()
        before = State(self.state)
        if before not in (state, State.DELETED):
            self._become(state, **fields)
        return before

    @transaction.atomic
    def wait_for_flags(self) -> None:
        """Others flagged it often enough: it waits for a moderator."""
        self._lock()
        if self.is_visible:
            self._become(State.WAITING, waits_for=WaitsFor.FLAGS)

    # Steps -----------------------------------------------------------------------------------

    @classmethod
    def _reason_to_wait(cls, author: Any, html: str, but: int | None = None) -> str:
        """A first comment with links waits, and so does the next until one has been shown."""
        if not markup.has_links(html):
            return WaitsFor.NOTHING
        is_known = cls.objects.visible().by(author).exclude(pk=but or 0).exists()
        return WaitsFor.NOTHING if is_known else WaitsFor.LINKS

    @staticmethod
    def _sent_twice(comment: "Comment", author: Person, thread: Thread | None) -> "Comment":
        """Another request with the same key was faster: its comment is the one."""
        if comment.author_id != author.pk:
            raise KeyTaken(comment.key)
        if thread is not None:
            thread.delete()
        return comment

    def _lock(self) -> None:
        """Hold the thread until the transaction ends, and see the comment as it is now."""
        Thread.lock(self.thread_id)
        self.refresh_from_db(fields=["state", "text", "html", "waits_for", "hidden_by", "told_at"])

    def _become(self, state: State, **fields: Any) -> None:
        was_visible = self.is_visible
        self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *fields])
        if self.is_visible and not was_visible:
            self._appear()
        elif was_visible and not self.is_visible:
            self._count(-1)
        else:
            PageVersion.bump(f"lesson:{self.lesson_id}")  # a tombstone may read differently

    def _appear(self) -> None:
        """It is there for everybody: count it, show it, and tell those who want to know."""
        self._count(1)
        if self.told_at is None:
            self.told_at = timezone.now()
            self.save(update_fields=["told_at"])
            Notification.tell_of(self)

    def _count(self, change: int) -> None:
        Thread.objects.filter(pk=self.thread_id).update(
            visible_count=models.F("visible_count") + change
        )
        Discussion.add(self.lesson_id, change)
        PageVersion.bump(f"lesson:{self.lesson_id}")


class KeyTaken(Exception):
    """Somebody else's comment has this key: a forgery, or a bug."""


def edit_window() -> timedelta:
    return timedelta(minutes=settings.COMMENT_EDIT_MINUTES)
