"""What quest.yml, track.yml and front matter may say, as plain data."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from lessons.content.fields import SLUG, Fields
from lessons.content.problems import Problem
from lessons.content.yaml_reader import Mapping, Text

LANGUAGES = ("en", "ko")
DIFFICULTIES = ("beginner", "intermediate", "advanced")
STATUSES = ("published", "draft", "retired")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_HASH = re.compile(r"[0-9a-f]{16}\Z")


@dataclass(frozen=True)
class QuestSpec:
    id: str
    title: dict[str, Text]
    tagline: dict[str, Text]
    description: dict[str, Text]
    language: str
    difficulty: str
    emoji: str
    rules: dict[str, Any]
    tracks: list[Text]
    track_references: list[Text]


@dataclass(frozen=True)
class TrackSpec:
    id: str
    title: dict[str, Text]
    description: dict[str, Text]
    emoji: str
    lessons: list[Text]


@dataclass(frozen=True)
class LessonSpec:
    """Front matter of a source edition. ``lines`` gives the line of each key."""

    id: str
    title: str
    summary: str
    tags: list[str]
    status: str
    minutes: int | None = None
    xp: int | None = None
    aliases: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class TranslationSpec:
    """Front matter of a translation. ``source`` is the hash of the edition it was made from."""

    title: str
    summary: str
    source: str
    lines: dict[str, int] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


def read_quest(mapping: Mapping, path: str, problems: list[Problem]) -> QuestSpec:
    fields = Fields(mapping, path, problems, "quest.yml")
    language = fields.choice("language", LANGUAGES)
    achievements, references = _achievements(fields, language)
    spec = QuestSpec(
        id=fields.slug("id"),
        title=_localized(fields, "title", language),
        tagline=_localized(fields, "tagline", language),
        description=_localized(fields, "description", language, 5000),
        language=language,
        difficulty=fields.choice("difficulty", DIFFICULTIES),
        emoji=_emoji(fields),
        rules={
            "xp": _xp(fields),
            "levels": _levels(fields, language),
            "achievements": achievements,
        },
        tracks=fields.slugs("tracks"),
        track_references=references,
    )
    fields.finish()
    return spec


def read_track(mapping: Mapping, path: str, problems: list[Problem], language: str) -> TrackSpec:
    fields = Fields(mapping, path, problems, "track.yml")
    spec = TrackSpec(
        id=fields.slug("id"),
        title=_localized(fields, "title", language),
        description=_localized(fields, "description", language, 2000),
        emoji=_emoji(fields),
        lessons=fields.slugs("lessons"),
    )
    fields.finish()
    return spec


def read_lesson(mapping: Mapping, path: str, problems: list[Problem]) -> LessonSpec:
    fields = Fields(mapping, path, problems, "the front matter")
    spec = LessonSpec(
        id=fields.slug("id"),
        title=fields.text("title", limit=120),
        summary=fields.text("summary", limit=400),
        tags=[str(tag) for tag in fields.slugs("tags")],
        status=fields.choice("status", STATUSES),
        minutes=fields.number("minutes", 1, 600, required=False),
        xp=fields.number("xp", 0, 10_000, required=False),
        aliases=_aliases(fields),
        lines=_lines(mapping),
    )
    fields.finish()
    return spec


def read_translation(mapping: Mapping, path: str, problems: list[Problem]) -> TranslationSpec:
    fields = Fields(mapping, path, problems, "the front matter of a translation")
    source = fields.text("source")
    if source and not _HASH.match(source):
        fields.error(
            source,
            "“source” must be 16 hexadecimal digits; let manage.py stamp_translation write it",
        )
    spec = TranslationSpec(
        title=fields.text("title", limit=120),
        summary=fields.text("summary", limit=400),
        source=source,
        lines=_lines(mapping),
    )
    fields.finish()
    return spec


def _lines(mapping: Mapping) -> dict[str, int]:
    return {key: value.line for key, value in mapping.items()}


def _localized(fields: Fields, key: str, language: str, limit: int = 300) -> dict[str, Text]:
    texts = fields.localized(key, LANGUAGES, limit)
    if key in fields.mapping and language not in texts:
        fields.error(
            fields.mapping[key], f"“{key}” has no text in the source language; add {language}: …"
        )
    return texts


def _emoji(fields: Fields) -> str:
    emoji = fields.text("emoji")
    if emoji and (len(emoji) > 8 or emoji.isascii()):
        fields.error(emoji, "“emoji” must be one emoji")
    return emoji


def _aliases(fields: Fields) -> list[str]:
    aliases = []
    for item in fields.items("aliases", required=False):
        parts = str(item).split("/") if isinstance(item, Text) else []
        if len(parts) == 3 and all(SLUG.match(part) for part in parts):
            aliases.append(str(item))
        else:
            fields.error(item, "an alias is an old path: quest/track/lesson")
    return aliases


def _xp(fields: Fields) -> dict[str, int]:
    xp = fields.inner("xp", "“xp”")
    if xp is None:
        return {"lesson": 0, "exercise": 0}
    values = {key: xp.number(key, 0, 10_000) or 0 for key in ("lesson", "exercise")}
    xp.finish()
    return values


def _levels(fields: Fields, language: str) -> list[dict[str, Any]]:
    levels: list[dict[str, Any]] = []
    for item in fields.items("levels"):
        inner = fields.as_fields(item, "a level")
        if inner is None:
            continue
        at = inner.number("at", 0, 10_000_000)
        level = {"at": at, "name": _localized(inner, "name", language)}
        inner.finish()
        if at is None:
            continue
        if not levels and at != 0:
            fields.error(item, "the first level must begin at 0")
        if levels and at <= levels[-1]["at"]:
            fields.error(item, f"levels must ascend; {at} comes after {levels[-1]['at']}")
        levels.append(level)
    if "levels" in fields.mapping and not levels:
        fields.error(fields.mapping["levels"], "“levels” needs at least the level at 0")
    return levels


def _achievements(fields: Fields, language: str) -> tuple[list[dict[str, Any]], list[Text]]:
    found: list[dict[str, Any]] = []
    references: list[Text] = []
    for item in fields.items("achievements"):
        inner = fields.as_fields(item, "an achievement")
        if inner is None:
            continue
        achievement = {
            "id": inner.slug("id"),
            "emoji": _emoji(inner),
            "name": _localized(inner, "name", language),
            "description": _localized(inner, "description", language),
            "when": _when(inner, references),
        }
        inner.finish()
        if achievement["id"] in {other["id"] for other in found}:
            fields.error(
                item, f"a second achievement with the id “{achievement['id']}”; rename one"
            )
        found.append(achievement)
    return found, references


def _when(fields: Fields, references: list[Text]) -> dict[str, Any]:
    """The condition of an achievement: exactly one of the keys below."""
    when = fields.inner("when", "“when”")
    if when is None:
        return {}
    if len(when.mapping) != 1:
        fields.error(when.mapping, "“when” must have exactly one condition, such as {lessons: 10}")
        return {}
    (key,) = when.mapping
    if key in ("lessons", "exercises", "xp", "streak"):
        return {key: when.number(key, 1, 10_000_000)}
    if key in ("track", "track_exercises"):
        references.append(when.slug(key))
        return {key: references[-1]}
    if key == "quest":
        return {key: when.choice(key, ("lessons", "exercises"))}
    if key == "first":
        return {key: when.choice(key, ("read", "exercise"))}
    if key == "between":
        clock = when.text(key)
        if clock and not _CLOCK.match(clock):
            fields.error(clock, '“between” must be two times of day: "22:00-04:00"')
        return {key: str(clock)}
    fields.error(
        when.mapping,
        f"“{key}” is no condition; known are lessons, exercises, xp, streak, track, "
        "track_exercises, quest, first, between",
    )
    return {}
