"""The outline of a quest in one language: what lists, sidebars and neighbours are made of.

Built with two queries whatever the size of the quest, and kept in this process
for as long as the content is the same.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import get_language

from lessons.models import (
    Difficulty,
    Edition,
    LocalText,
    PageVersion,
    Quest,
    Revision,
    Status,
    Track,
)


@dataclass(frozen=True)
class OutlineLesson:
    id: str
    slug: str
    number: int
    title: LocalText
    summary: LocalText
    minutes: int
    tags: list[str]
    status: str
    has_exercise: bool
    xp: int | None
    url: str
    published: int = 0  # seconds since 1970
    revised: int = 0  # when this edition got its present text; 0 when it never had another

    @property
    def language(self) -> str:
        return self.title.language

    def for_slots(self) -> dict[str, Any]:
        names = ("id", "xp", "has_exercise", "published", "revised")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class OutlineTrack:
    id: str
    slug: str
    number: int
    emoji: str
    title: LocalText
    description: LocalText
    lessons: list[OutlineLesson] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"track-{self.slug}"

    @property
    def is_planned(self) -> bool:
        return not self.lessons

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    id: str
    slug: str
    emoji: str
    title: LocalText
    tagline: LocalText
    description: LocalText
    difficulty: str
    rules: dict[str, Any]
    picture: str
    source_language: str
    url: str
    tracks: list[OutlineTrack] = field(default_factory=list)
    retired: list[dict[str, Any]] = field(
        default_factory=list
    )  # id and xp of what once was published

    @property
    def language(self) -> str:
        return self.title.language

    @cached_property
    def for_slots(self) -> list[dict[str, Any]]:
        """Tracks and lessons as plain data for the slots; one copy for every page of the quest."""
        return [
            {"slug": track.slug, "lessons": [entry.for_slots() for entry in track.lessons]}
            for track in self.tracks
        ]

    @property
    def track_count(self) -> int:
        return len(self.tracks)

    @property
    def lesson_count(self) -> int:
        return sum(len(track.lessons) for track in self.tracks)

    @property
    def achievement_count(self) -> int:
        return len(self.rules["achievements"])

    @property
    def minutes(self) -> int:
        return sum(track.minutes for track in self.tracks)

    @property
    def hours(self) -> int:
        return max(1, round(self.minutes / 60))

    def lessons(self) -> Iterator[OutlineLesson]:
        for track in self.tracks:
            yield from track.lessons

    def find(self, track: str, lesson: str) -> tuple[OutlineTrack, OutlineLesson] | None:
        for candidate in self.tracks:
            if candidate.slug == track:
                for entry in candidate.lessons:
                    if entry.slug == lesson:
                        return candidate, entry
        return None

    def neighbours(
        self, lesson: OutlineLesson
    ) -> tuple[OutlineLesson | None, OutlineLesson | None]:
        """The lessons before and after, across tracks."""
        order = list(self.lessons())
        index = next(i for i, entry in enumerate(order) if entry.id == lesson.id)
        return (
            order[index - 1] if index else None,
            order[index + 1] if index + 1 < len(order) else None,
        )


def content_version() -> int:
    """The version of the whole tree. Read it before the data that a page shows; one query."""
    return PageVersion.objects.filter(key="content").values_list("value", flat=True).first() or 0


class _Outlines:
    """The outlines of this process, all of one content version."""

    def __init__(self) -> None:
        self.version = -1
        self.made: dict[tuple[str, str, bool], Outline | None] = {}
        self.lock = threading.Lock()

    def get(self, version: int, slug: str, language: str, drafts: bool) -> Outline | None:
        with self.lock:
            if self.version != version:
                self.version, self.made = version, {}
            made = self.made
        key = (slug, language, drafts)
        if key not in made:
            outline = _build(slug, language, drafts)
            if outline is None:
                return None
            made[key] = outline
        return made[key]


_outlines = _Outlines()


def outline_of(slug: str, version: int, *, drafts: bool = False) -> Outline | None:
    """The outline of a quest in the active language; None when there is no such quest.

    At most four queries, none when it was made for this ``version`` before.
    """
    return _outlines.get(version, slug, get_language() or "en", drafts)


def all_outlines(version: int, *, drafts: bool = False) -> list[Outline]:
    """The outlines of every quest, in order."""
    slugs = Quest.objects.live().values_list("slug", flat=True)
    outlines = (outline_of(slug, version, drafts=drafts) for slug in slugs)
    return [outline for outline in outlines if outline]


def _build(slug: str, language: str, drafts: bool) -> Outline | None:
    tracks = list(
        Track.objects.filter(quest__slug=slug, quest__retired_at=None, retired_at=None)
        .select_related("quest")
        .order_by("position")
    )
    quest = tracks[0].quest if tracks else Quest.objects.live().filter(slug=slug).first()
    if quest is None:
        return None
    rows = _rows(quest, language)
    lessons = _by_track(rows, drafts)
    return Outline(
        id=quest.id,
        slug=quest.slug,
        emoji=quest.emoji,
        title=quest.text("title", language),
        tagline=quest.text("tagline", language),
        description=quest.text("description", language),
        difficulty=str(Difficulty(quest.difficulty).label),
        rules=quest.rules,
        picture=quest.picture,
        source_language=quest.source_language,
        url=quest.get_absolute_url(),
        retired=_once_published(rows),
        tracks=[
            OutlineTrack(
                id=track.id,
                slug=track.slug,
                number=number,
                emoji=track.emoji,
                title=track.text("title", language),
                description=track.text("description", language),
                lessons=[
                    _lesson(row, position, quest.slug, track.slug)
                    for position, row in enumerate(lessons.get(track.id, []), 1)
                ],
            )
            for number, track in enumerate(tracks, 1)
        ],
    )


_FIELDS = (
    "lesson_id",
    "lesson__track_id",
    "lesson__slug",
    "lesson__tags",
    "lesson__status",
    "lesson__has_exercise",
    "lesson__xp",
    "lesson__published_at",
    "lesson__retired_at",
    "language",
    "is_source",
    "title",
    "summary",
    "minutes",
)


def _rows(quest: Quest, language: str) -> list[dict[str, Any]]:
    """The best edition of each lesson for a language, in order, whatever its status. One query."""
    rows = (
        Edition.objects.filter(
            Q(retired_at=None) | Q(lesson__status=Status.RETIRED),
            lesson__quest=quest,
            language__in={language, quest.source_language},
        )
        .order_by("lesson__track__position", "lesson__position", "is_source")
        .annotate(revised=_revised())
        .values(*_FIELDS, "revised")
    )
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["lesson_id"] not in best or row["language"] == language:
            best[row["lesson_id"]] = row
    return list(best.values())


def _by_track(rows: list[dict[str, Any]], drafts: bool) -> dict[str, list[dict[str, Any]]]:
    statuses = {Status.PUBLISHED, Status.DRAFT} if drafts else {Status.PUBLISHED}
    by_track: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["lesson__status"] in statuses and row["lesson__retired_at"] is None:
            by_track.setdefault(row["lesson__track_id"], []).append(row)
    return by_track


def _once_published(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lessons that were published and are not now: what was earned with them stays earned."""
    return [
        {"id": row["lesson_id"], "xp": row["lesson__xp"]}
        for row in sorted(rows, key=lambda row: row["lesson_id"])
        if row["lesson__published_at"] and row["lesson__status"] != Status.PUBLISHED
    ]


def _revised() -> Subquery:
    """When an edition got its present text, if it had another before."""
    revisions = Revision.objects.filter(edition=OuterRef("pk"))
    earlier = Revision.objects.filter(edition=OuterRef("edition"), id__lt=OuterRef("id"))
    return Subquery(revisions.filter(Exists(earlier)).order_by("-at", "-id").values("at")[:1])


def _seconds(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0


def _lesson(row: dict[str, Any], number: int, quest: str, track: str) -> OutlineLesson:
    return OutlineLesson(
        id=row["lesson_id"],
        slug=row["lesson__slug"],
        number=number,
        title=LocalText(row["title"], row["language"]),
        summary=LocalText(row["summary"], row["language"]),
        minutes=row["minutes"],
        tags=row["lesson__tags"],
        status=row["lesson__status"],
        has_exercise=row["lesson__has_exercise"],
        xp=row["lesson__xp"],
        url=reverse("lessons:lesson", args=[quest, track, row["lesson__slug"]]),
        published=_seconds(row["lesson__published_at"]),
        revised=_seconds(row["revised"]),
    )
