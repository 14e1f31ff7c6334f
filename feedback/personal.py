"""This app's part of what concerns a learner as a whole; named in the settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from feedback.models import Report, Step

_FIELDS = (
    "id",
    "created_at",
    "kind",
    "words",
    "state",
    "page",
    "lesson_id",
    "revision",
    "language",
    "theme",
    "window",
    "browser",
    "exact",
    "wants_mail",
)


def export(learner: Any) -> Mapping[str, Any]:
    """The learner's reports, and what they were answered."""
    return {"reports": _reports(learner)}


def erase(learner: Any) -> None:
    """A learner's reports are deleted with their row; others who reported the same stay in the queue."""
    for report in Report.objects.by(learner).filter(duplicates__isnull=False).distinct():
        report.hand_over()


def _reports(learner: Any) -> Iterator[dict[str, Any]]:
    for report in Report.objects.by(learner).order_by("id").values(*_FIELDS):
        steps = Step.objects.filter(report=report["id"]).values("at", "state", "reply")
        yield {**report, "answers": list(steps)}
