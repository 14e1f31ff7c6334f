"""JSON-LD (https://schema.org/) for search engines."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Edition
from lessons.outline import Outline, OutlineLesson


def site(outlines: list[Outline]) -> SafeString:
    return _script(
        {
            "@type": "WebSite",
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL + "/",
            "hasPart": [
                {"@type": "Course", "name": o.title, "url": settings.SITE_URL + o.url}
                for o in outlines
            ],
        }
    )


def course(outline: Outline) -> SafeString:
    return _script(
        {
            **_course(outline),
            "description": outline.tagline,
            "inLanguage": outline.language,
            "educationalLevel": outline.difficulty,
            "isAccessibleForFree": True,
            "hasCourseInstance": {
                "@type": "CourseInstance",
                "courseMode": "Online",
                "courseWorkload": f"PT{outline.hours}H",
            },
            "hasPart": [
                {
                    "@type": "LearningResource",
                    "name": entry.title,
                    "url": settings.SITE_URL + entry.url,
                }
                for entry in outline.lessons()
            ],
        }
    )


def lesson(outline: Outline, entry: OutlineLesson, edition: Edition) -> SafeString:
    return _script(
        {
            "@type": "LearningResource",
            "name": edition.title,
            "description": edition.summary_text,
            "url": settings.SITE_URL + entry.url,
            "inLanguage": edition.language,
            "learningResourceType": "lesson",
            "timeRequired": f"PT{edition.minutes}M",
            "keywords": entry.tags,
            "isAccessibleForFree": True,
            "isPartOf": _course(outline),
            "datePublished": edition.lesson.published_at.isoformat()
            if edition.lesson.published_at
            else None,
            "dateModified": (edition.lesson.revised_at or edition.lesson.published_at).isoformat()
            if edition.lesson.published_at
            else None,
        }
    )


def _course(outline: Outline) -> dict[str, Any]:
    return {
        "@type": "Course",
        "name": outline.title,
        "url": settings.SITE_URL + outline.url,
        "provider": {
            "@type": "Organization",
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL + "/",
        },
    }


def _script(data: dict[str, Any]) -> SafeString:
    """The data as a block that is never run; ``<`` is escaped, so that it cannot end the block."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    return mark_safe(text)
