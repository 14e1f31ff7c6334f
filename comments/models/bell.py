"""Who wants to hear of a lesson or a thread, and who does not."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.people import Person
from lessons.models import Lesson

if TYPE_CHECKING:
    from comments.models.comment import Comment
    from comments.models.discussion import Thread


class Choice(models.TextChoices):
    ON = "on", _("on")
    MUTED = "muted", _("muted")


class BellQuerySet(models.QuerySet["Bell"]):
    def for_lesson(self, lesson: Lesson | str) -> "BellQuerySet":
        return self.filter(lesson=lesson, thread=None)

    def for_thread(self, thread: "Thread | int") -> "BellQuerySet":
        return self.filter(thread=thread)

    def of(self, person: Person) -> "BellQuerySet":
        return self.filter(learner=person)


class Bell(models.Model):
    """A learner's choice for one lesson, or for one thread. No row: nothing chosen.

    Whoever writes in a thread takes part in it, so the bell of a thread is rung
    for its writers unless they chose otherwise.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="bells", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        Lesson, models.CASCADE, related_name="bells", verbose_name=_("lesson")
    )
    thread = models.ForeignKey(
        "comments.Thread",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="bells",
        verbose_name=_("thread"),
    )
    choice = models.CharField(_("choice"), max_length=10, choices=Choice)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = BellQuerySet.as_manager()

    class Meta:
        verbose_name = _("bell")
        verbose_name_plural = _("bells")
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "learner"],
                condition=models.Q(thread=None),
                name="one_bell_a_lesson",
            ),
            models.UniqueConstraint(
                fields=["thread", "learner"],
                condition=models.Q(thread__isnull=False),
                name="one_bell_a_thread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.lesson_id} {self.thread_id or ''} {self.choice}"

    @classmethod
    def set(
        cls, person: Person, *, lesson: Lesson | str, thread: "Thread | None", choice: str
    ) -> None:
        """Choose for a lesson or a thread; an empty choice forgets it."""
        lesson_id = lesson if isinstance(lesson, str) else lesson.pk
        if not choice:
            cls.objects.filter(learner=person, lesson_id=lesson_id, thread=thread).delete()
            return
        cls.objects.update_or_create(
            learner=person, lesson_id=lesson_id, thread=thread, defaults={"choice": choice}
        )

    @classmethod
    def take_part(cls, person: Person, thread: "Thread") -> None:
        """Ring for somebody who wrote here, unless they have chosen already."""
        cls.objects.get_or_create(
            learner=person,
            thread=thread,
            lesson_id=thread.lesson_id,
            defaults={"choice": Choice.ON},
        )

    @classmethod
    def listeners(cls, comment: "Comment") -> list[int]:
        """Whom a comment is to be told: never its writer, never who muted the thread or the lesson."""
        bells = cls.objects.filter(
            models.Q(thread=comment.thread_id) | models.Q(lesson=comment.lesson_id, thread=None),
            learner__is_active=True,
        ).values_list("learner_id", "choice")
        wanted = {learner for learner, choice in bells if choice == Choice.ON}
        muted = {learner for learner, choice in bells if choice == Choice.MUTED}
        return sorted(wanted - muted - {comment.author_id})
