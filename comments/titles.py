"""The titles of lessons, where only their ids are known."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language

from lessons.models import Edition


def titles_of(lesson_ids: Iterable[str]) -> dict[str, str]:
    """Titles in the active language, else in the source language. One query."""
    wanted = get_language() or settings.LANGUAGE_CODE
    titles = {lesson_id: lesson_id for lesson_id in lesson_ids}
    editions = Edition.objects.filter(lesson__in=list(titles), retired_at=None)
    rows = editions.values_list("lesson_id", "language", "is_source", "title")
    for lesson_id, language, is_source, title in sorted(rows, key=lambda row: row[1] == wanted):
        if is_source or language == wanted:
            titles[lesson_id] = title
    return titles
