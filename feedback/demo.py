"""Reports for an empty site (``comments.demo`` says what a part of the demo is)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from feedback.models import Kind, Report
from feedback.pages import text_of
from feedback.passages import Passage
from lessons.models import Edition, Lesson

REPORTED = [
    (Kind.TEXT, "en", "There is a word missing in this sentence, I think."),
    (Kind.TEXT, "en", "I stumbled here, too. Perhaps split it in two?"),
    (Kind.TRANSLATION, "ko", "이 문장은 번역투라서 조금 어색해요. 더 짧게 쓰면 좋겠어요."),
    (Kind.IDEA, "en", "A drawing would help here."),
    (Kind.BROKEN, "en", "On my phone the listing reaches out of the page."),
    (Kind.OTHER, "ko", "글자 크기를 바꿀 수 있으면 좋겠어요."),
    (Kind.TEXT, "ko", "여기 숫자가 앞 문단과 달라요. 어느 쪽이 맞나요?"),
]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@transaction.atomic
def fill(people: Sequence[Any], *, chance: Random, now: datetime) -> str:
    """Reports in both languages and every state, two of them of one passage."""
    moderator, *learners = people
    lessons = list(Lesson.objects.published().in_order()[:4])
    reports = [
        _report(
            lessons[number // 2 % len(lessons)], row, chance, now - timedelta(hours=30 - 3 * number)
        )
        for number, row in enumerate(REPORTED)
    ]
    for report, learner in zip(reports, learners, strict=False):
        Report.objects.filter(pk=report.pk).update(reporter=learner)
    confirmed, repeated, fixed, refused, *_ = reports
    confirmed.confirm(
        by=moderator, reply="Well seen, thank you! It will be mended with the next load."
    )
    repeated.repeat(confirmed, by=moderator)
    fixed.fix(by=moderator, reply="고쳤어요. 알려 주셔서 고마워요!")
    refused.refuse(
        by=moderator, reply="A lovely idea; this lesson is meant to do with words alone."
    )
    Report.objects.update(is_told=True)  # nobody of these people reads mail
    return f"{len(reports)} reports"


def _report(lesson: Lesson, row: tuple[str, str, str], chance: Random, at: datetime) -> Report:
    kind, language, words = row
    editions = Edition.objects.filter(lesson=lesson, retired_at=None).order_by("is_source")
    edition = editions.filter(language=language).first() or editions.get(is_source=True)
    report, _is_new = Report.receive(
        key=secrets.token_hex(16),
        kind=kind,
        words=words,
        language=language,
        lesson=lesson,
        edition=edition,
        revision=edition.content_hash,
        passage=_passage(edition, kind),
        page=f"/{language}{_address(lesson)}",
        browser=BROWSER,
        window=chance.choice(["1280x900", "390x844"]),
        theme=chance.choice(["light", "dark"]),
        created_at=at,
    )
    return report


def _passage(edition: Edition, kind: str) -> Passage | None:
    """The first sentence that is long enough, for what is said of the text."""
    if kind not in (Kind.TEXT, Kind.TRANSLATION):
        return None
    text = text_of(edition)
    long = [block.text for block in text.blocks if len(block.text) > 60] or [text.blocks[-1].text]
    return text.find(long[0].split(". ")[0])


def _address(lesson: Lesson) -> str:
    """Without its language."""
    return "/" + lesson.get_absolute_url().strip("/").partition("/")[2] + "/"
