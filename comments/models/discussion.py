"""The counters of a discussion, and its threads."""

from collections.abc import Iterable

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lessons.models import Lesson


class Discussion(models.Model):
    """How many comments of a lesson everybody sees, so that nobody has to count them."""

    lesson = models.OneToOneField(
        Lesson,
        models.CASCADE,
        primary_key=True,
        related_name="discussion",
        verbose_name=_("lesson"),
    )
    visible_count = models.PositiveIntegerField(_("visible comments"), default=0)

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.visible_count}"

    @classmethod
    def add(cls, lesson_id: str, change: int) -> None:
        """Count up or down, in the transaction of what changed."""
        counted = cls.objects.filter(pk=lesson_id).update(visible_count=F("visible_count") + change)
        if not counted:
            made, is_new = cls.objects.get_or_create(
                pk=lesson_id, defaults={"visible_count": max(change, 0)}
            )
            if not is_new:
                cls.objects.filter(pk=made.pk).update(visible_count=F("visible_count") + change)

    @classmethod
    def recount(cls, lesson_ids: list[str]) -> None:
        """Count anew from the threads. Reads every thread of these lessons."""
        for lesson_id in sorted(set(lesson_ids)):
            cls.objects.get_or_create(pk=lesson_id)
            counted = cls.objects.select_for_update().get(pk=lesson_id)  # nobody adds while we sum
            total = Thread.objects.filter(lesson=lesson_id).aggregate(n=models.Sum("visible_count"))
            counted.visible_count = total["n"] or 0
            counted.save(update_fields=["visible_count"])


class ThreadQuerySet(models.QuerySet["Thread"]):
    def listed(self) -> "ThreadQuerySet":
        """Threads with something in them that everybody may see."""
        return self.filter(visible_count__gt=0)


class Thread(models.Model):
    """A comment on a lesson and its replies.

    Each comment of it has a ``place``: 0 is the comment that opened it. Whoever
    changes a thread locks its row first, then counts in the ``Discussion``.
    """

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="threads", verbose_name=_("lesson")
    )
    visible_count = models.PositiveIntegerField(_("visible comments"), default=0)
    last_place = models.IntegerField(default=-1)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [
            models.Index(
                fields=["lesson", "id"],
                condition=models.Q(visible_count__gt=0),
                name="thread_listed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} #{self.pk}"

    @classmethod
    def lock(cls, pk: int) -> "Thread":
        """The thread, held until the transaction ends."""
        return cls.objects.select_for_update().get(pk=pk)

    @classmethod
    def lock_all(cls, pks: Iterable[int]) -> None:
        """Hold several threads; always in the same order, so that nobody waits in a circle."""
        list(cls.objects.select_for_update().filter(pk__in=set(pks)).order_by("pk"))

    @classmethod
    def recount(cls, pks: list[int]) -> None:
        """Count anew the comments of these threads."""
        for thread in cls.objects.filter(pk__in=pks).order_by("pk"):
            thread.visible_count = thread.comments.filter(state="visible").count()
            thread.save(update_fields=["visible_count"])
