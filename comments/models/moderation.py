"""Flags, what moderators did, and how a writer stands. Nothing here destroys anything (I13)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models.comment import Comment, State, WaitsFor
from comments.models.discussion import Discussion, Thread
from comments.people import Person
from lessons.models import PageVersion

PAUSE = timedelta(days=7)


class FlagQuerySet(models.QuerySet["Flag"]):
    def unsettled(self) -> "FlagQuerySet":
        return self.filter(settled_by=None)


class Flag(models.Model):
    """One learner says that a comment should not stand."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("It is advertising or spam")
        UNKIND = "unkind", _("It is unkind or hurts somebody")
        OFF_TOPIC = "off-topic", _("It has nothing to do with the lesson")
        OTHER = "other", _("Something else")

    comment = models.ForeignKey(
        Comment, models.CASCADE, related_name="flags", verbose_name=_("comment")
    )
    flagger = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("flagged by")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("in your words"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("flagged"), default=timezone.now)
    settled_by = models.ForeignKey(
        "comments.ModerationAction",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("settled by"),
    )

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = [
            models.UniqueConstraint(fields=["comment", "flagger"], name="one_flag_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.comment_id})"

    @classmethod
    @transaction.atomic
    def raise_on(cls, comment: Comment, *, by: Person, reason: str, note: str = "") -> "Flag":
        """Flag a comment, once a person. With enough flags it waits for a moderator."""
        Thread.lock(comment.thread_id)  # of three flags at once, the last must see the others
        flag, _created = cls.objects.get_or_create(
            comment=comment, flagger=by, defaults={"reason": reason, "note": note}
        )
        if comment.flags.unsettled().count() >= settings.FLAGS_TO_WAIT:
            comment.wait_for_flags()
        return flag


class Standing(models.Model):
    """How somebody stands as a writer. No row: like everybody."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="standing",
        verbose_name=_("learner"),
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")

    def __str__(self) -> str:
        return f"{self.learner_id}"

    @classmethod
    def of(cls, person: Person) -> "Standing":
        return cls.objects.filter(learner=person).first() or cls(learner_id=person.pk)

    @property
    def is_blocked(self) -> bool:
        return self.blocked_at is not None

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > timezone.now()

    @property
    def may_write(self) -> bool:
        return not (self.is_blocked or self.is_paused)


class ActionQuerySet(models.QuerySet["ModerationAction"]):
    def standing(self) -> "ActionQuerySet":
        """Actions that have not been undone."""
        return self.filter(undone_at=None)


class ModerationAction(models.Model):
    """Who did what and when, with what is needed to undo it."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("approved")
        HIDE = "hide", _("hid")
        RESTORE = "restore", _("restored")
        DISMISS = "dismiss", _("dismissed the flags")
        PAUSE = "pause", _("paused the writer")
        BLOCK = "block", _("blocked the writer")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    comment = models.ForeignKey(
        Comment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("comment"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("writer"),
    )
    before = models.JSONField(default=dict, help_text="the state before, for undoing")
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("moderation")
        verbose_name_plural = _("moderation log")

    def __str__(self) -> str:
        return f"{self.moderator} {self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def approve(cls, comment: Comment, *, by: Person) -> "ModerationAction | None":
        """Show what waits. Its flags are settled."""
        return cls._on_comment(cls.Kind.APPROVE, comment, by, [State.WAITING], State.VISIBLE)

    @classmethod
    def hide(cls, comment: Comment, *, by: Person) -> "ModerationAction | None":
        """Take a comment out of sight. Its flags are settled."""
        return cls._on_comment(
            cls.Kind.HIDE, comment, by, [State.VISIBLE, State.WAITING], State.HIDDEN
        )

    @classmethod
    def restore(cls, comment: Comment, *, by: Person) -> "ModerationAction | None":
        """Show what was hidden."""
        return cls._on_comment(cls.Kind.RESTORE, comment, by, [State.HIDDEN], State.VISIBLE)

    @classmethod
    @transaction.atomic
    def dismiss_flags(cls, comment: Comment, *, by: Person) -> "ModerationAction | None":
        """The comment may stand as it is; one that waited only because of flags is shown again."""
        Thread.lock(comment.thread_id)
        flags = comment.flags.unsettled()
        if not flags.exists():
            return None
        comment.refresh_from_db(fields=["state", "waits_for"])
        before = {"state": comment.state, "waits_for": comment.waits_for}
        action = cls.objects.create(
            kind=cls.Kind.DISMISS, moderator=by, comment=comment, before=before
        )
        if comment.is_waiting and comment.waits_for == WaitsFor.FLAGS:
            comment.move_to(State.VISIBLE, waits_for="")
        flags.update(settled_by=action)
        return action

    @classmethod
    @transaction.atomic
    def pause(cls, person: Person, *, by: Person, length: timedelta = PAUSE) -> "ModerationAction":
        """Let somebody write nothing for a while. What they wrote stays."""
        action = cls._on_person(cls.Kind.PAUSE, person, by)
        Standing.objects.update_or_create(
            learner=person, defaults={"paused_until": timezone.now() + length}
        )
        return action

    @classmethod
    @transaction.atomic
    def block(cls, person: Person, *, by: Person) -> "ModerationAction":
        """Let somebody write nothing more, and hide what they wrote. Nobody else is told."""
        action = cls._on_person(cls.Kind.BLOCK, person, by)
        Standing.objects.update_or_create(learner=person, defaults={"blocked_at": timezone.now()})
        written = Comment.objects.by(person).filter(state__in=[State.VISIBLE, State.WAITING])
        action._hide_all(written)
        return action

    @transaction.atomic
    def undo(self, *, by: Person) -> bool:
        """Put everything back as it was; False when somebody has done so already."""
        undone = (
            ModerationAction.objects.standing()
            .filter(pk=self.pk)
            .update(undone_at=timezone.now(), undone_by=by)
        )
        if not undone:
            return False
        if self.comment is not None:
            self._undo_on_comment(self.comment)
        if self.person is not None and self.kind in (self.Kind.PAUSE, self.Kind.BLOCK):
            self._undo_on_person()
        return True

    # Steps -----------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def _on_comment(
        cls, kind: str, comment: Comment, by: Person, given: list[State], state: State
    ) -> "ModerationAction | None":
        Thread.lock(comment.thread_id)
        comment.refresh_from_db(fields=["state", "waits_for"])
        if comment.state not in given:
            return None
        action = cls(kind=kind, moderator=by, comment=comment)
        action.before = {"state": comment.state, "waits_for": comment.waits_for}
        action.save()
        comment.move_to(state, waits_for="", hidden_by=action if state == State.HIDDEN else None)
        comment.flags.unsettled().update(settled_by=action)
        return action

    @classmethod
    def _on_person(cls, kind: str, person: Person, by: Person) -> "ModerationAction":
        standing = Standing.of(person)
        before = {
            "paused_until": standing.paused_until and standing.paused_until.isoformat(),
            "blocked_at": standing.blocked_at and standing.blocked_at.isoformat(),
        }
        return cls.objects.create(kind=kind, moderator=by, person=person, before=before)

    def _hide_all(self, written: "models.QuerySet[Comment]") -> None:
        threads = list(written.values_list("thread_id", flat=True).distinct())
        Thread.lock_all(threads)
        here = written.filter(thread__in=threads)
        rows = list(here.values_list("pk", "thread_id", "lesson_id", "state", "waits_for"))
        self.before["comments"] = {
            str(pk): [state, waits_for] for pk, _, _, state, waits_for in rows
        }
        self.save(update_fields=["before"])
        hidden = Comment.objects.filter(pk__in=[row[0] for row in rows])
        hidden.update(state=State.HIDDEN, waits_for="", hidden_by=self)
        Flag.objects.unsettled().filter(comment__in=hidden).update(settled_by=self)
        _recount(threads, [lesson for _, _, lesson, _, _ in rows])

    def _undo_on_comment(self, comment: Comment) -> None:
        self.flags.update(settled_by=None)
        comment.move_to(
            State(self.before["state"]), waits_for=self.before.get("waits_for", ""), hidden_by=None
        )

    def _undo_on_person(self) -> None:
        self.flags.update(settled_by=None)
        Standing.objects.update_or_create(
            learner=self.person,
            defaults={name: self.before.get(name) for name in ("paused_until", "blocked_at")},
        )
        self._show_all()

    def _show_all(self) -> None:
        ours = Comment.objects.filter(hidden_by=self, state=State.HIDDEN)
        Thread.lock_all(ours.values_list("thread_id", flat=True))
        hidden = list(ours.all())
        known: dict[str, Any] = self.before.get("comments", {})
        for comment in hidden:
            comment.state, comment.waits_for = known.get(str(comment.pk), (State.VISIBLE, ""))
            comment.hidden_by = None
        Comment.objects.bulk_update(hidden, ["state", "waits_for", "hidden_by"], batch_size=200)
        _recount([c.thread_id for c in hidden], [c.lesson_id for c in hidden])


def _recount(threads: list[int], lessons: list[str]) -> None:
    Thread.recount(threads)
    Discussion.recount(lessons)
    for lesson in sorted(set(lessons)):
        PageVersion.bump(f"lesson:{lesson}")
