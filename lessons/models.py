"""Quests, tracks, lessons and their editions, as loaded from the content tree.

Nothing here is edited by hand: ``manage.py load_content`` writes it, and what
left the tree is retired, never deleted, because facts, comments and reports
point at it.
"""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Difficulty(models.TextChoices):
    BEGINNER = "beginner", _("Beginner")
    INTERMEDIATE = "intermediate", _("Intermediate")
    ADVANCED = "advanced", _("Advanced")


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Localized:
    """Reads fields that hold one text a language: ``{"en": …, "ko": …}``."""

    source_language: str

    def text(self, field: str, language: str | None = None) -> "LocalText":
        """The text in the language asked for (the active one), else in the source language."""
        texts: dict[str, str] = getattr(self, field)
        for candidate in (language or get_language() or "", self.source_language):
            if candidate in texts:
                return LocalText(texts[candidate], candidate)
        return LocalText(next(iter(texts.values()), ""), self.source_language)


class LocalText(str):
    """A text that knows its language, so that a template can mark it with ``lang`` (I6)."""

    language: str

    def __new__(cls, text: str, language: str) -> "LocalText":
        made = super().__new__(cls, text)
        made.language = language
        return made


class QuestQuerySet(models.QuerySet["Quest"]):
    def live(self) -> "QuestQuerySet":
        """Quests that are in the tree."""
        return self.filter(retired_at=None)


class Quest(Localized, models.Model):
    """A course: an outline of tracks with its own XP ladder and achievements."""

    id = models.SlugField(_("id"), primary_key=True, max_length=80, db_index=False)
    slug = models.SlugField(_("address"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    title = models.JSONField(_("title"))
    tagline = models.JSONField(_("tagline"))
    description = models.JSONField(_("description"), help_text=_("HTML by language"))
    source_language = models.CharField(_("source language"), max_length=8)
    difficulty = models.CharField(_("difficulty"), max_length=16, choices=Difficulty)
    emoji = models.CharField(_("emoji"), max_length=16)
    rules = models.JSONField(_("rules"), help_text=_("XP, levels and achievements"))
    picture = models.CharField(_("picture"), max_length=100, blank=True)
    file_hash = models.CharField(max_length=64, default="")
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = QuestQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("quest")
        verbose_name_plural = _("quests")
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=models.Q(retired_at=None), name="one_live_quest_a_slug"
            )
        ]

    def __str__(self) -> str:
        return self.text("title")

    def get_absolute_url(self) -> str:
        return reverse("lessons:quest", args=[self.slug])


