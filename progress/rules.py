"""From facts and a quest's rules to XP, level, achievements, percentages, streaks (I8).

Pure functions, and the same in JavaScript: ``static/js/progress/rules.js``. Both
pass ``tests/progress/vectors.json``; change them together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from progress.facts import Fact, merge

Lesson = Mapping[str, Any]  # {"id", "xp", "has_exercise", "published": seconds since 1970}
Subject = Mapping[str, Any]  # {"rules", "tracks": [{"slug", "lessons"}], "retired": [lessons]}
_KIND_OF = {
    "lessons": "read",
    "track": "read",
    "exercises": "exercise",
    "track_exercises": "exercise",
}


@dataclass(frozen=True)
class Achieved:
    """How far an achievement is. ``earned`` is the local time of the fact that earned it, or None."""

    id: str
    have: int
    need: int
    earned: str | None


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in a quest. ``ceiling`` is None on the highest level."""

    xp: int
    level: int
    floor: int
    ceiling: int | None
    lessons: int
    lesson_count: int
    exercises: int
    exercise_count: int
    percent: int
    finished: str | None
    added: int
    achievements: list[Achieved]

    @property
    def into(self) -> int:
        return self.xp - self.floor

    @property
    def span(self) -> int:
        """XP between this level and the next; on the highest level what was earned on it."""
        return (self.ceiling - self.floor) if self.ceiling is not None else max(self.into, 1)

    @property
    def filled(self) -> int:
        """How much of the span a bar shows: all of it on the highest level."""
        return self.into if self.ceiling is not None else self.span

    @property
    def left(self) -> int:
        return (self.ceiling - self.xp) if self.ceiling is not None else 0

    @property
    def earned(self) -> int:
        return sum(1 for achieved in self.achievements if achieved.earned)


def standing(facts: Iterable[Fact], subject: Subject) -> Standing:
    """Where somebody with these facts stands. Facts of other quests do not count.

    Lessons that were retired keep their XP and stay out of the counts.
    """
    history = _History(facts, subject)
    rules = subject["rules"]
    xp = sum(points for _, points in history.events)
    level = max(n for n, step in enumerate(rules["levels"]) if step["at"] <= xp)
    steps = [step["at"] for step in rules["levels"]]
    lessons, exercises = history.lessons, history.exercises
    read = sum(1 for lesson in lessons if history.has(lesson, "read"))
    finished = history.completed(lessons, "read")
    return Standing(
        xp=xp,
        level=level,
        floor=steps[level],
        ceiling=steps[level + 1] if level + 1 < len(steps) else None,
        lessons=read,
        lesson_count=len(lessons),
        exercises=sum(1 for lesson in exercises if history.has(lesson, "exercise")),
        exercise_count=len(exercises),
        percent=read * 100 // len(lessons) if lessons else 0,
        finished=finished.on if finished else None,
        added=len(lessons) - read if finished else 0,
        achievements=[
            Achieved(rule["id"], *history.achieved(rule["when"])) for rule in rules["achievements"]
        ],
    )


Outcome = tuple[int, int, str | None]  # have, need, earned


