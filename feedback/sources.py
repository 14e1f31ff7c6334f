"""Where a passage stands in its file: ``path:line``, for authors."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from feedback.passages import Passage, squeeze
from lessons.models import Edition

# What markdown adds to the words that a reader sees: where links lead, classes, notes, tags, signs.
_MARKUP = re.compile(
    r"\]\([^)\n]*\)|\{[.#][^}\n]*\}|\[\^[^\]\n]*\]|</?[a-zA-Z][^>\n]*>|[*_`#>\[\]~|\\]"
)
_TELLING = 24  # characters that begin a passage and are enough to find it


@dataclass(frozen=True)
class Source:
    """A line of a file of the content tree; ``url`` opens it, when the settings know how."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def url(self) -> str:
        if not settings.SOURCE_URL:
            return ""
        address = str(settings.SOURCE_URL).replace("{line}", str(self.line))
        return address.replace("{path}", quote(self.path))


def source_of(edition: Edition, passage: Passage | None) -> Source:
    """The line on which a passage begins now; the first line of the text when it is not found."""
    body, first_line = _body(edition)
    line = line_of(passage.exact, body, block=passage.block) if passage else 1
    return Source(edition.path, first_line + line - 1)


def line_of(passage: str, markdown: str, *, block: str = "") -> int:
    """The line of a markdown text on which a passage begins, counted from 1; 1 when it is not found."""
    words: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(markdown.split("\n"), 1):
        seen = squeeze(_MARKUP.sub("", line))
        words.append(seen)
        lines.extend([number] * len(seen))
    text = "".join(words)
    whole, around = (squeeze(_MARKUP.sub("", part)) for part in (passage, block))
    at = _inside(text, whole, around)
    return lines[at] if at >= 0 else 1


def _inside(text: str, whole: str, around: str) -> int:
    """Where the passage begins; within its block where that is found, for short ones stand in many."""
    at = text.find(around) if around else -1
    if at >= 0 and whole in around:
        return at + around.index(whole)
    for part in (whole, whole[:_TELLING], around[:_TELLING]):
        at = text.find(part) if part else -1
        if at >= 0:
            return at
    return -1


def _body(edition: Edition) -> tuple[str, int]:
    """The markdown of an edition and the line of its file on which it begins.

    From the file where this machine has it. The database holds the text without the empty
    lines before it; authors leave one.
    """
    try:
        text = (settings.CONTENT_DIR / edition.path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    front, _, body = text.partition("\n---\n")
    if body:
        return body, front.count("\n") + 3
    newest = edition.revisions.first()
    return (newest.markdown if newest else ""), int(edition.record.get("first_line", 1)) + 1
