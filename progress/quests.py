"""A learner in a quest: the numbers of the rules with the names and dates that a page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import get_language

from lessons.models import LocalText
from lessons.outline import Outline, OutlineLesson
from progress.facts import Fact, merge
from progress.rules import Standing, Subject, standing


@dataclass(frozen=True)
class Achievement:
    """An achievement as a page shows it; ``earned`` is a local time, or None."""

    id: str
    emoji: str
    name: LocalText
    description: LocalText
    have: int
    need: int
    earned: datetime | None


class QuestProgress:
    """What a quest's ``subject`` (lessons.views.quest_subject) and a learner's facts amount to."""

    def __init__(self, subject: Subject, facts: Iterable[Fact] = ()) -> None:
        self.subject = subject
        self.rules = subject["rules"]
        self.held = merge(facts)

    @cached_property
    def standing(self) -> Standing:
        return standing(self.held.values(), self.subject)

    @property
    def level_name(self) -> LocalText:
        return self.text(self.rules["levels"][self.standing.level]["name"])

    @property
    def finished(self) -> datetime | None:
        return wall_time(self.standing.finished)

    @cached_property
    def achievements(self) -> list[Achievement]:
        return [
            Achievement(
                rule["id"],
                rule["emoji"],
                self.text(rule["name"]),
                self.text(rule["description"]),
                found.have,
                found.need,
                wall_time(found.earned),
            )
            for rule, found in zip(
                self.rules["achievements"], self.standing.achievements, strict=True
            )
        ]

    @property
    def earned(self) -> list[Achievement]:
        """The latest first."""
        earned = [(one.earned, place) for place, one in enumerate(self.achievements) if one.earned]
        return [self.achievements[place] for _, place in sorted(earned, reverse=True)]

    @property
    def to_earn(self) -> list[Achievement]:
        return [one for one in self.achievements if not one.earned]

    @cached_property
    def facts(self) -> list[Fact]:
        """What holds of this quest, the latest done first."""
        lessons = {one["id"] for track in self.subject["tracks"] for one in track["lessons"]}
        lessons |= {one["id"] for one in self.subject.get("retired", [])}
        done = [fact for fact in self.held.values() if fact.done and fact.lesson in lessons]
        return sorted(done, key=lambda fact: (fact.instant, fact.lesson), reverse=True)

    def has(self, lesson: str, kind: str = "read") -> bool:
        fact = self.held.get((lesson, kind))
        return fact is not None and fact.done

    def resume(self, outline: Outline) -> OutlineLesson | None:
        """The first unread lesson after the one read last; None when all is read."""
        order = list(outline.lessons())
        places = {entry.id: place for place, entry in enumerate(order)}
        last = next((f.lesson for f in self.facts if f.kind == "read" and f.lesson in places), None)
        start = places[last] + 1 if last else 0
        return next((one for one in order[start:] + order[:start] if not self.has(one.id)), None)

    def text(self, texts: dict[str, str]) -> LocalText:
        source = self.subject["source_language"]
        language = get_language() or source
        language = language if language in texts else source
        return LocalText(texts.get(language, ""), language)


def wall_time(on: str | None) -> datetime | None:
    """The local time as the learner's clock showed it. Naive, so that no template moves it."""
    return datetime.fromisoformat(on).replace(tzinfo=None) if on else None
