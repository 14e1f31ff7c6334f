"""What is new: lessons published or revised, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language

from lessons.models import Edition, Lesson

PAGE = 30


@dataclass(frozen=True)
class StreamPage:
    entries: list[dict[str, Any]]
    older: str


def stream_page(before: str = "", *, quest: str = "", size: int = PAGE) -> StreamPage:
    """One page of the stream in the active language, by keyset; two queries at any depth.

    ``before`` is what the page before gave as its end; nonsense there gives the first page.
    """
    lessons = (
        Lesson.objects.published()
        .filter(quest__retired_at=None)
        .annotate(at=Coalesce(F("revised_at"), F("published_at")))
    )
    if quest:
        lessons = lessons.filter(quest__slug=quest)
    cursor = _parse(before)
    if cursor:
        at, identity = cursor
        lessons = lessons.filter(Q(at__lt=at) | Q(at=at, id__gt=identity))
    rows = list(lessons.select_related("quest", "track").order_by("-at", "id")[: size + 1])
    older = ""
    if len(rows) > size:
        rows = rows[:size]
        last = rows[-1].revised_at or rows[-1].published_at
        older = f"{reverse('lessons:stream')}?before={last:%Y%m%dT%H%M%S%f}.{rows[-1].id}"
    return StreamPage(_entries(rows), older)


def _parse(before: str) -> tuple[datetime, str] | None:
    stamp, _, identity = before.partition(".")
    try:
        return datetime.strptime(f"{stamp}+0000", "%Y%m%dT%H%M%S%f%z"), identity
    except ValueError:
        return None


def _entries(rows: list[Lesson]) -> list[dict[str, Any]]:
    language = get_language() or "en"
    editions: dict[str, Edition] = {}
    wanted = Edition.objects.filter(lesson__in=rows, retired_at=None).only(
        "lesson_id", "language", "title", "summary", "summary_text", "is_source", "content_hash"
    )
    for edition in wanted:
        if edition.language == language or (
            edition.is_source and edition.lesson_id not in editions
        ):
            editions[edition.lesson_id] = edition
    return [
        {
            "id": row.id,
            "kind": "revised" if row.revised_at else "new",
            "at": row.revised_at or row.published_at,
            "published_at": row.published_at,
            "title": editions[row.id].title,
            "summary": editions[row.id].summary,
            "summary_text": editions[row.id].summary_text,
            "language": editions[row.id].language,
            "url": row.get_absolute_url(),
            "quest": row.quest.text("title"),
            "track": row.track.text("title"),
        }
        for row in rows
        if row.id in editions  # a load may have retired it between the two queries
    ]
