"""A report: what somebody says of a page, with its context (I14)."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from feedback import letters
from feedback.models.state import OPEN, Kind, State
from feedback.passages import LONGEST, LONGEST_BLOCK, Passage, squeeze
from lessons.models import Edition, Lesson

if TYPE_CHECKING:
    from feedback.models.step import Step

LONGEST_WORDS = 5_000


def new_token() -> str:
    """256 random bits: nobody finds a report by guessing."""
    return secrets.token_urlsafe(32)


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> "ReportQuerySet":
        return self.filter(state__in=OPEN)

    def in_queue(self) -> "ReportQuerySet":
        """What a moderator has to look at."""
        return self.open()

    def by(self, person: Any) -> "ReportQuerySet":
        return self.filter(reporter=person)

    def probably_fixed(self) -> "ReportQuerySet":
        return self.open().exclude(probably_fixed_at=None)

    def overtaken(self) -> "ReportQuerySet":
        """Open reports of a passage whose lesson has another text than when it was last looked for."""
        reports = self.open().exclude(exact="")
        reports = reports.filter(edition__isnull=False, edition__retired_at=None)
        return reports.exclude(sought_in=models.F("edition__content_hash"))

    def untold(self, before: datetime) -> "ReportQuerySet":
        """Reports that no daily mail has told the managers of."""
        return self.filter(is_told=False, created_at__lt=before)

    def with_context(self) -> "ReportQuerySet":
        return self.select_related(
            "lesson__quest", "lesson__track", "edition", "reporter", "original"
        )

    def with_counts(self) -> "ReportQuerySet":
        """Each with ``at_passage``: how many reports there are of the same passage."""
        same = (
            Report.objects.filter(place=OuterRef("place"))
            .exclude(place="")
            .order_by()
            .values("place")
        )
        return self.annotate(at_passage=Subquery(same.annotate(n=Count("pk")).values("n")))

    def at_passage_of(self, report: "Report") -> "ReportQuerySet":
        """The other reports of the same passage: in the same block, or of the same words."""
        if not report.exact:
            return self.none()
        same = Q(place=report.place) | Q(edition=report.edition_id, exact=report.exact)
        return self.filter(same).exclude(pk=report.pk)

    def counts_by_lesson(self) -> list[tuple[str, int]]:
        """Lessons and how many of these reports each has, the most first."""
        rows = self.exclude(lesson=None).order_by().values("lesson").annotate(n=Count("pk"))
        return list(rows.order_by("-n", "lesson").values_list("lesson", "n"))


class Report(models.Model):
    """One report. Its state is that of its last step; ``original`` is what a duplicate repeats."""

    key = models.CharField(max_length=32, unique=True, editable=False)
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(_("reported"), default=timezone.now, db_index=True)
    kind = models.CharField(_("what kind"), max_length=12, choices=Kind)
    words = models.TextField(_("what is wrong"), max_length=LONGEST_WORDS)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    probably_fixed_at = models.DateTimeField(_("probably fixed"), null=True, blank=True)
    original = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("duplicate of"),
    )

    page = models.CharField(_("page"), max_length=300)
    language = models.CharField(_("language"), max_length=8)
    lesson = models.ForeignKey(
        Lesson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("lesson"),
    )
    edition = models.ForeignKey(
        Edition, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("edition")
    )
    revision = models.CharField(_("revision"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=8, blank=True)
    window = models.CharField(_("window"), max_length=11, blank=True)
    browser = models.CharField(_("browser"), max_length=300, blank=True)

    exact = models.TextField(_("passage"), max_length=LONGEST, blank=True)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    block = models.TextField(_("block"), max_length=LONGEST_BLOCK, blank=True)
    block_index = models.PositiveIntegerField(_("number of the block"), null=True, blank=True)
    anchor = models.CharField(_("heading"), max_length=200, blank=True)
    place = models.CharField(max_length=32, blank=True, db_index=True)
    sought_in = models.CharField(max_length=64, blank=True)

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reporter"),
    )
    address = models.EmailField(_("address for the answer"), blank=True)
    wants_mail = models.BooleanField(_("wants to be told by mail"), default=False)
    is_told = models.BooleanField(default=False, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=["state", "-id"], name="report_queue"),
            models.Index(fields=["lesson", "state"], name="report_of_lesson"),
            models.Index(fields=["created_at"], condition=Q(is_told=False), name="report_untold"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.DUPLICATE) | Q(original=None), name="only_duplicates_repeat"
            ),
            models.CheckConstraint(
                condition=~Q(original=models.F("id")), name="report_repeats_another"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.words[:60]}"

    def get_absolute_url(self) -> str:
        """The private address, in the active language."""
        return reverse("feedback:state", args=[self.token])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def passage(self) -> Passage | None:
        if not self.exact:
            return None
        return Passage(
            self.exact, self.prefix, self.suffix, self.block, self.block_index or 0, self.anchor
        )

    @property
    def mail_language(self) -> str:
        return self.reporter.language if self.reporter else self.language

    @classmethod
    @transaction.atomic
    def receive(
        cls, *, key: str, passage: Passage | None = None, **fields: Any
    ) -> "tuple[Report, bool]":
        """Keep a report, once for each ``key``; says whether it is new."""
        report, is_new = cls.objects.get_or_create(
            key=key, defaults=fields | _placed(passage, fields)
        )
        return report, is_new

    # What moderators do ----------------------------------------------------------------------

    def confirm(self, *, by: Any, reply: str = "") -> "Step | None":
        return self._move(State.CONFIRMED, by, reply)

    def fix(self, *, by: Any, reply: str = "") -> "Step | None":
        return self._move(State.FIXED, by, reply)

    def refuse(self, *, by: Any, reply: str = "") -> "Step | None":
        return self._move(State.REFUSED, by, reply)

    def reopen(self, *, by: Any, reply: str = "") -> "Step | None":
        """Back to the beginning: a state given by mistake, or a mistake that came back."""
        return self._move(State.RECEIVED, by, reply)

    def repeat(self, original: "Report", *, by: Any, reply: str = "") -> "Step | None":
        """Mark as a duplicate of another report, or of the one which that repeats."""
        root = original.original or original
        if root.pk == self.pk:
            return None
        return self._move(State.DUPLICATE, by, reply, root)

    @transaction.atomic
    def _move(
        self, state: State, by: Any, reply: str, original: "Report | None" = None
    ) -> "Step | None":
        """Add a step and tell whoever waits for it; None when it would say nothing new."""
        held = Report.objects.select_for_update().get(pk=self.pk)
        same = held.state == state and held.original_id == (original.pk if original else None)
        if same and not reply.strip():
            return None
        self.state, self.original = state, original
        self.settled_at = None if self.is_open else timezone.now()
        self.probably_fixed_at = None if not self.is_open else held.probably_fixed_at
        self.save(update_fields=["state", "original", "settled_at", "probably_fixed_at"])
        if original:
            Report.objects.filter(original=self).update(original=original)
        step: Step = self.steps.create(state=state, reply=reply.strip(), moderator=by)
        letters.tell(self, step, is_news=not same)
        return step

    @transaction.atomic
    def hand_over(self) -> None:
        """Before this report is deleted: the oldest of its duplicates takes its place in the queue."""
        heir = self.duplicates.order_by("id").first()
        if heir is None:
            return
        Report.objects.filter(pk=heir.pk).update(
            state=self.state,
            original=None,
            settled_at=self.settled_at,
            probably_fixed_at=self.probably_fixed_at,
        )
        self.duplicates.exclude(pk=heir.pk).update(original=heir)

    def record_sighting(self, content_hash: str, *, is_same: bool) -> None:
        """The passage was looked for in a new text; nothing when another worker has done so since."""
        mark = None if is_same else self.probably_fixed_at or timezone.now()
        Report.objects.open().filter(pk=self.pk, sought_in=self.sought_in).update(
            sought_in=content_hash, probably_fixed_at=mark
        )
        self.sought_in, self.probably_fixed_at = content_hash, mark

    def page_url(self) -> str:
        """Where the page is now, in the language it was reported in."""
        if self.lesson is None:
            return self.page
        with translation.override(self.language):
            return self.lesson.get_absolute_url()


def _placed(passage: Passage | None, fields: dict[str, Any]) -> dict[str, Any]:
    edition = fields.get("edition")
    found: dict[str, Any] = {"sought_in": fields.get("revision", "")}
    if passage is not None:
        found |= {
            "exact": passage.exact,
            "prefix": passage.prefix,
            "suffix": passage.suffix,
            "block": passage.block,
            "block_index": passage.index,
            "anchor": passage.anchor,
            "place": place_of(edition, passage.block),
        }
    return found


def place_of(edition: Edition | None, block: str) -> str:
    """The same for all reports of one block of an edition's text."""
    parts: Iterable[str] = (str(edition.pk if edition else ""), squeeze(block))
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
