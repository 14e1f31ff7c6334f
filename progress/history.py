"""A learner's history: every fact as it was received, and which of them hold."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lessons.models import Lesson, LocalText
from progress.facts import Fact, Reading, local, merge, milliseconds, moment

A_DAY = timedelta(days=1)
DAILY_LIMIT = 5_000  # entries; nobody presses so often, and a merge brings two a lesson at most


class TooManyFacts(Exception):
    """This learner's history has taken ``DAILY_LIMIT`` entries within a day; nothing was changed."""


class Kind(models.TextChoices):
    READ = "read", _("read")
    EXERCISE = "exercise", _("exercise done")


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, learner: Any) -> "EntryQuerySet":
        return self.filter(learner=learner)

    def standing(self) -> "EntryQuerySet":
        """The entries that hold: one for each learner, lesson and kind."""
        return self.filter(stands=True)

    def done(self) -> "EntryQuerySet":
        """What holds and is not taken back."""
        return self.standing().filter(done=True)

    def for_lessons(self, lessons: Iterable[str]) -> "EntryQuerySet":
        return self.filter(lesson_id__in=list(lessons))

    def for_quest(self, quest: str) -> "EntryQuerySet":
        return self.filter(lesson__in=Lesson.objects.filter(quest=quest))

    def newest_first(self) -> "EntryQuerySet":
        return self.order_by("-at", "-id")

    def older_than(self, at: datetime, pk: int) -> "EntryQuerySet":
        """What comes after this place in ``newest_first``: a page by keyset, cheap at any depth."""
        return self.filter(at__lte=at).exclude(at=at, id__gte=pk)

    def facts(self) -> list[Fact]:
        """As pure facts, without making models. One query."""
        rows = self.values_list("lesson_id", "kind", "done", "at", "on", "offset")
        return [_fact(*row) for row in rows]

    def offset_of_latest(self) -> int:
        """The distance of the learner's clock from UTC, as last seen; else the site's, in minutes."""
        latest = self.newest_first().values_list("offset", flat=True).first()
        if latest is not None:
            return latest
        here = timezone.localtime(timezone.now()).utcoffset() or timedelta()
        return here // timedelta(minutes=1)

    def accept(self, learner: Any, reading: Reading) -> list[Fact]:
        """Take what a client says into its learner's history; gives back what now holds newly."""
        return self.receive(learner, accepted(learner, reading))

    def receive(
        self, learner: Any, facts: Iterable[Fact], merging: "Merge | None" = None
    ) -> list[Fact]:
        """Merge facts into a learner's history; gives back those that now hold and did not before.

        Nothing is overwritten: what no longer holds stays in the history. Of several
        facts about the same thing only the one that holds is taken. Six queries.
        Raises TooManyFacts before anything is written; what is there already always passes.
        """
        latest = merge(facts)
        if not latest:
            return []
        with transaction.atomic():
            _lock(learner)
            rows = self.of(learner).standing().for_lessons({lesson for lesson, _kind in latest})
            before = {(row.lesson_id, row.kind): row for row in rows}
            won = [fact for fact in latest.values() if _outranks(fact, before.get(fact.key))]
            late = set(latest.values()).difference(won, (row.fact for row in before.values()))
            if won or late:
                self.of(learner).refuse_too_many()
            replaced = [before[fact.key].pk for fact in won if fact.key in before]
            self.filter(pk__in=replaced).update(stands=False)
            self.bulk_create([Entry.of_fact(learner, fact, merging, stands=True) for fact in won])
            self.bulk_create(
                [Entry.of_fact(learner, fact, merging, stands=False) for fact in late],
                ignore_conflicts=True,
            )
        return won

    def refuse_too_many(self) -> None:
        """One query, which counts no further than to the limit. Raises TooManyFacts."""
        recent = self.filter(received__gt=timezone.now() - A_DAY).order_by()[:DAILY_LIMIT]
        if recent.count() >= DAILY_LIMIT:
            raise TooManyFacts


class Entry(models.Model):
    """A fact of a learner as it was received. ``stands`` says that no later one has replaced it.

    ``at`` and ``on`` are the fact's; ``offset`` is the distance of its local time
    from UTC, in minutes. ``received`` is the server's own time.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="entries",
        verbose_name=_("learner"),
        db_index=False,
    )
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+", verbose_name=_("lesson"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    done = models.BooleanField(_("done"))
    at = models.DateTimeField(_("stated"))
    on = models.DateTimeField(_("done on"))
    offset = models.SmallIntegerField(_("minutes from UTC"))
    stands = models.BooleanField(_("holds"))
    received = models.DateTimeField(_("received"), default=timezone.now)
    merging = models.ForeignKey(
        "Merge",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("merge"),
    )

    # Where a page lists entries, progress.mine.titled sets these.
    title: LocalText
    url: str

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a history")
        verbose_name_plural = _("entries of histories")
        indexes = [
            models.Index(fields=["learner", "-at", "-id"], name="history_newest_first"),
            models.Index(fields=["learner", "received"], name="history_as_received"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "lesson", "kind"],
                condition=models.Q(stands=True),
                name="one_fact_stands",
            ),
            models.UniqueConstraint(
                fields=["learner", "lesson", "kind", "at", "done", "on", "offset"],
                name="a_fact_is_kept_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="entry_of_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(on__lte=models.F("at")), name="done_before_stated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.kind} {'+' if self.done else '-'}"

    @classmethod
    def of_fact(cls, learner: Any, fact: Fact, merging: "Merge | None", *, stands: bool) -> "Entry":
        on = datetime.fromisoformat(fact.on)
        return cls(
            learner=learner,
            lesson_id=fact.lesson,
            kind=fact.kind,
            done=fact.done,
            at=moment(fact.at),
            on=on.astimezone(UTC),
            offset=(on.utcoffset() or timedelta()) // timedelta(minutes=1),
            stands=stands,
            merging=merging,
        )

    @property
    def fact(self) -> Fact:
        return _fact(self.lesson_id, self.kind, self.done, self.at, self.on, self.offset)

    @property
    def stated(self) -> datetime:
        """``at`` as the learner's clock showed it. Naive, so that no template moves it."""
        return (self.at + timedelta(minutes=self.offset)).replace(tzinfo=None)

    def undo(self) -> bool:
        """Take it back, or put it back; False when something later had replaced it already."""
        if not self.stands:
            return False
        fact = self.fact.undone(milliseconds(timezone.now()))
        return bool(Entry.objects.receive(self.learner, [fact]))


