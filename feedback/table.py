"""Reports as CSV, for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from feedback.models import Report

_HEAD = (
    "number",
    "reported",
    "kind",
    "state",
    "probably fixed",
    "lesson",
    "language",
    "file",
    "page",
    "heading",
    "passage",
    "words",
    "answer",
    "theme",
    "window",
    "browser",
    "duplicate of",
)


class _Echo:
    """What csv writes a line to: it comes straight back."""

    def write(self, line: str) -> str:
        return line


def as_csv(reports: Iterable[Report]) -> Iterator[str]:
    """The lines of the table. Nobody's name or address is in it, and no private address."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_HEAD)
    for report in reports:
        yield writer.writerow([_harmless(cell) for cell in _row(report)])


def _row(report: Report) -> tuple[Any, ...]:
    replies = [step.reply for step in report.steps.all() if step.reply]
    return (
        report.pk,
        f"{report.created_at:%Y-%m-%d %H:%M}",
        report.kind,
        report.state,
        "yes" if report.probably_fixed_at else "",
        report.lesson_id or "",
        report.language,
        report.edition.path if report.edition else "",
        report.page,
        report.anchor,
        report.exact,
        report.words,
        "\n\n".join(replies),
        report.theme,
        report.window,
        report.browser,
        report.original_id or "",
    )


def _harmless(cell: Any) -> Any:
    """Spreadsheets run what begins like a formula; an apostrophe makes it text (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@", "|", "%"):
        return "'" + cell
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("\t", "\r", "\n") else cell
