"""What an achievement asks for, in words computed from its rule (I2)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.models import LocalText
from lessons.outline import Outline


def achievements_of(outline: Outline) -> list[dict[str, Any]]:
    """The quest's achievements in the outline's language, each with its requirement."""
    return [
        {
            "id": rule["id"],
            "emoji": rule["emoji"],
            "name": local(rule["name"], outline),
            "description": local(rule["description"], outline),
            "requirement": requirement(rule["when"], outline),
        }
        for rule in outline.rules["achievements"]
    ]


def levels_of(outline: Outline) -> list[dict[str, Any]]:
    return [
        {"at": level["at"], "number": number, "name": local(level["name"], outline)}
        for number, level in enumerate(outline.rules["levels"])
    ]


def local(texts: dict[str, str], outline: Outline) -> LocalText:
    language = outline.language if outline.language in texts else outline.source_language
    return LocalText(texts.get(language, ""), language)


def requirement(when: dict[str, Any], outline: Outline) -> str:
    ((kind, value),) = when.items()
    if kind == "lessons":
        return ngettext("Read %(n)s lesson", "Read %(n)s lessons", value) % {"n": value}
    if kind == "exercises":
        return ngettext("Do %(n)s exercise", "Do %(n)s exercises", value) % {"n": value}
    if kind == "xp":
        return _("Earn %(n)s XP") % {"n": f"{value:,}"}
    if kind == "streak":
        return ngettext("Learn on %(n)s day", "Learn on %(n)s days in a row", value) % {"n": value}
    if kind == "between":
        start, _dash, end = value.partition("-")
        return _("Learn between %(start)s and %(end)s") % {"start": start, "end": end}
    if kind in ("track", "track_exercises"):
        title = next((track.title for track in outline.tracks if track.slug == value), value)
        if kind == "track":
            return _("Read every lesson of “%(track)s”") % {"track": title}
        return _("Do every exercise of “%(track)s”") % {"track": title}
    if kind == "quest":
        return (
            _("Read every lesson of the quest")
            if value == "lessons"
            else _("Do every exercise of the quest")
        )
    return _("Read your first lesson") if value == "read" else _("Do your first exercise")
