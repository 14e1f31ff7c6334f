"""Mails about reports, through the outbox that replies use, too (I12)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from comments import outbox

if TYPE_CHECKING:
    from feedback.models import Report, Step

DIGEST_TOPIC = "reports-digest"
MOST_LISTED = 50  # reports in one daily mail


def tell(report: "Report", step: "Step", *, is_news: bool) -> None:
    """Write to whoever wants to hear of a report, and to those whose report it repeats.

    Those get to know the state alone: the words were for somebody else.
    """
    _tell_one(report, step, step.reply)
    if is_news:
        for duplicate in report.duplicates.filter(wants_mail=True).select_related("reporter"):
            _tell_one(duplicate, step, "")


def _tell_one(report: "Report", step: "Step", reply: str) -> None:
    to = report.reporter or report.address
    if not report.wants_mail or not to:
        return
    with translation.override(report.mail_language):
        context = {
            "report": report,
            "state": step.get_state_display(),
            "reply": reply,
            "is_twin": report.pk != step.report_id,
            "url": settings.SITE_URL + report.get_absolute_url(),
        }
    outbox.write(
        key=f"report:{report.pk}:{step.pk}",
        topic=f"report:{report.pk}",
        to=to,
        template="feedback/mail/state",
        context=context,
        language=report.mail_language,
        thread=[outbox.new_message_id(f"report:{report.pk}")],
    )


def write_digests(reports: Sequence["Report"], boundary: datetime, *, waiting: int) -> int:
    """A mail to every manager of what is new; gives back how many managers there are.

    ``waiting`` is the number of reports that are probably fixed and wait for a look.
    """
    managers = [
        person
        for person in get_user_model().objects.filter(is_staff=True, is_active=True)
        if person.has_perm("feedback.change_report")
    ]
    for manager in managers:
        with translation.override(manager.language):
            context = _digest(reports, boundary) | {"waiting": waiting}
        outbox.write(
            key=f"{DIGEST_TOPIC}:{manager.pk}:{boundary:%Y-%m-%d}",
            topic=DIGEST_TOPIC,
            to=manager,
            template="feedback/mail/digest",
            context=context,
        )
    return len(managers)


def _digest(reports: Sequence["Report"], boundary: datetime) -> dict[str, Any]:
    """What the mail says, in the active language."""
    return {
        "day": date_format(boundary, "DATE_FORMAT"),
        "count": len(reports),
        "more": max(0, len(reports) - MOST_LISTED),
        "queue_url": settings.SITE_URL + reverse("admin:feedback_report_changelist"),
        "reports": [
            {
                "kind": report.get_kind_display(),
                "page": report.lesson_id or report.page,
                "words": report.words[:300],
                "url": settings.SITE_URL
                + reverse("admin:feedback_report_change", args=[report.pk]),
            }
            for report in reports[:MOST_LISTED]
        ],
    }