class Track(Localized, models.Model):
    """An ordered group of lessons in a quest."""

    id = models.SlugField(_("id"), primary_key=True, max_length=80, db_index=False)
    quest = models.ForeignKey(Quest, models.PROTECT, related_name="tracks", verbose_name=_("quest"))
    slug = models.SlugField(_("address"), max_length=80)
    position = models.PositiveIntegerField(_("position"))
    title = models.JSONField(_("title"))
    description = models.JSONField(_("description"), help_text=_("HTML by language"))
    source_language = models.CharField(_("source language"), max_length=8)
    emoji = models.CharField(_("emoji"), max_length=16)
    file_hash = models.CharField(max_length=64, default="")
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        ordering = ["quest", "position"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")

    def __str__(self) -> str:
        return self.text("title")


class LessonQuerySet(models.QuerySet["Lesson"]):
    def published(self) -> "LessonQuerySet":
        """Lessons that everybody may read."""
        return self.filter(status=Status.PUBLISHED)

    def readable_by(self, *, drafts: bool) -> "LessonQuerySet":
        """Published lessons, and drafts for staff and authors at work."""
        if drafts:
            return self.exclude(status=Status.RETIRED)
        return self.published()

    def in_order(self) -> "LessonQuerySet":
        return self.order_by("track__position", "position")


class Lesson(models.Model):
    """One page of reading. Its identity is ``id``; its address may change."""

    id = models.SlugField(_("id"), primary_key=True, max_length=80, db_index=False)
    quest = models.ForeignKey(
        Quest, models.PROTECT, related_name="lessons", verbose_name=_("quest")
    )
    track = models.ForeignKey(
        Track, models.PROTECT, related_name="lessons", verbose_name=_("track")
    )
    slug = models.SlugField(_("address"), max_length=80)
    position = models.PositiveIntegerField(_("position"))
    status = models.CharField(_("status"), max_length=16, choices=Status)
    tags = models.JSONField(_("tags"), default=list)
    xp = models.PositiveIntegerField(_("XP"), null=True, blank=True)
    has_exercise = models.BooleanField(_("has an exercise"), default=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, db_index=True)
    revised_at = models.DateTimeField(_("revised"), null=True, blank=True, db_index=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["quest", "track__position", "position"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        indexes = [
            models.Index(fields=["quest", "status"]),
            models.Index(fields=["track", "position"]),
        ]

    def __str__(self) -> str:
        return self.id

    def get_absolute_url(self) -> str:
        """The lesson's address in the active language. Needs ``quest`` and ``track`` loaded."""
        return reverse("lessons:lesson", args=[self.quest.slug, self.track.slug, self.slug])


class LessonTag(models.Model):
    """A tag of a lesson, in a table of its own so that a tag's page is one indexed query."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="tag_rows")
    tag = models.SlugField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "lesson"], name="one_row_a_lesson_tag")
        ]

    def __str__(self) -> str:
        return f"{self.tag}: {self.lesson_id}"


class Edition(models.Model):
    """A lesson's text in one language, rendered and sanitised at load."""

    lesson = models.ForeignKey(
        Lesson, models.CASCADE, related_name="editions", verbose_name=_("lesson")
    )
    language = models.CharField(_("language"), max_length=8)
    is_source = models.BooleanField(_("source edition"))
    is_stale = models.BooleanField(_("stale"), default=False)
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), help_text=_("inline HTML"))
    summary_text = models.TextField(_("summary as text"))
    body = models.TextField()
    takeaways = models.TextField(blank=True)
    external_links = models.TextField(blank=True)
    exercise = models.TextField(blank=True)
    headings = models.JSONField(default=list, help_text="[[level, anchor, text], …]")
    text = models.TextField(help_text="the whole page as plain text, for search")
    minutes = models.PositiveIntegerField(_("minutes"))
    path = models.CharField(_("file"), max_length=255, db_index=True)
    file_hash = models.CharField(max_length=64)
    render_hash = models.CharField(max_length=64)
    record = models.JSONField(default=dict, help_text="what the checks of other files need")
    content_hash = models.CharField(max_length=64)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "language"], name="one_edition_a_language")
        ]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class Revision(models.Model):
    """A text that an edition once had. The newest is the present one."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="revisions")
    content_hash = models.CharField(max_length=64)
    markdown = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")

    def __str__(self) -> str:
        return f"{self.edition_id} {self.at:%Y-%m-%d %H:%M}"


class FormerAddress(models.Model):
    """An address that a quest or a lesson once had; it answers 301 to the present one."""

    path = models.CharField(_("path"), max_length=255, unique=True)
    quest = models.ForeignKey(Quest, models.CASCADE, null=True, blank=True)
    lesson = models.ForeignKey(Lesson, models.CASCADE, null=True, blank=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quest=None, lesson__isnull=False)
                | models.Q(quest__isnull=False, lesson=None),
                name="former_address_of_one",
            )
        ]

    def __str__(self) -> str:
        return self.path


class Asset(models.Model):
    """An image of the tree. Kept in the database, so that every node can serve it."""

    name = models.CharField(primary_key=True, max_length=100, help_text="hash and ending")
    path = models.CharField(max_length=255)
    content_type = models.CharField(max_length=50)
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.path

    def get_absolute_url(self) -> str:
        return f"{settings.ASSETS_URL}{self.name}"


class PageVersion(models.Model):
    """A counter that rises whenever something that guests see has changed.

    Kept pages are compared with it: ``content`` covers the tree, a lesson's id
    its discussion.
    """

    key = models.CharField(primary_key=True, max_length=100)
    value = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"

    @classmethod
    def bump(cls, key: str) -> None:
        """Raise a counter in the current transaction; two queries at most."""
        if not cls.objects.filter(key=key).update(value=models.F("value") + 1):
            cls.objects.get_or_create(key=key, defaults={"value": 1})
