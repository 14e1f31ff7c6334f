"""The rows that a content tree asks for: created, updated, retired, addressed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from lessons import search
from lessons.content import checks
from lessons.content.problems import Problem
from lessons.content.tree import ContentTree, EditionFile, LessonFile, QuestFile
from lessons.models import (
    Asset,
    Edition,
    FormerAddress,
    Lesson,
    LessonTag,
    PageVersion,
    Quest,
    Revision,
    Status,
    Track,
)
from lessons.pictures import draw_quest_picture


@dataclass
class LoadResult:
    """What a load did, as paths of files; empty lists when nothing changed."""

    created: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    unchanged: int = 0
    rendered: int = 0
    warnings: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


class Conflict(Exception):
    """Another load finished while this one was rendering."""


class Loader:
    """Brings the rows of the database to what a checked tree says, and counts what that took.

    Call ``load`` once, inside a transaction. Raises ``Conflict`` when another load came first.
    """

    def __init__(self, tree: ContentTree, version: int) -> None:
        self.tree, self.version = tree, version
        self.now: datetime = timezone.now()
        self.result = LoadResult(warnings=tree.warnings, notes=tree.notes)
        self.changed = False

    def load(self) -> LoadResult:
        PageVersion.objects.get_or_create(key="content", defaults={"value": 0})
        if PageVersion.objects.select_for_update().get(key="content").value != self.version:
            raise Conflict
        self.old_addresses = {
            lesson: f"{quest}/{track}/{slug}"
            for lesson, quest, track, slug in Lesson.objects.values_list(
                "id", "quest__slug", "track__slug", "slug"
            )
        }
        self._assets()
        self._quests()
        self._tracks()
        self._lessons()
        self._editions()
        self._addresses()
        if self.changed:
            PageVersion.bump("content")
        return self.result

    def _assets(self) -> None:
        pictures = {picture.name: picture for picture in self.tree.pictures.values()}
        present = set(Asset.objects.filter(name__in=pictures).values_list("name", flat=True))
        for name, picture in pictures.items():
            if name not in present:
                Asset.objects.create(
                    name=name,
                    path=picture.path,
                    content_type=picture.content_type,
                    data=picture.data,
                    width=picture.width,
                    height=picture.height,
                )

    def _quests(self) -> None:
        before = {quest.id: quest for quest in Quest.objects.all()}
        rows = [
            self._quest_row(quest, before.get(str(quest.spec.id))) for quest in self.tree.quests
        ]
        for row in rows:
            old = before.get(row.id)
            if old and old.slug != row.slug:
                FormerAddress.objects.update_or_create(path=old.slug, defaults={"quest_id": row.id})
                Quest.objects.filter(id=row.id).update(slug=f"{row.id}--moving"[:80])
        self._retire(Quest, before, {row.id for row in rows})
        self._save(Quest, before, rows)

    def _quest_row(self, quest: QuestFile, before: Quest | None) -> Quest:
        spec = quest.spec
        row = Quest(
            id=str(spec.id),
            slug=quest.slug,
            position=quest.position,
            title=_plain(spec.title),
            tagline=_plain(spec.tagline),
            description=quest.description,
            source_language=spec.language,
            difficulty=spec.difficulty,
            emoji=str(spec.emoji),
            rules=spec.rules,
            file_hash=quest.file_hash,
        )
        same = before and before.picture and before.file_hash == quest.file_hash
        row.picture = before.picture if before and same else draw_quest_picture(row)
        return row

    def _tracks(self) -> None:
        before = {track.id: track for track in Track.objects.all()}
        rows = [
            Track(
                id=str(track.spec.id),
                quest_id=str(quest.spec.id),
                slug=track.slug,
                position=track.position,
                title=_plain(track.spec.title),
                description=track.description,
                source_language=quest.spec.language,
                emoji=str(track.spec.emoji),
                file_hash=track.file_hash,
            )
            for quest in self.tree.quests
            for track in quest.tracks
        ]
        self._retire(Track, before, {row.id for row in rows})
        self._save(Track, before, rows)

    def _lessons(self) -> None:
        self.before = {lesson.id: lesson for lesson in Lesson.objects.all()}
        rows = []
        for quest, track, lesson in self.tree.lessons():
            rows.append(self._lesson_row(str(quest.spec.id), str(track.spec.id), lesson))
        gone = self._retire(Lesson, self.before, {row.id for row in rows})
        if gone:
            Lesson.objects.filter(id__in=gone).update(status=Status.RETIRED)
            paths = Edition.objects.filter(lesson__in=gone, is_source=True).values_list(
                "path", flat=True
            )
            self.result.retired += sorted(paths)
        changed = self._save(Lesson, self.before, rows)
        self._tags({row.id: row.tags for row in rows}, changed)

    def _lesson_row(self, quest_id: str, track_id: str, lesson: LessonFile) -> Lesson:
        spec, before = lesson.spec, self.before.get(lesson.spec.id)
        row = Lesson(
            id=spec.id,
            quest_id=quest_id,
            track_id=track_id,
            slug=lesson.slug,
            position=lesson.position,
            status=spec.status,
            tags=list(spec.tags),
            xp=spec.xp,
            has_exercise=bool(
                lesson.source.rendered.exercise
                if lesson.source.rendered
                else before and before.has_exercise
            ),
        )
        row.published_at = before.published_at if before else None
        row.revised_at = before.revised_at if before else None
        if spec.status == Status.PUBLISHED and row.published_at is None:
            row.published_at = self.now
        elif row.published_at and any(self._is_new_text(edition) for edition in lesson.editions):
            row.revised_at = self.now
        if spec.status == Status.RETIRED:
            row.retired_at = before.retired_at if before and before.retired_at else self.now
        return row

    def _is_new_text(self, edition: EditionFile) -> bool:
        """Whether readers of this edition would see other words than before."""
        if edition.rendered is None:
            return False
        if not hasattr(self, "_hashes"):
            rows = Edition.objects.values_list("lesson_id", "language", "content_hash")
            self._hashes = {(lesson, language): value for lesson, language, value in rows}
            self._ids = {
                e.path: lesson.spec.id
                for _, _, lesson in self.tree.lessons()
                for e in lesson.editions
            }
        before = self._hashes.get((self._ids[edition.path], edition.language))
        return before is not None and before != edition.content_hash

    def _tags(self, tags: dict[str, list[str]], changed: set[str]) -> None:
        LessonTag.objects.filter(lesson_id__in=changed).delete()
        LessonTag.objects.bulk_create(
            [
                LessonTag(lesson_id=lesson, tag=tag)
                for lesson in sorted(changed)
                for tag in tags[lesson]
            ],
            batch_size=500,
        )

    def _editions(self) -> None:
        light = Edition.objects.only(
            "id", "lesson_id", "language", "path", "content_hash", "is_stale", "retired_at"
        )
        before = {(edition.lesson_id, edition.language): edition for edition in light}
        kept: set[tuple[str, str]] = set()
        for _, _, lesson in self.tree.lessons():
            for file in lesson.editions:
                key = (lesson.spec.id, file.language)
                kept.add(key)
                self._edition(lesson, file, before.get(key))
        gone = [e.id for key, e in before.items() if key not in kept and e.retired_at is None]
        if gone:
            self.changed = True
            Edition.objects.filter(id__in=gone).update(retired_at=self.now)
            search.remove(Edition.objects.filter(id__in=gone))

    def _edition(self, lesson: LessonFile, file: EditionFile, before: Edition | None) -> None:
        is_stale = checks.is_stale(lesson, file)
        if file.rendered is None and before is not None and before.retired_at is None:
            self.result.unchanged += 1
            if before.is_stale != is_stale:
                self.changed = True
                Edition.objects.filter(id=before.id).update(is_stale=is_stale)
            return
        assert file.rendered is not None, file.path
        self.changed = True
        self.result.rendered += 1
        edition, is_new = Edition.objects.update_or_create(
            lesson_id=lesson.spec.id,
            language=file.language,
            defaults={**_edition_values(file, lesson), "is_stale": is_stale, "retired_at": None},
        )
        if before is None or before.content_hash != file.content_hash:
            Revision.objects.create(
                edition=edition, content_hash=file.content_hash, markdown=file.markdown, at=self.now
            )
            (self.result.created if is_new else self.result.revised).append(file.path)
        search.index(edition)

    def _addresses(self) -> None:
        """Old addresses lead to the present ones; a present address is never an old one."""
        live, old = set(), {}
        quests_before = {row.path: row for row in FormerAddress.objects.filter(lesson=None)}
        for quest, track, lesson in self.tree.lessons():
            address = f"{quest.slug}/{track.slug}/{lesson.slug}"
            live.add(address)
            old.update(dict.fromkeys(lesson.spec.aliases, lesson.spec.id))
            before = self.old_addresses.get(lesson.spec.id)
            if before and before != address:
                old[before] = lesson.spec.id
                self.result.moved.append(f"{before} → {address}")
        live_quests = {quest.slug for quest in self.tree.quests}
        FormerAddress.objects.filter(path__in=live_quests & set(quests_before)).delete()
        present = dict(FormerAddress.objects.exclude(lesson=None).values_list("path", "lesson_id"))
        FormerAddress.objects.filter(path__in=live & set(present)).delete()
        for path, lesson_id in old.items():
            if path not in live and present.get(path) != lesson_id:
                self.changed = True
                FormerAddress.objects.update_or_create(
                    path=path, defaults={"lesson_id": lesson_id, "quest": None}
                )

    def _retire(self, model: Any, before: dict[str, Any], kept: set[str]) -> set[str]:
        """Retire what left the tree; the ids of what was retired now."""
        gone = {key for key, row in before.items() if key not in kept and row.retired_at is None}
        if gone:
            self.changed = True
            model.objects.filter(pk__in=gone).update(retired_at=self.now)
        return gone

    def _save(self, model: Any, before: dict[str, Any], rows: Iterable[models.Model]) -> set[str]:
        """Create and update the rows that differ from what is there; the ids of those."""
        fields = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
        new, changed = [], []
        for row in rows:
            old = before.get(str(row.pk))
            if old is None:
                new.append(row)
            elif any(getattr(row, name) != getattr(old, name) for name in fields):
                changed.append(row)
        model.objects.bulk_create(new, batch_size=500)
        if changed:
            model.objects.bulk_update(changed, fields, batch_size=200)
        self.changed = self.changed or bool(new or changed)
        return {str(row.pk) for row in (*new, *changed)}


def _plain(texts: dict[str, Any]) -> dict[str, str]:
    return {language: str(text) for language, text in texts.items()}


def _edition_values(file: EditionFile, lesson: LessonFile) -> dict[str, Any]:
    rendered = file.rendered
    assert rendered is not None
    html, text = file.summary
    return {
        "is_source": file.is_source,
        "title": str(file.spec.title),
        "summary": html,
        "summary_text": text,
        "body": rendered.body,
        "takeaways": rendered.takeaways,
        "external_links": rendered.external_links,
        "exercise": rendered.exercise,
        "headings": file.record["headings"],
        "text": rendered.text,
        "minutes": lesson.spec.minutes or rendered.minutes,
        "path": file.path,
        "file_hash": file.file_hash,
        "render_hash": file.render_hash,
        "record": {**file.record, "lesson": lesson.spec.id},
        "content_hash": file.content_hash,
    }
