"""The learners' part of ``manage.py demo``: addresses that are verified, and histories of some weeks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress

from lessons.models import Lesson
from progress.facts import Fact, milliseconds
from progress.history import Entry
from progress.models import Learner


def fill(people: Sequence[Learner], *, chance: Random, now: datetime) -> str:
    """Each reads on from the first lesson, some days more, some not at all."""
    lessons = list(Lesson.objects.published().in_order())
    for learner in people:
        EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
        Entry.objects.receive(learner, _history(lessons, chance, now))
    return f"{Entry.objects.count()} facts of progress"


def _history(lessons: Sequence[Lesson], chance: Random, now: datetime) -> list[Fact]:
    facts: list[Fact] = []
    at = now - timedelta(days=chance.randint(10, 40))
    for lesson in lessons[: chance.randint(2, 40)]:
        at += (
            timedelta(minutes=chance.randint(10, 60))
            if chance.random() < 0.5
            else timedelta(hours=chance.randint(14, 30))
        )
        if at >= now:
            break
        facts.append(_fact(lesson, "read", at))
        if lesson.has_exercise and chance.random() < 0.6:
            facts.append(_fact(lesson, "exercise", at + timedelta(minutes=9)))
    return facts


def _fact(lesson: Lesson, kind: str, at: datetime) -> Fact:
    return Fact(lesson.pk, kind, True, milliseconds(at), at.isoformat(timespec="seconds"))
