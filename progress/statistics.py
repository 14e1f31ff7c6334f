"""For authors: how a quest is used. Numbers of learners only; guests are not counted anywhere."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lessons.models import Edition, Lesson, Quest
from progress.history import Entry, Kind

QUIET = timedelta(days=14)  # so long after the last thing done a learner counts as having stopped


class QuestActivity(Quest):
    """A quest as its author sees it in the admin."""

    class Meta:
        proxy = True
        verbose_name = _("progress in a quest")
        verbose_name_plural = _("progress in quests")


def with_numbers(quests: QuerySet[Any]) -> QuerySet[Any]:
    """Each quest with ``started`` (learners), ``read`` and ``exercised`` (facts that hold)."""
    done = Entry.objects.done().filter(lesson__quest=OuterRef("pk")).order_by()
    annotated: QuerySet[Any] = quests.annotate(
        started=_count(done, Count("learner", distinct=True)),
        read=_count(done.filter(kind=Kind.READ), Count("pk")),
        exercised=_count(done.filter(kind=Kind.EXERCISE), Count("pk")),
    )
    return annotated


def _count(entries: QuerySet[Any], count: Count) -> Coalesce:
    grouped = entries.values("lesson__quest").annotate(n=count).values("n")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class LessonNumbers:
    """Learners who began a lesson, read it, did its exercise, and who came no further."""

    number: int
    title: str
    track: str
    started: int
    read: int
    exercised: int
    stopped: int


@dataclass(frozen=True)
class QuestNumbers:
    lessons: list[LessonNumbers]
    started: int
    finished: int
    under_way: int

    @property
    def stopped(self) -> int:
        return sum(lesson.stopped for lesson in self.lessons)


def numbers_of(quest: Quest) -> QuestNumbers:
    """Four queries, whatever the size of the quest."""
    rows = list(_lessons(quest))
    places = {_place(row): row["id"] for row in rows}
    ends = _ends(quest)
    finished = sum(1 for end in ends if end["read"] == len(rows))
    quiet = [
        end for end in ends if end["read"] < len(rows) and end["last"] < timezone.now() - QUIET
    ]
    stops = Counter(places.get(end["furthest"]) for end in quiet)
    counts = {row["lesson_id"]: row for row in _counts(quest)}
    none = {"started": 0, "reads": 0, "exercised": 0}
    lessons = [
        LessonNumbers(
            number,
            row["title"],
            row["track__slug"],
            counts.get(row["id"], none)["started"],
            counts.get(row["id"], none)["reads"],
            counts.get(row["id"], none)["exercised"],
            stops[row["id"]],
        )
        for number, row in enumerate(rows, 1)
    ]
    return QuestNumbers(lessons, len(ends), finished, len(ends) - finished - len(quiet))


def _lessons(quest: Quest) -> QuerySet[Any]:
    titles = Edition.objects.filter(lesson=OuterRef("pk"), is_source=True).values("title")[:1]
    rows = (
        Lesson.objects.published().filter(quest=quest).in_order().annotate(title=Subquery(titles))
    )
    return rows.values("id", "title", "track__slug", "track__position", "position")


def _place(row: dict[str, Any]) -> int:
    return int(row["track__position"]) * 100_000 + int(row["position"])


def _ends(quest: Quest) -> list[dict[str, Any]]:
    """For each learner of a quest how far they came, how much they read and when they were last here."""
    published = Entry.objects.done().filter(lesson__quest=quest, lesson__status="published")
    place = F("lesson__track__position") * 100_000 + F("lesson__position")
    rows: QuerySet[Any] = (
        published.order_by()
        .values("learner")
        .annotate(furthest=Max(place), read=Count("pk", filter=Q(kind=Kind.READ)), last=Max("at"))
    )
    return list(rows.values("furthest", "read", "last"))


def _counts(quest: Quest) -> QuerySet[Any]:
    return (
        Entry.objects.done()
        .filter(lesson__quest=quest)
        .order_by()
        .values("lesson_id")
        .annotate(
            started=Count("learner", distinct=True),
            reads=Count("pk", filter=Q(kind=Kind.READ)),
            exercised=Count("pk", filter=Q(kind=Kind.EXERCISE)),
        )
    )