class _History:
    """The facts that hold of one quest, in the order in which they came true, each with its XP."""

    def __init__(self, facts: Iterable[Fact], subject: Subject) -> None:
        self.tracks = {track["slug"]: list(track["lessons"]) for track in subject["tracks"]}
        self.lessons = [lesson for track in subject["tracks"] for lesson in track["lessons"]]
        self.exercises = [lesson for lesson in self.lessons if lesson["has_exercise"]]
        xp = subject["rules"]["xp"]
        points = {}
        for lesson in [*self.lessons, *subject.get("retired", [])]:
            own = lesson.get("xp")
            points[lesson["id"], "read"] = xp["lesson"] if own is None else own
            points[lesson["id"], "exercise"] = xp["exercise"]
        self.held = {key: fact for key, fact in merge(facts).items() if fact.done and key in points}
        order = sorted(self.held.values(), key=lambda fact: (fact.instant, fact.lesson, fact.kind))
        self.events = [(fact, points[fact.key]) for fact in order]

    def has(self, lesson: Lesson, kind: str) -> bool:
        return (lesson["id"], kind) in self.held

    def achieved(self, when: Mapping[str, Any]) -> Outcome:
        """How far a condition of an achievement is (the conditions: lessons/content/schema.py)."""
        ((condition, value),) = when.items()
        if condition in ("lessons", "exercises"):
            return self._counted(_KIND_OF[condition], value)
        if condition == "first":
            return self._counted(value, 1)
        if condition == "xp":
            return self._points(value)
        if condition == "streak":
            return self._streak(value)
        if condition == "between":
            return self._between(value)
        if condition == "quest":
            return (
                self._all(self.lessons, "read")
                if value == "lessons"
                else self._all(self.exercises, "exercise")
            )
        kind = _KIND_OF[condition]
        lessons = self.tracks.get(value, [])
        return self._all([one for one in lessons if kind == "read" or one["has_exercise"]], kind)

    def _counted(self, kind: str, need: int) -> Outcome:
        found = [fact for fact, _ in self.events if fact.kind == kind]
        return min(len(found), need), need, found[need - 1].on if len(found) >= need else None

    def _points(self, need: int) -> Outcome:
        total, earned = 0, None
        for fact, points in self.events:
            total += points
            if total >= need and earned is None:
                earned = fact.on
        return min(total, need), need, earned

    def _streak(self, need: int) -> Outcome:
        firsts: dict[str, Fact] = {}
        for fact, _ in self.events:
            firsts.setdefault(fact.day, fact)
        runs = _runs(sorted(firsts))
        reached = [day for day in sorted(runs) if runs[day] >= need]
        have = min(max(runs.values(), default=0), need)
        return have, need, firsts[reached[0]].on if reached else None

    def _between(self, clock: str) -> Outcome:
        start, end = clock[:5], clock[6:]
        for fact, _ in self.events:
            time = fact.on[11:16]
            if (start <= time < end) if start < end else (time >= start or time < end):
                return 1, 1, fact.on
        return 0, 1, None

    def _all(self, lessons: Sequence[Lesson], kind: str) -> Outcome:
        last = self.completed(lessons, kind)
        have = sum(1 for lesson in lessons if self.has(lesson, kind))
        return have, len(lessons), last.on if last else None

    def completed(self, lessons: Sequence[Lesson], kind: str) -> Fact | None:
        """The fact with which all these lessons that were out at the time were done.

        What was published afterwards does not take it away.
        """
        done = {one["id"]: self.held[one["id"], kind] for one in lessons if self.has(one, kind)}
        steps = [(one.get("published") or 0, 0, one["id"]) for one in lessons]
        steps += [(fact.instant, 1, fact.lesson) for fact in done.values()]
        out: set[str] = set()
        did: set[str] = set()
        missing = 0
        for _, is_done, lesson in sorted(steps):
            if is_done:
                did.add(lesson)
                missing -= lesson in out
                if out and not missing:
                    return done[lesson]
            else:
                out.add(lesson)
                missing += lesson not in did
        # Done before it was published (a site that was set up anew): all is still all.
        everything = lessons and len(done) == len(lessons)
        return (
            max(done.values(), key=lambda fact: (fact.instant, fact.lesson)) if everything else None
        )


def _runs(days: Sequence[str]) -> dict[str, int]:
    """For each day how many days in a row end with it."""
    runs: dict[str, int] = {}
    for day in days:
        yesterday = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        runs[day] = runs.get(yesterday, 0) + 1
    return runs


@dataclass(frozen=True)
class Streak:
    """Days in a row: the run that is still alive today, and the longest ever."""

    current: int
    longest: int


def streak(days: Iterable[str], today: str) -> Streak:
    """A run is alive while its last day is today or yesterday: today can still be saved."""
    runs = _runs(sorted(set(days)))
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    tomorrow = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    current = next((runs[day] for day in (tomorrow, today, yesterday) if day in runs), 0)
    return Streak(current, max(runs.values(), default=0))


def xp_by_day(facts: Iterable[Fact], subject: Subject) -> list[tuple[str, int]]:
    """The XP in total after each local day on which something was done."""
    total, days = 0, {}
    for fact, points in sorted(_History(facts, subject).events, key=lambda event: event[0].day):
        total += points
        days[fact.day] = total
    return list(days.items())