class MergeQuerySet(models.QuerySet["Merge"]):
    def of(self, learner: Any) -> "MergeQuerySet":
        return self.filter(learner=learner)

    def receive(self, learner: Any, token: str, reading: Reading) -> "Merge":
        """Merge what a guest's browser held; the same token again is the same merge.

        It only ever adds. What the account has already keeps its day, and with it streaks and
        achievements. What the guest took back was theirs in that browser and says nothing of
        the account. Raises TooManyFacts.
        """
        with transaction.atomic():
            _lock(learner)
            merging, is_new = self.get_or_create(learner=learner, token=token)
            told = [fact for fact in accepted(learner, reading) if fact.done]
            entries = Entry.objects.of(learner).done().for_lessons({fact.lesson for fact in told})
            had = {(entry.lesson_id, entry.kind) for entry in entries}
            before = {lesson for lesson, _kind in had}
            won = Entry.objects.receive(
                learner, [fact for fact in told if fact.key not in had], merging
            )
            merging.lessons += len({fact.lesson for fact in won} - before)
            if is_new:
                merging.had = len({fact.lesson for fact in told} & before)
            merging.save()
        return merging


class Merge(models.Model):
    """The receipt of a sign-in: what a guest's browser brought, and what the account had already."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="merges", verbose_name=_("learner")
    )
    token = models.UUIDField(_("token"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    lessons = models.PositiveIntegerField(_("lessons brought"), default=0)
    had = models.PositiveIntegerField(_("lessons there already"), default=0)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(fields=["learner", "token"], name="one_merge_a_token")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def total(self) -> int:
        return self.lessons + self.had

    def undo(self) -> None:
        """Restore what held before this merge, except what was stated since. Nothing is deleted."""
        with transaction.atomic():
            _lock(self.learner)
            mine = self.entries.standing()
            before = merge(
                Entry.objects.of(self.learner)
                .exclude(merging=self)
                .for_lessons(mine.values_list("lesson_id", flat=True))
                .facts()
            )
            now = milliseconds(timezone.now())
            restored = [_before(fact, before.get(fact.key), now) for fact in mine.facts()]
            Entry.objects.receive(self.learner, [fact for fact in restored if fact])
            self.undone_at = self.undone_at or timezone.now()
            self.save(update_fields=["undone_at"])


def export(learner: Any) -> dict[str, Any]:
    """A learner's whole history for their export; see progress.accounts."""
    entries = Entry.objects.of(learner).order_by("at", "id")
    rows = entries.values_list("lesson_id", "kind", "done", "at", "on", "offset", "stands")
    merges = Merge.objects.of(learner).values("at", "lessons", "had", "undone_at")
    return {
        "facts": (_fact(*row[:6]).as_json() | {"holds": row[6]} for row in rows.iterator(2000)),
        "merges": list(merges),
    }


def _before(fact: Fact, before: Fact | None, now: int) -> Fact | None:
    """The statement that brings back what held before a fact; None when nothing needs to be said."""
    if before is None or not before.done:
        return fact.undone(now) if fact.done else None
    return Fact(fact.lesson, fact.kind, True, max(now, fact.at + 1), before.on)


def _fact(lesson: str, kind: str, done: bool, at: datetime, on: datetime, offset: int) -> Fact:
    return Fact(lesson, kind, done, milliseconds(at), local(on, timedelta(minutes=offset)))


def accepted(learner: Any, reading: Reading) -> list[Fact]:
    """The facts that a history may take, clamped to now (I7); adds the others to ``refused``.

    Refused are lessons that never were, and exercises of lessons that never had one.
    """
    known = _known(learner, {fact.lesson for fact in reading.facts})
    now = milliseconds(timezone.now())
    facts = []
    for fact in merge(reading.facts).values():  # before clamping, which would make ties
        if fact.lesson not in known:
            reading.refuse(fact.as_json(), "there is no such lesson")
        elif fact.kind == Kind.EXERCISE and not known[fact.lesson]:
            reading.refuse(fact.as_json(), "this lesson has no exercise")
        else:
            facts.append(fact.clamped(now))
    return facts


def _known(learner: Any, lessons: set[str]) -> dict[str, bool]:
    """Of these lessons those that a learner may have met, and whether they may have had an exercise."""
    rows = Lesson.objects.filter(id__in=lessons)
    if not learner.is_staff:
        rows = rows.exclude(published_at=None)
    # An exercise that a revision has taken away counted while it was there.
    values = rows.values_list("id", "has_exercise", "revised_at")
    return {lesson: has_exercise or bool(revised) for lesson, has_exercise, revised in values}


def _lock(learner: Any) -> None:
    """One at a time for each learner, so that two requests cannot both find themselves the latest."""
    rows = get_user_model().objects.select_for_update().filter(pk=learner.pk)
    list(rows.order_by().values_list("pk"))


def _outranks(fact: Fact, entry: Entry | None) -> bool:
    return entry is None or fact.rank > entry.fact.rank
