"""Discussions for an empty site, so that every page and every queue has something to show.

A part of the demo is ``def fill(people, *, chance, now) -> str``: ``people`` are the learners
that ``manage.py demo`` has made (the first one moderates), ``chance`` a seeded
``random.Random``, ``now`` the time the demo ends at; it gives back a line for the operator.
The parts are listed in ``settings.DEMO_PARTS``.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from comments.models import Bell, Comment, Flag, MailChoice, ModerationAction, Notification
from comments.people import Person
from lessons.models import Lesson

ASKED = [
    ("en", "I had to read the second paragraph twice, but then it *clicked*. Thank you!"),
    (
        "en",
        "Does the same hold when the picture is very small?\n\nI tried with `64 × 64` and it looked odd.",
    ),
    (
        "ko",
        "**중요(Important)**라고 적힌 부분이 특히 도움이 됐어요. 예시가 하나 더 있으면 좋겠어요.",
    ),
    (
        "en",
        "Here is how I checked it:\n\n```python\nvalues = [3, 1, 2]\nprint(sorted(values))\n```\n\nIs there a shorter way?",
    ),
    ("ko", "연습 문제를 해 봤는데 결과가 매번 조금씩 달라요. 원래 그런가요?"),
    (
        "en",
        "For those who like lists:\n\n1. read the summary\n2. do the exercise\n3. read the whole page again",
    ),
    ("ko", "이 레슨 덕분에 다음 레슨이 훨씬 쉬웠어요! 🌱"),
    ("en", "> The key is where to look first.\n\nThis sentence should be on a poster."),
]
ANSWERED = [
    ("en", "Same here. The drawing below it helped me more than the text."),
    ("ko", "저도 그랬어요. 몇 번 더 해 보면 감이 와요."),
    ("en", "Yes, that is expected: there is chance in it. Fix the *seed* and it stays the same."),
    ("ko", "네, 맞아요. 조금 더 짧게 쓰면 `sorted(values)[0]`이에요."),
    ("en", "I think the next lesson answers exactly this."),
    ("ko", "좋은 질문이에요! 저도 궁금했어요."),
]
ADVERT = "Cheap watches and easy money: https://watches.example/now and https://money.example"
UNKIND = "Honestly, whoever asks this should not be here."


@transaction.atomic
def fill(people: Sequence[Person], *, chance: Random, now: datetime) -> str:
    """Threads in both languages, notifications, flags, a waiting comment, a paused writer."""
    moderator, *learners = people
    lessons = list(Lesson.objects.published().in_order()[:12])
    for number, lesson in enumerate(lessons):
        _discuss(
            lesson,
            learners,
            chance,
            now - timedelta(days=14 - number),
            threads=max(1, 8 - 2 * number),
        )
    if lessons:
        _trouble(lessons[0], learners, moderator)
        Bell.set(learners[0], lesson=lessons[0], thread=None, choice="on")
    MailChoice.choose(learners[-1], MailChoice.When.DAILY)
    Notification.objects.all().settle_mail()  # nobody of these people reads mail
    return f"{Comment.objects.count()} comments under {len(lessons)} lessons"


def _discuss(
    lesson: Lesson, learners: Sequence[Person], chance: Random, begin: datetime, *, threads: int
) -> None:
    at = begin
    for _ in range(threads):
        at += timedelta(minutes=chance.randint(5, 180))
        language, text = chance.choice(ASKED)
        asked = _say(lesson, _somebody(learners, language, chance), text, at)
        answered = asked
        for _ in range(chance.choice([0, 0, 1, 2, 3, 7])):
            at += timedelta(minutes=chance.randint(2, 90))
            language, text = chance.choice(ANSWERED)
            writer = _somebody(learners, language, chance)
            answered = _say(lesson, writer, text, at, parent=chance.choice([asked, answered]))


def _trouble(lesson: Lesson, learners: Sequence[Person], moderator: Person) -> None:
    """What a moderator's day is made of."""
    newcomer, rude, *others = reversed(learners)
    Comment.objects.by(newcomer).update(author=others[0])
    _say(lesson, newcomer, ADVERT)
    unkind = _say(lesson, rude, UNKIND)
    for person, reason in zip(others[:3], ("unkind", "unkind", "off-topic"), strict=False):
        Flag.raise_on(
            unkind, by=person, reason=reason, note="" if reason == "unkind" else "Not about this."
        )
    hidden = _say(lesson, rude, "First!!!")
    ModerationAction.hide(hidden, by=moderator)
    ModerationAction.pause(rude, by=moderator)
    tombstone = Comment.objects.filter(place=0, answers__isnull=False, lesson=lesson).first()
    if tombstone:
        tombstone.delete_by_writer()


def _say(
    lesson: Lesson,
    writer: Person,
    text: str,
    at: datetime | None = None,
    parent: Comment | None = None,
) -> Comment:
    comment = Comment.post(lesson=lesson, author=writer, text=text, key=uuid.uuid4(), parent=parent)
    if at:
        Comment.objects.filter(pk=comment.pk).update(created_at=at)
        comment.notifications.update(created_at=at)
    return comment


def _somebody(learners: Sequence[Person], language: str, chance: Random) -> Person:
    return chance.choice(
        [person for person in learners if person.language == language] or list(learners)
    )
