"""Where a passage stands in its file: ``path:line``, for authors. Pure."""

import re

from feedback.passages import squeeze

# What markdown adds to the words that a reader sees: where links lead, classes, notes, tags, signs.
_MARKUP = re.compile(r"\]\([^)\n]*\)|\{[.#][^}\n]*\}|\[\^[^\]\n]*\]|</?[a-zA-Z][^>\n]*>|[*_`#>\[\]~|\\]")
_TELLING = 24  # characters that begin a passage and are enough to find it


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
