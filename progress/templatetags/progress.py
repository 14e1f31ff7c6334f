"""What the slots of a quest's pages show of a learner's progress. One query a page at most."""

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.utils import formats
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from lessons.outline import Outline, OutlineLesson, content_version, outline_of
from progress.facts import Fact
from progress.history import Kind
from progress.models import Entry, Learner
from progress.quests import QuestProgress, wall_time

register = template.Library()
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def quest_progress(context: RequestContext) -> QuestProgress | None:
    """The learner in the quest of ``subject``; a guest has no facts here, only in their browser."""
    subject = context.get("subject") or {}
    if "rules" not in subject:
        return None
    return context.get("progress") or _of_request(context["request"], subject)


def _of_request(request: HttpRequest, subject: dict[str, Any]) -> QuestProgress:
    """Read once for all the slots of a page."""
    made: dict[str, QuestProgress] = request.__dict__.setdefault("_quest_progress", {})
    quest = subject["quest"]
    if quest not in made:
        facts = quest_facts(request.user, subject) if request.user.is_authenticated else []
        made[quest] = QuestProgress(subject, facts)
    return made[quest]


def quest_facts(learner: Learner, subject: dict[str, Any]) -> list[Fact]:
    """What holds of the lessons of a quest. One query, by lesson, however long the history is."""
    lessons = [one["id"] for track in subject["tracks"] for one in track["lessons"]]
    lessons += [one["id"] for one in subject.get("retired", [])]
    return Entry.objects.of(learner).standing().for_lessons(lessons).facts()


@register.simple_tag(takes_context=True)
def listed_facts(context: RequestContext) -> list[Fact]:
    """What holds of the lessons in a list, for a learner. One query; none for a guest."""
    learner, listed = context["request"].user, context["subject"].get("listed", [])
    if not learner.is_authenticated or not listed:
        return []
    return Entry.objects.of(learner).done().for_lessons(one["id"] for one in listed).facts()


@register.simple_tag
def done_of(facts: list[Fact], lesson: str) -> str:
    """What is done of a lesson, in words; "" when nothing is."""
    kinds = {fact.kind for fact in facts if fact.lesson == lesson}
    return ", ".join(str(kind.label) for kind in Kind if kind.value in kinds)


@register.simple_tag
def facts_data(facts: list[Fact]) -> SafeString:
    """The same facts for the script that marks a list."""
    return _data(mark_safe("data-held"), [fact.as_json() for fact in facts])


@register.simple_tag(takes_context=True)
def progress_data(context: RequestContext, progress: QuestProgress) -> SafeString:
    """The quest's rules and outline for the script of the level bar, and a learner's facts."""
    subject = progress.subject
    data = {
        "quest": subject["quest"],
        "rules": _rules(progress),
        "tracks": [
            {"slug": track["slug"], "lessons": [_lesson(one) for one in track["lessons"]]}
            for track in subject["tracks"]
        ],
        "retired": subject.get("retired", []),
    }
    if context["request"].user.is_authenticated:
        data["facts"] = [fact.as_json() for fact in progress.held.values()]
    return _data(format_html('data-progress="{}"', subject["quest"]), data)


def _data(attribute: SafeString, data: Any) -> SafeString:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return format_html('<script type="application/json" {}>{}</script>', attribute, mark_safe(text))


def _lesson(one: dict[str, Any]) -> dict[str, Any]:
    """A lesson for the rules, without what is usual: a page carries a hundred of them."""
    usual = {"xp": None, "has_exercise": False, "revised": 0}
    return {key: value for key, value in one.items() if usual.get(key, ...) != value}


def _rules(progress: QuestProgress) -> dict[str, Any]:
    rules = progress.rules
    return {
        "xp": rules["xp"],
        "levels": [_named(progress, step, at=step["at"]) for step in rules["levels"]],
        "achievements": [
            _named(progress, one, id=one["id"], emoji=one["emoji"], when=one["when"])
            for one in rules["achievements"]
        ],
    }


def _named(progress: QuestProgress, rule: dict[str, Any], **values: Any) -> dict[str, Any]:
    name = progress.text(rule["name"])
    return {**values, "name": name, "lang": name.language}


@register.simple_tag(takes_context=True)
def learner_key(context: RequestContext) -> str:
    """Tells one learner's unsent facts from another's in a shared browser; says nothing about them."""
    return salted_hmac("progress.queue", str(context["request"].user.pk)).hexdigest()[:16]


@register.simple_tag(takes_context=True)
def lesson_state(context: RequestContext, progress: QuestProgress) -> dict[str, Any]:
    """What is done of the lesson in ``subject``, and whether its text changed since."""
    subject = context["subject"]
    read = progress.held.get((subject["lesson"], "read"))
    exercise = progress.held.get((subject["lesson"], "exercise"))
    revised = next(
        one.get("revised", 0)
        for track in subject["tracks"]
        for one in track["lessons"]
        if one["id"] == subject["lesson"]
    )
    return {
        "read": _on(read),
        "exercise": _on(exercise),
        "revised": bool(read and read.done and revised > read.instant),
        "since": read.instant if read else 0,
    }


def _on(fact: Fact | None) -> datetime | None:
    return wall_time(fact.on) if fact and fact.done else None


@register.simple_tag(takes_context=True)
def quest_outline(context: RequestContext) -> Outline | None:
    """The outline with titles and addresses; two queries for a learner, none for a guest."""
    if not context["request"].user.is_authenticated:
        return None
    return outline_of(context["subject"]["quest_slug"], content_version())


@register.simple_tag
def resume_of(progress: QuestProgress, outline: Outline | None) -> OutlineLesson | None:
    return progress.resume(outline) if outline else None


@register.simple_tag
def has(progress: QuestProgress, lesson: str) -> str:
    """What is done of a lesson, in words; "" when nothing is."""
    said = [str(kind.label) for kind in Kind if progress.has(lesson, kind.value)]
    return ", ".join(said)


@register.filter
def long_day(moment: date | None) -> str:
    """A day as the scripts write it too: “November 22, 2026”, “2026년 11월 22일”."""
    if not moment:
        return ""
    return formats.date_format(moment, "F j, Y" if get_language() == "en" else "DATE_FORMAT")
