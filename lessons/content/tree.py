"""The content tree as plain data: quests, tracks, lessons and editions as their files say.

Pure: no database, no request. ``reading.py`` fills it, ``rendering.py`` turns
bodies into HTML, ``checks.py`` looks across files; all three only collect
problems, so that an author sees every mistake of the tree at once (I4).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lessons.content import schema
from lessons.content.pictures import PictureFile
from lessons.content.problems import Problem, Severity
from lessons.markup.page import Rendered


@dataclass(frozen=True)
class Known:
    """What an earlier load knows of a file."""

    file_hash: str
    render_hash: str
    record: dict[str, Any]


@dataclass
class EditionFile:
    """One markdown file of the tree."""

    path: str
    language: str
    is_source: bool
    file_hash: str
    spec: schema.LessonSpec | schema.TranslationSpec
    first_line: int = 1
    body: str = ""
    content_hash: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    rendered: Rendered | None = None
    summary: tuple[str, str] = ("", "")
    render_hash: str = ""

    @property
    def markdown(self) -> str:
        return self.body.strip() + "\n"

    def line_of(self, key: str) -> int:
        return self.spec.lines.get(key, 1)


@dataclass
class LessonFile:
    slug: str
    position: int
    source: EditionFile
    translations: list[EditionFile] = field(default_factory=list)

    @property
    def spec(self) -> schema.LessonSpec:
        assert isinstance(self.source.spec, schema.LessonSpec)
        return self.source.spec

    @property
    def editions(self) -> list[EditionFile]:
        return [self.source, *self.translations]


@dataclass
class TrackFile:
    slug: str
    path: str
    position: int
    spec: schema.TrackSpec
    file_hash: str
    lessons: list[LessonFile] = field(default_factory=list)
    description: dict[str, str] = field(default_factory=dict)


@dataclass
class QuestFile:
    slug: str
    path: str
    position: int
    spec: schema.QuestSpec
    file_hash: str
    tracks: list[TrackFile] = field(default_factory=list)
    description: dict[str, str] = field(default_factory=dict)


@dataclass
class ContentTree:
    """Every quest of a folder, in order, with the problems found so far."""

    root: Path
    quests: list[QuestFile] = field(default_factory=list)
    pictures: dict[str, PictureFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def lessons(self) -> Iterator[tuple[QuestFile, TrackFile, LessonFile]]:
        for quest in self.quests:
            for track in quest.tracks:
                for lesson in track.lessons:
                    yield quest, track, lesson

    def editions(self) -> Iterator[EditionFile]:
        for _, _, lesson in self.lessons():
            yield from lesson.editions

    def error(self, path: str, line: int, message: str) -> None:
        self.problems.append(Problem(path, line, message))

    @property
    def errors(self) -> list[Problem]:
        return sorted({p for p in self.problems if p.severity is Severity.ERROR})

    @property
    def warnings(self) -> list[Problem]:
        return sorted({p for p in self.problems if p.severity is Severity.WARNING})

    @property
    def notes(self) -> list[Problem]:
        return sorted({p for p in self.problems if p.severity is Severity.NOTE})
