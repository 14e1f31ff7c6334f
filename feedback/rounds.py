"""What the worker does besides sending mail (``WORKER_ROUNDS`` in the settings).

Reports are compared with the lessons here, and not when a lesson is loaded, because ``lessons``
knows nothing of reports, and because looking for a passage takes milliseconds that no load and
no moderator should wait for. Both parts may be done twice or by several workers at once.
"""

from datetime import datetime

from django.db import transaction

from comments.models.notification import digest_boundary
from feedback import letters
from feedback.models import Report
from feedback.pages import text_of
from feedback.passages import Fate, PageText

_BATCH = 50


def work() -> None:
    """One round; two cheap queries when there is nothing to do."""
    seek_passages()
    tell_managers()


def seek_passages() -> int:
    """Mark as probably fixed what is reported of a passage that has changed since; how many it saw."""
    reports = (
        Report.objects.overtaken().select_related("edition").order_by("edition", "id")[:_BATCH]
    )
    texts: dict[int, PageText] = {}
    for report in reports:
        edition, passage = report.edition, report.passage
        if edition is None or passage is None:
            continue
        if edition.pk not in texts:
            texts = {edition.pk: text_of(edition)}
        sighting = texts[edition.pk].look_for(passage)
        report.record_sighting(edition.content_hash, is_same=sighting.fate is Fate.SAME)
    return len(reports)


def tell_managers() -> int:
    """The daily mail, if there is anything new; gives back how many reports it tells of."""
    boundary = digest_boundary()
    if not Report.objects.untold(boundary).exists():  # most rounds end here and lock nothing
        return 0
    with transaction.atomic():
        return _tell_managers(boundary)


def _tell_managers(boundary: datetime) -> int:
    pks = list(Report.objects.untold(boundary).select_for_update().values_list("pk", flat=True))
    new = list(Report.objects.filter(pk__in=pks).open().order_by("lesson", "id"))
    if new:
        letters.write_digests(new, boundary, waiting=Report.objects.probably_fixed().count())
    return Report.objects.filter(pk__in=pks).update(is_told=True)
